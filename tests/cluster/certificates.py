"""The cluster's certificate authority, its certificates, and a kubeconfig for each who calls."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.cluster.place import API_SERVICE_ADDRESS, HOME, NODE, NODE_ADDRESS

PKI = HOME / "pki"
_VALID = datetime.timedelta(days=365)
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Holder:
    """Who a certificate names: ``group`` is its O, which Kubernetes reads as a group."""

    file: str
    name: str
    group: str = ""
    addresses: tuple[str, ...] = ()  # a server's, IP addresses and names; a client has none


_API_NAMES = (
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)
_SERVERS = (
    Holder(
        "apiserver",
        "kube-apiserver",
        addresses=("127.0.0.1", NODE_ADDRESS, API_SERVICE_ADDRESS, "localhost", *_API_NAMES),
    ),
    Holder("kubelet-server", NODE, addresses=(NODE_ADDRESS, "127.0.0.1", NODE)),
    Holder("metrics-server", "metrics-server", addresses=("metrics-server.kube-system.svc", NODE_ADDRESS)),
)
_CALLERS = (
    Holder("admin", "admin", "system:masters"),
    Holder("controller-manager", "system:kube-controller-manager"),
    Holder("scheduler", "system:kube-scheduler"),
    Holder("kubelet", f"system:node:{NODE}", "system:nodes"),
    Holder("kube-proxy", "system:kube-proxy"),
)
_OTHER_CLIENTS = (
    Holder("apiserver-kubelet", "kube-apiserver-kubelet-client", "system:masters"),
    Holder("front-proxy", "front-proxy-client"),
)


def make_certificates() -> None:
    """Make what is not there yet: a cluster that was stopped keeps its own."""
    if (PKI / "ca.crt").exists():
        return
    authority = _Authority.make()
    for holder in (*_SERVERS, *_CALLERS, *_OTHER_CLIENTS):
        authority.sign(holder)
    for holder in _CALLERS:
        _write_kubeconfig(holder.file)
    accounts = ec.generate_private_key(ec.SECP256R1())
    _write_key("service-accounts", accounts)
    public = accounts.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (PKI / "service-accounts.pub").write_bytes(public)
    authority.write()  # last: it says that all are there


@dataclass(frozen=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls) -> "_Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "onedata-cluster-ca")])
        usage = _usage(signs_certificates=True)
        builder = (
            _builder(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    def sign(self, holder: Holder) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, holder.name)]
        if holder.group:
            attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.group))
        kind = _SERVER if holder.addresses else _CLIENT
        builder = (
            _builder(x509.Name(attributes), self.certificate.subject, key)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([kind]), critical=False)
        )
        if holder.addresses:
            names = [_general_name(address) for address in holder.addresses]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        _write_certificate(holder.file, builder.sign(self.key, hashes.SHA256()))
        _write_key(holder.file, key)

    def write(self) -> None:
        _write_key("ca", self.key)
        _write_certificate("ca", self.certificate)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # clocks differ
        .not_valid_after(now + _VALID)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _write_certificate(name: str, certificate: x509.Certificate) -> None:
    (PKI / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _write_key(name: str, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = PKI / f"{name}.key"
    path.touch(mode=0o600)
    path.write_bytes(pem)


def _write_kubeconfig(user: str) -> None:
    server = {"server": f"https://{NODE_ADDRESS}:6443", "certificate-authority": str(PKI / "ca.crt")}
    keys = {"client-certificate": _pki(user, "crt"), "client-key": _pki(user, "key")}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": NODE, "cluster": server}],
        "users": [{"name": user, "user": keys}],
        "contexts": [{"name": NODE, "context": {"cluster": NODE, "user": user}}],
        "current-context": NODE,
    }
    path = Path(HOME / "etc" / f"{user}.kubeconfig")
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content))


def _pki(name: str, suffix: str) -> str:
    return str(PKI / f"{name}.{suffix}")
