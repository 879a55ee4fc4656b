"""The `onedata` command: a verb group for each resource, and what other distributions add.

A distribution adds its verbs through the entry point group ``onedata.commands``: a function
that takes the Typer app. So the command works in a server that has no hub in it.
"""

import sys
from importlib.metadata import entry_points

import typer

from onedata.cli import datasets, home, jobs, lineage, queries, workspaces
from onedata.errors import OneDataError

COMMANDS = "onedata.commands"


def make_app() -> typer.Typer:
    """Put the command together from this library's verbs and the installed distributions'."""
    app = typer.Typer(
        name="onedata",
        help="One Data Studio: datasets, experiments, models and jobs on JupyterHub.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for group in (datasets, home, jobs, lineage, workspaces):
        app.add_typer(group.app)
    queries.register(app)
    for point in sorted(entry_points(group=COMMANDS), key=lambda found: found.name):
        point.load()(app)
    return app


def main() -> None:
    """Run the command; a refusal ends in its own sentence and exit status 1."""
    try:
        make_app()()
    except OneDataError as error:
        print(error.message, file=sys.stderr)
        sys.exit(1)
