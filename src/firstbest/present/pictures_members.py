"""Members month by month: who was there, who joined, who left, and what it brought; where members are kept."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.present import svg, text
from firstbest.present.pictures_returns import sums
from firstbest.present.record import Record
from firstbest.present.sums import over
from firstbest.world.metrics import After, Metric
from firstbest.world.units import MONEY

KEYS: Final = ("members_end", "members_joined", "members_lapsed", "member_order_share", "member_fees")
_WIDTH: Final = 1040.0
_HEIGHT: Final = 190.0
_LEFT: Final = 60.0
_FLOOR: Final = 150.0


def figures(record: Record) -> dict[str, float]:
    """Figures of members; nan where they are not kept."""
    if record.network.detail.members is None:
        return dict.fromkeys(KEYS, math.nan)
    n, d = sums(record)
    joined, lapsed = float(n[After.JOINED]), float(n[After.LAPSED_MEMBERS])
    placed = float(record.cube[:, :, :, Metric.ORDERS_PLACED, 0].sum())
    return {
        "members_end": float(n[After.MEMBERS_BEFORE]) + joined - lapsed,
        "members_joined": joined,
        "members_lapsed": lapsed,
        "member_order_share": over(float(n[After.MEMBER_ORDERS]), placed),
        "member_fees": float(d[After.JOINED] + d[After.RENEWED]) / MONEY,
    }


def picture(record: Record) -> svg.Picture | None:
    """A bar for the members at the end of each month; none where none are kept."""
    if record.network.detail.members is None or record.after is None:
        return None
    f, currency = figures(record), record.network.texts.currency
    cells = record.after.sum(axis=(1, 2), dtype=np.int64)[: record.days + 1]  # [D, AFTERS, 2]
    month = np.array(record.network.calendar.month[: len(cells)], np.int64)
    month[:1] = month[1:2]  # the day before the first is in its month
    rows, counts, there = [], [], 0
    for number in np.unique(month).tolist():
        mine = cells[month == number].sum(axis=0)
        joined, lapsed = int(mine[After.JOINED, 0]), int(mine[After.LAPSED_MEMBERS, 0])
        there += int(mine[After.MEMBERS_BEFORE, 0]) + joined - lapsed
        fees = float(mine[After.JOINED, 1] + mine[After.RENEWED, 1]) / MONEY
        first = record.first_day + max(int(np.argmax(month == number)), 1)
        counts.append(float(there))
        told = [text.number(float(count)) for count in (there, joined, lapsed)]
        rows.append([text.day_text(first).split()[-1], *told, text.money(fees, currency)])
    finding = (
        f"{text.count(f['members_end'])} members at the end, who placed {text.share(f['member_order_share'], 0)} of "
        f"the orders; {text.money(f['member_fees'], currency)} of fees"
    )
    lead = (
        f"{text.count(f['members_joined'])} customers joined, {text.count(f['members_lapsed'])} memberships lapsed. "
        "Who is a member when he orders is promised what members are."
    )
    frame = svg.Frame("members", _WIDTH, _HEIGHT, "Members by month", ", ".join(" ".join(row[:2]) for row in rows))
    table = svg.behind(["Month", "members", "joined", "lapsed", "fees"], rows)
    return svg.Picture("members", finding, lead, svg.drawing(frame, _bars(rows, counts)) + table)


def _bars(rows: list[list[str]], counts: list[float]) -> str:
    step = (_WIDTH - _LEFT - 20) / max(len(rows), 1)
    up = svg.Scale(0, max(1.0, *counts), _FLOOR, 24)
    parts = [svg.rule(_LEFT, _FLOOR, _WIDTH - 20, _FLOOR, "grid")]
    for place, (row, count) in enumerate(zip(rows, counts, strict=True)):
        x, top = _LEFT + place * step, up(count)
        hint = f"{row[0]}: {row[1]} members, {row[2]} joined, {row[3]} lapsed, {row[4]} of fees"
        parts.append(svg.box(x + 6, top, step - 12, _FLOOR - top, "more", hint))
        parts.append(svg.words(x + step / 2, _FLOOR + 18, row[0], "label", "middle"))
        parts.append(svg.words(x + step / 2, top - 6, row[1], "value", "middle"))
    return "".join(parts)
