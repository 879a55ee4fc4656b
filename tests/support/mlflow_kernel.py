"""Run a piece of a notebook in a Python of its own, as a user's kernel would."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.support.mlflow_service import MlflowUnderTest

_LAST = "RESULT:"


def kernel_environment(mlflow: MlflowUnderTest, user: str, *groups: str, **more: str) -> dict[str, str]:
    """What a server of the hub has in its environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "JUPYTERHUB_API_TOKEN": mlflow.hub.add_user(user, *groups),
        "JUPYTERHUB_USER": user,
        "MLFLOW_TRACKING_URI": mlflow.url,
        "ONEDATA_MLFLOW_URL": mlflow.url,
        "ONEDATA_STUDIO_URL": mlflow.studio_url,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        **more,
    }


def run_in_kernel(environment: dict[str, str], code: str, *, cwd: Any = None) -> Any:
    """Run code that leaves its answer in ``result``; give it back through JSON.

    Raises:
        AssertionError: If the code raised; with its traceback.
    """
    program = f"{code}\nimport json\nprint('{_LAST}' + json.dumps(result))"
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert ended.returncode == 0, ended.stderr
    last = next(line for line in reversed(ended.stdout.splitlines()) if line.startswith(_LAST))
    return json.loads(last.removeprefix(_LAST))
