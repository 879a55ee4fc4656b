"""A run's pod: what it shares with the user's server, what it keeps to, what it refuses."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubespawner import slugs
from onedata.contract.runner import RunLimits
from onedata_hub.backends.compute import ComputeError, StartRequest
from onedata_hub.backends.compute.kubernetes.manifests import make_job, make_secret, secret_of
from onedata_hub.backends.compute.kubernetes.names import Templates, escaped, job_name, kubespawner_slug
from onedata_hub.backends.compute.kubernetes.pods import (
    PodSettings,
    PodSettingsError,
    pod_values,
    read_pod_settings,
)

from tests.support.runner import RUN_KEY, make_spec

TTL_SECONDS = 600
NAMES = st.one_of(st.text(min_size=1, max_size=80), st.from_regex(r"[a-zA-Z0-9@._-]{1,60}", fullmatch=True))


def job_of(profile: dict[str, Any] | None = None, *, user: str = "ann", **values: Any) -> dict[str, Any]:
    request = StartRequest(
        make_spec("http://studio.test/services/studio", user=user),
        b"{}",
        {"ONEDATA_RUN_KEY": RUN_KEY, "CUDA_VISIBLE_DEVICES": ""},
        RunLimits(),
        profile or {},
    )
    settings = PodSettings({"image": "one-data-studio/notebook:1", **values})
    return make_job(request, pod_values(request, settings), TTL_SECONDS)


def spec_of(profile: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    spec: dict[str, Any] = job_of(profile, **values)["spec"]["template"]["spec"]
    return spec


@given(NAMES)
def test_names_of_users_are_written_as_kubespawner_writes_them(name: str) -> None:
    assert kubespawner_slug(name) == slugs.safe_slug(name, max_length=48)
    assert escaped(name) == slugs.escape_slug(name)


@given(NAMES, NAMES)
def test_each_reference_has_a_job_name_of_its_own_that_dns_takes(one: str, other: str) -> None:
    assert slugs.is_valid_object_name(job_name(one))
    assert (job_name(one) == job_name(other)) == (one == other)


def test_home_and_data_are_those_of_the_users_server() -> None:
    spec = spec_of(
        user="Ann@example.org",
        pvc_name_template="claim-{user_server}",
        volumes={"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
        volume_mounts=[{"name": "home", "mountPath": "/home/jovyan", "subPath": "{escaped_username}"}],
    )
    claims = [v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if v["name"] == "home"]
    assert claims == ["claim-ann-example-org---" + kubespawner_slug("Ann@example.org")[-8:]]
    assert spec["containers"][0]["volumeMounts"][0]["subPath"] == "-41nn-40example-2eorg"


def test_a_job_that_the_studio_forgets_is_removed_by_kubernetes_after_its_time() -> None:
    spec = job_of()["spec"]
    assert spec["ttlSecondsAfterFinished"] == TTL_SECONDS
    assert "activeDeadlineSeconds" not in spec  # its end is the runner's word: a deadline would cut that off


def test_the_profile_lies_over_the_settings_as_in_kubespawner() -> None:
    spec = spec_of(
        {
            "image": "gpu:2",
            "mem_limit": "2G",
            "node_selector": {"pool": "gpu"},
            "extra_resource_limits": {"nvidia.com/gpu": 1},
        },
        mem_guarantee="512M",
        node_selector={"zone": "a"},
        tolerations=[{"key": "gpu", "operator": "Exists"}],
    )
    container = spec["containers"][0]
    assert container["image"] == "gpu:2"
    assert container["resources"] == {
        "limits": {"memory": 2 * 2**30, "nvidia.com/gpu": "1"},
        "requests": {"memory": 512 * 2**20},
    }
    assert spec["nodeSelector"] == {"zone": "a", "pool": "gpu"}
    assert spec["tolerations"] == [{"key": "gpu", "operator": "Exists"}]


def test_the_runner_stops_a_notebook_before_the_pod_is_killed() -> None:
    limits = [e["value"] for e in spec_of(mem_limit="1G")["containers"][0]["env"] if "LIMITS" in e["name"]]
    assert RunLimits.model_validate_json(limits[0]).memory_bytes == 2**30 - 128 * 2**20


def test_variables_of_profile_and_job_come_before_those_of_every_pod() -> None:
    spec = spec_of(environment={"CUDA_VISIBLE_DEVICES": "all", "TZ": "Europe/Berlin", "N": 1})
    env = {one["name"]: one["value"] for one in spec["containers"][0]["env"]}
    assert "CUDA_VISIBLE_DEVICES" not in env
    assert (env["TZ"], env["N"]) == ("Europe/Berlin", "1")


def test_a_pod_without_a_mounted_home_has_an_empty_one() -> None:
    data = [{"name": "data", "mountPath": "/data"}]
    env = {one["name"]: one["value"] for one in spec_of(volume_mounts=data)["containers"][0]["env"]}
    assert env["HOME"] == "/run/home"
    home = [{"name": "home", "mountPath": "/home/jovyan"}]
    assert "HOME" not in [one["name"] for one in spec_of(volume_mounts=home)["containers"][0]["env"]]


def test_nothing_secret_is_in_the_job_and_no_gpu_is_hidden_in_a_pod() -> None:
    job = job_of()
    assert RUN_KEY not in repr(job)
    job["metadata"]["uid"] = "u1"
    request = StartRequest(
        make_spec("http://s.test"), b"{}", {"ONEDATA_RUN_KEY": RUN_KEY, "CUDA_VISIBLE_DEVICES": ""}
    )
    secret = make_secret(job, request)
    assert secret["metadata"]["name"] == secret_of(job)
    assert secret["metadata"]["ownerReferences"][0]["uid"] == "u1"
    assert secret["stringData"]["ONEDATA_RUN_KEY"] == RUN_KEY
    assert "CUDA_VISIBLE_DEVICES" not in secret["stringData"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"image": ""}, "No image is named"),
        ({"home_volume": 1}, "asks for 'home_volume'"),
        ({"mem_limit": "much"}, "'much' is no amount of memory"),
        ({"volumes": [{"name": "{userid}"}]}, "cannot be filled"),
    ],
)
def test_what_comes_to_no_pod_is_refused_by_its_name(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ComputeError, match=words):
        job_of(values)


def test_what_concerns_a_server_alone_is_left_out_of_a_runs_pod() -> None:
    container = spec_of({"cmd": ["jupyterhub-singleuser"], "default_url": "/tree"})["containers"][0]
    assert container["command"][-2:] == ["--fetch", "/run/onedata"]
    assert "jupyterhub-singleuser" not in repr(container)


def test_a_wrong_file_of_pod_settings_is_named_with_the_fix(tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text("- image")
    with pytest.raises(
        PodSettingsError, match=r"pod.yaml cannot be used: it is no map .* Write KubeSpawner's"
    ):
        read_pod_settings(file)
    file.write_text("imagee: x")
    with pytest.raises(PodSettingsError, match="asks for 'imagee'"):
        read_pod_settings(file)


def test_a_template_without_a_servers_name_ends_as_kubespawner_ends_it() -> None:
    assert Templates("ann").fill("{username}--{servername}") == "ann"
    assert Templates("ann").fill("x-{servername}-") == "x--"
