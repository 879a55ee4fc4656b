"""A real image registry on this machine, for a test: Debian's docker-registry, and skopeo that trusts it."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.support.part import take
from tests.support.ports import free_port
from tools.test_parts import find_registry

_START_SECONDS = 30


@dataclass
class Registry:
    """A registry that keeps its images in a folder.

    Args:
        folder: Where it keeps them.
        address: This machine's address on which it listens.
    """

    folder: Path
    address: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.host = f"{self.address}:{free_port()}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = take(find_registry)
        settings = self.folder / "config.yml"
        settings.write_text(
            "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            f"storage: {{filesystem: {{rootdirectory: {self.folder / 'data'}}}}}\nhttp: {{addr: {self.host}}}\n"
        )
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen([program, "serve", settings], stdout=log, stderr=log)
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "the registry does not answer"
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://{self.host}/v2/", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def images(self) -> dict[str, list[str]]:
        """Give the tags of each image that it holds."""
        with httpx.Client(base_url=f"http://{self.host}/v2", trust_env=False) as client:
            names = client.get("/_catalog").json()["repositories"]
            return {name: client.get(f"/{name}/tags/list").json()["tags"] for name in names}

    def push(self, archive: Path, name: str) -> None:
        """Put an archive's image into it."""
        self.skopeo("copy", "--quiet", f"oci-archive:{archive}", f"docker://{self.host}/{name}")

    def skopeo(self, *arguments: str) -> str:
        """Call skopeo so that it trusts this registry."""
        done = subprocess.run(
            ["skopeo", *arguments], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Give an environment in which skopeo takes it without TLS: with a home that says so."""
        home = self.folder / "home"
        trusted = home / ".config" / "containers" / "registries.conf"
        trusted.parent.mkdir(parents=True, exist_ok=True)
        trusted.write_text(f'[[registry]]\nlocation = "{self.host}"\ninsecure = true\n')
        return {**os.environ, "HOME": str(home)}
