"""Send the notifications that runs' ends have left, each until it is through or hopeless.

A try is claimed by moving ``not_before`` on, in one conditional update: two studios never send
the same one at once, and one that dies while it sends leaves it to the next after ``_CLAIM``. That
one may then arrive twice, with the same delivery id.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.cancelling import clip
from onedata_hub.studio.jobs.deliveries import Hopeless, TryLater
from onedata_hub.studio.jobs.mails import send_mail, write_mail
from onedata_hub.studio.jobs.notifications_repository import NotificationRepository
from onedata_hub.studio.jobs.tables import NotificationRow
from onedata_hub.studio.jobs.webhooks import send_webhook

log = logging.getLogger("onedata.studio.jobs")

MOST_TRIES = 10
_CLAIM = timedelta(seconds=120)  # longer than any try takes
_FIRST_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 3_600.0
_AT_ONCE = 20


async def run_notifications(context: Context) -> None:
    """Send what is to be sent, until cancelled."""
    sender = NotificationSender(context)
    while True:
        sent = await sender.send_due()
        if sent < _AT_ONCE:
            await asyncio.sleep(context.settings.jobs_poll_seconds)


class NotificationSender:
    """Sends notifications."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def send_due(self) -> int:
        """Send what is due now; give how many were tried."""
        now = utc_now()
        async with self.context.database.read() as session:
            due = await NotificationRepository(session).due(now, _AT_ONCE)
        results = await asyncio.gather(*(self._send_one(row, now) for row in due), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                log.error("A notification could not be sent; it is tried again.", exc_info=result)
        return len(due)

    async def _send_one(self, row: NotificationRow, now: datetime) -> None:
        async with self.context.database.write() as session:
            if not await NotificationRepository(session).claim(row, now + _CLAIM):
                return
        try:
            await self._deliver(row)
        except Hopeless as error:
            await self._note(row, "failed", str(error), None)
        except TryLater as error:
            is_over = row.tries + 1 >= MOST_TRIES
            await self._note(row, "failed" if is_over else "pending", str(error), _wait(row.tries))
        else:
            await self._note(row, "sent", "", None)

    async def _deliver(self, row: NotificationRow) -> None:
        settings = self.context.settings
        if row.target["type"] == "webhook":
            await send_webhook(
                row.target["url"], row.payload, row.id, allow_private=settings.webhook_allow_private
            )
            return
        run = row.payload
        mail = write_mail(
            run,
            sender=settings.smtp_from or f"onedata@{settings.smtp_host}",
            to=row.target["to"],
            delivery_id=row.id,
            link=f"{settings.public_url}/api/v1/workspaces/{run['workspace']}/runs/{run['id']}",
        )
        await asyncio.to_thread(send_mail, settings, mail)

    async def _note(self, row: NotificationRow, state: str, error: str, wait: timedelta | None) -> None:
        now = utc_now()
        if state == "failed":
            log.warning("The notification %s of run %s is given up: %s", row.id, row.run_id, error)
        async with self.context.database.write() as session:
            await NotificationRepository(session).note(
                row.id,
                state=state,
                error=clip(error, 2_000),
                not_before=now + wait if wait else now,
                sent_at=now if state == "sent" else None,
            )


def _wait(tries: int) -> timedelta:
    return timedelta(seconds=min(_FIRST_WAIT_SECONDS * 3.0**tries, _LONGEST_WAIT_SECONDS))
