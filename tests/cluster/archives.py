"""Read an image's archive as a registry would store it: its layers' files, without a container engine."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.cluster.image_builds import Built

_LARGEST_TEXT = 4 << 20  # what is searched for stands in configuration, scripts and metadata


@dataclass(frozen=True)
class LayerFile:
    """A file of a layer: its layer's number from the base's 0, its path, and its content where it is small."""

    layer: int
    path: str
    mode: int
    content: bytes


def files(built: Built) -> Iterator[LayerFile]:
    """Give every regular file of every layer, the base first; a file that a later layer hides is given too."""
    with tarfile.open(built.archive) as archive:
        for number, blob in enumerate(built.layer_blobs()):
            packed = archive.extractfile(blob)
            assert packed is not None, f"{blob} is a folder"
            with gzip.open(io.BufferedReader(packed)) as raw, tarfile.open(fileobj=raw, mode="r|") as layer:
                for entry in layer:
                    if entry.isfile():
                        opened = layer.extractfile(entry) if entry.size <= _LARGEST_TEXT else None
                        content = opened.read() if opened else b""
                        yield LayerFile(number, f"/{entry.name.removeprefix('./')}", entry.mode, content)
