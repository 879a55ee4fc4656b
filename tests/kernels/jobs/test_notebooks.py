import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata.contract.names import is_valid_name
from onedata.errors import InvalidInput
from onedata.jobs._notebooks import job_name, notification, plain_parameters, read_notebook


def test_a_notebook_is_sent_without_what_its_cells_showed(tmp_path: Path) -> None:
    shown = {"cell_type": "code", "source": "1", "outputs": [{"output_type": "stream"}], "execution_count": 3}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [shown, {"cell_type": "markdown", "source": "x"}], "nbformat": 4}))
    content, _ = read_notebook(path)
    assert content["cells"][0]["outputs"] == []
    assert content["cells"][0]["execution_count"] is None
    assert content["cells"][1] == {"cell_type": "markdown", "source": "x"}


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "There is no notebook at"), (b"{", "cannot be read"), (b"[1]", "holds no cells")],
)
def test_what_is_no_notebook_is_refused_with_the_reason(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "a.ipynb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        read_notebook(path)


@given(
    st.text(
        alphabet=st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]),
        min_size=1,
        max_size=200,
    )
)
def test_a_name_made_of_a_notebooks_is_valid_or_refused_in_words(stem: str) -> None:
    made, refusal = "", ""
    try:
        made = job_name(None, f"/x/{stem}.ipynb")
    except InvalidInput as error:
        refusal = error.message
    assert is_valid_name(made) or "name=" in refusal


def test_parameters_travel_as_json_has_them() -> None:
    given = {
        "day": dt.date(2026, 1, 31),
        "moment": pd.Timestamp("2026-01-31T06:00:00Z"),
        "count": np.int64(3),
        "rate": np.float64(0.5),
        "flag": np.bool_(True),
        "names": ("a", "b"),
        "nested": {"path": Path("data.csv"), "none": None},
    }
    plain = plain_parameters(given)
    assert plain == {
        "day": "2026-01-31",
        "moment": "2026-01-31T06:00:00+00:00",
        "count": 3,
        "rate": 0.5,
        "flag": True,
        "names": ["a", "b"],
        "nested": {"path": "data.csv", "none": None},
    }
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize(
    "value", [float("nan"), np.float64("inf"), pd.DataFrame({"a": [1]}), object(), np.array([1])]
)
def test_what_no_parameter_can_be_is_named(value: object) -> None:
    with pytest.raises(InvalidInput, match=r"'config\.x'"):
        plain_parameters({"config": {"x": value}})


def test_addresses_become_notifications() -> None:
    assert notification("ann@example.org") == {"type": "mail", "to": "ann@example.org"}
    assert notification("https://example.org/hook") == {"type": "webhook", "url": "https://example.org/hook"}
    assert notification({"type": "mail", "to": "x@example.org", "on": ["succeeded"]})["on"] == ["succeeded"]
    with pytest.raises(InvalidInput, match="nobody to notify"):
        notification("ann")
