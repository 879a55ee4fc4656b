"""What a server's pod would ask of its node, before there is a pod."""

from collections.abc import Mapping
from typing import Any

from onedata_hub.backends.compute.kubernetes.capacity import Asked
from onedata_hub.backends.compute.kubernetes.quantities import quantity
from onedata_hub.server_size import laid_over, parse_memory

_NAMES = (
    *("cpu_guarantee", "cpu_limit", "mem_guarantee", "mem_limit"),
    *("extra_resource_guarantees", "extra_resource_limits", "node_selector", "tolerations"),
)


def asked_of(spawner: Any, overrides: Mapping[str, Any]) -> Asked:
    """Read what a pod asks for, and where it may go, from a spawner with a profile laid over it.

    A function in a profile's place is passed over: it is called at a start alone.
    """
    given = {name: value for name, value in overrides.items() if name in _NAMES and not callable(value)}
    values = laid_over({name: getattr(spawner, name) for name in _NAMES}, given)
    requests: dict[str, float] = {}
    # Kubernetes takes a limit without a request for both.
    cpus = values["cpu_guarantee"] or values["cpu_limit"]
    memory = parse_memory(values["mem_guarantee"] or values["mem_limit"])
    if cpus:
        requests["cpu"] = float(cpus)
    if memory:
        requests["memory"] = float(memory)
    devices = {**(values["extra_resource_limits"] or {}), **(values["extra_resource_guarantees"] or {})}
    requests |= {name: quantity(amount) for name, amount in devices.items() if amount is not None}
    return Asked(requests, values["node_selector"] or {}, _listed(values["tolerations"]))


def _listed(entries: Any) -> tuple[Mapping[str, Any], ...]:
    """Give a list or a map of entries, as KubeSpawner takes either."""
    return tuple(entries.values()) if isinstance(entries, Mapping) else tuple(entries or ())
