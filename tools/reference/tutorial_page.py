"""docs/tutorial/first-hour.md, from the notebook: its words and code, without outputs."""

import json
from pathlib import Path
from typing import Any

from onedata.contract.notebooks import cell_source

from tools.reference.markdown import GENERATED
from tools.reference.sources import REPOSITORY

NOTEBOOK = REPOSITORY / "notebooks" / "01-first-hour.ipynb"
_NOTE = """
*This page is the notebook `tutorials/01-first-hour.ipynb`, which every new home folder holds. Open it in
JupyterLab with the kernel “Python 3 (One Data)” and run it there: it is the same text, and it works.*
"""


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook's JSON."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def render() -> str:
    """Write the page: the title, where to find the notebook, then cell by cell."""
    parts = []
    for cell in read_notebook(NOTEBOOK)["cells"]:
        source = cell_source(cell).strip()
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif source.startswith("%%sql"):
            parts.append(f"```text\n{source}\n```")
        else:
            parts.append(f"<!-- notebook -->\n```python\n{source}\n```")
    title, _, rest = parts[0].partition("\n")
    opening = [
        title,
        GENERATED.replace("from the code", "from notebooks/01-first-hour.ipynb"),
        _NOTE.strip(),
        rest.strip(),
    ]
    return "\n\n".join([*opening, *parts[1:]]) + "\n"
