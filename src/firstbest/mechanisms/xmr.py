"""Individual values and moving ranges: the chart that anybody can check with a pencil.

The limits are the mean of the base weeks and 2.66 times their mean moving range either way (Shewhart; Wheeler,
*Understanding Variation*). It is drawn beside every signal, and it is the judge where the base has 12 to 51 weeks, too
few to know a season or a memory; below 12 no limits are drawn at all. The moving range of n weeks knows the spread
about as well as 0.62 n free observations would (Wheeler, *Advanced Topics*, degrees of freedom of the mean range).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms.chances import both_tails, student_to_normal

F64 = NDArray[np.float64]

FACTOR: Final = 2.66
_D2: Final = 1.128
_FREEDOM: Final = 0.62


class Limits(NamedTuple):
    """Centre and limits of each metric: [M]."""

    centre: F64
    lower: F64
    upper: F64
    sigma: F64
    weeks: NDArray[np.int64]


def limits(base: F64) -> Limits:
    """Limits of base weeks [M, n]; nan where a metric has none."""
    there = np.isfinite(base)
    weeks = there.sum(axis=1)
    safe = np.where(there, base, 0.0)
    centre = np.where(weeks > 0, safe.sum(axis=1) / np.maximum(weeks, 1), np.nan)
    moves = np.abs(np.diff(base, axis=1))
    count = np.isfinite(moves).sum(axis=1)
    mean_range = np.where(count > 0, np.nansum(moves, axis=1) / np.maximum(count, 1), np.nan)
    return Limits(centre, centre - FACTOR * mean_range, centre + FACTOR * mean_range, mean_range / _D2, weeks)


def scores(values: F64, found: Limits) -> F64:
    """How far out each week [M, W] is, as a standard normal."""
    weeks = np.maximum(found.weeks, 2).astype(np.float64)
    spread = np.maximum(found.sigma * np.sqrt(1 + 1 / weeks), 1e-300)
    with np.errstate(invalid="ignore"):
        raw = (values - found.centre[:, None]) / spread[:, None]
    return student_to_normal(np.clip(raw, -1e6, 1e6), _FREEDOM * (weeks - 1)[:, None])


def false_a_week(weeks: int) -> float:
    """Chance that a week is beyond the limits while nothing changes."""
    freedom = np.array([_FREEDOM * (weeks - 1)])
    reach = student_to_normal(np.array([3.0 / math.sqrt(1 + 1 / weeks)]), freedom)
    return float(both_tails(reach)[0])
