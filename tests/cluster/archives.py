"""Read an image's archive as a registry would store it: its layers' files, without a container engine."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.cluster.image_builds import Built

_LARGEST_TEXT = 1 << 20  # what is searched for stands in configuration, scripts and metadata
_REMOVED = ".wh."  # OCI's way of saying that a layer takes a file away


@dataclass(frozen=True)
class Contents:
    """What is in an image's layers.

    Attributes:
        paths: Every file, with the number of its layer from the base's 0. One that a later layer hides is
            here too: who pulls the image has it.
        marked: Files above the base in which one of the marks was found, with the mark.
        bill: The bill of materials in the image.
        ours: The platform's own modules, by their place in site-packages.
    """

    paths: list[tuple[int, str]]
    marked: list[tuple[str, str]]
    bill: bytes
    ours: dict[str, bytes]

    @classmethod
    def read(cls, built: Built, marks: list[bytes]) -> "Contents":
        """Go through all layers once, and look for the marks in what may be text."""
        paths, marked, bill, ours = [], [], b"", {}
        for layer, path, content in _files(built):
            paths.append((layer, path))
            if layer > 0:
                marked += [(path, mark.decode()) for mark in marks if mark in content]
            if path == f"/usr/share/sbom/{built.image.folder}.cdx.json":
                bill = content
            package = path.partition("/site-packages/")[2]
            if package.lstrip("_").startswith("onedata") and package.endswith(".py"):
                ours[package] = content
        return cls(paths, marked, bill, ours)


def _files(built: Built) -> Iterator[tuple[int, str, bytes]]:
    """Give every regular file: its layer, its path, and its content where it is small."""
    with tarfile.open(built.archive) as archive:
        for number, blob in enumerate(built.layer_blobs()):
            packed = archive.extractfile(blob)
            assert packed is not None, f"{blob} is a folder"
            with gzip.open(io.BufferedReader(packed)) as raw, tarfile.open(fileobj=raw, mode="r|") as layer:
                for entry in layer:
                    if entry.isfile() and not entry.name.rpartition("/")[2].startswith(_REMOVED):
                        opened = layer.extractfile(entry) if entry.size <= _LARGEST_TEXT else None
                        yield number, f"/{entry.name.removeprefix('./')}", opened.read() if opened else b""
