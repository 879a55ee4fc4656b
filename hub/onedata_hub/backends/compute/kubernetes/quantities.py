"""Amounts as Kubernetes writes them, and what a pod asks of its node.

Source: Kubernetes API reference, Quantity; "Resource sharing within containers", the effective request of a pod.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_UNITS = {
    **{
        "": 1.0,
        "m": 1e-3,
        "k": 1e3,
        "M": 1e6,
        "G": 1e9,
        "T": 1e12,
        "P": 1e15,
        "E": 1e18,
        "u": 1e-6,
        "n": 1e-9,
    },
    **{f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", start=1)},
}


def quantity(text: Any) -> float:
    """Read an amount: 100m, 16Gi, 1e3.

    Raises:
        ValueError: If it is none.
    """
    found = re.fullmatch(r"([+-]?[0-9.]+)([a-zA-Z]{0,2})|([+-]?[0-9.]+[eE][+-]?[0-9]+)", str(text).strip())
    if found is None or (found[2] or "") not in _UNITS:
        raise ValueError(f"{text!r} is no amount as Kubernetes writes them")
    return float(found[3]) if found[3] else float(found[1]) * _UNITS[found[2]]


def pod_requests(pod: Mapping[str, Any]) -> dict[str, float]:
    """Give what a pod asks of its node: CPUs, bytes, and devices by their names."""
    spec = pod["spec"]
    before = spec.get("initContainers") or []
    beside = [one for one in before if one.get("restartPolicy") == "Always"]
    together = _sum([*(spec.get("containers") or []), *beside])
    # Those that come first run one after the other, and need no more than the largest of them.
    for one in before:
        for name, amount in _requests(one).items():
            together[name] = max(together.get(name, 0.0), amount)
    for name, amount in (spec.get("overhead") or {}).items():
        together[name] = together.get(name, 0.0) + quantity(amount)
    return together


def _sum(containers: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in containers:
        for name, amount in _requests(one).items():
            total[name] = total.get(name, 0.0) + amount
    return total


def _requests(container: Mapping[str, Any]) -> dict[str, float]:
    """Give a container's requests; a limit without a request is one."""
    resources = container.get("resources") or {}
    asked = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return {name: quantity(amount) for name, amount in asked.items()}
