"""The hub's verbs of the ``onedata`` command: up, doctor and token."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs; each loads what it needs when it is called."""
    from onedata_hub.cli.up import up

    app.command()(up)
