"""docs/reference/errors.md: the library's errors, the studio's refusals and their codes."""

import ast
import inspect

import onedata.errors
from onedata_hub.studio import errors as studio_errors

from tools.reference.markdown import code, page, table
from tools.reference.sources import docstring, python_files

_INTRODUCTION = """
Every error says what was asked, what is true and what to do. In a notebook it is shown as that
sentence with the line of yours it came from.
"""


def library_errors() -> list[type[Exception]]:
    """Give the error classes that people may catch."""
    return [
        thing
        for _, thing in inspect.getmembers(onedata.errors, inspect.isclass)
        if issubclass(thing, onedata.errors.OneDataError)
    ]


def studio_codes() -> list[tuple[str, int]]:
    """Give every code that the studio's problems carry, with its status; read from the source."""
    classes = {
        name: thing
        for name, thing in inspect.getmembers(studio_errors, inspect.isclass)
        if issubclass(thing, studio_errors.StudioError)
    }
    found = {(thing.code, thing.status) for thing in classes.values()}
    for path in python_files("hub/onedata_hub/studio"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= set(_codes_of(node, classes))
    return sorted(found, key=lambda item: (item[1], item[0]))


def _codes_of(call: ast.Call, classes: dict[str, type[studio_errors.StudioError]]) -> list[tuple[str, int]]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in classes:
        return [
            (str(word.value.value), classes[name].status)
            for word in call.keywords
            if word.arg == "code" and isinstance(word.value, ast.Constant)
        ]
    if name == "problem_response" and len(call.args) >= 3:
        status, found = call.args[1], call.args[2]
        if isinstance(status, ast.Constant) and isinstance(found, ast.Constant):
            return [(str(found.value), int(str(status.value)))]
    return []


def render() -> str:
    """Write the page."""
    rows = [
        [code(f"od.errors.{thing.__name__}"), code(getattr(thing, "code", "")), (thing.__doc__ or "").strip()]
        for thing in library_errors()
    ]
    return page(
        "Errors",
        _INTRODUCTION,
        "## In Python",
        docstring(onedata.errors.__doc__),
        table(["Class", "Code", "When"], rows),
        "## In HTTP",
        "The studio answers with `application/problem+json`: `title`, `status`, `code`, `detail`, `instance`, "
        "and `errors` where several fields were refused. These are its codes:",
        table(["Code", "Status"], [(code(found), str(status)) for found, status in studio_codes()]),
        "The kernel library turns each into the class above that stands for its status, and keeps the code "
        "as `error.code`.",
    )
