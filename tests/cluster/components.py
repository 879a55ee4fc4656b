"""The cluster's processes: how each is called, how it says that it is ready, and in which order they go."""

import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from tests.cluster import processes
from tests.cluster.build import programs_folder
from tests.cluster.place import (
    CONTAINERD_SOCKET,
    HOME,
    NODE,
    NODE_ADDRESS,
    POD_RANGE,
    SERVICE_RANGE,
    environment,
)

_ETC, _PKI, _RUN = HOME / "etc", HOME / "pki", HOME / "run"
_START_SECONDS = 180  # seen: 9 for all on an idle machine; a busy one takes many times that
_STOP_SECONDS = 5  # the API server would drain its watches for a minute


@dataclass(frozen=True)
class Component:
    """A process of the cluster.

    Attributes:
        name: Its name, also of its log.
        command: What starts it.
        is_ready: Says whether it does its work.
    """

    name: str
    command: list[str]
    is_ready: Callable[[], bool]

    def start(self) -> None:
        """Start it where it does not run, and do not wait."""
        processes.start(self.name, self.command, environment(programs_folder()))

    def wait(self) -> None:
        """Wait until it is ready.

        Raises:
            ClusterError: If it ends or takes too long.
        """
        processes.wait_until(self.name, self.is_ready, _START_SECONDS)

    def stop(self) -> None:
        """End it, and wait until it has."""
        processes.stop(self.name, _STOP_SECONDS)


