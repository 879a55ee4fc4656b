"""The generated pages are what the code says, and the code says something of everything."""

import inspect
from pathlib import Path

import pytest
from onedata_hub.studio.app import describe_api

from tools import make_reference
from tools.reference.api_page import operations
from tools.reference.command_page import commands, parameters_of, words_of
from tools.reference.errors_page import library_errors, studio_codes
from tools.reference.library_page import public_callables, public_members, returned_classes
from tools.reference.metrics_page import metrics
from tools.reference.settings_page import environment_variables, settings_classes, variable_of

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def test_generated_pages_are_what_the_code_says():
    assert make_reference.stale_pages() == [], "run: make docs"


def test_a_page_that_fell_behind_is_found_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(make_reference, "DOCS", tmp_path)
    make_reference.write_pages(tmp_path)
    assert make_reference.stale_pages(tmp_path) == []
    (tmp_path / "reference" / "errors.md").write_text("# Errors\n")
    assert make_reference.stale_pages(tmp_path) == ["reference/errors.md"]
    (tmp_path / "reference" / "metrics.md").unlink()
    assert set(make_reference.stale_pages(tmp_path)) == {"reference/errors.md", "reference/metrics.md"}
    assert make_reference.main(["--wrong"]) == 2
    assert "--wrong" in capsys.readouterr().err


def test_every_setting_has_its_entry_and_its_words():
    text = page("settings")
    classes = settings_classes()
    assert {thing.__name__ for thing in classes} >= {"PlatformSettings", "StudioSettings", "MlflowSettings"}
    for thing in classes:
        for name, field in thing.model_fields.items():
            assert field.description, f"{thing.__name__}.{name}"
            assert f"`{variable_of(thing, name)}`" in text


def test_every_variable_between_the_parts_has_its_words():
    text = page("settings")
    for name, words in environment_variables():
        assert words, name
        assert f"`{name}`" in text


def test_every_endpoint_has_its_entry_and_its_words():
    text = page("api")
    found = list(operations(describe_api()))
    assert len(found) > 30
    for method, path, operation in found:
        assert operation.get("description"), f"{method} {path}"
        assert f"### {method} {path}\n" in text
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert parameter.get("description"), f"{method} {path}: {parameter['name']}"


def test_every_command_and_option_has_its_entry_and_its_words():
    text = page("command")
    found = list(commands())
    assert {"onedata up", "onedata doctor", "onedata token"} <= {path for path, _ in found}
    for path, command in found:
        assert words_of(command), path
        assert f"## {path}\n" in text
        for shown, _, words in parameters_of(command):
            assert words, f"{path}: {shown}"


def test_every_public_function_has_its_entry_and_its_words():
    text = page("kernel-library")
    for name, thing in public_callables():
        assert inspect.getdoc(thing), name
        assert f"### {name}\n" in text
    for thing in returned_classes():
        assert inspect.getdoc(thing), thing
        for name, member in public_members(thing):
            assert inspect.getdoc(member), f"{thing.__name__}.{name}"


def test_every_error_has_its_entry_and_its_words():
    text = page("errors")
    for thing in library_errors():
        assert thing.__doc__
        assert f"`od.errors.{thing.__name__}`" in text
    codes = dict(studio_codes())
    assert codes["not_found"] == 404
    assert codes["bad_parameters"] == 422
    assert all(f"| `{code}` |" in text for code in codes)


def test_every_metric_has_its_entry_and_its_words():
    text = page("metrics")
    assert metrics()
    for name, _, _, words in metrics():
        assert words, name
        assert f"`{name}`" in text
