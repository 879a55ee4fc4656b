"""Describe a dataset: what it holds, what is in its columns, how it came to be."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from onedata._client import StudioClient, path_of
from onedata.contract.datasets import Column, Dataset, DatasetVersion, VersionSummary
from onedata.contract.lineage import LineageGraph
from onedata.datasets._html import Table, bars, note, section
from onedata.datasets._refs import Target, target_of
from onedata.datasets._words import count_words, number_words, size_words, time_words

_SHOWN_VERSIONS = 10
_LONGEST = 40


class Description:
    """What is known of a dataset at one version. Shows as text and as HTML.

    Attributes:
        dataset: Its words and newest version.
        version: The version that is described.
        versions: The newest versions, at most ten.
        lineage: What the version came from and what stands on it, one step away.
    """

    def __init__(
        self,
        dataset: Dataset,
        version: DatasetVersion,
        versions: Sequence[VersionSummary],
        lineage: LineageGraph,
    ) -> None:
        self.dataset, self.version, self.versions, self.lineage = dataset, version, versions, lineage

    @property
    def columns(self) -> list[Column]:
        """The version's columns with their statistics."""
        return self.version.columns

    def __repr__(self) -> str:
        parts = [self.version.ref, *self._facts()]
        if self.columns:
            parts += ["", self._column_table(charts=False).text(), self._sampled()]
        parts += ["", "Versions", self._version_table().text()]
        parts += ["", "Lineage", *self._lineage_lines()]
        return "\n".join(part for part in parts if part is not None)

    def _repr_html_(self) -> str:
        parts = [section(self.version.ref, *(note(fact) for fact in self._facts()))]
        if self.columns:
            parts.append(section("Columns", self._column_table(charts=True).html(), note(self._sampled())))
        parts.append(section("Versions", self._version_table().html()))
        parts.append(section("Lineage", *(note(line) for line in self._lineage_lines())))
        return "".join(parts)

    def _facts(self) -> list[str]:
        version, dataset = self.version, self.dataset
        size = f"{size_words(version.bytes)} in {count_words(version.files, 'file')} ({version.format.value})"
        figures = [count_words(version.rows, "row")] if version.rows is not None else []
        figures += [count_words(len(self.columns), "column")] if self.columns else []
        facts = [", ".join([*figures, size])]
        facts += [dataset.description] if dataset.description else []
        facts += [f"Tags: {', '.join(dataset.tags)}"] if dataset.tags else []
        facts.append(f"Published {time_words(version.created_at)} by {version.created_by}" + self._made_by())
        facts += [f"New in it: {version.message}"] if version.message else []
        return [*facts, f"Digest {version.digest}"]

    def _made_by(self) -> str:
        source = self.version.source
        told = [
            f"notebook {source.notebook_path}" if source.notebook_path else "",
            f"commit {source.git_commit[:12]}" if source.git_commit else "",
            f"job run {source.job_run_id}" if source.job_run_id else "",
        ]
        named = ", ".join(words for words in told if words)
        return f" ({named})" if named else ""

    def _column_table(self, *, charts: bool) -> Table:
        headings = ["Column", "Type", "Nulls", "Distinct", "Min", "Max", "Mean", "Most frequent", "Meaning"]
        rows = [_column_row(column, self.version.rows) for column in self.columns]
        if not charts:
            return Table(headings, rows)
        drawn = [[*row[:2], _chart(column), *row[2:]] for row, column in zip(rows, self.columns, strict=True)]
        return Table([*headings[:2], "Distribution", *headings[2:]], drawn, raw=[2])

    def _sampled(self) -> str:
        sampled = max((column.stats.sampled_rows for column in self.columns if column.stats), default=0)
        if self.version.rows is None or sampled >= self.version.rows:
            return "Figures are of all rows."
        exact = all(column.stats and column.stats.exact for column in self.columns)
        what = "Nulls, least and greatest values are of all rows; the rest" if exact else "Figures are"
        return f"{what}{' is' if exact else ''} from a sample of {sampled:,} rows."

    def _version_table(self) -> Table:
        rows = [
            [
                f"@{one.version}",
                number_words(one.rows),
                size_words(one.bytes),
                time_words(one.created_at),
                one.created_by,
                one.message.partition("\n")[0][:80],
            ]
            for one in self.versions
        ]
        return Table(["Version", "Rows", "Size", "Published", "By", "Message"], rows)

    def _lineage_lines(self) -> list[str]:
        names = {
            node.id: f"{node.kind.value} {node.id.partition(':')[2]}".strip() for node in self.lineage.nodes
        }
        root = self.lineage.root
        made_from = [
            names.get(edge.source, edge.source) for edge in self.lineage.edges if edge.target == root
        ]
        feeds = [names.get(edge.target, edge.target) for edge in self.lineage.edges if edge.source == root]
        lines = [f"Made from: {', '.join(made_from)}"] if made_from else []
        lines += [f"Read by and made into: {', '.join(feeds)}"] if feeds else []
        return lines or ["Nothing is recorded before or after it."]


