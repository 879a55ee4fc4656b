"""The ways to install the chart that every check goes through."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helm.charts import EXAMPLES


@dataclass(frozen=True)
class Variant:
    """Values with a name; with or without the hub's chart."""

    name: str
    needs_hub: bool
    values: tuple[Path | dict[str, Any], ...] = ()


ELSEWHERE: dict[str, Any] = {
    "jupyterhub": {"enabled": False},
    "hub": {"apiUrl": "http://hub.elsewhere.svc:8081/hub/api", "tokensSecret": "hub-tokens"},
    "global": {"onedata": {"publicUrl": "https://data.example.org"}},
}
EVERYTHING_OFF: dict[str, Any] = {"networkPolicy": {"enabled": False}}
EVERYTHING_ON: dict[str, Any] = {
    "global": {
        "onedata": {
            "publicUrl": "https://data.example.org",
            "workspaces": {"team-a": ["ann", "bob"]},
            "namespaces": {"team-a": "data-team-a", "team-b": "data-team-b"},
            "limits": {"default": {"servers": 3, "gpus": 0, "hours": 24}, "groups": {"ml": {"gpus": None}}},
            "showCapacity": True,
            "objects": {
                "type": "s3",
                "s3": {
                    "bucket": "onedata",
                    "prefix": "one/two",
                    "endpointUrl": "http://s3.storage.svc:9000",
                    "publicEndpointUrl": "https://s3.example.org",
                    "region": "local",
                    "credentialsSecret": "s3",
                },
            },
        }
    },
    "image": {"digest": "sha256:" + "0" * 64, "pullSecrets": ["registry"]},
    "database": {
        "type": "cloudnative-pg",
        "cloudnativePg": {"storageClass": "fast", "image": "postgresql:17"},
    },
    "studio": {
        "api": {"replicas": 3},
        "jobs": {"replicas": 2},
        "extraEnv": {"ONEDATA_STUDIO_SMTP_HOST": "mail.example.org"},
        "extraEnvFromSecret": "mail",
        "extraVolumes": [{"name": "site", "configMap": {"name": "site"}}],
        "extraVolumeMounts": [{"name": "site", "mountPath": "/etc/site", "readOnly": True}],
        "serviceAccount": {"annotations": {"example.org/role": "studio"}},
        "podAnnotations": {"example.org/team": "data"},
        "nodeSelector": {"pool": "core"},
        "tolerations": [{"key": "core", "operator": "Exists"}],
    },
    "mlflow": {
        "extraEnv": {"ONEDATA_MLFLOW_MAX_BODY_BYTES": "1048576"},
        "extraVolumes": [{"name": "site", "configMap": {"name": "site"}}],
        "extraVolumeMounts": [{"name": "site", "mountPath": "/etc/site", "readOnly": True}],
        "serviceAccount": {"annotations": {"example.org/role": "mlflow"}},
        "podAnnotations": {"example.org/team": "data"},
        "nodeSelector": {"pool": "core"},
        "tolerations": [{"key": "core", "operator": "Exists"}],
        "storage": {"storageClass": "fast"},
    },
    "networkPolicy": {
        "metricsFrom": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
        ],
        "proxyFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "hubs"}}}],
    },
    "monitoring": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
        "dashboards": {"enabled": True},
    },
}
HUB_ON: dict[str, Any] = {
    "jupyterhub": {
        "ingress": {"enabled": True, "hosts": ["data.example.org"]},
        "httpRoute": {
            "enabled": True,
            "hostnames": ["data.example.org"],
            "gateway": {"name": "public", "namespace": "gateways"},
        },
        "hub": {"pdb": {"enabled": True}},
        "proxy": {
            "chp": {"pdb": {"enabled": True}},
            "https": {
                "enabled": True,
                "hosts": ["data.example.org"],
                "letsencrypt": {"contactEmail": "it@example.org"},
            },
        },
        "prePuller": {"hook": {"enabled": True}, "continuous": {"enabled": True}},
        "scheduling": {
            "userScheduler": {"enabled": True},
            "userPlaceholder": {"enabled": True, "replicas": 1},
            "podPriority": {"enabled": True},
        },
    }
}
VARIANTS = [
    Variant("everything off, hub elsewhere", False, (ELSEWHERE, EVERYTHING_OFF)),
    Variant("everything on, hub elsewhere", False, (ELSEWHERE, EVERYTHING_ON)),
    Variant("as it comes", True),
    Variant("everything off", True, (EVERYTHING_OFF,)),
    Variant("everything on", True, (EVERYTHING_ON, HUB_ON)),
    *(Variant(f"example {path.stem}", True, (path,)) for path in sorted(EXAMPLES.glob("*.yaml"))),
]


def with_namespaces(given: dict[str, str]) -> dict[str, Any]:
    """Give namespaces to workspaces, with all that they need."""
    objects = {"type": "s3", "s3": {"bucket": "onedata"}}
    return {"global": {"onedata": {"namespaces": given, "objects": objects}}}
