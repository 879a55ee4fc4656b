"""Build the project's images on a local Debian base, and bring them into the cluster.

No image registry is reached: the base is made of Debian's packages, and what is built is imported. An image is
built once for each content of its Dockerfile, its locked requirements and the wheels in it.
"""

import contextlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.cluster import parts
from tests.cluster.build import one_at_a_time
from tests.cluster.buildah import buildah, for_processor, suffix_of
from tests.cluster.emulation import emulated
from tests.cluster.image_base import BASE, base_name, make_base
from tests.cluster.images import import_archive, names
from tests.cluster.place import CACHE, ClusterError
from tests.cluster.up import Report
from tests.cluster.wheels import ROOT, build_wheels, digest_of, files_of, forget_others

_SECRETS = ("PIP_", "UV_", "NPM_CONFIG_", "npm_config_", "NODE_", "REQUESTS_", "SSL_")
_SITE_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True)
class Image:
    """One of the project's images.

    Attributes:
        folder: Its folder below ``images/``.
        wheels: The distributions in it, by their folder's name.
        extra: More folders or files of the tree that its build takes.
        parents: The images that it is built on, each as the build argument of its name in capitals.
        is_large: Whether it takes gigabytes, and is built only when it is asked for.
        architecture: The processor that it is for, such as ``arm64``; empty is this machine's.
    """

    folder: str
    wheels: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    is_large: bool = False
    architecture: str = ""

    @property
    def name(self) -> str:
        """Give its name and tag, as a pod names it."""
        return f"one-data-studio/{self.folder}:test{suffix_of(self.architecture)}"


IMAGES = (
    Image("notebook", wheels=("kernels", "extensions"), extra=("notebooks", "templates")),
    Image("hub", wheels=("kernels", "hub")),
    Image("proxy", extra=("hub/proxy/package.json", "hub/proxy/package-lock.json")),
)
# Each was seen to take 34 GB of disk while it is built and exported, and to keep 15.
LARGE_IMAGES = (
    Image("notebook-gpu", extra=("images/trim_cuda.sh",), parents=("notebook",), is_large=True),
    Image("serve", extra=("images/trim_cuda.sh",), is_large=True),
)


@dataclass(frozen=True)
class Built:
    """An image that is built: its archive in OCI's layout, and its software bill of materials beside it."""

    image: Image
    archive: Path
    bill: Path

    @property
    def digest(self) -> str:
        """Give the manifest's digest, by which a profile may name the image."""
        return str(self._read("index.json")["manifests"][0]["digest"])

    def layers(self) -> list[tuple[str, int]]:
        """Give what made each layer, the base first, and its size in bytes, compressed as a registry has it."""
        manifest = self._read(_blob(self.digest))
        made_by = [
            step.get("created_by", "").removeprefix("/bin/sh -c ").removeprefix("#(nop) ").strip()
            for step in self.configuration()["history"]
            if not step.get("empty_layer")
        ]
        return [(made, layer["size"]) for made, layer in zip(made_by, manifest["layers"], strict=True)]

    def layer_blobs(self) -> list[str]:
        """Give where the archive has each layer, the base first."""
        return [_blob(layer["digest"]) for layer in self._read(_blob(self.digest))["layers"]]

    def configuration(self) -> dict[str, Any]:
        """Give OCI's image configuration: its user, environment and history."""
        return self._read(_blob(self._read(_blob(self.digest))["config"]["digest"]))

    def _read(self, name: str) -> dict[str, Any]:
        with tarfile.open(self.archive) as tar:
            file = tar.extractfile(name)
            assert file is not None, f"{name} is a folder"
            return dict(json.load(file))


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def build_images(report: Report, only: str = "", architecture: str = "") -> list[Built]:
    """Build the images that are not in the cache.

    Args:
        report: Told of each step in a sentence.
        only: The folder of one image to build; all but the large ones where it is empty.
        architecture: The processor to build for, such as ``arm64``; empty is this machine's.

    Returns:
        The images; of a large one its parents too.

    Raises:
        ClusterError: If there is no such image, a part is missing or a build fails; shows what it said.
    """
    wanted = [replace(image, architecture=architecture) for image in _wanted(only)]
    parts.install(parts.BUILD_IMAGES)
    with one_at_a_time("images"), emulated(architecture):
        wheels = build_wheels()
        report("wheels are built")
        make_base(architecture)
        report("the base is built")
        return [_build(image, wheels, report) for image in wanted]


def import_images(built: list[Built], report: Report) -> None:
    """Bring images into the cluster where it has others, or none, under their names.

    Raises:
        ClusterError: If containerd refuses one.
    """
    present = names()
    for one in built:
        full_name = f"docker.io/{one.image.name}"
        by_digest = f"{full_name.rpartition(':')[0]}@{one.digest}"
        if present.get(full_name) != one.digest or by_digest not in present:
            import_archive(one.archive, full_name)
        report(f"{one.image.name} is in the cluster, also as {by_digest}")


def run_in(image: Image, *command: str) -> str:
    """Run a command in a built image as its own user, without its entrypoint; give what it prints.

    Raises:
        ClusterError: If it fails; ends with its own words.
    """
    with emulated(image.architecture), _container_of(image) as container:
        return buildah("run", "--isolation=oci", "--env=HOME=/tmp", container, "--", *_below_a_shell(command))


