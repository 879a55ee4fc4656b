"""Why the platform does not start."""


class StartRefused(Exception):
    """The platform cannot start as things are: one sentence says why and what to do."""
