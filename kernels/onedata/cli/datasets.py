"""`onedata datasets …`."""

from pathlib import Path
from typing import Annotated

import typer

from onedata._client import client, path_of
from onedata.cli.output import JsonOption, WorkspaceOption, show
from onedata.contract.datasets import DatasetSummary, VersionSummary

app = typer.Typer(name="datasets", help="Versioned datasets.", no_args_is_help=True)

RefArgument = Annotated[str, typer.Argument(help="[workspace/]name[@version]")]


@app.command("list")
def list_datasets(
    search: Annotated[str | None, typer.Option(help="Part of a name, description or tag.")] = None,
    tag: Annotated[str | None, typer.Option(help="A tag that the datasets carry.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the datasets of a workspace."""
    studio = client()
    path = path_of("workspaces", studio.workspace(workspace), "datasets")
    found = [DatasetSummary.model_validate(item) for item in studio.pages(path, search=search, tag=tag)]
    show(found, ["name", "latest_version", "rows", "bytes", "tags", "updated_at"], as_json=as_json)


@app.command()
def versions(ref: RefArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List a dataset's versions, newest first."""
    from onedata.contract.names import DatasetRef
    from onedata.errors import InvalidInput

    try:
        parsed = DatasetRef.parse(ref)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    studio = client()
    where = studio.workspace(parsed.workspace or workspace)
    path = path_of("workspaces", where, "datasets", parsed.name, "versions")
    found = [VersionSummary.model_validate(item) for item in studio.pages(path)]
    show(found, ["version", "rows", "bytes", "files", "created_by", "created_at", "message"], as_json=as_json)


@app.command()
def publish(
    path: Annotated[Path, typer.Argument(exists=True, help="A file or folder.")],
    name: Annotated[str, typer.Argument(help="The dataset's name.")],
    description: Annotated[str | None, typer.Option(help="What it is.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given several times.")] = None,
    message: Annotated[str, typer.Option("--message", "-m", help="What changed.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Publish a file or folder as the next version of a dataset."""
    from onedata import datasets

    published = datasets.publish(
        path, name, description=description, tags=tag, message=message, workspace=workspace
    )
    typer.echo(str(published))


@app.command()
def describe(ref: RefArgument, workspace: WorkspaceOption = None) -> None:
    """Show a dataset's schema, statistics, versions and lineage."""
    from onedata import datasets

    typer.echo(str(datasets.describe(ref, workspace=workspace)))


@app.command()
def compare(
    ref: RefArgument,
    first: Annotated[int, typer.Argument(help="A version.")],
    second: Annotated[int, typer.Argument(help="Another version.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Compare two versions: schema, rows and the drift of each column."""
    from onedata import datasets

    typer.echo(str(datasets.compare(ref, first, second, workspace=workspace)))


@app.command()
def delete(
    ref: RefArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Delete a dataset that nothing stands on."""
    from onedata import datasets

    if not yes:
        typer.confirm(f"Delete {ref} with all its versions?", abort=True)
    datasets.delete(ref, workspace=workspace)
    typer.echo(f"{ref} is deleted.")
