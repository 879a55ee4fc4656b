"""od.sql: DuckDB over datasets by name, and over the notebook's own frames."""

import difflib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onedata._engine import connection, quoted
from onedata._query import Query, TableRef, parse
from onedata._relation import Relation, query_errors
from onedata.contract.names import DatasetRef
from onedata.errors import InvalidInput, NotFound, QueryError

_SCHEMA = "onedata"
_views: dict[tuple[int, str], str] = {}


def sql(query: str, params: Mapping[str, Any] | None = None, **named: Any) -> Relation:
    """Ask a question of datasets and frames.

    A table is, in this order: a table of DuckDB's own, a variable where ``sql`` is called (a pandas
    or Polars frame, a pyarrow table, a relation, a published version), or a dataset of the session's
    workspace. ``flights@3`` is a version; ``"team-a/flights"`` and ``"team-a/flights@3"`` are another
    workspace's. Nothing runs before the result is looked at. Times with a zone are computed in UTC.

    Args:
        query: One SELECT. ``$month`` takes its value from ``params``, a keyword, or the variable.
        params: Values of parameters by name.
        named: The same, as keywords.

    Returns:
        A relation: shows its first rows, gives ``.df()``, ``.pl()``, ``.arrow()``, ``.fetchall()``,
        can be published, and can be named in the next query.

    Raises:
        QueryError: If DuckDB cannot make sense of it.
        NotFound: If it names a table that is nowhere; says which come close.
    """
    frame = sys._getframe(1)
    return run(query, {**(params or {}), **named}, frame.f_globals | frame.f_locals)


def run(query: str, values: Mapping[str, Any], variables: Mapping[str, Any]) -> Relation:
    """Ask a question with the variables in sight given."""
    if not isinstance(query, str):
        raise InvalidInput(f"od.sql takes the text of a query, not a {type(query).__name__}.")
    with query_errors():
        parsed = parse(query)
        given = _values_for(parsed, values, variables)
        bound = _bind(parsed, variables)
        text = parsed.replaced(bound.names)
        # DuckDB finds Python objects by name in the frame that calls it: this frame is made of ours alone,
        # so that none of our own names can be mistaken for a table.
        scope = {
            "__builtins__": {},
            "_od_connection": connection(),
            "_od_text": text,
            "_od_given": given or None,
        }
        relation = eval("_od_connection.sql(_od_text, params=_od_given)", scope | bound.objects)  # noqa: S307 - the text is ours
    if relation is None:
        raise QueryError("The query gives no rows to show. Ask with SELECT.")
    return Relation(relation, None if bound.is_opaque else list(bound.inputs))


@dataclass
class _Bound:
    """What the tables of a query stand for."""

    names: dict[TableRef, str] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, None] = field(default_factory=dict)
    is_opaque: bool = False
    """Whether a frame took part of which nobody knows what it came from."""


def _bind(query: Query, variables: Mapping[str, Any]) -> _Bound:
    bound = _Bound()
    for table in query.tables:
        if _is_duckdbs(table):
            bound.is_opaque = True
        elif (found := _variable(table, variables)) is not None:
            _bind_variable(bound, table, found)
        else:
            _bind_dataset(bound, table, _reference(table, variables), variables)
    return bound


def _is_duckdbs(table: TableRef) -> bool:
    """Say whether DuckDB itself knows a table (or its schema, where one is named)."""
    if table.catalog:
        return True
    if table.schema:
        statement, name = (
            "select 1 from duckdb_schemas() where lower(schema_name) = lower(?) limit 1",
            table.schema,
        )
    else:
        statement = (
            "select 1 from (select table_name as name from duckdb_tables() union all "
            "select view_name from duckdb_views() where schema_name <> 'onedata') "
            "where lower(name) = lower(?) limit 1"
        )
        name = table.name
    return bool(connection().execute(statement, [name]).fetchall())


def _variable(table: TableRef, variables: Mapping[str, Any]) -> Any | None:
    from onedata.datasets._frames import is_frame
    from onedata.datasets._versions import PublishedVersion

    if table.schema or table.name not in variables:
        return None
    found = variables[table.name]
    return found if isinstance(found, Relation | PublishedVersion) or is_frame(found) else None


