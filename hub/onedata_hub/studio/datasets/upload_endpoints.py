"""HTTP for uploads."""

from typing import Annotated

from fastapi import Path, Response
from onedata.contract.datasets import (
    CommitResult,
    Locations,
    LocationsRequest,
    Upload,
    UploadCommit,
    UploadCreate,
)

from onedata_hub.studio.access import AccessDep
from onedata_hub.studio.answers import answer, json_answer
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.datasets.uploads import UploadService
from onedata_hub.studio.routing import api_router

router = api_router("datasets")

UploadPath = Annotated[str, Path(alias="upload", pattern=r"^[0-9a-f]{32}$", description="The upload's id.")]

_UPLOAD = "/workspaces/{workspace}/uploads/{upload}"


@router.post("/workspaces/{workspace}/uploads", status_code=201, response_model=Upload)
async def open_upload(access: AccessDep, context: ContextDep, body: UploadCreate) -> Response:
    """Open an upload for a dataset's next version. Takes editor. Nothing is visible until it is committed."""
    return answer(await UploadService(context).open(access, body.name), 201)


@router.post(f"{_UPLOAD}/locations", response_model=Locations)
async def locate_files(
    access: AccessDep, context: ContextDep, upload_id: UploadPath, body: LocationsRequest
) -> Response:
    """Where each object of an upload is sent, with ``presigned`` transfer; no URL where it is there already."""
    return answer(await UploadService(context).locations(access, upload_id, body))


@router.post(
    f"{_UPLOAD}/commit",
    status_code=201,
    response_model=CommitResult,
    responses={200: {"model": CommitResult, "description": "The newest version holds the very same bytes"}},
)
async def commit_upload(
    access: AccessDep, context: ContextDep, upload_id: UploadPath, body: UploadCommit
) -> Response:
    """Make an upload's files the dataset's next version. The same commit again gives the same answer."""
    done = await UploadService(context).commit(access, upload_id, body)
    return json_answer(done.json, 200 if done.unchanged else 201)


@router.delete(_UPLOAD, status_code=204)
async def abandon_upload(access: AccessDep, context: ContextDep, upload_id: UploadPath) -> Response:
    """Give an upload up and remove what it staged."""
    await UploadService(context).abandon(access, upload_id)
    return Response(status_code=204)
