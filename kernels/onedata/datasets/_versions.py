"""What publish and versions give: handles that know their version and show well."""

from typing import Any

from onedata.contract.datasets import Column, DatasetVersion
from onedata.datasets._words import count_words, size_words


class PublishedVersion:
    """One immutable version of a dataset.

    Attributes:
        info: All that the registry knows of it.
        unchanged: Whether publish found the very same bytes in the newest version.
    """

    def __init__(self, info: DatasetVersion, *, unchanged: bool = False) -> None:
        self.info = info
        self.unchanged = unchanged

    @property
    def ref(self) -> str:
        """``workspace/name@version``."""
        return self.info.ref

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.info.name

    @property
    def workspace(self) -> str:
        """The dataset's workspace."""
        return self.info.workspace

    @property
    def version(self) -> int:
        """The version's number."""
        return self.info.version

    @property
    def digest(self) -> str:
        """The digest, as DVC computes it."""
        return self.info.digest

    @property
    def rows(self) -> int | None:
        """Rows; None where the version is no table."""
        return self.info.rows

    @property
    def columns(self) -> list[Column]:
        """The columns, with their statistics."""
        return self.info.columns

    def load(self, as_: str = "pandas", columns: list[str] | None = None, limit: int | None = None) -> Any:
        """Read this version; see ``od.datasets.load``."""
        from onedata.datasets._load import load

        return load(self.ref, as_=as_, columns=columns, limit=limit)

    def describe(self) -> Any:
        """Describe this version; see ``od.datasets.describe``."""
        from onedata.datasets._describe import describe

        return describe(self.ref)

    def _words(self) -> str:
        parts = [count_words(self.rows, "row")] if self.rows is not None else []
        parts += [count_words(len(self.columns), "column")] if self.columns else []
        size = f"{size_words(self.info.bytes)} in {count_words(self.info.files, 'file')}"
        unchanged = " (unchanged: the newest version holds the same bytes)" if self.unchanged else ""
        return ", ".join([*parts, size]) + unchanged

    def __repr__(self) -> str:
        return f"{self.ref}: {self._words()}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<b>{escape(self.ref)}</b>: {escape(self._words())}"
