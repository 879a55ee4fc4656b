"""What following a run needs of it; ``Run`` is one."""

from typing import Any, Protocol

from onedata.contract import jobs as contract
from onedata.contract.jobs import RunState


class AnyRun(Protocol):
    """A run that can be asked how it is."""

    summary: contract.RunSummary

    @property
    def info(self) -> contract.Run: ...

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def state(self) -> RunState: ...

    @property
    def is_over(self) -> bool: ...

    @property
    def outputs(self) -> list[str]: ...

    def refresh(self) -> Any: ...
