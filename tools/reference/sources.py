"""Read modules by their syntax trees: what they say stands there as it was written."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.reference.markdown import sentences

REPOSITORY = Path(__file__).parents[2]
_SECTIONS = ("Args", "Returns", "Yields", "Raises", "Attributes", "Example", "Examples", "Note")
_ENTRY = re.compile(r"^(\*{0,2}[\w.]+(?: \([^)]*\))?): (.*)$")


def python_files(folder: str) -> Iterator[Path]:
    """Give the Python files below a folder of the repository, in order."""
    yield from sorted((REPOSITORY / folder).rglob("*.py"))


def module_name(path: Path, root: str) -> str:
    """Name the module that a file is, below a distribution's folder."""
    parts = path.relative_to(REPOSITORY / root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(thing: Any) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef:
    """Give the syntax tree of a function or class."""
    node = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return node


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    """Write a function's signature as its source has it, without self, on lines of readable length."""
    arguments = node.args
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        arguments.args = arguments.args[1:]
    returns = f" -> {_unquoted(node.returns)}" if node.returns is not None else ""
    parts = _arguments(arguments)
    flat = f"{name}({', '.join(parts)}){returns}"
    if len(flat) <= 88:
        return flat
    inner = ",\n".join(f"    {part}" for part in parts)
    return f"{name}(\n{inner},\n){returns}"


def _unquoted(node: ast.expr) -> str:
    """Write an annotation as source, without the quotes around it."""
    return ast.unparse(_parsed(node))


def _parsed(annotation: ast.expr) -> ast.expr:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _arguments(arguments: ast.arguments) -> list[str]:
    """Give each argument as written, with the stars between them."""
    written = []
    plain = [*arguments.posonlyargs, *arguments.args]
    missing = len(plain) - len(arguments.defaults)
    for place, argument in enumerate(plain):
        default = arguments.defaults[place - missing] if place >= missing else None
        written.append(_argument(argument, default))
        if arguments.posonlyargs and place == len(arguments.posonlyargs) - 1:
            written.append("/")
    if arguments.vararg:
        written.append("*" + _argument(arguments.vararg, None))
    elif arguments.kwonlyargs:
        written.append("*")
    written += [
        _argument(arg, default)
        for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        written.append("**" + _argument(arguments.kwarg, None))
    return written


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {_unquoted(argument.annotation)}" if argument.annotation else ""
    if default is None:
        return argument.arg + kind
    return f"{argument.arg}{kind}{' = ' if kind else '='}{ast.unparse(default)}"


def docstring(text: str | None) -> str:
    """Turn a Google-style docstring into Markdown: prose, then a list for each section."""
    blocks: list[str] = []
    for heading, lines in _sections(inspect.cleandoc(text or "")):
        body = textwrap.dedent("\n".join(lines)).strip("\n")
        if heading is None:
            blocks.append(_prose(body))
        elif heading in ("Args", "Raises", "Attributes"):
            blocks.append(f"**{heading}**\n\n{_entries(body)}")
        elif heading.startswith("Example"):
            blocks.append(f"```text\n{body}\n```")
        else:
            blocks.append(f"**{heading}**: {sentences(' '.join(body.split()))}")
    return "\n\n".join(block for block in blocks if block)


def _sections(text: str) -> Iterator[tuple[str | None, list[str]]]:
    heading: str | None = None
    lines: list[str] = []
    for line in text.splitlines():
        if line.rstrip(":") in _SECTIONS and line.endswith(":"):
            yield heading, lines
            heading, lines = line.rstrip(":"), []
        elif heading is not None and line and not line.startswith(" "):
            yield heading, lines
            heading, lines = None, [line]
        else:
            lines.append(line)
    yield heading, lines


def _prose(text: str) -> str:
    """Keep paragraphs as they are; drawings and examples (indented) become code."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", text):
        if _is_drawn(block):
            paragraphs.append(f"```text\n{textwrap.dedent(block)}\n```")
        elif block.lstrip().startswith(("*", "-", "|")):
            paragraphs.append(sentences(block))
        else:
            paragraphs.append(sentences(" ".join(block.split())))
    return "\n\n".join(paragraphs)


def _is_drawn(block: str) -> bool:
    """Say whether a block's columns mean something: a tree, a list in columns, an example."""
    lines = block.splitlines()
    in_columns = len(lines) > 1 and 2 * sum(bool(re.search(r"\S {2,}\S", line)) for line in lines) > len(
        lines
    )
    return block.startswith((" ", "\t")) or "├──" in block or in_columns


def _entries(text: str) -> str:
    """Turn ``name: words`` with their continuation lines into a list."""
    found: list[str] = []
    for line in text.splitlines():
        match = _ENTRY.match(line)
        if match:
            found.append(f"- `{match[1]}`: {match[2]}")
        elif found:
            found[-1] += " " + line.strip()
        else:
            found.append(f"- {line.strip()}")
    return sentences("\n".join(found))
