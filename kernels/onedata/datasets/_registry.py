"""What there is: list datasets and versions, change their words, delete them."""

import builtins
from collections.abc import Callable, Sequence
from typing import Any

from onedata._client import client, path_of
from onedata.contract.datasets import Dataset, DatasetSummary, DatasetUpdate, VersionSummary
from onedata.datasets._html import Table
from onedata.datasets._refs import target_of
from onedata.datasets._words import number_words, size_words, time_words
from onedata.errors import InvalidInput


class Listing(builtins.list[Any]):
    """A list that shows as a table."""

    def __init__(
        self, items: Sequence[Any], headings: Sequence[str], row: Callable[[Any], Sequence[str]]
    ) -> None:
        super().__init__(items)
        self._headings, self._row = headings, row

    def _table(self) -> Table:
        return Table(self._headings, [self._row(item) for item in self])

    def __repr__(self) -> str:
        return self._table().text() if self else "[]"

    def _repr_html_(self) -> str:
        return self._table().html()


def list(search: str | None = None, tag: str | None = None, workspace: str | None = None) -> Listing:
    """List the datasets of a workspace by name.

    Args:
        search: Part of the name, the description or a tag, in any case.
        tag: A tag that the datasets bear.
        workspace: Where to look; None is the session's.
    """
    studio = client()
    path = path_of("workspaces", studio.workspace(workspace), "datasets")
    found = [DatasetSummary.model_validate(item) for item in studio.pages(path, search=search, tag=tag)]
    return Listing(
        found,
        ["Dataset", "Version", "Rows", "Size", "Updated", "By", "Tags", "Description"],
        lambda item: [
            item.name,
            f"@{item.latest_version}",
            number_words(item.rows),
            size_words(item.bytes),
            time_words(item.updated_at),
            item.updated_by,
            ", ".join(item.tags),
            item.description.partition("\n")[0][:80],
        ],
    )


def versions(ref: Any, workspace: str | None = None) -> Listing:
    """List the versions of a dataset, newest first."""
    studio, target = target_of(ref, None, workspace)
    found = [VersionSummary.model_validate(item) for item in studio.pages(f"{target.path}/versions")]
    return Listing(
        found,
        ["Version", "Rows", "Size", "Files", "Published", "By", "Message"],
        lambda item: [
            f"{target.name}@{item.version}",
            number_words(item.rows),
            size_words(item.bytes),
            number_words(item.files),
            time_words(item.created_at),
            item.created_by,
            item.message.partition("\n")[0][:80],
        ],
    )


def update(
    ref: Any,
    description: str | None = None,
    tags: builtins.list[str] | None = None,
    column_descriptions: dict[str, str] | None = None,
    workspace: str | None = None,
) -> DatasetSummary:
    """Change the words of a dataset; what is not given stays. Bytes never change: publish for that."""
    from pydantic import ValidationError

    studio, target = target_of(ref, None, workspace)
    given = {"description": description, "tags": tags, "column_descriptions": column_descriptions}
    try:
        body = DatasetUpdate.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    answer = studio.request(
        "PATCH", target.path, json=body.model_dump(mode="json", exclude_unset=True), retry=True
    )
    return Dataset.model_validate(answer)


def delete(ref: Any, workspace: str | None = None, force: bool = False) -> None:
    """Delete a dataset with all of its versions.

    Args:
        ref: The dataset; one version alone cannot be deleted.
        workspace: Where it is; None is the session's.
        force: Delete even what others stand on. Takes admin.

    Raises:
        Conflict: While something stands on it; says what.
    """
    studio, target = target_of(ref, None, workspace)
    if target.version is not None:
        raise InvalidInput(
            f"'{target}' names one version. Versions are kept while their dataset is; "
            f"delete the whole dataset with delete('{target.workspace}/{target.name}')."
        )
    studio.request("DELETE", target.path, params={"force": True} if force else None)
