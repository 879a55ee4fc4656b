"""Rows as the contract's JSON.

Columns with their statistics are kept as the very JSON that goes out, so a version is answered
without being parsed and written again.
"""

import json
from collections.abc import Sequence
from typing import Any

from onedata.contract.datasets import DatasetSummary
from pydantic_core import from_json, to_json

from onedata_hub.studio.paging import encode_cursor

_SUMMARY = tuple(DatasetSummary.model_fields)


def version_json(workspace: str, name: str, row: Any) -> str:
    """Write a version's row with its details as a ``DatasetVersion``."""
    head = {
        "workspace": workspace,
        "name": name,
        "version": row.number,
        "digest": row.digest,
        "format": row.format,
        "rows": row.rows,
        "bytes": row.bytes,
        "files": row.files,
        "message": row.message,
        "created_at": row.created_at,
        "created_by": row.created_by,
    }
    return f'{_open(head)},"columns":{row.columns},"source":{row.source}}}'


def dataset_json(dataset: Any, version: Any) -> str:
    """Write a dataset's row and its newest version as a ``Dataset``."""
    head = {**_summary_fields(dataset), "created_at": dataset.created_at, "created_by": dataset.created_by}
    return f'{_open(head)},"latest":{version_json(dataset.workspace, dataset.name, version)}}}'


def commit_json(version: str, *, unchanged: bool) -> str:
    """Write a version's JSON as a ``CommitResult``."""
    return f'{{"version":{version},"unchanged":{json.dumps(unchanged)}}}'


def datasets_page_json(rows: Sequence[Any], limit: int) -> bytes:
    """Write datasets' rows as a ``Page[DatasetSummary]``; a row beyond the limit says that more follow."""
    cursor = encode_cursor(rows[limit - 1].name) if len(rows) > limit else None
    return to_json({"items": [_summary_fields(row) for row in rows[:limit]], "next_cursor": cursor})


def versions_page_json(rows: Sequence[Any], limit: int) -> bytes:
    """Write versions' rows as a ``Page[VersionSummary]``; a row beyond the limit says that more follow."""
    cursor = encode_cursor(str(rows[limit - 1].number)) if len(rows) > limit else None
    items = [
        {
            "version": row.number,
            "digest": row.digest,
            "rows": row.rows,
            "bytes": row.bytes,
            "files": row.files,
            "message": row.message,
            "created_at": row.created_at,
            "created_by": row.created_by,
            "job_run_id": row.job_run_id,
        }
        for row in rows[:limit]
    ]
    return to_json({"items": items, "next_cursor": cursor})


def _summary_fields(row: Any) -> dict[str, Any]:
    """Read a summary: the repository selects its columns first, in the contract's order."""
    fields = dict(zip(_SUMMARY, row, strict=False))
    fields["tags"] = from_json(fields["tags"])
    return fields


def _open(head: dict[str, Any]) -> str:
    """Write an object without its last brace, so that more can follow."""
    return to_json(head).decode()[:-1]
