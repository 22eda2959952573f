"""Which locations to count today: those under suspicion first, then by value not looked at for longest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MONEY

Records = NDArray[np.void]
SUSPICION = 1
ROUND = 2
UNSEEN_DAYS_MOST = 400
"""A location not counted for longer weighs no more."""


def choose(ground: Ground, stock: Records, now: int) -> tuple[I64, I64, I64]:
    """(node, item, reason) of the counts asked for: [n] each.

    Suspects (short picks since the last count) by number of shorts; the rest of the day's count by the stock's
    value times the days since it was counted. Ties go by the hash of the item's text.
    """
    nodes = len(ground.nodes.kind)
    table = {name: stock[name].reshape(-1, nodes) for name in ("on_hand", "suspect", "counted_us")}
    most = ground.policy.count_per_day
    picks = [one_node(ground, table, int(node), now, most) for node in ground.centres]
    node, item, reason = (np.concatenate(parts) for parts in zip(*picks, strict=True))
    return node, item, reason


def one_node(ground: Ground, table: dict[str, I64], node: int, now: int, most: int) -> tuple[I64, I64, I64]:
    """The day's counts of one node."""
    suspect = table["suspect"][:, node]
    days = np.minimum((now - table["counted_us"][:, node]) // DAY_US, UNSEEN_DAYS_MOST)
    worth = table["on_hand"][:, node] * ground.items.cost // MONEY * days
    # Only these can be among the first; all items would be sorted for a few.
    some = np.flatnonzero((suspect > 0) | (worth >= max(least_of(worth, most), 1)))
    chosen = some[np.lexsort((ground.items.tie[some], -worth[some], -suspect[some]))][:most].astype(np.int64)
    reason = np.where(suspect[chosen] > 0, SUSPICION, ROUND).astype(np.int64)
    return np.full(len(chosen), node, np.int64), chosen, reason


def least_of(worth: I64, most: int) -> int:
    """The least of the `most` greatest values; 0 where there are no more than that."""
    return int(np.partition(worth, -most)[-most]) if 0 < most < len(worth) else 0
