"""A wave that hands out shipments of one unit first among those due at one instant: they are packed twice as fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.world.plugged import Waiting

I64 = NDArray[np.int64]


def single_units_first(waiting: Waiting, quota_ms: I64) -> I64:
    """Places in `waiting` to release: soonest due first, then single units, then the hash of the order's text.

    At each building shipments are begun until its hands have no time left.
    """
    order = np.lexsort((waiting.tie, waiting.units > 1, waiting.ship_by, waiting.node))
    node, work = waiting.node[order], waiting.pack_ms[order]
    before = np.cumsum(work) - work  # of all buildings so far
    first = np.searchsorted(node, node, side="left")
    mine = before - before[first] if len(order) else before
    return order[mine < quota_ms[node]]
