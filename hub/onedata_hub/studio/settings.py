"""The studio's settings: environment variables ``ONEDATA_STUDIO_<NAME>``."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from onedata_hub.studio.jobs.settings import JobsSettings

Part = Literal["api", "jobs"]


class StudioSettings(JobsSettings):
    """Everything that can be set about the studio."""

    model_config = SettingsConfigDict(env_prefix="ONEDATA_STUDIO_", env_ignore_empty=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///studio.sqlite",
        description="Where rows live: sqlite:///<path> or postgresql://<user>@<host>/<database>.",
    )
    objects_url: str = Field(
        default="file:objects",
        description="Where bytes live: file://<folder> or s3://<bucket>/<prefix>?endpoint_url=<url>.",
    )
    compute: Literal["local", "kubernetes"] = Field(
        default="local",
        description="Where job runs are executed: processes of this machine, or Kubernetes Jobs.",
    )
    kubernetes_namespace: str = Field(
        default="",
        max_length=63,
        description="Namespace of the Kubernetes Jobs; empty is the one that the studio's own pod is in.",
    )
    kubernetes_namespaces: dict[str, str] = Field(
        default_factory=dict,
        description="Namespaces of the Jobs of workspaces that have their own, as JSON: "
        '{"flights": "team-flights"}. Take one out when no run is in it any more.',
    )
    kubernetes_pod_file: Path | None = Field(
        default=None,
        description="YAML file in KubeSpawner's terms: what the pod of a run has before its profile is laid over.",
    )
    kubernetes_job_ttl_seconds: int = Field(
        default=86_400,
        ge=60,
        description="Seconds after which Kubernetes itself removes an ended Job, should the studio not have done so.",
    )
    spool_dir: Path = Field(
        default=Path("spool"), description="Folder in which job runs keep their files while they run."
    )
    homes_dir: Path | None = Field(
        default=None,
        description="Folder with the homes of this machine's users: a run has the packages that its user added there.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000/services/studio",
        description="The studio's address for kernels and runners, without a slash at the end.",
    )
    mlflow_url: str = Field(
        default="http://127.0.0.1:8000/services/mlflow", description="MLflow's address for job runs."
    )
    cookie_secret_file: Path | None = Field(
        default=None, description="File whose bytes seal browser sessions; without it they end at a restart."
    )
    profiles_file: Path | None = Field(
        default=None, description="YAML file with the server profiles that jobs may name."
    )
    parts: set[Part] = Field(
        default={"api", "jobs"},
        description="Which parts this process runs; each may run alone, in several copies.",
    )
    identity_cache_seconds: float = Field(
        default=10.0,
        ge=0,
        le=300,
        description="Seconds for which the hub's word on a token holds: how long a revoked token may still work.",
    )
    max_body_bytes: int = Field(default=64 * 2**20, ge=2**10, description="Largest request body in bytes.")
    metrics_token: SecretStr | None = Field(
        default=None, description="Token with which Prometheus may read /metrics, beside hub administrators."
    )
