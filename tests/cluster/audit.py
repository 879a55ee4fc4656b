"""Count who asks the API server for what: its own audit log, for as long as a measurement needs it.

Its metric ``apiserver_request_total`` names resources and verbs, and not who asked.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cluster.components import Component, components
from tests.cluster.place import HOME

_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        # Leases are renewed every few seconds by all that runs, whatever is measured.
        {"level": "None", "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}]},
        {"level": "Metadata"},
    ],
}


@dataclass(frozen=True)
class Asked:
    """One kind of request."""

    user: str
    verb: str
    resource: str


@dataclass
class AuditLog:
    """The log of an API server, read from where it was read last."""

    path: Path
    _offset: int = 0

    def count(self) -> Counter[Asked]:
        """Count the requests since the last count. A watch counts once, when it is opened."""
        found: Counter[Asked] = Counter()
        with self.path.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    break  # still being written
                self._offset += len(line)
                event = json.loads(line)
                if _counts(event):
                    found[_asked(event)] += 1
        return found


def of_user(counted: Counter[Asked], user: str) -> Counter[str]:
    """Give one user's requests by verb and resource, such as ``create jobs``."""
    found: Counter[str] = Counter()
    for asked, times in counted.items():
        if asked.user == user:
            found[f"{asked.verb} {asked.resource}"] += times
    return found


@contextmanager
def audited() -> Iterator[AuditLog]:
    """Start the API server of this project's cluster anew with a log, and without one afterwards."""
    policy, log = HOME / "etc" / "audit.json", HOME / "log" / "audit.json"
    policy.write_text(json.dumps(_POLICY))
    plain = components()["kube-apiserver"]
    flags = [
        f"--audit-policy-file={policy}",
        f"--audit-log-path={log}",
        "--audit-log-maxsize=2000",  # megabytes; it must not be rotated away under its reader
    ]
    _restart(replace(plain, command=[*plain.command, *flags]))
    try:
        yield AuditLog(log)
    finally:
        _restart(plain)
        log.unlink(missing_ok=True)


def _restart(component: Component) -> None:
    component.stop()
    component.start()
    component.wait()


def _counts(event: dict[str, object]) -> bool:
    """Say whether a line is the one by which its request counts: a watch may end long after."""
    return event["stage"] == ("ResponseStarted" if event["verb"] == "watch" else "ResponseComplete")


def _asked(event: dict[str, object]) -> Asked:
    user, about = event.get("impersonatedUser") or event["user"], event.get("objectRef") or {}
    assert isinstance(user, dict)
    assert isinstance(about, dict)
    resource = "/".join(filter(None, (str(about.get("resource", "")), str(about.get("subresource", "")))))
    return Asked(str(user["username"]), str(event["verb"]), resource or "other")
