"""What was fitted to a log, how well, and how it did when it was tried: for the terminal and as TOML."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.present import text

F64 = NDArray[np.float64]
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FEW = 100
"""With fewer values 90 % cannot be told from 85."""


class Told(NamedTuple):
    """One thing that was fitted, in words."""

    name: str  # "Arrivals"
    fit: str
    goodness: str
    tried: str
    good: bool | None  # within the band of coverage; None where it cannot be told


def tried_text(count: int, covered: float, *, holds: bool) -> str:
    """`88.1 % of 6,904 later shipments lie in their 90 % band`, and what to make of it."""
    said = f"{text.number(100 * covered, 1)} % of {text.number(count)} later values lie in their 90 % band"
    if count < FEW:
        return f"{said}: too few to judge"
    return said if holds else f"{said}: OUTSIDE 85 to 95, do not rehearse on this fit"


def weekdays_text(factors: F64) -> str:
    """`Monday 1.40, Tuesday 1.20 ...`; days without arrivals are left out."""
    shown = [
        f"{name} {text.number(value, 2)}" for name, value in zip(_DAYS, factors.tolist(), strict=True) if value > 0
    ]
    return ", ".join(shown)


def page(found: Sequence[Told], log: str, rows: int, unreadable: int, width: int = 100) -> str:
    """The table for a terminal."""
    lines = [f"{log}: {text.number(rows)} rows" + (f", {text.number(unreadable)} without a date" if unreadable else "")]
    for each in found:
        lines += ["", each.name]
        for head, said in (("fitted", each.fit), ("goodness", each.goodness), ("back-test", each.tried)):
            lines += textwrap.wrap(said, width, initial_indent=f"  {head:<11}", subsequent_indent=" " * 13)
    return "\n".join(lines)
