"""docs/reference/metrics.md, from the studio's Prometheus registry."""

from onedata_hub.studio.metrics import REGISTRY

from tools.reference.markdown import code, page, table

_INTRODUCTION = """
`GET /services/studio/metrics` gives Prometheus' text format to hub administrators and to the holder of
`ONEDATA_STUDIO_METRICS_TOKEN`. Every studio process counts for itself.
"""


def metrics() -> list[tuple[str, str, list[str], str]]:
    """Give each metric: name as Prometheus sees it, kind, labels, words."""
    found = []
    for collector in REGISTRY._collector_to_names:
        family = next(iter(collector.describe()))
        suffix = "_total" if family.type == "counter" else ""
        labels = list(getattr(collector, "_labelnames", ()))
        found.append((family.name + suffix, family.type, labels, family.documentation))
    return sorted(found)


def render() -> str:
    """Write the page."""
    rows = [
        [code(name), kind, ", ".join(map(code, labels)), words] for name, kind, labels, words in metrics()
    ]
    return page("Metrics", _INTRODUCTION, table(["Metric", "Kind", "Labels", "What it is"], rows))
