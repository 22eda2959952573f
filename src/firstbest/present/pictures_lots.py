"""What expired, month by month; where lots are kept."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.present import svg, text
from firstbest.present.pictures_care import lot_figures
from firstbest.present.record import Record
from firstbest.present.sums import F64
from firstbest.world.metrics import After
from firstbest.world.units import MONEY

_WIDTH: Final = 1040.0
_HEIGHT: Final = 190.0
_LEFT: Final = 60.0
_FLOOR: Final = 150.0


def picture(record: Record) -> svg.Picture | None:
    """A bar for each month's expired units; none where nothing of it is kept."""
    if record.network.detail.lots is None or record.after is None:
        return None
    f, currency = lot_figures(record), record.network.texts.currency
    cells = record.after[:, :, :, After.EXPIRED].sum(axis=(1, 2), dtype=np.int64)  # [D, 2]
    month = np.asarray(record.network.calendar.month, np.int64)[: len(cells)]
    units, money = (np.bincount(month, weights=cells[: len(month), side]).astype(np.float64) for side in (0, 1))
    first = [int(np.argmax(month == number)) for number in range(len(units))]
    names = [text.day_text(record.first_day + max(day, 1)).split()[-1] for day in first]
    if record.days and len(units) > 1 and not (month[1 : record.days + 1] == len(units) - 1).any():
        units, money, names = units[:-1], money[:-1], names[:-1]
    finding = (
        f"{text.share(f['expired_share'])} of what does not keep expired: {text.count(f['expired_units'])} units that "
        f"had cost {text.money(f['expired_value'], currency)}"
    )
    lead = "What expires first leaves first. What is left of a lot shortly before its day is taken off the shelves."
    rows = [
        [name, text.number(float(count)), text.money(float(worth) / MONEY, currency)]
        for name, count, worth in zip(names, units, money, strict=True)
    ]
    frame = svg.Frame("lots", _WIDTH, _HEIGHT, "Units expired by month", ", ".join(" ".join(row[:2]) for row in rows))
    return svg.Picture(
        "lots", finding, lead, svg.drawing(frame, _bars(rows, units)) + svg.behind(["Month", "units", "had cost"], rows)
    )


def _bars(rows: list[list[str]], units: F64) -> str:
    step = (_WIDTH - _LEFT - 20) / max(len(rows), 1)
    up = svg.Scale(0, max(1.0, float(units.max(initial=0))), _FLOOR, 24)
    parts = [svg.rule(_LEFT, _FLOOR, _WIDTH - 20, _FLOOR, "grid")]
    for place, (row, count) in enumerate(zip(rows, units.tolist(), strict=True)):
        x, top = _LEFT + place * step, up(count)
        parts.append(svg.box(x + 6, top, step - 12, _FLOOR - top, "more", f"{row[0]}: {row[1]} units, {row[2]}"))
        parts.append(svg.words(x + step / 2, _FLOOR + 18, row[0], "label", "middle"))
        parts.append(svg.words(x + step / 2, top - 6, row[1], "value", "middle"))
    return "".join(parts)
