"""``onedata token``."""

import getpass
import re
from pathlib import Path
from typing import Annotated

import typer

from onedata_hub.roles import ACCESS_MLFLOW, ACCESS_STUDIO

_UNITS = {"m": 60, "h": 3600, "d": 86_400}


def parse_lifetime(text: str) -> int:
    """Read seconds from ``30m``, ``8h`` or ``7d``.

    Raises:
        typer.BadParameter: If it is none of these.
    """
    match = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text)
    if match is None:
        raise typer.BadParameter("write minutes, hours or days: 30m, 8h or 7d.")
    return int(match[1]) * _UNITS[match[2]]


def token(
    user: Annotated[
        str | None, typer.Option(help="Whose token; your own user name where none is named.")
    ] = None,
    expires: Annotated[str, typer.Option(help="Its life: 30m, 8h or 7d.")] = "8h",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may do; the studio and MLflow where nothing is named. May be given often."
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="What the hub's token page shows beside it.")] = "onedata token",
    url: Annotated[str | None, typer.Option(help="The platform's address, if it runs elsewhere.")] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="State folder of the platform on this machine.")
    ] = None,
) -> None:
    """Print a new token for the API and this command, and nothing else.

    Who may read the state folder of a platform on this machine is not asked for the password.
    """
    from onedata_hub.launch.hub_login import HubLogin, LoginRefused
    from onedata_hub.login import require_password_login
    from onedata_hub.settings import SettingsError, load_settings

    seconds = parse_lifetime(expires)
    name = user or getpass.getuser()
    try:
        settings = load_settings(home=state_dir)
        if url is None:
            require_password_login(settings, "onedata token")
        address, password = _address_and_password(settings.home, name in settings.admin_users, url)
        if password is None:
            password = typer.prompt(f"Password of {name} at {address}", hide_input=True, err=True)
        with HubLogin(address, name, password) as session:
            made = session.make_token(
                expires_in=seconds, note=note, scopes=scope or [ACCESS_STUDIO, ACCESS_MLFLOW]
            )
    except (LoginRefused, SettingsError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from refused
    typer.echo(made)


def _address_and_password(home: Path, admin: bool, url: str | None) -> tuple[str, str | None]:
    """Find the platform; its password too, where it is this machine's and we may read it."""
    from onedata_hub.launch.hub_login import LoginRefused
    from onedata_hub.launch.lock import running_url
    from onedata_hub.launch.state import StateFolder
    from onedata_hub.login import ADMIN_PASSWORD, USER_PASSWORD

    if url is not None:
        return url.rstrip("/"), None
    state = StateFolder(home)
    try:
        address = running_url(state)
        if address is None:
            raise LoginRefused(
                f"No platform runs in {state.path}: start it with `onedata up`, or name its address with --url."
            )
        return address, (state / "secrets" / (ADMIN_PASSWORD if admin else USER_PASSWORD)).read_text().strip()
    except OSError as error:
        raise LoginRefused(
            f"The state folder {state.path} cannot be read ({error.strerror}): name the platform's address with --url."
        ) from error
