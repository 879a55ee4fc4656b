"""The kernel "Python 3 (One Data)", started by its kernelspec as JupyterLab does."""

import json
from pathlib import Path

import onedata
import papermill
from jupyter_client.kernelspec import KernelSpecManager

from tests.support.runner import notebook

SOURCES = Path(onedata.__file__).parents[1] / "share" / "jupyter" / "kernels" / "onedata"


def outputs_of(folder: Path, *cells: str) -> list[str]:
    """Run cells in the kernel, in a folder, and give what each shows."""
    source = folder / "in.ipynb"
    source.write_bytes(notebook(*cells, kernel="onedata"))
    executed = papermill.execute_notebook(source, None, progress_bar=False, cwd=folder)
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in executed.cells]


def test_the_kernel_is_installed_as_it_lies_in_the_sources() -> None:
    spec = KernelSpecManager().get_kernel_spec("onedata")
    assert spec.display_name == "Python 3 (One Data)"
    assert spec.argv == json.loads((SOURCES / "kernel.json").read_text())["argv"]


def test_od_is_at_hand_and_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    heavy = "print([name for name in ('pandas', 'pyarrow', 'duckdb', 'mlflow', 'httpx', 'polars') if name in sys.modules])"
    assert outputs_of(tmp_path, "import sys\nprint(od.__name__)", heavy) == ["onedata\n", "[]\n"]


def test_od_is_not_among_the_users_own_names(tmp_path: Path) -> None:
    assert outputs_of(tmp_path, "x = 1", "%who") == ["", "x\t \n"]


def test_the_sql_magic_loads_at_its_first_use(tmp_path: Path) -> None:
    look = "import sys\nprint('onedata._magics' in sys.modules)"
    shown = outputs_of(tmp_path, look, "%%sql answer <<\nselect 42 as n", look, "print(answer)")
    assert (shown[0], shown[2]) == ("False\n", "True\n")


def test_what_lies_beside_a_notebook_is_imported_but_never_instead_of_the_library(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("value = 7")
    (tmp_path / "onedata.py").write_text("raise RuntimeError('not me')")
    (tmp_path / "json.py").write_text("raise RuntimeError('not me')")
    assert outputs_of(tmp_path, "import helper, json\nprint(helper.value)") == ["7\n"]
