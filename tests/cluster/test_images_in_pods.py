"""The images in pods: each does its work as nobody in particular, on a root that it cannot write, and quietly."""

import re
from typing import Any

import pytest

from tests.cluster.client import Cluster, wait_for
from tests.cluster.image_builds import Built, import_images

pytestmark = pytest.mark.timeout(1800)
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@pytest.fixture(scope="session")
def in_cluster(cluster: Cluster, images: dict[str, Built]) -> dict[str, str]:
    """The images' names as pods say them, with their digests."""
    if not cluster.is_ours:
        pytest.skip("images are imported into the project's own cluster only")
    import_images([built for built in images.values() if not built.image.is_large], print)
    return {name: f"{built.image.name.rpartition(':')[0]}@{built.digest}" for name, built in images.items()}


def test_a_kernel_runs_as_nobody_on_a_root_it_cannot_write(
    cluster: Cluster, in_cluster: dict[str, str], namespace: str
) -> None:
    program = (
        "import nbclient, nbformat\n"
        "cell = nbformat.v4.new_code_cell('import os, onedata, pandas; print(os.getuid(), onedata.__name__)')\n"
        "book = nbformat.v4.new_notebook(cells=[cell])\n"
        "nbclient.NotebookClient(book, kernel_name='onedata', timeout=120).execute()\n"
        "print(book.cells[0].outputs[0].text, end='')\n"
    )
    _start(cluster, namespace, _container("kernel", in_cluster["notebook"], "python", "-c", program))
    assert _ended(cluster, namespace) == "Succeeded", cluster.kubectl(
        "logs", "it", f"--namespace={namespace}"
    )
    assert cluster.kubectl("logs", "it", f"--namespace={namespace}").splitlines()[-1] == "1000 onedata"


def test_a_server_is_ready_without_a_word_in_its_log(
    cluster: Cluster, in_cluster: dict[str, str], namespace: str
) -> None:
    command = [
        "jupyter-lab",
        "--no-browser",
        "--ip=127.0.0.1",
        "--port=8888",
        "--IdentityProvider.token=letmein",
    ]
    _start(cluster, namespace, _container("server", in_cluster["notebook"], *command))
    page = "http://127.0.0.1:8888/lab/api/settings?token=letmein"
    answer = wait_for("JupyterLab", lambda: _fetch(cluster, namespace, "server", page))
    assert "@onedata/lab" in answer
    assert _log(cluster, namespace, "server") == ""


def test_hub_studio_mlflow_and_proxy_run_quietly_as_nobody_on_a_root_they_cannot_write(
    cluster: Cluster, in_cluster: dict[str, str], namespace: str
) -> None:
    config = {"jupyterhub_config.py": _HUB}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hub"}, "data": config},
        namespace=namespace,
    )
    hub = _container("hub", in_cluster["hub"], env={"CONFIGPROXY_AUTH_TOKEN": "between-the-two"})
    hub["volumeMounts"].append({"name": "config", "mountPath": "/usr/local/etc/jupyterhub"})
    proxy = _container(
        "proxy",
        in_cluster["proxy"],
        *("--ip=127.0.0.1", "--port=8000", "--api-ip=127.0.0.1", "--api-port=8001"),
        env={"CONFIGPROXY_AUTH_TOKEN": "between-the-two"},
    )
    migrated = "python -m onedata_hub.studio migrate && exec python -m onedata_hub.studio"
    api_alone = {"ONEDATA_STUDIO_PARTS": '["api"]'}  # runs are pods, and none are started here
    environment = _service("studio", 8003) | api_alone
    studio = _container("studio", in_cluster["hub"], "sh", "-c", migrated, env=environment)
    command = ("python", "-m", "onedata_hub.mlflow_service")
    mlflow = _container("mlflow", in_cluster["hub"], *command, env=_service("mlflow", 8004))
    _start(
        cluster,
        namespace,
        hub,
        proxy,
        studio,
        mlflow,
        volumes=[{"name": "config", "configMap": {"name": "hub"}}],
    )
    for page, expected in (
        ("/hub/api/", '"version": "5.'),
        ("/services/studio/health/ready", "ok"),
        ("/services/mlflow/health", "ok"),
    ):
        url = f"http://127.0.0.1:8000{page}"
        answer = wait_for(page, lambda url=url: _fetch(cluster, namespace, "hub", url), 180)
        assert expected in answer.lower()
    said = {name: _log(cluster, namespace, name) for name in ("studio", "mlflow", "hub", "proxy")}
    assert (said["studio"], said["mlflow"]) == ("", "")
    # JupyterHub and its proxy tell what they do, and here do nothing that fails.
    loud = re.compile(r"^\[[EC] |Traceback|\berror\b", re.M)
    assert not loud.search(said["hub"]), said["hub"]
    assert not loud.search(said["proxy"]), said["proxy"]


