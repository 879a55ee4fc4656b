"""How images are named that a bundle takes along."""

import pytest
from onedata_hub.bundle.images import Image, other_image
from onedata_hub.bundle.tools import BundleError


@pytest.mark.parametrize("host", ["registry.example.org", "registry:5000", "localhost:5000"])
def test_an_image_keeps_its_path_without_its_registry(host: str) -> None:
    assert other_image(f"{host}/team/tool:2") == Image(f"docker://{host}/team/tool:2", "team/tool:2")
    assert other_image(f"docker://{host}/team/tool:2").path == "team/tool:2"


@pytest.mark.parametrize("reference", ["busybox", "busybox:1", "team/tool:2", "registry:5000/team/tool"])
def test_a_name_without_a_registry_or_a_tag_is_refused(reference: str) -> None:
    with pytest.raises(BundleError, match=r"is no full name of an image: write host/path:tag"):
        other_image(reference)
