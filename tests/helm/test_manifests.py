"""What every way to install the chart renders to."""

import base64
import re
from collections import Counter
from typing import Any

import pytest
import yaml

from tests.helm.charts import Manifest
from tests.helm.conftest import Render
from tests.helm.pods import breaches, containers, pods
from tests.helm.schemas import ApiSchemas
from tests.helm.variants import Variant

# Pods that are not "restricted", and why not.
_NOT_RESTRICTED: dict[str, str] = {}
# Pods that may wait for all others, and why.
_LAST = {
    "DaemonSet/continuous-image-puller": "holds images for others",
    "DaemonSet/hook-image-puller": "fetches images, and goes",
    "Job/hook-image-awaiter": "waits for the fetching, and goes",
    "StatefulSet/user-placeholder": "gives its place to a server",
}
_PASSWORD = "a-password-that-nobody-else-has"


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    return next(one for one in manifests if one["kind"] == kind and one["metadata"]["name"] == name)


def test_an_api_server_takes_every_manifest(manifests: list[Manifest], schemas: ApiSchemas):
    refused = {f"{one['kind']}/{one['metadata']['name']}": schemas.errors(one) for one in manifests}
    assert {name: errors for name, errors in refused.items() if errors} == {}


def test_a_wrong_manifest_is_refused(schemas: ApiSchemas):
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "a"},
        "spec": {"port": 1, "ports": "a"},
    }
    said = "\n".join(schemas.errors(service))
    assert "'port' was unexpected" in said
    assert "spec.ports: 'a' is not of type 'array'" in said
    monitor = {"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": {}, "spec": {}}
    assert "'selector' is a required property" in "\n".join(schemas.errors(monitor))


def test_every_pod_is_restricted(manifests: list[Manifest]):
    found = {name: said for name, pod in pods(manifests) if (said := breaches(pod))}
    assert set(found) == set(_NOT_RESTRICTED) & {name for name, _ in pods(manifests)}


def test_our_pods_have_a_read_only_root(manifests: list[Manifest]):
    ours = [(name, pod) for name, pod in pods(manifests) if _is_ours(pod)]
    assert ours
    for name, pod in ours:
        for container in containers(pod):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["resources"]["limits"]["memory"], name


def test_what_all_lean_on_is_not_starved_by_their_servers(manifests: list[Manifest]):
    without = {
        name
        for name, pod in pods(manifests)
        if not all({"cpu", "memory"} <= set(requests(one)) for one in pod["spec"]["containers"])
    }
    assert without <= set(_LAST)


def requests(container: dict[str, Any]) -> dict[str, Any]:
    return container.get("resources", {}).get("requests", {})


def _is_ours(pod: dict[str, Any]) -> bool:
    return pod["metadata"]["labels"].get("app.kubernetes.io/name") == "one-data-studio"


def test_every_image_has_a_tag_or_digest_that_stays(manifests: list[Manifest]):
    for name, pod in pods(manifests):
        for container in containers(pod):
            assert re.search(r"(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$", container["image"]), (
                name,
                container["image"],
            )
            assert not container["image"].endswith(":latest"), name


