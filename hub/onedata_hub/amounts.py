"""Amounts in words: counts, memory, CPUs, and GPUs of the kinds that a cluster's device plugins name.

Source: NVIDIA's device plugin, "Configuration options" (MIG strategy mixed, time slicing with renameByDefault).
"""

import re

GPU_RESOURCE = "nvidia.com/gpu"
_KINDS = (
    (re.compile(r"nvidia\.com/mig-(.+)"), "GPU slice ({})", "GPU slices ({})"),
    (re.compile(r"nvidia\.com/gpu\.shared"), "share of a GPU", "shares of a GPU"),
    (re.compile(r"nvidia\.com/gpu"), "GPU", "GPUs"),
    (re.compile(r"amd\.com/gpu"), "AMD GPU", "AMD GPUs"),
    (re.compile(r"gpu\.intel\.com/.+"), "Intel GPU", "Intel GPUs"),
    (re.compile(r"habana\.ai/gaudi"), "Gaudi accelerator", "Gaudi accelerators"),
    (re.compile(r"google\.com/tpu"), "TPU", "TPUs"),
)


def is_gpu(resource: str) -> bool:
    """Say whether a resource of a cluster is a GPU, or a slice or a share of one."""
    return any(pattern.fullmatch(resource) for pattern, _, _ in _KINDS)


def count_gpus_in_words(resource: str, count: int) -> str:
    """Say how many there are of a kind: ``1 GPU``, ``2 GPU slices (1g.10gb)``; of another resource, its name."""
    for pattern, one, many in _KINDS:
        found = pattern.fullmatch(resource)
        if found:
            return f"{count} {(one if count == 1 else many).format(*found.groups())}"
    return f"{count} {resource}"


def memory_in_words(size_bytes: float) -> str:
    """Say an amount of memory, in powers of 1024 as profiles count it: 512 MB, 7.5 GB."""
    amount, units = size_bytes / 2**20, ["MB", "GB", "TB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return f"{amount:.3g} {units[0]}" if amount < 1000 else f"{amount:.0f} {units[0]}"


def cpus_in_words(cpus: float) -> str:
    """Say a number of CPUs."""
    return f"{cpus:g} CPU" + ("" if cpus == 1 else "s")


def resource_in_words(name: str, amount: float) -> str:
    """Say an amount of what pods ask for by name: CPUs, memory, disk, or devices."""
    if name == "cpu":
        return cpus_in_words(round(amount, 2))
    if name in ("memory", "ephemeral-storage"):
        return f"{memory_in_words(amount)} of {'memory' if name == 'memory' else 'disk'}"
    return count_gpus_in_words(name, int(amount))


def counted(number: int, one: str, many: str = "") -> str:
    """Say how many there are of something; ``many`` is its plural, where that is not an ``s`` more."""
    return f"{number} {one if number == 1 else many or one + 's'}"
