"""docs/reference/kernel-library.md, from the public names of ``onedata`` and their docstrings."""

import ast
import inspect
import types
from collections.abc import Iterator
from typing import Any

import onedata
import onedata._magics
from pydantic import BaseModel

from tools.reference.markdown import page, sentences
from tools.reference.sources import docstring, signature, tree_of

_BODIES = """
Types that are not listed here, such as `Me` or `VersionSummary`, are the [API's bodies](api.md#bodies)
with the fields named there.
"""
_MAGICS = "`%load_ext onedata` adds `%%sql`; the kernel “Python 3 (One Data)” knows it already."
_INTRODUCTION = "`import onedata as od` loads nothing heavy: each part loads when it is first used."


def public_callables() -> Iterator[tuple[str, Any]]:
    """Give every public function and class of the library, with the name people write."""
    for name in onedata.__all__:
        thing = getattr(onedata, name)
        if thing is onedata.errors:  # a page of its own
            continue
        if isinstance(thing, types.ModuleType):
            for inner in sorted(thing.__all__):
                yield f"od.{name}.{inner}", getattr(thing, inner)
        elif callable(thing):
            yield f"od.{name}", thing


def public_modules() -> Iterator[tuple[str, types.ModuleType]]:
    """Give the library's public modules, with the name people write."""
    for name in onedata.__all__:
        thing = getattr(onedata, name)
        if isinstance(thing, types.ModuleType) and name != "errors":
            yield f"od.{name}", thing


def returned_classes() -> list[type]:
    """Give the library's own classes that public functions return, as their annotations name them."""
    found: dict[type, None] = {}
    for _, thing in public_callables():
        if not inspect.isfunction(thing):
            continue
        names = _names_in(tree_of(thing))
        for class_name in names:
            home = _find_class(thing, class_name)
            if home is not None and not issubclass(home, BaseModel):  # those are the API's bodies
                found[home] = None
    found = {thing: None for thing in found if thing not in dict(public_callables()).values()}
    return sorted(found, key=lambda thing: thing.__name__)


def public_members(thing: type) -> Iterator[tuple[str, Any]]:
    """Give a class's public methods and properties, those of our own bases first."""
    ours = [base for base in thing.__mro__ if base.__module__.startswith("onedata.")]
    found = {name: member for base in reversed(ours) for name, member in vars(base).items()}
    for name, member in found.items():
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod | staticmethod):
            continue
        if isinstance(member, property) or inspect.isfunction(member):
            yield name, member


def render() -> str:
    """Write the page."""
    parts = [_INTRODUCTION, "## Functions of the package"]
    parts += [_entry(name, thing) for name, thing in public_callables() if name.count(".") == 1]
    for prefix, module in public_modules():
        parts += [f"## {prefix}", docstring(module.__doc__)]
        parts += [_entry(name, thing) for name, thing in public_callables() if name.startswith(prefix + ".")]
    parts.append("## What the functions give")
    parts.append(_BODIES)
    parts += [_class(thing) for thing in returned_classes()]
    parts += ["## Magics", _MAGICS, docstring(onedata._magics.__doc__)]
    return page("Kernel library", *parts)


def _entry(name: str, thing: Any) -> str:
    if inspect.isclass(thing):
        return _class(thing, name)
    node = tree_of(thing)
    assert not isinstance(node, ast.ClassDef)
    return f"### {name}\n\n```text\n{signature(node, name)}\n```\n\n{docstring(thing.__doc__)}"


def _class(thing: type, name: str | None = None) -> str:
    lines = [f"### {name or thing.__name__}", docstring(thing.__doc__)]
    rows = []
    for member_name, member in public_members(thing):
        function = member.fget if isinstance(member, property) else member
        first = sentences((inspect.getdoc(member) or "").partition("\n\n")[0].replace("\n", " "))
        node = tree_of(function)
        assert not isinstance(node, ast.ClassDef)
        shown = (
            member_name
            if isinstance(member, property)
            else signature(node, f".{member_name}").replace("\n", " ")
        )
        rows.append(f"- `{shown}`: {first}" if first else f"- `{shown}`")
    if rows:
        lines += ["**Members**", "\n".join(rows)]
    return "\n\n".join(line for line in lines if line)


def _names_in(node: Any) -> set[str]:
    returns = node.returns
    if isinstance(returns, ast.Constant) and isinstance(returns.value, str):
        returns = ast.parse(returns.value, mode="eval").body
    return (
        {inner.id for inner in ast.walk(returns) if isinstance(inner, ast.Name)}
        if returns is not None
        else set()
    )


def _find_class(function: Any, name: str) -> type | None:
    """Find a class by the name a function's module knows it by, also where it is imported for types only."""
    module = inspect.getmodule(function)
    assert module is not None
    found = getattr(module, name, None)
    if found is None:
        for statement in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(statement, ast.ImportFrom) and any(alias.name == name for alias in statement.names):
                found = getattr(__import__(statement.module or "", fromlist=[name]), name, None)
    is_ours = inspect.isclass(found) and found.__module__.startswith("onedata.")
    return found if is_ours else None
