"""What ``import onedata`` brings in: next to nothing."""

import subprocess
import sys

import pytest

HEAVY = [
    "pandas",
    "pyarrow",
    "duckdb",
    "httpx",
    "pydantic",
    "mlflow",
    "numpy",
    "polars",
    "IPython",
    "ray",
    "torch",
]


def loaded_after(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(' '.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


def test_importing_onedata_loads_nothing_heavy() -> None:
    assert not loaded_after("import onedata as od").intersection(HEAVY)


def test_naming_the_datasets_loads_nothing_heavy() -> None:
    assert not loaded_after("import onedata as od; od.datasets; dir(od.datasets)").intersection(HEAVY)


def test_importing_onedata_adds_few_modules() -> None:
    added = loaded_after("import onedata") - loaded_after("pass")
    assert len(added) < 10


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    import onedata

    with pytest.raises(AttributeError, match=r"has no attribute 'dataset'. It has: .*datasets"):
        _ = onedata.dataset


def test_public_names_are_listed() -> None:
    import onedata

    assert {"datasets", "sql", "experiment", "jobs", "lineage", "whoami", "workspaces"} <= set(dir(onedata))
    assert dir(onedata.datasets) == sorted(
        ["compare", "delete", "describe", "list", "load", "publish", "update", "versions"]
    )
