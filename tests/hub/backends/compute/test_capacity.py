"""What a cluster has and what of it is free: the objects are as a Kubernetes 1.36 wrote them, shortened."""

import json
from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes.capacity import Asked, Capacity, CapacityReader
from onedata_hub.backends.compute.kubernetes.quantities import pod_requests, quantity

GPU = "nvidia.com/gpu"


def node(name: str, *, taints: list[dict[str, str]] | None = None, **offers: str) -> dict[str, Any]:
    allocatable = {
        "cpu": "8",
        "memory": "32Gi",
        "pods": "110",
        **{n.replace("_", "/"): v for n, v in offers.items()},
    }
    return {
        "metadata": {"name": name, "labels": {"pool": name.partition("-")[0]}},
        "spec": {"taints": taints} if taints else {},
        "status": {"allocatable": allocatable},
    }


def pod(on: str | None, **amounts: str) -> dict[str, Any]:
    requests = {name.replace("_", "/"): amount for name, amount in amounts.items()}
    containers = [{"name": "main", "resources": {"requests": requests}}]
    name = f"pod-{id(containers)}"
    return {
        "metadata": {"namespace": "team", "name": name},
        "spec": {"containers": containers} | ({"nodeName": on} if on else {}),
    }


def asked(selector: dict[str, str] | None = None, **amounts: float) -> Asked:
    return Asked({name.replace("_", "/"): amount for name, amount in amounts.items()}, selector or {})


GPU_NODES = [node("plain-1"), node("gpu-1", **{GPU: "2"}), node("gpu-2", **{GPU: "2"})]


def test_free_gpus_of_all_machines_are_counted_together() -> None:
    capacity = Capacity.of(GPU_NODES, [pod("gpu-1", **{GPU: "2"}), pod("plain-1", cpu="7")])
    assert capacity.words(asked(**{GPU: 1})) == ["2 of 4 GPUs free now."]


@pytest.mark.parametrize(
    ("placed", "wanted", "words"),
    [
        ([pod("gpu-1", **{GPU: "1"}), pod("gpu-2", **{GPU: "1"})], {GPU: 2}, "2 of 4 GPUs free now, but no"),
        ([pod("gpu-1", cpu="8"), pod("gpu-2", cpu="7")], {GPU: 1, "cpu": 2}, "4 of 4 GPUs free now, but no"),
        ([pod("gpu-1", cpu="8"), pod("gpu-2", cpu="6")], {GPU: 1, "cpu": 2}, "4 of 4 GPUs free now."),
    ],
)
def test_gpus_that_are_free_where_the_server_does_not_fit_are_not_told_as_to_be_had(
    placed: list[dict[str, Any]], wanted: dict[str, float], words: str
) -> None:
    but = " machine has room for a server of this size." if words.endswith("but no") else ""
    assert Capacity.of(GPU_NODES, placed).words(asked(**wanted)) == [f"{words}{but}"]


def test_of_gpus_that_are_all_in_use_it_is_said_by_how_many_and_who_waits() -> None:
    waiting = [pod(None, **{GPU: "1"}), pod(None, **{GPU: "1"}), pod(None, cpu="1")]
    capacity = Capacity.of(GPU_NODES, [*(pod(on, **{GPU: "2"}) for on in ("gpu-1", "gpu-2")), *waiting])
    said = "4 GPUs in all, in use by 2 servers or runs, and 2 others wait for one."
    assert capacity.words(asked(**{GPU: 1})) == [said]
    mine = f"team/{waiting[0]['metadata']['name']}"
    said = "4 GPUs in all, in use by 2 servers or runs, and 1 other waits for one."
    assert capacity.words(asked(**{GPU: 1}), apart_from=mine) == [said]


def test_what_no_machine_has_is_named_with_the_most_that_one_has() -> None:
    capacity = Capacity.of(GPU_NODES, [])
    assert capacity.words(asked(memory=64 * 2**30)) == [
        "No machine of the cluster has 64 GB of memory: the largest has 32 GB of memory."
    ]
    assert capacity.words(asked(**{"nvidia.com/mig-1g.10gb": 1})) == [
        "No machine of the cluster has 1 GPU slice (1g.10gb): none has any."
    ]
    assert capacity.words(asked(**{GPU: 3})) == [
        "No machine of the cluster has 3 GPUs: the largest has 2 GPUs."
    ]
    both = [node("a", cpu="64"), node("b", memory="512Gi")]
    assert Capacity.of(both, []).words(asked(cpu=32, memory=256 * 2**30)) == [
        "No machine of the cluster has all of that together."
    ]


