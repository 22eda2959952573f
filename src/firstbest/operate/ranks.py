"""Keys once each, and where each row finds its own among them (numpy.unique takes several times as long)."""

from __future__ import annotations

import numpy as np

from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.index import FREE, bucket_of
from firstbest.world.network import I64


def ranked(values: I64) -> tuple[I64, I64]:
    """The values of 0 and more once each, sorted, and the place of each value [n] among them, -1 for those below 0."""
    return in_rank(values, np.argsort(values))


@compiled
@makes_arrays
def once_each(values: I64) -> tuple[I64, I64]:
    """The values of 0 and more once each, as they first appear, and the place of each [n] among them, -1: below 0."""
    room = 2
    while room < 2 * len(values):
        room *= 2
    place_of = np.full(room, FREE, np.int32)
    unique, place = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    count = 0
    for n in range(len(values)):
        if values[n] < 0:
            place[n] = -1
            continue
        b = bucket_of(values[n], room - 1)
        while place_of[b] >= 0 and unique[place_of[b]] != values[n]:
            b = (b + 1) & (room - 1)
        if place_of[b] < 0:
            place_of[b] = count
            unique[count] = values[n]
            count += 1
        place[n] = place_of[b]
    return unique[:count], place


@compiled
@makes_arrays
def in_rank(values: I64, order: I64) -> tuple[I64, I64]:
    """`ranked`, once the order of the values is known."""
    unique, place = np.empty(len(values), np.int64), np.full(len(values), -1, np.int64)
    count = 0
    for n in order:
        if values[n] < 0:
            continue
        if count == 0 or unique[count - 1] != values[n]:
            unique[count] = values[n]
            count += 1
        place[n] = count - 1
    return unique[:count], place


def last_rows(keys: I64) -> I64:
    """The last row of each key, by key."""
    return ends_of_runs(keys, np.argsort(keys, kind="stable"))


@compiled
@makes_arrays
def ends_of_runs(keys: I64, order: I64) -> I64:
    """`last_rows`, once the order of the keys is known."""
    last = np.empty(len(keys), np.int64)
    count = 0
    for n in range(len(order)):
        if n + 1 == len(order) or keys[order[n + 1]] != keys[order[n]]:
            last[count] = order[n]
            count += 1
    return last[:count]
