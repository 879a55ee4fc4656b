"""Look at a notebook without running any of it."""

import copy
import hashlib
import json
import re
import warnings
from typing import Any

from onedata.contract.jobs import NotebookInfo
from onedata.contract.notebooks import cell_source, cell_tags, notebook_digest

from onedata_hub.studio.errors import Invalid
from onedata_hub.studio.jobs.parameters_cell import ParametersCellError, read_parameters_cell

PARAMETERS_TAG = "parameters"
DEFAULT_KERNEL = "python3"
_KERNEL = re.compile(r"[A-Za-z0-9._-]{1,200}")  # jupyter_client's own rule for kernel names
_HOW = "Send the notebook as nbformat 4 JSON, as JupyterLab saves it."


def inspect_notebook(notebook: dict[str, Any]) -> NotebookInfo:
    """Say what a notebook needs: its kernel, its parameters.

    Raises:
        Invalid: If it is not a notebook, or its parameters cell cannot be read; says why.
    """
    _check_format(notebook)
    kernel = _kernel_name(notebook)
    cells: list[dict[str, Any]] = notebook["cells"]
    parameters = []
    tagged = [cell for cell in cells if cell["cell_type"] == "code" and PARAMETERS_TAG in cell_tags(cell)]
    if tagged and is_python(notebook):
        try:
            parameters = read_parameters_cell(cell_source(tagged[0]))
        except ParametersCellError as error:
            raise Invalid(str(error), code="bad_parameters_cell") from error
    return NotebookInfo(
        digest=notebook_digest(notebook), kernel=kernel, cells=len(cells), parameters=parameters
    )


def snapshot(notebook: dict[str, Any]) -> tuple[str, bytes]:
    """Give a checked notebook without its outputs, as bytes to keep, and their SHA-256 (hex)."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
    ]
    data = json.dumps({**notebook, "cells": cells}, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest(), data


def _check_format(notebook: dict[str, Any]) -> None:
    from nbformat import ValidationError, validate

    flaw = _find_flaw(notebook)
    if flaw is not None:
        raise Invalid(f"This is not a notebook of nbformat 4: {flaw}. {_HOW}", code="not_a_notebook")
    try:
        json.dumps(notebook, ensure_ascii=False, allow_nan=False).encode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells of older notebooks have no ids; that harms nobody here
            validate(copy.deepcopy(notebook), relax_add_props=True)
    except ValidationError as error:
        said = str(error.message)[:300]
        raise Invalid(
            f"This is not a notebook of nbformat 4: {said}. {_HOW}", code="not_a_notebook"
        ) from error
    except (ValueError, RecursionError) as error:  # lone surrogates, NaN, nesting without end
        said = str(error)[:300]
        raise Invalid(
            f"This notebook holds what no file can: {said}. {_HOW}", code="not_a_notebook"
        ) from error


def _find_flaw(notebook: dict[str, Any]) -> str | None:
    """Say what is wrong with the frame; the validator takes a sound frame for granted."""
    version, minor = notebook.get("nbformat"), notebook.get("nbformat_minor")
    if version != 4 or isinstance(version, bool | float):
        return f"its nbformat is {str(version)[:40]}"
    if not isinstance(minor, int) or isinstance(minor, bool) or not 0 <= minor <= 99:
        return f"its nbformat_minor is {str(minor)[:40]}"
    if not isinstance(notebook.get("metadata"), dict):
        return "it has no metadata"
    if not isinstance(notebook.get("cells"), list):
        return "it has no list of cells"
    for index, cell in enumerate(notebook["cells"]):
        is_cell = isinstance(cell, dict) and isinstance(cell.get("cell_type"), str)
        if not is_cell or not isinstance(cell.get("metadata"), dict):
            return f"its cell {index} is no cell"
    return None


def is_python(notebook: dict[str, Any]) -> bool:
    """Say whether a checked notebook is in Python, so that its parameters can be read."""
    metadata = notebook["metadata"]
    language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return language is None or str(language).lower() == "python"


def _kernel_name(notebook: dict[str, Any]) -> str:
    name = notebook["metadata"].get("kernelspec", {}).get("name") or DEFAULT_KERNEL
    if not isinstance(name, str) or not _KERNEL.fullmatch(name):
        raise Invalid(
            f"This notebook names the kernel {str(name)[:100]!r}, which cannot be one. Choose a kernel and save again.",
            code="not_a_notebook",
        )
    return name
