"""A version before it has a number: a commit's body, checked and digested."""

from collections.abc import Sequence
from dataclasses import dataclass

from onedata.contract.datasets import UploadCommit
from onedata.contract.names import DatasetRef
from pydantic_core import to_json

from onedata_hub.backends.objects import StagedFile
from onedata_hub.backends.objects.dvc import folder_manifest
from onedata_hub.studio.datasets.paths import LARGEST_TOTAL, check_files
from onedata_hub.studio.errors import Invalid


@dataclass(frozen=True)
class Draft:
    """What a commit brings. ``manifest`` is DVC's, None where the dataset is a single file."""

    body: UploadCommit
    files: Sequence[StagedFile]
    digest: str
    manifest: bytes | None

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size for file in self.files)

    @property
    def digests(self) -> set[str]:
        """Every object that the version stands on."""
        return {self.digest, *(file.md5 for file in self.files)}

    @property
    def source_json(self) -> str:
        """The source as the API answers it."""
        return self.body.source.model_dump_json()

    def columns_json(self, descriptions: dict[str, str]) -> str:
        """The columns as the API answers them; those without a description take the one given."""
        columns = [
            column
            if column.description
            else column.model_copy(update={"description": descriptions[column.name]})
            if column.name in descriptions
            else column
            for column in self.body.columns
        ]
        return to_json(columns, inf_nan_mode="null").decode()


def make_draft(body: UploadCommit, *, largest_file: int | None) -> Draft:
    """Check a commit's body and digest its files as DVC does.

    Raises:
        Invalid: If it says something that cannot be; says what.
    """
    check_files(body.files, largest=largest_file)
    check_texts(message=body.message, description=body.description, job_run_id=body.source.job_run_id)
    if body.rows is not None and body.rows > LARGEST_TOTAL:
        raise Invalid(f"{body.rows} rows are more than {LARGEST_TOTAL}. Check the number.")
    for text in body.source.inputs:
        try:
            DatasetRef.parse(text)
        except ValueError as error:
            raise Invalid(f"source.inputs: {error}") from error
    files = [StagedFile(file.path, file.md5, file.size) for file in body.files]
    if not body.single_file:
        digest, manifest = folder_manifest(files)
        return Draft(body, files, digest, manifest)
    if len(files) != 1 or "/" in files[0].path:
        raise Invalid(
            f"A single-file dataset has one file and no folders, but {len(files)} files were announced, "
            f"'{files[0].path}' first. Commit it with single_file = false."
        )
    return Draft(body, files, files[0].md5, None)


def check_texts(**texts: str | None) -> None:
    """Refuse what the database cannot store.

    Raises:
        Invalid: If a text holds a NUL character; names the field.
    """
    for field, text in texts.items():
        if text is not None and "\x00" in text:
            raise Invalid(f"{field} holds a NUL character, which no database stores. Send it without.")
