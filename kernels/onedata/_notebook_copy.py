"""A copy of the notebook with each MLflow run: the file goes on changing, the run stays what it was."""

import json
from typing import Any

from onedata._notebook import Notebook
from onedata.contract.notebooks import notebook_digest

_MOST_BYTES = 5 * 2**20


def text_to_keep(notebook: Notebook) -> str | None:
    """Give the notebook as it runs, without what it printed; None where its file is not that any more.

    Args:
        notebook: The notebook of this process.
    """
    if notebook.file is None or notebook.digest is None:
        return None
    try:
        found = json.loads(notebook.file.read_bytes())
        if notebook_digest(found) != notebook.digest:
            return None  # saved again in between
        text = json.dumps(_without_outputs(found), ensure_ascii=False, indent=1)
    except (OSError, ValueError, AttributeError):
        return None
    return text if len(text) <= _MOST_BYTES else None


def keep_notebook(run_id: str, notebook: Notebook) -> None:
    """Put the notebook among a run's artefacts, where the run's page opens it.

    Raises:
        MlflowException: If MLflow does not take it.
    """
    from mlflow import MlflowClient

    from onedata.contract.mlflow_tags import NOTEBOOK_COPY

    text = text_to_keep(notebook)
    if text is not None:
        MlflowClient().log_text(run_id, text, NOTEBOOK_COPY)


def _without_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    cells = [
        cell | {"outputs": [], "execution_count": None} if cell.get("cell_type") == "code" else cell
        for cell in notebook["cells"]
    ]
    return notebook | {"cells": cells}
