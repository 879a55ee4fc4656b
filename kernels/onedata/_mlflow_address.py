"""Where the platform's MLflow is, and the token for it. Standard library only.

The token goes to that address and to no other, whatever ``mlflow.set_tracking_uri`` is told.
"""

import os
from urllib.parse import urlsplit

from onedata.contract.environment import MLFLOW_URL, STUDIO_URL, TOKEN, TOKEN_OUTSIDE

_STUDIO, _MLFLOW = "/services/studio", "/services/mlflow"


def mlflow_url() -> str | None:
    """Give the address of the platform's MLflow, without a slash at the end; None outside of one.

    It stands beside the studio, unless ONEDATA_MLFLOW_URL says otherwise.
    """
    told = os.environ.get(MLFLOW_URL)
    if told:
        return told.rstrip("/")
    studio = os.environ.get(STUDIO_URL, "").rstrip("/")
    return studio.removesuffix(_STUDIO) + _MLFLOW if studio.endswith(_STUDIO) else None


def is_mlflow_url(url: str) -> bool:
    """Say whether a URL lies in the platform's MLflow: same scheme, host and port, and below its path."""
    base = mlflow_url()
    if base is None:
        return False
    ours, asked = urlsplit(base), urlsplit(url)
    return (
        (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)
        and asked.path.startswith(f"{ours.path}/")
        and ".." not in asked.path.split("/")
    )


def token() -> str | None:
    """Give the hub token of this process."""
    return os.environ.get(TOKEN_OUTSIDE) or os.environ.get(TOKEN) or None


def page_url(fragment: str, workspace: str | None, *, absolute: bool = True) -> str:
    """Give the address of one of MLflow's pages.

    Args:
        fragment: The page: ``/experiments/1/runs/…``.
        workspace: The workspace to show it in.
        absolute: With host, for text; without, for HTML in a page of the same platform,
            which works under whatever name the reader's browser knows the platform.
    """
    base = mlflow_url() or os.environ.get("MLFLOW_TRACKING_URI", "").rstrip("/")
    public = os.environ.get("JUPYTERHUB_PUBLIC_HUB_URL", "")
    path = urlsplit(base).path
    if not absolute:
        base = path
    elif public:
        base = f"{urlsplit(public).scheme}://{urlsplit(public).netloc}{path}"
    query = f"?workspace={workspace}" if workspace else ""
    return f"{base}/#{fragment}{query}"
