"""The measured unit-cost curve and the first quarter beside the twin's, on the screen and on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from firstbest.flywheel.quarter import Row
from firstbest.present import svg, text

WORDS: Final = {
    "orders": "orders",
    "handling_cost": "handling of an order",
    "carrying_cost": "carrying of an order",
    "building_cost": "buildings, an order",
    "unit_cost": "cost to serve an order",
}
COLUMNS: Final = ("handling_cost", "carrying_cost", "building_cost", "days_to_door", "hours", "carbon_g")
_HEADS: Final = ("Volume", "Handling", "Carrying", "Buildings", "Days to the door", "Hours", "Carbon, g")
_WIDTH, _HEIGHT, _LEFT, _RIGHT = 720.0, 260.0, 50.0, 570.0
_APART: Final = 16.0
_DIGITS: Final = (2, 2, 2, 2, 2, 3, 0)


def curve_screen(rows: Sequence[Sequence[float]], told: str) -> Text:
    """A line for each volume: volume, then `COLUMNS` of an order."""
    page = Text()
    page.append("Cost of an order by volume, measured in rehearsals\n", style="bold")
    heads = ("volume", "handling", "carrying", "buildings", "days", "hours", "g CO2e")
    page.append("  " + "".join(f"{head:>10}" for head in heads) + "\n", style="dim")
    for row in rows:
        cells = (text.number(value, digits) for value, digits in zip(row, _DIGITS, strict=True))
        page.append("  " + "".join(f"{cell:>10}" for cell in cells) + "\n")
    page.append(f"{told}\n\n", style="dim")
    return page


def quarter_screen(rows: Sequence[Row]) -> Text:
    """The first quarter: forecast beside the twin."""
    page = Text()
    page.append("The first quarter\n", style="bold")
    page.append(f"  {'':<24}{'flywheel':>10}{'twin':>10}   95 in 100 quarters of the twin\n", style="dim")
    for row in rows:
        middle, _, mean, ends, mark = _cells(row)
        page.append(f"  {WORDS[row.name]:<24}{middle:>10}{mean:>10}   {ends}, {mark}\n")
    page.append(f"  {verdict(rows)}\n\n")
    return page


def verdict(rows: Sequence[Row]) -> str:
    """Whether flywheel and twin tell one story, in a sentence."""
    outside = [WORDS[row.name] for row in rows if not row.inside]
    if not outside:
        return f"All {len(rows)} lie inside: flywheel and twin tell one story."
    told = f"{len(outside)} of {len(rows)} outside ({', '.join(outside)})"
    return f"{told}: do not trust the decades before it is known why."


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    """Forecast, its spread, the twin, its interval, and whether inside."""
    digits = 0 if row.name == "orders" else 2
    low, middle, high, mean, below, above = (
        text.number(each, digits) for each in (*row.forecast, row.mean, row.low, row.high)
    )
    mark = "inside" if row.inside else "outside"
    return middle, f"{low} to {high}", mean, f"{below} to {above}", mark


def curve_table(rows: Sequence[Sequence[float]]) -> str:
    """The curve in numbers."""
    body = [[text.number(value, digits) for value, digits in zip(row, _DIGITS, strict=True)] for row in rows]
    return svg.table(_HEADS, body)


def quarter_table(rows: Sequence[Row]) -> str:
    """The quarter in numbers."""
    heads = ("", "Flywheel", "8 in 10 futures", "Twin", "95 in 100 quarters", "")
    return svg.table(heads, [[WORDS[row.name].capitalize(), *_cells(row)] for row in rows])


def curve_picture(rows: Sequence[Sequence[float]]) -> str:
    """Handling, carrying and buildings by volume, added up; lines differ by dashes and words, not by colour."""
    across = svg.Scale(min(row[0] for row in rows), max(row[0] for row in rows), _LEFT, _RIGHT)
    most = max(sum(row[1:4]) for row in rows)
    up = svg.Scale(0, most * 1.05, _HEIGHT - 30, 10)
    parts = []
    for tick in svg.ticks(0, most):
        y = up(tick)
        parts.append(svg.tag("line", x1=_LEFT, x2=_RIGHT, y1=y, y2=y, stroke="currentColor", stroke_opacity="0.15"))
        parts.append(svg.words(_LEFT - 6, up(tick) + 4, text.number(tick), anchor="end"))
    volumes = svg.ticks(across.low, across.high, 6)
    parts += [svg.words(across(tick), _HEIGHT - 10, f"{tick:g}", anchor="middle") for tick in volumes]
    said = 0.0
    for upto, (label, dash) in enumerate((("handling", "2 4"), ("+ carrying", "8 4"), ("+ buildings", "")), start=1):
        points = [(across(row[0]), up(sum(row[1 : 1 + upto]))) for row in rows]
        line = " ".join(f"{svg.short(x)},{svg.short(y)}" for x, y in points)
        drawn = {"fill": "none", "stroke": "currentColor", "stroke_width": "2", "stroke_dasharray": dash}
        parts.append(svg.tag("polyline", "", points=line, **drawn))
        parts += [svg.tag("circle", cx=x, cy=y, r=2.5, fill="currentColor") for x, y in points]
        # Words of lines that end close together stand apart.
        said = min(points[-1][1] + 4, said - _APART) if upto > 1 else points[-1][1] + 4
        parts.append(svg.words(points[-1][0] + 10, said, label))
    title = "<title>Cost of an order by volume: handling, carrying and buildings, added up</title>"
    return svg.tag("svg", title + "".join(parts), viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img", class_="curve")
