"""Call buildah, for this machine's processor or another."""

import subprocess

from tests.cluster.place import ClusterError


def buildah(*arguments: str) -> str:
    """Call buildah; give what it prints.

    Raises:
        ClusterError: If it fails; ends with its own words.
    """
    return run("buildah", *arguments)


def run(*command: str) -> str:
    """Run a program that builds; give what it prints.

    Raises:
        ClusterError: If it fails; ends with its own words.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise ClusterError(f"'{' '.join(command[:3])} …' failed:\n{said}\nMend that and try again.")
    return done.stdout


def for_processor(architecture: str) -> list[str]:
    """Give what buildah is told of a processor; nothing for this machine's own."""
    return [f"--arch={architecture}"] if architecture else []


def suffix_of(architecture: str) -> str:
    """Give what parts the name of an image for another processor from that for this machine's."""
    return f"-{architecture}" if architecture else ""
