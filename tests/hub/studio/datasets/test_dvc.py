"""A version published through the API, fetched by DVC's own command."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.hub.studio.datasets.publishing import publish
from tests.support.studio import StudioUnderTest


async def test_dvc_pulls_a_published_version_by_its_digest(studio: StudioUnderTest, tmp_path: Path):
    contents = {"year=2013/part-0.parquet": b"PAR1", "zürich.csv": b"a,b\n", "b.csv": b"a,b\n"}
    async with studio.user("ann", "team-a") as ann:
        version = (await publish(ann, contents))["version"]
    repository = tmp_path / "repository"
    repository.mkdir()
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "HOME": str(tmp_path)}
    stage = {"outs": [{"md5": version["digest"], "hash": "md5", "path": "flights"}]}
    (repository / "flights.dvc").write_text(yaml.safe_dump(stage))
    for arguments in (
        ("init", "--no-scm", "--quiet"),
        ("remote", "add", "--default", "studio", str(tmp_path / "objects" / "team-a")),
        ("pull", "--quiet"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    pulled = repository / "flights"
    assert {
        path.relative_to(pulled).as_posix(): path.read_bytes() for path in pulled.rglob("*") if path.is_file()
    } == contents
