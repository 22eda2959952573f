"""An index from integer keys to row numbers: open addressing with linear probing.

`slots` [2 ** bits] holds the row number of each bucket or FREE; the key is the first word of the row itself (`words`
[S, W]), which whoever looks it up wants to see in any case. Removal shifts later entries of the cluster back, so no
tombstones are left and a look-up never slows with age.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays

I64 = NDArray[np.int64]

FREE = -1
KEY = 0
"""The word of a row that is its key."""
DAY_US = 86_400_000_000
"""A day in microseconds, as `world.units` has it: that room is above this one."""


@compiled
def bucket_of(key: int, mask: int) -> int:
    """First bucket to try: the key's bits well mixed."""
    x = np.uint64(key)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int(np.int64(x ^ (x >> np.uint64(31))) & mask)


@compiled
def find(words: I64, slots: NDArray[np.int32], wanted: int) -> int:
    """Row number of a key, -1 where it is absent."""
    mask = len(slots) - 1
    b = bucket_of(wanted, mask)
    while slots[b] >= 0:
        if words[slots[b], KEY] == wanted:
            return int(slots[b])
        b = (b + 1) & mask
    return -1


@compiled
def insert(slots: NDArray[np.int32], new: int, row: int) -> None:
    """Add a key that is not yet there, of a row that may still have to be written."""
    mask = len(slots) - 1
    b = bucket_of(new, mask)
    while slots[b] >= 0:
        b = (b + 1) & mask
    slots[b] = row


@compiled
def remove(words: I64, slots: NDArray[np.int32], gone: int) -> None:
    """Take a key out that is there."""
    mask = len(slots) - 1
    gap = bucket_of(gone, mask)
    while words[slots[gap], KEY] != gone:
        gap = (gap + 1) & mask
    b = (gap + 1) & mask
    while slots[b] >= 0:
        home = bucket_of(words[slots[b], KEY], mask)
        if ((b - home) & mask) >= ((b - gap) & mask):
            slots[gap] = slots[b]
            gap = b
        b = (b + 1) & mask
    slots[gap] = FREE


@compiled
@makes_arrays
def local_days(midnight_us: NDArray[np.int64], zone: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Local day of each instant: the last midnight of its time zone not after it; [n]."""
    days = np.empty(len(at), np.int64)
    for n in range(len(at)):
        row = midnight_us[zone[n]]
        day = (at[n] - row[0]) // DAY_US
        day = min(max(day, 0), len(row) - 1)
        while day + 1 < len(row) and row[day + 1] <= at[n]:
            day += 1
        while day > 0 and row[day] > at[n]:
            day -= 1
        days[n] = day
    return days


@compiled
def local_day(midnight_us: NDArray[np.int64], zone: int, at: int) -> int:
    """Local day of one instant, within the calendar."""
    row = midnight_us[zone]
    last = len(row) - 1
    day = min(max((at - row[0]) // DAY_US, 0), last)
    while day < last and row[day + 1] <= at:
        day += 1
    while day > 0 and row[day] > at:
        day -= 1
    return int(day)
