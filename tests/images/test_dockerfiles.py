"""The images' Dockerfiles: any base, any processor, nobody's user; what is in the locks and nothing else."""

import re
from pathlib import Path

import pytest

from tests.cluster.image_builds import IMAGES, LARGE_IMAGES

FOLDER = Path(__file__).parents[2] / "images"
# What each tool is told, so that it says nothing but what is wrong.
QUIET = {
    r"\bapt-get update\b": ("--quiet=2",),
    r"\bapt-get install\b": ("--quiet=2", ">/dev/null"),
    r"\bpip (install|sync)\b": ("--quiet",),
    r"\buv venv\b": ("--quiet",),
    r"\bnpm (ci|install)\b": ("--loglevel=error", "--no-audit", "--no-fund"),
}
EVERY = [image.folder for image in (*IMAGES, *LARGE_IMAGES)]


def lines_of(name: str) -> list[str]:
    """Give a Dockerfile's instructions, each in a line, without comments."""
    text = re.sub(r"^#.*\n", "", (FOLDER / name / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def commands_of(name: str) -> list[str]:
    """Give the single commands of a Dockerfile's RUN lines."""
    return [
        part.strip() for line in lines_of(name) if line.startswith("RUN ") for part in re.split(r"&&|;", line)
    ]


def final_stage(name: str) -> list[str]:
    """Give the instructions of which the image itself is made."""
    lines = lines_of(name)
    begins = max(place for place, line in enumerate(lines) if line.startswith("FROM "))
    return lines[begins:]


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
    installs = [one for one in commands_of(name) if re.search(r"\bpip (install|sync)\b", one)]
    from_an_index = [one for one in installs if "/wheels/" not in one]
    assert from_an_index
    assert not [one for one in from_an_index if "--require-hashes" not in one]
    into_it = [one for one in installs if re.search(r"\buv pip\b", one)]
    assert not [one for one in into_it if "--compile-bytecode" not in one]
    # The proxy's is Node's code alone: what Python there was brought that, and stays behind.
    copied = [line for line in final_stage(name) if line.startswith("COPY --from=build ")]
    assert into_it or copied == ["COPY --from=build /opt/proxy /opt/proxy"]


@pytest.mark.parametrize("name", EVERY)
def test_its_bill_of_materials_is_written_when_everything_is_in_it(name: str) -> None:
    stage = final_stage(name)
    (place,) = [place for place, line in enumerate(stage) if "python" in line and "/sbom.py " in line]
    written = rf"python3? /sbom\.py {name}( /opt/proxy)? > /usr/share/sbom/{name}\.cdx\.json"
    assert re.search(rf"{written}$", stage[place])
    later = [line for line in stage[place + 1 :] if line.startswith(("RUN ", "ADD ", "COPY --from="))]
    assert later == []


@pytest.mark.parametrize("name", EVERY)
def test_its_build_says_nothing_while_all_goes_well(name: str) -> None:
    spoken = {
        one: needed for one in commands_of(name) for said, needed in QUIET.items() if re.search(said, one)
    }
    assert len(spoken) >= 2
    assert [one for one, needed in spoken.items() if not all(option in one for option in needed)] == []


@pytest.mark.parametrize("name", EVERY)
def test_the_sites_settings_are_mounted_and_never_copied(name: str) -> None:
    for line in lines_of(name):
        if "/run/secrets/" in line:
            assert line.startswith("RUN --mount=type=secret")
        assert not re.match(r"(COPY|ADD) .*(environment|certificates)", line)
