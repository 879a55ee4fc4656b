"""Whose jobs are running: for the idle culler and hub administrators alone."""

from datetime import UTC, datetime

import pytest
from onedata.contract.jobs import RunState, Trigger
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.jobs.tables import JobRunRow

from tests.support.studio import StudioUnderTest

STUDIO_ACCESS = ("access:services!service=studio",)


def run_of(user: str, state: RunState) -> JobRunRow:
    now = datetime.now(UTC)
    return JobRunRow(
        id=new_id(), workspace="team-a", job_id=new_id(), job_name="nightly", state=state.value,
        trigger=Trigger.manual.value, due_at=now, not_before=now, created_by=user,
    )  # fmt: skip


@pytest.fixture
async def runs(studio: StudioUnderTest) -> None:
    """Two running runs of ann; others of bob and cleo that wait or have ended."""
    async with studio.context.database.write() as session:
        session.add_all([run_of("ann", RunState.running), run_of("ann", RunState.running)])
        session.add_all([run_of("bob", RunState.queued), run_of("cleo", RunState.succeeded)])


@pytest.mark.usefixtures("runs")
async def test_culler_reads_each_user_with_a_running_job_once(studio: StudioUnderTest) -> None:
    token = studio.hub.add_token("idle-culler", STUDIO_ACCESS, kind="service")
    async with studio.client(token) as culler:
        assert (await culler.get("/api/v1/running-users")).json() == {"users": ["ann"]}


@pytest.mark.usefixtures("runs")
async def test_administrator_may_read_them_too(studio: StudioUnderTest) -> None:
    async with studio.user("root", admin=True) as admin:
        assert (await admin.get("/api/v1/running-users")).json() == {"users": ["ann"]}


@pytest.mark.parametrize(("name", "kind"), [("ann", "user"), ("idle-culler", "user"), ("mlflow", "service")])
async def test_nobody_else_may(studio: StudioUnderTest, name: str, kind: str) -> None:
    if kind == "user":
        studio.hub.add_user(name)
    async with studio.client(studio.hub.add_token(name, STUDIO_ACCESS, kind=kind)) as client:
        refused = await client.get("/api/v1/running-users")
    assert refused.status_code == 403
    assert "idle culler" in refused.json()["detail"]
