"""Keep traces to the files of their own workspace.

MLflow 3.17.2 believes what a trace's tags say of where its data lies. Callers can set those tags:
``mlflow.artifactLocation`` at any time, ``mlflow.trace.archiveLocation`` when they start a trace.
The server then reads ``traces.json`` or deletes ``traces.pb`` there with its own rights: in another
workspace's folder, in any folder, at a host inside the network. The locations of runs and models
are the server's own, so traces are what is left. We check where such a tag becomes an address,
whatever way it came in.
"""

import functools
import importlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

_HANDLERS = "mlflow.server.handlers"
_STORE = "mlflow.store.tracking.sqlalchemy_store"  # opens artefacts for archived traces, and for nothing else


def is_own_location(uri: str, workspace: str) -> bool:
    """Say whether an artefact address lies in a workspace's own folder."""
    parts = urlsplit(uri)
    segments = unquote(unquote(parts.path)).split("/")
    return (
        parts.scheme == "mlflow-artifacts"
        and not parts.netloc
        and segments[:3] == ["", "workspaces", workspace]
        and ".." not in segments
    )


def seal_traces() -> None:
    """Put the checks in place. MLflow must have been imported.

    Raises:
        AttributeError: If this MLflow has no such functions; then this module needs a look.
    """
    _replace(_HANDLERS, "get_artifact_uri_for_trace", _checking_its_answer)
    _replace(_HANDLERS, "get_archive_uri_for_trace", _checking_its_answer)
    _replace(_STORE, "get_artifact_repository", _checking_what_it_is_given)


def _replace(module_name: str, name: str, change: Callable[[Any], Any]) -> None:
    module = importlib.import_module(module_name)
    setattr(module, name, change(getattr(module, name)))


def _checking_its_answer(locate: Callable[[Any], str]) -> Callable[[Any], str]:
    @functools.wraps(locate)
    def checked(trace_info: Any) -> str:
        return _own(locate(trace_info))

    return checked


def _checking_what_it_is_given(open_repository: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(open_repository)
    def checked(uri: str, *arguments: Any, **options: Any) -> Any:
        return open_repository(_own(uri), *arguments, **options)

    return checked


def _own(uri: str) -> str:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import PERMISSION_DENIED
    from mlflow.utils.workspace_context import get_request_workspace

    if not is_own_location(uri, get_request_workspace() or ""):
        raise MlflowException(
            "This trace says that its data lies outside its workspace. It is not looked for there.",
            error_code=PERMISSION_DENIED,
        )
    return uri
