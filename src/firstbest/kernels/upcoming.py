"""The next thing to happen: a binary heap of small rows, first by instant, then kind, then number.

For a course of events of which each may bring others at any later instant, so that they have to be taken one by one.
Where many can be taken together, the agenda (kernels.agenda) costs less.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled

I64 = NDArray[np.int64]

AT: Final = 0
KIND: Final = 1
NUMBER: Final = 2
"""Columns of the rows. No two rows that wait are equal in all three, so their order is total."""


class Upcoming(NamedTuple):
    """Rows that wait; the first is at place 0."""

    rows: I64  # [E, 3] at, kind, number
    used: I64  # [1] how many


def new_upcoming(room: int) -> Upcoming:
    """Nothing waits."""
    return Upcoming(np.zeros((max(room, 1), 3), np.int64), np.zeros(1, np.int64))


@compiled
def earlier(at: int, kind: int, number: int, row: I64) -> bool:
    """Whether (at, kind, number) comes before a row."""
    if at != row[AT]:
        return bool(at < row[AT])
    if kind != row[KIND]:
        return bool(kind < row[KIND])
    return bool(number < row[NUMBER])


@compiled
def push(upcoming: Upcoming, at: int, kind: int, number: int) -> None:
    """Puts a row in; room is the caller's duty."""
    rows, place = upcoming.rows, upcoming.used[0]
    assert place < len(rows), "no room for what is to come"
    upcoming.used[0] += 1
    while place > 0:
        above = (place - 1) >> 1
        if not earlier(at, kind, number, rows[above]):
            break
        rows[place, AT], rows[place, KIND], rows[place, NUMBER] = (
            rows[above, AT],
            rows[above, KIND],
            rows[above, NUMBER],
        )
        place = above
    rows[place, AT], rows[place, KIND], rows[place, NUMBER] = at, kind, number


@compiled
def drop_first(upcoming: Upcoming) -> None:
    """Takes the first row out."""
    rows = upcoming.rows
    upcoming.used[0] -= 1
    count = upcoming.used[0]
    at, kind, number = rows[count, AT], rows[count, KIND], rows[count, NUMBER]
    place, child = 0, 1
    while child < count:
        if child + 1 < count and earlier(
            rows[child + 1, AT], rows[child + 1, KIND], rows[child + 1, NUMBER], rows[child]
        ):
            child += 1
        if earlier(at, kind, number, rows[child]):
            break
        rows[place, AT], rows[place, KIND], rows[place, NUMBER] = (
            rows[child, AT],
            rows[child, KIND],
            rows[child, NUMBER],
        )
        place = child
        child = 2 * place + 1
    rows[place, AT], rows[place, KIND], rows[place, NUMBER] = at, kind, number
