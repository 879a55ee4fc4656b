"""What makes two notebooks the same notebook: their cells, not what they printed."""

import hashlib
import json
from typing import Any

INJECTED_TAG = "injected-parameters"  # papermill's tag on the cell it adds


def cell_source(cell: dict[str, Any]) -> str:
    """Give a cell's source as one text; nbformat allows a list of lines."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def cell_tags(cell: dict[str, Any]) -> list[str]:
    """Give a cell's tags."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def notebook_digest(notebook: dict[str, Any]) -> str:
    """Give the SHA-256 (hex) of a notebook's cells: kind, source and tags, in order.

    Outputs, execution counts, cell ids, other metadata and the cell that papermill injects
    leave it as it is: a notebook keeps its digest when it is run or saved again.
    """
    cells = [
        [cell.get("cell_type", ""), cell_source(cell), sorted(cell_tags(cell))]
        for cell in notebook.get("cells", [])
        if INJECTED_TAG not in cell_tags(cell)
    ]
    return hashlib.sha256(json.dumps(cells, separators=(",", ":")).encode()).hexdigest()
