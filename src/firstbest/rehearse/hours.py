"""By the hour of each building's day: what was due to be packed, and what was packed.

The daily cubes say how much was left at a pick-up; these counts say from which hour on it could not be caught up any
more (`present.constraints.breaks`). Facts are gathered and counted many at once, so that a tick pays next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.index import local_days
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.network import I64, Network
from firstbest.world.units import HOUR_US

GATHERED: Final = 50_000
"""Rows that are counted at once."""
_DUE: Final = {f.PLANNED.name: 1, f.UNPLANNED.name: -1, f.WITHDRAWN.name: -1}
LAST: Final = 23


class Hours:
    """Shipments by local day, node and hour."""

    def __init__(self, network: Network) -> None:
        """Nothing counted yet."""
        self.midnight_us, self.zone = network.calendar.midnight_us, network.nodes.time_zone
        days, nodes = self.midnight_us.shape[1], len(self.zone)
        self.due = np.zeros((days, nodes, LAST + 2), np.int64)  # place 0: known before the day begins
        self.packed = np.zeros((days, nodes, LAST + 1), np.int64)
        self._gathered: list[Block] = []
        self._rows = 0

    def take(self, blocks: Sequence[Block]) -> None:
        """The facts of a tick."""
        for block in blocks:
            if block.fact.name in _DUE or block.fact is f.PACKED:
                self._gathered.append(block)
                self._rows += len(block.rows)
        if self._rows >= GATHERED:
            self.count()

    def count(self) -> None:
        """Count what was gathered."""
        for block in self._gathered:
            rows = block.rows
            node = rows["node"].astype(np.int64)
            day, hour = self._when(np.ascontiguousarray(rows["at"]), node)
            if block.fact is f.PACKED:
                np.add.at(self.packed, (day, node, hour), 1)
                continue
            # What is planned on the day itself is due from that hour on, all else from its beginning.
            due = rows["day"].astype(np.int64)
            place = np.where(due == day, hour + 1, 0)
            np.add.at(self.due, (due, node, place), _DUE[block.fact.name])
        self._gathered, self._rows = [], 0

    def _when(self, at: I64, node: I64) -> tuple[I64, NDArray[np.int64]]:
        """Local day and hour of instants at nodes."""
        zone = self.zone[node].astype(np.int64)
        day = local_days(self.midnight_us, zone, at)
        day = np.maximum(day, 0)
        return day, np.clip((at - self.midnight_us[zone, day]) // HOUR_US, 0, LAST)
