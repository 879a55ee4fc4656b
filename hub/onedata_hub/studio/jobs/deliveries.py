"""How a notification's delivery fails."""


class TryLater(Exception):
    """It did not work now; it may later. The message says why."""


class Hopeless(Exception):
    """It will never work. The message says why, and what to do."""
