"""Print figures, keep their history in docs/benchmarks.json, and write docs/benchmarks.md from it."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tests.bench.harness import Figure

ROOT = Path(__file__).parents[2]
JSON_FILE = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
SAME_WITHIN = 0.05  # machines are noisy: less than this is neither better nor worse
MOST_KEPT = 20  # measurements of one figure

INTRODUCTION = """\
# Benchmarks

`make bench` measures all of this on your machine; `python -m tests.bench <name>` measures one part.
A figure in `x` is a ratio: what is compared takes turns in one run, and the figure is the median of
the pairs' ratios. What is measured on real processes: a real hub, proxy and JupyterLab, a studio
under uvicorn, DVC's own command. `docs/benchmarks.json` keeps the history.

`make bench-cluster` measures the platform on the [cluster of the tests](how-to/test-on-a-cluster.md),
and `python -m tests.bench scale` puts a thousand pretended servers there; both run where they are
named. [Scale](explanation/scale.md) says what follows from such figures.

This page is written by `python -m tests.bench --write`.
"""


def describe_machine() -> dict[str, Any]:
    """Say what the figures were measured on."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = (line.partition(":") for line in cpuinfo.read_text().splitlines())
        model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), model)
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def commit() -> str:
    """Name the commit that is checked out, or nothing outside git."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def change(value: float, before: float | None) -> str:
    """Say whether a figure is better or worse than last time; less is better for all of them."""
    if before is None:
        return "first time"
    if before == 0 or abs(value / before - 1) < SAME_WITHIN:
        return "as before"
    return f"{'better' if value < before else 'worse'} (was {number(before)})"


def number(value: float) -> str:
    """Write a number with three digits that matter."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def line(figure: Figure, before: float | None) -> str:
    """Give a figure as a line for a terminal."""
    verdict = "ok    " if figure.passes else "OVER  "
    return (
        f"{verdict} {figure.title}: {number(figure.value)} {figure.unit} (target {figure.wanted}; "
        f"{change(figure.value, before)}) [{figure.detail}]"
    )


@dataclass
class History:
    """Measurements of each figure, oldest first."""

    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "History":
        """Read what was kept; nothing where nothing was."""
        return cls(json.loads(JSON_FILE.read_text())["figures"] if JSON_FILE.exists() else {})

    def last(self, key: str) -> float | None:
        """Give a figure's newest value."""
        kept = self.figures.get(key)
        return float(kept[-1]["value"]) if kept else None

    def add(self, measured: list[Figure]) -> None:
        """Add a run's figures."""
        about = {
            "date": datetime.now(UTC).date().isoformat(),
            "commit": commit(),
            "machine": describe_machine(),
        }
        for figure in measured:
            kept = self.figures.setdefault(figure.key, [])
            kept.append({**asdict(figure), **about})
            del kept[:-MOST_KEPT]

    def save(self) -> None:
        """Write the history and the page."""
        JSON_FILE.write_text(
            json.dumps({"figures": self.figures}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        )
        PAGE.write_text(self.page())

    def page(self) -> str:
        """Render the newest measurement of every figure."""
        rows = [
            "| what | measured | target | | against last time | how it came about | when |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        machines: set[str] = set()
        for key in sorted(self.figures):
            kept = self.figures[key]
            newest = kept[-1]
            figure = Figure(**{name: newest[name] for name in Figure.__dataclass_fields__})
            before = kept[-2]["value"] if len(kept) > 1 else None
            machine = newest["machine"]
            machines.add(
                f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']} GB of memory, "
                f"{machine['system']}, Python {machine['python']}"
            )
            rows.append(
                f"| {figure.title} | {number(figure.value)} {figure.unit} | {figure.wanted} | "
                f"{'ok' if figure.passes else '**over**'} | {change(figure.value, before)} | {figure.detail} | "
                f"{newest['date']} |"
            )
        where = "\n".join(f"Measured on {machine}." for machine in sorted(machines))
        return f"{INTRODUCTION}\n{where}\n\n" + "\n".join(rows) + "\n"
