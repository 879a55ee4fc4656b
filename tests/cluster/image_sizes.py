"""Write down how large the images' layers are, from images that were built: the reference shows it."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from tests.cluster.image_builds import Built
from tests.cluster.wheels import ROOT

SIZES = ROOT / "images" / "sizes.json"
# What made a layer, as buildah's history has it, and what a reader calls it.
_WORDS = (
    (re.compile(r"^/bin/sh$"), "the base: Debian with Python"),
    (re.compile(r"apt-get install [^>]*--no-install-recommends ([^>]+?) *>"), r"Debian's \1"),
    (re.compile(r"/wheels/\*\.whl"), "the platform's own code"),
    (re.compile(r"/sbom\.py"), "the bill of materials"),
    (re.compile(r"sh trim_cuda\.sh /opt/vllm"), "vLLM, PyTorch and CUDA's libraries"),
    (re.compile(r"^COPY \S+ in /opt/onedata$"), "Python packages"),
    (re.compile(r"^COPY \S+ in /opt/onedata/lib$"), "PyTorch and CUDA's libraries"),
    (re.compile(r"^COPY \S+ in /opt/proxy$"), "Node and the proxy"),
    (re.compile(r"^COPY \S+ in (\S+)$"), r"\1"),
)


def record(built: list[Built], target: Path = SIZES) -> None:
    """Write the sizes of these images over those that the file has for the same processor; it keeps the others."""
    sizes: dict[str, Any] = json.loads(target.read_text()) if target.exists() else {}
    for one in built:
        by_processor = sizes.setdefault(one.image.folder, {})
        by_processor[one.configuration()["architecture"]] = {
            "measured": f"{date.today():%Y-%m-%d}",
            "packages": len(json.loads(one.bill.read_text())["components"]),
            "layers": [{"what": layer_words(made_by), "bytes": size} for made_by, size in one.layers()],
        }
    target.write_text(json.dumps(dict(sorted(sizes.items())), indent=1) + "\n")


def layer_words(made_by: str) -> str:
    """Say in a few words what a layer holds.

    Args:
        made_by: What OCI's history calls ``created_by``.
    """
    line = re.sub(r"\$\([^)]*\) *", "", " ".join(made_by.split()))  # what a base may have already
    for pattern, words in _WORDS:
        found = pattern.search(line)
        if found:
            return found.expand(words)
    return line[:60]
