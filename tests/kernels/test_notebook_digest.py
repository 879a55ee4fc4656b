"""The digest of a notebook's code."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata import _notebook
from onedata.contract import environment
from onedata.contract.notebooks import notebook_digest


def cell(source: object, kind: str = "code", **metadata: object) -> dict:
    return {"cell_type": kind, "source": source, "metadata": metadata}


def test_outputs_counts_and_ids_do_not_count() -> None:
    plain = {"cells": [cell("1 + 1")], "metadata": {}}
    run = {"cells": [{**cell("1 + 1"), "outputs": [{"text": "2"}], "execution_count": 3, "id": "x"}]}
    assert notebook_digest(plain) == notebook_digest(run)


@given(st.lists(st.text(), max_size=5))
def test_lines_and_text_are_the_same_source(lines: list[str]) -> None:
    assert notebook_digest({"cells": [cell(lines)]}) == notebook_digest({"cells": [cell("".join(lines))]})


def test_the_cell_that_a_run_injects_does_not_count() -> None:
    source = {"cells": [cell("month = 1", tags=["parameters"]), cell("print(month)")]}
    executed = {
        "cells": [source["cells"][0], cell("month = 2", tags=["injected-parameters"]), source["cells"][1]]
    }
    assert notebook_digest(source) == notebook_digest(executed)


@pytest.mark.parametrize(
    "other",
    [
        [cell("1 + 2")],
        [cell("1 + 1", kind="markdown")],
        [cell("1 + 1", tags=["parameters"])],
        [cell("1 + 1"), cell("")],
        [],
    ],
)
def test_code_kind_tags_and_order_count(other: list[dict]) -> None:
    assert notebook_digest({"cells": [cell("1 + 1")]}) != notebook_digest({"cells": other})


def test_cells_do_not_run_into_one_another() -> None:
    assert notebook_digest({"cells": [cell("ab"), cell("c")]}) != notebook_digest(
        {"cells": [cell("a"), cell("bc")]}
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        environment.NOTEBOOK_PATH,
        environment.NOTEBOOK_DIGEST,
        "JPY_SESSION_NAME",
        _notebook.ROOT_DIR,
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_a_job_says_which_notebook_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.NOTEBOOK_PATH, "etl/load.ipynb")
    monkeypatch.setenv(environment.NOTEBOOK_DIGEST, "abc")
    monkeypatch.setenv("JPY_SESSION_NAME", "/elsewhere/other.ipynb")
    assert _notebook.current_notebook() == _notebook.Notebook("etl/load.ipynb", "abc")


def test_jupyterlabs_notebook_is_named_from_the_home_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "work" / "a.ipynb"
    path.parent.mkdir()
    notebook = {"cells": [cell("1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert _notebook.current_notebook() == _notebook.Notebook("work/a.ipynb", notebook_digest(notebook))


def test_the_servers_root_comes_before_the_home_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_notebook.ROOT_DIR, str(home / "work"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(home / "work" / "a.ipynb"))
    assert _notebook.current_notebook() == _notebook.Notebook("a.ipynb", None)


def test_a_saved_edit_changes_the_digest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home / "a.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    path.write_text(json.dumps({"cells": [cell("1")]}))
    before = _notebook.current_notebook().digest
    path.write_text(json.dumps({"cells": [cell("12")]}))
    assert _notebook.current_notebook().digest != before


def test_a_console_runs_no_notebook(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(home / "console-1"))
    assert _notebook.current_notebook() == _notebook.Notebook(None, None)


def test_a_file_that_is_no_notebook_has_no_digest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "a.ipynb").write_text("[]")
    assert _notebook.digest_of_file(home / "a.ipynb") is None
    (home / "a.ipynb").write_text("{")
    assert _notebook.digest_of_file(home / "a.ipynb") is None
