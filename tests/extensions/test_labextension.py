"""The built extension as JupyterLab finds it."""

import re
import subprocess
import sys
from pathlib import Path


def test_jupyterlab_lists_the_panels_as_enabled_and_compatible():
    jupyter = Path(sys.executable).with_name("jupyter")
    listed = subprocess.run(
        [jupyter, "labextension", "list"], capture_output=True, text=True, check=True, timeout=60
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", listed.stdout + listed.stderr)
    [line] = [line for line in plain.splitlines() if line.strip().startswith("@onedata/lab v")]
    assert "enabled OK" in " ".join(line.split())
