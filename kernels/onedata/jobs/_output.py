"""What runs print and leave behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from onedata.jobs._finding import find_run


def logs(run: Any, follow: bool = False, workspace: str | None = None) -> str | None:
    """Give what a run's cells printed so far.

    Args:
        run: The run, by its id or a handle.
        follow: Print it instead, as it comes, until the run has ended.
        workspace: Where the run is; None is the session's.
    """
    parts = stream_logs(run, follow=follow, workspace=workspace)
    if not follow:
        return "".join(parts)
    for text in parts:
        print(text, end="", flush=True)
    return None


def stream_logs(run: Any, follow: bool = False, workspace: str | None = None) -> Iterator[str]:
    """Give a run's log part by part; ``follow`` goes on until the run has ended."""
    return find_run(run, workspace).stream_logs(follow=follow)


def download(
    run: Any,
    folder: str | Path | None = None,
    names: list[str] | None = None,
    workspace: str | None = None,
) -> list[Path]:
    """Fetch a run's executed notebook, page and log; give their paths.

    Args:
        run: The run, by its id or a handle.
        folder: Where to; None makes a folder named after job and run.
        names: Which of the run's ``outputs``; None is those of its newest attempt.
        workspace: Where the run is; None is the session's.
    """
    return find_run(run, workspace).download(folder, names)
