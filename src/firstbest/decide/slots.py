"""Which items change places on the shelves of a building, so that pickers walk less.

Shelves have three zones; a line takes the less walking the nearer its zone. Two items change places when the walking
that it saves within the days in which a move has to pay is more than two moves take. So a zone keeps its number of
items, and no empty place is needed. First what is picked most changes with what is picked least in the fast zone, then
the same with the medium one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.world.network import I64, U64, Slotting
from firstbest.world.words import Zone


class Shelves(NamedTuple):
    """Items [n] on the shelves of a building."""

    lines: I64  # picked since the last review
    zone: I64
    tie: U64


class Swaps(NamedTuple):
    """Pairs [m] of items, by their places in the shelves: the first comes nearer, the second takes its place."""

    nearer: I64
    farther: I64
    zone: I64  # to which the first comes
    before: I64  # from which


def swaps(shelves: Shelves, rules: Slotting) -> Swaps:
    """Pairs in the order in which they were found, `moves_most` items at most.

    Ties go by hash. An item may change twice: to the medium zone for a faster one, and on for a faster one there.
    """
    zone, made = shelves.zone.copy(), list[tuple[int, int, int, int]]()
    for to in (Zone.FAST, Zone.MEDIUM):
        near, far = np.flatnonzero(zone == to), np.flatnonzero(zone > to)
        near = near[np.lexsort((shelves.tie[near], shelves.lines[near]))]
        far = far[np.lexsort((shelves.tie[far], -shelves.lines[far]))]
        count = min(len(near), len(far), rules.moves_most // 2 - len(made))
        if count <= 0:
            continue
        near, far = near[:count], far[:count]
        saved = (shelves.lines[far] - shelves.lines[near]) * (rules.walk_us[zone[far]] - rules.walk_us[to])
        # Lines were counted over the days of a review; days stand on both sides, so that nothing is rounded.
        worth = saved * rules.pay_days > 2 * rules.move_us * rules.days
        made += [(int(b), int(a), int(to), int(zone[b])) for a, b, good in zip(near, far, worth, strict=True) if good]
        zone[near[worth]], zone[far[worth]] = zone[far[worth]], int(to)
    found = np.array(made, np.int64).reshape(-1, 4)
    return Swaps(found[:, 0], found[:, 1], found[:, 2], found[:, 3])
