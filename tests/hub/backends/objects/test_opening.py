"""Store URLs: which are understood, and what the others are told."""

from pathlib import Path

import pytest
from onedata_hub.backends.objects import open_store
from onedata_hub.backends.objects.errors import BadStoreUrl
from onedata_hub.backends.objects.folder import FolderStore


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("file:///srv/onedata", Path("/srv/onedata")),
        ("file://localhost/srv/one%20data", Path("/srv/one data")),
        ("file:objects", Path.cwd() / "objects"),
    ],
)
def test_file_url_names_a_folder(url: str, root: Path):
    opened = open_store(url)
    assert isinstance(opened, FolderStore)
    assert opened.root == root


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/srv/onedata", "Write file:///"),
        ("file://", "Write file:///"),
        ("file://server/share", "Write file:///"),
        ("http://localhost:9000/bucket", "Write file:///"),
        ("file:///srv/onedata?verify=1", "unknown option verify"),
        ("file:///srv/onedata?verify_md5=1", "Write true or false"),
        ("s3:///prefix", "Write file:///"),
        ("s3://bucket?secret=x", "unknown option secret"),
        ("s3://key:hidden@bucket/x", "AWS_ACCESS_KEY_ID"),
    ],
)
def test_url_that_is_not_understood_says_what_to_write(url: str, said: str):
    with pytest.raises(BadStoreUrl, match=said) as refusal:
        open_store(url)
    assert "hidden" not in str(refusal.value)
