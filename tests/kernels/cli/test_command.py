"""The `onedata` command against a real studio."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from onedata.cli import make_app
from onedata.contract.environment import STUDIO_URL, TOKEN, TOKEN_OUTSIDE, WORKSPACE
from typer.testing import CliRunner

from tests.support.serving import served_studio


@pytest.fixture
def onedata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command as ann; give what it printed."""
    with served_studio(tmp_path / "platform") as (studio, url):
        monkeypatch.setenv(STUDIO_URL, url)
        monkeypatch.setenv(TOKEN_OUTSIDE, studio.hub.add_user("ann", "team-a"))
        monkeypatch.delenv(TOKEN, raising=False)
        monkeypatch.delenv(WORKSPACE, raising=False)
        app = make_app()

        def run(*arguments: str) -> str:
            result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
            assert result.exit_code == 0, result.output
            return result.output

        yield run


def test_file_is_published_listed_and_queried(onedata, tmp_path: Path):
    table = tmp_path / "prices.csv"
    table.write_text("item,price\nbread,2\nmilk,3\n")
    onedata("datasets", "publish", str(table), "prices", "--tag", "shop", "-m", "first")
    listed = json.loads(onedata("datasets", "list", "--tag", "shop", "--json"))
    versions = json.loads(onedata("datasets", "versions", "prices", "--json"))
    total = onedata("sql", "select sum(price) as total from prices", "--csv")
    assert [(item["name"], item["latest_version"], item["rows"]) for item in listed] == [("prices", 1, 2)]
    assert [item["message"] for item in versions] == ["first"]
    assert total.split() == ['"total"', "5"]


def test_empty_list_says_so(onedata):
    assert "Nothing here yet" in onedata("datasets", "list")
    assert json.loads(onedata("jobs", "list", "--json")) == []


def test_whoami_and_workspaces_tell_the_hubs_word(onedata):
    assert json.loads(onedata("whoami"))["name"] == "ann"
    assert [item["name"] for item in json.loads(onedata("workspaces", "list", "--json"))] == [
        "user-ann",
        "team-a",
    ]


def test_refusal_is_one_sentence_and_status_1(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "onedata.cli", "datasets", "list"],
        env={"PATH": "", STUDIO_URL: "http://127.0.0.1:9", TOKEN_OUTSIDE: "t"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "onedata up" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_verb_has_words():
    import typer

    command = typer.main.get_command(make_app())
    groups = [command, *(c for c in command.commands.values() if hasattr(c, "commands"))]
    verbs = [verb for group in groups for verb in group.commands.values()]
    assert [verb.name for verb in verbs if not verb.help and not hasattr(verb, "commands")] == []
    assert {"up", "doctor", "token", "tour"} <= set(command.commands)
