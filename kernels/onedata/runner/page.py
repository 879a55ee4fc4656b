"""Make a page of an executed notebook: whole in itself, it fetches nothing from anywhere."""

from pathlib import Path

from onedata.runner.spool import write_atomically

# nbconvert's page without the scripts it would load from elsewhere (RequireJS, MathJax, Mermaid, widgets).
_TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block footer_js -%}{%- endblock -%}
"""


def make_page(executed: Path, page: Path, title: str) -> None:
    """Write the HTML of an executed notebook whose secrets are masked already."""
    import nbformat
    from jinja2 import DictLoader
    from nbconvert.exporters.html import HTMLExporter

    notebook = nbformat.read(executed, as_version=4)
    # Without the widgets' state nbconvert shows their text, which needs no script.
    notebook.metadata.pop("widgets", None)
    exporter = HTMLExporter(
        extra_loaders=[DictLoader({"onedata.html.j2": _TEMPLATE})], template_file="onedata.html.j2"
    )
    html, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    write_atomically(page, html.encode("utf-8", "replace"))
