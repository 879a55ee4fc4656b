"""Find the tables that a query names, and put others in their place; DuckDB itself parses it.

DuckDB writes its syntax tree as JSON (``json_serialize_sql``) with the place of each table in the
text, so the query is changed at those places only and otherwise stays as it was written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onedata._engine import connection, quoted
from onedata.errors import QueryError

_NOWHERE = 2**64 - 1  # DuckDB's word for a place it did not keep
_MOST_FIXES = 100
_IN_WORDS = {
    "describe": "describe from ",
    "desc": "describe from ",
    "show": "describe from ",
    "summarize": "summarize from ",
    "table": "from ",
}


@dataclass(frozen=True)
class TableRef:
    """A table in a query: its name as written, where it stands (bytes), and what it is called after."""

    catalog: str
    schema: str
    name: str
    start: int
    end: int
    alias: str

    @property
    def called(self) -> str:
        """The name by which the rest of the query speaks of it."""
        return self.alias or self.name.partition("@")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Query:
    """A parsed query: its text and the tables it reads, without its own common table expressions."""

    text: str
    tables: tuple[TableRef, ...]
    parameters: frozenset[str]

    def replaced(self, names: Mapping[TableRef, str]) -> str:
        """Give the text with some tables under other (quoted) names; columns keep their qualifiers."""
        data = self.text.encode()
        for table in sorted(names, key=lambda table: table.start, reverse=True):
            alias = "" if table.alias else f" AS {quoted(table.called)}"
            data = data[: table.start] + f"{names[table]}{alias}".encode() + data[table.end :]
        return data.decode()


def parse(text: str) -> Query:
    """Parse one SELECT, or what DuckDB takes for one: WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, PIVOT.

    ``flights@3`` may stand bare where a table stands; elsewhere ``@`` is what it is in SQL.

    Raises:
        QueryError: If it is no such query; DuckDB's own words where it does not parse.
    """
    text, tree = _bare_versions_quoted(text.strip().rstrip(";").strip())
    if len(tree["statements"]) != 1:
        raise QueryError(
            "One query at a time: od.sql takes one SELECT, and this text holds several statements."
        )
    tables = tuple(_tables(tree["statements"][0], frozenset(), text.encode()))
    if any(table.start == _NOWHERE for table in tables):
        return parse(_with_from(text))
    return Query(text, tables, _parameters(text))


def _bare_versions_quoted(text: str) -> tuple[str, dict[str, Any]]:
    """Parse; where the parser stops at the '@' of ``name@3``, quote that name and go on."""
    for _ in range(_MOST_FIXES):
        tree = _tree(text)
        if not tree["error"]:
            return text, tree
        fixed = _quote_version_at(text, tree.get("position"))
        if fixed is None:
            raise _not_parsed(text, tree)
        text = fixed
    raise QueryError(f"The query names more than {_MOST_FIXES} versions. Split it.")


def _tree(text: str) -> dict[str, Any]:
    statement = "select json_serialize_sql(?::varchar, skip_null := true, skip_empty := true)"
    ((answer,),) = connection().execute(statement, [text]).fetchall()
    tree: dict[str, Any] = json.loads(answer)
    return tree


def _quote_version_at(text: str, position: Any) -> str | None:
    """Quote ``name@3`` around a place (bytes); None where there is no such thing."""
    data = text.encode()
    if position is None or data[int(position) : int(position) + 1] != b"@":
        return None
    at = int(position)
    starts = [start for start, _, _ in _tokens(data)]
    ends = {end: start for start, end, kind in _tokens(data) if kind == "identifier"}
    number = next(
        (end for start, end, kind in _tokens(data) if start == at + 1 and kind == "numeric_const"), None
    )
    if at not in ends or at not in starts or number is None or not data[at + 1 : number].isdigit():
        return None
    name = data[ends[at] : at].decode()
    bare = name[1:-1].replace('""', '"') if name.startswith('"') else name
    version = data[at + 1 : number].decode()
    return (data[: ends[at]] + quoted(f"{bare}@{version}").encode() + data[number:]).decode()


def _tokens(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Give start, end (bytes) and kind of each token. DuckDB says where they start, we where they end."""
    import duckdb

    found = [(start, kind.name) for start, kind in duckdb.tokenize(data.decode())]
    for (start, kind), (after, _) in zip(found, [*found[1:], (len(data), "")], strict=True):
        yield start, start + len(data[start:after].rstrip()), kind


