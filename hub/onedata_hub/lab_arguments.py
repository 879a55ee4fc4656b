"""What every user's server is started with, on one machine and on Kubernetes."""


def lab_arguments(identity_cache_seconds: int) -> list[str]:
    """Give the arguments of a user's JupyterLab server.

    Args:
        identity_cache_seconds: How long a server believes what the hub said of a token.
    """
    return [
        f"--HubAuth.cache_max_age={identity_cache_seconds}",
        # JupyterLab asks nobody outside: no news, no updates, no list of extensions.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
