"""How much of a day is known yet: a defect of an order placed yesterday is reported next month.

Rows say when they became known, so each past day shows how its number grew: the reporting triangle. The chain ladder
(actuaries' oldest tool; Mack 1993) takes, for each age in weeks, the sum of all days that have reached it over the same
days' sum one week younger; the product of the steps still to come says by what a young number must be divided.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

AGE_DAYS: Final = 7
ROWS_MIN: Final = 8
"""Days behind a step below which it is not believed, and 1 is taken."""


class Ladder(NamedTuple):
    """Share of the final number that is known at each age in weeks [A + 1], age 0 first; the last is 1."""

    known: F64
    days: I64  # how many days each step rests on


def ladder(days: I64, known_days: I64, values: F64, weeks: int, as_of: int) -> Ladder:
    """The chain ladder of revisions: value [n] of day [n] as it was known from known_day [n] on."""
    triangle, observed = _triangle(days, known_days, values, weeks, as_of)
    known, counts = np.ones(weeks + 1), np.zeros(weeks + 1, np.int64)
    for age in range(weeks - 1, -1, -1):
        both = observed[:, age + 1]
        counts[age] = both.sum()
        older, younger = triangle[both, age + 1].sum(), triangle[both, age].sum()
        # What nobody knows at this age and everybody a week later is no finished number: nothing of it is known.
        step = younger / older if counts[age] >= ROWS_MIN and younger >= 0 and older > 0 else 1.0
        known[age] = known[age + 1] * step
    return Ladder(known, counts)


def _triangle(days: I64, known_days: I64, values: F64, weeks: int, as_of: int) -> tuple[F64, NDArray[np.bool_]]:
    """Each day's value at each age [N, weeks + 1], and whether that age has been reached by `as_of`."""
    order = np.lexsort((known_days, days))
    days, known_days, values = days[order], known_days[order], values[order]
    unique, place = np.unique(days, return_inverse=True)
    triangle = np.zeros((len(unique), weeks + 1))
    ages = np.clip(-((unique[place] - known_days) // AGE_DAYS), 0, None)  # rounded up: known within that many weeks
    for at in range(len(values)):
        if ages[at] <= weeks:
            triangle[place[at], ages[at] :] = values[at]
    reached = (as_of - unique)[:, None] // AGE_DAYS >= np.arange(weeks + 1)[None, :]
    return triangle, reached


def completeness(found: Ladder, days: I64, as_of: int) -> F64:
    """The share that is known of each day [n]; between two weeks of age it is taken to grow evenly."""
    return np.interp((as_of - days) / AGE_DAYS, np.arange(len(found.known)), found.known)
