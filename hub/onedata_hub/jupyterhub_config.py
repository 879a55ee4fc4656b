"""JupyterHub's configuration: ``jupyterhub --config <this file>``."""

from onedata_hub.wiring import configure

configure(get_config())  # type: ignore[name-defined]  # noqa: F821 - JupyterHub puts get_config here
