"""Before the pictures: how many orders came late, each for one cause, and how it went week by week."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.present import constraints, pictures_labour, svg, text
from firstbest.present.catalog import late_key
from firstbest.present.figures import figures
from firstbest.present.labels import CAUSES
from firstbest.present.record import Record
from firstbest.present.sums import F64, by_day, over
from firstbest.world.metrics import Metric

_WIDTH: Final = 1040.0
_ROW: Final = 26.0
_LEFT: Final = 150.0
_SPLIT: Final = 560.0
_APART: Final = 15.0
_NOTES: Final = {
    "no stock": "the shelf did not hold what the book said",
    "late release": "work was given to the floor too late",
    "no labour": "too few hands before the pick-up",
    "missed pick-up": "packed, and not on the vehicle",
    "linehaul": "the road between buildings",
    "last mile": "the carrier or the van at the end",
    "address or customer": "nobody there, or no such door",
    "promise too tight": "everything ran as planned",
}


def picture(record: Record) -> svg.Picture:
    """Bars by cause, and the two on-time shares by week."""
    f = figures(record)
    causes = sorted(((f[late_key(words)], words) for words, _ in CAUSES.values()), reverse=True)
    late = f["late_orders"]
    finding = "No order came late"
    if late > 0:
        finding = (
            f"{text.share(f['shipped_on_time'])} left on time, {text.share(f['delivered_on_time'])} arrived on time; "
            f"{text.share(over(causes[0][0], late), 0)} of late orders: {causes[0][1]}"
        )
    lead = f"{text.number(late)} orders came late. Each has exactly one cause; the causes add up."
    body = _drawn(record, causes, late)
    rows = [[words, text.number(value), text.share(over(value, late))] for value, words in causes]
    return svg.Picture("late", finding, lead, body + svg.behind(["Cause", "late orders", "of late orders"], rows))


def _drawn(record: Record, causes: list[tuple[float, str]], late: float) -> str:
    most = max(1.0, causes[0][0])
    scale = svg.Scale(0, most, _LEFT, _SPLIT - 130)
    parts = []
    for place, (value, words) in enumerate(causes):
        y = place * _ROW + 2
        hint = f"{words}: {text.number(value)} orders, {_NOTES[words]}"
        parts.append(svg.words(_LEFT - 12, y + 16, words, "label", "end"))
        parts.append(svg.box(_LEFT, y + 4, max(1.0, scale(value) - _LEFT), _ROW - 10, "more", hint))
        parts.append(svg.words(scale(value) + 8, y + 16, f"{text.number(value)}", "value"))
        parts.append(
            svg.words(
                scale(value) + 16 + 7.7 * len(text.number(value)), y + 16, text.share(over(value, late)), "small muted"
            )
        )
    parts.append(_weeks(record, _SPLIT + 60, 24, _WIDTH - _SPLIT - 140, len(causes) * _ROW - 50))
    told = ", ".join(f"{words} {text.number(value)}" for value, words in causes)
    return svg.drawing(
        svg.Frame("late", _WIDTH, len(causes) * _ROW + 8, "Late orders by cause", told, (_SPLIT,)), "".join(parts)
    )


def _share(record: Record, metric: Metric) -> F64:
    """A share by week, nan where nothing was completed: [W]."""
    n, d = (constraints.weekly(record, by_day(record, metric, side)) for side in (0, 1))
    return np.where(d > 0, n / np.maximum(d, 1), np.nan)


def _weeks(record: Record, left: float, top: float, width: float, height: float) -> str:
    """Shipped and delivered on time by week, each line named at its end."""
    pairs = (
        ("shipped", _share(record, Metric.SHIPPED_ON_TIME), "line soft-line"),
        ("delivered", _share(record, Metric.DELIVERED_ON_TIME), "line"),
    )
    values = np.concatenate([found for _, found, _ in pairs])
    known = values[~np.isnan(values)]
    low = min(0.98, float(np.floor(known.min() * 50) / 50)) if len(known) else 0.9
    up = svg.Scale(low, 1.0, top + height, top)
    across = svg.Scale(0, record.days, left, left + width)
    parts = [svg.words(left, top - 10, "On time by week", "strong")]
    for value in svg.ticks(low, 1.0, 4):
        parts.append(svg.rule(left, up(value), left + width, up(value), "grid"))
        parts.append(svg.words(left - 8, up(value) + 4, text.share(value, 0), "small muted", "end"))
    middles = constraints.week_starts(record)
    ends: list[float] = []
    for name, found, class_ in pairs:
        points = [
            (across(min(day + 3.5, record.days)), up(float(value)))
            for day, value in zip(middles, found, strict=True)
            if not np.isnan(value)
        ]
        if points:
            parts.append(svg.polyline(points, class_))
            # Words of lines that end close together stand apart, the upper one's above.
            at = points[-1][1] + 4
            if ends and abs(at - ends[0]) < _APART:
                at = ends[0] + (_APART if at >= ends[0] else -_APART)
            ends.append(at)
            style = "small strong" if name == "delivered" else "small muted"
            parts.append(svg.words(points[-1][0] + 8, at, name, style))
    parts.append(pictures_labour.months(record, left, width, top + height + 18))
    return "".join(parts)
