"""Import papermill without the object stores it could read from: a spool folder is a folder.

papermill imports boto3 and pyarrow (with numpy) if they are there: 60 MB and two threads that
the fork server, which must have one thread, cannot have. papermill itself allows for their
absence.
"""

import importlib
import sys

_NOT_NEEDED = ("boto3", "pyarrow", "azure", "gcsfs", "github")


def import_papermill() -> None:
    """Import papermill as if the stores' libraries were not installed; later imports find them again."""
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # documented: makes `import name` fail
    try:
        importlib.import_module("papermill.execute")
    finally:
        for name in hidden:
            del sys.modules[name]
