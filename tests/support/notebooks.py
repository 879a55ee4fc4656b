"""Small notebooks for tests."""

from typing import Any


def code_cell(source: str, *, tags: list[str] | None = None, name: str | None = None) -> dict[str, Any]:
    """Make a code cell that has not run."""
    metadata: dict[str, Any] = {}
    if tags:
        metadata["tags"] = tags
    if name:
        metadata["name"] = name
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def make_notebook(
    parameters: str | None = None, *sources: str, kernel: str | None = "python3"
) -> dict[str, Any]:
    """Make a notebook: a cell tagged ``parameters`` (if a source for one is given), then the others."""
    cells = [code_cell(source) for source in sources]
    if parameters is not None:
        cells.insert(0, code_cell(parameters, tags=["parameters"]))
    metadata: dict[str, Any] = {}
    if kernel is not None:
        metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells}
