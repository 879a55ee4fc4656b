"""What a bundle is made of, small: three images in a real registry, a lock of one package, and a chart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.images import write_image
from tests.helm.charts import CHART, find_helm
from tests.support.bundles import Sources, write_lock, write_wheels
from tests.support.registry import Registry

TAG = "1.0"
NAMES = ("hub", "notebook", "proxy")


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
    write_wheels(folder / "dist")
    write_lock(folder / "lock.txt")
    hub_chart = folder / "jupyterhub"
    hub_chart.mkdir()
    (hub_chart / "Chart.yaml").write_text("apiVersion: v2\nname: jupyterhub\nversion: 4.4.0\n")
    return Sources(registry, TAG, folder / "dist", folder / "lock.txt", CHART, hub_chart, helm.program)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder for a bundle."""
    return tmp_path / "bundle"
