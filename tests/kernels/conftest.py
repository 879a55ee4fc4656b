"""A notebook's process in front of a studio that really answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from onedata import _client, _session
from onedata.contract import environment

from tests.support.s3 import s3_gateway  # noqa: F401 - a fixture
from tests.support.serving import served_studio
from tests.support.studio import StudioUnderTest

ANN = "user-ann"


@dataclass
class Served:
    """A studio on a real port; this process is ann, an editor of team-a."""

    url: str
    studio: StudioUnderTest
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def become(self, user: str, *groups: str) -> None:
        """Go on as another user, in a new session."""
        self.monkeypatch.setenv(environment.TOKEN, self.studio.hub.add_user(user, *groups))
        self.new_session()

    def new_session(self) -> None:
        """Forget what was read and written, as a restarted kernel does."""
        self.monkeypatch.setattr(_session, "_session", _session.Session())

    def api(self, path: str) -> dict:
        """Ask the studio over HTTP, past the library."""
        token = _client.client()._token
        response = httpx.get(f"{self.url}/api/v1{path}", headers={"Authorization": f"token {token}"})
        response.raise_for_status()
        return response.json()


def serve(folder: Path, monkeypatch: pytest.MonkeyPatch, **options: object) -> Iterator[Served]:
    for name in (
        environment.TOKEN_OUTSIDE,
        environment.WORKSPACE,
        environment.RUN_ID,
        environment.SESSION_FILE,
        environment.PROFILE,
        environment.PROFILE_OPTIONS,
    ):
        monkeypatch.delenv(name, raising=False)
    with served_studio(folder, **options) as (studio, url):
        monkeypatch.setenv(environment.STUDIO_URL, url)
        monkeypatch.setenv(environment.CACHE_DIR, str(folder / "cache"))
        served = Served(url, studio, folder, monkeypatch)
        served.become("ann", "team-a")
        yield served


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A studio on a folder store."""
    yield from serve(tmp_path, monkeypatch)


@pytest.fixture(params=["folder", "s3"])
def served_both(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """A studio on a folder store, and then one on S3."""
    options = {}
    if request.param == "s3":
        options = {"objects_url": request.getfixturevalue("s3_gateway").new_url()}
    yield from serve(tmp_path, monkeypatch, **options)
