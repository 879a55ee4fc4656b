"""The chart with Zero to JupyterHub's in it, packed by Helm."""

import os
import shutil
import tempfile
from pathlib import Path

from onedata_hub.bundle.record import Record, digest_of
from onedata_hub.bundle.tools import BundleError, Tell, find, run

_FOLDER = "chart"
_NO_DEPENDENCY = (
    "Put the packed chart of Zero to JupyterHub where --hub-chart says, or tell Helm of its repository by "
    "`helm repo add jupyterhub <address>`."
)


def gather(chart: Path, hub_chart: Path | None, record: Record, tell: Tell) -> None:
    """Pack the chart into the bundle, with examples of values.

    Args:
        chart: The chart's folder.
        hub_chart: Zero to JupyterHub's chart, packed or a folder; where none is given, what lies in the chart's
            ``charts/``, or what Helm fetches.
        record: The bundle's.
        tell: Told of each step.

    Raises:
        BundleError: If Helm or a chart is missing.
    """
    if not (chart / "Chart.yaml").is_file():
        raise BundleError(
            f"{chart} is no chart: name the folder helm/one-data-studio of the platform's sources."
        )
    if hub_chart is not None and not hub_chart.exists():
        raise BundleError(f"There is no {hub_chart}. {_NO_DEPENDENCY}")
    helm = find("helm", os.environ.get("ONEDATA_HELM"))
    target = record.folder / _FOLDER
    with tempfile.TemporaryDirectory(prefix="onedata-chart-") as folder:
        copy = Path(shutil.copytree(chart, Path(folder) / "one-data-studio"))
        _complete(helm, copy, hub_chart)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        run(helm, "package", str(copy), f"--destination={target}")
    examples = chart.parent / "examples"
    if examples.is_dir():
        shutil.copytree(examples, target / "examples")
    (packed,) = target.glob("*.tgz")
    record.note(_FOLDER, digest_of(packed))
    tell(f"chart      {packed.name}: {packed.stat().st_size / 1e3:.0f} kB")


def _complete(helm: str, chart: Path, hub_chart: Path | None) -> None:
    """Put Zero to JupyterHub's chart into a copy of ours."""
    place = chart / "charts"
    if hub_chart is None:
        if not (place.is_dir() and any(place.glob("jupyterhub*"))):
            try:
                run(helm, "dependency", "update", str(chart))
            except BundleError as error:
                raise BundleError(f"{error}\n{_NO_DEPENDENCY}") from error
        return
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if hub_chart.is_dir():
        shutil.copytree(hub_chart, place / "jupyterhub")
    else:
        shutil.copy2(hub_chart, place)
