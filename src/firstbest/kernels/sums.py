"""Sums by key: what many rows add to few cells, added up before a table is told.

A key's sums are a row of words, the key first, as `kernels.index` finds it. Rows are few and near each other, so that
they stay in the processor's cache however many rows add to them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.index import FREE, KEY, find, insert

I64 = NDArray[np.int64]


class Sums(NamedTuple):
    """The sums of some keys, K to each."""

    words: I64  # [S, 1 + K] the key, then its sums; zeros where the row is not used
    slots: NDArray[np.int32]  # [B] buckets of the index
    used: I64  # [1] rows used, from the first on


def new_sums(rows: int, each: int) -> Sums:
    """Room for the sums of so many keys, `each` to a key."""
    # A power of two, of which half is used at most.
    buckets = 1 << (2 * rows).bit_length()
    return Sums(np.zeros((rows, 1 + each), np.int64), np.full(buckets, FREE, np.int32), np.zeros(1, np.int64))


@compiled
def row_of(sums: Sums, wanted: int) -> int:
    """The row of a key's sums; one that was not there gets a new row, for which there must be room."""
    row = find(sums.words, sums.slots, wanted)
    if row < 0:
        row = sums.used[0]
        insert(sums.slots, wanted, row)
        sums.words[row, KEY] = wanted
        sums.used[0] += 1
    return row


def taken(sums: Sums) -> tuple[I64, I64]:
    """The keys [n] in the order in which they came, and their sums [n, K]; none are left behind."""
    used = int(sums.used[0])
    rows = sums.words[:used].copy()
    sums.words[:used], sums.slots[:], sums.used[0] = 0, FREE, 0
    return rows[:, KEY].copy(), rows[:, KEY + 1 :]
