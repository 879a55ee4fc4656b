"""The state folder: where everything of a platform on one machine lives.

.onedata/            0700
  secrets/           0700: passwords, tokens and keys, each in a file of its own (0600)
  hub/ studio/ mlflow/ objects/ spool/ homes/
  logs/ run/         what the processes say, and which of them run
  ports.json         the inner ports, chosen at the first start
"""

import hashlib
import json
import os
import secrets
import socket
import stat
import tempfile
from pathlib import Path

_FOLDERS = ("secrets", "hub", "studio", "mlflow", "objects", "spool", "homes", "cache", "logs", "run")
_INNER_PORTS = ("hub", "proxy", "studio", "mlflow")
# A Unix socket's path holds 107 bytes: "/<user, 20>/kernel-<uuid>-ipc-5" takes 72 of them.
_LONGEST_SOCKETS_FOLDER = 35
_SERVER_PORTS = range(10_000, 32_768)  # below those of clients, on Linux and macOS


class StateFolder:
    """The state folder of one platform, made on demand."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def make(self) -> None:
        """Make the folder and those in it, for nobody but us.

        Raises:
            OSError: If that cannot be done; the caller says what to do about it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        for name in _FOLDERS:
            (self.path / name).mkdir(mode=0o700, exist_ok=True)

    def secret_file(self, name: str, *, length: int = 32) -> Path:
        """Give the file that holds a secret, made at the first call.

        Args:
            name: The file's name.
            length: Bytes of randomness; the text has two hex digits for each.
        """
        path = self.path / "secrets" / name
        if not path.exists():
            write_privately(path, secrets.token_hex(length))
        path.chmod(0o600)
        return path

    def secret(self, name: str, *, length: int = 32) -> str:
        """Give a secret, made at the first call."""
        return self.secret_file(name, length=length).read_text().strip()

    def inner_ports(self) -> dict[str, int]:
        """Give the inner ports: ``hub``, ``proxy``, ``studio`` and ``mlflow``, all on loopback.

        They stay the same from start to start, so that a server that outlives its hub finds the next one.
        """
        path = self.path / "ports.json"
        try:
            kept: dict[str, int] = json.loads(path.read_text())
        except (OSError, ValueError):
            kept = {}
        if not all(name in kept for name in _INNER_PORTS):
            kept = dict(zip(_INNER_PORTS, free_ports(len(_INNER_PORTS)), strict=True))
            write_privately(path, json.dumps(kept))
        return kept

    def replace_taken_ports(self) -> list[str]:
        """Choose again those inner ports that somebody else took; name them."""
        ports = self.inner_ports()
        taken = [name for name, port in ports.items() if not is_port_free("127.0.0.1", port)]
        if taken:
            ports.update(zip(taken, free_ports(len(taken)), strict=True))
            write_privately(self.path / "ports.json", json.dumps(ports))
        return taken

    def sockets_folder(self) -> Path:
        """Give the folder for kernels' sockets: in the state folder, or, where that path is too long, in /tmp.

        Raises:
            PermissionError: If somebody else owns the folder in /tmp.
        """
        folder = self.path / "run" / "k"
        if len(os.fsencode(folder)) > _LONGEST_SOCKETS_FOLDER:
            digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:8]
            folder = Path("/tmp") / f"onedata-{os.getuid()}-{digest}"  # noqa: S108 - ours alone, as checked below
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise PermissionError(f"{folder} is not a folder of ours alone. Remove it and start again.")
        return folder


def write_privately(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by nobody but us."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def free_ports(count: int) -> list[int]:
    """Give ports of loopback that nobody holds now.

    They are of those that the system gives to no client: a service that is away for a moment
    finds its port again. Source: ip_local_port_range in ip-sysctl of the Linux kernel.
    """
    chosen: set[int] = set()
    while len(chosen) < count:
        port = secrets.choice(_SERVER_PORTS)
        if is_port_free("127.0.0.1", port):
            chosen.add(port)
    return list(chosen)


def is_port_free(host: str, port: int) -> bool:
    """Say whether we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    probe = socket.socket(family)
    probe.setsockopt(
        socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
    )  # as servers do: lingering closes do not count
    try:
        probe.bind((host, port))
        probe.listen(1)
    except OSError:
        return False
    finally:
        probe.close()
    return True
