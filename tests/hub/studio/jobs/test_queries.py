"""What lists and schedulers ask is answered from an index, whatever the number of runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.hub.studio.jobs.conftest import WS, JobsUnderTest
from tests.hub.studio.jobs.fakes import cell_failure


@contextmanager
def asked_questions() -> Iterator[list[tuple[Any, str, Any]]]:
    """Collect every SELECT with its parameters, and the connection it ran on."""
    asked: list[tuple[Any, str, Any]] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((connection.engine, statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plans(asked: list[tuple[Any, str, Any]], engine: Engine) -> dict[str, str]:
    found = {}
    with engine.connect() as connection:
        for _, statement, parameters in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            found[statement] = "; ".join(row[3] for row in rows)
    return found


async def test_no_list_or_look_for_work_scans_a_table_of_runs(jobs: JobsUnderTest):
    job = await jobs.make_job(retries={"max_retries": 1})
    run = await jobs.start(job)
    engine = jobs.studio.context.database._reader
    assert engine is not None, "SQLite reads through an engine of its own"
    with asked_questions() as asked:
        for query in (
            {},
            {"job_id": job["id"]},
            {"state": "failed"},
            {"job_id": job["id"], "state": "failed"},
        ):
            first = (await jobs.ann.get(f"{WS}/runs", params={"limit": 1, **query})).json()
            if first["next_cursor"]:
                await jobs.ann.get(f"{WS}/runs", params={"cursor": first["next_cursor"], **query})
        await jobs.ann.get(f"{WS}/jobs")
        await jobs.look()
        await jobs.runner(run["id"]).result("failed", failure=cell_failure())
        await jobs.look()
        await jobs.run(run["id"])
    runs = {statement: plan for statement, plan in plans(asked, engine).items() if "job_" in statement}
    assert len(runs) > 10
    scans = {statement: plan for statement, plan in runs.items() if "SCAN" in plan and "INDEX" not in plan}
    assert {s: p for s, p in scans.items() if "SCAN job_runs" in p or "SCAN job_attempts" in p} == {}