def _below_a_shell(command: tuple[str, ...]) -> tuple[str, ...]:
    """Have a shell start a command: a container's first process is not ended by a signal of its own, and would hang."""
    return ("sh", "-c", '"$@"; exit $?', "sh", *command)


@contextlib.contextmanager
def _container_of(image: Image) -> Iterator[str]:
    container = buildah("from", "--pull-never", *for_processor(image.architecture), image.name).strip()
    try:
        yield container
    finally:
        buildah("rm", container)


def _wanted(only: str) -> list[Image]:
    """Give the images to build in their order, parents first."""
    if not only:
        return list(IMAGES)
    everything = {image.folder: image for image in (*IMAGES, *LARGE_IMAGES)}
    if only not in everything:
        raise ClusterError(f"There is no image '{only}'. There are: {', '.join(everything)}.")
    image = everything[only]
    return [*(everything[parent] for parent in image.parents), image]


def _parents(image: Image) -> list[Image]:
    return [replace(parent, architecture=image.architecture) for parent in _wanted(image.folder)[:-1]]


def _key(image: Image, wheels: dict[str, Path]) -> str:
    """Name the content that an image is built of, its parents' too."""
    used = [wheels[name].parent.name.rpartition("-")[2][:8] for name in image.wheels]
    inherited = [_key(parent, wheels).replace(f"-{BASE}", "") for parent in _parents(image)]
    files = files_of(f"images/{image.folder}", *_shared(), *image.extra)
    return "-".join([digest_of(files), *inherited, *used, BASE])


def _build(image: Image, wheels: dict[str, Path], report: Report) -> Built:
    used = [wheels[name] for name in image.wheels]
    key = _key(image, wheels)
    place = image.folder + suffix_of(image.architecture).replace(
        "-", "."
    )  # no other image's name and a key begin so
    cache = CACHE / "images" / f"{place}-{key}"
    if not cache.is_dir():
        report(f"building {image.name}")
        staging = cache.with_name(cache.name + ".new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="onedata-image-") as folder:
            _collect(image, used, Path(folder))
            _run_build(image, Path(folder), key)
        _export(image, staging)
        staging.replace(cache)
        forget_others(cache, f"{place}-[0-9a-f]*")  # notebook is no notebook-gpu
    built = Built(image, cache / "image.tar", cache / "sbom.cdx.json")
    layers = built.layers()
    report(f"{image.name}: {sum(size for _, size in layers) / 1e6:.0f} MB")
    for made_by, size in layers:
        report(f"  {size / 1e6:7.1f} MB  {' '.join(made_by.split())[:90]}")
    return built


def _shared() -> tuple[str, ...]:
    return ("images/build.txt", "images/sbom.py", "images/trim.sh")


def _collect(image: Image, wheels: list[Path], context: Path) -> None:
    """Put all that the build takes into one folder, so that it sees nothing else of the machine."""
    shutil.copytree(ROOT / "images" / image.folder, context, dirs_exist_ok=True)
    for name in (*_shared(), *image.extra):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, context / source.name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        else:
            shutil.copy2(source, context / source.name)
    if wheels:
        (context / "wheels").mkdir()
        for wheel in wheels:
            shutil.copy2(wheel, context / "wheels")


def _run_build(image: Image, context: Path, key: str) -> None:
    with tempfile.TemporaryDirectory(prefix="onedata-secret-") as folder:
        secret = Path(folder) / "environment"
        secret.write_text(_site_environment())
        buildah(
            "build",
            "--isolation=oci",  # runc: crun refuses this kernel's cgroups
            "--network=host",  # package registries are reached as the machine reaches them
            "--pull-never",
            "--layers",
            "--format=oci",
            f"--secret=id=environment,src={secret}",
            *([f"--secret=id=certificates,src={_SITE_CERTIFICATES}"] if _SITE_CERTIFICATES.exists() else []),
            *for_processor(image.architecture),
            f"--build-arg=BASE={base_name(image.architecture)}",
            *(f"--build-arg={parent.folder.upper()}={parent.name}" for parent in _parents(image)),
            *([f"--build-arg=WHEELS={key}"] if image.wheels else []),
            f"--tag={image.name}",
            str(context),
        )


def _site_environment() -> str:
    """Give this machine's settings of package indexes and certificates as shell assignments."""
    lines = [f"{name}='{value}'" for name, value in os.environ.items() if name.startswith(_SECRETS)]
    if _SITE_CERTIFICATES.exists():
        mounted = "/run/secrets/certificates"
        lines = [line.replace(str(_SITE_CERTIFICATES), mounted) for line in lines]
        lines += [f"{name}={mounted}" for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS")]
    return "\n".join([*lines, ""])


def _export(image: Image, target: Path) -> None:
    """Write the image's archive and its bill of materials into a folder."""
    tag = image.name.rpartition(":")[2]
    buildah(
        "push",
        "--quiet",
        "--format=oci",
        "--disable-compression",
        image.name,
        f"oci-archive:{target}/image.tar:{tag}",
    )
    with _container_of(image) as container:
        bill = Path(buildah("mount", container).strip()) / f"usr/share/sbom/{image.folder}.cdx.json"
        (target / "sbom.cdx.json").write_text(bill.read_text())
