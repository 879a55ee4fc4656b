"""Fixtures for the chart's tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helm import charts
from tests.helm.schemas import ApiSchemas, MissingSchemas
from tests.helm.variants import VARIANTS, Variant
from tests.support.postgres import postgres

__all__ = ["postgres"]

Render = Callable[..., list[charts.Manifest]]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs a cluster, unless it is asked for."""
    needs_cluster = collection_path.name.endswith("_on_cluster.py")
    return True if needs_cluster and not config.getoption("--cluster") else None


def pytest_configure(config: pytest.Config) -> None:
    """Have a mark for what takes Zero to JupyterHub's chart: `pytest --cluster -m hub_chart tests/helm`."""
    config.addinivalue_line("markers", "hub_chart: takes Zero to JupyterHub's chart, and skips without it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes that chart, by its fixtures and its variant of the values."""
    for item in items:
        if _takes_hub_chart(item):
            item.add_marker(pytest.mark.hub_chart)


def _takes_hub_chart(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    variant = callspec.params.get("variant") if callspec else None
    return "full_chart" in getattr(item, "fixturenames", ()) or getattr(variant, "needs_hub", False)


@pytest.fixture(scope="session")
def helm() -> charts.Helm:
    found = charts.find_helm()
    if found is None:
        pytest.skip("no Helm: put one on the PATH, name it in ONEDATA_HELM, or let `make cluster` build it")
    return found


@pytest.fixture(scope="session")
def lone_chart(helm: charts.Helm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart without the hub's."""
    return charts.without_hub(tmp_path_factory.mktemp("lone"))


@pytest.fixture(scope="session")
def full_chart(helm: charts.Helm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart with Zero to JupyterHub's."""
    hub_chart = charts.find_hub_chart(helm)
    if hub_chart is None:
        pytest.skip(
            "Zero to JupyterHub's chart is not here: name its folder or package in ONEDATA_Z2JH_CHART, "
            "or `helm pull` it"
        )
    return charts.with_hub(tmp_path_factory.mktemp("full"), hub_chart)


@pytest.fixture
def render_lone(helm: charts.Helm, lone_chart: Path, tmp_path: Path) -> Render:
    """Render the chart without the hub's, with these values."""

    def render(*values: Path | dict[str, Any]) -> list[charts.Manifest]:
        return helm.render(lone_chart, *values, folder=tmp_path)

    return render


@pytest.fixture
def render_full(helm: charts.Helm, full_chart: Path, tmp_path: Path) -> Render:
    """Render the chart with the hub's, with these values."""

    def render(*values: Path | dict[str, Any]) -> list[charts.Manifest]:
        return helm.render(full_chart, *values, folder=tmp_path)

    return render


@pytest.fixture(params=VARIANTS, ids=lambda variant: variant.name)
def variant(request: pytest.FixtureRequest) -> Variant:
    """One of the ways to install the chart: everything off, everything on, each example."""
    chosen: Variant = request.param
    return chosen


@pytest.fixture(scope="session")
def rendered() -> dict[str, list[charts.Manifest]]:
    """What was rendered already, by the variant's name: every check goes through every variant."""
    return {}


@pytest.fixture
def manifests(
    variant: Variant, rendered: dict[str, list[charts.Manifest]], request: pytest.FixtureRequest
) -> list[charts.Manifest]:
    """What a variant renders to."""
    if variant.name not in rendered:
        render: Render = request.getfixturevalue("render_full" if variant.needs_hub else "render_lone")
        rendered[variant.name] = render(*variant.values)
    return rendered[variant.name]


@pytest.fixture(scope="session")
def schemas() -> ApiSchemas:
    try:
        return ApiSchemas.from_go_modules()
    except MissingSchemas as missing:
        pytest.skip(str(missing))
