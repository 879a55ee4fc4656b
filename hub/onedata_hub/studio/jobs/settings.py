"""The jobs part of the studio's settings."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class JobsSettings(BaseSettings):
    """Everything that can be set about jobs."""

    jobs_max_running: int = Field(
        default=4, ge=1, le=10_000, description="How many runs one studio process looks after at a time."
    )
    jobs_poll_seconds: float = Field(
        default=1.0, gt=0, le=60, description="Seconds between two looks for due jobs and at what runs."
    )
    jobs_lease_seconds: float = Field(
        default=20.0,
        ge=1,
        le=600,
        description="Seconds after which another studio takes over the runs of one that died.",
    )
    jobs_start_patience_seconds: float = Field(
        default=6 * 3600.0,
        ge=0,
        description="Seconds for which a run waits to be started while the hub or the compute backend is away, "
        "and then for a place in a cluster.",
    )
    webhook_allow_private: bool = Field(
        default=False,
        description="Whether job notifications may be sent to loopback and private addresses.",
    )
    smtp_host: str = Field(default="", description="Mail server for job notifications; empty is no mail.")
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the mail server is protected."
    )
    smtp_user: str = Field(default="", description="User at the mail server; empty is no login.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    smtp_from: str = Field(default="", description="Sender of the mails, such as onedata@example.org.")
