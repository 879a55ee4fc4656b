"""Read the cell tagged ``parameters`` by its syntax tree; no code of it runs."""

import ast
import io
import tokenize
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast, get_args

from onedata.contract.jobs import ParameterSpec, ParameterType

_TYPES: dict[str, ParameterType] = {name: name for name in get_args(ParameterType)} | {
    "List": "list", "Sequence": "list", "tuple": "list", "Tuple": "list",
    "Dict": "dict", "Mapping": "dict", "Any": "any",
}  # fmt: skip
_DAY_CALLS = {"date": date, "datetime": datetime}


class ParametersCellError(ValueError):
    """The cell cannot be read; the message says where."""


class _Unknown(ValueError):
    """A default that only running the cell would tell."""


def read_parameters_cell(source: str) -> list[ParameterSpec]:
    """Give the parameters that the cell assigns at its top level, in order.

    ``day: date = "2026-01-31"  # first day`` gives name, type, default and help. A name assigned
    twice counts once, as it was last. A default that is no literal keeps the parameter optional
    to give, with no default shown.

    Raises:
        ParametersCellError: If the cell is not plain Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        raise ParametersCellError(
            f"The cell tagged 'parameters' is not plain Python ({where}). "
            "Keep it to lines such as: days: int = 7  # how far to look back"
        ) from error
    comments = _comments(source)
    found: dict[str, ParameterSpec] = {}
    for statement in tree.body:
        spec = _read_statement(statement, comments)
        if spec is not None:
            found.pop(spec.name, None)
            found[spec.name] = spec
    return list(found.values())


def _read_statement(statement: ast.stmt, comments: dict[int, str]) -> ParameterSpec | None:
    annotation: ast.expr | None = None
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        name, annotation, value = statement.target.id, statement.annotation, statement.value
    elif (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
    ):
        name, value = statement.targets[0].id, statement.value
    else:
        return None
    try:
        default, is_known = (_literal(value) if value is not None else None), value is not None
    except _Unknown:
        default, is_known = None, False
    kind, optional, choices = (
        _read_annotation(annotation) if annotation is not None else (_type_of(default, is_known), False, None)
    )
    return ParameterSpec(
        name=name,
        type=kind,
        optional=optional or (is_known and default is None),
        required=value is None and not optional,
        default=default.isoformat() if isinstance(default, date) else default,
        choices=choices,
        help=comments.get(statement.end_lineno or statement.lineno, ""),
    )


def _comments(source: str) -> dict[int, str]:
    """Give the comment at the end of each line that has one."""
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string.lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError):
        return found  # what ast can parse and tokenize cannot (an odd last line) loses its comment only
    return found


def _literal(node: ast.expr) -> Any:
    """Give a default's value as JSON can hold it, or a date.

    Raises:
        _Unknown: If only running it would tell.
    """
    if isinstance(node, ast.Call):
        return _day(node)
    try:
        return _as_json(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise _Unknown from error


def _as_json(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str) and _is_plain(value):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):  # noqa: PLR0124 - NaN is not itself
        return value
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) and _is_plain(key) for key in value):
        return {key: _as_json(item) for key, item in value.items()}
    raise _Unknown


def _is_plain(text: str) -> bool:
    """Say whether files and databases take a text: no half of a surrogate pair, no NUL."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _day(call: ast.Call) -> date:
    """Read ``date(2026, 1, 31)`` or ``datetime.fromisoformat("…")``, however qualified."""
    *path, last = _dotted(call.func)
    builder: Any = _DAY_CALLS.get(last)
    if last == "fromisoformat" and path:
        known = _DAY_CALLS.get(path[-1])
        builder = known.fromisoformat if known else None
    if builder is None or call.keywords:
        raise _Unknown
    try:
        return cast("date", builder(*(ast.literal_eval(argument) for argument in call.args)))
    except (ValueError, TypeError, OverflowError) as error:
        raise _Unknown from error


def _dotted(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [""]


def _type_of(default: Any, is_known: bool) -> ParameterType:
    """Give the type that a default without an annotation implies."""
    if not is_known or default is None:
        return "any"
    if isinstance(default, date):
        return "datetime" if isinstance(default, datetime) else "date"
    return _TYPES.get(type(default).__name__, "any")


def _read_annotation(node: ast.expr) -> tuple[ParameterType, bool, list[Any] | None]:
    """Give type, whether None is allowed, and the choices of a ``Literal``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _read_annotation(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return "any", False, None
    if isinstance(node, ast.Constant) and node.value is None:
        return "any", True, None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _read_union([node.left, node.right])
    if isinstance(node, ast.Subscript):
        return _read_subscript(node)
    return _TYPES.get(_dotted(node)[-1], "any"), False, None


def _read_subscript(node: ast.Subscript) -> tuple[ParameterType, bool, list[Any] | None]:
    name = _dotted(node.value)[-1]
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Literal":
        return _read_choices(inner)
    if name == "Optional":
        kind, _, choices = _read_annotation(inner[0])
        return kind, True, choices
    if name == "Union":
        return _read_union(inner)
    if name == "Annotated":
        return _read_annotation(inner[0])
    return _TYPES.get(name, "any"), False, None


def _read_choices(inner: Iterable[ast.expr]) -> tuple[ParameterType, bool, list[Any] | None]:
    try:
        values = [_literal(item) for item in inner]
    except _Unknown:
        return "any", False, None
    choices = [value for value in values if value is not None]
    kinds = {type(value).__name__ for value in choices}
    kind = _TYPES.get(kinds.pop(), "any") if len(kinds) == 1 else "any"
    return kind, len(choices) < len(values), choices


def _read_union(members: Iterable[ast.expr]) -> tuple[ParameterType, bool, list[Any] | None]:
    """A union of one type and None is that type, optional; of int and float, float; of more, any."""
    optional, kinds, choices = False, set[ParameterType](), None
    for member in members:
        if isinstance(member, ast.Constant) and member.value is None:
            optional = True
            continue
        kind, may_be_none, found = _read_annotation(member)
        optional, choices = optional or may_be_none, found or choices
        kinds.add(kind)
    if kinds == {"int", "float"}:
        return "float", optional, None
    return (kinds.pop(), optional, choices) if len(kinds) == 1 else ("any", optional, None)
