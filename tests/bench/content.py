"""Rows as a team's months of work leave them, written straight into a studio's tables."""

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

import psycopg
from onedata.contract.datasets import Column, ColumnStats, Histogram, Source, TopValue
from onedata_hub.backends.objects import StagedFile
from onedata_hub.studio.database import Base
from onedata_hub.studio.datasets.packing import pack_files
from onedata_hub.studio.datasets.tables import DatasetRow, DetailRow, TagRow, VersionRow
from onedata_hub.studio.jobs.tables import JobRow, JobRunDetailRow, JobRunRow
from psycopg import sql
from psycopg.types.json import Json
from pydantic_core import to_json
from sqlalchemy import Connection, create_engine, insert, make_url

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 5_000
_STATES = ("succeeded",) * 8 + ("failed", "timed_out")

Row = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """How much there is, in each workspace."""

    workspaces: tuple[str, ...]
    datasets: int
    versions: int  # of each dataset
    jobs: int
    runs: int  # of each job
    columns: int = 19  # of each dataset version; flights has 19


def add_content(database_url: str, content: Content) -> None:
    """Fill the tables of a migrated database; the same arguments make the same rows."""
    url = make_url(database_url)
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[url.get_backend_name()]
    engine = create_engine(url.set(drivername=driver))
    with engine.begin() as connection:
        for number, workspace in enumerate(content.workspaces):
            chance = random.Random(number)
            _insert(connection, DatasetRow, _datasets(workspace, content))
            _insert(connection, TagRow, _tags(workspace, content))
            _insert(connection, VersionRow, _versions(workspace, content))
            _insert(connection, DetailRow, _details(workspace, content, chance))
            _insert(connection, JobRow, _jobs(workspace, content))
            _insert(connection, JobRunRow, _runs(workspace, content, chance))
            _insert(connection, JobRunDetailRow, _run_details(workspace, content))
        if driver != "sqlite":
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def dataset_name(number: int) -> str:
    """Name the datasets of a workspace."""
    return f"flights-{number:05}"


def run_id(workspace: str, content: Content, number: int) -> str:
    """Give the id of a workspace's run; ids sort by the time runs were made, over all workspaces."""
    place = number * len(content.workspaces) + content.workspaces.index(workspace)
    return f"{int(_moment(place).timestamp() * 1000):012x}{_hex(f'{workspace}/{number}', 20)}"


def job_id(workspace: str, number: int) -> str:
    """Give the id of a workspace's job."""
    return f"{int(FIRST_DAY.timestamp() * 1000):012x}{_hex(f'{workspace}/job-{number}', 20)}"


def _insert(connection: Connection, table: type[Base], rows: Iterable[Row]) -> None:
    if connection.dialect.name == "postgresql":
        _copy(connection, table.__tablename__, rows)
        return
    waiting = iter(rows)
    statement = insert(table)
    while batch := list(islice(waiting, _BATCH)):
        connection.execute(statement, batch)


def _copy(connection: Connection, table: str, rows: Iterable[Row]) -> None:
    """Use COPY, which takes two thirds of the time that INSERT does."""
    waiting = iter(rows)
    first = next(waiting)
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    columns = sql.SQL(", ").join(map(sql.Identifier, first))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with raw.cursor() as cursor, cursor.copy(command) as copy:
        for row in chain([first], waiting):
            copy.write_row(
                [Json(value) if isinstance(value, dict | list) else value for value in row.values()]
            )


