"""``onedata up``."""

from pathlib import Path
from typing import Annotated

import typer


def up(
    state_dir: Annotated[
        Path | None,
        typer.Option(help="Folder for all state; ./.onedata or $ONEDATA_HOME where none is named."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port people reach.")] = None,
    host: Annotated[str | None, typer.Option(help="Address people reach, on this machine.")] = None,
) -> None:
    """Start the platform and keep it running until Ctrl-C."""
    from onedata_hub.launch.refusal import StartRefused
    from onedata_hub.launch.up import bring_up
    from onedata_hub.settings import SettingsError, load_settings

    try:
        status = bring_up(load_settings(home=state_dir, port=port, host=host))
    except (StartRefused, SettingsError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from refused
    raise typer.Exit(status)
