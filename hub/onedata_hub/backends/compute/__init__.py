"""Where notebook runs are executed: the port, and its adapters."""

from onedata_hub.backends.compute.base import (
    ComputeBackend,
    ComputeError,
    ComputePort,
    ComputeState,
    NeverStarts,
    StartRequest,
    StillRunning,
    UnknownReference,
    Work,
)
from onedata_hub.backends.compute.local import LocalCompute
from onedata_hub.backends.compute.opening import open_compute

__all__ = [
    "ComputeBackend",
    "ComputeError",
    "ComputePort",
    "ComputeState",
    "LocalCompute",
    "NeverStarts",
    "StartRequest",
    "StillRunning",
    "UnknownReference",
    "Work",
    "open_compute",
]
