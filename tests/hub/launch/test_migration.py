"""The studio's database, brought up to date before the start."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from onedata_hub.launch import migration
from onedata_hub.launch.refusal import StartRefused
from onedata_hub.launch.state import StateFolder
from onedata_hub.settings import PlatformSettings
from onedata_hub.studio.migrate import revisions


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A state folder that was made."""
    made = StateFolder(tmp_path / "state")
    made.make()
    return made


def test_new_database_is_made_and_then_known_to_be_current(
    state: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PlatformSettings(home=state.path)
    assert not migration._is_current(state)
    migration.migrate(settings, state)
    current, newest = revisions(f"sqlite:///{state / 'studio' / 'studio.sqlite'}")
    assert current == newest == migration._newest_revision()
    assert migration._is_current(state)

    def must_not_run(*_: object, **__: object) -> None:
        raise AssertionError("Alembic was started for a database that is current")

    monkeypatch.setattr("subprocess.run", must_not_run)
    migration.migrate(settings, state)


def test_database_of_an_older_revision_is_not_current(state: StateFolder) -> None:
    migration.migrate(PlatformSettings(home=state.path), state)
    with closing(sqlite3.connect(state / "studio" / "studio.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    assert not migration._is_current(state)


def test_file_that_is_no_database_is_refused_with_its_error(state: StateFolder) -> None:
    (state / "studio" / "studio.sqlite").write_text("not a database " * 100)
    with pytest.raises(StartRefused) as refused:
        migration.migrate(PlatformSettings(home=state.path), state)
    assert "file is not a database" in str(refused.value)
    assert "migrate.log" in str(refused.value)
