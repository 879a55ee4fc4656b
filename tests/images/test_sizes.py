"""The sizes that the reference shows: of every image, in words."""

import json
from pathlib import Path

import pytest

from tests.cluster.image_sizes import SIZES, layer_words
from tests.images.test_dockerfiles import EVERY
from tests.images.test_locks import PROCESSORS


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("name", EVERY)
def test_every_image_was_measured(name: str, processor: str) -> None:
    measured = json.loads(SIZES.read_text())[name][processor]
    assert measured["measured"]
    assert len(measured["layers"]) > 2
    assert not [layer for layer in measured["layers"] if layer["bytes"] <= 0 or len(layer["what"]) > 40]


def test_a_layer_is_told_in_words() -> None:
    apt = "apt-get update && DEBIAN_FRONTEND=n apt-get install --quiet=2 --yes --no-install-recommends git tini >/dev/null"
    assert layer_words(apt) == "Debian's git tini"
    assert layer_words("apt-get install --no-install-recommends g++ $(test -e x || echo y) >/dev/null") == (
        "Debian's g++"
    )
    sync = "--mount=type=bind,from=uv uv pip sync --python /opt/vllm; sh trim_cuda.sh /opt/vllm"
    assert layer_words(sync) == "vLLM, PyTorch and CUDA's libraries"
    assert layer_words("COPY dir:0123 in /opt/onedata") == "Python packages"
    assert layer_words("COPY dir:0123 in /opt/onedata/lib") == "PyTorch and CUDA's libraries"
    assert layer_words("COPY dir:0123 in /opt/onedata/etc/jupyter") == "/opt/onedata/etc/jupyter"
    assert layer_words("|1 WHEELS=x /bin/sh -c uv pip install /wheels/*.whl && python /sbom.py hub") == (
        "the platform's own code"
    )


def test_the_page_shows_each_layer() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "images.md").read_text()
    for name, by_processor in json.loads(SIZES.read_text()).items():
        assert f"## {name}\n" in page
        for measured in by_processor.values():
            for layer in measured["layers"]:
                assert f"| {layer['what']} |" in page
