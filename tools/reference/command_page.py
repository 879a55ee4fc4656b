"""docs/reference/command.md, from the Typer app."""

import inspect
from collections.abc import Iterator
from typing import Any

import typer
from onedata.cli import make_app

from tools.reference.markdown import code, escape, page, sentences, table

_INTRODUCTION = """
`onedata` works in a terminal of your server, where it finds the platform and your token by itself.
Elsewhere set `ONEDATA_STUDIO_URL` and `ONEDATA_TOKEN`; see [Tokens and the API](../how-to/tokens-and-api.md).
A refusal ends in its sentence on stderr and exit status 1; a wrong argument in exit status 2.
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Give every verb of the command with its full name."""
    yield from _verbs_of(typer.main.get_command(make_app()), "onedata")


def _verbs_of(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(node, "commands"):
        yield path, node
        return
    for name in sorted(node.commands):
        yield from _verbs_of(node.commands[name], f"{path} {name}")


def words_of(command: Any) -> str:
    """Give a verb's help as prose."""
    return inspect.cleandoc(command.help or "")


def parameters_of(command: Any) -> list[tuple[str, str, str]]:
    """Give each argument and option: how it is written, its default, its words."""
    found = []
    for item in command.params:
        if item.name == "help":
            continue
        words = getattr(item, "help", None) or ""
        shown = ", ".join(item.opts) if item.param_type_name == "option" else item.name.upper()
        default = item.default
        if item.required:
            told = "required"
        elif default in (None, False, "") or callable(default):
            told = ""
        else:
            told = code(getattr(default, "value", default))
        found.append((shown, told, words))
    return found


def render() -> str:
    """Write the page."""
    parts = [_INTRODUCTION]
    for path, command in commands():
        parts.append(f"## {path}")
        parts.append(escape(sentences(words_of(command))))
        rows = [(code(shown), told, sentences(words)) for shown, told, words in parameters_of(command)]
        if rows:
            parts.append(table(["Argument or option", "Default", "What it is"], rows))
    return page("The onedata command", *parts)
