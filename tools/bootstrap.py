"""Make the environment in .venv: ``python3 tools/bootstrap.py platform|dev``.

Takes nothing but a Python 3.11 or newer; everything else comes from the lock files. A stamp over what went in
makes every later start skip all of it.
"""

from __future__ import annotations  # an older Python must read this file to say that it is too old

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".onedata-installed"
LEAST = (3, 11)
DISTRIBUTIONS = ("kernels", "hub", "extensions")
INPUTS = (
    "requirements/platform.txt",
    "requirements/dev.txt",
    "hub/proxy/package-lock.json",
    *(f"{name}/pyproject.toml" for name in DISTRIBUTIONS),
)


def main() -> None:
    """Install what is missing."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "platform"
    if wanted not in ("platform", "dev"):
        sys.exit("Say what to install: python3 tools/bootstrap.py platform, or dev.")
    if sys.version_info < LEAST:
        use_newer_python()
    # One at a time: the repository's folder is the lock.
    descriptor = os.open(str(ROOT), os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    installed = STAMP.read_text().split() if STAMP.is_file() and PYTHON.exists() else []
    if len(installed) == 2 and installed[1] == digest() and (installed[0] == "dev" or wanted == "platform"):
        run([str(PYTHON), str(ROOT / "tools" / "build_lab.py")], "")
        return
    if installed[:1] == ["dev"]:
        wanted = "dev"  # what was there stays there
    began = time.monotonic()
    install(wanted)
    print(f"Installed in {time.monotonic() - began:.1f} s.", flush=True)


def install(wanted: str) -> None:
    """Make the environment, or bring it up to date."""
    STAMP.unlink(missing_ok=True)
    if not works(PYTHON) or not (works(VENV / "bin" / "uv") or works(PYTHON, "-m", "pip")):
        print("Making the environment in .venv …", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(VENV)], "Install Python's venv module (Debian: python3-venv).")
    print("Installing the locked packages …", flush=True)
    uv = find_uv()
    network = "Look at the network and at the package index in pip's or uv's settings, and try again."
    lock = ROOT / "requirements" / (wanted + ".txt")
    run([*uv, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", str(lock)], network)
    editable = [argument for name in DISTRIBUTIONS for argument in ("--editable", str(ROOT / name))]
    run([*uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *editable], network)
    run([str(PYTHON), "-m", "compileall", "-q", *(str(ROOT / name) for name in DISTRIBUTIONS)], "")
    print("Installing the proxy …", flush=True)
    run([str(PYTHON), "-m", "onedata_hub.launch.proxy"], "")
    run([str(PYTHON), str(ROOT / "tools" / "build_lab.py")], "")
    STAMP.write_text(f"{wanted} {digest()}")


def find_uv() -> list[str]:
    """Give the command of uv: the one in the environment, installed with its locked hash where it is not."""
    uv = VENV / "bin" / "uv"
    if not works(uv):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(locked("uv"))
            file.flush()
            run(
                [
                    str(PYTHON),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--require-hashes",
                    "--requirement",
                    file.name,
                ],
                "Look at the network and at pip's package index, and try again.",
            )
    return [str(uv)]


def locked(name: str) -> str:
    """Give the lines of the lock file that pin a package."""
    lines = (ROOT / "requirements" / "platform.txt").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(name + "=="))
    block = [lines[start]]
    for line in lines[start + 1 :]:
        if not line.startswith("    --hash"):
            break
        block.append(line)
    return "\n".join(block) + "\n"


def run(command: list[str], advice: str) -> None:
    """Run a command; where it fails, end with what it said and what to do."""
    # Bytecode is compiled on purpose: a server starts in half the time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["VIRTUAL_ENV"] = str(VENV)
    # Sites behind a proxy of their own have its certificate among the machine's: uv and Node ask there too.
    for name in ("UV_SYSTEM_CERTS", "NODE_USE_SYSTEM_CA"):
        environment.setdefault(name, "1")
    done = subprocess.run(
        command, check=False, env=environment, cwd=str(ROOT), stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        said = " ".join(lines[-4:]).rstrip(".") or "it said nothing"
        what = " ".join(Path(part).name if os.sep in part else part for part in command[:4])
        sys.exit(f"{what} failed: {said}. {advice}".strip())


def works(program: Path, *arguments: str) -> bool:
    """Say whether a program is there and can say its version."""
    if not program.exists():
        return False
    command = [str(program), *arguments, "--version"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def digest() -> str:
    """Give a digest of everything that decides what is installed."""
    state = hashlib.sha256()
    for name in INPUTS:
        state.update((ROOT / name).read_bytes())
    return state.hexdigest()


def use_newer_python() -> None:
    """Go on with a newer Python of this machine, or say that there is none."""
    for minor in (13, 12, 11, 14):
        program = shutil.which(f"python3.{minor}")
        if program and works(
            Path(program)
        ):  # pyenv puts programs in the path that only say that they are not there
            os.execv(program, [program, *sys.argv])
    sys.exit(f"This is Python {platform.python_version()}; the platform takes 3.11 or newer. Install one.")


if __name__ == "__main__":
    main()
