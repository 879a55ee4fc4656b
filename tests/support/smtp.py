"""A real mail server for the tests, on a free port; it keeps what it is sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailServer:
    """Takes mails. ``refusals`` are the answers it gives first, one for each mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def check_login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=True)


@contextlib.asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """Serve mail on 127.0.0.1, in the test's own loop, while the block lasts."""
    kept = MailServer()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(kept, hostname="127.0.0.1", authenticator=kept.check_login, auth_require_tls=False),
        "127.0.0.1",
        0,
    )
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept
