"""What the rendered NetworkPolicies let through, as a network that enforces them would."""

import ipaddress
from dataclasses import dataclass
from typing import Any

from tests.helm.charts import NAMESPACE, Manifest

_POD_ADDRESS = ipaddress.ip_address("10.1.2.3")


@dataclass(frozen=True)
class End:
    """One end of a connection.

    Attributes:
        name: What it is called where a test fails.
        labels: Of a pod; none for an address outside of the cluster.
        namespace: Where the pod is.
        address: Of the pod, or of what is outside.
        ports: The pod's ports by their numbers, for policies that name them.
    """

    name: str
    labels: tuple[tuple[str, str], ...] = ()
    namespace: str = NAMESPACE
    address: ipaddress.IPv4Address | ipaddress.IPv6Address = _POD_ADDRESS
    ports: tuple[tuple[int, str], ...] = ()


def lets(manifests: list[Manifest], source: End, target: End, port: int) -> bool:
    """Say whether a connection is let out of its source and into its target."""
    policies = [one for one in manifests if one["kind"] == "NetworkPolicy"]
    return _is_open(policies, "Egress", source, target, target, port) and _is_open(
        policies, "Ingress", target, source, target, port
    )


def _is_open(policies: list[Manifest], way: str, held: End, other: End, target: End, port: int) -> bool:
    holding = [one["spec"] for one in policies if held.labels and _holds(one, held, way)]
    if not holding:
        return True
    rules = [rule for spec in holding for rule in spec.get(way.lower()) or ()]
    end = "to" if way == "Egress" else "from"
    return any(_takes(rule.get(end), other, held) and _has(rule.get("ports"), target, port) for rule in rules)


def _holds(policy: Manifest, held: End, way: str) -> bool:
    namespace = policy["metadata"].get("namespace", NAMESPACE)
    selected = _selects(policy["spec"]["podSelector"], dict(held.labels))
    return namespace == held.namespace and selected and way in policy["spec"]["policyTypes"]


def _takes(peers: list[dict[str, Any]] | None, other: End, held: End) -> bool:
    return not peers or any(_is(peer, other, held) for peer in peers)


def _is(peer: dict[str, Any], other: End, held: End) -> bool:
    if "ipBlock" in peer:
        inside = [
            other.address in ipaddress.ip_network(one)
            for one in (peer["ipBlock"]["cidr"], *peer["ipBlock"].get("except", ()))
        ]
        return inside[0] and not any(inside[1:])
    if not other.labels:
        return False
    if "namespaceSelector" in peer:
        here = _selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace})
    else:
        here = other.namespace == held.namespace
    return here and _selects(peer.get("podSelector") or {}, dict(other.labels))


def _selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    expressions = selector.get("matchExpressions") or ()
    assert all(one["operator"] == "In" for one in expressions)
    wanted = (selector.get("matchLabels") or {}).items() <= labels.items()
    return wanted and all(labels.get(one["key"]) in one["values"] for one in expressions)


def _has(ports: list[dict[str, Any]] | None, target: End, port: int) -> bool:
    named = dict(target.ports).get(port)
    return not ports or any(one["port"] in (port, named) for one in ports if one.get("protocol") != "UDP")
