"""The images' Dockerfiles: any base, any processor, nobody's user; what is in the locks and nothing else."""

import re
from pathlib import Path

import pytest

from tests.cluster.image_builds import IMAGES, LARGE_IMAGES

FOLDER = Path(__file__).parents[2] / "images"
EVERY = [image.folder for image in (*IMAGES, *LARGE_IMAGES)]


def lines_of(name: str) -> list[str]:
    """Give a Dockerfile's instructions, each in a line, without comments."""
    text = re.sub(r"^#.*\n", "", (FOLDER / name / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def test_every_folder_is_an_image_that_is_built() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/Dockerfile")} == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_its_base_is_given_by_who_builds_it(name: str) -> None:
    given = [line.split()[1] for line in lines_of(name) if line.startswith("ARG ")]
    stages = re.findall(r"^FROM \S+ AS (\S+)$", "\n".join(lines_of(name)), re.MULTILINE)
    bases = [line.split()[1] for line in lines_of(name) if line.startswith("FROM ")]
    assert "BASE" in given
    assert not [argument for argument in given if "=" in argument], (
        "a base without a digest would be the default"
    )
    assert {*bases} <= {f"${{{argument}}}" for argument in given} | set(stages)


@pytest.mark.parametrize("name", EVERY)
def test_it_names_no_processor_and_no_host(name: str) -> None:
    text = "\n".join(lines_of(name))
    assert not re.search(r"amd64|x86|arm64|aarch64|--platform", text)
    assert "://" not in text


@pytest.mark.parametrize("name", EVERY)
def test_it_ends_as_a_user_by_number_who_is_not_root(name: str) -> None:
    users = [line.split()[1] for line in lines_of(name) if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


@pytest.mark.parametrize("name", EVERY)
def test_what_it_installs_is_locked_and_compiled(name: str) -> None:
    installs = [
        line for line in lines_of(name) if re.search(r"pip (install|sync)", line) and "/wheels/" not in line
    ]
    assert installs
    assert not [line for line in installs if "--require-hashes" not in line]
    into_it = [line for line in installs if "pip sync" in line]
    assert not [line for line in into_it if "--compile-bytecode" not in line]
    assert f"/usr/share/sbom/{name}.cdx.json" in "\n".join(lines_of(name))


@pytest.mark.parametrize("name", EVERY)
def test_the_sites_settings_are_mounted_and_never_copied(name: str) -> None:
    for line in lines_of(name):
        if "/run/secrets/" in line:
            assert line.startswith("RUN --mount=type=secret")
        assert not re.match(r"(COPY|ADD) .*(environment|certificates)", line)
