"""Lots: which leave first, which are over, and from which shelves what is over is taken.

A lot is what of an item expires on one local day, in the whole network: a transfer makes nothing younger. What expires
first leaves first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.world.network import I64


class Shelf(NamedTuple):
    """Lots [L] in order of item, then day on which they expire."""

    item: I64
    expires: I64
    units: I64


def first_expired_first_out(shelf: Shelf, leaves: I64) -> I64:
    """[L] Of each lot how many units leave, where `leaves` [I] units of each item do; no lot gives more than it has."""
    if not len(shelf.item):
        return shelf.units
    sums = np.cumsum(shelf.units)
    before = sums - shelf.units
    before -= before[np.searchsorted(shelf.item, shelf.item)]
    found: I64 = np.clip(leaves[shelf.item] - before, 0, shelf.units)
    return found


def off_shelves(wanted: I64, free: I64, nodes: I64) -> tuple[I64, I64, I64]:
    """(item, node, units) taken off shelves: `wanted` [I] units of each item, from where `free` [I, F] is most.

    `nodes` [F] are the columns' codes, by rank; ties go by their order. No more is taken than is free.
    """
    items = np.flatnonzero(wanted > 0)
    order = np.argsort(-free[items], axis=1, kind="stable")
    there = np.take_along_axis(np.maximum(free[items], 0), order, axis=1)
    before = np.cumsum(there, axis=1) - there
    taken = np.clip(wanted[items][:, None] - before, 0, there)
    row, column = np.nonzero(taken)
    return items[row], nodes[order[row, column]], taken[row, column]
