"""The hub's verbs of the ``onedata`` command: up, doctor, token, tour, selftest and bundle."""

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs; each loads what it needs when it is called."""
    from onedata_hub.bundle.command import bundle
    from onedata_hub.cli.doctor import doctor
    from onedata_hub.cli.token import token
    from onedata_hub.cli.up import up
    from onedata_hub.selftest.command import selftest
    from onedata_hub.tour.command import tour

    for verb in (up, doctor, token, tour, selftest, bundle):
        app.command()(verb)
