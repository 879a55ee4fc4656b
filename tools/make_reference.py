"""Write the generated pages of docs/; with ``--check`` say which are stale and exit 1."""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.reference import (
    api_page,
    command_page,
    errors_page,
    images_page,
    index_page,
    library_page,
    lineage_page,
    metrics_page,
    settings_page,
    tutorial_page,
    values_page,
)

DOCS = Path(__file__).parents[1] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "tutorial/first-hour.md": tutorial_page.render,
    "reference/index.md": index_page.render,
    "reference/settings.md": settings_page.render,
    "reference/api.md": api_page.render,
    "reference/kernel-library.md": library_page.render,
    "reference/command.md": command_page.render,
    "reference/lineage-names.md": lineage_page.render,
    "reference/errors.md": errors_page.render,
    "reference/metrics.md": metrics_page.render,
    "reference/values.md": values_page.render,
    "reference/images.md": images_page.render,
}


def stale_pages(docs: Path = DOCS) -> list[str]:
    """Give the pages whose text is not what the code says now."""
    return [
        name
        for name, render in PAGES.items()
        if not (docs / name).is_file() or (docs / name).read_text(encoding="utf-8") != render()
    ]


def write_pages(docs: Path = DOCS) -> None:
    """Write every page."""
    for name, render in PAGES.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(render(), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; give the exit status."""
    if arguments == ["--check"]:
        stale = stale_pages()
        for name in stale:
            print(f"docs/{name} is stale. Run: make docs", file=sys.stderr)
        return 1 if stale else 0
    if arguments:
        print(f"'{' '.join(arguments)}' is not known. Use --check, or nothing to write.", file=sys.stderr)
        return 2
    write_pages()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
