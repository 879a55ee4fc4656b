"""`onedata jobs …`."""

from pathlib import Path
from typing import Annotated

import typer

from onedata._client import client, path_of
from onedata.cli.output import JsonOption, WorkspaceOption, parse_pairs, parse_parameters, show, show_one
from onedata.contract.jobs import JobSummary, Run, RunState, RunSummary

app = typer.Typer(name="jobs", help="Notebooks that run with nobody logged in.", no_args_is_help=True)

NotebookArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A notebook.")]
ParameterOption = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", help="name=value; may be given several times.")
]
ProfileOption = Annotated[
    str | None,
    typer.Option(help="A server profile; for a new job, that of the server that this is called on."),
]
ChoiceOption = Annotated[
    list[str] | None,
    typer.Option("--profile-option", help="option=choice within the profile; may be given several times."),
]
RunArgument = Annotated[str, typer.Argument(help="A run's id.")]


@app.command("list")
def list_jobs(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the jobs of a workspace."""
    studio = client()
    path = path_of("workspaces", studio.workspace(workspace), "jobs")
    found = [JobSummary.model_validate(item) for item in studio.pages(path)]
    show(found, ["name", "id", "notebook_path", "next_due_at", "created_by"], as_json=as_json)


@app.command()
def runs(
    job: Annotated[str | None, typer.Option(help="A job's id.")] = None,
    state: Annotated[RunState | None, typer.Option(help="Only runs in this state.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many runs at the most.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first."""
    studio = client()
    path = path_of("workspaces", studio.workspace(workspace), "runs")
    wanted = state.value if state else None
    found = [
        RunSummary.model_validate(item) for item in studio.pages(path, most=most, job_id=job, state=wanted)
    ]
    columns = ["id", "job_name", "state", "due_at", "duration_seconds", "failing_cell", "message"]
    show(found, columns, as_json=as_json)


@app.command()
def submit(
    notebook: NotebookArgument,
    name: Annotated[str | None, typer.Option(help="The job's name; the notebook's if none is given.")] = None,
    parameter: ParameterOption = None,
    profile: ProfileOption = None,
    profile_option: ChoiceOption = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; fail if the run fails.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Run a notebook as a job, now."""
    from onedata import jobs

    run = jobs.submit(
        notebook,
        name=name,
        parameters=parse_parameters(parameter or []),
        profile=profile,
        profile_options=parse_pairs(profile_option) if profile_option else None,
        workspace=workspace,
    )
    typer.echo(str(run))
    if wait and run.wait().state is not RunState.succeeded:
        raise typer.Exit(1)


@app.command()
def schedule(
    notebook: NotebookArgument,
    cron: Annotated[str, typer.Argument(help="Minute, hour, day, month, weekday: '30 2 * * *'")],
    timezone: Annotated[str, typer.Option(help="An IANA zone, such as Europe/Berlin.")] = "UTC",
    name: Annotated[str | None, typer.Option(help="The job's name; the notebook's if none is given.")] = None,
    parameter: ParameterOption = None,
    profile: ProfileOption = None,
    profile_option: ChoiceOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Run a notebook at set times."""
    from onedata import jobs

    job = jobs.schedule(
        notebook,
        cron,
        timezone=timezone,
        name=name,
        parameters=parse_parameters(parameter or []),
        profile=profile,
        profile_options=parse_pairs(profile_option) if profile_option else None,
        workspace=workspace,
    )
    typer.echo(str(job))


@app.command()
def show_run(run: RunArgument, workspace: WorkspaceOption = None) -> None:
    """Show one run in full."""
    studio = client()
    show_one(Run.model_validate(studio.get(path_of("workspaces", studio.workspace(workspace), "runs", run))))


@app.command()
def cancel(run: RunArgument, workspace: WorkspaceOption = None) -> None:
    """Stop a run."""
    from onedata import jobs

    typer.echo(str(jobs.cancel(run, workspace=workspace)))


@app.command()
def logs(
    run: RunArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print a run's log."""
    from onedata import jobs

    for text in jobs.stream_logs(run, follow=follow, workspace=workspace):
        typer.echo(text, nl=False)
