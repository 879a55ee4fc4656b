"""The environment from nothing but Python; a stamp makes later starts skip it."""

import ast
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from tools import bootstrap

ROOT = Path(__file__).parents[2]
LAB_SOURCE = "extensions/packages/lab/src/index.ts"
LAB_INPUTS = (
    *(f"extensions/{name}" for name in ("package.json", "package-lock.json", "tsconfig.base.json")),
    LAB_SOURCE,
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository as far as the installer looks at it, with an empty environment in its .venv."""
    for name in ("tools/bootstrap.py", "tools/build_lab.py", *bootstrap.INPUTS, *LAB_INPUTS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "extensions" / "onedata_lab").mkdir()
    venv.create(tmp_path / ".venv", symlinks=True)
    uv = tmp_path / ".venv" / "bin" / "uv"
    uv.write_text("#!/bin/sh\n[ $1 = --version ] || { echo the index is unreachable >&2; exit 2; }\n")
    uv.chmod(0o755)
    return tmp_path


def run(repository: Path, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    command = [python, str(repository / "tools" / "bootstrap.py"), *arguments]
    # Nothing is to be installed here: an index that nobody serves makes an attempt end at once.
    environment = {"PATH": "/usr/bin:/bin", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def stamp(repository: Path, installed: str) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from tools import bootstrap, build_lab;"
        "build_lab.BUILT.mkdir(); build_lab.STAMP.write_text(build_lab.digest(build_lab.sources()));"
        "print(bootstrap.digest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(repository)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    (repository / ".venv" / ".onedata-installed").write_text(f"{installed} {done.stdout.strip()}")


@pytest.mark.parametrize(
    ("installed", "wanted"), [("platform", "platform"), ("dev", "dev"), ("dev", "platform")]
)
def test_what_is_installed_is_skipped_in_well_under_a_second(
    repository: Path, installed: str, wanted: str
) -> None:
    stamp(repository, installed)
    began = time.monotonic()
    done = run(repository, wanted)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 5  # 0.1 s on an idle machine


@pytest.mark.parametrize("name", bootstrap.INPUTS)
def test_changed_lock_file_is_installed_again(repository: Path, name: str) -> None:
    stamp(repository, "platform")
    with (repository / name).open("a") as file:
        file.write("\n")
    assert "Installing the locked packages" in run(repository, "platform").stdout


def test_changed_source_of_the_extension_is_built_again_and_says_what_is_missing(repository: Path) -> None:
    stamp(repository, "platform")
    with (repository / LAB_SOURCE).open("a") as file:
        file.write("\n")
    npm = repository / ".venv" / "bin" / "npm"
    npm.write_text("#!/bin/sh\necho the registry is unreachable >&2; exit 1\n")
    npm.chmod(0o755)
    done = run(repository, "platform")
    assert done.returncode == 1
    assert "Building the JupyterLab extension" in done.stdout
    assert "npm ci failed: the registry is unreachable" in done.stderr


def test_tests_are_installed_beside_a_platform_that_lacks_them(repository: Path) -> None:
    stamp(repository, "platform")
    assert "Installing the locked packages" in run(repository, "dev").stdout


def test_unreachable_index_ends_in_what_it_said_and_what_to_do(repository: Path) -> None:
    done = run(repository, "platform")
    assert done.returncode == 1
    assert done.stderr.startswith("uv pip sync --quiet failed: the index is unreachable. Look at the network")
    assert not (repository / ".venv" / ".onedata-installed").exists()


def test_uv_and_npm_trust_the_certificates_of_this_machine(repository: Path) -> None:
    uv = repository / ".venv" / "bin" / "uv"
    uv.write_text("#!/bin/sh\n[ $1 = --version ] || { env | grep _C[AE] >&2; exit 2; }\n")
    said = run(repository, "platform").stderr
    assert "UV_SYSTEM_CERTS=1" in said
    assert "NODE_USE_SYSTEM_CA=1" in said


def test_environment_with_neither_uv_nor_pip_is_made_anew(repository: Path) -> None:
    (repository / ".venv" / "bin" / "uv").unlink()
    done = run(repository, "platform")
    assert "Making the environment in .venv" in done.stdout
    assert done.returncode == 1  # nobody serves the index
    assert (
        "pip install --quiet failed" in done.stderr or "pip --quiet" in done.stderr or "-m pip" in done.stderr
    )
    assert "Look at the network and at pip's package index" in done.stderr


def test_unknown_set_is_refused(repository: Path) -> None:
    done = run(repository, "everything")
    assert done.returncode == 1
    assert "platform, or dev" in done.stderr


def test_uv_is_installed_with_its_locked_hash() -> None:
    lines = bootstrap.locked("uv").splitlines()
    assert re.fullmatch(r"uv==[\d.]+ \\", lines[0])
    assert len(lines) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])


@pytest.mark.parametrize("name", ["requirements/platform.txt", "requirements/dev.txt"])
def test_lock_files_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_older_python_can_read_far_enough_to_say_that_it_is_too_old() -> None:
    ast.parse((ROOT / "tools" / "bootstrap.py").read_text(), feature_version=(3, 7))
