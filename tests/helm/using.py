"""What tests do on an installed platform: log in, run notebooks as jobs, and ask who may do what."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import nbformat
from onedata.contract.jobs import RunState
from onedata_hub.tour.hub_session import HubSession

from tests.helm.installed import USER_PASSWORD, Installed

TEAM = "/services/studio/api/v1/workspaces/team-a"
PUBLISH = """
import onedata as od, pandas as pd
od.datasets.publish(pd.DataFrame({"a": [1, 2, 3]}), "numbers")
print(int(od.datasets.load("numbers")["a"].sum()))
"""
TRACK = """
import mlflow
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.25)
    mlflow.log_text("hello", "note.txt")
print(mlflow.get_run(run.info.run_id).data.metrics["loss"], mlflow.artifacts.load_text(f"{run.info.artifact_uri}/note.txt"))
"""
_RUN_SECONDS = 300
_VERBS = ("get", "list", "watch", "create", "patch", "delete")
_RESOURCES = [
    ("batch", "jobs"),
    ("", "secrets"),
    ("", "pods"),
    ("", "pods/log"),
    ("", "pods/exec"),
    ("", "events"),
    ("", "configmaps"),
    ("", "persistentvolumeclaims"),
    ("apps", "deployments"),
    ("rbac.authorization.k8s.io", "roles"),
]


@contextlib.asynccontextmanager
async def logged_in(installed: Installed) -> AsyncIterator[HubSession]:
    """Log ann in through the form."""
    with installed.reached() as url:
        async with HubSession(url, "ann") as session:
            await session.login(USER_PASSWORD)
            yield session


def notebook(source: str) -> dict[str, Any]:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    return json.loads(nbformat.writes(made))


async def submit(ann: HubSession, name: str, source: str, workspace: str = TEAM) -> str:
    """Run a notebook as a job of a workspace, by default a shared one; give the run's path."""
    body = {"name": f"{name}-{secrets.token_hex(3)}", "notebook": notebook(source), "profile": "small"}
    job = await ann.studio("POST", f"{workspace}/jobs", json=body)
    run = await ann.studio("POST", f"{workspace}/jobs/{job['id']}/runs", json={})
    return f"{workspace}/runs/{run['id']}"


async def end_of(ann: HubSession, run: str) -> dict[str, Any]:
    """Wait until a run has ended; give it."""
    async with asyncio.timeout(_RUN_SECONDS):
        while True:
            found: dict[str, Any] = await ann.studio("GET", run)
            if RunState(found["state"]).is_final:
                return found
            await asyncio.sleep(0.5)


def rights_of(installed: Installed, account: str, namespace: str) -> dict[tuple[str, str], set[str]]:
    """Ask the API server what a service account of the release may do in a namespace, of all that we know of."""
    asked = [(*resource, verb) for resource in _RESOURCES for verb in _VERBS]
    user = f"system:serviceaccount:{installed.namespace}:{account}"
    answers = _may(installed, user, [_attributes(namespace, *one) for one in asked])
    found: dict[tuple[str, str], set[str]] = {}
    for (group, resource, verb), answer in zip(asked, answers, strict=True):
        if answer:
            found.setdefault((group, resource), set()).add(verb)
    return found


def _attributes(namespace: str, group: str, resource: str, verb: str) -> dict[str, str]:
    name, _, below = resource.partition("/")
    return {"namespace": namespace, "group": group, "resource": name, "subresource": below, "verb": verb}


def _may(installed: Installed, user: str, asked: list[dict[str, str]]) -> list[bool]:
    """Ask the API server's authorizer, as `kubectl auth can-i` does, all at once."""
    head = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview"}
    groups = ["system:serviceaccounts", "system:authenticated"]
    reviews = [head | {"spec": {"user": user, "groups": groups, "resourceAttributes": one}} for one in asked]
    told = installed.cluster.kubectl(
        "create",
        "-f",
        "-",
        "-o",
        'jsonpath={.status.allowed}{"\\n"}',
        text="\n".join(map(json.dumps, reviews)),
    )
    return [line == "true" for line in told.split()]
