"""docs/reference/images.md, from images that were built (images/sizes.json)."""

import json
from pathlib import Path
from typing import Any

from tools.reference.markdown import page, table

_SIZES = Path(__file__).parents[2] / "images" / "sizes.json"
_WHAT = {
    "hub": "The hub, the studio and MLflow's service.",
    "notebook": "A person's server, and a job's run.",
    "notebook-gpu": "The notebook with PyTorch and CUDA's libraries.",
    "proxy": "JupyterHub's configurable-http-proxy.",
    "serve": "vLLM: an OpenAI-compatible server of one language model.",
}
_LEAD = (
    "Sizes are as a registry holds them and a node pulls them: compressed. They were measured on a base made of "
    "Debian 12's packages, those for arm64 by emulation; `python -m tests.cluster images --record` measures anew, "
    "with `--arch arm64` for the other processor. A layer that two images share is kept and pulled once."
)


def render() -> str:
    """Write the page."""
    sizes: dict[str, Any] = json.loads(_SIZES.read_text(encoding="utf-8"))
    return page(
        "Images", _LEAD, "\n\n".join([_table_of_all(sizes), *(_section(*one) for one in sizes.items())])
    )


def _table_of_all(sizes: dict[str, Any]) -> str:
    rows = [
        (f"[{name}](#{name})", _WHAT[name], *(_mb(_total(one)) for one in _measured(by_processor).values()))
        for name, by_processor in sizes.items()
    ]
    return table(("Image", "What is in it", *_columns(sizes["hub"])), rows)


def _section(name: str, by_processor: dict[str, Any]) -> str:
    measured = _measured(by_processor)
    made = " ".join(
        f"{processor}: {one['packages']} packages, measured on {one['measured']}."
        for processor, one in measured.items()
    )
    # One Dockerfile makes the same layers in the same order for each processor.
    rows = [
        (layers[0]["what"], *(_mb(layer["bytes"]) for layer in layers))
        for layers in zip(*(one["layers"] for one in measured.values()), strict=True)
    ]
    total = ("**all**", *(f"**{_mb(_total(one))}**" for one in measured.values()))
    return f"## {name}\n\n{made}\n\n{table(('Layer', *_columns(by_processor)), [*rows, total])}"


def _measured(by_processor: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(by_processor.items()))  # amd64 before arm64


def _columns(by_processor: dict[str, Any]) -> list[str]:
    return [f"{processor}, MB" for processor in _measured(by_processor)]


def _total(measured: dict[str, Any]) -> int:
    return sum(int(layer["bytes"]) for layer in measured["layers"])


def _mb(count: int) -> str:
    """Give bytes as megabytes of 1,000,000; what is less than 0.1 as that."""
    return f"{count / 1e6:,.1f}" if count >= 100_000 else "0.1 or less"
