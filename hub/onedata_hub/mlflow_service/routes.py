"""What each of MLflow's routes takes: a reader, a writer, or nobody.

MLflow has one address for browsers (``/ajax-api``) and one for clients (``/api``); they are the
same routes. A test compares these rules with every route of the installed MLflow, so an upgrade
that adds one has to be looked at.
"""

import re
from enum import StrEnum

from onedata.contract.workspaces import Role


class Closed(StrEnum):
    """Why a route is closed, as its caller reads it."""

    workspaces = "Workspaces are the hub's groups: a hub administrator makes them and their members there."
    gateway = (
        "MLflow's own gateway to language models is closed here: it would hold providers' keys for everybody. "
        "Call the provider from your notebook, with a key of your own."
    )
    jobs = "MLflow's own job execution is off on this platform. Run the work in a notebook, or as a One Data job."
    assistant = "MLflow's assistant is closed here: it runs commands on the server."
    webhooks = (
        "MLflow's webhooks are closed here: they let one user make the server call any address. "
        "One Data jobs have notifications."
    )
    telemetry = "This platform sends no usage data anywhere."


_API = re.compile(r"^/ajax-api/")

_CLOSED: tuple[tuple[re.Pattern[str], Closed], ...] = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"^/gateway(/|$)", Closed.gateway),
        (r"^/api/\d\.0/mlflow/gateway(/|-proxy)", Closed.gateway),
        (r"^/api/\d\.0/mlflow/runs/create-promptlab-run$", Closed.gateway),
        (r"^/api/\d\.0/(mlflow/)?jobs(/|$)", Closed.jobs),
        (r"^/api/\d\.0/mlflow/prompt-optimization/", Closed.jobs),
        (r"^/api/\d\.0/mlflow/(scorer|issues|genai/evaluate)/invoke$", Closed.jobs),
        (r"^/api/\d\.0/mlflow/scorers/online-config", Closed.jobs),
        (r"^/api/\d\.0/mlflow/demo/", Closed.jobs),
        (r"^/api/\d\.0/mlflow/assistant(/|$)", Closed.assistant),
        (r"^/api/\d\.0/mlflow/webhooks(/|$)", Closed.webhooks),
        (r"^/api/\d\.0/mlflow/ui-telemetry$", Closed.telemetry),
    )
)

WORKSPACES = re.compile(r"^/api/3\.0/mlflow/workspaces(?:/(?P<name>[^/]+))?/?$")
MODEL_VERSION_CREATE = re.compile(r"^/api/2\.0/mlflow/model-versions/create$")
ARTIFACTS = re.compile(r"^/api/2\.0/mlflow-artifacts/artifacts/")

# POST routes that change nothing: searches, whose questions are too long for a URL.
_READING_POSTS = re.compile(
    r"^(/graphql"
    r"|/api/2\.0/mlflow/(experiments/search|runs/search|logged-models/search)"
    r"|/api/2\.0/mlflow/experiments/search-datasets"
    r"|/api/2\.0/mlflow/registered-models/get-latest-versions"
    r"|/api/2\.0/mlflow/artifacts/presigned-download-url"
    r"|/api/3\.0/mlflow/(issues|datasets)/search"
    r"|/api/3\.0/mlflow/traces/(search|batchGetInfos|calculate-filter-correlation|metrics)"
    r")$"
)


def api_path(path: str) -> str:
    """Give the clients' name of a route that browsers call by another."""
    return _API.sub("/api/", path)


def needed_role(method: str, path: str) -> Role | Closed:
    """Say which role a request takes, or why nobody may send it.

    Args:
        method: The HTTP method.
        path: The path below the service's prefix.
    """
    path = api_path(path)
    for pattern, reason in _CLOSED:
        if pattern.match(path):
            return reason
    is_read = method in ("GET", "HEAD", "OPTIONS")
    if WORKSPACES.match(path):
        return Role.viewer if is_read else Closed.workspaces
    if is_read or (method == "POST" and _READING_POSTS.match(path)):
        return Role.viewer
    return Role.editor
