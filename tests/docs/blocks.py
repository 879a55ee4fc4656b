"""The code blocks of the documentation, each with the note in front of it that says how it is meant.

no note                     Python that runs anywhere
platform                    Python that runs against a platform; a page's blocks share one session
platform: notebook.ipynb    the same, with a small notebook of that name beside it
platform: dvc               the same; what it leaves is looked at with dvc
notebook                    a cell of the notebook that the page was made from
parameters                  a notebook's parameters cell
onedata.yaml, profiles      YAML, read as the platform reads it
values                      YAML of the chart's values, with profiles in it
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:<!-- (?P<note>[^>\n]*) -->\n)?```(?P<language>\w+)\n(?P<source>.*?)^```$", re.M | re.S
)
_HEADING_OR_BLOCK = re.compile(rf"^#+ (?P<heading>[^\n]+)$|{_BLOCK.pattern}", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """One block: where it stands, its language, its note, its text."""

    page: str
    language: str
    note: str
    source: str


def pages() -> list[Path]:
    """Give every page of the documentation, the README among them."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks_of(page: Path) -> list[Block]:
    """Give the blocks of a page, in order."""
    name = page.relative_to(ROOT).as_posix()
    return [
        Block(name, found["language"], found["note"] or "", found["source"])
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


def commands_below(page: Path, heading: str) -> str:
    """Join the commands for a shell that stand below a heading, down to the next one.

    Raises:
        LookupError: If none stand there.
    """
    here, found = "", []
    for match in _HEADING_OR_BLOCK.finditer(page.read_text(encoding="utf-8")):
        here = match["heading"] or here
        if here == heading and match["language"] == "console":
            found.append(match["source"])
    if not found:
        raise LookupError(f"{page.name} has no commands below '{heading}'.")
    return "".join(found)


def all_blocks() -> list[Block]:
    """Give every block of the documentation."""
    return [block for page in pages() for block in blocks_of(page)]
