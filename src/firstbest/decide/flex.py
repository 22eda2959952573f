"""Moving hands between picking and packing for a day: whoever has time to spare lends to whoever is short.

Work that is picked and waits for a packer counts as packing: it is there where a day's packing stood still.
Only heads who know both kinds of work can move, only as many as the other process has room for, and never so many
that the lender falls short itself. A day that both can do, or neither, moves nobody. Overtime is for what is then left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.decide.pace import early_part
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
PAIR = (int(Process.PICK), int(Process.PACK))


def both_kinds(ground: Ground, node: int, process: int) -> tuple[int, int]:
    """Heads by shift who know the other kind of work too: the share of all contracts, rounded once, half up."""
    share = int(ground.labour.flex_ppm[node, process])
    known = (int(ground.labour.heads[node, process]) * share + PPM // 2) // PPM
    early = early_part(ground, node, known)
    return early, known - early


def moves(ground: Ground) -> bool:
    """Whether anybody could move."""
    return bool((ground.labour.flex_ppm[:, list(PAIR)] > 0).any())


class Day(NamedTuple):
    """Picking and packing of one building on one day."""

    crews: tuple[Records, Records]  # rosters of both by shift: [2] each
    needed_min: tuple[int, int]
    capacity_min: tuple[int, int]


def lend(ground: Ground, node: int, day: Day) -> tuple[I64, tuple[int, int]]:
    """Heads that each process gains by shift, [2 processes, 2 shifts], below 0: lends; and the capacities after it."""
    labour, lent = ground.labour, np.zeros((2, 2), np.int64)
    short = [needed - capacity for needed, capacity in zip(day.needed_min, day.capacity_min, strict=True)]
    if not min(short) < 0 < max(short):
        return lent, day.capacity_min
    giver = 0 if short[0] < 0 else 1
    taker, capacity = 1 - giver, list(day.capacity_min)
    present, stations = PPM - int(labour.absence_ppm[node]), int(labour.stations[node, PAIR[taker]])
    knowing = both_kinds(ground, node, PAIR[giver])
    for shift in range(2):
        give, take = day.crews[giver][shift], day.crews[taker][shift]
        minutes = int(labour.shift_minutes[node, shift])
        costs = (minutes + int(give["overtime_min"])) * present // PPM
        brings = (minutes + int(take["overtime_min"])) * present // PPM
        if minutes <= 0 or take["heads"] <= 0:
            continue
        spare, wanted = capacity[giver] - day.needed_min[giver], day.needed_min[taker] - capacity[taker]
        able = min(knowing[shift], int(give["heads"]))
        room = max(stations - int(take["heads"]) - int(take["temps"]), 0)
        count = max(min(able, room, spare // max(costs, 1), -(-wanted // max(brings, 1))), 0)
        lent[giver, shift], lent[taker, shift] = -count, count
        capacity[giver] -= count * costs
        capacity[taker] += count * brings
    return lent, (capacity[0], capacity[1])
