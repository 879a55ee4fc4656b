"""Faults of a real cluster: what becomes of runs, and what people are told."""

import asyncio
import base64
import json
from pathlib import Path

import pytest
import yaml
from onedata_hub.backends.compute.base import NeverStarts
from onedata_hub.backends.compute.kubernetes.cluster import Refused

from tests.cluster.client import Cluster
from tests.hub.backends.compute.in_cluster import InCluster
from tests.hub.backends.compute.running import (
    SLEEP,
    eventually,
    request_for,
    until_cancelled,
    until_gone,
    until_logged,
    until_running,
    until_told,
    until_why,
)
from tests.support.runner import HUB_TOKEN, RUN_KEY, SmallStudio


async def test_a_deleted_pod_ends_its_run_with_a_reason_and_is_not_replaced(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, SLEEP))
        await until_logged(compute, reference, b"asleep")
        await in_cluster.kubectl("delete", await in_cluster.pod(), "--wait=false")
        assert await until_why(compute, reference, "deleted") == "Its pod was deleted."
        await until_gone(compute, reference)
        assert (await until_told(studio)).outcome == "cancelled"
        assert list(studio.places) == ["run1-1"]

        async def is_over() -> bool:
            # The runner ended in good order, so the Job is complete; either way it makes no other pod.
            types = "--output=jsonpath={.items[*].status.conditions[*].type}"
            ended = {"Complete", "Failed"} & set((await in_cluster.kubectl("get", "jobs", types)).split())
            return bool(ended) and await in_cluster.pod() == ""

        await eventually(is_over, "the end of the Job and its pod")


async def test_a_pod_that_vanished_without_a_word_is_gone_and_never_executed_again(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    request = request_for(studio, "print('began', flush=True)", SLEEP)
    async with in_cluster.backend() as compute:
        reference = await compute.start(request)
        await until_logged(compute, reference, b"asleep")
        first = studio.places.copy()
        await in_cluster.kubectl("delete", await in_cluster.pod(), "--grace-period=0", "--force")
        await until_gone(compute, reference)
        await compute.start(request)
        await until_gone(compute, reference)
        assert studio.places == first
        assert await compute.log(reference, 0) == b""  # of the second pod
        # The first may have had no time to tell.
        assert {result.outcome for result in studio.results} <= {"cancelled"}


async def test_a_pod_that_ran_out_of_memory_is_told_with_its_limit(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    # Files in memory are nobody's: the kernel cannot be killed to get rid of them, so the whole pod goes.
    profile = {
        "mem_limit": "300M",
        "volumes": {"shm": {"name": "shm", "emptyDir": {"medium": "Memory"}}},
        "volume_mounts": {"shm": {"name": "shm", "mountPath": "/dev/shm"}},
    }
    fill = "with open('/dev/shm/a', 'wb') as file:\n    while True: file.write(bytes(2**20))"
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, fill, profile=profile))
        await until_gone(compute, reference)
        said = await until_why(compute, reference, "memory")
    assert said == (
        "It used more memory than its pod may have (300 MiB), and was killed. Choose a profile with more memory, "
        "or load less at once."
    )


async def test_a_notebook_that_takes_too_much_memory_hears_so_from_its_runner(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    grow = "held = []\nimport time\nwhile True:\n    held.append(bytearray(4 * 2**20)); time.sleep(0.05)"
    async with in_cluster.backend() as compute:
        await compute.start(request_for(studio, grow, memory_bytes=400 * 2**20))
        result = await until_told(studio)
    assert result.failure is not None
    assert result.failure.error_name == "OutOfMemory"
    assert "272 MiB" in result.message


async def test_an_evicted_pod_is_told_as_such(in_cluster: InCluster, studio: SmallStudio) -> None:
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, SLEEP))
        await until_logged(compute, reference, b"asleep")
        pod = (await in_cluster.pod()).removeprefix("pod/")
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": in_cluster.namespace},
        }
        path = f"/api/v1/namespaces/{in_cluster.namespace}/pods/{pod}/eviction"
        await in_cluster.kubectl("create", "--raw", path, "-f", "-", text=json.dumps(eviction))
        assert (
            await until_why(compute, reference, "evicted")
            == "Its pod was evicted: its node is being emptied."
        )
        await until_gone(compute, reference)