def _tables(node: Any, known: frozenset[str], data: bytes) -> Iterator[TableRef]:
    """Walk the tree; ``known`` are the common table expressions in sight, in lower case."""
    if isinstance(node, list):
        for part in node:
            yield from _tables(part, known, data)
    elif isinstance(node, dict):
        if node.get("type") == "SHOW_REF" and "table_name" in node and "query" not in node:
            yield from _shown(node)
        elif node.get("type") == "BASE_TABLE" and not _is_known(node, known):
            yield from _table(node, data)
        for name, query in _expressions(node):
            recursive = query.get("query_node", {}).get("type") == "RECURSIVE_CTE_NODE"
            yield from _tables(query, known | {name} if recursive else known, data)
            known |= {name}
        for key, part in node.items():
            if key != "cte_map":
                yield from _tables(part, known, data)


def _is_known(node: dict[str, Any], known: frozenset[str]) -> bool:
    return "schema_name" not in node and node["table_name"].lower() in known


def _expressions(node: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    entries = node.get("cte_map", {}).get("map", []) if isinstance(node.get("cte_map"), dict) else []
    return [(entry["key"].lower(), entry["value"]) for entry in entries]


def _shown(node: dict[str, Any]) -> Iterator[TableRef]:
    if node.get("show_type") == "SHOW":  # not SHOW TABLES and the like
        yield TableRef("", "", node["table_name"], _NOWHERE, _NOWHERE, "")


def _table(node: dict[str, Any], data: bytes) -> Iterator[TableRef]:
    catalog, schema = node.get("catalog_name", ""), node.get("schema_name", "")
    start = node["query_location"]
    end = _NOWHERE
    if start != _NOWHERE:
        tokens = [token for token in _tokens(data) if token[0] >= start]
        if tokens[0][2] == "string_const":
            return  # FROM 'file.parquet'
        end = _end_of_name(tokens, data, 1 + bool(catalog) + bool(schema))
    yield TableRef(catalog, schema, node["table_name"], start, end, node.get("alias", ""))


def _end_of_name(tokens: list[tuple[int, int, str]], data: bytes, parts: int) -> int:
    """Find the end of ``a.b.c``; the tokenizer counts the dots as numbers or as operators."""
    seen = 0
    for start, end, _ in tokens:
        if data[start:end] != b".":
            seen += 1
        if seen == parts:
            return end
    return tokens[-1][1]


def _with_from(text: str) -> str:
    """Rewrite ``DESCRIBE flights`` as ``DESCRIBE FROM flights``, of whose table DuckDB keeps the place.

    Raises:
        QueryError: If the query is not one of those.
    """
    data = text.encode()
    tokens = list(_tokens(data))
    first = data[tokens[0][0] : tokens[0][1]].decode().lower()
    second = data[tokens[1][0] : tokens[1][1]].decode().lower() if len(tokens) > 1 else ""
    if first not in _IN_WORDS or second == "from":
        raise QueryError("DuckDB does not say where a table of this query stands. Write it with FROM.")
    return _IN_WORDS[first] + data[tokens[1][0] :].decode()


def _parameters(text: str) -> frozenset[str]:
    (statement,) = connection().extract_statements(text)
    return frozenset(statement.named_parameters)


def _not_parsed(text: str, tree: dict[str, Any]) -> QueryError:
    words = str(tree.get("error_message", "DuckDB does not understand it"))
    if "Only SELECT statements" in words:
        return QueryError(
            "od.sql answers queries: SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, and PIVOT with its values "
            "(PIVOT t ON a IN (1, 2) …). To make tables or files use duckdb, or publish the result."
        )
    position = tree.get("position")
    if position is None:
        return QueryError(f"The query is not SQL: {words}.")
    before = text.encode()[: int(position)].decode(errors="replace")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
    shown = text.splitlines()[line - 1] if text else ""
    return QueryError(f"The query is not SQL: {words} (line {line}).\n{shown}\n{' ' * column}^")
