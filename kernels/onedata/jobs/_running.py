"""Runs on their way: wait for them, stop them, try them again."""

from typing import Any

from onedata.jobs._finding import find_run
from onedata.jobs._run import Run


def wait(
    run: Any,
    timeout: float | None = None,
    *,
    check: bool = False,
    show: bool | None = None,
    workspace: str | None = None,
) -> Run:
    """Wait until a run has ended, showing how far it is; see ``Run.wait``."""
    return find_run(run, workspace).wait(timeout, check=check, show=show)


def cancel(run: Any, workspace: str | None = None) -> Run:
    """Ask a run to stop; one that has ended stays as it is."""
    return find_run(run, workspace).cancel()


def retry(run: Any, workspace: str | None = None) -> Run:
    """Try a run that did not succeed again: another attempt of this same run."""
    return find_run(run, workspace).retry()