async def test_a_pod_that_its_node_evicts_is_told_with_the_nodes_words(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    profile = {
        "volumes": {"small": {"name": "small", "emptyDir": {"sizeLimit": "1Mi"}}},
        "volume_mounts": {"small": {"name": "small", "mountPath": "/small"}},
    }
    fill = "open('/small/a', 'wb').write(bytes(20 * 2**20))"
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, fill, SLEEP, profile=profile))
        await until_gone(compute, reference)
        said = await until_why(compute, reference, "evicted")
    assert said.startswith("Its pod was evicted from its node: ")
    assert 'EmptyDir volume "small" exceeds the limit' in said


async def test_a_missing_image_is_named_while_the_run_waits(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    profile = {"image": "one-data-studio/no-such-image:1", "image_pull_policy": "IfNotPresent"}
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, "1", profile=profile))
        said = await until_why(compute, reference, "cannot be had")
        assert "'one-data-studio/no-such-image:1'" in said
        assert await compute.state(reference) == "starting"
        await compute.cancel(reference)
        await until_gone(compute, reference)
        assert await until_why(compute, reference, "told") == "It was told to end."
    assert studio.places == {}


async def test_what_no_node_has_is_named_while_the_run_waits(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    profile = {"extra_resource_limits": {"example.org/quantum": "1"}}
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, "1", profile=profile))
        said = await until_why(compute, reference, "It waits for")
        assert "example.org/quantum: no machine has that free now" in said
        assert await compute.state(reference) == "starting"


async def test_a_quota_that_allows_no_pod_is_named(in_cluster: InCluster, studio: SmallStudio) -> None:
    await in_cluster.allow_at_most(pods="0")
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, "1"))
        said = await until_why(compute, reference, "exceeded quota: none")
        assert said.startswith("Kubernetes does not make its pod: ")
        assert await compute.state(reference) == "starting"


async def test_what_the_cluster_forbids_or_does_not_understand_never_starts(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    request = request_for(studio, "1", profile={"extra_pod_config": {"restartPolicy": "Always"}})
    async with in_cluster.backend() as compute:
        with pytest.raises(NeverStarts, match="restartPolicy"):
            await compute.start(request)
    assert await in_cluster.kubectl("get", "jobs", "--output=name") == ""


async def test_a_quota_that_allows_no_further_job_is_waited_for(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    await in_cluster.allow_at_most(**{"count/jobs.batch": "0"})
    async with in_cluster.backend() as compute:
        with pytest.raises(Refused, match="exceeded quota: none"):
            await compute.start(request_for(studio, "1"))


async def test_a_suspended_job_ends_when_it_is_cancelled(in_cluster: InCluster, studio: SmallStudio) -> None:
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, SLEEP))
        await until_logged(compute, reference, b"asleep")
        suspended = json.dumps({"spec": {"suspend": True}})
        name = (await in_cluster.kubectl("get", "jobs", "--output=name")).strip()
        await in_cluster.kubectl("patch", name, f"--patch={suspended}")
        await until_why(compute, reference, "suspended")
        assert await compute.state(reference) == "starting"
        await compute.cancel(reference)
        await until_cancelled(compute, reference)


async def test_a_volume_that_is_not_there_is_named(in_cluster: InCluster, studio: SmallStudio) -> None:
    profile = {
        "pvc_name_template": "claim-{user_server}",
        "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
        "volume_mounts": {"home": {"name": "home", "mountPath": "/home/jovyan"}},
    }
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, "1", profile=profile))
        assert '"claim-ann" not found' in await until_why(compute, reference, "claim-ann")


