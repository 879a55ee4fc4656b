"""Show a run while it runs: HTML that changes in a notebook, a line that changes in a terminal."""

import sys
from typing import Any, Protocol

from onedata.contract import jobs as contract
from onedata.jobs._words import run_line


class _Screen(Protocol):
    def draw(self, run: contract.Run) -> None: ...

    def close(self, run: contract.Run) -> None: ...

    def say(self, text: str) -> None: ...


class Live:
    """The picture of one run.

    Args:
        show: True or False; None shows it in a notebook or a terminal.
    """

    def __init__(self, show: bool | None) -> None:
        self._screen = _screen(show)

    def draw(self, run: contract.Run) -> None:
        """Show a run as it is now."""
        if self._screen is not None:
            self._screen.draw(run)

    def close(self, run: contract.Run) -> None:
        """Show how it ended, in a line: the run itself, shown as a cell's value, tells more."""
        if self._screen is not None:
            self._screen.close(run)

    def leave(self, text: str) -> None:
        """Say that nobody looks any more."""
        if self._screen is not None:
            self._screen.say(text)


class _NotebookScreen:
    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = ""

    def draw(self, run: contract.Run) -> None:
        from onedata.jobs._html import run_html

        self._show(run_html(run), run)

    def close(self, run: contract.Run) -> None:
        from html import escape

        self._show(f"<div>{escape(run_line(run))}</div>", run)

    def say(self, text: str) -> None:
        print(text)

    def _show(self, html: str, run: contract.Run) -> None:
        if html == self._shown:
            return
        from IPython.display import display

        self._shown = html
        shown = {"text/html": html, "text/plain": run_line(run)}
        if self._handle is None:
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)


class _TerminalScreen:
    def draw(self, run: contract.Run) -> None:
        print(f"\r\x1b[2K{run_line(run)}", end="", file=sys.stderr, flush=True)

    def close(self, run: contract.Run) -> None:
        print(f"\r\x1b[2K{run_line(run)}", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        print(f"\n{text}", file=sys.stderr, flush=True)


class _LinesScreen:
    """For a file or a pipe: a line for each cell and state, no line twice."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] = ()

    def draw(self, run: contract.Run) -> None:
        seen = (run.state, run.attempt, run.progress.cells_done, run.progress.current_name)
        if seen != self._seen:
            self._seen = seen
            self.say(run_line(run))

    def close(self, run: contract.Run) -> None:
        return None

    def say(self, text: str) -> None:
        print(text, flush=True)


def _screen(show: bool | None) -> _Screen | None:
    if show is False:
        return None
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and hasattr(shell, "kernel"):
        return _NotebookScreen()
    if sys.stderr.isatty():
        return _TerminalScreen()
    return _LinesScreen() if show else None
