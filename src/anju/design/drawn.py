"""A balance chart as SVG text. Written line by line here because a template would walk some four hundred nodes for it.

Coordinates are text that ``charts`` computed; every word is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from anju.design.charts import BalanceChart, Drawing
from anju.kernel.money import format_fen


def balance_svg(chart: BalanceChart, drawing: Drawing, name: str) -> SafeString:
    """One drawing of the chart; ``name`` makes its title's and description's ids unique on the page."""
    prefix = f"{escape(name)}-{drawing.size}"
    parts = [
        f'<svg class="chart__drawing chart__drawing--{drawing.size}" viewBox="{drawing.view_box}" role="img"'
        f' aria-labelledby="{prefix}-t {prefix}-d">'
        f'<title id="{prefix}-t">{escape(chart.title)}</title><desc id="{prefix}-d">{escape(chart.description)}</desc>',
        *_grid(drawing),
        f'<path class="area" d="{drawing.area}"/>',
        *(f'<path class="mark" d="M{note.x} {drawing.base}V{drawing.top}"/>' for note in drawing.notes if note.is_line),
        f'<path class="curve" d="{drawing.curve}"/>',
        *_notes(drawing),
        f'<circle class="dot dot--last" cx="{drawing.last_x}" cy="{drawing.last_y}" r="4.5"/>',
        f'<text class="big" x="{drawing.last_x}" y="{drawing.last_text_y}" text-anchor="end">{drawing.last_text}',
        "</text>",
        *_ticks(drawing),
        "</svg>",
    ]
    return mark_safe("".join(parts))  # noqa: S308  (words are escaped above; the rest is computed)


def balance_rows(chart: BalanceChart, heading: str) -> SafeString:
    """The data table's rows beneath the drawing; ``heading`` names the amount where the table folds on a phone."""
    label = escape(heading)
    rows = (
        f'<tr><th scope="row">{escape(row.label)}</th>'
        f'<td class="n" data-label="{label}">{format_fen(row.fen).replace("-", "−")}</td></tr>'
        for row in chart.rows
    )
    return mark_safe("".join(rows))  # noqa: S308  (words are escaped above)


def _minor(is_minor: bool, drawing: Drawing) -> str:
    return ' class="minor"' if is_minor and drawing.size == "narrow" else ""


def _grid(drawing: Drawing) -> Iterator[str]:
    for place, line in enumerate(drawing.grid):
        yield (
            f'<path class="{"grid" if place else "axis"}" d="M{drawing.left} {line.at}H{drawing.right}"/>'
            f'<text{_minor(line.minor, drawing)} x="48" y="{line.text_at}" text-anchor="end">'
            f"{escape(line.label)}</text>"
        )


def _notes(drawing: Drawing) -> Iterator[str]:
    for note in drawing.notes:
        if not note.is_line:
            yield f'<circle class="dot" cx="{note.x}" cy="{note.y}" r="4"/>'
        if note.text:
            kind = "note" if note.is_line else ""
            yield (
                f'<text class="{kind}" x="{note.text_x}" y="{note.text_y}" text-anchor="{note.anchor}">'
                f"{escape(note.text)}</text>"
            )


def _ticks(drawing: Drawing) -> Iterator[str]:
    for tick in drawing.ticks:
        yield (
            f'<text{_minor(tick.minor, drawing)} x="{tick.at}" y="{tick.text_at}" text-anchor="{tick.anchor}">'
            f"{escape(tick.label)}</text>"
        )