def _hex(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _moment(minutes: int) -> datetime:
    return FIRST_DAY + timedelta(minutes=minutes)


def _dataset_id(workspace: str, number: int) -> str:
    return _hex(f"{workspace}/dataset-{number}", 32)


def _dataset_tags(number: int) -> list[str]:
    return [("bronze", "silver", "gold")[number % 3], f"team-{number % 7}"]


def _datasets(workspace: str, content: Content) -> Iterator[Row]:
    for number in range(content.datasets):
        name = dataset_name(number)
        description = f"Departures of carrier {number % 16}, with weather and planes joined by hour."
        tags = _dataset_tags(number)
        yield {
            "id": _dataset_id(workspace, number),
            "workspace": workspace,
            "name": name,
            "description": description,
            "tags": to_json(tags).decode(),
            "search": " ".join([name, description, *tags]).casefold(),
            "latest_version": content.versions,
            "latest_digest": f"{_hex(name, 32)}.dir",
            "format": "parquet",
            "rows": 336_776,
            "bytes": 7_000_000,
            "created_at": _moment(number),
            "created_by": "ann",
            "updated_at": _moment(number + content.versions),
            "updated_by": "ann",
            "deleted_at": None,
        }


def _tags(workspace: str, content: Content) -> Iterator[Row]:
    for number in range(content.datasets):
        for tag in _dataset_tags(number):
            yield {"workspace": workspace, "tag": tag, "name": dataset_name(number)}


def _numbers(content: Content) -> Iterator[tuple[int, int]]:
    for dataset in range(content.datasets):
        for version in range(1, content.versions + 1):
            yield dataset, version


def _versions(workspace: str, content: Content) -> Iterator[Row]:
    for dataset, version in _numbers(content):
        yield {
            "dataset_id": _dataset_id(workspace, dataset),
            "number": version,
            "digest": f"{_hex(f'{workspace}/{dataset}@{version}', 32)}.dir",
            "format": "parquet",
            "rows": 336_776,
            "bytes": 7_000_000,
            "files": 4,
            "message": "Nightly",
            "job_run_id": None,
            "created_at": _moment(dataset + version),
            "created_by": "ann",
        }


def _details(workspace: str, content: Content, chance: random.Random) -> Iterator[Row]:
    columns = to_json([_column(number, chance) for number in range(content.columns)]).decode()
    source = to_json(
        Source(notebook_path="etl.ipynb", notebook_digest=_hex("etl", 64), inputs=[f"{workspace}/raw@1"])
    ).decode()
    files = pack_files(
        [StagedFile(f"part-{part}.parquet", _hex(str(part), 32), 1_750_000) for part in range(4)]
    )
    for dataset, version in _numbers(content):
        yield {
            "dataset_id": _dataset_id(workspace, dataset),
            "number": version,
            "columns": columns,
            "source": source,
            "files": files,
        }


def _column(number: int, chance: random.Random) -> Column:
    edges = sorted(chance.gauss(0, 100) for _ in range(21))
    stats = ColumnStats(
        sampled_rows=100_000,
        exact=number % 2 == 0,
        null_count=8_255,
        distinct=529,
        min=edges[0],
        max=edges[-1],
        mean=chance.gauss(0, 1),
        std=40.2,
        quantiles=edges[::5],
        histogram=Histogram(edges=edges, counts=[chance.randrange(20_000) for _ in range(20)]),
        top_values=[TopValue(value=str(value), count=chance.randrange(9_999)) for value in range(5)],
    )
    return Column(
        name=f"column_{number}", type="double", description="As the airline reports it.", stats=stats
    )


def _jobs(workspace: str, content: Content) -> Iterator[Row]:
    for number in range(content.jobs):
        yield {
            "id": job_id(workspace, number),
            "workspace": workspace,
            "name": f"nightly-{number:04}",
            "notebook_path": "etl.ipynb",
            "notebook_digest": _hex("etl", 64),
            "snapshot": _hex("etl", 64),
            "kernel": "python3",
            "parameter_specs": [{"name": "day", "type": "date"}],
            "parameters": {"day": "2026-01-01"},
            "profile": None,
            "environment": {},
            "schedule": {
                "cron": "0 2 * * *",
                "timezone": "Europe/Berlin",
                "catch_up": "latest",
                "paused": True,
            },
            "overlap": "forbid",
            "retries": {"max_retries": 2, "backoff_seconds": 30.0, "factor": 2.0},
            "timeout_seconds": 3_600.0,
            "notifications": [],
            "run_as": "ann",
            "next_due_at": None,
            "created_by": "ann",
            "created_at": FIRST_DAY,
            "updated_at": FIRST_DAY,
            "deleted_at": None,
        }


def _runs(workspace: str, content: Content, chance: random.Random) -> Iterator[Row]:
    for number in range(content.jobs * content.runs):
        state = chance.choice(_STATES)
        due = _moment(number)
        yield {
            "id": run_id(workspace, content, number),
            "workspace": workspace,
            "job_id": job_id(workspace, number % content.jobs),
            "job_name": f"nightly-{number % content.jobs:04}",
            "state": state,
            "trigger": "schedule",
            "due_at": due,
            "scheduled_for": due,
            "created_by": "ann",
            "started_at": due + timedelta(seconds=1),
            "finished_at": due + timedelta(seconds=chance.randrange(5, 600)),
            "attempt": 1,
            "retries_left": 0,
            "not_before": due,
            "slot_job_id": None,
            "owner": None,
            "lease_until": None,
            "cancel_requested_at": None,
            "cells_total": 12,
            "cells_done": 12 if state == "succeeded" else 7,
            "current_cell": None,
            "current_name": "",
            "failing_cell": None if state == "succeeded" else "Join the weather",
            "message": "" if state == "succeeded" else "KeyError: 'time_hour'",
        }


def _run_details(workspace: str, content: Content) -> Iterator[Row]:
    for number in range(content.jobs * content.runs):
        yield {
            "run_id": run_id(workspace, content, number),
            "notebook_path": "etl.ipynb",
            "notebook_digest": _hex("etl", 64),
            "snapshot": _hex("etl", 64),
            "kernel": "python3",
            "parameters": {"day": "2026-01-01"},
            "profile": None,
            "environment": {},
            "retries": {"max_retries": 2, "backoff_seconds": 30.0, "factor": 2.0},
            "timeout_seconds": 3_600.0,
            "notifications": [],
            "failure": None,
            "outputs": ["1/executed.ipynb", "1/executed.html", "1/log.txt"],
            "datasets_read": [f"{workspace}/raw@1"],
            "datasets_written": [f"{workspace}/flights-00001@1"],
            "mlflow_runs": [],
        }
