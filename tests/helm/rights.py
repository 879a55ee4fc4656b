"""What service accounts of an installed release may do: the table, and what the API server says of it."""

import json

from tests.helm.installed import Installed
from tests.helm.test_access import HUB_ELSEWHERE, RIGHTS, Rights

# The hub's own chart gives it these, which ours relies on and does not widen.
HUB: Rights = HUB_ELSEWHERE | {
    ("", "secrets"): {"get", "watch", "list", "create", "delete"},
    ("", "services"): {"get", "watch", "list", "create", "delete"},
}
# Of every account that a pod of the release has; servers and runs have the namespace's default one.
TABLE: dict[str, Rights] = RIGHTS | {"hub": HUB, "mlflow": {}, "default": {}}


def all_rights_of(installed: Installed, account: str, namespace: str) -> Rights:
    """Have the API server list all that an account of the release may do in a namespace and in the whole cluster.

    It is what `kubectl auth can-i --list` shows, less what everybody may who is known to the cluster: ask about
    themselves.
    """
    own = _listed(installed, _user(installed, account), namespace)
    everybodys = _listed(installed, "somebody", namespace)
    left = {one: verbs - everybodys.get(one, set()) for one, verbs in own.items()}
    return {one: verbs for one, verbs in left.items() if verbs}


def may(installed: Installed, account: str, verb: str, what: str, namespace: str) -> bool:
    """Ask the API server whether an account of the release may do one thing."""
    asked = ("auth", "can-i", verb, what, f"--as={_user(installed, account)}", f"--namespace={namespace}")
    answer = installed.cluster.try_kubectl(*asked)
    told = answer.stdout.partition(" ")[0].strip()  # "no", and sometimes why
    assert told in ("yes", "no"), answer
    return told == "yes"


def _user(installed: Installed, account: str) -> str:
    return f"system:serviceaccount:{installed.namespace}:{account}"


def _listed(installed: Installed, user: str, namespace: str) -> Rights:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    told = installed.cluster.kubectl(
        "create", f"--as={user}", "--validate=false", "--filename=-", "-o", "json", text=json.dumps(review)
    )
    found: Rights = {}
    for rule in json.loads(told)["status"]["resourceRules"]:
        for group in rule.get("apiGroups", ()):
            for resource in rule.get("resources", ()):
                found.setdefault((group, resource), set()).update(rule["verbs"])
    return found
