"""The platform's settings: environment variables ``ONEDATA_<NAME>`` over the file ``onedata.yaml``."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from onedata.contract.names import WORKSPACE_RULE
from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableValue

from onedata_hub.naming import PERSONAL_PREFIX, is_workspace_group

CONFIG_VARIABLE = "ONEDATA_CONFIG"
DEFAULT_CONFIG = "onedata.yaml"
USERNAME_PATTERN = r"^[\w][\w.@+-]{0,63}$"

_PASSWORD_ADMINS = {"admin"}

Username = Annotated[str, StringConstraints(pattern=USERNAME_PATTERN)]


class SettingsError(Exception):
    """A setting has a wrong value; the message names it and says what to write."""


class PlatformSettings(BaseSettings):
    """Everything that can be set about the platform on one machine."""

    # The prefix is shared with variables that are no settings of ours (ONEDATA_STUDIO_URL and others):
    # unknown variables pass, unknown keys of the file do not (see ``load_settings``).
    model_config = SettingsConfigDict(env_prefix="ONEDATA_", env_ignore_empty=True, extra="ignore")

    home: Path = Field(
        default=Path(".onedata"),
        description="Folder that holds all state: databases, datasets, secrets, logs.",
    )
    host: Literal["127.0.0.1", "localhost", "::1"] = Field(
        default="127.0.0.1",
        description="Address people reach; this machine only, since one password lets everybody in.",
    )
    port: int = Field(default=8000, ge=1, le=65_535, description="Port people reach.")
    admin_users: set[Username] = Field(
        default=_PASSWORD_ADMINS,
        description="Users who log in with the admin password and administer the hub.",
    )
    workspaces: dict[str, list[Username]] = Field(
        default_factory=dict, description="Shared workspaces and who is in each: {team-a: [ann, bob]}."
    )
    openid_issuer: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s?#]+$",
        description="OpenID Connect provider that people log in with, as it calls itself: "
        "https://login.example.org/realms/team. Without it there is one shared password.",
    )
    openid_client_id: str = Field(default="", description="The platform's client at the provider.")
    openid_client_secret: str = Field(
        default="",
        repr=False,
        description="That client's secret. Give it in the environment, not in the file.",
    )
    openid_username_claim: str = Field(
        default="preferred_username", min_length=1, description="Claim that names a person."
    )
    openid_groups_claim: str = Field(
        default="groups", min_length=1, description="Claim that lists a person's groups, each a workspace."
    )
    openid_allowed_groups: set[str] = Field(
        default_factory=set,
        description="Workspaces whose people may log in; all whom the provider lets in where none is named.",
    )
    openid_admin_groups: set[str] = Field(
        default_factory=set, description="Workspaces whose people administer the hub."
    )
    openid_scopes: list[str] = Field(
        default=["openid", "profile"],
        description="What is asked of the provider; with offline_access it is asked for runs of people "
        "who are away, too.",
    )
    openid_refresh_seconds: int = Field(
        default=300,
        ge=1,
        le=86_400,
        description="Seconds after which the provider is asked for somebody anew.",
    )
    profiles_file: Path | None = Field(
        default=None, description="YAML file with the server profiles; without it, those that come with us."
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="The studio's database; without it, a SQLite file in the state folder.",
    )
    objects_url: str | None = Field(
        default=None, description="Where dataset bytes live; without it, a folder in the state folder."
    )
    hub_database_url: str | None = Field(
        default=None,
        repr=False,
        description="JupyterHub's database; without it, a SQLite file in the state folder.",
    )
    mlflow_database_url: str | None = Field(
        default=None,
        repr=False,
        description="MLflow's database; without it, a SQLite file in the state folder.",
    )
    mlflow_artifacts_url: str | None = Field(
        default=None, description="Where MLflow keeps artifacts; without it, a folder in the state folder."
    )
    idle_timeout_seconds: int = Field(
        default=3600,
        ge=0,
        description="Seconds after which an idle server is stopped; 0 never stops one. "
        "A server with a busy kernel or whose user has a running job is not idle.",
    )
    start_timeout_seconds: int = Field(
        default=120, ge=10, le=3600, description="Seconds a server may take to start."
    )
    identity_cache_seconds: int = Field(
        default=10, ge=1, le=300, description="Seconds for which a revoked token may still work."
    )
    server_environment: dict[str, str] = Field(
        default_factory=dict, description="Environment variables for every user's server."
    )

    @field_validator("workspaces")
    @classmethod
    def _check_workspaces(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for name in value:
            if not is_workspace_group(name):
                raise ValueError(
                    f"'{name}' cannot be a workspace. A name is {WORKSPACE_RULE}, "
                    f"and does not begin with '{PERSONAL_PREFIX}', which is for personal ones"
                )
        return value

    @field_validator("home", "profiles_file")
    @classmethod
    def _make_absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().resolve()

    @field_validator("hub_database_url")
    @classmethod
    def _name_the_driver(cls, value: str | None) -> str | None:
        # The one PostgreSQL driver that we install; JupyterHub takes SQLAlchemy's default.
        return value and value.replace("postgresql://", "postgresql+psycopg://", 1)

    @model_validator(mode="after")
    def _check_login(self) -> Self:
        """Refuse settings of the one login beside the other."""
        if self.openid_issuer:
            for name in ("openid_client_id", "openid_client_secret"):
                if not getattr(self, name):
                    raise ValueError(
                        f"openid_issuer is set and {name} is not: name the provider's client and secret"
                    )
            if self.workspaces:
                raise ValueError(
                    "workspaces are the provider's groups where openid_issuer is set: remove workspaces"
                )
            if self.admin_users != _PASSWORD_ADMINS:
                raise ValueError(
                    "admin_users log in with the admin password: where openid_issuer is set, "
                    "name groups in openid_admin_groups instead"
                )
        return self

    @property
    def public_url(self) -> str:
        """The platform's address, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def to_environment(self) -> dict[str, str]:
        """Give the variables from which another process reads these same settings."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {
            f"ONEDATA_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
            for name, value in values.items()
        }

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the file."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls, _config_file())


def _config_file() -> Path:
    return Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)


def load_settings(**given: Any) -> PlatformSettings:
    """Read the settings; what is given here (and is not None) comes before environment and file.

    Raises:
        SettingsError: If one is wrong or unknown; one sentence that names it and the fix.
    """
    path = _config_file()
    if os.environ.get(CONFIG_VARIABLE) and not path.is_file():
        raise SettingsError(f"{CONFIG_VARIABLE} names {path}, which is not a file. Correct it or unset it.")
    _check_file(path)
    try:
        return PlatformSettings(**{key: value for key, value in given.items() if value is not None})
    except UnreadableValue as error:
        raise SettingsError(f"{error}: write it as JSON and start again.") from error
    except ValidationError as error:
        raise SettingsError(_explain(error, path)) from error


def _check_file(path: Path) -> None:
    if not path.is_file():
        return
    try:
        content = yaml.safe_load(path.read_text()) or {}
    except (OSError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(
            f"{path} cannot be read as YAML ({reason}). Correct it and start again."
        ) from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path} holds no settings. Write one a line, such as: port: 8000")
    unknown = sorted(set(content) - set(PlatformSettings.model_fields))
    if unknown:
        known = ", ".join(sorted(PlatformSettings.model_fields))
        raise SettingsError(f"{path} sets '{unknown[0]}', which is no setting. There are: {known}.")


def _explain(error: ValidationError, path: Path) -> str:
    wrong = error.errors()[0]
    if not wrong["loc"]:  # what two settings are together
        return f"Setting {str(wrong['msg']).removeprefix('Value error, ')} (in {path} or as ONEDATA_…)."
    key = str(wrong["loc"][0])
    where = f"ONEDATA_{key.upper()}" if f"ONEDATA_{key.upper()}" in os.environ else f"{key} (in {path})"
    if key == "host":
        return (
            f"Setting host is {wrong['input']!r}, but the shared-password login is for this machine only. "
            "Use 127.0.0.1, and an SSH tunnel to reach it from elsewhere."
        )
    message = str(wrong["msg"]).removeprefix("Value error, ")
    return f"Setting {where}: {message} (it is {wrong['input']!r}). Correct it and start again."
