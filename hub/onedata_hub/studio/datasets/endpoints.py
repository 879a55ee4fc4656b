"""HTTP for datasets and their versions."""

from typing import Annotated

from fastapi import Path, Query, Response
from onedata.contract.datasets import (
    Dataset,
    DatasetSummary,
    DatasetUpdate,
    DatasetVersion,
    Manifest,
    VersionSummary,
)
from onedata.contract.names import ResourceName
from onedata.contract.paging import Page

from onedata_hub.studio.access import AccessDep
from onedata_hub.studio.answers import json_answer
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.datasets.service import DatasetService
from onedata_hub.studio.paging import DEFAULT_LIMIT, CursorQuery, LimitQuery
from onedata_hub.studio.routing import api_router

router = api_router("datasets")

NamePath = Annotated[ResourceName, Path(description="The dataset's name.")]
NumberPath = Annotated[int, Path(ge=1, le=999_999_999, description="The version's number.")]
SearchQuery = Annotated[
    str | None, Query(max_length=200, description="Part of the name, the description or a tag, in any case.")
]
TagQuery = Annotated[str | None, Query(max_length=63, description="A tag that the datasets bear.")]
ForceQuery = Annotated[bool, Query(description="Delete even what others stand on. Takes admin.")]

_DATASET = "/workspaces/{workspace}/datasets/{name}"


@router.get("/workspaces/{workspace}/datasets", response_model=Page[DatasetSummary])
async def list_datasets(
    access: AccessDep,
    context: ContextDep,
    search: SearchQuery = None,
    tag: TagQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Response:
    """The workspace's datasets by name, each with its newest version's figures."""
    return json_answer(
        await DatasetService(context).page(access, search=search, tag=tag, limit=limit, cursor=cursor)
    )


@router.get(_DATASET, response_model=Dataset)
async def read_dataset(access: AccessDep, context: ContextDep, name: NamePath) -> Response:
    """A dataset with its newest version in full."""
    return json_answer(await DatasetService(context).read(access, name))


@router.patch(_DATASET, response_model=Dataset)
async def update_dataset(
    access: AccessDep, context: ContextDep, name: NamePath, body: DatasetUpdate
) -> Response:
    """Change a dataset's description, tags, or the descriptions of its newest version's columns. Takes editor."""
    return json_answer(await DatasetService(context).update(access, name, body))


@router.delete(_DATASET, status_code=204)
async def delete_dataset(
    access: AccessDep, context: ContextDep, name: NamePath, force: ForceQuery = False
) -> Response:
    """Delete a dataset with all its versions. Takes editor. Refused while something stands on it."""
    await DatasetService(context).delete(access, name, force=force)
    return Response(status_code=204)


@router.get(f"{_DATASET}/versions", response_model=Page[VersionSummary])
async def list_versions(
    access: AccessDep,
    context: ContextDep,
    name: NamePath,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Response:
    """A dataset's versions, newest first."""
    return json_answer(await DatasetService(context).versions(access, name, limit=limit, cursor=cursor))


@router.get(f"{_DATASET}/versions/{{version}}", response_model=DatasetVersion)
async def read_version(
    access: AccessDep, context: ContextDep, name: NamePath, version: NumberPath
) -> Response:
    """A version with its columns, their statistics, and what made it."""
    return json_answer(await DatasetService(context).version(access, name, version))


@router.get(f"{_DATASET}/versions/{{version}}/manifest", response_model=Manifest)
async def read_manifest(
    access: AccessDep, context: ContextDep, name: NamePath, version: NumberPath
) -> Response:
    """A version's files and where each is read: paths, or URLs that expire."""
    return json_answer(await DatasetService(context).manifest(access, name, version))
