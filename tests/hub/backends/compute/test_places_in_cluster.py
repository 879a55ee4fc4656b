"""Runs in the namespaces of their workspaces, each where its Job is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from onedata_hub.backends.compute import ComputeError, UnknownReference
from onedata_hub.backends.compute.kubernetes import KubernetesPlaces

from tests.hub.backends.compute.in_cluster import InCluster
from tests.hub.backends.compute.running import (
    SLEEP,
    request_for,
    until_forgotten,
    until_gone,
    until_logged,
    until_running,
)
from tests.support.runner import SmallStudio


@pytest.fixture
async def team_a(in_cluster: InCluster) -> AsyncIterator[InCluster]:
    """The namespace of workspace team-a."""
    with in_cluster.cluster.namespace("team-a") as namespace:
        yield InCluster(in_cluster.cluster, namespace)


@asynccontextmanager
async def places(own: InCluster, *, watching: bool = True, **others: str) -> AsyncIterator[KubernetesPlaces]:
    """Give the backend of a studio whose workspaces have these namespaces."""

    named = {
        workspace.replace("_", "-"): InCluster(own.cluster, namespace).adapter()
        for workspace, namespace in others.items()
    }
    backend = KubernetesPlaces(own.adapter(), named)
    if watching:
        await backend.prepare()
    try:
        yield backend
    finally:
        await backend.close()


async def test_a_run_is_in_its_workspaces_namespace_and_all_others_in_the_studios(
    in_cluster: InCluster, team_a: InCluster, studio: SmallStudio
) -> None:
    async with places(in_cluster, team_a=team_a.namespace) as compute:
        theirs = await compute.start(request_for(studio, SLEEP, run_id="run1", workspace="team-a"))
        other = await compute.start(request_for(studio, SLEEP, run_id="run2", workspace="team-z"))
        await until_logged(compute, theirs, b"asleep")
        await until_logged(compute, other, b"asleep")
        await until_running(compute, theirs, other)
        assert "run1" in await team_a.pod()
        assert "run2" in await in_cluster.pod()
        assert await compute.list_all() == {theirs: "running", other: "running"}
        for reference in (theirs, other):
            await compute.cancel(reference)
            await until_gone(compute, reference)
            await compute.remove(reference)
        await until_forgotten(compute)


async def test_who_only_reads_finds_a_run_wherever_it_is(
    in_cluster: InCluster, team_a: InCluster, studio: SmallStudio
) -> None:
    async with (
        places(in_cluster, team_a=team_a.namespace) as compute,
        places(in_cluster, watching=False, team_a=team_a.namespace) as reader,
    ):
        reference = await compute.start(request_for(studio, SLEEP, workspace="team-a"))
        await until_logged(reader, reference, b"asleep")
        await until_running(reader, reference)
        with pytest.raises(UnknownReference):
            await reader.log("run9-1", 0)
        assert await reader.state("run9-1") == "gone"


async def test_a_run_stays_where_it_began_when_its_workspace_is_given_a_namespace(
    in_cluster: InCluster, team_a: InCluster, studio: SmallStudio
) -> None:
    request = request_for(studio, SLEEP, workspace="team-a")
    async with places(in_cluster) as before:
        reference = await before.start(request)
        await until_logged(before, reference, b"asleep")
        await until_running(before, reference)
    async with places(in_cluster, team_a=team_a.namespace) as after:
        assert await after.start(request) == reference
        assert await after.state(reference) == "running"
        assert await team_a.pod() == ""
        await after.cancel(reference)
        await until_gone(after, reference)


async def test_a_namespace_that_does_not_answer_ends_no_run_and_keeps_no_other_from_running(
    in_cluster: InCluster, team_a: InCluster, studio: SmallStudio
) -> None:
    own, refused = in_cluster.adapter(), team_a.adapter(server="https://127.0.0.1:9")
    compute = KubernetesPlaces(own, {"team-a": refused})
    try:
        await asyncio.wait_for(own.prepare(), 20)
        reference = await compute.start(request_for(studio, "print('hello')", workspace="team-z"))
        await until_logged(compute, reference, b"hello")
        with pytest.raises(ComputeError, match="does not answer"):
            await compute.state("run9-1")  # it may be there
        with pytest.raises(ComputeError, match="does not answer"):
            await compute.start(request_for(studio, SLEEP, run_id="run3", workspace="team-a"))
    finally:
        await compute.close()
