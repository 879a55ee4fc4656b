"""``%%sql`` in a notebook.

%%sql                    show what a query gives
%%sql late <<            keep it as the variable ``late`` instead
%%sql --limit 100        at most so many rows
%sql from flights        a query in one line
``$month`` in a query takes the value of the variable ``month``.
"""

import argparse
import shlex
from typing import Any, NoReturn

from onedata._sql import run
from onedata.errors import InvalidInput


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InvalidInput(f"%%sql: {message}. Write %%sql [name <<] [--limit N] and the query below.")


def _parser() -> _Parser:
    parser = _Parser(prog="%%sql", add_help=False, allow_abbrev=False)
    parser.add_argument("--limit", type=int, metavar="N")
    parser.add_argument("words", nargs="*")
    return parser


def register(shell: Any) -> None:
    """Add the magic to an IPython shell."""

    def sql(line: str, cell: str | None = None) -> Any:
        """Query datasets and frames with SQL; see onedata._magics."""
        return execute(shell, line, cell)

    shell.register_magic_function(sql, "line_cell", "sql")


def execute(shell: Any, line: str, cell: str | None) -> Any:
    """Run the magic; give the relation to show, or keep it under a name."""
    name, limit = None, None
    query = line if cell is None else cell
    if cell is not None:
        name, limit = _options(line)
    relation = run(query, {}, shell.user_ns)
    if limit is not None:
        relation = relation.limit(limit)
    if name is None:
        return relation
    shell.user_ns[name] = relation
    return None


def _options(line: str) -> tuple[str | None, int | None]:
    try:
        words = shlex.split(line.replace("<<", " << "))
    except ValueError as error:
        raise InvalidInput(f"%%sql: {error} in '{line}'.") from error
    given = _parser().parse_args(words)
    if not given.words:
        name = None
    elif len(given.words) == 2 and given.words[1] == "<<" and given.words[0].isidentifier():
        name = given.words[0]
    else:
        raise InvalidInput(
            f"%%sql does not know '{' '.join(given.words)}'. Write the query below the line; "
            "the line takes [name <<] [--limit N]."
        )
    if given.limit is not None and given.limit < 0:
        raise InvalidInput(f"%%sql --limit {given.limit} is less than nothing.")
    return name, given.limit
