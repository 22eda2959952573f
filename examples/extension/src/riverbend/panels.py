"""A panel of the report: shipments by weekday, as bars."""

from __future__ import annotations

import numpy as np

from firstbest.present import svg, text
from firstbest.present.panels import Panel
from firstbest.present.record import Record
from firstbest.world.metrics import Metric

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WIDTH, ROW, LEFT, RIGHT = 640, 30, 110, 90


def weekdays(record: Record) -> Panel:
    """What left by weekday of the firm's own calendar."""
    by_day = record.cube[..., Metric.SHIPMENTS, 0].sum(axis=(1, 2))
    weekday = (record.first_day + np.arange(len(by_day)) + 3) % 7  # 1 January 1970 was a Thursday
    sums = np.array([by_day[weekday == n].sum() for n in range(7)], np.float64) / record.scale
    most, whole = int(sums.argmax()), max(float(sums.sum()), 1.0)
    along = svg.Scale(0, max(float(sums.max()), 1.0), LEFT, WIDTH - RIGHT)
    rows = []
    for n, (name, value) in enumerate(zip(NAMES, sums.tolist(), strict=True)):
        y = n * ROW
        rows.append(svg.tag("text", name, x=0, y=y + 20))
        rows.append(svg.tag("rect", x=LEFT, y=y + 6, width=svg.short(along(value) - LEFT), height=18, class_="bar"))
        rows.append(svg.tag("text", text.count(value), x=svg.short(along(value) + 6), y=y + 20))
    drawn = svg.tag("svg", "".join(rows), viewBox=f"0 0 {WIDTH} {7 * ROW}", role="img", width="100%")
    return Panel(
        "Riverbend",
        f"{NAMES[most]} carries {text.share(sums[most] / whole, 0)} of the week",
        "Shipments that left, by the weekday on which they did.",
        drawn,
    )
