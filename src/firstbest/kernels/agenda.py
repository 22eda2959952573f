"""What will happen, by instant: a calendar of buckets from which the due rows are taken in order.

A row is put once with (at, kind, rank) and waits in the chain of its bucket, `at >> 30` (about 18 minutes) modulo the
number of buckets. `take` empties the chains up to an instant and sorts what it found by (at, kind, rank): rows at or
after that instant stay, also those of a later round of the ring. Rank is a 64-bit hash, so the order does not depend
on where a row happens to lie. Cost: O(1) a row to put, O(log n) of the rows due together to take.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays

I64 = NDArray[np.int64]

WIDTH_BITS: Final = 30
AT: Final = 0
KIND: Final = 1
RANK: Final = 2
LINK: Final = 3
FIRST: Final = 4
SECOND: Final = 5
THIRD: Final = 6
FOURTH: Final = 7
"""Columns of the rows: instant, kind, rank, next row of the chain (or of the free ones; -1 ends it), and four numbers
that mean something to the caller. A row fills one line of the processor's cache."""
COLUMNS: Final = 8
FREE: Final = 0
USED: Final = 1
PAST: Final = 2
FRESH: Final = 3
"""Marks. Rows from FRESH on were never used: nothing is written there, so room that is not needed takes no memory."""
NONE: Final = -1


class Agenda(NamedTuple):
    """Rows that wait."""

    rows: I64  # [E, 8]
    bucket: I64  # [B] first row of each chain, B a power of two
    marks: I64  # [4] first of the rows given back, rows in use, instant before which nothing waits, first fresh row


def new_agenda(rows: int, buckets: int = 8_192) -> Agenda:
    """An empty agenda with room for `rows`."""
    assert buckets & (buckets - 1) == 0, "the number of buckets is a power of two"
    marks = np.array([NONE, 0, 0, 0], np.int64)
    return Agenda(np.zeros((rows, COLUMNS), np.int64), np.full(buckets, NONE, np.int64), marks)


def grown_agenda(agenda: Agenda, rows: int) -> Agenda:
    """The same agenda with room for `rows`; indices stay."""
    more, used = new_agenda(rows, len(agenda.bucket)), int(agenda.marks[FRESH])
    more.rows[:used] = agenda.rows[:used]
    more.bucket[:] = agenda.bucket
    more.marks[:] = agenda.marks
    return more


@compiled
def put(agenda: Agenda, at: int, kind: int, rank: np.uint64, first: int) -> int:
    """A row's index, its first number given, the others 0; what would lie in the past is due at once.

    Room is the caller's duty.
    """
    index = agenda.marks[FREE]
    if index == NONE:
        index = agenda.marks[FRESH]
        assert index < len(agenda.rows), "the agenda is full"
        agenda.marks[FRESH] += 1
    else:
        agenda.marks[FREE] = agenda.rows[index, LINK]
    row = agenda.rows[index]
    agenda.marks[USED] += 1
    due = max(at, agenda.marks[PAST])
    row[AT] = due
    row[KIND] = kind
    row[RANK] = np.int64(rank)
    row[FIRST] = first
    row[SECOND] = 0
    row[THIRD] = 0
    row[FOURTH] = 0
    bucket = (due >> WIDTH_BITS) & (len(agenda.bucket) - 1)
    row[LINK] = agenda.bucket[bucket]
    agenda.bucket[bucket] = index
    return int(index)


@compiled
def release(agenda: Agenda, index: int) -> None:
    """Gives back a row that was taken."""
    agenda.rows[index, LINK] = agenda.marks[FREE]
    agenda.marks[FREE] = index
    agenda.marks[USED] -= 1


@compiled
@makes_arrays
def take(agenda: Agenda, limit: int) -> I64:
    """Indices of all rows before `limit`, sorted by (at, kind, rank); the caller releases them.

    More may be put and taken before `limit` until the caller declares it past, by setting marks[PAST].
    """
    rows = agenda.rows
    found = np.empty(agenda.marks[USED], np.int64)
    count = 0
    first, last = agenda.marks[PAST] >> WIDTH_BITS, (limit - 1) >> WIDTH_BITS
    last = min(last, first + len(agenda.bucket) - 1)
    for number in range(first, last + 1):
        bucket = number & (len(agenda.bucket) - 1)
        index, kept = agenda.bucket[bucket], -1
        while index >= 0:
            following = rows[index, LINK]
            if rows[index, AT] < limit:
                found[count] = index
                count += 1
            else:
                rows[index, LINK] = kept
                kept = index
            index = following
        agenda.bucket[bucket] = kept
    return in_order(found[:count], rows)


@compiled
@makes_arrays
def in_order(rows: I64, keys: I64) -> I64:
    """The indices `rows` [n] sorted by the first three columns of `keys` (at, kind, rank); equal rows keep their order.

    A merge sort from below, of the instants themselves: other columns are looked at only where two are equal.
    """
    count, width = len(rows), 1
    source, target = rows.copy(), np.empty_like(rows)
    at, at_target = np.empty(count, np.int64), np.empty(count, np.int64)
    for n in range(count):
        at[n] = keys[rows[n], AT]
    while width < count:
        for start in range(0, count, 2 * width):
            cut = (start, min(start + width, count), min(start + 2 * width, count))
            _merge((source, at), (target, at_target), cut, keys)
        source, target = target, source
        at, at_target = at_target, at
        width *= 2
    return source


@compiled
def _merge(source: tuple[I64, I64], target: tuple[I64, I64], cut: tuple[int, int, int], keys: I64) -> None:
    """Merges the sorted runs [cut0, cut1) and [cut1, cut2) of `source` = (rows, their instants) into `target`."""
    rows, at = source
    into, at_into = target
    left, right = cut[0], cut[1]
    for place in range(cut[0], cut[2]):
        from_left = right >= cut[2]
        if not from_left and left < cut[1]:
            from_left = at[left] < at[right]
            if at[left] == at[right]:
                from_left = not _before(keys[rows[right]], keys[rows[left]])
        taken = left if from_left else right
        into[place] = rows[taken]
        at_into[place] = at[taken]
        left += from_left
        right += not from_left


@compiled
def _before(one: I64, other: I64) -> bool:
    if one[AT] != other[AT]:
        return bool(one[AT] < other[AT])
    if one[KIND] != other[KIND]:
        return bool(one[KIND] < other[KIND])
    return bool(one[RANK] < other[RANK])
