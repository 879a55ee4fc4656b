"""One running platform for the tests of notebooks, templates and documentation.

The first test that asks starts it, and it stays until the last of these folders has ended: a platform
takes ten seconds to start, and these tests only use it.
"""

import ast
import contextlib
import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import nbformat
from onedata_hub.machine import SHARED_CORES
from onedata_hub.naming import personal_workspace

from tests.support.platform import Platform

if TYPE_CHECKING:  # its libraries take a moment to load, in every worker
    from jupyter_client import KernelManager

FIRST_HOUR = Path(__file__).parents[2] / "notebooks" / "01-first-hour.ipynb"
NOTEBOOK_SECONDS = 300
MLFLOW_SECONDS = 120
_shared: list[Platform] = []
_holders = 0


@contextlib.contextmanager
def shared_platform() -> Iterator[Platform]:
    """Give the platform; it is stopped when nobody holds it any more."""
    global _holders  # noqa: PLW0603 - fixtures of several folders share it
    if not _shared:
        started = Platform(environment={"ONEDATA_WORKSPACES": '{"team-a": ["ann", "reader"]}'})
        started.start()
        _wait_for_mlflow(started)
        _shared.append(started)
    _holders += 1
    try:
        yield _shared[0]
    finally:
        _holders -= 1
        if _holders == 0:
            _shared.pop().remove()


def _wait_for_mlflow(platform: Platform) -> None:
    """MLflow starts in the background, after the platform has said that it is ready."""
    end = time.monotonic() + MLFLOW_SECONDS
    while httpx.get(f"{platform.mlflow_url}/health", trust_env=False).status_code != 200:
        assert time.monotonic() < end, platform.hub_log()[-4000:]
        time.sleep(0.2)


@dataclass
class Person:
    """Somebody with a token, working outside of a server: in a process of the test's."""

    platform: Platform
    name: str

    @property
    def workspace(self) -> str:
        return personal_workspace(self.name)

    @property
    def environment(self) -> dict[str, str]:
        """What a server would have in its environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEDATA_")}
        return kept | {
            "ONEDATA_STUDIO_URL": self.platform.studio_url,
            "ONEDATA_WORKSPACE": self.workspace,
            "ONEDATA_CACHE_DIR": str(self.platform.folder / "cache"),
            "JUPYTERHUB_API_TOKEN": self.platform.token(self.name),
            "ONEDATA_TOKEN": self.platform.token(self.name),
            "JUPYTERHUB_USER": self.name,
            "MLFLOW_TRACKING_URI": self.platform.mlflow_url,
            **SHARED_CORES,
        }

    def api(self, method: str, path: str, **options: Any) -> Any:
        """Call the studio in this person's workspace; give its JSON."""
        with self.platform.client(self.name) as client:
            answer = client.request(
                method, f"/services/studio/api/v1/workspaces/{self.workspace}{path}", **options
            )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def run_python(self, source: str, folder: Path) -> str:
        """Run a program in a folder; give what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", source],
            cwd=folder, env=self.environment, capture_output=True, text=True, timeout=NOTEBOOK_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{source}\n\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextlib.contextmanager
    def kernel(self) -> Iterator["KernelManager"]:
        """Start a kernel for several notebooks, which find imported what those before them imported."""
        from jupyter_client import KernelManager

        manager = KernelManager(kernel_name="onedata")
        with _environment(self.environment):
            manager.start_kernel()
        try:
            yield manager
        finally:
            manager.shutdown_kernel(now=True)

    def run_notebook(
        self, notebook: Path, executed: Path, *, kernel: "KernelManager | None" = None, **parameters: Any
    ) -> "Executed":
        """Run a notebook through papermill, as a person would at a terminal.

        Args:
            notebook: The notebook's file.
            executed: Where the executed notebook goes.
            kernel: A kernel to run it in, emptied of names before; one of its own where none is given.
            parameters: The notebook's parameters.
        """
        import papermill

        options: dict[str, Any] = {}
        if kernel is not None:
            _forget_names(kernel)
            options["km"] = kernel
        with _environment(self.environment):
            try:
                papermill.execute_notebook(
                    notebook, executed, parameters, cwd=notebook.parent, progress_bar=False, **options
                )
            except papermill.PapermillExecutionError as error:
                return Executed(nbformat.read(executed, as_version=4), f"{error.ename}: {error.evalue}")
        return Executed(nbformat.read(executed, as_version=4))


@functools.cache
def first_hour(platform: Platform) -> Person:
    """Run every cell of the first-hour notebook under nbval, once; give the person whose workspace has it all."""
    nora = Person(platform, "nora")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", "-p", "no:asyncio", str(FIRST_HOUR)],
        cwd=FIRST_HOUR.parent, env=nora.environment, capture_output=True, text=True, timeout=NOTEBOOK_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    return nora


def _forget_names(kernel: "KernelManager") -> None:
    client = kernel.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive("%reset -f", timeout=60)
        assert reply["content"]["status"] == "ok", reply
    finally:
        client.stop_channels()


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Be somebody for the time of a block: kernels inherit this process's environment."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class Executed:
    """A notebook that has run: to its end, or to the error that is kept here."""

    notebook: Any
    error: str = ""

    @property
    def result(self) -> dict[str, Any]:
        """The dict that its cell tagged ``result`` shows."""
        assert not self.error, self.error
        return recorded_result(self.notebook)


def recorded_result(notebook: Any) -> dict[str, Any]:
    """Read the dict that a notebook's cell tagged ``result`` shows."""
    cells = [cell for cell in notebook["cells"] if "result" in cell["metadata"].get("tags", [])]
    assert len(cells) == 1, "a notebook has one cell tagged 'result'"
    shown = [output["data"]["text/plain"] for output in cells[0]["outputs"] if "data" in output]
    assert len(shown) == 1, "the cell tagged 'result' shows one thing"
    result = ast.literal_eval("".join(shown[0]))
    assert isinstance(result, dict)
    return result
