"""Print what is installed in this image as a CycloneDX 1.6 document: ``python sbom.py NAME [NODE_FOLDER]``.

It needs nothing but Python, because it runs inside of the image that it describes. Python's packages come
from their own metadata, the system's from dpkg, and those of a folder with a Node in it from npm's record.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

Component = dict[str, object]
_DPKG_FORMAT = "${Package}\t${Version}\t${Architecture}\t${db:Status-Abbrev}\n"


def main() -> None:
    """Print the document of the image that this runs in."""
    found = [*python_components(), *debian_components()]
    for folder in sys.argv[2:]:
        found += node_components(Path(folder))
    json.dump(document(sys.argv[1], found), sys.stdout, indent=1)


def document(name: str, components: list[Component]) -> dict[str, object]:
    """Give the document; the same content gives the same document, so it bears no time and no number."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": f"one-data-studio/{name}"}},
        "components": sorted(components, key=lambda component: str(component["purl"])),
    }


def python_components() -> list[Component]:
    """Give the Python packages of the environment that runs this."""
    return list({found["purl"]: found for found in map(_python_component, distributions())}.values())


def _python_component(package: Distribution) -> Component:
    name = re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()
    component: Component = {
        "type": "library",
        "name": name,
        "version": package.version,
        "purl": f"pkg:pypi/{name}@{package.version}",
    }
    expression = package.metadata.get("License-Expression")
    if expression:
        component["licenses"] = [{"expression": expression}]
    return component


def debian_components() -> list[Component]:
    """Give the system's packages; none where there is no dpkg."""
    command = ["dpkg-query", "--show", f"--showformat={_DPKG_FORMAT}"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except FileNotFoundError:
        return []
    rows = [line.split("\t") for line in lines]
    return [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{_quoted(version)}?arch={architecture}",
        }
        for name, version, architecture, status in rows
        if status.startswith("ii")
    ]


def node_components(folder: Path) -> list[Component]:
    """Give the Node in ``bin/`` of a folder and the packages that npm put below it."""
    said = subprocess.run(
        [folder / "bin" / "node", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found: dict[tuple[str, str], str] = {("node", said.strip().removeprefix("v")): "pkg:generic/node@"}
    record = json.loads((folder / "node_modules" / ".package-lock.json").read_text())
    for place, package in record["packages"].items():
        found[place.rpartition("node_modules/")[2], package["version"]] = "pkg:npm/"
    return [
        {"type": "library", "name": name, "version": version, "purl": _node_purl(kind, name, version)}
        for (name, version), kind in found.items()
    ]


def _node_purl(kind: str, name: str, version: str) -> str:
    """Give a package URL; a scope's at sign is quoted there."""
    return f"{kind}{version}" if kind.endswith("@") else f"{kind}{name.replace('@', '%40')}@{version}"


def _quoted(version: str) -> str:
    """Quote what a package URL may not hold: an epoch's colon, a plus, a tilde stays."""
    return version.replace("%", "%25").replace(":", "%3A").replace("+", "%2B")


if __name__ == "__main__":
    main()
