"""Servers as pods on a real cluster: who may start what, what a start waits for, and what is free.

The node claims to have GPUs; nothing is behind them, and nothing here needs more of one than the scheduler does.
"""

import concurrent.futures
import itertools
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.client import Cluster, wait_for
from tests.cluster.place import NODE
from tests.support.pod_hub import PodHub, running

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

GPUS = 2
SLOW_SECONDS = 2
SLOW_START_SECONDS = 20  # longer than the hub makes people wait for its answer
BRIEF_SECONDS = 30  # long enough for a scheduler that is busy to say that it has no place
PATIENT_SECONDS = 240  # and longer than whatever a test does while a start waits
PROFILES: list[dict[str, Any]] = [
    {"display_name": "Small", "default": True, "description": "For everybody."},
    {
        "display_name": "GPU",
        "allowed_groups": ["ml"],
        "kubespawner_override": {
            "extra_resource_limits": {"nvidia.com/gpu": "1"},
            "start_timeout": PATIENT_SECONDS,
        },
        "profile_options": {
            "gpus": {
                "display_name": "GPUs",
                "choices": {
                    "one": {"display_name": "1 GPU"},
                    "two": {
                        "display_name": "2 GPUs",
                        "kubespawner_override": {"extra_resource_limits": {"nvidia.com/gpu": "2"}},
                    },
                },
            }
        },
    },
    {
        "display_name": "Slice",
        "allowed_groups": ["ml"],
        "kubespawner_override": {"extra_resource_limits": {"nvidia.com/mig-1g.10gb": "1"}},
    },
    {
        "display_name": "Slow",
        "allowed_groups": ["ml"],
        "kubespawner_override": {
            "extra_resource_limits": {"nvidia.com/gpu": str(GPUS)},
            "lifecycle_hooks": {
                "postStart": {"exec": {"command": ["/bin/busybox", "sleep", str(SLOW_START_SECONDS)]}}
            },
        },
    },
    {
        "display_name": "Huge",
        "kubespawner_override": {
            "mem_guarantee": "32T",
            "mem_limit": "32T",
            "start_timeout": PATIENT_SECONDS,
        },
    },
    {
        "display_name": "Brief",
        "kubespawner_override": {
            "cpu_guarantee": 999,
            "start_timeout": BRIEF_SECONDS,
            "slow_spawn_message_threshold": SLOW_SECONDS,
            "slow_spawn_message_frequency": SLOW_SECONDS,
        },
    },
    {
        "display_name": "Own image",
        "slug": "own",
        "profile_options": {
            "image": {
                "display_name": "Image",
                "unlisted_choice": {"enabled": True, "kubespawner_override": {"image": "{value}"}},
                "choices": {"usual": {"display_name": "The usual one"}},
            }
        },
    },
]
MEMBERS = [f"ann{n}" for n in range(12)]  # each test has people of its own, who hold nothing yet


@pytest.fixture(scope="module", autouse=True)
def two_gpus(cluster: Cluster) -> None:
    """The node claims two GPUs, and no slice of one."""
    if not cluster.is_ours:
        pytest.skip("what the node of another's cluster claims to have is not ours to set")
    amounts = [
        {"op": "add", "path": f"/status/{where}/nvidia.com~1gpu", "value": str(GPUS)}
        for where in ("capacity", "allocatable")
    ]
    patch = ("patch", "node", NODE, "--subresource=status", "--type=json", "-p", json.dumps(amounts))
    cluster.kubectl(*patch)


@pytest.fixture(scope="module")
def hub(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PodHub]:
    """A hub whose group ml may have two GPUs a person at once, and others none."""
    with cluster.namespace("pods") as namespace:
        made = PodHub(
            cluster,
            namespace,
            tmp_path_factory.mktemp("hub"),
            PROFILES,
            groups={"ml": MEMBERS},
            limits={"default": {"servers": 2, "gpus": 0}, "groups": {"ml": {"gpus": GPUS, "servers": 3}}},
        )
        with running(made):
            yield made


def start(hub: PodHub, user: str, name: str = "", **options: str) -> int:
    """Ask for a server by the REST API; give the status."""
    path = f"/users/{user}/servers/{name}" if name else f"/users/{user}/server"
    hub.api("POST", f"/users/{user}")
    return hub.api("POST", path, json=options).status_code


def refused(hub: PodHub, user: str, name: str = "", **options: str) -> tuple[int, str]:
    """Ask for a server that cannot be had; give status and message."""
    path = f"/users/{user}/servers/{name}" if name else f"/users/{user}/server"
    hub.api("POST", f"/users/{user}")
    answer = hub.api("POST", path, json=options)
    return answer.status_code, answer.json()["message"]


