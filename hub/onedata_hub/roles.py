"""Who may do what at the hub: the narrowest scopes that work, each with its reason.

Every token may ask ``GET /hub/api/user`` for its holder's name, groups and admin flag without a scope;
that is all the identity our services need.

Source: JupyterHub, "RBAC", section on scopes.
"""

from typing import Any

STUDIO = "studio"
MLFLOW = "mlflow"
CULLER = "idle-culler"
KEEPER = "keeper"  # `onedata up` itself, which keeps proxy and hub running

ACCESS_STUDIO = f"access:services!service={STUDIO}"
ACCESS_MLFLOW = f"access:services!service={MLFLOW}"


def load_roles() -> list[dict[str, Any]]:
    """Give the roles for ``c.JupyterHub.load_roles``."""
    return [
        {
            "name": "user",
            "description": "Own servers and tokens, and the platform's services",
            "scopes": ["self", ACCESS_STUDIO, ACCESS_MLFLOW],
        },
        {
            "name": "server",
            "description": "What the token in a user's server may do",
            "scopes": [
                "users:activity!user",  # the server tells the hub when it was last used
                "read:servers!server",  # and asks when the hub saw it used, to warn before it is stopped
                "access:servers!server",  # who may open this server, and no other
                ACCESS_STUDIO,  # datasets and jobs from a notebook
                ACCESS_MLFLOW,  # experiments and models from a notebook
            ],
        },
        {
            "name": "onedata-studio",
            "description": "Tokens for the runs of people's jobs",
            "services": [STUDIO],
            # A run acts as its owner while they are away. The hub gives a token no scope that its
            # owner lacks, and the studio asks for access to the two services only.
            "scopes": ["tokens"],
        },
        {
            "name": "onedata-mlflow",
            "description": "Tell the studio of registered models",
            "services": [MLFLOW],
            "scopes": [ACCESS_STUDIO],
        },
        {
            "name": "onedata-idle-culler",
            "description": "Stop servers that nobody uses",
            "services": [CULLER],
            "scopes": [
                "list:users",  # to find them
                "read:users:activity",  # when they were last used
                "read:users:groups",  # how long their users' servers may run
                "read:servers",
                "delete:servers",  # stop one
                "access:servers",  # ask a server whether a kernel is busy: only the server knows
                ACCESS_STUDIO,  # ask the studio whose jobs are running
            ],
        },
        {
            "name": "onedata-keeper",
            "description": "Have the hub fill a restarted proxy's routes",
            "services": [KEEPER],
            "scopes": ["proxy"],
        },
    ]
