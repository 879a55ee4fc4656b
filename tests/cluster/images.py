"""Make the two tiny images that the cluster itself takes, and bring images into its containerd.

An image is a folder in a tar archive with three JSON files (the OCI image layout), so no program and no
base image is needed to make one.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.cluster import parts
from tests.cluster.build import programs_folder
from tests.cluster.place import HOME, ClusterError, environment

PAUSE, BUSYBOX = "onedata.test/pause:1", "onedata.test/busybox:1"
IMAGES_VARIABLE, BUSYBOX_VARIABLE = "ONEDATA_TEST_IMAGES", "ONEDATA_TEST_BUSYBOX"
_APPLETS = (
    "sh",
    "mkdir",
    "rm",
    "chmod",
    "cat",
    "ls",
    "sleep",
    "nslookup",
    "nc",
    "wget",
    "id",
    "touch",
    "dd",
    "tail",
)
_CREATED = "2026-01-01T00:00:00Z"  # the same content is the same image on any day


def project_image(name: str) -> str:
    """Give the full name of one of the project's images as the tested cluster has it.

    Args:
        name: Its folder below ``images/``, such as ``hub``.

    Raises:
        ClusterError: If ONEDATA_TEST_IMAGES has no tag; says what it takes.
    """
    named = os.environ.get("ONEDATA_TEST_IMAGES") or "one-data-studio:test"
    place, _, tag = named.rpartition(":")
    if not place or not tag or "/" in tag:
        raise ClusterError(
            f"{IMAGES_VARIABLE} is '{named}': it takes a place and a tag, such as registry.example.org/team:1.2. "
            "Push hub, notebook and proxy there."
        )
    return f"{place}/{name}:{tag}"


def busybox_image() -> str:
    """Give the full name of an image of BusyBox as the tested cluster has it."""
    return os.environ.get("ONEDATA_TEST_BUSYBOX") or BUSYBOX


def make_small_images() -> None:
    """Make the images of the pods' pause and of the volumes' helper, and import them, where they are not there."""
    busybox = next(part for part in parts.RUN if part.program == "busybox").find()
    if busybox is None:
        raise ClusterError("busybox is not here. On Debian: apt-get install busybox-static")
    present = names()
    for name, command in ((PAUSE, ["/bin/sleep", "infinity"]), (BUSYBOX, ["/bin/sh"])):
        if name not in present:
            archive = HOME / "run" / "image.tar"
            write_image(archive, name, _busybox_layer(busybox), {"Cmd": command})
            import_archive(archive, name)
            archive.unlink()


def write_image(archive: Path, name: str, layer: bytes, config: dict[str, object]) -> None:
    """Write an image of one layer as an archive.

    Args:
        archive: The file to write.
        name: The image's full name, with its tag.
        layer: A tar archive, not compressed.
        config: What OCI's image configuration calls ``config``: Cmd, Entrypoint, Env, User.
    """
    platform = {"os": "linux", "architecture": architecture()}
    image = {
        "created": _CREATED,
        **platform,
        "config": {"Env": ["PATH=/bin"], **config},
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }
    layer_entry = _entry("application/vnd.oci.image.layer.v1.tar", layer)
    configuration = json.dumps(image).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _entry("application/vnd.oci.image.config.v1+json", configuration),
            "layers": [layer_entry],
        }
    ).encode()
    top = _entry("application/vnd.oci.image.manifest.v1+json", manifest)
    top |= {
        "platform": platform,
        "annotations": {"org.opencontainers.image.ref.name": name.rpartition(":")[2]},
    }
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [top]}
    with tarfile.open(archive, "w") as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        _add(tar, "index.json", json.dumps(index).encode())
        for blob in (manifest, configuration, layer):
            _add(tar, f"blobs/sha256/{_digest(blob).removeprefix('sha256:')}", blob)


def import_archive(archive: Path, name: str) -> None:
    """Bring an image's archive into the cluster; pods take it by its name with the tag, or with its digest.

    Raises:
        ClusterError: If containerd refuses it.
    """
    _ctr("images", "import", "--digests", f"--base-name={name.rpartition(':')[0]}", str(archive))


def names() -> dict[str, str]:
    """Give the full names of the images in the cluster, each with its manifest's digest."""
    rows = [line.split() for line in _ctr("images", "list").splitlines()[1:]]
    return {name: digest for name, _, digest, *_ in rows}


def forget(start: str) -> None:
    """Remove the images from the cluster whose names start so."""
    found = [name for name in names() if name.startswith(start)]
    if found:
        _ctr("images", "remove", *found)


def architecture() -> str:
    """Give this machine's architecture as OCI calls it."""
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


def _busybox_layer(busybox: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        _add(tar, "bin/busybox", busybox.read_bytes(), mode=0o755)
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, *, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))


def _entry(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _ctr(*arguments: str) -> str:
    done = subprocess.run(
        [shutil.which("ctr") or "ctr", *arguments],
        env=environment(programs_folder()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(
            f"'ctr {' '.join(arguments)}' failed: {done.stderr.strip()}. Look at {HOME}/log/containerd.log"
        )
    return done.stdout
