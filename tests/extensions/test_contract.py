"""What the panels read of the studio's answers, in TypeScript, is what the studio describes of them.

TypeScript's own checker compares both (``compare_contract.mjs``): the studio's OpenAPI description written as
types, and the types of ``contract.ts``. Those of experiments and models are MLflow's, and described nowhere.
"""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from onedata_hub.studio.app import describe_api

EXTENSIONS = Path(__file__).parents[2] / "extensions"
PACKAGES = EXTENSIONS / "packages"
MODULES = {
    "core": PACKAGES / "core/src/contract.ts",
    "jobs": PACKAGES / "jobs/src/contract.ts",
    "datasets": PACKAGES / "datasets/src/api.ts",
    "start": PACKAGES / "start-extension/src/ended.ts",
}
# Every type that these export has its schema, by its name or by a pair below.
WHOLE = ["core", "jobs"]
# An expression of our types, and what it is compared with: `said` in answers, `taken` in requests.
PAIRS = [
    ("core.Page<core.DatasetSummary>", "said.Page_DatasetSummary_"),
    ("core.Page<core.VersionSummary>", "said.Page_VersionSummary_"),
    ("core.Page<jobs.JobSummary>", "said.Page_JobSummary_"),
    ("core.Page<jobs.RunSummary>", "said.Page_RunSummary_"),
    ("jobs.ParameterType", "said.ParameterSpec['type']"),
    ("jobs.Notification", "said.Job['notifications'][number]"),
    ("jobs.JobFields", "said.Job"),
    ("jobs.JobFields", "taken.JobUpdate"),
    ("start.RunSummary", "said.RunSummary"),
    ("start.RunState", "said.RunState"),
    ("datasets.Words", "taken.DatasetUpdate"),
]


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """What the studio says of itself."""
    return describe_api()


def compare(folder: Path, openapi: dict[str, Any], modules: dict[str, Path] = MODULES) -> dict[str, Any]:
    """Ask the checker; give what was compared, and what is wrong with it."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not (EXTENSIONS / "node_modules" / "typescript").is_dir():
        pytest.skip("Node or the packages of the extension are not installed. Run: make lab")
    question = folder / "question.json"
    question.write_text(
        json.dumps(
            {
                "folder": str(folder),
                "extensions": str(EXTENSIONS),
                "modules": {name: str(path) for name, path in modules.items()},
                "whole": WHOLE,
                "pairs": PAIRS,
                "openapi": openapi,
            }
        )
    )
    script = Path(__file__).with_name("compare_contract.mjs")
    done = subprocess.run([node, script, question], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_panels_read_what_the_studio_says(tmp_path: Path, openapi: dict[str, Any]) -> None:
    found = compare(tmp_path, openapi)
    assert found["problems"] == []
    assert {"core.Me", "core.Dataset", "core.LineageGraph", "jobs.Run", "jobs.Job"} <= set(found["compared"])


def test_field_that_the_studio_renames_or_lets_be_null_is_named(
    tmp_path: Path, openapi: dict[str, Any]
) -> None:
    changed = copy.deepcopy(openapi)
    schemas = changed["components"]["schemas"]
    schemas["DatasetSummary"]["properties"]["labels"] = schemas["DatasetSummary"]["properties"].pop("tags")
    schemas["RunSummary"]["properties"]["message"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schemas["Role"]["enum"].append("owner")
    assert compare(tmp_path, changed)["problems"] == [
        'core.Role is read as "admin" | "editor" | "viewer", and is "admin" | "editor" | "owner" | "viewer"',
        "core.DatasetSummary.tags is read, and is not in the answer",
        "jobs.RunSummary.message is read as string, and is string | null",
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("latest_version: number;", "newest_version: number;", "DatasetSummary.newest_version is read"),
        ("sampled_rows: number;", "sampled_rows: string;", "ColumnStats.sampled_rows is read as string"),
        ("mean: number | null;", "mean: number;", "ColumnStats.mean is read as number, and is number | null"),
        ("export interface Histogram", "export interface Histograms", "Histograms: the studio describes"),
    ],
)
def test_field_that_is_renamed_or_read_as_something_else_is_named(
    was: str, becomes: str, problem: str, tmp_path: Path, openapi: dict[str, Any]
) -> None:
    changed = tmp_path / "contract.ts"
    changed.write_text(MODULES["core"].read_text().replace(was, becomes, 1))
    problems = compare(tmp_path, openapi, MODULES | {"core": changed})["problems"]
    assert any(problem in one for one in problems), problems
