"""What is published, and what a publish leaves."""

from pathlib import Path

import pandas as pd

from tests.kernels.conftest import Served

FRAME = pd.DataFrame({"n": range(5), "s": list("abcab")})


def folder_of(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def leftovers(served: Served) -> list[Path]:
    """What lies in the store's staging area and in this machine's temporary folder of parts."""
    return [path for path in served.folder.glob("objects/**/staging/*/*/**/*") if path.is_file()]


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}
