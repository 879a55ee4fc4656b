"""The MLflow service's settings: environment variables ``ONEDATA_MLFLOW_<NAME>``."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class MlflowSettings(BaseSettings):
    """Everything that can be set about the MLflow service.

    With artefacts on S3, the keys come from ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``;
    only this service needs them.
    """

    model_config = SettingsConfigDict(env_prefix="ONEDATA_MLFLOW_", env_ignore_empty=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///mlflow.sqlite",
        description="Where experiments and models live: sqlite:///<path> or postgresql://<user>@<host>/<database>.",
    )
    artifacts_url: str = Field(
        default="mlflow-artifacts",
        description="Where artefacts live: a folder's path, file://<folder> or "
        "s3://<bucket>/<prefix>?endpoint_url=<url>.",
    )
    studio_url: str = Field(
        default="http://127.0.0.1:8000/services/studio",
        description="The studio, which knows workspaces and takes lineage, without a slash at the end.",
    )
    outbox_dir: Path = Field(
        default=Path("mlflow-outbox"), description="Folder of lineage events that the studio has yet to take."
    )
    kek_file: Path = Field(
        default=Path("mlflow-kek"),
        description="File (mode 0600) with the passphrase that seals MLflow's stored secrets; made if missing.",
    )
    cookie_secret_file: Path | None = Field(
        default=None, description="File whose bytes seal browser sessions; without it they end at a restart."
    )
    identity_cache_seconds: float = Field(
        default=10.0,
        ge=0,
        le=300,
        description="Seconds for which the hub's word on a token holds: how long a revoked token may still work.",
    )
    membership_cache_seconds: float = Field(
        default=5.0,
        ge=0,
        le=300,
        description="Seconds for which the studio's word on workspaces and roles holds.",
    )
    max_body_bytes: int = Field(
        default=64 * 2**20, ge=2**10, description="Largest request body in bytes, artefact uploads excepted."
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(_DATABASES):
            raise ValueError("write sqlite:///<path> or postgresql://<user>@<host>/<database>")
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("artifacts_url")
    @classmethod
    def _known_artifacts(cls, url: str) -> str:
        if "://" in url and not url.startswith(("file://", "s3://")):
            raise ValueError(
                "write a folder's path, file://<folder> or s3://<bucket>/<prefix>?endpoint_url=<url>"
            )
        return url

    @property
    def artifacts_folder(self) -> Path | None:
        """The folder of artefacts; None where they live on S3."""
        if self.artifacts_url.startswith("s3://"):
            return None
        return Path(unquote(self.artifacts_url.removeprefix("file://")))

    @property
    def artifacts_destination(self) -> str:
        """What MLflow shall open: an absolute path, or an S3 address without its question mark."""
        folder = self.artifacts_folder
        return str(folder.resolve()) if folder else self.artifacts_url.partition("?")[0]

    @property
    def s3_endpoint_url(self) -> str | None:
        """The S3 server, where it is not Amazon's."""
        if self.artifacts_folder:
            return None
        return next(iter(parse_qs(urlsplit(self.artifacts_url).query).get("endpoint_url", [])), None)
