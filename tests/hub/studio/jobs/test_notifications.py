"""Who asked to hear of a run's end hears of it: once, and only of that."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from onedata_hub.studio.jobs import notify
from onedata_hub.studio.jobs.deliveries import Hopeless, TryLater
from onedata_hub.studio.jobs.notify import MOST_TRIES, NotificationSender
from onedata_hub.studio.jobs.tables import NotificationRow
from onedata_hub.studio.jobs.webhooks import is_public, send_webhook
from pydantic import SecretStr
from sqlalchemy import select, update

from tests.hub.studio.jobs.conftest import JobsUnderTest
from tests.hub.studio.jobs.fakes import cell_failure
from tests.hub.studio.jobs.receivers import Receiver, receiver
from tests.support.smtp import MailServer, mail_server


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
async def mailbox() -> AsyncIterator[MailServer]:
    async with mail_server() as made:
        yield made


def webhook(hook: Receiver, *on: str) -> dict[str, Any]:
    return {"type": "webhook", "url": hook.url, "on": list(on or ("failed",))}


async def notifications(jobs: JobsUnderTest) -> list[NotificationRow]:
    async with jobs.studio.context.database.read() as session:
        return list(await session.scalars(select(NotificationRow).order_by(NotificationRow.id)))


async def send(jobs: JobsUnderTest) -> int:
    """Let the waits of earlier tries be over, and send."""
    async with jobs.studio.context.database.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(NotificationRow).values(not_before=past))
    return await NotificationSender(jobs.studio.context).send_due()


def allow_private(jobs: JobsUnderTest) -> None:
    jobs.studio.context.settings.webhook_allow_private = True


async def test_failed_run_is_posted_as_json_once(any_jobs: JobsUnderTest, hook: Receiver):
    jobs = any_jobs
    allow_private(jobs)
    run, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed", failure=cell_failure("load"))
    assert [await send(jobs), await send(jobs)] == [1, 0]
    [(headers, body)] = hook.received
    assert (body["id"], body["state"], body["failing_cell"]) == (run["id"], "failed", "load")
    assert headers["content-type"] == "application/json"
    assert headers["onedata-delivery"] == (await notifications(jobs))[0].id
    assert runner.key not in str(body)
    assert runner.request.environment["JUPYTERHUB_API_TOKEN"] not in str(body)


@pytest.mark.parametrize(
    ("outcome", "on", "heard"),
    [
        ("succeeded", ["failed"], 0),
        ("succeeded", ["succeeded", "failed"], 1),
        ("timed_out", ["failed"], 1),
        ("failed", ["succeeded"], 0),
        ("lost", ["failed"], 1),
    ],
)
async def test_only_the_ends_asked_for_are_told(
    jobs: JobsUnderTest, hook: Receiver, outcome: str, on: list[str], heard: int
):
    allow_private(jobs)
    _, runner = await jobs.started(notifications=[webhook(hook, *on)])
    await runner.result(outcome)
    await send(jobs)
    assert len(hook.received) == heard


async def test_attempt_that_is_retried_is_no_end(jobs: JobsUnderTest, hook: Receiver):
    _, runner = await jobs.started(notifications=[webhook(hook)], retries={"max_retries": 1})
    await runner.result("failed")
    assert await notifications(jobs) == []


async def test_receiver_that_fails_is_tried_again_with_the_same_delivery_id(
    jobs: JobsUnderTest, hook: Receiver
):
    allow_private(jobs)
    hook.answers += [500, 503, 429]
    _, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed")
    for _ in range(5):
        await send(jobs)
    assert len(hook.received) == 4
    assert len({headers["onedata-delivery"] for headers, _ in hook.received}) == 1
    [row] = await notifications(jobs)
    assert (row.state, row.tries, row.error) == ("sent", 4, "")


async def test_try_that_failed_waits_before_the_next(jobs: JobsUnderTest, hook: Receiver):
    allow_private(jobs)
    hook.answers += [500]
    _, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed")
    sender = NotificationSender(jobs.studio.context)
    assert [await sender.send_due(), await sender.send_due()] == [1, 0]


@pytest.mark.parametrize("status", [302, 400, 404, 410])
async def test_answer_that_will_not_change_ends_the_tries(jobs: JobsUnderTest, hook: Receiver, status: int):
    allow_private(jobs)
    hook.answers += [status]
    _, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed")
    for _ in range(3):
        await send(jobs)
    assert len(hook.received) == 1  # and a redirect was not followed
    [row] = await notifications(jobs)
    assert row.state == "failed"
    assert str(status) in row.error


async def test_tries_have_an_end(jobs: JobsUnderTest, hook: Receiver):
    allow_private(jobs)
    hook.answers += [500] * 50
    _, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed")
    for _ in range(MOST_TRIES + 2):
        await send(jobs)
    assert len(hook.received) == MOST_TRIES


async def test_many_senders_send_each_once(any_jobs: JobsUnderTest, hook: Receiver):
    jobs = any_jobs
    allow_private(jobs)
    _, runner = await jobs.started(notifications=[webhook(hook)] * 12)
    await runner.result("failed")
    senders = [NotificationSender(jobs.studio.context) for _ in range(4)]
    await asyncio.gather(*(sender.send_due() for sender in senders))
    assert len(hook.received) == 12
    assert len({headers["onedata-delivery"] for headers, _ in hook.received}) == 12


async def test_sender_that_died_while_sending_leaves_it_to_the_next(jobs: JobsUnderTest, hook: Receiver):
    allow_private(jobs)
    _, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed")
    [row] = await notifications(jobs)
    async with jobs.studio.context.database.write() as session:
        claimed = await notify.NotificationRepository(session).claim(
            row, datetime.now(UTC) + timedelta(seconds=120)
        )
    sender = NotificationSender(jobs.studio.context)
    assert (claimed, await sender.send_due()) == (True, 0)
    await send(jobs)
    assert len(hook.received) == 1


async def test_webhook_to_this_machine_is_refused_unless_allowed(jobs: JobsUnderTest, hook: Receiver):
    _, runner = await jobs.started(notifications=[webhook(hook)])
    await runner.result("failed")
    await send(jobs)
    assert hook.received == []
    [row] = await notifications(jobs)
    assert row.state == "failed"
    assert "127.0.0.1" in row.error
    assert "ONEDATA_STUDIO_WEBHOOK_ALLOW_PRIVATE" in row.error


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_no_spelling_of_loopback_gets_through(hook: Receiver, host: str):
    port = hook.url.rstrip("/").rpartition(":")[2]
    with pytest.raises((Hopeless, TryLater)):
        await send_webhook(f"http://{host}:{port}/", {}, "d", allow_private=False)
    assert hook.received == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::",
    ],
)  # fmt: skip
def test_address_that_is_not_on_the_open_internet_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_address_on_the_open_internet_is_public(address: str):
    assert is_public(address)


async def mail_jobs(jobs: JobsUnderTest, mailbox: MailServer) -> None:
    settings = jobs.studio.context.settings
    settings.smtp_host, settings.smtp_port, settings.smtp_security = "127.0.0.1", mailbox.port, "none"
    settings.smtp_from = "onedata@example.org"


async def test_failed_run_is_mailed(jobs: JobsUnderTest, mailbox: MailServer):
    await mail_jobs(jobs, mailbox)
    run, runner = await jobs.started(notifications=[{"type": "mail", "to": "ann@example.org"}])
    await runner.result("failed", failure=cell_failure("load"))
    await send(jobs)
    [mail] = mailbox.mails
    text = mail.get_content()
    assert mailbox.recipients == ["ann@example.org"]
    assert (mail["Subject"], mail["From"]) == ("Job nightly failed", "onedata@example.org")
    assert mail["Message-ID"] == f"<{(await notifications(jobs))[0].id}@example.org>"
    for words in (run["id"], "load", "ZeroDivisionError: division by zero"):
        assert words in text


async def test_mail_server_gets_the_login_it_needs(jobs: JobsUnderTest, mailbox: MailServer):
    await mail_jobs(jobs, mailbox)
    settings = jobs.studio.context.settings
    settings.smtp_user, settings.smtp_password = "onedata", SecretStr("hush")
    _, runner = await jobs.started(notifications=[{"type": "mail", "to": "ann@example.org"}])
    await runner.result("failed")
    await send(jobs)
    assert mailbox.logins == [(b"onedata", b"hush")]
    assert len(mailbox.mails) == 1
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(("answer", "state"), [("451 later", "sent"), ("550 no such user", "failed")])
async def test_mail_refused_for_now_is_tried_again_and_for_good_is_not(
    jobs: JobsUnderTest, mailbox: MailServer, answer: str, state: str
):
    await mail_jobs(jobs, mailbox)
    mailbox.refusals.append(answer)
    _, runner = await jobs.started(notifications=[{"type": "mail", "to": "ann@example.org"}])
    await runner.result("failed")
    for _ in range(2):
        await send(jobs)
    assert (await notifications(jobs))[0].state == state
    assert len(mailbox.mails) == (1 if state == "sent" else 0)


async def test_mail_is_not_sent_in_the_clear_where_protection_is_asked_for(
    jobs: JobsUnderTest, mailbox: MailServer
):
    await mail_jobs(jobs, mailbox)
    jobs.studio.context.settings.smtp_security = "starttls"
    _, runner = await jobs.started(notifications=[{"type": "mail", "to": "ann@example.org"}])
    await runner.result("failed")
    await send(jobs)
    [row] = await notifications(jobs)
    assert (row.state, mailbox.mails) == ("pending", [])


async def test_newline_in_a_jobs_facts_cannot_add_headers(jobs: JobsUnderTest, mailbox: MailServer):
    await mail_jobs(jobs, mailbox)
    _, runner = await jobs.started(notifications=[{"type": "mail", "to": "ann@example.org"}])
    await runner.result("failed", message="x\r\nBcc: eve@example.org\r\n\r\nhello")
    await send(jobs)
    assert mailbox.recipients == ["ann@example.org"]
    assert mailbox.mails[0]["Bcc"] is None
