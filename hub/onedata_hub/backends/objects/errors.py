"""How an object store says no.

StoreError
├── BadKey            the key or workspace is not a legal one (a fault of the caller's code or input)
├── BadStoreUrl       the store's URL is not one this platform understands
├── BadFiles          files of an upload are missing, short, or not plain files
├── ObjectMissing     nothing is stored under that key
└── StoreUnreachable  the store does not answer, or refuses our credentials
    └── StoreFull     it answers, and has no room
"""

from collections.abc import Mapping


class StoreError(Exception):
    """Anything an object store refuses or fails at."""


class BadKey(StoreError, ValueError):
    """A key or workspace that could lead out of its place."""


class BadStoreUrl(StoreError, ValueError):
    """A store URL with an unknown scheme, part or option."""


class ObjectMissing(StoreError, LookupError):
    """Nothing is stored under the key."""


class StoreUnreachable(StoreError):
    """The store does not answer or refuses us; says which store and why."""


class StoreFull(StoreUnreachable):
    """No room is left in the store."""


class BadFiles(StoreError):
    """Files of an upload that cannot become a version.

    Attributes:
        problems: What is wrong with each file, by its path below the dataset.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        shown = "; ".join(f"{path}: {why}" for path, why in list(self.problems.items())[:5])
        more = f"; and {len(self.problems) - 5} more" if len(self.problems) > 5 else ""
        super().__init__(f"{len(self.problems)} of the upload's files cannot be stored: {shown}{more}.")
