"""Publish: bytes first, then one commit that makes them a version. A crash between leaves neither."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onedata._client import StudioClient, path_of
from onedata._session import session
from onedata.contract.datasets import (
    CommitResult,
    DatasetFormat,
    FileEntry,
    Source,
    Upload,
    UploadCommit,
    UploadCreate,
)
from onedata.contract.disks import is_about_room
from onedata.datasets._formats import Place, format_of
from onedata.datasets._frames import TAKES, is_frame, read_frame
from onedata.datasets._inspect import Inspected, inspect_files
from onedata.datasets._parts import write_parts
from onedata.datasets._profile import profile
from onedata.datasets._progress import Listener, Progress
from onedata.datasets._refs import Target, target_of
from onedata.datasets._scan import scan
from onedata.datasets._transfer import Transfer, transfer_for
from onedata.datasets._versions import PublishedVersion
from onedata.errors import InvalidInput, NoRoom, OneDataError

if TYPE_CHECKING:
    from pydantic import ValidationError


@dataclass
class _Content:
    """What was brought: the files, and what is in them."""

    files: list[FileEntry]
    found: Inspected
    single_file: bool = False


def publish(
    data: Any,
    name: str,
    description: str | None = None,
    tags: list[str] | None = None,
    message: str = "",
    workspace: str | None = None,
    column_descriptions: dict[str, str] | None = None,
    progress: bool | Listener | None = None,
) -> PublishedVersion:
    """Make data the next version of a dataset; the same bytes as its newest version make none.

    Args:
        data: A pandas or Polars frame, a pyarrow table, dataset or reader, a DuckDB relation, a
            result of ``od.sql``, or the path of a file or folder. Tables become Parquet; files
            are kept as they are. Relations and readers are streamed and never held as a whole.
        name: The dataset: ``flights`` or ``team-a/flights``.
        description: What the dataset is; None keeps what is there.
        tags: Words to find it by; None keeps what is there.
        message: What is new in this version.
        workspace: Where it goes; None is the session's (``od.workspace()``).
        column_descriptions: What columns mean, by name.
        progress: Show how far it is: True, False, None for after two seconds, or a callable that
            is given (bytes done, bytes in all or None).

    Returns:
        The version, with ``unchanged`` where it was there already.

    Raises:
        InvalidInput: If the data or the name cannot be published; says why.
        NotAllowed: If you may only read in the workspace.
        NoRoom: If the disk is full that it would be kept on, or the one of temporary files.
    """
    studio, target = target_of(name, None, workspace)
    if target.version is not None:
        raise InvalidInput(
            f"'{name}' names a version. Publish makes the next one itself: publish(data, '{target.name}')."
        )
    inputs = getattr(data, "inputs", None)
    source = session().source(list(inputs) if isinstance(inputs, list | tuple) else None)
    with _upload(studio, target) as (upload_path, transfer):
        content = _bring(data, target, transfer, progress)
        _describe_columns(content.found, column_descriptions)
        commit = _commit_of(content, description, tags, message, source)
        answer = studio.request(
            "POST", f"{upload_path}/commit", json=commit.model_dump(mode="json"), retry=True
        )
    result = CommitResult.model_validate(answer)
    session().record_written(result.version.ref)
    return PublishedVersion(result.version, unchanged=result.unchanged)


@contextlib.contextmanager
def _upload(studio: StudioClient, target: Target) -> Iterator[tuple[str, Transfer]]:
    """Hold an upload open; give it up where the block fails, so that what it brought is removed."""
    uploads = path_of("workspaces", target.workspace, "uploads")
    body = UploadCreate(name=target.name).model_dump(mode="json")
    upload = Upload.model_validate(studio.request("POST", uploads, json=body, retry=True))
    path = uploads + path_of(upload.id)
    try:
        transfer = transfer_for(studio, target.workspace, upload)
        try:
            yield path, transfer
        finally:
            transfer.close()
    except BaseException as error:
        with contextlib.suppress(OneDataError):  # the studio removes forgotten uploads itself, only later
            studio.request("DELETE", path)
        if is_about_room(error):
            raise NoRoom(
                f"No room is left to keep '{target.name}', and nothing was published ({error}). Free some space "
                "there, or ask an administrator for more; then publish again."
            ) from error
        raise


def _bring(data: Any, target: Target, transfer: Transfer, show: bool | Listener | None) -> _Content:
    label = f"Publishing {target.name}"
    if isinstance(data, str | os.PathLike):
        return _bring_files(Path(data).expanduser(), label, transfer, show)
    if not is_frame(data):
        raise InvalidInput(f"A {type(data).__name__} cannot be published. Give {TAKES}.")
    frame = read_frame(data)
    with Progress(label, None, show) as progress:
        written = write_parts(frame, transfer, progress)
    columns = profile(
        frame.schema, written.sample, written.footers, complete=written.sample.num_rows == written.rows
    )
    return _Content(written.files, Inspected(DatasetFormat.parquet, columns, written.rows))


def _bring_files(root: Path, label: str, transfer: Transfer, show: bool | Listener | None) -> _Content:
    """Copy files as they are, and look into them meanwhile."""
    files = scan(root)
    fmt = format_of([file.path for file in files])
    places = [Place(file.path, str(file.source)) for file in files]
    with (
        Progress(label, sum(file.size for file in files), show) as progress,
        ThreadPoolExecutor(1, thread_name_prefix="onedata-inspect") as pool,
    ):
        looking = pool.submit(inspect_files, fmt, places)
        entries = transfer.bring(files, progress)
        while not looking.done():
            progress.draw()
            with contextlib.suppress(TimeoutError):
                looking.result(0.25)
        found = looking.result()
    if found.why_not is not None:
        warnings.warn(
            f"{root} is kept as plain files, not as a table: {found.why_not}", UserWarning, stacklevel=4
        )
    return _Content(entries, found, single_file=root.is_file())


def _describe_columns(found: Inspected, descriptions: dict[str, str] | None) -> None:
    known = {column.name: column for column in found.columns}
    for name, words in (descriptions or {}).items():
        if name not in known:
            raise InvalidInput(
                f"column_descriptions names '{name}', which is not a column. Columns: {', '.join(known) or 'none'}."
            )
        known[name].description = words


def _commit_of(
    content: _Content, description: str | None, tags: list[str] | None, message: str, source: Source
) -> UploadCommit:
    from pydantic import ValidationError

    try:
        return UploadCommit(
            files=content.files,
            single_file=content.single_file,
            format=content.found.format,
            columns=content.found.columns,
            rows=content.found.rows,
            description=description,
            tags=tags,
            message=message,
            source=source,
        )
    except ValidationError as error:
        raise InvalidInput(_sentence(error)) from error


def _sentence(error: "ValidationError") -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}={first['input']!r} cannot be: {first['msg']}."[:500]
