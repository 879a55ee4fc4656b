"""The API server's own log says who asked, and of what."""

import pytest

from tests.cluster.audit import audited, of_user
from tests.cluster.client import Cluster, wait_for

pytestmark = pytest.mark.timeout(600)  # the API server starts anew twice


def test_requests_count_for_who_sent_them_and_for_nobody_afterwards(cluster: Cluster, namespace: str) -> None:
    if not cluster.is_ours:
        pytest.skip("its API server is not ours to start anew")
    account = f"system:serviceaccount:{namespace}:default"
    with audited() as log:
        log.count()
        for _ in range(3):
            cluster.try_kubectl("get", "secrets", f"--namespace={namespace}", f"--as={account}")
        cluster.kubectl("get", "configmaps", f"--namespace={namespace}")
        counted = of_user(log.count(), account)
        assert counted["list secrets"] == 3, counted  # refused, and counted all the same
        assert "list configmaps" not in counted
        assert of_user(log.count(), account).total() == 0
    assert not log.path.exists()
    wait_for("the API server", lambda: cluster.try_kubectl("get", "--raw", "/readyz").returncode == 0)
