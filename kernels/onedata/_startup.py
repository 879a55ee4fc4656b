"""The kernel "Python 3 (One Data)": IPython's kernel with ``od`` at hand and ``%%sql`` known.

Its kernelspec starts it as ``python -P -m onedata._startup``: without ``-P`` a file called
``onedata.py`` beside a notebook would be taken for this library.
"""

import site
import sys
from typing import Any

import onedata


def main(arguments: list[str]) -> None:
    """Run a kernel until it is told to stop."""
    from ipykernel.kernelapp import IPKernelApp

    _add_notebook_folder()
    app = IPKernelApp.instance()
    app.initialize(arguments)
    if app.shell is not None:
        prepare(app.shell)
    app.start()


def prepare(shell: Any) -> None:
    """Give a shell ``od`` and ``%%sql``. Costs about nothing: what they stand for loads at its first use."""
    shell.push({"od": onedata}, interactive=False)

    def sql(line: str, cell: str | None = None) -> Any:
        """Query datasets by name. Loads the magic itself, which takes this one's place."""
        shell.extension_manager.load_extension("onedata")
        if cell is None:
            return shell.run_line_magic("sql", line)
        return shell.run_cell_magic("sql", line, cell)

    shell.register_magic_function(sql, "line_cell", "sql")


def _add_notebook_folder() -> None:
    """Let notebooks import what lies beside them: after the standard library, as IPython has it."""
    packages = {*site.getsitepackages(), site.getusersitepackages()}
    places = [place for place, path in enumerate(sys.path) if path in packages]
    sys.path.insert(places[0] if places else len(sys.path), "")


if __name__ == "__main__":
    main(sys.argv[1:])
