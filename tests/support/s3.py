"""A real S3 gateway process for the tests, with a bucket for each that asks."""

import itertools
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.parent import end_with_parent
from tests.support.part import take
from tests.support.ports import free_port
from tools.test_parts import find_versitygw

ACCESS_KEY = "onedata-tests"
SECRET_KEY = secrets.token_hex(16)  # one for all gateways of a process: its environment can hold no more


@dataclass
class S3Gateway:
    """A running gateway. Its credentials are in this process's environment, as a studio's would be."""

    endpoint_url: str
    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_url(self, prefix: str = "objects") -> str:
        """Make an empty bucket and give an object store's URL in it."""
        bucket = f"bucket-{next(self._numbers)}"
        self.client().create_bucket(Bucket=bucket)
        return f"s3://{bucket}/{prefix}?endpoint_url={quote(self.endpoint_url, safe='')}"

    def client(self):
        import boto3  # a moment to load, and not every worker has a test of S3

        return boto3.client("s3", endpoint_url=self.endpoint_url, region_name="us-east-1")


def _wait_for(endpoint_url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"versitygw ended with {process.returncode}")
        try:
            urllib.request.urlopen(endpoint_url, timeout=1)
        except urllib.error.HTTPError:
            return  # it refuses us without a signature: it serves
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("versitygw did not answer within 20 seconds")


@pytest.fixture(scope="session")
def s3_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Gateway]:
    program = take(find_versitygw)
    folder = tmp_path_factory.mktemp("s3")
    port = free_port()
    environment = {**os.environ, "ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    process = subprocess.Popen(
        [program, "--quiet", "--port", f"127.0.0.1:{port}", "posix", str(folder)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            gateway = S3Gateway(f"http://127.0.0.1:{port}", folder)
            _wait_for(gateway.endpoint_url, process)
            yield gateway
    finally:
        process.terminate()
        process.wait(10)
