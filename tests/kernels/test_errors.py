"""Errors of the kernel library."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from onedata import errors
from onedata.contract import environment
from onedata.errors import InvalidInput, MissingPackage, NotFound, OneDataError, StudioFault, error_class


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "InvalidInput"),
        (401, "NotSignedIn"),
        (403, "NotAllowed"),
        (404, "NotFound"),
        (409, "Conflict"),
        (410, "NotFound"),
        (413, "InvalidInput"),
        (422, "InvalidInput"),
        (429, "Busy"),
        (500, "StudioFault"),
        (503, "Busy"),
        (599, "StudioFault"),
        (418, "OneDataError"),
    ],
)
def test_every_status_has_a_class(status: int, name: str) -> None:
    assert error_class(status).__name__ == name


def test_the_tree_in_the_docstring_names_every_class() -> None:
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, OneDataError)
    }
    assert all(name in (errors.__doc__ or "") for name in classes)


def test_an_error_keeps_its_code_and_status() -> None:
    error = NotFound("There is no dataset 'x'.", code="dataset_not_found")
    assert (error.code, error.status, str(error)) == ("dataset_not_found", 404, "There is no dataset 'x'.")
    assert StudioFault("It failed.", status=501).status == 501


def test_a_refused_argument_is_also_a_value_error() -> None:
    assert issubclass(InvalidInput, ValueError)


def test_a_missing_package_is_an_import_error_that_says_how_to_get_it() -> None:
    error = MissingPackage("torch", "as_='torch'")
    assert isinstance(error, ImportError)
    assert str(error) == "as_='torch' needs the package 'torch'. Install it: pip install torch"


@pytest.fixture
def shell() -> InteractiveShell:
    return InteractiveShell()


def shown(shell: InteractiveShell, code: str, capsys: pytest.CaptureFixture[str]) -> str:
    shell.run_cell(code)
    return capsys.readouterr().out


def test_a_notebook_shows_the_sentence_and_the_line_and_no_frames(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    said = shown(
        shell,
        "from onedata._query import parse\ndef ask():\n    parse('selekt 1')\nask()",
        capsys,
    )
    assert said.startswith("QueryError: The query is not SQL")
    assert "line 3: parse('selekt 1')" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 8


def test_all_frames_are_shown_to_those_who_ask(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.FULL_TRACEBACKS, "1")
    said = shown(shell, "from onedata._query import parse; parse('selekt 1')", capsys)
    assert "Traceback (most recent call last)" in said
    assert "_query.py" in said


def test_refused_fields_are_listed_after_the_first() -> None:
    error = InvalidInput("a: no", errors=[{"where": "a", "message": "no"}, {"where": "b", "message": "nor"}])
    assert error._render_traceback_() == ["InvalidInput: a: no", "  b: nor"]
