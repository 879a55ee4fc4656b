"""The objects of one attempt: its Job, and the Secret that its runner has its environment from."""

import secrets
from collections.abc import Mapping
from typing import Any

from onedata_hub.backends.compute.base import StartRequest
from onedata_hub.backends.compute.kubernetes.names import job_name, label_value
from onedata_hub.backends.compute.kubernetes.pods import pod_template

Json = dict[str, Any]

REFERENCE = "onedata/reference"
MANAGED_BY = "app.kubernetes.io/managed-by"
COMPONENT = "app.kubernetes.io/component"
SELECTOR = f"{MANAGED_BY}=one-data-studio,{COMPONENT}=job-run"
JOB_UID_LABEL = "batch.kubernetes.io/controller-uid"  # a name may be that of a later Job as well
# What a pod has been given to see is in its devices; a machine shared by processes hides GPUs by this.
_OF_ONE_MACHINE = "CUDA_VISIBLE_DEVICES"


def make_job(request: StartRequest, values: Mapping[str, Any], ttl_seconds: int) -> Json:
    """Make an attempt's Job.

    It has one pod, which is not replaced: what becomes of an attempt is the studio's to decide.

    Args:
        request: The attempt.
        values: What is asked of its pod, from ``pod_values``.
        ttl_seconds: After which Kubernetes removes the Job when it has ended.

    Raises:
        ComputeError: If what is asked comes to no pod.
    """
    name = job_name(request.reference)
    # A name of its own: the Secret of an earlier Job of this attempt may still be on its way out.
    template = pod_template(request, values, f"{name}-{secrets.token_hex(3)}")
    labels = _labels(request)
    template["metadata"]["labels"] |= labels
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels, "annotations": {REFERENCE: request.reference}},
        "spec": {
            "completions": 1,
            "parallelism": 1,
            "backoffLimit": 0,
            "podReplacementPolicy": "Failed",
            "ttlSecondsAfterFinished": ttl_seconds,
            "template": template,
        },
    }


def secret_of(job: Json) -> str:
    """Name the Secret that a Job's runner waits for."""
    name: str = job["spec"]["template"]["spec"]["containers"][0]["envFrom"][0]["secretRef"]["name"]
    return name


def make_secret(job: Json, request: StartRequest) -> Json:
    """Make the Secret of a Job that exists; it goes when the Job goes."""
    environment = {
        name: value
        for name, value in request.environment.items()
        if not (name == _OF_ONE_MACHINE and not value)
    } | {"ONEDATA_STUDIO_URL": request.spec.studio_url, "ONEDATA_RUN_ID": request.spec.run_id}
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": job["metadata"]["name"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "immutable": True,
        "metadata": {
            "name": secret_of(job),
            "labels": _labels(request),
            "ownerReferences": [{**owner, "uid": job["metadata"]["uid"], "blockOwnerDeletion": False}],
        },
        "stringData": environment,
    }


def reference_of(job: Json) -> str:
    """Give the attempt that a Job is of."""
    return str(job["metadata"].get("annotations", {}).get(REFERENCE, ""))


def _labels(request: StartRequest) -> dict[str, str]:
    spec = request.spec
    return {
        "app.kubernetes.io/name": "one-data-studio",
        MANAGED_BY: "one-data-studio",
        COMPONENT: "job-run",
        "onedata/run": label_value(spec.run_id),
        "onedata/attempt": str(spec.attempt),
        "onedata/user": label_value(spec.user),
        "onedata/workspace": label_value(spec.workspace),
    }
