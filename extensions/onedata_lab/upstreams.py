"""Which services a browser reaches through its own server, and which of their paths."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from onedata.contract import environment as names

_UP = re.compile(r"(?:^|/)\.\.?(?:/|$)")


class UpstreamError(Exception):
    """A request that is not passed on; ``status`` and ``code`` go to the browser with the sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Upstream:
    """A service, what of it is open to browsers, and what is not although it begins alike."""

    title: str
    variables: tuple[str, ...]
    open_paths: tuple[str, ...]
    closed_paths: tuple[str, ...] = ()

    def url(self, path: str, environment: Mapping[str, str] = os.environ) -> str:
        """Give the service's URL of a path, as it stood in the request, still encoded.

        Raises:
            UpstreamError: 503 where this server knows of no such service; 404 for a path that is not open.
        """
        base = next((found for name in self.variables if (found := environment.get(name))), None)
        if base is None:
            raise UpstreamError(
                503,
                "not_configured",
                f"This JupyterLab server knows of no {self.title}: {' or '.join(self.variables)} is not set. "
                "Start the server from the hub of One Data Studio.",
            )
        plain = unquote(unquote(path))  # twice: what the service decodes once more must not lead out either
        is_open = plain.startswith(self.open_paths) and not plain.startswith(self.closed_paths or ("\0",))
        if not is_open or _UP.search(plain) or "\\" in plain:
            raise UpstreamError(
                404, "not_found", f"'{plain[:200]}' of {self.title} is not open to JupyterLab."
            )
        return f"{base.rstrip('/')}/{path}"


UPSTREAMS = {
    "studio": Upstream(
        title="the studio",
        variables=(names.STUDIO_URL,),
        open_paths=("api/v1/",),
        closed_paths=("api/v1/runner/",),  # runners have keys of their own
    ),
    "mlflow": Upstream(
        title="MLflow",
        variables=(names.MLFLOW_URL, "MLFLOW_TRACKING_URI"),
        open_paths=(
            "api/2.0/mlflow/",
            "ajax-api/2.0/mlflow/",
            "api/3.0/mlflow/",
            "ajax-api/3.0/mlflow/",
            "get-artifact",
        ),
    ),
}


def token(environment: Mapping[str, str] = os.environ) -> str:
    """Give the hub token of this server's user. It goes to the services, and never to the browser.

    Raises:
        UpstreamError: 503 where there is none.
    """
    for name in (names.TOKEN_OUTSIDE, names.TOKEN):
        if found := environment.get(name):
            return found
    raise UpstreamError(
        503,
        "not_configured",
        f"This JupyterLab server holds no hub token: {names.TOKEN} is not set. "
        "Start the server from the hub of One Data Studio.",
    )
