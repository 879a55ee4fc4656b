"""Print every route of the installed MLflow and what it takes: ``METHOD path role-or-reason``.

``python -m tests.hub.mlflow_service.list_routes > tests/hub/mlflow_service/routes.txt`` after an
upgrade of MLflow, and look at each line of the difference.
"""

import os

os.environ |= {"MLFLOW_ENABLE_WORKSPACES": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}

from fastapi import APIRouter
from mlflow.server import app as flask_app
from mlflow.server import fastapi_app
from onedata_hub.mlflow_service.routes import Closed, api_path, needed_role

_MCP = "/api/3.0/mlflow/mcp-servers"  # the router is mounted there


def routes() -> set[tuple[str, str]]:
    """Give method and path of every route, browsers' and clients' names of one taken together."""
    found = set()
    for rule in flask_app.url_map.iter_rules():
        found |= {(method, api_path(rule.rule)) for method in rule.methods or ()}
    for router in vars(fastapi_app).values():
        if isinstance(router, APIRouter):
            base = _MCP if router is fastapi_app.mcp_server_router else ""
            for route in router.routes:
                found |= {(method, api_path(base + route.path)) for method in route.methods}
    return {(method, path) for method, path in found if method not in ("HEAD", "OPTIONS")}


def describe(method: str, path: str) -> str:
    needed = needed_role(method, path)
    word = f"closed:{needed.name}" if isinstance(needed, Closed) else needed.value
    return f"{method} {path} {word}"


if __name__ == "__main__":
    print("\n".join(sorted(describe(*route) for route in routes())))
