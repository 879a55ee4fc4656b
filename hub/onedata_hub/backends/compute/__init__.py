"""Where notebook runs are executed: the port, and its adapters."""

from onedata_hub.backends.compute.base import (
    ComputeBackend,
    ComputeError,
    ComputeState,
    StartRequest,
    StillRunning,
    UnknownReference,
)
from onedata_hub.backends.compute.local import LocalCompute

__all__ = [
    "ComputeBackend",
    "ComputeError",
    "ComputeState",
    "LocalCompute",
    "StartRequest",
    "StillRunning",
    "UnknownReference",
]
