"""Memory of the idle platform: every process that ``onedata up`` leaves running, and itself."""

import time
from collections import Counter
from collections.abc import Iterator

import psutil

from tests.bench.harness import Figure
from tests.support.platform import Platform

START_SECONDS = 120.0
TARGET_GB = 1.2
# What tells a process's part in the platform from its command line; the rest is ``onedata up``.
PARTS = {
    "jupyterhub": "hub",
    "--api-ip": "proxy",
    "onedata_hub.studio": "studio",
    "forkserver": "forkserver",
    "onedata_hub.mlflow_service": "MLflow",
    "onedata_hub.culler": "culler",
}


def _await_mlflow(platform: Platform) -> None:
    """Wait until MLflow has started: it does so in the background, and is the largest part."""
    deadline = time.monotonic() + START_SECONDS
    with platform.client("ann") as client:
        while time.monotonic() < deadline:
            if client.get("/services/mlflow/health").status_code == 200:
                return
            time.sleep(0.5)
    raise RuntimeError(f"MLflow was not ready within {START_SECONDS:.0f} s.")


def _look(platform: Platform) -> tuple[Counter[str], int]:
    """Give the proportional set size of each part and the resident sizes' sum, in bytes."""
    shares: Counter[str] = Counter()
    resident = 0
    for process in platform.processes():
        try:
            command = " ".join(process.cmdline())
            memory = process.memory_full_info()
        except psutil.NoSuchProcess:  # a helper of a moment, such as the hub's check of a port
            continue
        shares[next((part for mark, part in PARTS.items() if mark in command), "up")] += memory.pss
        resident += memory.rss
    return shares, resident


def measure(quick: bool) -> Iterator[Figure]:
    """Start the platform, let it be for a while, and keep the largest of what was seen."""
    looks = []
    with Platform() as platform:
        _await_mlflow(platform)
        for _ in range(2 if quick else 15):
            time.sleep(2)
            looks.append(_look(platform))
    shares = max((shares for shares, _ in looks), key=lambda one: one.total())
    missing = sorted(set(PARTS.values()) - set(shares))
    if missing:
        raise RuntimeError(f"These parts were not found, so their memory is missing: {', '.join(missing)}.")
    detail = ", ".join(f"{part} {size / 1e6:.0f} MB" for part, size in shares.most_common())
    yield Figure(
        "memory.pss",
        "Memory of the idle platform",
        shares.total() / 1e9,
        "GB",
        TARGET_GB,
        detail,
        strictly=True,
    )
    resident = max(resident for _, resident in looks)
    yield Figure(
        "memory.rss",
        "The same by resident size, shared pages counted for each process",
        resident / 1e9,
        "GB",
        TARGET_GB,
        f"{len(looks)} looks, 2 s apart",
        strictly=True,
    )
