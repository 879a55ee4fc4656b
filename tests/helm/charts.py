"""The chart with and without Zero to JupyterHub's, ready to render, and Helm itself."""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.place import CACHE

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "one-data-studio"
EXAMPLES = ROOT / "helm" / "examples"
NAMESPACE = "ods"
RELEASE = "onedata"

Manifest = dict[str, Any]


class RenderingFailed(Exception):
    """Helm refused; the message is what it said."""


@dataclass(frozen=True)
class Helm:
    """A Helm program."""

    program: Path

    def run(self, *arguments: str) -> str:
        """Give what it writes.

        Raises:
            RenderingFailed: If it ends with another status than 0.
        """
        done = subprocess.run(
            [str(self.program), *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise RenderingFailed((done.stderr + done.stdout).strip())
        return done.stdout

    def render(self, chart: Path, *values: Path | dict[str, Any], folder: Path) -> list[Manifest]:
        """Give the manifests of a chart with these values, the later ones over the earlier."""
        text = self.run("template", RELEASE, str(chart), "-n", NAMESPACE, *_files(values, folder))
        return [one for one in yaml.safe_load_all(text) if one]

    def notes(self, chart: Path, *values: Path | dict[str, Any], folder: Path) -> str:
        """Give what people read after an install; nothing is installed."""
        shown = self.run(
            "install", RELEASE, str(chart), "-n", NAMESPACE, "--dry-run=client", *_files(values, folder)
        )
        return shown.partition("NOTES:\n")[2]


def _files(values: tuple[Path | dict[str, Any], ...], folder: Path) -> Iterator[str]:
    for place, one in enumerate(values):
        file = one
        if isinstance(one, dict):
            file = folder / f"values-{place}.json"
            file.write_text(json.dumps(one))
        yield from ("-f", str(file))


def find_helm() -> Helm | None:
    """Find Helm 4: what ONEDATA_HELM names, on the PATH, or what `make cluster` has built; None where none is."""
    named = os.environ.get("ONEDATA_HELM") or shutil.which("helm")
    built = sorted(CACHE.glob("*/bin/helm"), key=lambda path: path.stat().st_mtime)
    found = Path(named) if named else next(reversed(built), None)
    return Helm(found) if found else None


def find_hub_chart(helm: Helm) -> Path | None:
    """Find Zero to JupyterHub's chart: what ONEDATA_Z2JH_CHART names, or in Helm's cache; None where it is not."""
    named = os.environ.get("ONEDATA_Z2JH_CHART")
    if named:
        return Path(named)
    cache = Path(helm.run("env", "HELM_REPOSITORY_CACHE").strip())
    return max(cache.glob("jupyterhub-*.tgz"), key=lambda path: path.stat().st_mtime, default=None)


def without_hub(folder: Path) -> Path:
    """Copy the chart without its dependency: Helm renders nothing while one is missing."""
    chart = _copy(folder)
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    del about["dependencies"]
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    return chart


def with_hub(folder: Path, hub_chart: Path) -> Path:
    """Copy the chart with its dependency in place, from a packed chart or from a checkout's folder."""
    chart = _copy(folder)
    place = chart / "charts"
    place.mkdir()
    if hub_chart.is_dir():
        shutil.copytree(hub_chart, place / "jupyterhub")
    else:
        with tarfile.open(hub_chart) as packed:
            packed.extractall(place, filter="data")
    _make_releasable(place / "jupyterhub", chart)
    return chart


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(CHART, folder / "one-data-studio", ignore=shutil.ignore_patterns("charts")))


def _make_releasable(hub: Path, chart: Path) -> None:
    """Do what a release of the hub's chart does to a checkout of it: a version, and the schema as JSON."""
    schema = hub / "values.schema.yaml"
    if not schema.exists():
        return
    (hub / "values.schema.json").write_text(json.dumps(yaml.safe_load(schema.read_text())))
    wanted = yaml.safe_load((chart / "Chart.yaml").read_text())["dependencies"][0]["version"]
    about = yaml.safe_load((hub / "Chart.yaml").read_text())
    about["version"] = wanted.split()[0].removeprefix(">=")
    (hub / "Chart.yaml").write_text(yaml.safe_dump(about))
