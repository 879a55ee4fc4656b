"""Write an executed notebook's file: coalesced streams, secrets masked, structure untouched."""

from collections.abc import Callable
from typing import Any

import nbformat

from onedata.runner.masking import Masker


def notebook_bytes(notebook: Any, masker: Masker) -> bytes:
    """Give the file content of a notebook with its secrets masked; the notebook itself stays as it is."""
    cells = [_scrub_cell(cell, masker) for cell in notebook["cells"]]
    metadata = {
        key: value if key in ("kernelspec", "language_info") else _scrub_value(value, masker.mask)
        for key, value in notebook["metadata"].items()
    }
    scrubbed = nbformat.from_dict({**notebook, "cells": cells, "metadata": metadata})
    text: str = nbformat.v4.writes(scrubbed)
    return text.encode("utf-8", "replace") + b"\n"


def _scrub_cell(cell: Any, masker: Masker) -> dict[str, Any]:
    scrubbed = {
        **cell,
        "source": masker.mask(_joined(cell["source"])),
        "metadata": _scrub_value(cell["metadata"], masker.mask),
    }
    if "outputs" in cell:
        scrubbed["outputs"] = _scrub_outputs(cell["outputs"], masker)
    return scrubbed


def _scrub_outputs(outputs: list[Any], masker: Masker) -> list[dict[str, Any]]:
    """Mask a cell's outputs; neighbouring parts of one stream become one, as readers show them."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output["output_type"] == "stream" and last and last.get("name") == output["name"]:
            last["text"] += _joined(output["text"])
        elif output["output_type"] == "stream":
            merged.append({**output, "text": _joined(output["text"])})
        else:
            merged.append({key: _scrub_field(key, value, masker) for key, value in output.items()})
    for name in ("stdout", "stderr"):
        streams = [output for output in merged if output.get("name") == name]
        pieces = masker.mask_pieces([output["text"] for output in streams])
        for output, text in zip(streams, pieces, strict=True):
            output["text"] = text
    return merged


def _scrub_field(key: str, value: Any, masker: Masker) -> Any:
    """Mask a field of an output; its kind and its MIME types are names, not content."""
    if key == "output_type":
        return value
    if key == "traceback":
        return masker.mask_pieces([str(line) for line in value])
    if key == "data":
        return {mime: _scrub_value(content, masker.mask) for mime, content in value.items()}
    return _scrub_value(value, masker.mask)


def _scrub_value(value: Any, mask: Callable[[str], str]) -> Any:
    """Mask every text in a JSON value, its keys too; a number that spells a secret becomes the mask."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(str(key)): _scrub_value(content, mask) for key, content in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            joined = "".join(value)  # a text in lines, as the file format may have it
            return value if mask(joined) == joined else _scrub_lines(value, mask)
        return [_scrub_value(item, mask) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        masked = mask(str(value))
        return value if masked == str(value) else masked
    return value


def _scrub_lines(lines: list[str], mask: Callable[[str], str]) -> list[str]:
    masked = [mask(line) for line in lines]
    joined = "".join(masked)
    return masked if mask(joined) == joined else [mask(joined)]


def _joined(text: Any) -> str:
    return text if isinstance(text, str) else "".join(text)
