"""Check what a person chose about a job, before any of it is kept."""

import re
from datetime import datetime
from typing import Any

from onedata.contract.jobs import MailNotification, Schedule, WebhookNotification

from onedata_hub.studio.errors import Invalid
from onedata_hub.studio.jobs.parameters import check_writable
from onedata_hub.studio.jobs.schedules import CronSchedule, ScheduleError, read_schedule
from onedata_hub.studio.settings import StudioSettings

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = re.compile(
    r"(?:ONEDATA_|JUPYTERHUB_|LD_|PYTHON|MLFLOW_TRACKING_).*|PATH|HOME|IFS|ENV|BASH_ENV", re.IGNORECASE
)
_LONGEST_VALUE = 32_768  # characters; the kernel takes 128 KiB for one variable: execve(2)
_LONGEST_SUM = 262_144


def check_environment(environment: dict[str, str]) -> None:
    """Refuse variables that are none, or that belong to the platform.

    Raises:
        Invalid: If there is such a one; says which.
    """
    check_writable(environment, "environment's values")
    for name, value in environment.items():
        if not _VARIABLE.fullmatch(name) or len(name) > 200:
            raise Invalid(
                f"'{name[:100]}' cannot name an environment variable. Use letters, digits and '_', no digit first.",
                code="bad_environment",
            )
        if _RESERVED.fullmatch(name):
            raise Invalid(
                f"Environment variable '{name[:100]}' belongs to the platform or decides what code is loaded. "
                "Choose another name, or make it a parameter.",
                code="reserved_environment",
            )
        if len(value) > _LONGEST_VALUE:
            raise Invalid(f"Environment variable '{name[:100]}' is longer than {_LONGEST_VALUE} characters.")
    if sum(len(name) + len(value) for name, value in environment.items()) > _LONGEST_SUM:
        raise Invalid(
            f"The environment is longer than {_LONGEST_SUM} characters in all. Put data into a dataset."
        )


def check_schedule(schedule: Schedule, now: datetime) -> CronSchedule:
    """Give the schedule, read.

    Raises:
        Invalid: If it cannot be kept; says why.
    """
    try:
        return read_schedule(schedule, now)
    except ScheduleError as error:
        raise Invalid(str(error), code="bad_schedule") from error


def check_notifications(settings: StudioSettings, notifications: list[Any]) -> None:
    """Refuse notifications that could never be sent.

    Raises:
        Invalid: If one asks for mail and there is no mail server, or its address has no form.
    """
    for one in notifications:
        if isinstance(one, MailNotification):
            if not settings.smtp_host:
                raise Invalid(
                    f"Mail to '{one.to}' cannot be sent: no mail server is configured. Use a webhook, or ask "
                    "an administrator to set ONEDATA_STUDIO_SMTP_HOST and ONEDATA_STUDIO_SMTP_FROM.",
                    code="no_mail",
                )
            if not one.to.isascii() or not one.to.isprintable():
                raise Invalid(f"'{one.to}' is not a mail address that we can write to.", code="bad_address")
        elif isinstance(one, WebhookNotification):
            _check_url(one.url)


def _check_url(url: str) -> None:
    from httpx import URL, InvalidURL

    try:
        parsed = URL(url)
    except (InvalidURL, ValueError) as error:
        raise Invalid(f"'{url[:200]}' is not a URL: {error}.", code="bad_url") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Invalid(f"'{url[:200]}' is not an http(s) URL with a host.", code="bad_url")
    if parsed.userinfo:
        raise Invalid(
            f"The webhook's URL for {parsed.host} holds a user or password. Use a URL with a secret path instead.",
            code="bad_url",
        )


def check_path(path: str) -> None:
    """Refuse control characters in a notebook's path.

    Raises:
        Invalid: If there are any.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        raise Invalid("The notebook's path holds control characters. Send it as JupyterLab shows it.")
