"""Settings: environment over file, and a wrong value ends in a sentence."""

import os
from pathlib import Path

import pytest
from onedata_hub.settings import PlatformSettings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a file, and an environment without our variables."""
    for name in list(os.environ):
        if name.startswith("ONEDATA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_are_loopback_and_a_folder_here(empty_place: Path) -> None:
    settings = load_settings()
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.home == empty_place / ".onedata"


def test_command_line_comes_before_environment_and_that_before_the_file(
    empty_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_place / "onedata.yaml").write_text("port: 1111\nidle_timeout_seconds: 5\n")
    assert load_settings().port == 1111
    monkeypatch.setenv("ONEDATA_PORT", "2222")
    assert load_settings().port == 2222
    assert load_settings(port=3333).port == 3333
    assert load_settings(port=3333).idle_timeout_seconds == 5


def test_workspaces_are_read_from_the_file(empty_place: Path) -> None:
    (empty_place / "onedata.yaml").write_text("workspaces:\n  team-a: [ann, bob]\n")
    assert load_settings().workspaces == {"team-a": ["ann", "bob"]}


def test_another_process_reads_the_same_settings_from_the_environment(
    empty_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = load_settings(port=1234, workspaces={"team-a": ["ann"]}, profiles_file=Path("mine.yaml"))
    for name, value in ours.to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    assert load_settings() == ours


def test_variables_of_other_parts_with_our_prefix_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDATA_STUDIO_URL", "http://127.0.0.1:1/services/studio")
    monkeypatch.setenv("ONEDATA_WORKSPACE", "user-ann")
    assert load_settings().workspaces == {}


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("ONEDATA_PORT", "many", "Setting ONEDATA_PORT: Input should be a valid integer"),
        ("ONEDATA_PORT", "70000", "less than or equal to 65535"),
        ("ONEDATA_HOST", "0.0.0.0", "this machine only. Use 127.0.0.1, and an SSH tunnel"),
        ("ONEDATA_WORKSPACES", '{"user-ann": []}', "'user-ann' cannot be a workspace"),
        ("ONEDATA_WORKSPACES", '{"team-a": ["../x"]}', "String should match pattern"),
        ("ONEDATA_WORKSPACES", "{broken", "write it as JSON"),
        ("ONEDATA_CONFIG", "/nowhere.yaml", "ONEDATA_CONFIG names /nowhere.yaml, which is not a file"),
    ],
)
def test_wrong_value_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot: 8001", "sets 'prot', which is no setting. There are: admin_users"),
        ("- port", "holds no settings"),
        ("port: [", "cannot be read as YAML"),
        ("port: x", "port (in "),
    ],
)
def test_broken_file_is_one_sentence_that_names_it(empty_place: Path, text: str, says: str) -> None:
    (empty_place / "onedata.yaml").write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert says in str(refused.value)
    assert "onedata.yaml" in str(refused.value)


def test_database_addresses_stay_out_of_reprs() -> None:
    settings = load_settings(database_url="postgresql://ann:sesame@localhost/x")
    assert "sesame" not in repr(settings)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in PlatformSettings.model_fields.values())


_OPENID = {"openid_issuer": "https://login.example.org/realms/team", "openid_client_id": "hub"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "openid_client_secret is not"),
        ({"openid_client_secret": "s", "workspaces": {"team-a": ["ann"]}}, "remove workspaces"),
        ({"openid_client_secret": "s", "admin_users": {"ann"}}, "openid_admin_groups instead"),
    ],
)
def test_settings_of_the_password_do_not_go_with_a_provider(
    empty_place: Path, given: dict[str, object], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        load_settings(**_OPENID, **given)


def test_clients_secret_stays_out_of_reprs(empty_place: Path) -> None:
    assert "hunter2" not in repr(load_settings(**_OPENID, openid_client_secret="hunter2"))
