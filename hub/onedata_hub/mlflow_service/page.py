"""MLflow's start page, told which workspaces the reader has and what this platform does not offer.

MLflow's pages keep such things in the browser's local storage. Without this a link that names no
workspace ends at a choice of workspaces, and every first visit opens an assistant that is closed
here and says that usage data is collected.
"""

import json
from pathlib import Path

from onedata.contract.workspaces import Me
from starlette.responses import Response

# Names and their versions: `useLocalStorage` in MLflow 3.17.2's own pages.
_NOT_HERE = {
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
    "mlflow.telemetry.info.alert.dismissed_v1": "true",
    "mlflow.settings.telemetry.enabled_v1": "false",
}
_AT_FIRST = {"mlflow.workflowType_v1": '"machine_learning"'}  # rather than its view of language models
_WORKSPACE = "mlflow.activeWorkspace"
_SCRIPT = """<script>(function (told) {
  try {
    for (const [name, value] of Object.entries(told.always)) localStorage.setItem(name, value);
    for (const [name, value] of Object.entries(told.first))
      if (localStorage.getItem(name) === null) localStorage.setItem(name, value);
    const last = localStorage.getItem(told.key);
    if (!told.workspaces.includes(last)) localStorage.setItem(told.key, told.workspaces[0]);
  } catch (error) { console.warn(error); }
})(%s);</script>"""


def start_page(folder: Path, me: Me) -> Response:
    """Render MLflow's ``index.html`` for a reader.

    Args:
        folder: Where the installed MLflow keeps its pages.
        me: Who reads, and their workspaces.
    """
    html = (folder / "index.html").read_text()
    names = [own.name for own in me.workspaces]
    names.sort(key=lambda name: name != me.default_workspace)
    told = {"always": _NOT_HERE, "first": _AT_FIRST, "key": _WORKSPACE, "workspaces": names}
    script = _SCRIPT % json.dumps(told).replace("<", "\\u003c")
    headers = {
        "Cache-Control": "no-store",  # it names the reader's workspaces
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
    }
    return Response(html.replace("<head>", f"<head>{script}", 1), media_type="text/html", headers=headers)
