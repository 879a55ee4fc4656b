"""The hub's verbs of the ``onedata`` command: up, doctor, token and tour."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs; each loads what it needs when it is called."""
    from onedata_hub.cli.doctor import doctor
    from onedata_hub.cli.token import token
    from onedata_hub.cli.up import up
    from onedata_hub.tour.command import tour

    for verb in (up, doctor, token, tour):
        app.command()(verb)
