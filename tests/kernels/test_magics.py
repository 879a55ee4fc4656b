"""%%sql in a real IPython shell."""

from collections.abc import Iterator

import onedata as od
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from onedata._relation import Relation
from onedata.errors import InvalidInput, QueryError

from tests.kernels.conftest import Served


@pytest.fixture
def shell(served: Served) -> Iterator[InteractiveShell]:
    od.datasets.publish(pd.DataFrame({"x": list(range(20))}), "numbers")
    made = InteractiveShell()
    made.extension_manager.load_extension("onedata")
    yield made
    made.extension_manager.unload_extension("onedata")


def test_a_cell_shows_its_result(shell: InteractiveShell) -> None:
    given = shell.run_cell_magic("sql", "", "select sum(x) from numbers")
    assert given.fetchall() == [(190,)]


def test_a_line_is_a_query_too(shell: InteractiveShell) -> None:
    assert shell.run_line_magic("sql", "select count(*) from numbers@1").fetchall() == [(20,)]


@pytest.mark.parametrize("line", ["big <<", "big<<", "--limit 3 big <<", "big << --limit 3"])
def test_a_result_is_kept_under_a_name(shell: InteractiveShell, line: str) -> None:
    assert shell.run_cell_magic("sql", line, "from numbers where x > 9") is None
    assert isinstance(shell.user_ns["big"], Relation)
    assert shell.user_ns["big"].count() == (3 if "limit" in line else 10)


def test_a_kept_result_is_a_table_of_the_next_query(shell: InteractiveShell) -> None:
    shell.run_cell_magic("sql", "big <<", "from numbers where x > 9")
    assert shell.run_cell_magic("sql", "", "select min(x) from big").fetchall() == [(10,)]


def test_the_notebooks_variables_are_parameters_and_tables(shell: InteractiveShell) -> None:
    shell.run_cell("import pandas as pd; least = 18; mine = pd.DataFrame({'x': [19, 3]})")
    assert shell.run_cell_magic(
        "sql", "", "from numbers join mine using (x) where x >= $least"
    ).fetchall() == [(19,)]


@pytest.mark.parametrize(
    "line", ["big", "<<", "a b <<", "2x <<", "--limit", "--limit x", "--nope", "--limit -1", "'"]
)
def test_a_line_that_says_something_else_is_refused(shell: InteractiveShell, line: str) -> None:
    with pytest.raises(InvalidInput, match="%%sql"):
        shell.run_cell_magic("sql", line, "from numbers")


def test_a_refused_query_keeps_nothing(shell: InteractiveShell) -> None:
    with pytest.raises(QueryError):
        shell.run_cell_magic("sql", "big <<", "select nope from numbers")
    assert "big" not in shell.user_ns
