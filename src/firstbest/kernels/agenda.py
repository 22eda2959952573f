"""What will happen, by instant: a calendar of buckets from which the due rows are taken in order.

A row is put once with (at, kind, rank) and waits in the chain of its bucket, `at >> 24` (about 17 seconds) modulo the
number of buckets (a ring of six days). `take` empties the chains up to an instant, sorts each by (at, kind, rank) and
chains them to one: rows at or after that instant stay, also those of a later round of the ring. Rank is a 64-bit hash,
so the order does not depend on where a row happens to lie. Buckets are narrow, so that a row is looked at when it is
due and seldom before, and is sorted among few. Cost: O(1) a row to put, O(log n) of the rows of a bucket to take.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays, written_in
from firstbest.kernels.lined import lined
from firstbest.kernels.near import near

I64 = NDArray[np.int64]

WIDTH_BITS: Final = 24
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


def new_agenda(rows: int, buckets: int = 32_768) -> Agenda:
    """An empty agenda with room for `rows`."""
    assert buckets & (buckets - 1) == 0, "the number of buckets is a power of two"
    marks = np.array([NONE, 0, 0, 0], np.int64)
    return Agenda(lined((rows, COLUMNS), np.dtype(np.int64)), np.full(buckets, NONE, np.int64), marks)


def grown_agenda(agenda: Agenda, rows: int) -> Agenda:
    """The same agenda with room for `rows`; indices stay."""
    more, used = new_agenda(rows, len(agenda.bucket)), int(agenda.marks[FRESH])
    more.rows[:used] = agenda.rows[:used]
    more.bucket[:] = agenda.bucket
    more.marks[:] = agenda.marks
    return more


@compiled
@written_in
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
        near(agenda.rows, agenda.marks[FREE])
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
@written_in
def release(agenda: Agenda, index: int) -> None:
    """Gives back a row that was taken."""
    agenda.rows[index, LINK] = agenda.marks[FREE]
    agenda.marks[FREE] = index
    agenda.marks[USED] -= 1


@compiled
@written_in
def take(agenda: Agenda, limit: int) -> int:
    """The first of all rows before `limit`, chained in order of (at, kind, rank), NONE without any; the caller
    releases them.

    More may be put and taken before `limit` until the caller declares it past, by setting marks[PAST].
    """
    rows = agenda.rows
    head = last = NONE
    for number in range(agenda.marks[PAST] >> WIDTH_BITS, ((limit - 1) >> WIDTH_BITS) + 1):
        due = _due_of(agenda, number & (len(agenda.bucket) - 1), min(limit, (number + 1) << WIDTH_BITS))
        if due == NONE:
            continue
        due = _sorted(rows, due)
        if last == NONE:
            head = due
        else:
            rows[last, LINK] = due
        while due != NONE:
            last, due = due, rows[due, LINK]
    return int(head)


@compiled
def put_back(agenda: Agenda, first: int) -> None:
    """A chain of rows that were taken waits again."""
    while first != NONE:
        following = agenda.rows[first, LINK]
        bucket = (agenda.rows[first, AT] >> WIDTH_BITS) & (len(agenda.bucket) - 1)
        agenda.rows[first, LINK] = agenda.bucket[bucket]
        agenda.bucket[bucket] = first
        first = following


@compiled
@written_in
def _due_of(agenda: Agenda, bucket: int, limit: int) -> int:
    """Takes the rows before `limit` out of a bucket: the first of their chain."""
    rows, index = agenda.rows, agenda.bucket[bucket]
    due = kept = NONE
    while index != NONE:
        following = rows[index, LINK]
        if rows[index, AT] < limit:
            rows[index, LINK] = due
            due = index
        else:
            rows[index, LINK] = kept
            kept = index
        index = following
    agenda.bucket[bucket] = kept
    return int(due)


@compiled
def _sorted(rows: I64, first: int) -> int:
    """The first of a chain in order: runs of 1, 2, 4 ... rows are merged two by two until one is left."""
    width, runs = 1, 2
    while runs > 1:
        first, runs = _merged_runs(rows, first, width)
        width *= 2
    return first


@compiled
def _merged_runs(rows: I64, left: int, width: int) -> tuple[int, int]:
    """Merges the runs of a chain two by two: the first row, and how many runs are left."""
    head, last, runs = NONE, NONE, 0
    while left != NONE:
        right = stop = _ahead(rows, left, width)
        following = _ahead(rows, right, width)
        while left != stop or right != following:
            from_left = right == following
            if not from_left and left != stop:
                from_left = not _before(rows[right], rows[left])
            taken = left if from_left else right
            left, right = (rows[taken, LINK], right) if from_left else (left, rows[taken, LINK])
            if last == NONE:
                head = taken
            else:
                rows[last, LINK] = taken
            last = taken
        left = following
        runs += 1
    rows[last, LINK] = NONE
    return head, runs


@compiled
def _ahead(rows: I64, index: int, steps: int) -> int:
    """The row that stands so many places further in its chain."""
    while steps > 0 and index != NONE:
        index = rows[index, LINK]
        steps -= 1
    return index


@compiled
@makes_arrays
def in_order(rows: I64, keys: I64) -> I64:
    """The indices `rows` [n] sorted by the first three columns of `keys` (at, kind, rank); equal rows keep their order.

    Runs that are in order as they come are merged two by two; few of them cost little.
    """
    count, found = len(rows), 0
    source, target, runs = rows.copy(), np.empty_like(rows), np.empty(len(rows) + 1, np.int64)
    for n in range(count):
        if n == 0 or _before(keys[rows[n]], keys[rows[n - 1]]):
            runs[found] = n
            found += 1
    runs[found] = count
    while found > 1:
        for run in range(0, found, 2):
            cut = (runs[run], runs[run + 1], runs[min(run + 2, found)])
            _merge(source, target, cut, keys)
            runs[run >> 1] = cut[0]
        found = (found + 1) >> 1
        runs[found] = count
        source, target = target, source
    return source


@compiled
def _merge(source: I64, target: I64, cut: tuple[int, int, int], keys: I64) -> None:
    """Merges the sorted runs [cut0, cut1) and [cut1, cut2) of `source` into `target`."""
    left, right = cut[0], cut[1]
    for place in range(cut[0], cut[2]):
        from_left = right >= cut[2]
        if not from_left and left < cut[1]:
            from_left = not _before(keys[source[right]], keys[source[left]])
        target[place] = source[left if from_left else right]
        left += from_left
        right += not from_left


@compiled
def _before(one: I64, other: I64) -> bool:
    if one[AT] != other[AT]:
        return bool(one[AT] < other[AT])
    if one[KIND] != other[KIND]:
        return bool(one[KIND] < other[KIND])
    return bool(one[RANK] < other[RANK])
