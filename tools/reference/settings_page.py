"""docs/reference/settings.md, from the pydantic settings classes."""

import ast
import enum
import importlib
import inspect
import io
import re
import tokenize
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from tools.reference.markdown import code, page, sentences, table
from tools.reference.sources import docstring, module_name, python_files, tree_of

ENVIRONMENT = "kernels/onedata/contract/environment.py"
_TITLES = {
    "PlatformSettings": "The platform on one machine",
    "StudioSettings": "The studio",
    "MlflowSettings": "The MLflow service",
}
_INTRODUCTION = """
Each table names the environment variable. The platform's own settings may also stand in a file as
lower-case keys without the prefix (`port: 8000`): `onedata.yaml` in the working folder, or what
`ONEDATA_CONFIG` names. The environment comes before the file.
A wrong value stops the start with one sentence that names the setting and the fix.

`onedata up` sets the studio's and MLflow's addresses, files and databases itself, from the
platform's settings. Every other setting of theirs reaches them from its environment.
"""


def settings_classes() -> list[type[BaseSettings]]:
    """Give every settings class of the platform that stands for a process, in order of its prefix."""
    found: dict[type[BaseSettings], None] = {}
    for path in python_files("hub/onedata_hub"):
        if not re.search(r"^class \w+\(\w*Settings\b", path.read_text(encoding="utf-8"), re.M):
            continue
        module = importlib.import_module(module_name(path, "hub"))
        for _, thing in inspect.getmembers(module, inspect.isclass):
            if issubclass(thing, BaseSettings) and thing.__module__ == module.__name__:
                found[thing] = None
    parts = {base for thing in found for base in thing.__mro__[1:]}
    return sorted(
        (thing for thing in found if thing not in parts),
        key=lambda thing: str(thing.model_config["env_prefix"]),
    )


def variable_of(thing: type[BaseSettings], name: str) -> str:
    """Name the environment variable of a field."""
    return f"{thing.model_config['env_prefix']}{name}".upper()


def environment_variables() -> list[tuple[str, str]]:
    """Give the variables through which the parts find one another, each with its words."""
    source = (Path(__file__).parents[2] / ENVIRONMENT).read_text(encoding="utf-8")
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    return [
        (str(statement.value.value), comments.get(statement.lineno, ""))
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
    ]


def render() -> str:
    """Write the page."""
    parts = [_INTRODUCTION]
    for thing in settings_classes():
        parts.append(f"## {_TITLES.get(thing.__name__, thing.__name__)}")
        parts.append(docstring(thing.__doc__))
        types = _annotations(thing)
        rows = [_row(thing, name, types[name], field) for name, field in thing.model_fields.items()]
        parts.append(table(["Variable", "Type", "Default", "What it is"], rows))
    parts.append("## Variables between the parts")
    parts.append(
        "The hub and the jobs service set these in servers and runs. Set them yourself only to use the "
        "kernel library outside of both; see [Tokens and the API](../how-to/tokens-and-api.md)."
    )
    parts.append(
        table(["Variable", "What it is"], [(code(n), words) for n, words in environment_variables()])
    )
    return page("Settings", *parts)


def _row(thing: type[BaseSettings], name: str, kind: str, field: FieldInfo) -> list[str]:
    words = sentences(field.description or "")
    return [code(variable_of(thing, name)), code(kind), code(_default(field)), words]


def _annotations(thing: type[BaseSettings]) -> dict[str, str]:
    """Give each field's type as its class writes it, bases first."""
    written: dict[str, str] = {}
    for owner in reversed(thing.__mro__):
        if issubclass(owner, BaseSettings) and owner is not BaseSettings:
            written |= {
                statement.target.id: ast.unparse(statement.annotation)
                for statement in tree_of(owner).body
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
            }
    return written


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return "required"
    if isinstance(default, set | frozenset):
        return "[" + ", ".join(sorted(f'"{item}"' for item in default)) + "]"
    if isinstance(default, enum.Enum):
        return str(default.value)
    if default is None:
        return "none"
    return str(default) if str(default) else '""'
