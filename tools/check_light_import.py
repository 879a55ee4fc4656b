"""Prove that ``import onedata`` loads nothing heavy: start Python, import it, look at what came in."""

import json
import subprocess
import sys

HEAVY = {
    "pandas",
    "polars",
    "pyarrow",
    "duckdb",
    "numpy",
    "mlflow",
    "ray",
    "torch",
    "httpx",
    "pydantic",
    "papermill",
    "nbformat",
    "nbclient",
    "ipywidgets",
    "sklearn",
    "fsspec",
    "requests",
}


def main() -> int:
    """Import the library in a fresh interpreter; give the exit status."""
    code = "import sys, json, onedata; print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
    loaded = set(
        json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
    )
    heavy = sorted(loaded & HEAVY)
    print(f"`import onedata` loads {', '.join(heavy)}." if heavy else "`import onedata` loads nothing heavy.")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
