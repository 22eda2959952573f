"""Levels: how many cases are opened for the lines of a wave, in the order in which they are picked."""

from __future__ import annotations

import numpy as np

from firstbest.world.network import I64


def opened(shelf: I64, quantity: I64, loose: I64, case: I64) -> I64:
    """[m] Cases that each line opens on its shelf: what lines before it left loose goes first.

    `loose` and `case` are those of the line's shelf before the wave and of its item.
    """
    if not len(shelf):
        return quantity
    order = np.argsort(shelf, kind="stable")
    key, wanted = shelf[order], quantity[order]
    sums = np.cumsum(wanted)
    first = np.searchsorted(key, key)
    so_far = sums - (sums - wanted)[first]
    # Cases opened up to and with each line, and up to the line before it on the same shelf.
    total = -(-np.maximum(so_far - loose[order], 0) // case[order])
    before = np.where(first == np.arange(len(key)), 0, np.concatenate([[0], total[:-1]]))
    found = np.empty(len(key), np.int64)
    found[order] = total - before
    return found
