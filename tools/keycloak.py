"""Keycloak for the tests, from Maven: ``python tools/keycloak.py`` fetches it and builds its start once.

It is 160 MB and its build takes half a minute of processor time, so it is kept in a cache that clones share.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.test_parts import PartMissing

VERSION = "26.4.0"
_PACKAGE = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onedata" / "keycloak"


def find_keycloak() -> Path:
    """Give Keycloak's program, built to keep everything in memory.

    Raises:
        PartMissing: If it or Java is not there.
    """
    program = _CACHE / VERSION / "bin" / "kc.sh"
    if not program.exists() or shutil.which("java") is None:
        raise PartMissing(
            "Keycloak is not installed. With Java 17 or newer and Maven: python tools/keycloak.py"
        )
    return program


def install_keycloak() -> Path:
    """Fetch and build it where it is absent; give its program.

    Raises:
        PartMissing: If there is no Java or Maven, or one of them fails.
    """
    try:
        return find_keycloak()
    except PartMissing:
        for name in ("java", "mvn"):
            if shutil.which(name) is None:
                raise PartMissing(
                    f"Keycloak needs {name}. On Debian: apt-get install openjdk-17-jre-headless maven"
                ) from None
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
        _run(
            "mvn", "-q", "dependency:copy", f"-Dartifact={_PACKAGE}", f"-DoutputDirectory={folder}", at=folder
        )
        with zipfile.ZipFile(next(Path(folder).glob("*.zip"))) as packed:
            packed.extractall(folder)
        unpacked = Path(folder) / f"keycloak-{VERSION}"
        program = unpacked / "bin" / "kc.sh"
        program.chmod(0o755)
        _run(str(program), "build", "--db=dev-mem", at=folder)
        unpacked.rename(_CACHE / VERSION)  # at once: nobody finds half of it
    return find_keycloak()


def _run(*command: str, at: str) -> None:
    if subprocess.run(command, cwd=at, check=False).returncode != 0:
        raise PartMissing(f"'{' '.join(command[:3])}' failed; its output above says why.")


if __name__ == "__main__":
    try:
        print(f"Keycloak: {install_keycloak()}")
    except PartMissing as missing:
        print(missing, file=sys.stderr)
        sys.exit(1)
