"""The panels' models (state, paging, formatting), by their own tests in TypeScript."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2] / "extensions"


def test_models_of_all_panels_pass_their_tests() -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(ROOT / "node_modules" / ".bin" / "vitest"), "run"],
        cwd=ROOT, env={**os.environ, "PATH": path, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=110,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
