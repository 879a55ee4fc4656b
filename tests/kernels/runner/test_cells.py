import nbformat
from onedata.runner.cells import CellBook, has_injected_cell

from tests.support.runner import code, text


def book_of(*cells: object, count_injected: bool = False) -> CellBook:
    return CellBook(nbformat.v4.new_notebook(cells=list(cells)), count_injected)


def test_cells_are_named_by_metadata_then_heading_then_first_line() -> None:
    book = book_of(
        code("\n  x = 1\ny = 2"),
        text("# Top\ntext\n## Load *flights*\n"),
        code("load()"),
        code("train()", name="Train"),
        text("no heading"),
        code("end()"),
    )
    assert [book.name(position) for position in (0, 2, 3, 5)] == [
        "x = 1",
        "Load *flights*",
        "Train",
        "Load *flights*",
    ]


def test_the_cell_that_papermill_injects_is_not_counted() -> None:
    book = book_of(
        code("x = 1", "parameters"), code("x = 2", "injected-parameters"), text("t"), code("boom()")
    )
    assert book.total == 2
    assert book.number(3) == 1
    assert [book.done_after(position) for position in (0, 1, 3)] == [1, 1, 2]


def test_a_fault_among_injected_parameters_is_one_in_the_cell_that_declares_them() -> None:
    book = book_of(
        code("first()"), code("x = 1", "parameters"), code("x = nan", "injected-parameters"), code("y")
    )
    failure = book.failure(2, "NameError", "nan")
    assert (failure.index, failure.name) == (1, "injected parameters")


def test_an_injected_cell_that_the_snapshot_brought_along_counts() -> None:
    snapshot = nbformat.v4.new_notebook(cells=[code("x = 1", "injected-parameters"), code("x")])
    assert has_injected_cell(snapshot)
    book = CellBook(snapshot, count_injected=has_injected_cell(snapshot))
    assert (book.total, book.number(0), book.number(1)) == (2, 0, 1)


def test_a_failure_holds_the_source_and_a_traceback_without_colours() -> None:
    failure = book_of(code("1/0")).failure(
        0, "ZeroDivisionError", "\x1b[31mno\x1b[0m", "\x1b[0;31mline\x1b[0m 1"
    )
    assert (failure.source, failure.error_message, failure.traceback) == ("1/0", "no", "line 1")


def test_progress_names_the_current_cell() -> None:
    progress = book_of(code("a"), code("b"), code("c")).progress(1, 1)
    assert (progress.cells_total, progress.cells_done, progress.current_cell, progress.current_name) == (
        3,
        1,
        1,
        "b",
    )
