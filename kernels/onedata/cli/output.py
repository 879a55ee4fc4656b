"""What verbs print: a table for people, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from pydantic import BaseModel

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
WorkspaceOption = Annotated[
    str | None, typer.Option("--workspace", "-w", help="The workspace; yours if none is named.")
]


def show(items: Iterable[BaseModel], columns: Sequence[str], *, as_json: bool) -> None:
    """Print models as a table of the given fields, or as a JSON list of all of them."""
    rows = [item.model_dump(mode="json") for item in items]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console(soft_wrap=True).print(table if rows else "Nothing here yet.")


def show_one(item: BaseModel) -> None:
    """Print one model as JSON."""
    typer.echo(item.model_dump_json(indent=2))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def parse_parameters(texts: Sequence[str]) -> dict[str, Any]:
    """Read ``name=value`` pairs; a value is JSON where it can be read so, and text otherwise.

    Raises:
        typer.BadParameter: If a text has no ``=`` in it.
    """
    parameters: dict[str, Any] = {}
    for name, value in parse_pairs(texts).items():
        try:
            parameters[name] = json.loads(value)
        except ValueError:
            parameters[name] = value
    return parameters


def parse_pairs(texts: Sequence[str]) -> dict[str, str]:
    """Read ``name=value`` pairs of text.

    Raises:
        typer.BadParameter: If a text has no ``=`` in it.
    """
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"'{text}' is not name=value.")
        pairs[name] = value
    return pairs
