"""What every notebook and template has in common, without running any of it."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from onedata_hub.studio.jobs.notebooks import inspect_notebook

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "templates").glob("*.ipynb")])
TEMPLATES = [path for path in NOTEBOOKS if path.parent.name == "templates"]

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)


def tags(cell):
    return cell["metadata"].get("tags", [])


def code_cells(path):
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


@each
def test_notebook_is_valid_and_carries_no_outputs(path: Path):
    notebook = json.loads(path.read_text())
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "onedata"
    for cell in code_cells(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@each
def test_parameters_come_first_and_the_result_last(path: Path):
    cells = code_cells(path)
    assert tags(cells[0]) == ["parameters"]
    assert tags(cells[-1]) == ["result"]
    assert all(not tags(cell) for cell in cells[1:-1])


@each
def test_every_cell_has_a_name_for_the_list_of_runs(path: Path):
    names = [cell["metadata"].get("name") for cell in code_cells(path)]
    assert all(names)
    assert len(set(names)) == len(names)


@each
def test_every_parameter_has_a_type_a_default_and_a_help(path: Path):
    info = inspect_notebook(json.loads(path.read_text()))
    assert info.parameters
    for parameter in info.parameters:
        assert parameter.type != "any", parameter
        assert not parameter.required, parameter
        assert parameter.help, parameter


@each
def test_notebook_imports_public_names_only(path: Path):
    for cell in code_cells(path):
        source = "".join(cell["source"])
        assert "onedata_hub" not in source
        assert "onedata._" not in source
        assert "onedata.contract" not in source


@each
def test_code_is_formatted_and_free_of_faults(path: Path):
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    form = ["format", "--check", "--isolated", "--line-length", "110"]
    # Cells name what cells before them made, and import where they need it.
    faults = [
        "check",
        "--isolated",
        "--select",
        "E,F,B,UP,SIM,PTH",
        "--ignore",
        "E402,F704",
        "--line-length",
        "115",
    ]
    for options in (form, faults):
        done = subprocess.run([*ruff, *options, str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@each_template
def test_template_says_what_it_is_in_english_and_chinese(path: Path):
    notebook = json.loads(path.read_text())
    template = notebook["metadata"]["onedata"]["template"]
    for field in ("title", "description"):
        assert set(template[field]) == {"en", "zh"}
        assert template[field]["en"].isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in template[field]["zh"])


@each_template
def test_template_names_parameters_as_its_inputs_and_outputs(path: Path):
    notebook = json.loads(path.read_text())
    template = notebook["metadata"]["onedata"]["template"]
    known = {parameter.name for parameter in inspect_notebook(notebook).parameters}
    assert template["inputs"]
    assert template["outputs"]
    for entry in [*template["inputs"], *template["outputs"]]:
        assert entry["parameter"] in known
        assert entry["kind"] in ("dataset", "model")
