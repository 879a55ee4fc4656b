"""The schemas that API servers hold manifests to, from the Go modules of those who define them.

Kubernetes' own kinds stand in its OpenAPI description; those of the Prometheus operator, CloudNativePG and the
Gateway API in the definitions that one installs with them. A field that no schema knows is an error, as in
``kubectl create --validate=strict``.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

_GO_MOD = Path(__file__).parents[1] / "cluster" / "programs" / "go.mod"
_DEFINITIONS = {
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ),
    "github.com/cloudnative-pg/cloudnative-pg@v1.27.0": (
        "config/crd/bases/postgresql.cnpg.io_clusters.yaml",
        "config/crd/bases/postgresql.cnpg.io_databases.yaml",
    ),
    "sigs.k8s.io/gateway-api@v1.4.1": ("config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",),
}
_NUMBERS_TOO = "io.k8s.apimachinery.pkg.api.resource.Quantity"

Schema = dict[str, Any]


class MissingSchemas(Exception):
    """The schemas cannot be had here; the message says why."""


@dataclass
class ApiSchemas:
    """A schema for each (apiVersion, kind)."""

    definitions: dict[str, Schema]
    kinds: dict[tuple[str, str], Schema] = field(default_factory=dict)

    @classmethod
    def from_go_modules(cls) -> "ApiSchemas":
        """Read them from Go's module cache, which fetches what it does not have.

        Raises:
            MissingSchemas: If there is no Go, or it cannot fetch.
        """
        version = re.search(r"k8s\.io/kubernetes (v\S+)", _GO_MOD.read_text())
        assert version is not None, f"{_GO_MOD} names no version of Kubernetes"
        folder = _module(f"k8s.io/kubernetes@{version[1]}")
        swagger = json.loads((folder / "api" / "openapi-spec" / "swagger.json").read_text())
        made = cls({name: _strict(schema, name) for name, schema in swagger["definitions"].items()})
        for name, schema in swagger["definitions"].items():
            for kind in schema.get("x-kubernetes-group-version-kind", ()):
                api = f"{kind['group']}/{kind['version']}".removeprefix("/")
                made.kinds[api, kind["kind"]] = {"$ref": f"#/definitions/{name}"}
        for module, files in _DEFINITIONS.items():
            folder = _module(module)
            for file in files:
                made._add_definition(yaml.safe_load((folder / file).read_text()))
        return made

    def _add_definition(self, definition: dict[str, Any]) -> None:
        spec = definition["spec"]
        meta = {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
        for version in spec["versions"]:
            schema = _strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = meta
            self.kinds[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema

    def errors(self, manifest: dict[str, Any]) -> list[str]:
        """Say what an API server would not take of a manifest."""
        schema = self.kinds.get((manifest["apiVersion"], manifest["kind"]))
        if schema is None:
            return [f"no API server of ours knows {manifest['kind']} of {manifest['apiVersion']}"]
        validator = Draft7Validator(schema | {"definitions": self.definitions})
        return [
            f"{'.'.join(str(part) for part in error.absolute_path) or 'the top'}: {error.message[:300]}"
            for error in validator.iter_errors(_without_nulls(manifest))
        ]


def _module(name: str) -> Path:
    go = shutil.which("go")
    if go is None:
        raise MissingSchemas("no Go: the API's schemas come from its modules")
    done = subprocess.run(
        [go, "mod", "download", "-json", name], capture_output=True, text=True, cwd="/", check=False
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {"Error": done.stderr.strip()}
    if "Dir" not in told:
        raise MissingSchemas(f"Go cannot fetch {name}: {told.get('Error')}")
    return Path(told["Dir"])


def _strict(schema: Any, name: str = "") -> Any:
    """Refuse unknown fields, and read OpenAPI's own ways to write "number or text"."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items()}
    if (
        name == _NUMBERS_TOO
        or schema.get("format") == "int-or-string"
        or schema.get("x-kubernetes-int-or-string")
    ):
        return {"type": ["string", "number"]}
    open_end = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not open_end:
        made["additionalProperties"] = False
    return made


def _without_nulls(value: Any) -> Any:
    """Leave out what is null: to an API server it is the same as not being there."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
