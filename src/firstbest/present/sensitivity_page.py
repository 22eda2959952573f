"""Which inputs the answer hangs on: a table for the terminal, and one page with one picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from firstbest.present import svg, text
from firstbest.present.catalog import meaning_of
from firstbest.present.flywheel_page import section, shell

_SHOWN = 15
_WIDTH, _ROW, _LEFT, _RIGHT = 1040.0, 26.0, 330.0, 150.0


class Shown(NamedTuple):
    """One input as it is shown."""

    name: str
    size: float
    size_half: float
    spread: float
    total: float  # Sobol's total share of variance; nan where not taken further


class Told(NamedTuple):
    """What a page says."""

    workspace: str
    figure: str
    middle: float
    currency: str
    budget: str
    rows: Sequence[Shown]


def finding(told: Told) -> str:
    """`Cost to serve an order hangs on labour.csv wage_hour first: 3.10 from end to end of its range`."""
    words, first = meaning_of(told.figure), told.rows[0]
    label = words.label[:1].upper() + words.label[1:]
    return f"{label} hangs on {first.name} first: {_value(first.size, told)} from end to end of its range"


def _value(value: float, told: Told) -> str:
    return text.difference(value, meaning_of(told.figure).unit, told.currency).lstrip("+")


def table(told: Told, width: int) -> str:
    """Rows for a terminal; what could be nothing is said so."""
    name_width = max(24, min(44, width - 42))
    lines = [finding(told), told.budget, "", f"{'input':<{name_width}}{'moves it by':>13}{'+-':>9}{'share':>9}"]
    for row in told.rows[:_SHOWN]:
        share = f"{100 * row.total:.0f} %" if math.isfinite(row.total) else ""
        half = _value(row.size_half, told)
        lines.append(f"{row.name[: name_width - 1]:<{name_width}}{_value(row.size, told):>13}{half:>9}{share:>9}")
    if len(told.rows) > _SHOWN:
        lines.append(f"and {len(told.rows) - _SHOWN} inputs that move it less")
    lines.append("share: of the variance among the first few, each with all it does together with others (Sobol)")
    return "\n".join(lines)


def page(told: Told) -> str:
    """One HTML page with one picture."""
    lead = (
        "Each bar is how far the answer moves when the input goes from the low to the high end of its range, on "
        f"average over walks through all other ranges (Morris); the thin line is its 95 % interval. {told.budget}"
    )
    rows = [
        [row.name, _value(row.size, told), _value(row.size_half, told), _value(row.spread, told), _share(row.total)]
        for row in told.rows
    ]
    behind = svg.behind(["Input", "moves it by", "half-width", "spread", "share of variance"], rows)
    head = f'<header><p class="eyebrow">{escape(told.workspace)}</p><h1>What the answer hangs on</h1></header>'
    return shell("What the answer hangs on", head + section("Sensitivity", finding(told), lead, _bars(told) + behind))


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if math.isfinite(value) else text.MISSING


def _bars(told: Told) -> str:
    rows = told.rows[:_SHOWN]
    most = max((row.size + row.size_half for row in rows), default=0.0) or 1.0
    across = svg.Scale(0.0, most, _LEFT, _WIDTH - _RIGHT)
    height = 30 + _ROW * len(rows)
    parts = []
    for place, row in enumerate(rows):
        y = 12 + place * _ROW
        parts.append(svg.words(_LEFT - 10, y + 13, row.name, "label", "end"))
        parts.append(svg.box(_LEFT, y + 2, across(row.size) - _LEFT, _ROW - 10, "bar", f"{row.name}: {row.size:.4g}"))
        ends = across(max(row.size - row.size_half, 0)), across(row.size + row.size_half)
        parts.append(svg.rule(ends[0], y + 10, ends[1], y + 10, "interval"))
        share = f"  {_share(row.total)} of variance" if math.isfinite(row.total) else ""
        end = across(row.size + row.size_half) + 8
        parts.append(svg.words(end, y + 13, f"{_value(row.size, told)}{share}", "small"))
    said = "; ".join(f"{row.name}: {_value(row.size, told)}" for row in rows)
    return svg.drawing(svg.Frame("sensitivity", _WIDTH, height, finding(told), said), "".join(parts))
