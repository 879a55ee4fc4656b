"""Which paths a file may have below its dataset: those that mean one and the same file everywhere."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from onedata.contract.datasets import FileEntry

from onedata_hub.studio.errors import Invalid

LONGEST_PART = 255  # bytes; what Linux file systems take. Source: path_resolution(7), NAME_MAX
LARGEST_TOTAL = 2**53 - 1  # bytes; the largest whole number that JSON carries everywhere
_SHOWN = 20
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_UNSAFE = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of surrogate pairs, line and paragraph ends
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # make a name read otherwise


_FAULTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("is absolute; write it as seen from the dataset's folder", lambda path: path.startswith("/")),
    ("holds a backslash; separate folders with '/'", lambda path: "\\" in path),
    (
        "holds an empty part, '.' or '..'; write plain folder and file names",
        lambda path: not {"", ".", ".."}.isdisjoint(path.split("/")),
    ),
    (
        "holds a control character",
        lambda path: any(unicodedata.category(char) in _UNSAFE or char in _TURNERS for char in path),
    ),
    (
        "is not in Unicode's NFC form; normalise it (unicodedata.normalize('NFC', path))",
        lambda path: not unicodedata.is_normalized("NFC", path),
    ),
    (
        f"has a part of more than {LONGEST_PART} bytes",
        lambda path: any(len(part.encode()) > LONGEST_PART for part in path.split("/")),
    ),
)


def path_problem(path: str) -> str | None:
    """Say what is wrong with a path; None where nothing is."""
    if len(path) <= LONGEST_PART and _PLAIN.fullmatch(path):
        return None  # nearly all paths, at a tenth of the price
    return next((fault for fault, has in _FAULTS if has(path)), None)


def check_files(files: Sequence[FileEntry], *, largest: int | None) -> None:
    """Make sure that the files of an upload can stand side by side.

    Args:
        files: What the publisher announces.
        largest: Bytes in one file at the most; None where the store sets no limit.

    Raises:
        Invalid: Names the files that cannot, up to twenty.
    """
    problems = [(file.path, why) for file in files if (why := path_problem(file.path))]
    problems += _clashes([file.path for file in files])
    problems += _contradictions(files)
    if largest is not None:
        problems += [
            (file.path, f"has {file.size} bytes; this store takes {largest} in one file: split it")
            for file in files
            if file.size > largest
        ]
    if problems:
        path, why = problems[0]
        raise Invalid(
            f"{len(problems)} of the files cannot be stored. File '{_printable(path)}' {why}.",
            code="bad_files",
            errors=[{"where": _printable(path), "message": why} for path, why in problems[:_SHOWN]],
        )
    if sum(file.size for file in files) > LARGEST_TOTAL:
        raise Invalid(f"The files have more than {LARGEST_TOTAL} bytes together. Check their sizes.")


def _clashes(paths: Sequence[str]) -> list[tuple[str, str]]:
    counts = Counter(paths)
    folders = {path[: slash.start()] for path in counts for slash in re.finditer("/", path)}
    return [(path, "is there twice") for path, count in counts.items() if count > 1] + [
        (path, "is a file and also the folder of another") for path in counts if path in folders
    ]


def _contradictions(files: Sequence[FileEntry]) -> list[tuple[str, str]]:
    sizes: dict[str, int] = {}
    return [
        (file.path, f"has the MD5 of a file of {sizes[file.md5]} bytes, but {file.size} bytes itself")
        for file in files
        if sizes.setdefault(file.md5, file.size) != file.size
    ]


def _printable(path: str) -> str:
    return path[:200].encode("unicode_escape").decode() if not path.isprintable() else path[:200]
