"""Runs that go on until a test lets them end: how long what it does meanwhile takes is for the machine to say."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hold:
    """A file in somebody's home, for which their runs wait.

    Attributes:
        file: Its path in their server and runs; no two holds share one, since homes outlive a test.
    """

    file: str = field(default_factory=lambda: f"/home/jovyan/go-on-{secrets.token_hex(4)}")

    @property
    def cell(self) -> str:
        """What a run executes to wait: it says that it does, once."""
        return f"""
import pathlib, time
print("waits", flush=True)
while not pathlib.Path({self.file!r}).exists():
    time.sleep(0.5)
"""

    @property
    def let_go(self) -> str:
        """What their server executes to have the runs go on."""
        return f"open({self.file!r}, 'w').close()"
