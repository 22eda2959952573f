"""What comes back: why, what it was found to be, what became of it, and what that cost; where returns are handled."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.present import svg, text
from firstbest.present.record import Record
from firstbest.present.sums import over
from firstbest.world.metrics import AFTERS, After, Metric
from firstbest.world.network import I64
from firstbest.world.units import MONEY

REASONS: Final = (
    "changed their mind", "does not fit", "not as described", "defective", "damaged", "wrong item", "came too late",
)  # fmt: skip
WAYS: Final = ("back on the shelf", "refurbished", "to supplier or seller", "sold off", "thrown away")
KEYS: Final = (
    "return_units_asked", "return_refused_share", "return_units_kept", "return_restocked_share",
    "return_value_saved_share", "refunds",
)  # fmt: skip
_WIDTH: Final = 1040.0
_ROW: Final = 26.0
_LEFT: Final = 160.0
_MIDDLE: Final = 540.0


def sums(record: Record) -> tuple[I64, I64]:
    """Numerators and denominators of the cells: [AFTERS] each; nothing where the record has none."""
    if record.after is None:
        return np.zeros(AFTERS, np.int64), np.zeros(AFTERS, np.int64)
    total = record.after.sum(axis=(0, 1, 2), dtype=np.int64)
    return total[:, 0], total[:, 1]


def figures(record: Record) -> dict[str, float]:
    """Figures of returns; nan where they are not handled."""
    n, d = sums(record)
    if not n[After.ASKED]:
        return dict.fromkeys(KEYS, math.nan)
    decided = float(d[After.HANDLED])
    return {
        "return_units_asked": float(n[After.ASKED]),
        "return_refused_share": over(float(d[After.ASKED]), float(n[After.ASKED])),
        "return_units_kept": float(n[After.KEPT]),
        "return_restocked_share": over(float(n[After.RESTOCKED] + n[After.REFURBISHED]), decided),
        "return_value_saved_share": over(float(n[After.VALUE]), float(d[After.VALUE])),
        "refunds": float(n[After.REFUNDED]) / MONEY,
    }


def told(record: Record) -> str:
    """One sentence; empty where returns are not handled."""
    f = figures(record)
    n, _ = sums(record)
    if not n[After.ASKED]:
        return ""
    shipped = float(record.cube[:, :, :, Metric.SALES, 1].sum())
    return (
        f"{text.share(over(float(n[After.CAME]), shipped))} of units came back; "
        f"{text.share(f['return_restocked_share'], 0)} of them can be sold again, "
        f"{text.share(f['return_value_saved_share'], 0)} of what they had cost is saved"
    )


def picture(record: Record) -> svg.Picture | None:
    """Bars by reason and by what became of the units; none where returns are not handled."""
    n, d = sums(record)
    if not n[After.ASKED]:
        return None
    f, currency = figures(record), record.network.texts.currency
    why = [(name, float(n[After.CHANGED_MIND + place])) for place, name in enumerate(REASONS)]
    ways = [
        (name, float(n[After.RESTOCKED + place]), float(d[After.RESTOCKED + place]) / MONEY)
        for place, name in enumerate(WAYS)
    ]
    lead = (
        f"Customers asked to send back {text.count(f['return_units_asked'])} units; "
        f"{text.share(f['return_refused_share'], 1)} were refused, {text.count(f['return_units_kept'])} were refunded "
        f"and stay with them. {text.money(f['refunds'], currency)} went back to customers. "
        "A returned unit goes the way on which it is worth most."
    )
    asked, gone = sum(value for _, value in why), sum(value for _, value, _ in ways)
    parts = [*bars(why, 0.0, "Why", asked), *bars([each[:2] for each in ways], _MIDDLE, "What became of it", gone)]
    spoken = ", ".join(f"{name} {text.number(value)}" for name, value in (*why, *(each[:2] for each in ways)))
    frame = svg.Frame(
        "returns",
        _WIDTH,
        (len(why) + 1) * _ROW + 12,
        "Returns by reason and by what became of them",
        spoken,
        (_MIDDLE,),
    )
    rows = [[name, text.number(value), text.share(over(value, asked)), ""] for name, value in why]
    rows += [
        [name, text.number(value), text.share(over(value, gone)), text.money(worth, currency)]
        for name, value, worth in ways
    ]
    table = svg.behind(["", "units", "share", "worth"], rows)
    return svg.Picture("returns", told(record), lead, svg.drawing(frame, "".join(parts)) + table)


def bars(rows: list[tuple[str, float]], left: float, title: str, total: float) -> list[str]:
    """Bars of one list, in its order, with their numbers."""
    scale = svg.Scale(0, max(1.0, *(value for _, value in rows)), left + _LEFT, left + 400)
    parts = [svg.words(left + _LEFT, 14, title, "strong")]
    for place, (name, value) in enumerate(rows, 1):
        y = place * _ROW
        end = scale(value)
        hint = f"{name}: {text.number(value)} units"
        parts.append(svg.words(left + _LEFT - 12, y + 16, name, "label", "end"))
        parts.append(svg.box(left + _LEFT, y + 4, max(1.0, end - left - _LEFT), _ROW - 10, "more", hint))
        parts.append(svg.words(end + 8, y + 16, text.number(value), "value"))
        share = text.share(over(value, total), 0)
        parts.append(svg.words(end + 16 + 7.7 * len(text.number(value)), y + 16, share, "small muted"))
    return parts
