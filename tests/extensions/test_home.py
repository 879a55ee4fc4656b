"""What JupyterLab is told of a home, and what it can have done about it, on a real Lab server."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from onedata.home.trouble import Trouble, written

from tests.extensions.conftest import LAB_TOKEN, lab_server

HOME = "/onedata/local/home"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a cache, something in the trash, settings of Jupyter, and data."""
    made = tmp_path / "home"
    for name in (
        ".cache/uv/wheel",
        ".local/share/Trash/files/old",
        ".jupyter/jupyter_server_config.py",
        "data",
    ):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("x" * 4096)
    return made


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A person's client of a Lab server that was started beside a full home and broken settings."""
    found = [Trouble("full", "No space left on device"), Trouble("config", "these settings are broken")]
    folder = tmp_path / "lab"
    folder.mkdir()
    headers = {"Authorization": f"token {LAB_TOKEN}"}
    with (
        lab_server(folder, {"HOME": str(home), **written(found)}) as url,
        httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as made,
    ):
        yield made


def test_a_home_in_trouble_is_told_mended_and_nothing_of_it_lost(client: httpx.Client, home: Path) -> None:
    state = client.get(HOME).json()
    assert [one["kind"] for one in state["troubles"]] == ["full", "config"]
    assert state["is_short"] is True
    assert {"data", ".cache/uv"} <= {one["path"] for one in state["largest"]}
    assert state["freeable_bytes"] >= 8192
    assert client.post(f"{HOME}/free").status_code == 200
    assert (home / "data").exists()
    assert not (home / ".cache/uv").exists()
    assert not (home / ".local/share/Trash").exists()
    [[before, after]] = client.post(f"{HOME}/aside", json={"kind": "config"}).json()["moved"]
    assert before == str(home / ".jupyter/jupyter_server_config.py")
    assert Path(after).read_text() == "x" * 4096
    assert not Path(before).exists()
    refused = client.post(f"{HOME}/aside", json={"kind": "../../etc"})
    assert refused.status_code == 422
    assert "Send packages or config" in json.dumps(refused.json())


def test_a_stranger_is_told_nothing_of_a_home(client: httpx.Client) -> None:
    for method, path in (("GET", HOME), ("POST", f"{HOME}/free"), ("POST", f"{HOME}/aside")):
        answer = httpx.request(method, f"{client.base_url}{path.lstrip('/')}", trust_env=False)
        assert answer.status_code == 403, (method, path, answer.status_code)
