"""Build the JupyterLab extension into the wheel."""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "onedata_lab/labextension"
PLACE = "share/jupyter/labextensions/@onedata/lab"


class LabExtensionHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration is of no interest
    """Runs npm for a wheel. An editable install is linked instead, by ``make lab``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and add what was built to the wheel's shared data."""
        if version == "editable":
            return
        root = Path(self.root)
        for arguments in (["ci"], ["run", "build:prod"]):
            subprocess.run(["npm", "--loglevel=error", *arguments], cwd=root, check=True)
        build_data["shared_data"][str(root / BUILT)] = PLACE
