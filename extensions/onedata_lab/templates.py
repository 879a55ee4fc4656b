"""The notebooks that people start from, as the launcher shows them: templates and tutorials.

The hub puts both into every home (see ``onedata_hub.homes``); what people add to the folders is shown beside them.
Titles and descriptions are the notebooks' own: ``metadata.onedata.template`` or ``metadata.onedata.tutorial``, else
the first heading and paragraph.
"""

import json
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from onedata_lab.local import RESOURCE, LocalHandler

_FOLDERS = {"templates": "template", "tutorials": "tutorial"}
_MOST = 60
_LARGEST_BYTES = 5_000_000
_UNDETERMINED = "und"  # BCP 47: the language of a heading is not known
_LONGEST = 300
Words = dict[str, str]


def list_starts(root: Path) -> list[dict[str, Any]]:
    """Give the templates and tutorials below a folder, each with title and description by language.

    Args:
        root: The root of the file browser.
    """
    return [
        {"kind": kind, "path": path.relative_to(root).as_posix(), **_about(path, kind)}
        for folder, kind in _FOLDERS.items()
        for path in sorted((root / folder).rglob("*.ipynb"))[:_MOST]
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]


def _about(path: Path, kind: str) -> dict[str, Words]:
    try:
        notebook = json.loads(path.read_text()) if path.stat().st_size <= _LARGEST_BYTES else {}
        said = notebook.get("metadata", {}).get("onedata", {}).get(kind, {})
        heading, paragraph = _first_words(notebook)
        title = _words(said.get("title")) or _words(heading)
        description = _words(said.get("description")) or _words(paragraph)
    except (OSError, ValueError, AttributeError, TypeError):  # no notebook, or one half written
        title = description = {}
    return {"title": title or {_UNDETERMINED: path.stem}, "description": description}


def _words(said: Any) -> Words:
    """Read words by language; text alone has none."""
    if isinstance(said, str):
        said = {_UNDETERMINED: said}
    if not isinstance(said, dict):
        return {}
    return {str(code): text[:_LONGEST] for code, text in said.items() if isinstance(text, str) and text}


def _first_words(notebook: dict[str, Any]) -> tuple[str, str]:
    """Give the first heading, and the paragraph below it in the same cell."""
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") != "markdown":
            continue
        blocks = "".join(cell.get("source", "")).strip().split("\n\n")
        first, _, rest = blocks[0].partition("\n")
        if first.startswith("#"):
            below = rest.strip() or (blocks[1] if len(blocks) > 1 else "")
            return first.lstrip("#").strip(), " ".join(below.split())
    return "", ""


class TemplatesHandler(LocalHandler):
    """What the launcher offers to start from."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Give templates and tutorials."""
        await self.answer(self._list)

    def _list(self) -> dict[str, Any]:
        return {"items": list_starts(Path(self.settings["server_root_dir"]).expanduser())}


def routes(base_url: str) -> list[tuple[str, type[LocalHandler]]]:
    """Give the handler."""
    return [(url_path_join(base_url, RESOURCE, "local", "templates"), TemplatesHandler)]
