"""A proxy in a pod of its own, whose routes the hub fills in again as soon as they are lost.

Routes are in the proxy's memory alone. Zero to JupyterHub's hub compares them once a minute; for so long after the
proxy's pod was replaced everybody is sent to the hub, which knows neither servers nor services by their paths.
"""

from collections.abc import Mapping
from typing import Any

from jupyterhub.proxy import ConfigurableHTTPProxy
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.ioloop import PeriodicCallback
from traitlets import Float, Unicode

_MISSING = 404
_PATIENCE_SECONDS = 2.0


class RefilledProxy(ConfigurableHTTPProxy):  # type: ignore[misc]  # JupyterHub has no type information
    """JupyterHub's own proxy, asked every few seconds for one route that is always there."""

    watched_route = Unicode(
        "", config=True, help="The path of a service; while the proxy knows it, it knows all."
    )
    look_seconds = Float(3.0, config=True, help="Seconds between two looks.")
    _looking: PeriodicCallback | None = None

    async def check_routes(
        self, user_dict: Mapping[str, Any], service_dict: Mapping[str, Any], routes: Any = None
    ) -> None:
        """Compare all routes; once the hub has done so at its start, look for itself from then on."""
        await super().check_routes(user_dict, service_dict, routes)
        if self._looking is None and self.watched_route:
            self._looking = PeriodicCallback(self._look, self.look_seconds * 1e3)
            self._looking.start()

    async def _look(self) -> None:
        if await self._has_lost_its_routes():
            self.log.warning("The proxy has lost its routes; they are filled in again.")
            await super().check_routes(self.app.users, self.app._service_map)

    async def _has_lost_its_routes(self) -> bool:
        """Ask for the route; a proxy that does not answer has lost nothing yet."""
        asked = HTTPRequest(
            f"{self.api_url}/api/routes/{self.watched_route.strip('/')}",
            headers={"Authorization": f"token {self.auth_token}"},
            connect_timeout=_PATIENCE_SECONDS,
            request_timeout=_PATIENCE_SECONDS,
        )
        try:
            await AsyncHTTPClient().fetch(asked)
        except HTTPClientError as error:
            return bool(error.code == _MISSING)
        except OSError:
            pass
        return False
