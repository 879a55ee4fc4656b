"""What is read from the database comes back as it was written, by whichever way it is read."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata_hub.studio.database import Database, UtcDateTime, utc_now
from onedata_hub.studio.inline import columns_only
from onedata_hub.studio.migrate import migrate
from onedata_hub.studio.workspaces.tables import MemberRow
from sqlalchemy import Column, MetaData, Table, bindparam, create_engine, insert, select
from sqlalchemy.orm import Session

MOMENTS = Table("moments", MetaData(), Column("at", UtcDateTime))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FAR = timedelta(days=1)  # so that no zone leads out of the years there are
BY_USER = select(MemberRow.workspace, MemberRow.role).where(MemberRow.user == bindparam("user"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    url = f"sqlite:///{tmp_path}/studio.sqlite"
    migrate(url)
    return url


@given(
    st.datetimes(datetime.min + FAR, datetime.max - FAR, timezones=ZONES)
    | st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.microsecond == 0)
)
def test_a_moment_comes_back_from_sqlite_as_the_same_moment_in_utc(moment: datetime) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        MOMENTS.create(connection)
        connection.execute(insert(MOMENTS).values(at=moment))
        read = connection.execute(select(MOMENTS.c.at)).scalar_one()
    assert read == moment
    assert read.utcoffset() == timedelta(0)


def test_no_moment_comes_back_as_none() -> None:
    with Session(create_engine("sqlite://")) as session:
        MOMENTS.create(session.connection())
        session.execute(insert(MOMENTS).values(at=None))
        assert session.execute(select(MOMENTS.c.at)).scalar_one() is None


async def test_a_statement_for_columns_only_reads_what_any_other_does(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as session:
        session.add(MemberRow(workspace="flights", user="ann", role="viewer", updated_at=utc_now()))
        session.add(MemberRow(workspace="flights", user="bob", role="admin", updated_at=utc_now()))
    async with database.read() as session:
        through_the_orm = (await session.execute(BY_USER, {"user": "ann"})).all()
        past_it = (await session.execute(columns_only(BY_USER), {"user": "ann"})).all()
        entity = (await session.scalars(select(MemberRow).where(MemberRow.user == "ann"))).one()
    await database.close()
    assert past_it == through_the_orm == [("flights", "viewer")]
    assert (past_it[0].workspace, past_it[0].role) == (entity.workspace, entity.role)


async def test_a_reader_sees_what_was_committed_between_two_of_its_reads(database_url: str) -> None:
    database = Database(database_url)
    query = columns_only(BY_USER)
    async with database.read() as reading:
        assert (await reading.execute(query, {"user": "ann"})).all() == []
        async with database.write() as writing:
            writing.add(MemberRow(workspace="flights", user="ann", role="viewer", updated_at=utc_now()))
        assert (await reading.execute(query, {"user": "ann"})).all() == [("flights", "viewer")]
    await database.close()
