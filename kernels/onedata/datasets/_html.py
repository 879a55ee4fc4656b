"""Tables and small charts in notebooks, in JupyterLab's own colours so that both themes work.

Everything that comes from data or people is escaped. Charts carry a text alternative.
"""

from collections.abc import Sequence
from html import escape

TEXT = "var(--jp-ui-font-color1, currentColor)"
FAINT = "var(--jp-ui-font-color2, currentColor)"
LINE = "var(--jp-border-color2, #8884)"
ACCENT = "var(--jp-brand-color1, #1976d2)"
STYLE = (
    f"font-family:var(--jp-ui-font-family, sans-serif);font-size:var(--jp-ui-font-size1, 13px);color:{TEXT}"
)
_CELL = f"padding:2px 10px 2px 0;border-bottom:1px solid {LINE};text-align:{{}};vertical-align:top"
_WIDTH, _HEIGHT = 90, 22


class Table:
    """Rows of text under headings; columns of figures stand to the right.

    Cells of ``raw`` columns (by place) hold HTML made by this module and are not escaped.
    """

    def __init__(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        caption: str = "",
        raw: Sequence[int] = (),
    ) -> None:
        self.headings, self.rows, self.caption, self.raw = headings, rows, caption, frozenset(raw)

    def html(self) -> str:
        """Write the table as HTML."""
        align = ["right" if self._is_figures(place) else "left" for place in range(len(self.headings))]
        head = "".join(
            f'<th scope="col" style="{_CELL.format(side)};color:{FAINT};font-weight:600">{escape(text)}</th>'
            for text, side in zip(self.headings, align, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="{_CELL.format(side)}">{text if place in self.raw else escape(text)}</td>'
                for place, (text, side) in enumerate(zip(row, align, strict=True))
            )
            + "</tr>"
            for row in self.rows
        )
        caption = (
            f'<caption style="text-align:left;color:{FAINT}">{escape(self.caption)}</caption>'
            if self.caption
            else ""
        )
        return (
            f'<table style="{STYLE};border-collapse:collapse">{caption}'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def text(self) -> str:
        """Write the table in columns of plain text; raw cells are left out."""
        places = [place for place in range(len(self.headings)) if place not in self.raw]
        lines = [[self.headings[place] for place in places]]
        lines += [[row[place].replace("\n", " ") for place in places] for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(places))]
        figures = [self._is_figures(place) for place in places]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, figures, strict=True)
            ).rstrip()
            for line in lines
        )

    def _is_figures(self, place: int) -> bool:
        cells = [row[place] for row in self.rows if row[place]]
        return (
            bool(cells)
            and place not in self.raw
            and all(
                cell.replace(",", "")
                .replace(".", "")
                .replace("%", "")
                .replace(" ", "")
                .lstrip("-+<>≥~")
                .isdigit()
                for cell in cells
            )
        )


def bars(counts: Sequence[int], words: str) -> str:
    """Draw a histogram as inline SVG.

    Args:
        counts: The height of each bar.
        words: What it shows, for those who do not see it.
    """
    most = max(counts, default=0) or 1
    width = _WIDTH / max(len(counts), 1)
    drawn = "".join(
        f'<rect x="{place * width:.1f}" y="{_HEIGHT - height:.1f}" width="{max(width - 0.6, 0.4):.1f}" '
        f'height="{height:.1f}"/>'
        for place, count in enumerate(counts)
        if (height := max(count / most * _HEIGHT, 1.0 if count else 0.0))
    )
    return (
        f'<svg role="img" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'style="fill:{ACCENT}"><title>{escape(words)}</title>{drawn}</svg>'
    )


def section(title: str, *parts: str) -> str:
    """Put parts under a small heading."""
    inner = "".join(parts)
    return (
        f'<div style="{STYLE};margin:6px 0"><div style="font-weight:600">{escape(title)}</div>{inner}</div>'
    )


def note(text: str) -> str:
    """Write a line of plain words."""
    return f'<div style="{STYLE};color:{FAINT}">{escape(text)}</div>'
