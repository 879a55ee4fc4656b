"""Datasets: names, immutable versions, their columns, and how bytes move in and out."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from onedata.contract.names import ResourceName, WorkspaceName

Md5 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}(?:\.dir)?$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[\w][\w .:/-]{0,62}$")]
Description = Annotated[str, StringConstraints(max_length=10_000)]
RelativePath = Annotated[str, StringConstraints(min_length=1, max_length=1_024)]

MAX_FILES = 100_000


class DatasetFormat(StrEnum):
    """How a version's files are read; ``files`` has no table in it."""

    parquet = "parquet"
    csv = "csv"
    json = "json"
    arrow = "arrow"
    files = "files"


class FileEntry(BaseModel):
    """One file of a version: path below the dataset (POSIX), MD5 of the bytes, size in bytes."""

    path: RelativePath
    md5: Md5
    size: int = Field(ge=0)


class Histogram(BaseModel):
    """Counts between edges; ``edges`` has one entry more than ``counts``."""

    edges: list[float]
    counts: list[int]


class TopValue(BaseModel):
    """A frequent value (as text) and how often the profile saw it."""

    value: str
    count: int


class ColumnStats(BaseModel):
    """What the profile of a column found.

    ``sampled_rows`` rows were looked at; ``null_count``, ``min`` and ``max`` are of all rows
    where the files' own statistics give them, and of the sample otherwise (``exact`` says which).
    """

    sampled_rows: int = Field(ge=0)
    exact: bool
    null_count: int | None = None
    distinct: int | None = None
    min: Any = None
    max: Any = None
    mean: float | None = None
    std: float | None = None
    quantiles: list[float] | None = None
    histogram: Histogram | None = None
    top_values: list[TopValue] | None = None


class Column(BaseModel):
    """One column: its Arrow type as text, what it means, what is in it."""

    name: str = Field(max_length=1_000)
    type: str = Field(max_length=4_000)
    nullable: bool = True
    description: Description = ""
    stats: ColumnStats | None = None


class Source(BaseModel):
    """What made a version: notebook, job run, commit, and the dataset versions it read."""

    notebook_path: str | None = None
    notebook_digest: str | None = None
    git_commit: str | None = None
    job_run_id: str | None = None
    mlflow_run_id: str | None = None
    inputs: list[str] = Field(default_factory=list, description="Dataset versions, workspace/name@version")


class UploadCreate(BaseModel):
    """Open an upload: nothing is visible until it is committed."""

    model_config = ConfigDict(extra="forbid")

    name: ResourceName


class Upload(BaseModel):
    """An open upload.

    With ``transfer`` = ``folder`` the publisher writes its files below ``staging`` (an absolute
    path) at their relative paths. With ``presigned`` it asks for locations with the digests in
    hand and sends each missing object with one HTTP PUT.
    """

    id: str
    name: ResourceName
    transfer: Literal["folder", "presigned"]
    staging: str | None = None
    expires_at: datetime


class LocationsRequest(BaseModel):
    """The files a publisher means to send."""

    model_config = ConfigDict(extra="forbid")

    files: list[FileEntry] = Field(max_length=MAX_FILES)


class PutLocation(BaseModel):
    """Where one object goes; ``url`` is None where the workspace holds it already."""

    md5: Md5
    url: str | None
    headers: dict[str, str] = Field(default_factory=dict)


class Locations(BaseModel):
    """Where each object goes, one for each distinct MD5 asked for."""

    locations: list[PutLocation]


class UploadCommit(BaseModel):
    """Make an uploaded set of files the next version.

    ``single_file`` is True where the dataset is one file and not a folder of files: its digest
    is then the file's MD5, and otherwise that of DVC's ``.dir`` manifest.
    """

    model_config = ConfigDict(extra="forbid")

    files: list[FileEntry] = Field(min_length=1, max_length=MAX_FILES)
    single_file: bool = False
    format: DatasetFormat
    columns: list[Column] = Field(default_factory=list, max_length=10_000)
    rows: int | None = Field(default=None, ge=0)
    description: Description | None = None
    tags: list[Tag] | None = Field(default=None, max_length=50)
    message: str = Field(default="", max_length=2_000)
    source: Source = Field(default_factory=Source)


class DatasetVersion(BaseModel):
    """One immutable version."""

    workspace: WorkspaceName
    name: ResourceName
    version: int
    digest: Digest
    format: DatasetFormat
    rows: int | None
    bytes: int
    files: int
    columns: list[Column]
    message: str
    source: Source
    created_at: datetime
    created_by: str

    @property
    def ref(self) -> str:
        """``workspace/name@version``, as lineage and tags write it."""
        return f"{self.workspace}/{self.name}@{self.version}"


class CommitResult(BaseModel):
    """The version; ``unchanged`` where the newest version already held the very same bytes."""

    version: DatasetVersion
    unchanged: bool


class DatasetSummary(BaseModel):
    """A dataset in a list: its newest version's figures."""

    workspace: WorkspaceName
    name: ResourceName
    description: str
    tags: list[str]
    latest_version: int
    format: DatasetFormat
    rows: int | None
    bytes: int
    updated_at: datetime
    updated_by: str


class Dataset(DatasetSummary):
    """A dataset with its newest version in full."""

    created_at: datetime
    created_by: str
    latest: DatasetVersion


class DatasetUpdate(BaseModel):
    """What may change about a dataset: words, never bytes. Absent fields stay as they are."""

    model_config = ConfigDict(extra="forbid")

    description: Description | None = None
    tags: list[Tag] | None = Field(default=None, max_length=50)
    column_descriptions: dict[str, Description] | None = None


class VersionSummary(BaseModel):
    """A version in a list."""

    version: int
    digest: Digest
    rows: int | None
    bytes: int
    files: int
    message: str
    created_at: datetime
    created_by: str
    job_run_id: str | None = None


class GetLocation(BaseModel):
    """Where one file of a version is read: an absolute path, or a URL that expires."""

    path: RelativePath
    md5: Md5
    size: int
    location: str


class Manifest(BaseModel):
    """Where to read a version's files."""

    version: DatasetVersion
    transfer: Literal["folder", "presigned"]
    files: list[GetLocation]
    expires_at: datetime | None = None