def stop(hub: PodHub, user: str, name: str = "") -> None:
    """Stop a server, and wait until it is gone."""
    path = f"/users/{user}/servers/{name}" if name else f"/users/{user}/server"
    wait_for(f"a server of {user} that can be stopped", lambda: hub.api("DELETE", path).status_code < 300)
    wait_for(f"the end of {user}'s server", lambda: hub.server(user, name) is None)


def waiting(what: str, in_use: str) -> str:
    """Give all that is told of a start that waits, once both the scheduler and the machines have been asked."""
    return (
        f"It waits for {what}: no machine has that free now. It starts as soon as there is room, and is given up "
        f"after {PATIENT_SECONDS / 60:g} minutes. {in_use}"
    )


def is_ready(hub: PodHub, user: str, name: str = "") -> bool:
    return bool((hub.server(user, name) or {}).get("ready"))


def test_the_form_shows_what_a_group_may_have_and_what_is_free(hub: PodHub) -> None:
    page = hub.form_of("ann0")
    assert "<legend>Choose a server</legend>" in page
    assert "2 of 2 GPUs free now." in page
    assert 'value="slice"' in page
    assert "No machine of the cluster has 1 GPU slice (1g.10gb): none has any." in page


def test_the_form_of_others_has_no_word_of_it(hub: PodHub) -> None:
    page = hub.form_of("zoe")
    assert 'value="small"' in page
    assert "GPU" not in page


def test_a_start_of_others_by_the_api_is_refused_and_no_pod_is_made(hub: PodHub) -> None:
    for options in ({"profile": "gpu"}, {"profile": "slice"}):
        status, said = refused(hub, "zoe", **options)
        assert status == 403
        assert "is for group ml. Choose one of: small, huge, brief, own." in said
    assert refused(hub, "zoe", "named", profile="gpu")[0] == 403
    assert hub.server("zoe") is None
    assert "zoe" not in hub.cluster.kubectl("-n", hub.namespace, "get", "pods", "-o", "name")
    # What was refused is not what the next start begins with.
    assert start(hub, "zoe") in (201, 202)
    stop(hub, "zoe")


def test_a_server_waits_for_a_gpu_with_its_reason_and_starts_when_one_is_free(hub: PodHub) -> None:
    assert start(hub, "ann1", profile="gpu", gpus="two") in (201, 202)
    wait_for("ann1's server", lambda: is_ready(hub, "ann1"))
    assert start(hub, "ann2", profile="gpu") == 202
    hub.told("ann2", waiting("1 GPU", "2 GPUs in all, in use by 1 server or run."))
    assert "told.setAttribute('aria-live', 'polite')" in hub.form_of("ann2")  # the page of a start that waits
    page = hub.form_of("ann3")
    assert "2 GPUs in all, in use by 1 server or run, and 1 other waits for one." in page
    stop(hub, "ann1")
    wait_for("ann2's server", lambda: is_ready(hub, "ann2"))
    stop(hub, "ann2")


