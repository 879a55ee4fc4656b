"""``python -m onedata.runner <spool folder>``."""

import logging
import os
import signal
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the attempt in a spool folder and give the exit status."""
    if len(arguments) != 1:
        print("usage: python -m onedata.runner <spool folder>", file=sys.stderr)
        return 64
    # A signal that comes while all this is imported waits for its handler: the run then ends as cancelled.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    from onedata.runner.light_papermill import import_papermill

    import_papermill()
    from onedata.runner.attempt import run_attempt

    return run_attempt(Path(arguments[0]), dict(os.environ), on_ready=_unblock_signals)


def _unblock_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
