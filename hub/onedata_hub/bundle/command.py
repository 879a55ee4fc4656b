"""``onedata bundle``: gather all that an installation takes into one folder."""

import shutil
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from onedata_hub.bundle import chart as charts
from onedata_hub.bundle import images, wheels
from onedata_hub.bundle.record import Record
from onedata_hub.bundle.tools import BundleError

_BESIDE = ("install.sh", "README.md")


def bundle(
    folder: Annotated[Path, typer.Argument(help="The bundle; one that was cut off goes on.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="What stands before an image's name: docker://registry.example.org/one-data-studio, or "
            "containers-storage:localhost/one-data-studio for images of this machine.",
        ),
    ],
    tag: Annotated[
        str | None, typer.Option(help="The images' tag; the platform's version otherwise.")
    ] = None,
    with_image: Annotated[
        list[str] | None, typer.Option("--with", help="One more of the platform's: notebook-gpu or serve.")
    ] = None,
    other: Annotated[
        list[str] | None,
        typer.Option("--image", help="An image of somebody else's, host/path:tag. May be given often."),
    ] = None,
    processor: Annotated[
        str | None, typer.Option(help="Whose images: amd64 or arm64; this machine's otherwise.")
    ] = None,
    chart: Annotated[Path, typer.Option(help="The chart's folder.")] = Path("helm/one-data-studio"),
    hub_chart: Annotated[
        Path | None,
        typer.Option(help="Zero to JupyterHub's chart; what Helm fetches where none is named."),
    ] = None,
    wheels_from: Annotated[
        Path, typer.Option("--wheels", help="A folder with the wheels of the platform's distributions.")
    ] = Path("dist"),
    lock: Annotated[Path, typer.Option(help="The lock of what they take.")] = Path(
        "requirements/platform.txt"
    ),
) -> None:
    """Gather images, wheels and chart for a site without a way out, with what installs them there.

    The wheels are for this machine's Python and processor. Run the same command again after an interruption.
    """
    began = time.monotonic()
    try:
        listed = images.platform_images(
            source, [*images.OURS, *_known(with_image or [])], tag or version("onedata-hub")
        )
        listed += [images.other_image(one) for one in other or []]
        own = wheels.own_wheels(wheels_from)
        folder.mkdir(parents=True, exist_ok=True)
        record = Record.read(folder)
        charts.gather(chart, hub_chart, record, print)
        images.gather(listed, processor or images.this_processor(), record, print)
        wheels.gather(own, lock, record, print)
        wheels.gather_proxy(record, print)
        size = _finish(record, processor or images.this_processor())
    except BundleError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    print(
        f"{folder} is complete: {size / 1e6:.0f} MB, {time.monotonic() - began:.0f} s. Begin with its README.md."
    )


def _known(names: list[str]) -> list[str]:
    for name in names:
        if name not in images.LARGE:
            raise BundleError(f"There is no image '{name}' to add: there are {' and '.join(images.LARGE)}.")
    return names


def _finish(record: Record, processor: str) -> int:
    """Put beside the pieces what installs them; write the record and the checksums; give all bytes."""
    for name in _BESIDE:
        shutil.copy(Path(__file__).parent / name, record.folder / name)
    (record.folder / "install.sh").chmod(0o755)
    record.about = {
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
        "version": version("onedata-hub"),
        "processor": processor,
    }
    record.write()
    return record.write_sums()
