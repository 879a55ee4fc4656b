"""Lineage as a drawing: columns from left to right, in JupyterLab's own colours, with a text beside it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

from onedata._lineage_tree import Direction, LineageTree

_BOX_WIDTH, _BOX_HEIGHT = 190, 40
_GAP_X, _GAP_Y = 60, 14
_MARGIN = 8
_MOST_DRAWN = 60  # boxes; a drawing of more is a thicket, and the tree below it has them all
_LONGEST = 26  # characters that fit a box

_TEXT = "var(--jp-ui-font-color1, CanvasText)"
_FAINT = "var(--jp-ui-font-color2, CanvasText)"
_LINE = "var(--jp-border-color1, #888)"
_BACK = "var(--jp-layout-color1, Canvas)"
_EDGES = {  # the box's left edge; its kind stands in it as a word too
    "dataset": "var(--jp-brand-color1, #1976d2)",
    "model": "var(--jp-success-color1, #388e3c)",
    "notebook": "var(--jp-warn-color1, #f57c00)",
    "job": "var(--jp-warn-color1, #f57c00)",
    "external": _LINE,
}


@dataclass(frozen=True)
class _Box:
    """A node's place in the drawing, in pixels."""

    name: str
    x: int
    y: int


def draw(lineage: LineageTree) -> str:
    """Write the drawing and, folded below it, the same as text."""
    text = (
        f'<details style="color:{_TEXT}"><summary style="cursor:pointer">As text</summary>'
        f'<pre style="color:{_TEXT};background:transparent">{escape(repr(lineage))}</pre></details>'
    )
    return f'<div style="color:{_TEXT};overflow-x:auto">{_svg(lineage)}{text}</div>'


def _svg(lineage: LineageTree) -> str:
    boxes, left_out = _place(lineage)
    width = max(box.x for box in boxes.values()) + _BOX_WIDTH + _MARGIN
    height = max(box.y for box in boxes.values()) + _BOX_HEIGHT + _MARGIN + (20 if left_out else 0)
    parts = [*_edges(lineage, boxes), *(_box(lineage, box) for box in boxes.values())]
    if left_out:
        words = f"{left_out} more are in the text below."
        parts.append(f'<text x="{_MARGIN}" y="{height - 6}" font-size="12" fill="{_FAINT}">{words}</text>')
    return (
        f'<svg role="img" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="font-family:var(--jp-ui-font-family, sans-serif)">'
        f"<title>{escape(_summary(lineage))}</title>{''.join(parts)}</svg>"
    )


def _summary(lineage: LineageTree) -> str:
    came, went = lineage.levels("upstream"), lineage.levels("downstream")
    return (
        f"Lineage of {lineage.label(lineage.root)}: it came from {sum(map(len, came[1:]))} things, "
        f"nearest {_listed(lineage, came)}; it went into {sum(map(len, went[1:]))}, nearest {_listed(lineage, went)}."
    )


def _listed(lineage: LineageTree, levels: list[list[str]]) -> str:
    return ", ".join(lineage.label(name) for name in levels[1][:5]) if len(levels) > 1 else "none"


def _place(lineage: LineageTree) -> tuple[dict[str, _Box], int]:
    """Give each node a place: what came first on the left, the nearest nodes while there is room.

    Returns:
        The boxes by node id, and how many nodes have none.
    """
    sides: tuple[tuple[int, Direction], ...] = ((-1, "upstream"), (1, "downstream"))
    levels = {direction: lineage.levels(direction) for _, direction in sides}
    nearest = [
        name for step in zip_longest(*levels.values(), fillvalue=[]) for names in step for name in names
    ]
    drawn = dict.fromkeys(list(dict.fromkeys(nearest))[:_MOST_DRAWN])
    column_of = dict.fromkeys(levels["upstream"][0], 0)
    for sign, direction in sides:
        for name, distance in _farthest(lineage, direction, drawn).items():
            column_of.setdefault(name, sign * distance)
    columns: dict[int, list[str]] = {}
    for name in drawn:
        columns.setdefault(column_of[name], []).append(name)
    first, tallest = min(columns), max(len(names) for names in columns.values())
    boxes: dict[str, _Box] = {}
    for column, names in sorted(columns.items()):
        x = _MARGIN + (column - first) * (_BOX_WIDTH + _GAP_X)
        top = _MARGIN + (tallest - len(names)) * (_BOX_HEIGHT + _GAP_Y) // 2
        for row, name in enumerate(names):
            boxes[name] = _Box(name, x, top + row * (_BOX_HEIGHT + _GAP_Y))
    return boxes, len(set(nearest)) - len(drawn)


def _farthest(lineage: LineageTree, direction: Direction, drawn: Container[str]) -> dict[str, int]:
    """Give each node's distance from the roots along the longest way, so that no edge runs backwards.

    An edge that closes a ring is left out of account.
    """
    order: list[str] = []
    onwards: dict[str, list[str]] = {}

    def visit(name: str, on_the_way: set[str]) -> None:
        near = [one for one in lineage.next_to(name, direction) if one in drawn and one not in on_the_way]
        onwards[name] = near
        for one in near:
            if one not in onwards:
                visit(one, on_the_way | {one})
        order.append(name)

    for root in lineage.roots:
        if root not in onwards:
            visit(root, {root})
    distance = dict.fromkeys(reversed(order), 0)
    for name in distance:
        for one in onwards[name]:
            distance[one] = max(distance[one], distance[name] + 1)
    return distance


def _edges(lineage: LineageTree, boxes: dict[str, _Box]) -> Iterator[str]:
    for edge in lineage.edges:
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source is None or target is None:
            continue
        x1, y1 = source.x + _BOX_WIDTH, source.y + _BOX_HEIGHT // 2
        x2, y2 = target.x, target.y + _BOX_HEIGHT // 2
        bend = max(abs(x2 - x1) // 2, _GAP_X // 2)
        told = f"in {edge.runs} run{'s' if edge.runs != 1 else ''}, last {edge.last_at:%Y-%m-%d %H:%M} UTC"
        words = f"{lineage.label(edge.source)} went into {lineage.label(edge.target)} {told}"
        yield (
            f'<path d="M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}" fill="none" stroke="{_LINE}" '
            f'stroke-width="1.5"><title>{escape(words)}</title></path>'
            f'<path d="M{x2},{y2} l-6,-3.5 v7 z" fill="{_LINE}"/>'
        )


def _box(lineage: LineageTree, box: _Box) -> str:
    kind, _, name = lineage.label(box.name).partition(" ")
    edge = _EDGES.get(kind)
    if edge is None:  # "something in a workspace that is not yours"
        kind, name, edge = "not yours to see", "", _LINE
    is_root = box.name in lineage.roots
    weight, stroke = ("600", "2") if is_root else ("400", "1")
    shown = name if len(name) <= _LONGEST else "…" + name[1 - _LONGEST :]
    return (
        f"<g><title>{escape(lineage.label(box.name))}</title>"
        f'<rect x="{box.x}" y="{box.y}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="4" '
        f'fill="{_BACK}" stroke="{edge if is_root else _LINE}" stroke-width="{stroke}"/>'
        f'<rect x="{box.x}" y="{box.y}" width="4" height="{_BOX_HEIGHT}" rx="2" fill="{edge}"/>'
        f'<text x="{box.x + 12}" y="{box.y + 15}" font-size="11" fill="{_FAINT}">{escape(kind)}</text>'
        f'<text x="{box.x + 12}" y="{box.y + 31}" font-size="12.5" font-weight="{weight}" fill="{_TEXT}">'
        f"{escape(shown)}</text></g>"
    )
