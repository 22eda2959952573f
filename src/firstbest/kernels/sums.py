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


def room_left(sums: Sums) -> int:
    """How many more keys there is room for."""
    return len(sums.words) - int(sums.used[0])


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


@compiled
def take(sums: Sums, keys: I64, told: I64) -> int:
    """Write what is not 0 and leave nothing behind; how many cells that are.

    A key's K sums are cells of as many as `told` [E, n] has rows: cell c of key k is written as k * (K / E) + c to
    `keys` [n], its sums beside it. There is room for every cell of every key.
    """
    cells, count = (sums.words.shape[1] - 1) // len(told), 0
    for row in range(sums.used[0]):
        words = sums.words[row]
        for cell in range(cells):
            if some_in(words, cell, told, count):
                keys[count] = words[KEY] * cells + cell
                count += 1
        words[:] = 0
    sums.slots[:] = FREE
    sums.used[0] = 0
    return count


@compiled
def some_in(words: I64, cell: int, told: I64, count: int) -> bool:
    """Whether any sum of a cell is not 0; they are written to column `count` of `told`.

    There is one for every cell; what is written of a cell of zeros, the next writes over.
    """
    each, some = len(told), 0
    for e in range(each):
        amount = words[1 + cell * each + e]
        some |= amount
        told[e, count] = amount
    return some != 0


def taken(sums: Sums, each: int) -> tuple[I64, I64]:
    """The keys [n] of cells of `each` sums that are not all 0, and these sums [each, n]; none are left behind."""
    most = int(sums.used[0]) * (sums.words.shape[1] - 1) // each
    keys, told = np.empty(most, np.int64), np.empty((each, most), np.int64)
    count = take(sums, keys, told)
    return keys[:count], told[:, :count]
