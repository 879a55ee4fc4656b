"""The proxy without a system Node: installed from the lock file, and known when it is not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from onedata_hub.launch import proxy
from onedata_hub.launch.refusal import StartRefused


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in which no proxy is installed."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


@pytest.mark.timeout(330)  # the install gives a slow network five minutes, and says so then
def test_proxy_is_installed_and_starts_without_a_system_node(prefix: Path) -> None:
    assert not proxy.is_installed()
    proxy.install()
    assert proxy.is_installed()
    said = subprocess.run(
        [*proxy.proxy_command(), "--version"], capture_output=True, text=True, env={}, check=True
    )
    wanted = json.loads((Path(__file__).parents[3] / "hub/proxy/package.json").read_text())["dependencies"]
    assert said.stdout.strip() == wanted["configurable-http-proxy"]


def test_absent_proxy_says_how_to_install_it(prefix: Path) -> None:
    with pytest.raises(StartRefused, match=r"python -m onedata_hub\.launch\.proxy"):
        proxy.proxy_command()


def test_proxy_of_another_lock_file_counts_as_absent(prefix: Path) -> None:
    folder = proxy.proxy_folder()
    program = folder / "node_modules/configurable-http-proxy/bin/configurable-http-proxy"
    program.parent.mkdir(parents=True)
    program.write_text("")
    (folder / ".installed").write_text("another")
    assert not proxy.is_installed()


def test_failed_install_says_why_and_leaves_nothing(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(prefix / "cache"))
    with pytest.raises(StartRefused, match="npm could not install the proxy"):
        proxy.install()
    assert not proxy.is_installed()
    assert list((prefix / "share" / "onedata").iterdir()) == []


def test_lock_file_names_no_host() -> None:
    text = (Path(__file__).parents[3] / "hub/proxy/package-lock.json").read_text()
    assert "://" not in text
    assert '"resolved"' not in text