def _bind_variable(bound: _Bound, table: TableRef, found: Any) -> None:
    from onedata.datasets._versions import PublishedVersion

    if isinstance(found, PublishedVersion):
        _bind_dataset(bound, table, DatasetRef.parse(found.ref), {})
        return
    if isinstance(found, Relation):
        bound.inputs.update(dict.fromkeys(found.inputs or ()))
        bound.is_opaque |= found.inputs is None
        found = found.relation
    else:
        bound.is_opaque = True
    _bind_object(bound, table, found)


def _bind_object(bound: _Bound, table: TableRef, found: Any) -> None:
    name = f"_od_table_{len(bound.objects)}"
    bound.objects[name] = found
    bound.names[table] = name


def _reference(table: TableRef, variables: Mapping[str, Any]) -> DatasetRef:
    text = f"{table.schema}/{table.name}" if table.schema else table.name
    for spelling in (text, text.lower()):  # SQL does not tell Flights from flights
        try:
            return DatasetRef.parse(spelling)
        except ValueError:
            continue
    raise _unknown(text, variables, None)


def _bind_dataset(bound: _Bound, table: TableRef, ref: DatasetRef, variables: Mapping[str, Any]) -> None:
    from onedata.contract.datasets import DatasetFormat
    from onedata.datasets._formats import duckdb_scan, open_arrow
    from onedata.datasets._load import check_table
    from onedata.datasets._local import open_version
    from onedata.datasets._refs import target_of

    studio, target = target_of(str(ref))
    try:
        found = open_version(studio, target)
    except NotFound as error:
        if error.code == "version_not_found":
            raise
        raise _unknown(str(ref), variables, target.workspace) from error
    check_table(found, None)
    bound.inputs[found.info.ref] = None
    if found.info.format is DatasetFormat.arrow:
        _bind_object(bound, table, open_arrow(found.info.format, found.to_read()))
    else:
        bound.names[table] = _view(found.info.ref, duckdb_scan(found.info.format, found.to_read()))


def _view(ref: str, scan: str) -> str:
    """Make the view that stands for a version; give its name as SQL writes it."""
    engine = connection()
    name = f"memory.{_SCHEMA}.{quoted(ref)}"
    if _views.get((id(engine), ref)) != scan:
        engine.execute(f"create schema if not exists memory.{_SCHEMA}").fetchall()
        engine.execute(f"create or replace view {name} as from {scan}").fetchall()
        _views[id(engine), ref] = scan
    return name


def _values_for(query: Query, values: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in query.parameters:
        if name in values:
            given[name] = values[name]
        elif name in variables:
            given[name] = variables[name]
        else:
            raise QueryError(
                f"The query asks for ${name}, and there is no such value. Give it: od.sql(…, {name}=…)."
            )
    unused = [name for name in values if name not in query.parameters]
    if unused:
        raise QueryError(
            f"The query has no parameter ${unused[0]}. Its parameters: {_listed(query.parameters)}."
        )
    return given


def _unknown(name: str, variables: Mapping[str, Any], workspace: str | None) -> NotFound:
    """Say that a table is nowhere, and what comes close."""
    from onedata._client import client
    from onedata.datasets import _registry
    from onedata.datasets._frames import is_frame

    where = workspace or client().workspace()
    datasets = [summary.name for summary in _registry.list(workspace=where)]
    frames = [key for key, value in variables.items() if not key.startswith("_") and is_frame(value)]
    bare = name.partition("@")[0].rpartition("/")[2].lower()
    close = difflib.get_close_matches(bare, dict.fromkeys([*datasets, *frames]), n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Datasets there: {_listed(datasets)}."
    return NotFound(
        f"There is no table '{name}': no dataset of workspace '{where}', no variable here, no table of DuckDB. {hint}",
        code="dataset_not_found",
    )


def _listed(names: Any) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - 20} more" if len(ordered) > 20 else ""
    return ", ".join(ordered[:20]) + more if ordered else "none"
