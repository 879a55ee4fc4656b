"""What a profile comes to: bytes, cores, GPUs and environment, read from KubeSpawner's own traits."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onedata_hub.amounts import GPU_RESOURCE, is_gpu

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class ProfileError(ValueError):
    """A profile file or somebody's choice is wrong; the message says what is true and what to do."""


class ProfileForbidden(ProfileError):
    """Somebody chose what their groups may not have."""


@dataclass(frozen=True)
class ServerSize:
    """What a chosen profile comes to: limits in bytes and cores, None where there is none.

    Attributes:
        gpu_kinds: How many it takes of each kind of GPU, by the cluster's name of it, such as ``nvidia.com/gpu``.
        overrides: All that it asks for, in KubeSpawner's terms: for those who make pods.
        options: What was chosen, every choice by its name: KubeSpawner's user options.
    """

    profile: str
    memory_bytes: int | None = None
    cpus: float | None = None
    gpu_kinds: dict[str, int] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def gpus(self) -> int:
        """How many GPUs it takes; a slice or a share of one counts as one."""
        return sum(self.gpu_kinds.values())


def options_text(options: Mapping[str, Any]) -> str:
    """Write what was chosen within a profile as its servers and runs find it in their environment, JSON.

    Args:
        options: KubeSpawner's user options; what is no text, or is the profile itself, is left out.
    """
    chosen = {name: value for name, value in options.items() if name != "profile" and isinstance(value, str)}
    return json.dumps(chosen, sort_keys=True)


def parse_memory(value: Any) -> int | None:
    """Read bytes from a number or from text with a unit: 512M, 2G (powers of 1024), as KubeSpawner does.

    Raises:
        ProfileError: If it is neither.
    """
    if value is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]?)", str(value).strip())
    if match is None or isinstance(value, bool):
        raise ProfileError(
            f"mem_limit {value!r} is no amount of memory. Write bytes, or a number with K, M, G or T."
        )
    return int(float(match[1]) * _UNITS[match[2]])


def size_of(slug: str, *overrides: Mapping[str, Any]) -> ServerSize:
    """Lay overrides of KubeSpawner's traits over one another and read what they come to.

    Raises:
        ProfileError: If one of them is no amount; names the profile.
    """
    merged: dict[str, Any] = {}
    environment: dict[str, str] = {}
    for one in overrides:
        merged = laid_over(merged, one)
        environment |= _environment(slug, one.get("environment") or {})
    return ServerSize(
        profile=slug,
        memory_bytes=parse_memory(merged.get("mem_limit")),
        cpus=_cpus(slug, merged.get("cpu_limit")),
        gpu_kinds=_gpus(slug, merged.get("extra_resource_limits") or {}),
        environment=environment,
        overrides=merged,
    )


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay settings over others as KubeSpawner does: maps are merged, anything else is replaced.

    Within a map a value of None takes the name out.
    """
    result = dict(below)
    for name, value in above.items():
        known = result.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            without = {inner for inner, given in value.items() if given is None}
            both = laid_over(known, value)
            result[name] = {inner: given for inner, given in both.items() if inner not in without}
        else:
            result[name] = value
    return result


def _environment(slug: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str | int | float) for v in value.values()):
        raise ProfileError(f"environment of profile '{slug}' is no map of names to text. Write NAME: value.")
    return {str(name): str(text) for name, text in value.items()}


def _cpus(slug: str, value: Any) -> float | None:
    try:
        cpus = None if value is None else float(value)
    except (TypeError, ValueError):
        cpus = 0.0
    if cpus is not None and not cpus > 0:
        raise ProfileError(f"cpu_limit {value!r} of profile '{slug}' is no number above 0.")
    return cpus


def _gpus(slug: str, limits: Any) -> dict[str, int]:
    if not isinstance(limits, dict):
        raise ProfileError(
            f"extra_resource_limits {limits!r} of profile '{slug}' is no map. Write {GPU_RESOURCE}: 1."
        )
    # None takes a kind out again that the profile below asks for.
    kinds = {str(name): value for name, value in limits.items() if is_gpu(str(name)) and value is not None}
    for name, value in kinds.items():
        if not str(value).isdecimal():
            raise ProfileError(f"{name} {value!r} of profile '{slug}' is no number of GPUs.")
    return {name: int(value) for name, value in kinds.items() if int(value)}
