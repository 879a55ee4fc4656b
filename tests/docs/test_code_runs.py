"""Code in the documentation runs: against a real platform where it needs one."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.docs.blocks import ROOT, Block, all_blocks
from tests.support.platform import Platform
from tests.support.shared_platform import Person

SMALL_NOTEBOOK = nbformat.v4.new_notebook(
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    cells=[
        nbformat.v4.new_code_cell("rows: int = 3  # how many", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("print(rows)"),
    ],
)
PLATFORM_PAGES = sorted({block.page for block in all_blocks() if block.note.startswith("platform")})
PLAIN_BLOCKS = [
    block
    for block in all_blocks()
    if block.language == "python" and block.note in ("", "parameters") and block.page != "README.md"
]


def source_of(page: str) -> str:
    """Join the blocks of a page: they are one session."""
    return "\n".join(
        block.source for block in all_blocks() if block.page == page and block.note.startswith("platform")
    )


@pytest.mark.parametrize("block", PLAIN_BLOCKS, ids=lambda block: block.page)
def test_plain_python_runs(block: Block, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", block.source], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.platform
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PLATFORM_PAGES)
def test_python_of_a_page_runs_on_a_platform(platform: Platform, page: str, tmp_path: Path):
    nbformat.write(SMALL_NOTEBOOK, tmp_path / "notebook.ipynb")
    Person(platform, "ann").run_python(source_of(page), tmp_path)


@pytest.mark.platform
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_python_of_the_readme_does_what_its_comments_say(platform: Platform, tmp_path: Path):
    nbformat.write(SMALL_NOTEBOOK, tmp_path / "train.ipynb")
    blocks = [
        block.source for block in all_blocks() if block.page == "README.md" and block.language == "python"
    ]
    person = Person(platform, "reader-of-the-readme")
    for source in blocks:
        person.run_python(source, tmp_path)
    made = person.api("GET", "/datasets/delays")
    here = person.workspace
    assert made["latest"]["source"]["inputs"] == [f"{here}/flights@1", f"{here}/weather@1"]
    assert [job["name"] for job in person.api("GET", "/jobs")["items"]] == ["train"]


@pytest.mark.platform
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_dvc_reads_and_agrees_as_its_page_says(platform: Platform, tmp_path: Path):
    person = Person(platform, "dora")
    folder = tmp_path / "repository"
    folder.mkdir()
    digest = person.run_python(source_of("docs/how-to/datasets-dvc.md"), folder).strip()

    def dvc(*arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("dvc")), *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    dvc("init", "--no-scm")
    dvc("remote", "add", "--default", "onedata", str(platform.folder / "objects" / person.workspace))
    dvc("pull", "flights.dvc")
    assert list((folder / "flights").rglob("*.parquet"))
    dvc("add", "measurements")
    assert digest in (folder / "measurements.dvc").read_text()


def test_no_block_is_left_out():
    """Every block of Python either runs above, or is a cell of the notebook that its own tests run."""
    for block in all_blocks():
        if block.language == "python" and block.note == "notebook":
            assert block.page == "docs/tutorial/first-hour.md"
            assert block.source.strip() in _cells_of_the_notebook()


def _cells_of_the_notebook() -> list[str]:
    notebook = nbformat.read(ROOT / "notebooks" / "01-first-hour.ipynb", as_version=4)
    return [cell.source.strip() for cell in notebook.cells if cell.cell_type == "code"]
