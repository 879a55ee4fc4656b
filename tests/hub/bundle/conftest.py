"""What a bundle is made of, small: three images in a real registry, a lock of one package, and a chart."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.images import write_image
from tests.helm.charts import CHART, find_helm
from tests.support.registry import Registry

ROOT = Path(__file__).parents[3]
TAG = "1.0"
NAMES = ("hub", "notebook", "proxy")


@dataclass(frozen=True)
class Sources:
    """Where a bundle's pieces come from."""

    registry: Registry
    wheels: Path
    lock: Path
    chart: Path
    hub_chart: Path
    helm: Path

    def arguments(self) -> list[str]:
        """Give the command's options."""
        return [
            f"--from=docker://{self.registry.host}/one-data-studio",
            f"--tag={TAG}",
            f"--wheels={self.wheels}",
            f"--lock={self.lock}",
            f"--chart={self.chart}",
            f"--hub-chart={self.hub_chart}",
        ]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry with three images of a few bytes."""
    folder = tmp_path_factory.mktemp("registry")
    with Registry(folder) as running:
        for name in NAMES:
            archive = folder / f"{name}.tar"
            write_image(archive, f"one-data-studio/{name}:{TAG}", b"\0" * 10240, {"Cmd": [name]})
            running.push(archive, f"one-data-studio/{name}:{TAG}")
        yield running


@pytest.fixture(scope="module")
def sources(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """All that the command is given."""
    helm = find_helm()
    if helm is None:
        pytest.skip("no Helm: put one on the PATH, name it in ONEDATA_HELM, or let `make cluster` build it")
    folder = tmp_path_factory.mktemp("sources")
    (wheels := folder / "dist").mkdir()
    for name in ("onedata", "onedata_hub", "onedata_lab"):
        write_wheel(wheels, name)
    lock = folder / "lock.txt"
    lock.write_text(locked("typing-extensions"))
    hub_chart = folder / "jupyterhub"
    hub_chart.mkdir()
    (hub_chart / "Chart.yaml").write_text("apiVersion: v2\nname: jupyterhub\nversion: 4.4.0\n")
    return Sources(registry, wheels, lock, CHART, hub_chart, helm.program)


def write_wheel(folder: Path, name: str) -> None:
    """Write a wheel of one empty module."""
    with zipfile.ZipFile(folder / f"{name}-0.1.0-py3-none-any.whl", "w") as wheel:
        about = f"{name}-0.1.0.dist-info"
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def locked(package: str) -> str:
    """Give a package's lines of the platform's lock."""
    text = (ROOT / "requirements" / "platform.txt").read_text()
    found = re.search(rf"^{package}==[^\n]*\n(?: +--hash[^\n]*\n)+", text, re.MULTILINE)
    assert found, f"{package} is not locked"
    return found[0]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Path]:
    """A folder for a bundle, removed afterwards."""
    yield tmp_path / "bundle"
    shutil.rmtree(tmp_path / "bundle", ignore_errors=True)
