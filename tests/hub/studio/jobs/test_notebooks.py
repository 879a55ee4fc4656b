"""What a notebook needs is read from it; nothing of it runs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata.contract.notebooks import notebook_digest
from onedata_hub.studio.errors import Invalid
from onedata_hub.studio.jobs.notebooks import inspect_notebook, snapshot

from tests.support.notebooks import code_cell, make_notebook


def parameters_of(source: str) -> dict[str, Any]:
    found = inspect_notebook(make_notebook(source)).parameters
    return {spec.name: spec for spec in found}


def outcome_of(notebook: dict[str, Any]) -> str:
    try:
        inspect_notebook(notebook)
    except Invalid as refused:
        return refused.code
    return "inspected"


def test_annotations_defaults_and_comments_are_read_in_order():
    found = parameters_of(
        "import datetime\nfrom typing import Literal, Optional\n"
        "days: int = 7  # how far to look back\n"
        "ratio: float = -0.5\n"
        'mode: Literal["fast", "full"] = "fast"  # how\n'
        "names: list[str] = ['a', 'b']\n"
        "options: dict[str, int] = {'x': 1}\n"
        "start: datetime.date = datetime.date(2026, 1, 31)\n"
        'moment: "datetime.datetime" = datetime.datetime.fromisoformat("2026-01-31T06:00:00")\n'
        "limit: int | None = None\n"
        "title: Optional[str]\n"
        "table: str  # no default\n"
        "plain = 3\n"
        "flag = True\n"
    )
    assert [(s.name, s.type, s.optional, s.required, s.default, s.help) for s in found.values()] == [
        ("days", "int", False, False, 7, "how far to look back"),
        ("ratio", "float", False, False, -0.5, ""),
        ("mode", "str", False, False, "fast", "how"),
        ("names", "list", False, False, ["a", "b"], ""),
        ("options", "dict", False, False, {"x": 1}, ""),
        ("start", "date", False, False, "2026-01-31", ""),
        ("moment", "datetime", False, False, "2026-01-31T06:00:00", ""),
        ("limit", "int", True, False, None, ""),
        ("title", "str", True, False, None, ""),
        ("table", "str", False, True, None, "no default"),
        ("plain", "int", False, False, 3, ""),
        ("flag", "bool", False, False, True, ""),
    ]
    assert found["mode"].choices == ["fast", "full"]


def test_code_in_the_cell_is_never_run(tmp_path):
    trace = tmp_path / "ran"
    found = parameters_of(
        f"x: int = open({str(trace)!r}, 'w').write('x')\nprint('hello')\ny: str = 'a' + 'b'"
    )
    assert not trace.exists()
    assert [(s.name, s.type, s.required, s.default) for s in found.values()] == [
        ("x", "int", False, None),
        ("y", "str", False, None),
    ]


def test_name_assigned_twice_counts_as_it_was_last():
    assert parameters_of("a = 1\nb = 2\na = 'x'")["a"].type == "str"


@pytest.mark.parametrize("source", ["x: int = (", "%matplotlib inline\nx = 1", "x = 1\0", "return 3 +"])
def test_cell_that_is_not_python_is_refused_with_its_line(source: str):
    with pytest.raises(Invalid, match="tagged 'parameters' is not plain Python"):
        parameters_of(source)


@pytest.mark.parametrize(
    "notebook",
    [
        {},
        {"nbformat": 3, "worksheets": []},
        {"nbformat": "4", "cells": []},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {}},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ["x"]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**code_cell("x"), "source": 3}]},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": "python"}, "cells": []},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": [], "cells": []},
        {"nbformat": 4, "nbformat_minor": "x", "metadata": {}, "cells": []},
        make_notebook("", "x = '\ud800'"),
    ],
)
def test_notebook_that_is_not_one_is_refused_in_a_sentence(notebook: dict[str, Any]):
    with pytest.raises(Invalid, match="notebook") as refused:
        inspect_notebook(notebook)
    assert refused.value.code == "not_a_notebook"
    assert len(refused.value.message) < 600


def test_kernel_is_the_notebooks_own():
    assert inspect_notebook(make_notebook(kernel="onedata")).kernel == "onedata"
    assert inspect_notebook(make_notebook(kernel=None)).kernel == "python3"


def test_parameters_of_another_language_are_not_guessed():
    notebook = make_notebook("days <- 7")
    notebook["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    assert inspect_notebook(notebook).parameters == []


def test_digest_stays_when_a_notebook_is_run_and_changes_with_its_code():
    before = make_notebook("days = 7", "print(days)")
    ran = make_notebook("days = 7", "print(days)")
    ran["cells"][1] |= {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "7\n"}],
        "execution_count": 3,
    }
    ran["cells"].insert(1, code_cell("days = 8", tags=["injected-parameters"]))
    edited = make_notebook("days = 7", "print(days + 1)")
    assert notebook_digest(ran) == notebook_digest(before)
    assert notebook_digest(edited) != notebook_digest(before)
    assert notebook_digest(make_notebook("days = 7\n", "print(days)")) != notebook_digest(before)


def test_source_as_lines_has_the_digest_of_source_as_text():
    lines, text = make_notebook("a = 1\nb = 2"), make_notebook("a = 1\nb = 2")
    lines["cells"][0]["source"] = ["a = 1\n", "b = 2"]
    assert notebook_digest(lines) == notebook_digest(text)


def test_snapshot_keeps_the_code_and_drops_what_it_printed():
    notebook = make_notebook("days = 7", "print('grün')")
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "secret\n"}]
    digest, data = snapshot(notebook)
    assert b"secret" not in data
    assert "grün".encode() in data
    assert len(digest) == 64


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_as_a_notebook_is_inspected_or_refused(value: Any):
    for notebook in (
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": value},
        {"nbformat": 4, "nbformat_minor": 5, "metadata": value, "cells": []},
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [{**code_cell("x"), "metadata": value}],
        },
        {"nbformat": 4, "nbformat_minor": value, "metadata": {}, "cells": []},
    ):
        assert outcome_of(notebook) in ("inspected", "not_a_notebook")


@given(st.text())
def test_any_text_as_parameters_cell_is_read_or_refused(source: str):
    assert outcome_of(make_notebook(source)) in ("inspected", "bad_parameters_cell")
