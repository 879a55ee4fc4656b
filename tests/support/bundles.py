"""``onedata bundle`` and its ``install.sh`` for a test, with small things to gather."""

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.registry import Registry

_ROOT = Path(__file__).parents[2]
_SECONDS = 900


@dataclass(frozen=True)
class Sources:
    """Where a bundle's pieces come from.

    Attributes:
        registry: Has the images, below ``one-data-studio/``.
        tag: Theirs.
        wheels: The folder of the platform's wheels.
        lock: The lock of what they take.
        chart: The chart's folder.
        hub_chart: Zero to JupyterHub's; none where it lies in the chart already.
        helm: Helm's program.
    """

    registry: Registry
    tag: str
    wheels: Path
    lock: Path
    chart: Path
    hub_chart: Path | None
    helm: Path

    def options(self) -> list[str]:
        """Give the command's options."""
        return [
            f"--from=docker://{self.registry.host}/one-data-studio",
            f"--tag={self.tag}",
            f"--wheels={self.wheels}",
            f"--lock={self.lock}",
            f"--chart={self.chart}",
            *([f"--hub-chart={self.hub_chart}"] if self.hub_chart else []),
        ]

    def environment(self) -> dict[str, str]:
        """Give the command's environment."""
        return {**self.registry.environment(), "ONEDATA_HELM": str(self.helm)}

    def bundle(self, folder: Path) -> "subprocess.CompletedProcess[str]":
        """Run the command."""
        return subprocess.run(
            [sys.executable, "-m", "onedata.cli", "bundle", str(folder), *self.options()],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


def install(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a bundle's ``install.sh``."""
    return subprocess.run(
        ["sh", str(folder / "install.sh"), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def write_wheels(folder: Path) -> None:
    """Write a wheel of one empty module for each of the platform's distributions."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("onedata", "onedata_hub", "onedata_lab"):
        with zipfile.ZipFile(folder / f"{name}-0.1.0-py3-none-any.whl", "w") as wheel:
            about = f"{name}-0.1.0.dist-info"
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")


def write_lock(file: Path, package: str = "typing-extensions") -> None:
    """Write a lock of one package, as the platform's has it."""
    text = (_ROOT / "requirements" / "platform.txt").read_text()
    found = re.search(rf"^{package}==[^\n]*\n(?: +--hash[^\n]*\n)+", text, re.MULTILINE)
    assert found, f"{package} is not locked"
    file.write_text(found[0])
