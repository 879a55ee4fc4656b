"""What a run read and wrote stands in the lineage, with the job between."""

from typing import Any

from tests.hub.studio.jobs.conftest import API, WS, JobsUnderTest


async def edges(jobs: JobsUnderTest, node: str) -> set[tuple[str, str]]:
    graph: dict[str, Any] = (await jobs.ann.get(f"{WS}/lineage", params={"node": node})).json()
    return {(edge["source"], edge["target"]) for edge in graph["edges"]}


async def test_run_joins_what_it_read_to_what_it_wrote_through_its_job(any_jobs: JobsUnderTest):
    jobs = any_jobs
    _, runner = await jobs.started(name="nightly")
    await runner.result(datasets_read=["team-a/flights@3", "weather@1"], datasets_written=["team-a/delays@1"])
    assert await edges(jobs, "job:team-a/nightly") >= {
        ("dataset:team-a/flights@3", "job:team-a/nightly"),
        ("dataset:team-a/weather@1", "job:team-a/nightly"),
        ("job:team-a/nightly", "dataset:team-a/delays@1"),
    }


async def test_failed_attempt_and_its_retry_count_each_edge_once(jobs: JobsUnderTest):
    run, runner = await jobs.started(name="nightly", retries={"max_retries": 1, "backoff_seconds": 0})
    await runner.result("failed", datasets_read=["flights@3"])
    await jobs.look()
    await jobs.runner(run["id"]).result(datasets_read=["flights@3"])
    graph = (await jobs.ann.get(f"{WS}/lineage", params={"node": "job:team-a/nightly"})).json()
    assert [edge["runs"] for edge in graph["edges"]] == [1]


async def test_notebook_cannot_speak_for_datasets_its_user_may_not_read(jobs: JobsUnderTest):
    eve = jobs.user("eve", "team-e")
    _, runner = await jobs.started(name="nightly")
    await runner.result(datasets_read=["team-e/secret@1", "not a dataset", "flights"])
    seen = (
        await eve.get(f"{API}/workspaces/team-e/lineage", params={"node": "dataset:team-e/secret@1"})
    ).json()
    assert seen["edges"] == []


async def test_deleted_job_leaves_the_lineage(jobs: JobsUnderTest):
    run, runner = await jobs.started(name="nightly")
    await runner.result(datasets_read=["flights@3"])
    await jobs.ann.delete(f"{WS}/jobs/{run['job_id']}")
    assert await edges(jobs, "dataset:team-a/flights@3") == set()