async def test_a_studio_that_does_not_watch_sees_and_cancels_the_run_of_another(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    async with in_cluster.backend() as first:
        reference = await first.start(request_for(studio, SLEEP))
        await until_logged(first, reference, b"asleep")
        await until_running(first, reference)
    async with in_cluster.backend(watching=False) as second:
        assert await second.state(reference) == "running"
        assert await second.list_all() == {reference: "running"}
        assert await second.log(reference, 0) == b"asleep\n"
        await second.cancel(reference)
        await until_gone(second, reference)
    assert (await until_told(studio)).outcome == "cancelled"


async def test_secrets_are_in_a_secret_that_goes_with_its_job(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, SLEEP))
        await until_logged(compute, reference, b"asleep")
        shown = await in_cluster.kubectl("get", "jobs,pods", "--output=json")
        for secret in (RUN_KEY, HUB_TOKEN):
            assert secret not in shown
            assert base64.b64encode(secret.encode()).decode() not in shown
        await compute.cancel(reference)
        await until_gone(compute, reference)
        assert "secret/run-run1-1-" in await in_cluster.kubectl("get", "secrets", "--output=name")
        await compute.remove(reference)

        async def is_clean() -> bool:
            return await in_cluster.kubectl("get", "jobs,pods,secrets", "--output=name") == ""

        await eventually(is_clean, "the end of the Job's pod and Secret")


async def test_pods_keep_to_the_standard_restricted(in_cluster: InCluster, studio: SmallStudio) -> None:
    async with in_cluster.backend() as compute:
        standard = "pod-security.kubernetes.io/enforce=restricted"
        await asyncio.to_thread(
            in_cluster.cluster.kubectl, "label", "namespace", in_cluster.namespace, standard
        )
        look = (
            "import os\nprint(os.getuid(), os.path.exists('/var/run/secrets/kubernetes.io'))\n"
            "try: open('/etc/x', 'w')\nexcept OSError as error: print(error.strerror)"
        )
        reference = await compute.start(request_for(studio, look))
        await until_told(studio)
        await until_gone(compute, reference)
        assert await compute.log(reference, 0) == b"1000 False\nRead-only file system\n"


async def test_a_long_log_is_followed_from_any_place(in_cluster: InCluster, studio: SmallStudio) -> None:
    print_much = (
        "for number in range(40_000): print(f'{number:09d} é')\nprint('done', flush=True)\n"
        "import time\ntime.sleep(5)"
    )
    whole = "".join(f"{number:09d} é\n" for number in range(40_000)).encode() + b"done\n"
    async with in_cluster.backend() as compute:
        reference = await compute.start(request_for(studio, print_much))
        seen = b""
        while not seen.endswith(b"done\n"):
            seen += await compute.log(reference, len(seen), 100_000)
            await asyncio.sleep(0.1)
        assert seen == whole
        await until_gone(compute, reference)
        assert await compute.log(reference, 13 * 39_999, 1_000) == whole[13 * 39_999 :]
        assert studio.outputs["log.txt"] == whole


async def test_a_start_costs_the_api_server_two_requests(in_cluster: InCluster, studio: SmallStudio) -> None:
    async with in_cluster.backend() as compute:
        before = compute.requests
        reference = await compute.start(request_for(studio, "1"))
        await until_gone(compute, reference)
        await compute.remove(reference)
        assert compute.requests - before <= 3  # Job, Secret, and the deletion; watches do the rest


async def test_it_needs_no_more_rights_than_its_page_says(
    in_cluster: InCluster, studio: SmallStudio, tmp_path: Path
) -> None:
    rules = [
        {
            "apiGroups": ["batch"],
            "resources": ["jobs"],
            "verbs": ["create", "get", "list", "watch", "patch", "delete"],
        },
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["list"]},
    ]
    account = {"name": "studio", "namespace": in_cluster.namespace}
    group = "rbac.authorization.k8s.io"
    await in_cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
        {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": account, "rules": rules},
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": account,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "studio"},
            "subjects": [{"kind": "ServiceAccount", **account}],
        },
    )
    config = yaml.safe_load(in_cluster.cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": (await in_cluster.kubectl("create", "token", "studio")).strip()}
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    limited = InCluster(Cluster(tmp_path / "kubeconfig", is_ours=False), in_cluster.namespace)
    async with limited.backend() as compute:
        reference = await compute.start(request_for(studio, "print('hello')"))
        await until_told(studio)
        await until_gone(compute, reference)
        assert await compute.log(reference, 0) == b"hello\n"
        await compute.remove(reference)
        await in_cluster.allow_at_most(pods="0")
        waiting = await compute.start(request_for(studio, "1", run_id="run2"))
        await until_why(compute, waiting, "exceeded quota")
        await compute.cancel(waiting)
        await until_gone(compute, waiting)