def kubectl(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Call kubectl as the cluster's admin, with ``text`` as its input; whoever calls looks at the result."""
    return subprocess.run(
        [programs_folder() / "kubectl", *arguments],
        env=environment(programs_folder()),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def components() -> dict[str, Component]:
    """Give all, in the order in which they start."""
    kinds = (
        ("etcd", _etcd(), _answers(f"http://{NODE_ADDRESS}:2381/health")),
        ("containerd", ["containerd", "--config", f"{_ETC}/containerd.toml"], _containerd_is_ready),
        ("kube-apiserver", _apiserver(), lambda: kubectl("get", "--raw", "/readyz").returncode == 0),
        ("kube-controller-manager", _controller_manager(), _answers(f"https://{NODE_ADDRESS}:10257/healthz")),
        ("kube-scheduler", _scheduler(), _answers(f"https://{NODE_ADDRESS}:10259/healthz")),
        ("kubelet", _kubelet(), _answers(f"http://{NODE_ADDRESS}:10248/healthz")),
        (
            "kube-proxy",
            ["kube-proxy", f"--config={_ETC}/kube-proxy.yaml"],
            _answers(f"http://{NODE_ADDRESS}:10256/healthz"),
        ),
        ("coredns", ["coredns", "-conf", f"{_ETC}/Corefile"], _answers(f"http://{NODE_ADDRESS}:8181/ready")),
        ("metrics-server", _metrics_server(), _answers(f"https://{NODE_ADDRESS}:4443/livez")),
        ("local-path-provisioner", _provisioner(), lambda: True),  # it has no word for it: volumes show it
    )
    return {name: Component(name, command, is_ready) for name, command, is_ready in kinds}


def _etcd() -> list[str]:
    clients, peers = "http://127.0.0.1:2379", "http://127.0.0.1:2380"
    return [
        "etcd",
        f"--data-dir={HOME}/etcd",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        f"--listen-metrics-urls=http://{NODE_ADDRESS}:2381",
        "--unsafe-no-fsync",  # a test's cluster is made anew; waiting for the disk makes it slow
        "--log-level=warn",
    ]


def _apiserver() -> list[str]:
    account_issuer = "https://kubernetes.default.svc.cluster.local"
    return [
        "kube-apiserver",
        "--etcd-servers=http://127.0.0.1:2379",
        f"--advertise-address={NODE_ADDRESS}",
        "--bind-address=0.0.0.0",
        "--secure-port=6443",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        # Debian's etcd 3.4 lacks what streamed lists need, and each watch "from now" would be taken for one and fail.
        "--feature-gates=WatchList=false",
        f"--client-ca-file={_PKI}/ca.crt",
        f"--tls-cert-file={_PKI}/apiserver.crt",
        f"--tls-private-key-file={_PKI}/apiserver.key",
        f"--cert-dir={_RUN}/certificates",
        f"--kubelet-client-certificate={_PKI}/apiserver-kubelet.crt",
        f"--kubelet-client-key={_PKI}/apiserver-kubelet.key",
        f"--kubelet-certificate-authority={_PKI}/ca.crt",
        "--kubelet-preferred-address-types=InternalIP",
        f"--service-account-issuer={account_issuer}",
        f"--service-account-key-file={_PKI}/service-accounts.pub",
        f"--service-account-signing-key-file={_PKI}/service-accounts.key",
        f"--requestheader-client-ca-file={_PKI}/ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={_PKI}/front-proxy.crt",
        f"--proxy-client-key-file={_PKI}/front-proxy.key",
        "--profiling=false",
        "--event-ttl=1h",
    ]


def _controller_manager() -> list[str]:
    return [
        "kube-controller-manager",
        *_as_caller("controller-manager"),
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={_PKI}/service-accounts.key",
        f"--root-ca-file={_PKI}/ca.crt",
        f"--cluster-signing-cert-file={_PKI}/ca.crt",
        f"--cluster-signing-key-file={_PKI}/ca.key",
        f"--cluster-cidr={POD_RANGE}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--allocate-node-cidrs=false",
        f"--flex-volume-plugin-dir={HOME}/kubelet/flex",
        "--pvclaimbinder-sync-period=2s",
        "--node-monitor-grace-period=40s",
    ]


def _scheduler() -> list[str]:
    return ["kube-scheduler", *_as_caller("scheduler")]


def _as_caller(name: str) -> list[str]:
    kubeconfig = f"{_ETC}/{name}.kubeconfig"
    return [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--leader-elect=false",  # there is one of each
        f"--bind-address={NODE_ADDRESS}",
        f"--cert-dir={_RUN}/certificates",
    ]


def _kubelet() -> list[str]:
    return [
        "kubelet",
        f"--config={_ETC}/kubelet.yaml",
        f"--kubeconfig={_ETC}/kubelet.kubeconfig",
        f"--hostname-override={NODE}",
        f"--node-ip={NODE_ADDRESS}",
        f"--root-dir={HOME}/kubelet",
        f"--cert-dir={_RUN}/certificates",
    ]


def _metrics_server() -> list[str]:
    kubeconfig = f"{_ETC}/admin.kubeconfig"
    return [
        "metrics-server",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--bind-address={NODE_ADDRESS}",
        "--secure-port=4443",
        f"--tls-cert-file={_PKI}/metrics-server.crt",
        f"--tls-private-key-file={_PKI}/metrics-server.key",
        f"--kubelet-certificate-authority={_PKI}/ca.crt",
        "--kubelet-preferred-address-types=InternalIP",
        "--metric-resolution=10s",
        "--kubelet-request-timeout=5s",
    ]


def _provisioner() -> list[str]:
    return [
        "local-path-provisioner",
        "start",
        f"--config={_ETC}/volumes.json",
        f"--kubeconfig={_ETC}/admin.kubeconfig",
        f"--helper-pod-file={_ETC}/volumes-pod.yaml",
        "--helper-image=onedata.test/busybox:1",
    ]


def _containerd_is_ready() -> bool:
    if not CONTAINERD_SOCKET.exists():
        return False
    asked = ["ctr", "--timeout", "2s", "version"]
    return (
        subprocess.run(asked, env=environment(programs_folder()), capture_output=True, check=False).returncode
        == 0
    )


def _answers(url: str) -> Callable[[], bool]:
    """Give a question for a health page; who answers is known by the address, so no certificate is checked."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2, context=unchecked) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    return ask
