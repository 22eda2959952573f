"""An index from integer keys to row numbers: open addressing with linear probing.

`keys` holds the key of each bucket or FREE, `slots` its row number; both are [2 ** bits]. Removal shifts
later entries of the cluster back, so no tombstones are left and a look-up never slows with age.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays

FREE = -(2**63)
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
def find(keys: NDArray[np.int64], slots: NDArray[np.int64], wanted: int) -> int:
    """Row number of a key, -1 where it is absent."""
    mask = len(keys) - 1
    b = bucket_of(wanted, mask)
    while keys[b] != FREE:
        if keys[b] == wanted:
            return int(slots[b])
        b = (b + 1) & mask
    return -1


@compiled
def insert(keys: NDArray[np.int64], slots: NDArray[np.int64], new: int, row: int) -> None:
    """Add a key that is not yet there."""
    mask = len(keys) - 1
    b = bucket_of(new, mask)
    while keys[b] != FREE:
        b = (b + 1) & mask
    keys[b] = new
    slots[b] = row


@compiled
def remove(keys: NDArray[np.int64], slots: NDArray[np.int64], gone: int) -> None:
    """Take a key out that is there."""
    mask = len(keys) - 1
    gap = bucket_of(gone, mask)
    while keys[gap] != gone:
        gap = (gap + 1) & mask
    b = (gap + 1) & mask
    while keys[b] != FREE:
        home = bucket_of(keys[b], mask)
        if ((b - home) & mask) >= ((b - gap) & mask):
            keys[gap] = keys[b]
            slots[gap] = slots[b]
            gap = b
        b = (b + 1) & mask
    keys[gap] = FREE


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
