"""Showing how far a transfer is."""

import io
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from onedata.datasets import _progress
from onedata.datasets._progress import Progress, Stopped


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Sit at a terminal. Called in the test itself: pytest puts its own stderr in place before it."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setattr(_progress, "REDRAW", 0)
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: None)
    return made


def test_what_is_over_soon_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    with Progress("Publishing x", 10, None) as progress:
        progress.tick(10)
        progress.draw()
    assert shown.getvalue() == ""


def test_a_terminal_shows_a_line_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    with Progress("Publishing x", 4000, True) as progress:
        progress.tick(1000)
        progress.draw()
        assert "Publishing x: 1.0 kB of 4.0 kB (25%)" in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[2K")


def test_a_log_file_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(_progress, "REDRAW", 0)
    with Progress("x", 10, True) as progress:
        progress.draw()
    assert log.getvalue() == ""


def test_a_notebook_shows_a_bar_that_screen_readers_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "REDRAW", 0)
    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "kernel", object(), raising=False)  # as ipykernel's shell has one
    try:
        with capture_output() as captured, Progress("Publishing <x>", 4000, True) as progress:
            progress.tick(1000)
            progress.draw()
        first, last = captured.outputs[0].data["text/html"], captured.outputs[-1].data["text/html"]
        assert '<label>Publishing &lt;x&gt;: 1.0 kB of 4.0 kB <progress value="1000" max="4000"' in first
        assert last == ""
    finally:
        InteractiveShell.clear_instance()


def test_a_failure_stops_the_threads_that_count() -> None:
    progress = Progress("x", None, False)
    with pytest.raises(ZeroDivisionError), progress:
        raise ZeroDivisionError
    with pytest.raises(Stopped):
        progress.tick(1)
