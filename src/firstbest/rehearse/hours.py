"""By the hour of each building's day: what was due to be packed, and what was packed.

The daily cubes say how much was left at a pick-up; these counts say from which hour on it could not be caught up any
more (`present.constraints.breaks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.index import local_day
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.network import I64, Network
from firstbest.world.units import HOUR_US

_DUE: Final = {f.PLANNED.name: 1, f.UNPLANNED.name: -1, f.WITHDRAWN.name: -1}
FACTS: Final = frozenset(_DUE) | {f.PACKED.name}
"""Facts that are looked at."""
LAST: Final = 23
Short = NDArray[np.signedinteger]


@compiled
def count_hours(when: tuple[I64, Short], rows: tuple[I64, Short, Short], sign: int, counts: I64) -> None:
    """Adds `sign` to counts [D, N, H] for each of rows (instant, node, local day it is due); `when` = (midnights of
    zones, zones of nodes).

    What is due on the very day is due from the next hour on, all else from its day's beginning, place 0. Where no days
    are given, it is counted in the hour it is in. A day that is given is one of the calendar's, since it has a slot.
    """
    midnight_us, zones = when
    ats, nodes, days = rows
    for n in range(len(ats)):
        at, node = ats[n], nodes[n]
        day = local_day(midnight_us, zones[node], at)
        hour = min(max((at - midnight_us[zones[node], day]) // HOUR_US, 0), LAST)
        if len(days) == 0:
            counts[day, node, hour] += sign
        else:
            counts[days[n], node, hour + 1 if days[n] == day else 0] += sign


class Hours:
    """Shipments by local day, node and hour."""

    def __init__(self, network: Network) -> None:
        """Nothing counted yet."""
        self.midnight_us, self.zone = network.calendar.midnight_us, network.nodes.time_zone
        days, nodes = self.midnight_us.shape[1], len(self.zone)
        self.due = np.zeros((days, nodes, LAST + 2), np.int64)  # place 0: known before the day begins
        self.packed = np.zeros((days, nodes, LAST + 1), np.int64)

    def take(self, blocks: Sequence[Block]) -> None:
        """Facts, in any order."""
        for block in blocks:
            rows, sign = block.rows, _DUE.get(block.fact.name)
            if sign is not None:
                self._count((rows["at"], rows["node"], rows["day"]), sign, self.due)
            elif block.fact is f.PACKED:
                self._count((rows["at"], rows["node"], rows["node"][:0]), 1, self.packed)

    def _count(self, rows: tuple[I64, Short, Short], sign: int, counts: I64) -> None:
        count_hours((self.midnight_us, self.zone), rows, sign, counts)
