"""`onedata sql` and `onedata whoami`."""

import sys
from typing import Annotated

import typer

from onedata.cli.output import WorkspaceOption, show_one


def register(app: typer.Typer) -> None:
    """Add the verbs that belong to no group."""
    app.command()(sql)
    app.command()(whoami)


def sql(
    query: Annotated[str, typer.Argument(help="A query over datasets by name: select … from flights")],
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Query datasets by name."""
    import onedata

    if workspace is not None:
        onedata.workspace(workspace)
    result = onedata.sql(query)
    if not csv:
        typer.echo(str(result))
        return
    from pyarrow import csv as writer  # not through pandas, which has no integers beyond 64 bits

    writer.write_csv(result.arrow(), sys.stdout.buffer, writer.WriteOptions(quoting_style="needed"))


def whoami() -> None:
    """Say who the platform takes you for."""
    from onedata._client import client

    show_one(client().me())
