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

from firstbest.kernels.compiled import compiled

I64 = NDArray[np.int64]

WIDTH_BITS: Final = 30
AT: Final = 0
KIND: Final = 1
RANK: Final = 2
LINK: Final = 3
"""Columns of the keys."""
FREE: Final = 0
USED: Final = 1
TAKEN_TO: Final = 2


class Agenda(NamedTuple):
    """Rows that wait: [E]; the caller keeps what they carry under the same index."""

    keys: I64  # [E, 4] at, kind, rank, next row of the bucket's chain (or of the free rows; -1 ends it)
    bucket: I64  # [B] first row of each chain, B a power of two
    marks: I64  # [3] first free row, rows in use, instant up to which all was taken


def new_agenda(rows: int, buckets: int = 8_192) -> Agenda:
    """An empty agenda with room for `rows`."""
    assert buckets & (buckets - 1) == 0, "the number of buckets is a power of two"
    keys = np.zeros((rows, 4), np.int64)
    keys[:, LINK] = np.arange(1, rows + 1)
    keys[-1, LINK] = -1
    return Agenda(keys, np.full(buckets, -1, np.int64), np.zeros(3, np.int64))


def grown_agenda(agenda: Agenda, rows: int) -> Agenda:
    """The same agenda with room for `rows`; indices stay."""
    before = len(agenda.keys)
    more = new_agenda(rows, len(agenda.bucket))
    more.keys[:before] = agenda.keys
    more.keys[-1, LINK] = agenda.marks[FREE]
    more.bucket[:] = agenda.bucket
    more.marks[:] = agenda.marks
    more.marks[FREE] = before
    return more


@compiled
def put(agenda: Agenda, at: int, kind: int, rank: np.uint64) -> int:
    """A row's index; what would lie before the last instant taken is due at once. Room is the caller's duty."""
    row = agenda.marks[FREE]
    assert row >= 0, "the agenda is full"
    key = agenda.keys[row]
    agenda.marks[FREE] = key[LINK]
    agenda.marks[USED] += 1
    due = max(at, agenda.marks[TAKEN_TO])
    key[AT] = due
    key[KIND] = kind
    key[RANK] = np.int64(rank)
    bucket = (due >> WIDTH_BITS) & (len(agenda.bucket) - 1)
    key[LINK] = agenda.bucket[bucket]
    agenda.bucket[bucket] = row
    return int(row)


@compiled
def release(agenda: Agenda, row: int) -> None:
    """Gives back a row that was taken."""
    agenda.keys[row, LINK] = agenda.marks[FREE]
    agenda.marks[FREE] = row
    agenda.marks[USED] -= 1


@compiled
def take(agenda: Agenda, limit: int) -> I64:
    """Indices of all rows before `limit`, sorted by (at, kind, rank); the caller releases them."""
    keys = agenda.keys
    found = np.empty(agenda.marks[USED], np.int64)
    count = 0
    first, last = agenda.marks[TAKEN_TO] >> WIDTH_BITS, (limit - 1) >> WIDTH_BITS
    last = min(last, first + len(agenda.bucket) - 1)
    for number in range(first, last + 1):
        bucket = number & (len(agenda.bucket) - 1)
        row, kept = agenda.bucket[bucket], -1
        while row >= 0:
            following = keys[row, LINK]
            if keys[row, AT] < limit:
                found[count] = row
                count += 1
            else:
                keys[row, LINK] = kept
                kept = row
            row = following
        agenda.bucket[bucket] = kept
    agenda.marks[TAKEN_TO] = max(agenda.marks[TAKEN_TO], limit)
    return in_order(found[:count], keys)


@compiled
def in_order(rows: I64, keys: I64) -> I64:
    """The indices `rows` [n] sorted by the first three columns of `keys` (at, kind, rank); equal rows keep their order.

    A merge sort from below.
    """
    source, target = rows.copy(), np.empty_like(rows)
    count, width = len(rows), 1
    while width < count:
        for start in range(0, count, 2 * width):
            _merge(source, target, (start, min(start + width, count), min(start + 2 * width, count)), keys)
        source, target = target, source
        width *= 2
    return source


@compiled
def _merge(source: I64, target: I64, cut: tuple[int, int, int], keys: I64) -> None:
    """Merges the sorted runs [cut0, cut1) and [cut1, cut2) of `source` into `target`."""
    left, right = cut[0], cut[1]
    for place in range(cut[0], cut[2]):
        from_left = right >= cut[2]
        if not from_left and left < cut[1]:
            from_left = not _before(keys[source[right]], keys[source[left]])
        if from_left:
            target[place] = source[left]
            left += 1
        else:
            target[place] = source[right]
            right += 1


@compiled
def _before(one: I64, other: I64) -> bool:
    if one[AT] != other[AT]:
        return bool(one[AT] < other[AT])
    if one[KIND] != other[KIND]:
        return bool(one[KIND] < other[KIND])
    return bool(one[RANK] < other[RANK])
