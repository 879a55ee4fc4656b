"""Check how the JupyterLab extension is written: Prettier for its form, ESLint for the rest: ``lint_lab.py``.

ESLint stands in ``extensions/lint``, with a TypeScript of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from build_lab import ROOT, install_packages  # beside this file, which is run as a program

LINT = ROOT / "lint"
CHECKS = (
    (ROOT / "node_modules" / ".bin" / "prettier", "--check", "--log-level", "warn", "packages"),
    (LINT / "node_modules" / ".bin" / "eslint", "--max-warnings", "0", "packages"),
)


def main() -> int:
    """Run each check; give the exit status."""
    install_packages()
    install_packages(LINT)
    environment = os.environ | {"PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    statuses = [subprocess.run(check, check=False, cwd=ROOT, env=environment).returncode for check in CHECKS]
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
