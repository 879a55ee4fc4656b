"""What ``import onedata`` adds to a start of Python."""

import subprocess
import sys
from collections.abc import Iterator

from tests.bench.harness import Figure, take_turns, timed


def _start(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def measure(quick: bool) -> Iterator[Figure]:
    """Start Python with and without the import."""
    turns = take_turns(
        timed(lambda: _start("import onedata")), timed(lambda: _start("pass")), pairs=5 if quick else 41
    )
    yield Figure(
        "import.added",
        "`import onedata` over a bare start of Python",
        turns.added_seconds * 1000,
        "ms",
        30,
        str(turns),
        strictly=True,
    )
