"""Which inputs the answer hangs on: a table for the terminal, and one page with one picture."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from firstbest.present import svg, text
from firstbest.present.catalog import meaning_of
from firstbest.present.flywheel_page import section, shell

_SHOWN = 15


class Paper(NamedTuple):
    """What the bars are drawn on."""

    key: str
    width: float
    left: float
    right: float
    row: float
    above: float  # room of the name above its bar; 0: it stands to the left


_WIDE = Paper("sensitivity", 1040.0, 350.0, 220.0, 26.0, 0.0)
_PHONE = Paper("sensitivity-phone", 400.0, 8.0, 76.0, 42.0, 14.0)


class Shown(NamedTuple):
    """One input as it is shown."""

    name: str
    size: float
    low: float  # of the size: its interval, or least and most seen
    high: float
    spread: float
    total: float  # Sobol's total share of variance; nan where not taken further
    total_half: float


class Told(NamedTuple):
    """What a page says."""

    workspace: str
    figure: str
    middle: float
    chance: float  # standard deviation from seed to seed
    currency: str
    budget: str
    walks: int
    intervals: bool  # `low` to `high` is a 95 % interval
    rows: Sequence[Shown]


def finding(told: Told) -> str:
    """`Cost to serve an order hangs on labour.csv wage_hour first: 3.10 from end to end of its range`."""
    words, first = meaning_of(told.figure), told.rows[0]
    label = words.label[:1].upper() + words.label[1:]
    if not first.size > told.chance:
        return (
            f"{label} moves with none of the inputs more than with the seed alone: rehearse longer or at a larger scale"
        )
    return f"{label} hangs on {first.name} first: {_value(first.size, told)} from end to end of its range"


def sure(told: Told) -> str:
    """What chance does, and what the thin lines are."""
    above = sum(row.low > told.chance for row in told.rows)
    words = (
        f"95 % interval over {told.walks} walks"
        if told.intervals
        else f"least and most of {told.walks} walks, too few for an interval"
    )
    middle = text.written(told.middle, meaning_of(told.figure).unit, told.currency)
    return (
        f"The seed alone moves it by {_value(told.chance, told)} (one standard deviation, about {middle}): "
        f"{above} of {len(told.rows)} inputs lie above that with all of their range, the order of the others means "
        f"little. Range: {words}."
    )


def _value(value: float, told: Told) -> str:
    return text.difference(value, meaning_of(told.figure).unit, told.currency).lstrip("+")


def table(told: Told, width: int) -> str:
    """Rows for a terminal; what could be nothing is said so."""
    name_width = max(24, min(48, width - 45))
    lines = [
        *textwrap.wrap(finding(told), width),
        *textwrap.wrap(told.budget, width),
        *textwrap.wrap(sure(told), width),
        "",
    ]
    lines.append(f"{'input':<{name_width}}{'moves it by':>12}{'range':>17}{'share':>14}")
    for row in told.rows[:_SHOWN]:
        ends = f"{_value(row.low, told)} to {_value(row.high, told)}"
        lines.append(
            f"{_short(row.name, name_width - 1):<{name_width}}{_value(row.size, told):>12}{ends:>17}{_share(row):>14}"
        )
    if len(told.rows) > _SHOWN:
        lines.append(f"and {len(told.rows) - _SHOWN} inputs that move it less")
    said = (
        "share: of the variance among the first few, each with all it does together with others (Sobol), and its "
        "95 % half-width"
    )
    return "\n".join([*lines, *textwrap.wrap(said, width)])


def _short(name: str, width: int) -> str:
    """A name that fits: what is cut away is its file's folder first."""
    shorter = name if len(name) <= width else name.partition("/")[2] or name
    return shorter[:width]


def page(told: Told) -> str:
    """One HTML page with one picture."""
    ends = "its 95 % interval" if told.intervals else f"the least and the most of {told.walks} walks"
    lead = (
        "Each bar is how far the answer moves when the input goes from the low to the high end of its range, on "
        f"average over walks through all other ranges (Morris); the thin line is {ends}. Left of the dashed line an "
        "input moves the answer less than the seed alone does."
    )
    rows = [
        [row.name, *(_value(each, told) for each in (row.size, row.low, row.high, row.spread)), _share(row)]
        for row in told.rows
    ]
    behind = svg.behind(["Input", "moves it by", "from", "to", "spread", "share of variance"], rows)
    head = f'<header><p class="eyebrow">{escape(told.workspace)}</p><h1>What the answer hangs on</h1></header>'
    drawn = (
        f'<div class="wide-screen">{_bars(told, _WIDE)}</div><div class="small-screen">{_bars(told, _PHONE)}</div>'
        f'<p class="legend">{escape(told.budget)} {escape(sure(told))}</p>'
    )
    return shell("What the answer hangs on", head + section("Sensitivity", finding(told), lead, drawn + behind))


def _share(row: Shown) -> str:
    if not math.isfinite(row.total):
        return ""
    return f"{100 * row.total:.0f} \N{PLUS-MINUS SIGN} {100 * row.total_half:.0f} %"


def _bars(told: Told, paper: Paper) -> str:
    rows = told.rows[:_SHOWN]
    most = max((row.high for row in rows), default=0.0) or 1.0
    across = svg.Scale(0.0, most, paper.left, paper.width - paper.right)
    height = 30 + paper.row * len(rows)
    parts = []
    for place, row in enumerate(rows):
        y = 12 + place * paper.row
        if paper.above:
            parts.append(svg.words(paper.left, y + 11, row.name, "label"))
            y += paper.above
        else:
            parts.append(svg.words(paper.left - 10, y + 13, row.name, "label", "end"))
        size = across(row.size) - paper.left
        parts.append(svg.box(paper.left, y + 2, size, 16, "bar step", f"{row.name}: {row.size:.4g}"))
        parts.append(svg.rule(across(row.low), y + 10, across(row.high), y + 10, "interval"))
        share = f", {_share(row)} of variance" if math.isfinite(row.total) and not paper.above else ""
        end = across(max(row.high, row.size)) + 8
        parts.append(svg.words(end, y + 13, f"{_value(row.size, told)}{share}", "small"))
    if told.chance < most:
        parts.append(svg.rule(across(told.chance), 4, across(told.chance), height - 14, "lane"))
    said = "; ".join(f"{row.name}: {_value(row.size, told)}" for row in rows)
    return svg.drawing(svg.Frame(paper.key, paper.width, height, finding(told), said), "".join(parts))
