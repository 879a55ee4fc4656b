"""``python -m onedata.runner [--fetch] <spool folder>``."""

import logging
import os
import signal
import sys
from pathlib import Path

FETCH = "--fetch"


def main(arguments: list[str]) -> int:
    """Run the attempt in a spool folder and give the exit status."""
    fetch = arguments[:1] == [FETCH]
    folders = arguments[1:] if fetch else arguments
    if len(folders) != 1:
        print(f"usage: python -m onedata.runner [{FETCH}] <spool folder>", file=sys.stderr)
        return 64
    # A signal that comes while all this is imported waits for its handler: the run then ends as cancelled.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    from onedata.runner.light_papermill import import_papermill

    import_papermill()
    from onedata.runner.attempt import run_attempt

    return run_attempt(Path(folders[0]), dict(os.environ), on_ready=_unblock_signals, fetch=fetch)


def _unblock_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