def test_nothing_is_there_twice(manifests: list[Manifest]):
    counted = Counter(
        (one["apiVersion"], one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"])
        for one in manifests
    )
    assert [what for what, count in counted.items() if count > 1] == []


def test_selectors_find_what_they_are_for(manifests: list[Manifest]):
    templates = [pod for _, pod in pods(manifests)]
    for one in manifests:
        if one["kind"] == "Deployment":
            wanted = one["spec"]["selector"]["matchLabels"]
            assert wanted.items() <= one["spec"]["template"]["metadata"]["labels"].items()
        if one["kind"] == "Service":
            chosen = [
                pod
                for pod in templates
                if one["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
            ]
            assert len(chosen) == 1, one["metadata"]["name"]
            offered = {
                port["name"] for container in containers(chosen[0]) for port in container.get("ports", ())
            }
            wanted = {
                port["targetPort"] for port in one["spec"]["ports"] if isinstance(port["targetPort"], str)
            }
            assert wanted <= offered, one["metadata"]["name"]
        if one["kind"] in ("NetworkPolicy", "PodDisruptionBudget") and _belongs_to_us(one):
            selector = one["spec"].get("podSelector") or one["spec"]["selector"]
            if "cnpg.io/cluster" in selector["matchLabels"]:
                continue  # the operator makes those pods
            if one["metadata"]["name"] in (
                "job-runs",
                "onedata-job-runs",
                "onedata-servers",
                "servers-and-proxy",
            ):
                continue  # studio and hub make those
            if one["metadata"]["name"] == "studio-jobs" and not _has_jobs_pods(manifests):
                continue  # with SQLite there are none
            assert any(
                selector["matchLabels"].items() <= pod["metadata"]["labels"].items() for pod in templates
            ), one


def _belongs_to_us(one: Manifest) -> bool:
    return one["metadata"]["labels"].get("app.kubernetes.io/name") == "one-data-studio"


def _has_jobs_pods(manifests: list[Manifest]) -> bool:
    return any(name == "Deployment/studio-jobs" for name, _ in pods(manifests))


def test_what_our_pods_mount_is_made_or_named_in_the_values(manifests: list[Manifest], variant: Variant):
    made = {(one["kind"], one["metadata"]["name"]) for one in manifests}
    given = yaml.safe_dump(
        [value if isinstance(value, dict) else value.read_text() for value in variant.values]
    )
    for name, pod in pods(manifests):
        if not _is_ours(pod):
            continue
        assert ("ServiceAccount", pod["spec"]["serviceAccountName"]) in made, name
        for kind, what in _mounted(pod):
            by_operator = what == "onedata-database-app" and ("Cluster", "onedata-database") in made
            assert (kind, what) in made or by_operator or what in given, (name, kind, what)


def _mounted(pod: dict[str, Any]) -> set[tuple[str, str]]:
    found = set()
    for volume in pod["spec"]["volumes"]:
        if "secret" in volume:
            found.add(("Secret", volume["secret"]["secretName"]))
        if "configMap" in volume:
            found.add(("ConfigMap", volume["configMap"]["name"]))
        if "persistentVolumeClaim" in volume:
            found.add(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]))
    for container in containers(pod):
        for variable in container.get("env") or ():
            if reference := (variable.get("valueFrom") or {}).get("secretKeyRef"):
                found.add(("Secret", reference["name"]))
        for source in container.get("envFrom") or ():
            found.add(("Secret", source["secretRef"]["name"]))
    return found


def test_no_secret_stands_where_it_can_be_read(manifests: list[Manifest]):
    _assert_hidden(manifests)


def test_a_password_in_the_values_reaches_a_secret_alone(render_full: Render):
    manifests = render_full(
        {
            "jupyterhub": {
                "hub": {
                    "config": {"SharedPasswordAuthenticator": {"user_password": _PASSWORD}},
                    "services": {"studio": {"apiToken": _PASSWORD}},
                    "db": {
                        "type": "postgres",
                        "url": "postgresql+psycopg://hub@db/hub",
                        "password": _PASSWORD,
                    },
                }
            }
        }
    )
    _assert_hidden(manifests, _PASSWORD)
    assert _PASSWORD in _decoded(named(manifests, "Secret", "hub"))["values.yaml"]


def _assert_hidden(manifests: list[Manifest], *secrets: str) -> None:
    hidden = {value for one in manifests if one["kind"] == "Secret" for value in _decoded(one).values()}
    hidden = {value for value in hidden if "\n" not in value and len(value) >= 16} | set(secrets)
    assert hidden
    for one in manifests:
        if one["kind"] != "Secret":
            text = yaml.safe_dump(one, width=10**6)
            assert not [value for value in hidden if value in text], one["metadata"]["name"]


def _decoded(secret: Manifest) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in (secret.get("data") or {}).items()}


@pytest.mark.parametrize(
    "key", ["studio-cookie-secret", "mlflow-cookie-secret", "mlflow-kek", "metrics-token"]
)
def test_each_secret_is_made_long_and_for_itself(render_full: Render, key: str):
    ours = _decoded(named(render_full(), "Secret", "onedata"))
    assert len(ours[key]) >= 43
    assert len(set(ours.values())) == 4
