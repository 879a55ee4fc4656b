"""`onedata lineage …`."""

from typing import Annotated

import typer

from onedata.cli.output import WorkspaceOption

app = typer.Typer(
    name="lineage", help="Where things come from, and what stands on them.", no_args_is_help=True
)


@app.command()
def show(
    node: Annotated[str, typer.Argument(help="flights@3, model:delays@1 or notebook:etl.ipynb")],
    workspace: WorkspaceOption = None,
) -> None:
    """Draw what a dataset, model or notebook came from and what stands on it."""
    import onedata

    typer.echo(str(onedata.lineage(node, workspace=workspace)))