def test_profile_for_one_kind_of_machine_is_measured_by_those_alone() -> None:
    capacity = Capacity.of(GPU_NODES, [pod("gpu-1", cpu="8"), pod("gpu-2", cpu="8")])
    assert capacity.words(asked(cpu=4)) == []
    assert capacity.words(asked({"pool": "gpu"}, cpu=4)) == [
        "The cluster is full now: no machine has room for a server of this size."
    ]
    assert capacity.words(asked({"pool": "none"}, cpu=4)) == [
        "No machine of the cluster is of this kind now."
    ]


@pytest.mark.parametrize(
    ("toleration", "fits"),
    [
        ({}, False),
        ({"key": "own", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "own", "value": "team"}, True),
        ({"key": "own", "value": "others"}, False),
        ({"key": "own", "operator": "Exists", "effect": "NoExecute"}, False),
    ],
)
def test_machine_that_is_kept_for_others_does_not_count(toleration: dict[str, str], fits: bool) -> None:
    taint = {"key": "own", "value": "team", "effect": "NoSchedule"}
    capacity = Capacity.of([node("a", taints=[taint])], [])
    wanted = Asked({"cpu": 1}, {}, (toleration,) if toleration else ())
    assert (capacity.words(wanted) == []) is fits


def test_machine_has_so_many_places_for_pods() -> None:
    capacity = Capacity.of([node("a", pods="1")], [pod("a")])
    assert "full now" in capacity.words(asked(cpu=1))[0]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("100m", 0.1), ("4", 4), ("16Gi", 16 * 2**30), ("1e3", 1000), ("128974848", 128974848), ("5M", 5e6)],
)
def test_amounts_are_read_as_kubernetes_writes_them(text: str, amount: float) -> None:
    assert quantity(text) == pytest.approx(amount)


@pytest.mark.parametrize("text", ["", "lots", "1 Gi", "1Zi"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        quantity(text)


def test_pod_asks_for_the_largest_of_those_that_come_first_and_for_the_rest_together() -> None:
    def container(**given: Any) -> dict[str, Any]:
        return {"resources": {"requests": given}}

    spec = {
        "initContainers": [container(cpu="3"), container(memory="1Gi") | {"restartPolicy": "Always"}],
        "containers": [container(cpu="1"), {"resources": {"limits": {"cpu": "1", GPU: "1"}}}],
        "overhead": {"cpu": "250m"},
    }
    assert pod_requests({"spec": spec}) == {"cpu": 3.25, GPU: 1.0, "memory": 2**30}


class Answer:
    """What the client library gives where it is not to make models."""

    def __init__(self, content: dict[str, Any], status: int = 200) -> None:
        self.status = status
        self._content = content

    async def read(self) -> bytes:
        return json.dumps(self._content).encode()


class SmallApi:
    """An API server with one node and its pods on two pages; it counts what it is asked."""

    def __init__(self, status: int = 200) -> None:
        self.asked = 0
        self.status = status

    async def list_node(self, **_: Any) -> Answer:
        self.asked += 1
        return Answer({"items": [node("a")], "metadata": {}, "message": "nodes is forbidden"}, self.status)

    async def list_pod_for_all_namespaces(self, _continue: str = "", **_: Any) -> Answer:
        more = {} if _continue else {"continue": "next"}
        return Answer({"items": [pod("a", cpu="3")], "metadata": more})


async def test_lists_are_read_page_by_page_and_kept_for_seconds() -> None:
    api, reader = SmallApi(), CapacityReader()
    capacity = await reader.read(api)
    assert capacity is not None
    assert capacity.nodes[0].free("cpu") == 2
    assert await reader.read(api) is capacity
    assert api.asked == 1


async def test_cluster_that_does_not_tell_leaves_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert await CapacityReader().read(SmallApi(status=403)) is None
    assert "nodes is forbidden" in caplog.text