def describe(ref: Any, version: int | None = None, workspace: str | None = None) -> Description:
    """Describe a dataset: schema, statistics, versions and lineage.

    Args:
        ref: ``flights``, ``flights@3``, ``team-a/flights``, or what ``publish`` gave.
        version: Which version; None is the newest.
        workspace: Where it is; None is the session's.
    """
    studio, target = target_of(ref, version, workspace)
    dataset = Dataset.model_validate(studio.get(target.path))
    described = dataset.latest
    if target.version is not None and target.version != described.version:
        described = DatasetVersion.model_validate(
            studio.get(target.path + path_of("versions", target.version))
        )
    newest = [
        VersionSummary.model_validate(item)
        for item in studio.pages(f"{target.path}/versions", most=_SHOWN_VERSIONS)
    ]
    return Description(dataset, described, newest, _lineage(studio, target, described))


def axis_words(type_text: str, value: float) -> str:
    """Write a place on a column's axis: times are kept as seconds since 1970."""
    if type_text.startswith(("timestamp", "date")):
        try:
            moment = datetime.fromtimestamp(value, UTC)
        except (OverflowError, ValueError, OSError):
            return number_words(value)
        return (
            moment.date().isoformat() if type_text.startswith("date") else moment.strftime("%Y-%m-%d %H:%M")
        )
    return number_words(value)


def _lineage(studio: StudioClient, target: Target, version: DatasetVersion) -> LineageGraph:
    path = path_of("workspaces", target.workspace, "lineage")
    return LineageGraph.model_validate(studio.get(path, node=f"dataset:{version.ref}", depth=1))


def _column_row(column: Column, rows: int | None) -> list[str]:
    stats = column.stats
    if stats is None:
        return [column.name, column.type, "", "", "", "", "", "", column.description]
    is_whole = rows is not None and stats.sampled_rows >= rows
    distinct = "" if stats.distinct is None else f"{'' if is_whole else '≥'}{stats.distinct:,}"
    of = rows if stats.exact and rows else stats.sampled_rows
    nulls = "" if stats.null_count is None else _share(stats.null_count, of)
    mean = "" if stats.mean is None else axis_words(column.type, stats.mean)
    return [
        column.name,
        column.type,
        nulls,
        distinct,
        _short(_end_words(stats.min)),
        _short(_end_words(stats.max)),
        mean,
        _short(", ".join(top.value for top in (stats.top_values or [])[:3])),
        column.description,
    ]


def _end_words(value: Any) -> str:
    """Write a least or greatest value: whole numbers as they are, for they may be years or ids."""
    if isinstance(value, int):
        return str(value)
    return number_words(value).removesuffix("+00:00")


def _share(count: int, of: int) -> str:
    if not count or not of:
        return "0"
    share = count / of
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _chart(column: Column) -> str:
    stats = column.stats
    if stats is None:
        return ""
    if stats.histogram is not None and len(stats.histogram.counts) > 1:
        low, high = (axis_words(column.type, stats.histogram.edges[end]) for end in (0, -1))
        return bars(stats.histogram.counts, f"Distribution of {column.name} from {low} to {high}")
    if stats.top_values:
        words = ", ".join(f"{top.value}: {top.count:,}" for top in stats.top_values)
        return bars(
            [top.count for top in stats.top_values], f"Most frequent values of {column.name}: {words}"
        )
    return ""
