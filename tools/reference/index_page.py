"""docs/reference/index.md."""

from tools.reference.markdown import page

_PAGES = {
    "settings": "every setting, its variable, type, default and meaning",
    "api": "the studio's HTTP API, from its OpenAPI description",
    "kernel-library": "what `import onedata as od` gives",
    "command": "the `onedata` command",
    "lineage-names": "how lineage and MLflow tags name things",
    "errors": "the errors of the library and the codes of the API",
    "metrics": "what Prometheus finds",
    "values": "the values of the Kubernetes chart",
    "images": "the container images, layer by layer",
}


def render() -> str:
    """Write the page."""
    lines = "\n".join(
        f"- [{name.replace('-', ' ').capitalize()}]({name}.md): {words}" for name, words in _PAGES.items()
    )
    return page("Reference", "These pages are generated from the code; `make docs` writes them.", lines)
