"""`onedata workspaces …`."""

from typing import Annotated

import typer

from onedata._client import client, path_of
from onedata.cli.output import JsonOption, WorkspaceOption, show
from onedata.contract.audit import AuditEntry
from onedata.contract.workspaces import Member, Role

app = typer.Typer(name="workspaces", help="Workspaces and the roles in them.", no_args_is_help=True)


@app.command("list")
def list_workspaces(as_json: JsonOption = False) -> None:
    """List your workspaces, with your role in each."""
    show(client().me().workspaces, ["name", "role", "personal"], as_json=as_json)


@app.command()
def members(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the roles that were set in a workspace; the rest of its hub group are editors."""
    studio = client()
    found = studio.get(path_of("workspaces", studio.workspace(workspace), "members"))
    show([Member.model_validate(item) for item in found], ["user", "role"], as_json=as_json)


@app.command("set-role")
def set_role(
    user: Annotated[str, typer.Argument(help="A user of the workspace's hub group.")],
    role: Annotated[Role, typer.Argument(help="What they may do.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Give a user a role in a workspace. Takes admin."""
    studio = client()
    path = path_of("workspaces", studio.workspace(workspace), "members", user)
    studio.request("PUT", path, json={"role": role.value})
    typer.echo(f"{user} is {role.value} now.")


@app.command()
def audit(
    most: Annotated[int, typer.Option("--most", min=1, help="How many entries at the most.")] = 50,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who changed what in a workspace, newest first. Takes admin."""
    studio = client()
    path = path_of("workspaces", studio.workspace(workspace), "audit")
    found = [AuditEntry.model_validate(item) for item in studio.pages(path, most=most)]
    show(found, ["at", "user", "action", "target"], as_json=as_json)
