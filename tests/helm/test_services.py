"""What the services are told, and that hub and chart tell the same."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from onedata_hub import kubernetes as wiring
from onedata_hub.mlflow_service.settings import MlflowSettings
from onedata_hub.profiles import load_profiles
from onedata_hub.studio.metrics import render_metrics
from onedata_hub.studio.settings import StudioSettings
from prometheus_client.parser import text_string_to_metric_families

from tests.helm.charts import Manifest
from tests.helm.conftest import Render
from tests.helm.pods import pods
from tests.helm.variants import ELSEWHERE, EVERYTHING_ON

_POSTGRESQL = {"database": {"type": "postgresql", "postgresql": {"existingSecret": "databases"}}}


def container(manifests: list[Manifest], deployment: str) -> dict[str, Any]:
    return dict(pods(manifests))[f"Deployment/{deployment}"]["spec"]["containers"][0]


def environment(manifests: list[Manifest], deployment: str) -> dict[str, str]:
    """Give a service's variables; one from a Secret as <secret>/<key>."""
    found = {}
    for variable in container(manifests, deployment)["env"]:
        reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
        found[variable["name"]] = (
            f"{reference['name']}/{reference['key']}" if reference else variable["value"]
        )
    return found


def settings_of(
    model: type[StudioSettings] | type[MlflowSettings],
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """Read variables as the service does, and see that each of its own is one that it knows."""
    prefix = str(model.model_config["env_prefix"])
    own = {name: value for name, value in variables.items() if name.startswith(prefix)}
    assert {name.removeprefix(prefix).lower() for name in own} <= set(model.model_fields)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    return model()


def hub_values(manifests: list[Manifest]) -> dict[str, Any]:
    """Give the values of the hub's chart as the hub reads them."""
    (hub,) = [one for one in manifests if one["kind"] == "Secret" and one["metadata"]["name"] == "hub"]
    return dict(yaml.safe_load(base64.b64decode(hub["data"]["values.yaml"])))


def studio_file(manifests: list[Manifest], name: str) -> dict[str, Any]:
    """Give one of the files that the studio is configured with."""
    return dict(yaml.safe_load(studio_text(manifests, name)))


def studio_text(manifests: list[Manifest], name: str) -> str:
    (config,) = [one for one in manifests if one["kind"] == "Secret" and one["metadata"]["name"] == "studio"]
    return str(config["stringData"][name])


def test_sqlite_has_one_studio_that_is_both_parts(render_lone: Render, monkeypatch: pytest.MonkeyPatch):
    manifests = render_lone(ELSEWHERE)
    assert [name for name, _ in pods(manifests)] == ["Deployment/mlflow", "Deployment/studio-api"]
    settings = settings_of(StudioSettings, environment(manifests, "studio-api"), monkeypatch)
    assert settings.parts == {"api", "jobs"}
    assert settings.database_url == "sqlite:////srv/onedata/studio/studio.sqlite"
    assert settings.objects_url == "file:///srv/onedata/objects"
    assert settings.public_url == "https://data.example.org/services/studio"
    (deployment,) = [
        one for one in manifests if one["kind"] == "Deployment" and one["metadata"]["name"] == "studio-api"
    ]
    assert deployment["spec"]["strategy"]["type"] == "Recreate"


def test_postgresql_parts_the_studio_in_two(render_lone: Render, monkeypatch: pytest.MonkeyPatch):
    given = {"replicas": 2, "maxRunning": 7, "keepSeconds": 90}
    manifests = render_lone(ELSEWHERE, _POSTGRESQL, {"studio": {"jobs": given}})
    api, jobs = (environment(manifests, name) for name in ("studio-api", "studio-jobs"))
    assert settings_of(StudioSettings, api, monkeypatch).parts == {"api"}
    settings = settings_of(StudioSettings, jobs, monkeypatch)
    assert (settings.parts, settings.jobs_max_running) == ({"jobs"}, 7)
    assert settings.kubernetes_job_ttl_seconds == 90
    assert {one["ONEDATA_STUDIO_DATABASE_URL"] for one in (api, jobs)} == {"databases/studio-url"}
    mlflow = environment(manifests, "mlflow")
    assert mlflow["ONEDATA_MLFLOW_DATABASE_URL"] == "databases/mlflow-url"


def test_cloudnative_pg_brings_the_password_past_the_address(render_lone: Render):
    manifests = render_lone(ELSEWHERE, EVERYTHING_ON)
    api = environment(manifests, "studio-api")
    assert api["ONEDATA_STUDIO_DATABASE_URL"] == "postgresql://onedata-database-rw/studio"
    assert (api["PGUSER"], api["PGPASSWORD"]) == (
        "onedata-database-app/username",
        "onedata-database-app/password",
    )
    databases = {one["spec"]["name"]: one["spec"]["owner"] for one in manifests if one["kind"] == "Database"}
    (cluster,) = [one for one in manifests if one["kind"] == "Cluster"]
    made = cluster["spec"]["bootstrap"]["initdb"]
    assert databases | {made["database"]: made["owner"]} == dict.fromkeys(
        ("studio", "mlflow", "hub"), "onedata"
    )


def test_one_bucket_serves_datasets_and_models(render_lone: Render, monkeypatch: pytest.MonkeyPatch):
    manifests = render_lone(ELSEWHERE, EVERYTHING_ON)
    studio = settings_of(StudioSettings, environment(manifests, "studio-api"), monkeypatch)
    assert studio.objects_url == (
        "s3://onedata/one/two/objects?endpoint_url=http%3A%2F%2Fs3.storage.svc%3A9000"
        "&public_endpoint_url=https%3A%2F%2Fs3.example.org&region=local"
    )
    mlflow = settings_of(MlflowSettings, environment(manifests, "mlflow"), monkeypatch)
    assert mlflow.artifacts_destination == "s3://onedata/one/two/mlflow"
    assert mlflow.s3_endpoint_url == "http://s3.storage.svc:9000"
    assert environment(manifests, "mlflow")["AWS_SECRET_ACCESS_KEY"] == "s3/AWS_SECRET_ACCESS_KEY"


def test_jobs_may_name_every_profile_that_people_choose_from(render_full: Render, tmp_path: Path):
    manifests = render_full()
    file = tmp_path / "profiles.yaml"
    file.write_text(studio_text(manifests, "profiles.yaml"))
    assert list(load_profiles(file).by_slug) == ["standard", "small"]
    values = hub_values(manifests)
    told = studio_file(manifests, "profiles.yaml")
    assert told["profile_list"] == values["singleuser"]["profileList"]
    assert told["limits"] == values["global"]["onedata"]["limits"]


def test_a_hub_without_profiles_has_one_for_jobs(render_full: Render, tmp_path: Path):
    manifests = render_full({"jupyterhub": {"singleuser": {"profileList": []}}})
    file = tmp_path / "profiles.yaml"
    file.write_text(studio_text(manifests, "profiles.yaml"))
    assert list(load_profiles(file).by_slug) == ["server"]


def test_hub_and_jobs_have_the_same_limits(render_full: Render, tmp_path: Path):
    limits = {"default": {"gpus": 0, "hours": 12.5}, "groups": {"ml": {"gpus": 4, "hours": None}}}
    manifests = render_full({"global": {"onedata": {"limits": limits}}})
    file = tmp_path / "profiles.yaml"
    file.write_text(studio_text(manifests, "profiles.yaml"))
    of_jobs = load_profiles(file).limits
    values = hub_values(manifests)
    of_hub = wiring.KubernetesSettings.model_validate(values["global"]["onedata"]).limits
    assert of_jobs == of_hub
    assert of_hub.of(["ml"]).gpus == 4
    assert of_hub.of([]).hours == 12.5


def test_hub_and_services_share_the_tokens_that_the_hubs_chart_keeps(render_full: Render):
    manifests = render_full()
    (hub,) = [one for one in manifests if one["kind"] == "Secret" and one["metadata"]["name"] == "hub"]
    for service, deployment in (("studio", "studio-api"), ("mlflow", "mlflow")):
        told = environment(manifests, deployment)
        assert told["JUPYTERHUB_API_TOKEN"] == f"hub/hub.services.{service}.apiToken"
        assert f"hub.services.{service}.apiToken" in hub["data"]
        assert told["JUPYTERHUB_API_URL"] == "http://hub:8081/hub/api"


def test_the_hub_finds_the_services_where_the_chart_puts_them(render_full: Render):
    manifests = render_full()
    services = {
        one["metadata"]["name"]: one["spec"]["ports"][0]["port"]
        for one in manifests
        if one["kind"] == "Service"
    }
    found = {address.removeprefix("http://") for address in wiring._ADDRESSES.values()}
    assert found <= {f"{name}:{port}" for name, port in services.items()}


def test_servers_mount_the_objects_where_the_studio_has_them(render_full: Render):
    manifests = render_full()
    mounts = {one["name"]: one["mountPath"] for one in container(manifests, "studio-api")["volumeMounts"]}
    assert mounts["objects"] == wiring._OBJECTS_FOLDER
    claims = {one["metadata"]["name"] for one in manifests if one["kind"] == "PersistentVolumeClaim"}
    assert wiring._OBJECTS_CLAIM in claims


def test_the_hub_reads_the_values_that_the_chart_hands_it(render_full: Render):
    values = hub_values(render_full({"global": {"onedata": {"workspaces": {"team": ["ann"]}}}}))
    settings = wiring.KubernetesSettings.model_validate(values["global"]["onedata"])
    assert settings.workspaces == {"team": ["ann"]}
    assert "configure_kubernetes" in values["hub"]["extraConfig"]["onedata"]


def test_metrics_are_scraped_where_the_studio_gives_them(render_lone: Render):
    manifests = render_lone(ELSEWHERE, EVERYTHING_ON)
    (monitor,) = [one for one in manifests if one["kind"] == "ServiceMonitor"]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["path"] == "/services/studio/metrics"
    assert environment(manifests, "studio-api")["ONEDATA_STUDIO_METRICS_TOKEN"] == "onedata/metrics-token"
    services = {one["metadata"]["name"] for one in manifests if one["kind"] == "Service"}
    assert services >= {"studio-api", "studio-jobs"}
    budgets = {one["metadata"]["name"] for one in manifests if one["kind"] == "PodDisruptionBudget"}
    assert budgets == {"studio-api", "studio-jobs"}


def exported() -> set[str]:
    """Name every series of the studio's own metrics, as its page of them has them."""
    endings = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    families = text_string_to_metric_families(render_metrics().decode())
    return {family.name + ending for family in families for ending in endings.get(family.type, ())}


def test_rules_and_dashboards_ask_for_metrics_that_there_are(render_lone: Render):
    watching = [
        one
        for one in render_lone(ELSEWHERE, EVERYTHING_ON)
        if one["kind"] == "PrometheusRule" or one["metadata"]["name"] == "onedata-dashboards"
    ]
    assert len(watching) == 2
    for one in watching:
        asked = set(re.findall(r"\bonedata_\w+", json.dumps(one)))
        assert len(asked) >= 2
        assert asked - exported() == set(), one["kind"]


def test_an_image_by_digest_has_no_tag(render_full: Render):
    image = {"name": "one-data-studio/notebook@sha256:" + "0" * 64, "tag": ""}
    manifests = render_full({"jupyterhub": {"singleuser": {"image": image}}})
    assert studio_file(manifests, "pod.yaml")["image"] == image["name"]