_HUB = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:8000/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:8081"
c.JupyterHub.db_url = "sqlite:////tmp/hub.sqlite"
c.JupyterHub.cookie_secret_file = "/tmp/cookie"
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8001"
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.JupyterHub.authenticator_class = "oauthenticator.generic.GenericOAuthenticator"
c.JupyterHub.services = [
    {"name": name, "url": f"http://127.0.0.1:{port}", "api_token": f"token-of-{name}"}
    for name, port in (("studio", 8003), ("mlflow", 8004))
]
"""


def _service(name: str, port: int) -> dict[str, str]:
    """What a service of the hub's is told, wherever it runs."""
    return {
        "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
        "JUPYTERHUB_API_TOKEN": f"token-of-{name}",
        "JUPYTERHUB_CLIENT_ID": f"service-{name}",
        "JUPYTERHUB_SERVICE_NAME": name,
        "JUPYTERHUB_SERVICE_PREFIX": f"/services/{name}/",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
    }


def _container(name: str, image: str, *command: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """A container under the restricted rules, with folders of its own to write to.

    With no command it runs what its image says.
    """
    folders = ("/tmp", "/home/jovyan", "/srv/jupyterhub")
    made: dict[str, Any] = {
        "name": name,
        "image": image,
        "securityContext": _RESTRICTED,
        "env": [{"name": key, "value": value} for key, value in (env or {}).items()],
        "volumeMounts": [
            {"name": "work", "mountPath": folder, "subPath": f"{name}{folder}"} for folder in folders
        ],
    }
    return made | ({"args": list(command)} if command else {})


def _start(
    cluster: Cluster, namespace: str, *containers: dict[str, Any], volumes: list[dict[str, Any]] | None = None
) -> None:
    """Start a pod named ``it`` where only restricted pods may be; the images' own users stay."""
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    spec = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": list(containers),
        "volumes": [{"name": "work", "emptyDir": {}}, *(volumes or [])],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "it"}, "spec": spec}
    cluster.apply(pod, namespace=namespace)


def _ended(cluster: Cluster, namespace: str) -> str:
    def phase() -> str:
        now = str(cluster.get("pod", "it", namespace)["status"]["phase"])
        return now if now in ("Succeeded", "Failed") else ""

    return str(wait_for("the end of the pod", phase, 180))


def _log(cluster: Cluster, namespace: str, container: str) -> str:
    return cluster.kubectl("logs", "it", f"--namespace={namespace}", f"--container={container}").strip()


def _fetch(cluster: Cluster, namespace: str, container: str, url: str) -> str:
    """Give a page as the container itself gets it; empty while there is none."""
    program = f"import urllib.request; print(urllib.request.urlopen({url!r}, timeout=5).read().decode())"
    command = [
        "exec",
        "it",
        f"--namespace={namespace}",
        f"--container={container}",
        "--",
        "python",
        "-c",
        program,
    ]
    return cluster.try_kubectl(*command).stdout
