"""One Data Studio in JupyterLab: the server's side."""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "onedata_lab"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    """Put the way to studio and MLflow, and what this server does itself, below the server's own address."""
    from onedata_lab import gpus, home, local, proxy, server_info, templates

    base_url = server_app.web_app.settings["base_url"]
    parts = (proxy, local, home, gpus, server_info, templates)
    server_app.web_app.add_handlers(".*$", [route for part in parts for route in part.routes(base_url)])
