"""What this process has read, written and tracked: the source of lineage.

In a job the runner names a file in ONEDATA_SESSION_FILE; every change is written there, so that
what a run did is known even where it ends without a word.
"""

import json
import logging
import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onedata.contract.environment import RUN_ID, SESSION_FILE

if TYPE_CHECKING:
    from onedata.contract.datasets import Source

log = logging.getLogger("onedata")

Hook = Callable[[str], None]


class Session:
    """The datasets and MLflow runs of one process, each once, in the order they were first used.

    Hooks hear of each dataset version as it is first read or written (``workspace/name@version``).
    They run in the caller's thread; what they raise is logged and goes no further.
    """

    def __init__(self) -> None:
        self.id = str(uuid.uuid4())
        self._lock = threading.Lock()
        self._seen: dict[str, dict[str, None]] = {"read": {}, "written": {}, "runs": {}}
        self.on_dataset_read: list[Hook] = [_tell_studio]
        self.on_dataset_written: list[Hook] = []

    @property
    def datasets_read(self) -> list[str]:
        """The dataset versions read so far."""
        return list(self._seen["read"])

    @property
    def datasets_written(self) -> list[str]:
        """The dataset versions published so far."""
        return list(self._seen["written"])

    @property
    def mlflow_runs(self) -> list[str]:
        """The ids of the MLflow runs started so far."""
        return list(self._seen["runs"])

    def record_read(self, ref: str) -> None:
        """Note that a dataset version was read."""
        if self._note("read", ref):
            _tell(self.on_dataset_read, ref)

    def record_written(self, ref: str) -> None:
        """Note that a dataset version was published."""
        if self._note("written", ref):
            _tell(self.on_dataset_written, ref)

    def record_mlflow_run(self, run_id: str) -> None:
        """Note that an MLflow run was started."""
        self._note("runs", run_id)

    def snapshot(self) -> dict[str, Any]:
        """Give it all as JSON can carry it: the shape of ``contract.runner.SessionFile``."""
        return {
            "datasets_read": self.datasets_read,
            "datasets_written": self.datasets_written,
            "mlflow_runs": self.mlflow_runs,
        }

    def source(self, inputs: list[str] | None = None) -> "Source":
        """Describe what makes a dataset version now.

        Args:
            inputs: The versions it was made from, where they are known; else all that were read.
        """
        from onedata._git import commit_of
        from onedata._notebook import current_notebook
        from onedata.contract.datasets import Source

        notebook = current_notebook()
        return Source(
            notebook_path=notebook.path,
            notebook_digest=notebook.digest,
            git_commit=commit_of(Path.cwd()),
            job_run_id=os.environ.get(RUN_ID) or None,
            mlflow_run_id=_active_mlflow_run(),
            inputs=self.datasets_read if inputs is None else inputs,
        )

    def _note(self, what: str, entry: str) -> bool:
        with self._lock:
            if entry in self._seen[what]:
                return False
            self._seen[what][entry] = None
            _write_for_the_runner(self.snapshot())
            return True


def _tell_studio(ref: str) -> None:
    from onedata._events import teller

    teller().dataset_read(ref)


def _tell(hooks: list[Hook], ref: str) -> None:
    for hook in hooks:
        try:
            hook(ref)
        except Exception:  # a hook must not fail the read or the publish it hears of
            log.exception("A hook failed at %s", ref)


def _write_for_the_runner(snapshot: dict[str, Any]) -> None:
    target = os.environ.get(SESSION_FILE)
    if not target:
        return
    partial = Path(f"{target}.{os.getpid()}")
    try:
        partial.write_text(json.dumps(snapshot), encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        log.warning("Could not note what this run did in %s: %s", target, error)


def _active_mlflow_run() -> str | None:
    """Ask MLflow only where the notebook has loaded it: there is no run of one it has not."""
    import sys

    mlflow = sys.modules.get("mlflow")
    active = getattr(mlflow, "active_run", lambda: None)()
    return str(active.info.run_id) if active else None


_session = Session()


def session() -> Session:
    """Give this process's session."""
    return _session


def snapshot() -> dict[str, Any]:
    """Give what this process has read, written and tracked, as JSON can carry it."""
    return _session.snapshot()
