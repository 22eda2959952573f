"""What to release to the floor now: due work, soonest first, as far as the hands at hand will carry it.

Work that is released can no longer be cancelled for certain, and work that waits can; so the floor is kept
filled only some minutes ahead (policy `floor_target_min`). The measure is packing time, as the house
reckons it: one hour over the rate, single-unit shipments at their own rate, each further unit a little more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import FIRST_MS, FURTHER_MS, PRODUCTIVE_PPM, SINGLE_MS, Ground
from firstbest.kernels.compiled import compiled
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MINUTE_US, PPM
from firstbest.world.words import Process

Records = NDArray[np.void]


def wide(column: NDArray[np.generic]) -> I64:
    """A column by itself, as a kernel takes it whatever rows it came from."""
    return column.astype(np.int64)


def pack_ms(ground: Ground, rows: Records) -> I64:
    """Paid packing time of shipments, milliseconds: [n]. `rows` need node, units."""
    ms = np.empty(len(rows), np.int64)
    write_pack_ms(ground.packing, wide(rows["node"]), wide(rows["units"]), ms)
    return ms


@compiled
def pack_ms_of(packing: I64, node: int, units: int) -> int:
    """Paid packing time of one shipment, milliseconds."""
    each = packing[node, SINGLE_MS] if units == 1 else packing[node, FIRST_MS]
    return int((each + packing[node, FURTHER_MS] * max(units - 1, 0)) * PPM // packing[node, PRODUCTIVE_PPM])


@compiled
def write_pack_ms(packing: I64, node: I64, units: I64, ms: I64) -> None:
    """Write the packing time of each shipment [n]."""
    for n in range(len(ms)):
        ms[n] = pack_ms_of(packing, node[n], units[n])


def hands_ms(ground: Ground, roster: Records, now: int, until: int) -> I64:
    """Rostered time between two instants by node: [N] milliseconds of full-speed hands.

    `roster`: [N * 3 * 2] rows of the packing process, for yesterday, today and tomorrow by the calendar of
    the first node, two shifts each, as `roster_keys` names them.
    """
    labour, calendar = ground.labour, ground.calendar
    nodes = len(ground.nodes.kind)
    days = calendar.midnight_us.shape[1]
    shift = roster["key"] % 2
    day = roster["key"] // 2 % days
    node = roster["key"] // 2 // days // len(Process)
    begins = labour.shift_start_min[node, shift].astype(np.int64)
    start = calendar.midnight_us[ground.nodes.time_zone[node], day] + begins * MINUTE_US
    end = start + (labour.shift_minutes[node, shift].astype(np.int64) + roster["overtime_min"]) * MINUTE_US
    overlap = np.maximum(np.minimum(end, until) - np.maximum(start, now), 0) // 1000
    speed = labour.temp_speed_ppm[node, Process.PACK]
    ms = overlap * (roster["heads"] + roster["lent"]) + overlap * roster["temps"] * speed // PPM
    total = np.zeros(nodes, np.int64)
    np.add.at(total, node, ms)
    return total


def roster_keys(ground: Ground, now: int) -> I64:
    """Keys of the packing rosters that can touch the next hours, all nodes."""
    days = ground.calendar.midnight_us.shape[1]
    zone = ground.nodes.time_zone[ground.centres[0]]
    today = int(np.searchsorted(ground.calendar.midnight_us[zone], now, side="right")) - 1
    span = np.arange(max(today - 1, 0), min(today + 2, days))
    process = ground.centres[:, None] * len(Process) + int(Process.PACK)
    keys = (process[:, :, None] * days + span[None, None, :])[..., None] * 2 + np.arange(2)
    return np.ascontiguousarray(keys.ravel(), dtype=np.int64)


def most_of(ground: Ground, quota_ms: I64) -> I64:
    """How many shipments fit a quota of packing time at most, by node: [N]; none where the quota is not above zero."""
    one, two = (pack_ms_at(ground, units) for units in (1, 2))
    least = np.maximum(np.minimum(one, two), 1)
    return np.maximum(-(-quota_ms // least), 0)


def pack_ms_at(ground: Ground, units: int) -> I64:
    """Paid packing time of a shipment of so many units, by node: [N] milliseconds."""
    ms = np.empty(len(ground.packing), np.int64)
    write_pack_ms(ground.packing, np.arange(len(ms)), np.full(len(ms), units, np.int64), ms)
    return ms


def choose(ground: Ground, waiting: Records, quota_ms: I64) -> I64:
    """Rows of `waiting` to release, in the order of release.

    `waiting`: node by node, soonest ship-by first, then the hash of the order's text, then the key. Of each node as
    many are begun as fit its quota of packing time (at least one where the quota is above zero).
    """
    chosen = np.empty(len(waiting), np.int64)
    count = take_due(ground.packing, quota_ms.copy(), wide(waiting["node"]), wide(waiting["units"]), chosen)
    return chosen[:count]


@compiled
def take_due(packing: I64, left_ms: I64, node: I64, units: I64, chosen: I64) -> int:
    """Write the rows [n] to release while a node has time left [N]; how many."""
    count = 0
    for row in range(len(node)):
        if left_ms[node[row]] > 0:
            left_ms[node[row]] -= pack_ms_of(packing, node[row], units[row])
            chosen[count] = row
            count += 1
    return count


def today_of(ground: Ground, now: int) -> int:
    """Local day at the first fulfilment node."""
    zone = ground.nodes.time_zone[ground.centres[0]]
    return int(np.searchsorted(ground.calendar.midnight_us[zone], now, side="right")) - 1


def horizon_us(minutes: int) -> int:
    """A span of minutes, a day at most."""
    return min(minutes * MINUTE_US, DAY_US)
