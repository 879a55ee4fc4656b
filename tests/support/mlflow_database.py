"""MLflow's database as its first start leaves it: a copy takes a thousandth of the processor time."""

import fcntl
import functools
import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_MAKE = """
import sys
from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine
engine = create_sqlalchemy_engine(f"sqlite:///{sys.argv[1]}")
_initialize_tables(engine)
engine.dispose()
"""


@functools.cache
def _migrated() -> bytes:
    """Read the database; the first of all workers makes it."""
    folder = Path(tempfile.gettempdir()) / f"onedata-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / f"mlflow-{importlib.metadata.version('mlflow')}.sqlite"
    with (folder / "mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            half = kept.with_suffix(".half")
            half.unlink(missing_ok=True)
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", _MAKE, half], check=True, capture_output=True
            )
            half.replace(kept)
    return kept.read_bytes()


def put_mlflow_database(path: Path) -> None:
    """Put a database without a row where MLflow would make one; leave one that is there."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(_migrated())
