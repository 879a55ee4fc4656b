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
from onedata_hub.backends.compute.opening import open_compute

__all__ = [
    "ComputeBackend",
    "ComputeError",
    "ComputeState",
    "LocalCompute",
    "StartRequest",
    "StillRunning",
    "UnknownReference",
    "open_compute",
]