def test_a_gpu_that_was_chosen_in_the_form_is_the_pods(hub: PodHub) -> None:
    hub.send_form("ann6", **{"profile": "gpu", "profile-option-gpu--gpus": "two"})
    wait_for("ann6's server", lambda: is_ready(hub, "ann6"))
    pods = json.loads(hub.cluster.kubectl("-n", hub.namespace, "get", "pods", "-o", "json"))["items"]
    (pod,) = (one for one in pods if "ann6" in one["metadata"]["name"])
    assert pod["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "2"
    stop(hub, "ann6")


def test_two_starts_at_the_same_instant_do_not_both_pass_a_limit(hub: PodHub) -> None:
    hub.api("POST", "/users/ann4")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [pool.submit(start, hub, "ann4", name, profile="gpu", gpus="two") for name in ("", "other")]
        statuses = sorted(one.result() for one in asked)
    assert statuses[0] in (201, 202)
    assert statuses[1] == 409
    for name in ("", "other"):
        if hub.server("ann4", name) is not None:
            stop(hub, "ann4", name)


def test_limits_hold_for_named_servers_and_over_a_restart_of_the_hub(hub: PodHub) -> None:
    assert start(hub, "ann5", "first", profile="gpu", gpus="two") in (201, 202)
    wait_for("ann5's server", lambda: is_ready(hub, "ann5", "first"))
    hub.stop()
    hub.start()
    status, said = refused(hub, "ann5", "second", profile="gpu")
    assert status == 409
    assert "Your servers hold 2 GPUs, and your groups have 2 at once. Stop one" in said
    assert "'first'" in said
    for name in ("second", "third"):
        assert start(hub, "ann5", name, profile="small") in (201, 202)
    status, said = refused(hub, "ann5", "fourth", profile="small")
    assert (status, "You have 3 servers, and your groups have 3 at once." in said) == (409, True)
    assert "Not now: You have 3 servers" in hub.form_of("ann5")
    for name in ("first", "second", "third"):
        stop(hub, "ann5", name)


def test_gpus_of_a_server_are_counted_though_the_hub_died_while_it_started(hub: PodHub) -> None:
    assert start(hub, "ann7", "first", profile="slow") == 202
    pod = ("-n", hub.namespace, "-l", "hub.jupyter.org/username=ann7")
    wait_for("ann7's pod", lambda: hub.cluster.kubectl("get", "pod", *pod, "-o", "name"))
    assert hub.process is not None
    hub.process.kill()
    hub.process.wait(30)
    hub.cluster.kubectl("wait", "pod", *pod, "--for=condition=Ready", "--timeout=180s")
    hub.start()
    wait_for("ann7's server", lambda: is_ready(hub, "ann7", "first"))
    status, said = refused(hub, "ann7", "second", profile="gpu")
    assert (status, "Your servers hold 2 GPUs, and your groups have 2 at once." in said) == (409, True)
    stop(hub, "ann7", "first")


def test_what_fits_no_machine_is_said_at_once(hub: PodHub) -> None:
    begun = time.monotonic()
    assert start(hub, "yan", profile="huge") == 202
    told = hub.told("yan", "the largest has")
    assert time.monotonic() - begun < PATIENT_SECONDS / 2
    assert "No machine of the cluster has 32 TB of memory: the largest has" in told
    assert "No machine of the cluster has 32 TB of memory" in hub.form_of("yves")
    stop(hub, "yan")


@pytest.fixture(scope="module")
def given_up(hub: PodHub) -> str:
    """All that is told of a start that finds no place, until it is given up."""
    assert start(hub, "xia", profile="brief") == 202
    return hub.told("xia", "Spawn failed")


def test_a_start_that_found_no_place_ends_with_the_reason_and_is_no_fault_of_the_hub(
    hub: PodHub, given_up: str
) -> None:
    words = f"Your server found no place within {BRIEF_SECONDS} seconds. It waits for 999 CPUs"
    assert words in given_up
    assert "consecutive spawns failed" not in hub.log()
    assert "xia" not in hub.cluster.kubectl("-n", hub.namespace, "get", "pods", "-o", "name")


def test_who_waits_for_long_is_told_why_and_that_the_start_goes_on_every_few_seconds(given_up: str) -> None:
    slow = r"^It waits for 999 CPUs.* This takes longer than most starts: (\d+) seconds so far\. You may close this page"
    seconds = [int(found) for found in re.findall(slow, given_up, re.MULTILINE)]
    assert len(seconds) >= 2, given_up
    assert all(later - sooner >= SLOW_SECONDS for sooner, later in itertools.pairwise([0, *seconds]))


def test_an_image_of_ones_own_is_checked_and_what_is_wrong_with_it_is_told(hub: PodHub) -> None:
    status, said = refused(hub, "wim", **{"profile": "own", "image--unlisted-choice": "no image; rm -rf /"})
    assert (status, "cannot be 'no image; rm -rf /'" in said) == (400, True)
    image = "registry.example.org/mine@sha256:" + "0" * 64
    assert start(hub, "wim", **{"profile": "own", "image--unlisted-choice": image}) in (201, 202)
    assert f"The image '{image}' cannot be had (ErrImageNeverPull)" in hub.told("wim", "cannot be had")
    pod = json.loads(hub.cluster.kubectl("-n", hub.namespace, "get", "pods", "-o", "json"))["items"][-1]
    assert pod["spec"]["containers"][0]["image"] == image
    stop(hub, "wim")


def test_without_the_right_to_read_the_cluster_nothing_is_guessed(
    cluster: Cluster, tmp_path: Path, two_gpus: None
) -> None:
    with cluster.namespace("pods") as namespace:
        quiet = PodHub(cluster, namespace, tmp_path, PROFILES[:2], {"ml": ["ann"]}, shows_capacity=False)
        with running(quiet):
            page = quiet.form_of("ann")
    assert 'value="gpu"' in page
    assert "free now" not in page
