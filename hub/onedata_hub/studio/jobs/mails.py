"""Send a run's end by mail."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from onedata_hub.studio.jobs.deliveries import Hopeless, TryLater
from onedata_hub.studio.jobs.settings import JobsSettings

_TIMEOUT_SECONDS = 30.0


def write_mail(run: dict[str, Any], *, sender: str, to: str, delivery_id: str, link: str) -> EmailMessage:
    """Write the mail of a run's end.

    Args:
        run: The run, as the API shows it.
        sender: From whom.
        to: To whom.
        delivery_id: The same for each try: mail servers drop a message id they have seen.
        link: Where the run is found.
    """
    words = str(run["state"]).replace("_", " ")
    mail = EmailMessage()
    mail["Subject"] = f"Job {run['job_name']} {words}"
    mail["From"], mail["To"], mail["Date"] = sender, to, formatdate()
    mail["Message-ID"] = f"<{delivery_id}@{sender.partition('@')[2] or 'onedata'}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies, please
    lines = [
        f"Job {run['job_name']} of workspace {run['workspace']} {words}.",
        "",
        f"Run:      {run['id']}, attempt {run['attempt']}",
        f"Due:      {run['due_at']}",
        f"Ended:    {run['finished_at']}",
    ]
    if run.get("failing_cell"):
        lines.append(f"Cell:     {run['failing_cell']}")
    if run.get("message"):
        lines.append(f"Message:  {run['message']}")
    mail.set_content("\n".join([*lines, "", link, ""]))
    return mail


def send_mail(settings: JobsSettings, mail: EmailMessage) -> None:
    """Hand a mail to the mail server. Blocks: call it in a thread.

    Raises:
        Hopeless: If there is no server, or it refuses the mail for good.
        TryLater: If it does not answer, or asks for patience.
    """
    if not settings.smtp_host:
        raise Hopeless(
            "No mail server is configured: set ONEDATA_STUDIO_SMTP_HOST and ONEDATA_STUDIO_SMTP_FROM."
        )
    try:
        with _connect(settings) as server:
            if settings.smtp_user:
                password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
                server.login(settings.smtp_user, password)
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        _, (status, said) = next(iter(error.recipients.items()))
        raise _meaning(status, said) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(
            f"The mail server {settings.smtp_host} does not answer ({type(error).__name__})."
        ) from error


def _connect(settings: JobsSettings) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_SECONDS, context=context
        )
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _meaning(status: int, said: bytes | str) -> Exception:
    """Tell a refusal for good from one for now. Source: RFC 5321, section 4.2.1."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    kind = Hopeless if 500 <= status < 600 else TryLater
    return kind(f"The mail server said {status}: {words[:200]}")
