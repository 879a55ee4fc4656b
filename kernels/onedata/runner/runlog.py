"""The log of a run: what its cells print, as they print it, secrets masked."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from onedata.contract.runner import LogFrame
from onedata.runner.masking import Masker, StreamMasker

MAX_LOG_BYTES = 256 * 2**20
_FRAME_CHARACTERS = 8_192  # a container's log is kept in lines; short ones can be read as they come

Echo = Callable[[LogFrame], None]


def echo_frame(frame: LogFrame) -> None:
    """Write a piece of the log to the standard output, for whoever follows this container."""
    sys.stdout.buffer.write(frame.line())
    sys.stdout.buffer.flush()


class RunLog:
    """Appends to ``log.txt``, so that it can be followed while the run goes on.

    Args:
        path: The file; made anew.
        masker: The run's secrets.
        echo: Called with each piece too, where the file itself cannot be read from outside.
        max_bytes: The log ends here, and says so; a cell that prints forever does not fill the disk.
    """

    def __init__(
        self, path: Path, masker: Masker, echo: Echo | None = None, max_bytes: int = MAX_LOG_BYTES
    ) -> None:
        self._echo = echo
        self._written = 0
        self._file = path.open("wb", buffering=0)
        self._stream = StreamMasker(masker)
        self._room = max_bytes

    def write_output(self, output: Any) -> None:
        """Append what is text in a cell's output."""
        if output["output_type"] == "stream":
            self.write(output["text"])
        elif output["output_type"] == "error":
            self.write("\n".join(output["traceback"]) + "\n")
        elif "text/plain" in output.get("data", {}):
            self.write(str(output["data"]["text/plain"]) + "\n")

    def write(self, text: str) -> None:
        """Append a text; its end may be held back until it is sure that it begins no secret."""
        self._append(self._stream.feed(text))

    def close(self) -> None:
        """Append what was held back, and close."""
        self._append(self._stream.flush())
        self._file.close()

    def _append(self, text: str) -> None:
        if not text or self._room <= 0:
            return
        content = text.encode("utf-8", "replace")
        self._room -= len(content)
        if self._room <= 0:
            content += b"\n[The log has reached its limit and ends here. The run goes on.]\n"
        self._file.write(content)
        if self._echo is not None:
            self._repeat(content.decode())

    def _repeat(self, text: str) -> None:
        for start in range(0, len(text), _FRAME_CHARACTERS):
            piece = text[start : start + _FRAME_CHARACTERS]
            assert self._echo is not None, "asked before"
            self._echo(LogFrame(at=self._written, log=piece))
            self._written += len(piece.encode())
