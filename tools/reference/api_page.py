"""docs/reference/api.md, from the studio's OpenAPI description."""

from collections.abc import Iterator
from typing import Any

from onedata_hub.studio.app import describe_api

from tools.reference.markdown import code, escape, page, sentences, table

_INTRODUCTION = """
The studio answers below `/services/studio` of the platform's address. Send a hub token as
`Authorization: token …`; see [Tokens and the API](../how-to/tokens-and-api.md). The same description
as OpenAPI 3.1 JSON: `GET /services/studio/openapi.json`.

Every refusal is `application/problem+json` (RFC 9457) with a `code` for programs and a `detail` for
people; [Errors](errors.md) lists the codes. Lists give `items` and a `next_cursor` to send as `cursor`
for the next page; the last page has none.
"""
_METHODS = ("get", "post", "put", "patch", "delete")


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give every operation: method, path, and what OpenAPI says of it."""
    for path, item in description["paths"].items():
        for method in _METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def render() -> str:
    """Write the page."""
    description = describe_api()
    parts = [_INTRODUCTION]
    groups: dict[str, list[str]] = {}
    for method, path, operation in operations(description):
        groups.setdefault(operation.get("tags", ["other"])[0], []).append(_operation(method, path, operation))
    for tag in sorted(groups):
        parts += [f"## {tag.capitalize()}", *groups[tag]]
    parts.append("## Bodies")
    for name, schema in sorted(description["components"]["schemas"].items()):
        parts.append(_schema(name, schema))
    return page("HTTP API", *parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"### {method} {path}", escape(sentences(operation.get("description", "")))]
    rows = [
        [
            code(item["name"]),
            item["in"],
            code(_kind(item["schema"])),
            _needed(item),
            sentences(item.get("description", "")),
        ]
        for item in operation.get("parameters", [])
        if item["in"] != "path" or item.get("description")
    ]
    if rows:
        lines.append(table(["Parameter", "In", "Type", "Default", "What it is"], rows))
    if "requestBody" in operation:
        lines.append(f"Body: {_content(operation['requestBody'])}")
    answers = [
        f"{status} {_content(answer)}".strip()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    lines.append("Answers: " + "; ".join(answers))
    return "\n\n".join(line for line in lines if line)


def _needed(parameter: dict[str, Any]) -> str:
    if parameter.get("required"):
        return "required"
    default = parameter["schema"].get("default")
    return code(default) if default is not None else ""


def _content(answer: dict[str, Any]) -> str:
    for media, content in answer.get("content", {}).items():
        schema = content.get("schema", {})
        return _linked(schema) if media == "application/json" else code(media)
    return ""


def _linked(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if schema.get("type") == "array":
        return f"a list of {_linked(schema['items'])}"
    return code(_kind(schema))


def _kind(schema: dict[str, Any]) -> str:
    """Write a JSON schema's type in a word or two."""
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(_kind(item) for item in schema[key])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "const" in schema or "enum" in schema:
        return ", ".join(map(repr, schema.get("enum", [schema.get("const")])))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list[{_kind(schema.get('items', {}))}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        kind = f"dict[str, {_kind(schema['additionalProperties'])}]"
    return str(schema.get("format", kind))


def _schema(name: str, schema: dict[str, Any]) -> str:
    lines = [f"### {name}", escape(sentences(schema.get("description", "")))]
    if "enum" in schema:
        lines.append("One of " + ", ".join(code(value) for value in schema["enum"]) + ".")
    needed = set(schema.get("required", []))
    rows = [
        [
            code(field),
            code(_kind(inner)),
            _default(field, inner, needed),
            sentences(inner.get("description", "")),
        ]
        for field, inner in schema.get("properties", {}).items()
    ]
    if rows:
        lines.append(table(["Field", "Type", "Default", "What it is"], rows))
    return "\n\n".join(line for line in lines if line)


def _default(field: str, schema: dict[str, Any], needed: set[str]) -> str:
    if field in needed:
        return "required"
    default = schema.get("default")
    return code(default) if default not in (None, "") else ""
