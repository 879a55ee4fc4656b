"""Images as archives in OCI's layout, copied by skopeo from a registry or from a machine's own storage."""

import os
from dataclasses import dataclass
from pathlib import Path

from onedata_hub.bundle.record import Record
from onedata_hub.bundle.tools import BundleError, Tell, find, run

OURS = ("hub", "notebook", "proxy")
LARGE = ("notebook-gpu", "serve")
_FOLDER = "images"
_LIST = "images/LIST"  # what install.sh reads: an archive and the path at the site's registry on each line
_PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Image:
    """An image to copy.

    Attributes:
        source: Where skopeo finds it: ``docker://host/path:tag``, ``containers-storage:…`` and the like.
        path: Its path and tag at the site's registry, without a host.
    """

    source: str
    path: str

    @property
    def archive(self) -> str:
        """Give its archive's path in the bundle."""
        return f"{_FOLDER}/{self.path.replace('/', '_').replace(':', '_')}.tar"


def platform_images(source: str, names: list[str], tag: str) -> list[Image]:
    """Give the platform's own images.

    Args:
        source: What stands before an image's name, such as ``docker://registry.example.org/one-data-studio``.
        names: The images' names.
        tag: The tag of them all.

    Raises:
        BundleError: If the source names no place that skopeo knows.
    """
    if ":" not in source:
        raise BundleError(
            f"'{source}' names no place of images: write docker://registry.example.org/one-data-studio for a "
            "registry, or containers-storage:localhost/one-data-studio for what was built on this machine."
        )
    return [Image(f"{source.rstrip('/')}/{name}:{tag}", f"one-data-studio/{name}:{tag}") for name in names]


def other_image(reference: str) -> Image:
    """Give an image of somebody else's by its full name, ``host/path:tag``.

    Raises:
        BundleError: If host or tag are missing.
    """
    host, _, path = reference.removeprefix("docker://").partition("/")
    if not ("." in host or ":" in host) or ":" not in path:
        raise BundleError(f"'{reference}' is no full name of an image: write host/path:tag.")
    return Image(f"docker://{host}/{path}", path)


def this_processor() -> str:
    """Give this machine's processor as OCI calls it."""
    machine = os.uname().machine
    return _PROCESSORS.get(machine, machine)


def gather(images: list[Image], processor: str, record: Record, tell: Tell) -> None:
    """Copy the images that are not in the bundle yet, or are other ones now.

    Raises:
        BundleError: If skopeo is missing, or an image cannot be read.
    """
    skopeo = find("skopeo")
    (record.folder / _FOLDER).mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images, 1):
        command = [skopeo, f"--override-arch={processor}", "--override-os=linux"]
        digest = run(*command, "inspect", "--no-tags", "--format={{.Digest}}", image.source).strip()
        source = f"{image.source}@{digest} {processor}"
        archive = record.folder / image.archive
        if record.has(image.archive, source):
            tell(f"image {number}/{len(images)}  {image.path} is here")
            continue
        tell(f"image {number}/{len(images)}  {image.path} …")
        _copy(command, image, archive)
        record.note(image.archive, source)
        tell(f"image {number}/{len(images)}  {image.path}: {archive.stat().st_size / 1e6:.0f} MB")
    lines = [f"{image.archive.removeprefix(_FOLDER + '/')} {image.path}" for image in images]
    (record.folder / _LIST).write_text("\n".join(lines) + "\n")


def _copy(command: list[str], image: Image, archive: Path) -> None:
    """Write the archive under another name first: one that has its name is whole."""
    part = archive.with_name(archive.name + ".part")
    part.unlink(missing_ok=True)  # skopeo adds to an archive that is there
    run(*command, "copy", "--quiet", "--format=oci", image.source, f"oci-archive:{part}:{image.path}")
    part.replace(archive)
