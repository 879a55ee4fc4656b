"""A real studio app for the tests: its own database, store and callers."""

import contextlib
import functools
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from onedata_hub.backends.objects import open_store
from onedata_hub.identity import HubIdentity
from onedata_hub.studio.app import create_app
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import Database
from onedata_hub.studio.migrate import migrate
from onedata_hub.studio.settings import StudioSettings

from tests.support.hub_api import SERVICE_TOKEN, SmallHub

PREFIX = "/services/studio"


class NoCompute:
    """A compute backend for tests in which nothing is to run: any use of it fails the test."""

    async def close(self) -> None:
        return None


@dataclass
class StudioUnderTest:
    """The app, the hub it believes in, and clients for its users."""

    hub: SmallHub
    context: Context
    app: Any

    def client(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """Give a client that speaks to the app in this process as the holder of a token."""
        headers = {"Authorization": f"token {token}"} if token else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url=f"http://studio.test{PREFIX}",
            headers=headers,
            timeout=30,
            **options,
        )

    def user(self, name: str, *groups: str, admin: bool = False) -> httpx.AsyncClient:
        """Make a user of the hub and give their client."""
        return self.client(self.hub.add_user(name, *groups, admin=admin))


@functools.cache
def migrated_sqlite() -> bytes:
    """Give a migrated database's file: a copy takes a hundredth of the time that migrations take."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/studio.sqlite")
        return Path(folder, "studio.sqlite").read_bytes()


@contextlib.asynccontextmanager
async def running_studio(
    folder: Path,
    *,
    database_url: str | None = None,
    objects_url: str | None = None,
    compute: Any = None,
    hub: SmallHub | None = None,
    parts: tuple[str, ...] = ("api",),
    **settings: Any,
) -> AsyncIterator[StudioUnderTest]:
    """Migrate a database and run the app's lifespan around the block."""
    made = StudioSettings(
        database_url=database_url or f"sqlite:///{folder}/studio.sqlite",
        objects_url=objects_url or f"file://{folder}/objects",
        spool_dir=folder / "spool",
        identity_cache_seconds=settings.pop("identity_cache_seconds", 0),
        parts=set(parts),
        **settings,
    )
    if database_url is None and not (folder / "studio.sqlite").exists():
        (folder / "studio.sqlite").write_bytes(migrated_sqlite())
    migrate(made.database_url)
    hub = hub or SmallHub()
    identity = HubIdentity(
        "http://hub.test/hub/api",
        SERVICE_TOKEN,
        cache_seconds=made.identity_cache_seconds,
        transport=httpx.ASGITransport(hub.app),
    )
    context = Context(
        settings=made,
        database=Database(made.database_url),
        identity=identity,
        objects=open_store(made.objects_url),
        compute=compute or NoCompute(),
    )
    app = create_app(context, prefix=PREFIX)
    async with app.router.lifespan_context(app):
        yield StudioUnderTest(hub, context, app)
