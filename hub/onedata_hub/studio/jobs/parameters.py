"""Check parameters against a notebook's before anything runs."""

import difflib
import json
import math
from datetime import date, datetime
from typing import Any

from onedata.contract.jobs import ParameterSpec

from onedata_hub.studio.errors import Invalid

_WORDS = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "list": "a list",
    "dict": "an object with names", "date": "a date such as 2026-01-31",
    "datetime": "a moment such as 2026-01-31T06:00:00", "any": "any value",
}  # fmt: skip


class _Wrong(ValueError):
    """A value that its parameter cannot take; the message says what it takes."""


def check_parameters(
    given: dict[str, Any], specs: list[ParameterSpec] | None, *, complete: bool
) -> dict[str, Any]:
    """Give the parameters as the notebook will get them.

    Whole numbers given for ``float`` become floats; dates become plain ISO text.

    Args:
        given: Name to JSON value.
        specs: The notebook's parameters; None where its language has no types we can read.
        complete: Whether each parameter without a default must be there.

    Raises:
        Invalid: If a value has another type, a name is unknown, or one is missing. Names all.
    """
    check_writable(given, "parameters")
    if specs is None:
        return given
    known = {spec.name: spec for spec in specs}
    checked: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in given.items():
        if name not in known:
            wrong[name] = _unknown(name, list(known))
            continue
        try:
            checked[name] = _check_value(known[name], value)
        except _Wrong as error:
            wrong[name] = str(error)
    if complete:
        for spec in specs:
            if spec.required and spec.name not in given:
                wrong[spec.name] = (
                    f"Parameter '{spec.name}' has no default and was not given. Give {_WORDS[spec.type]}."
                )
    if wrong:
        errors = [{"where": f"parameters.{name}", "message": message} for name, message in wrong.items()]
        raise Invalid(" ".join(list(wrong.values())[:5]), code="bad_parameters", errors=errors[:50])
    return checked


def check_writable(value: Any, what: str) -> None:
    """Refuse what JSON files and databases cannot hold: NaN, lone surrogates, NUL.

    Raises:
        Invalid: If there is such a thing; says where.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError) as error:
        said = str(error)[:200]
        raise Invalid(
            f"The {what} hold what JSON cannot: {said}. Send plain text and finite numbers."
        ) from error
    if "\\u0000" in text and _holds_nul(value):
        raise Invalid(f"The {what} hold a NUL character. Send text without it.")


def _holds_nul(value: Any) -> bool:
    """Look for NUL itself: the quick look above takes the six characters backslash-u0000 for one."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return (
            f"Parameter '{name[:100]}' was given, but the notebook takes none: "
            "tag one of its cells 'parameters' and assign the name there."
        )
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"It takes: {', '.join(known)}."
    return f"The notebook has no parameter '{name[:100]}'. {hint}"


def _check_value(spec: ParameterSpec, value: Any) -> Any:
    if value is None:
        if spec.optional or spec.type == "any":
            return None
        raise _Wrong(f"Parameter '{spec.name}' takes {_WORDS[spec.type]}, not null.")
    value = _check_type(spec, value)
    if spec.choices is not None and not any(_is_same(value, choice) for choice in spec.choices):
        choices = ", ".join(json.dumps(choice, ensure_ascii=False) for choice in spec.choices)
        raise _Wrong(f"Parameter '{spec.name}' is {_shown(value)}; choose one of: {choices}.")
    return value


def _is_same(value: Any, choice: Any) -> bool:
    return type(value) is type(choice) and bool(value == choice)


def _check_type(spec: ParameterSpec, value: Any) -> Any:
    kind = spec.type
    if kind == "any":
        return value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return _as_float(spec, value)
    if kind == "date" and isinstance(value, str):
        return _as_iso(spec, value, date)
    if kind == "datetime" and isinstance(value, str):
        return _as_iso(spec, value, datetime)
    plain = {"str": str, "bool": bool, "list": list, "dict": dict}.get(kind)
    if plain is not None and isinstance(value, plain):
        return value
    raise _Wrong(f"Parameter '{spec.name}' takes {_WORDS[kind]}; {_shown(value)} is {_kind_of(value)}.")


def _as_float(spec: ParameterSpec, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        raise _Wrong(f"Parameter '{spec.name}' takes a number; {_shown(value)} is larger than any float.")
    return number


def _as_iso(spec: ParameterSpec, value: str, kind: type[date]) -> str:
    try:
        return kind.fromisoformat(value).isoformat()
    except ValueError as error:
        raise _Wrong(
            f"Parameter '{spec.name}' takes {_WORDS[spec.type]}; {_shown(value)} is not one."
        ) from error


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _kind_of(value: Any) -> str:
    names = {bool: "a truth value", int: "a whole number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "an object")
