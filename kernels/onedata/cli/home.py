"""`onedata home …`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onedata.contract.homes import packages_of
from onedata.home import room
from onedata.home.conflicts import conflicts_of, left_behind
from onedata.home.mending import put_aside

app = typer.Typer(name="home", help="Your home: its room, and the packages you added.", no_args_is_help=True)


class Aside(StrEnum):
    """What can be renamed out of the way."""

    packages = "packages"
    config = "config"


def size(count: int) -> str:
    """Write bytes in powers of 1024."""
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.1f} MiB"


@app.command()
def show() -> None:
    """Show how full your home is, what takes most, and added packages that do not fit."""
    home = Path.home()
    found = room.room_of(home)
    typer.echo(f"{size(found.used_bytes)} of {size(found.total_bytes)} used, {size(found.free_bytes)} free")
    for folder in room.largest_folders(home):
        typer.echo(f"{'' if folder.is_whole else 'more than '}{size(folder.size_bytes)}  {folder.path}")
    for words in conflicts_of(packages_of(home)):
        typer.echo(words)
    for version, names in left_behind(home).items():
        typer.echo(f"Added under {version}, and not here: {' '.join(names) or 'nothing'}")


@app.command()
def free() -> None:
    """Remove caches of uv and pip, and what is in the trash."""
    typer.echo(f"{size(room.free(Path.home()))} freed")


@app.command("set-aside")
def set_aside(what: Annotated[Aside, typer.Argument(help="Which of the two.")]) -> None:
    """Rename added packages, or your settings of Jupyter's server, so that neither is used. Nothing is deleted."""
    moved = put_aside(Path.home(), what.value)
    for before, after in moved:
        typer.echo(f"{before} is now {after.name}")
    if not moved:
        typer.echo("There was nothing to rename.")
