"""The self test's report: for people, for programs, and true of what failed."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from onedata_hub.selftest.path import read_result
from onedata_hub.selftest.written import Outcome
from onedata_hub.tour.hub_session import TourError
from onedata_hub.tour.report import Report

from tests.support.notebooks import make_notebook

BEGAN = datetime(2026, 11, 21, 22, 30, 5, tzinfo=UTC)


async def outcome(refusal: str = "") -> Outcome:
    """An outcome of two steps, the second refused with these words if there are any."""

    async def work() -> None:
        if refusal:
            raise TourError(refusal)

    report = Report(tell=lambda line: None)
    await report.step("log in", _nothing())
    with contextlib.suppress(TourError):
        await report.step("start a server", work())
    report.facts["flights"] = "336776"
    return Outcome("https://onedata.example.org", "selftest", BEGAN, 61.5, report, {"studio": "0.1.0"})


async def _nothing() -> None:
    pass


async def test_the_page_and_the_record_bear_the_time_and_each_step(tmp_path: Path) -> None:
    page, record = (await outcome()).write(tmp_path / "reports")
    assert (page.name, record.name) == ("selftest-20261121T223005Z.md", "selftest-20261121T223005Z.json")
    text = page.read_text()
    assert text.startswith("# Self test: passed\n")
    assert "as `selftest`, 21 November 2026 22:30 UTC" in text
    assert "| 2 | start a server | 0.0 | happened |" in text
    assert "| studio | 0.1.0 |" in text
    told = json.loads(record.read_text())
    assert told["began"] == "2026-11-21T22:30:05Z"
    assert [step["passed"] for step in told["steps"]] == [True, True]
    assert (told["passed"], told["found"], told["seconds"]) == (True, {"flights": "336776"}, 61.5)


async def test_a_refusal_is_whole_in_the_record_and_breaks_no_table() -> None:
    refused = await outcome("The hub said 503:\nno | answer")
    assert not refused.passed
    assert refused.as_json()["steps"][1]["refusal"] == "The hub said 503:\nno | answer"
    assert "# Self test: FAILED" in refused.as_markdown()
    assert "| The hub said 503: no \\| answer |" in refused.as_markdown()


def test_the_result_is_read_from_the_last_cell_alone() -> None:
    notebook = make_notebook(None, "1", "result")
    with pytest.raises(TourError, match="shows no result"):
        read_result(notebook)
    output = {"output_type": "execute_result", "data": {"text/plain": "{'flights': 3, 'roc_auc': 0.7}"}}
    notebook["cells"][1]["outputs"] = [output]
    assert read_result(notebook) == {"flights": 3, "roc_auc": 0.7}
