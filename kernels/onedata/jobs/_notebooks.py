"""What is sent of a notebook, and what parameters may be."""

import json
import math
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from onedata._notebook import portable_path
from onedata.contract.names import LONGEST_NAME, NAME_RULE, is_valid_name
from onedata.errors import InvalidInput

_PLAIN = (str, int, float, bool, type(None))


def read_notebook(path: Any) -> tuple[dict[str, Any], str]:
    """Read a notebook file; give it without what its cells showed, and its path as JupyterLab has it.

    Raises:
        InvalidInput: If there is no such file, or it is not a notebook.
    """
    file = Path(path).expanduser().resolve()
    try:
        notebook = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise InvalidInput(
            f"There is no notebook at {file}. Give its path from here, {Path.cwd()}."
        ) from error
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{file} cannot be read as a notebook: {error}. Save it in JupyterLab.") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise InvalidInput(f"{file} is not a notebook: it holds no cells. Save it in JupyterLab as .ipynb.")
    cells = [_without_outputs(cell) for cell in notebook["cells"]]
    return {**notebook, "cells": cells}, portable_path(file)


def _without_outputs(cell: Any) -> Any:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return cell
    return {**cell, "outputs": [], "execution_count": None}


def job_name(name: str | None, path: Any) -> str:
    """Give a job's name: the one that was chosen, or one made of the notebook's.

    Raises:
        InvalidInput: If it cannot be a name; says what can.
    """
    if name is None:
        name = re.sub(r"[^a-z0-9_-]+", "-", Path(path).stem.lower()).strip("-_")[:LONGEST_NAME].strip("-_")
    if not is_valid_name(name):
        raise InvalidInput(f"'{name}' cannot be a job's name. A name is {NAME_RULE}: give one with name=….")
    return name


def plain_parameters(parameters: dict[str, Any] | None) -> dict[str, Any]:
    """Give parameters as JSON carries them.

    Dates become ISO text, paths text, NumPy's numbers numbers.

    Raises:
        InvalidInput: If a value is none that a parameter can be; names it.
    """
    return {name: _plain(value, name) for name, value in (parameters or {}).items()}


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item, f"{name}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, name) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    return _plain_scalar(value, name)


def _plain_scalar(value: Any, name: str) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(
            f"Parameter '{name}' is {value}; JSON has no such number. Leave it out, or give None."
        )
    if isinstance(value, date):  # datetime and pandas' Timestamp are dates too
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if not isinstance(value, _PLAIN):
        raise InvalidInput(
            f"Parameter '{name}' is a {type(value).__name__}. Parameters are text, numbers, dates, lists and "
            "dicts; publish data with od.datasets.publish and give the dataset's name."
        )
    return value


def seconds_of_timeout(timeout: float | timedelta) -> float:
    """Give a timeout in seconds."""
    return timeout.total_seconds() if isinstance(timeout, timedelta) else timeout


def notification(target: Any) -> dict[str, Any]:
    """Give a notification of an address: mail for ann@example.org, a webhook for https://….

    Raises:
        InvalidInput: If it is neither, nor a dict as the API takes it.
    """
    if isinstance(target, dict):
        return target
    if isinstance(target, str) and re.match(r"https?://", target):
        return {"type": "webhook", "url": target}
    if isinstance(target, str) and "@" in target:
        return {"type": "mail", "to": target.removeprefix("mailto:")}
    raise InvalidInput(
        f"{target!r} is nobody to notify. Give a mail address, an http(s) URL, or "
        "{'type': 'mail', 'to': 'ann@example.org', 'on': ['failed', 'succeeded']}."
    )
