"""``onedata bundle`` and what it makes: gathered from a real registry, installed into a fresh one."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest
import typer
import yaml
from onedata_hub.bundle import command
from typer.testing import CliRunner

from tests.cluster.images import write_image
from tests.hub.bundle.conftest import NAMES, TAG
from tests.support.bundles import Sources, install
from tests.support.registry import Registry

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def whole(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that is complete."""
    folder = tmp_path_factory.mktemp("whole") / "bundle"
    done = sources.bundle(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_it_holds_images_wheels_chart_and_what_installs_them(whole: Path) -> None:
    assert {path.name for path in whole.iterdir()} == {
        "images", "wheels", "chart", "proxy.tar.gz", "install.sh", "README.md", "bundle.json", "SHA256SUMS",
    }  # fmt: skip
    archives = {path.name for path in (whole / "images").glob("*.tar")}
    assert archives == {f"one-data-studio_{name}_{TAG}.tar" for name in NAMES}
    wheels = {path.name.partition("-")[0] for path in (whole / "wheels").iterdir()}
    assert wheels == {"onedata", "onedata_hub", "onedata_lab", "typing_extensions"}
    (chart,) = (whole / "chart").glob("*.tgz")
    with tarfile.open(chart) as packed:
        assert "one-data-studio/charts/jupyterhub/Chart.yaml" in packed.getnames()
    assert (whole / "chart" / "examples" / "air-gapped.yaml").is_file()
    with tarfile.open(whole / "proxy.tar.gz") as packed:
        assert "proxy/node_modules/configurable-http-proxy/package.json" in packed.getnames()
    assert json.loads((whole / "bundle.json").read_text())["about"]["version"] == "0.1.0"


def test_every_file_has_a_checksum_and_one_that_changed_is_found(sources: Sources, made: Path) -> None:
    assert sources.bundle(made).returncode == 0
    assert install(made, "check").returncode == 0
    archive = next((made / "images").glob("*.tar"))
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    refused = install(made, "check")
    assert refused.returncode == 1
    assert f"images/{archive.name}: FAILED" in refused.stdout


def test_what_is_done_is_not_done_again(sources: Sources, whole: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in (whole / "images").glob("*.tar")}
    again = sources.bundle(whole)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("is here") == 3
    assert "wheels     4 are here" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_an_image_that_is_another_now_is_gathered_anew(sources: Sources, made: Path, tmp_path: Path) -> None:
    assert sources.bundle(made).returncode == 0
    archive = tmp_path / "other.tar"
    write_image(archive, f"one-data-studio/proxy:{TAG}", b"\0" * 20480, {"Cmd": ["other"]})
    sources.registry.push(archive, f"one-data-studio/proxy:{TAG}")
    again = sources.bundle(made)
    assert again.stdout.count("is here") == 2
    config = sources.registry.skopeo(
        "inspect", "--config", f"oci-archive:{made}/images/one-data-studio_proxy_{TAG}.tar"
    )
    assert json.loads(config)["config"]["Cmd"] == ["other"]


def test_its_images_go_into_a_fresh_registry_and_its_values_name_them(whole: Path, tmp_path: Path) -> None:
    with Registry(tmp_path / "site") as site:
        done = install(whole, "images", f"{site.host}/tools", HOME=site.environment()["HOME"])
        assert done.returncode == 0, done.stderr
        assert site.images() == {f"tools/one-data-studio/{name}": [TAG] for name in NAMES}
        values = yaml.safe_load((whole / "images.yaml").read_text())
        hub = values["jupyterhub"]
        assert [values["image"], hub["hub"]["image"]] == [
            {"name": f"{site.host}/tools/one-data-studio/hub", "tag": TAG}
        ] * 2
        assert hub["singleuser"]["image"]["name"] == f"{site.host}/tools/one-data-studio/notebook"
        assert hub["proxy"]["chp"]["image"]["name"] == f"{site.host}/tools/one-data-studio/proxy"


def test_its_wheels_make_an_environment_with_no_index(whole: Path, tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": ""}
    done = install(whole, "wheels", str(tmp_path / "venv"), **nowhere)
    assert done.returncode == 0, done.stderr
    program = "import onedata, onedata_hub, onedata_lab, typing_extensions"
    subprocess.run([tmp_path / "venv" / "bin" / "python", "-c", program], check=True)
    assert (tmp_path / "venv/share/onedata/proxy/node_modules/configurable-http-proxy").is_dir()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (("PATH", "/nowhere"), "skopeo is not on this machine"),
        (("ONEDATA_HELM", "/nowhere/helm"), "/nowhere/helm is not on this machine. It packs the chart"),
    ],
)
def test_a_missing_program_is_named_with_what_it_is_for(
    sources: Sources, made: Path, setting: tuple[str, str], words: str
) -> None:
    assert words in refusal(sources, made, **dict([setting]))


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--from=registry.example.org/x", "names no place of images"),
        ("--wheels=/nowhere", "has 0 wheels of onedata"),
        ("--lock=/nowhere.txt", "There is no /nowhere.txt"),
        ("--chart=/nowhere", "/nowhere is no chart"),
        ("--hub-chart=/nowhere.tgz", "There is no /nowhere.tgz"),
        ("--with=gpu", "There is no image 'gpu' to add"),
        ("--image=busybox", "'busybox' is no full name of an image"),
        ("--tag=0.0", "manifest unknown"),
    ],
)
def test_what_cannot_be_gathered_is_refused_in_a_sentence(
    sources: Sources, made: Path, argument: str, words: str
) -> None:
    assert words in refusal(sources, made, argument)


def refusal(sources: Sources, folder: Path, *more: str, **environment: str) -> str:
    """Give the sentence with which the command ends, called in this process."""
    app = typer.Typer()
    app.command()(command.bundle)
    told = CliRunner().invoke(
        app, [str(folder), *sources.options(), *more], env={**sources.environment(), **environment}
    )
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit), told.exception
    return told.stderr


def test_a_site_without_skopeo_is_told_so(whole: Path, tmp_path: Path) -> None:
    for name in ("sh", "dirname", "sed"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    refused = install(whole, "images", "registry.example.org", PATH=str(tmp_path))
    assert refused.returncode == 1
    assert "skopeo is not on this machine" in refused.stderr
