"""What to release to the floor now: due work, soonest first, as far as the hands at hand will carry it.

Work that is released can no longer be cancelled for certain, and work that waits can; so the floor is kept
filled only some minutes ahead (policy `floor_target_min`). The measure is packing time, as the house
reckons it: one hour over the rate, single-unit shipments at their own rate, each further unit a little more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MINUTE_US, PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
HOUR_MS_X1000 = 3_600_000_000
LOOKED_AT = ("key", "tie", "ship_by", "units", "lines", "node")
"""What a wave looks at of every shipment that waits."""


def pack_ms(ground: Ground, rows: Records) -> I64:
    """Paid packing time of shipments, milliseconds: [n]. `rows` need node, units, lines."""
    labour, node = ground.labour, rows["node"]
    single = rows["units"] == 1
    rate = np.where(single, labour.rate_single_x1000[node, Process.PACK], labour.rate_x1000[node, Process.PACK])
    each = HOUR_MS_X1000 // np.maximum(rate, 1)
    further = labour.extra_unit_ms[node, Process.PACK] * np.maximum(rows["units"].astype(np.int64) - 1, 0)
    ms: I64 = (each + further) * PPM // np.maximum(labour.productive_ppm[node, Process.PACK], 1)
    return ms


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
    span = np.clip(np.arange(today - 1, today + 2), 0, days - 1)
    span = np.unique(span)
    process = ground.centres[:, None] * len(Process) + int(Process.PACK)
    keys = (process[:, :, None] * days + span[None, None, :])[..., None] * 2 + np.arange(2)
    return np.ascontiguousarray(keys.ravel(), dtype=np.int64)


def choose(ground: Ground, waiting: Records, quota_ms: I64) -> I64:
    """Rows of `waiting` to release, in the order of release.

    By node: soonest ship-by first, then the hash of the order's text, then the key; as many as fit the
    node's quota of packing time (at least one where the quota is above zero).
    """
    chosen = [
        of_node(ground, waiting, np.flatnonzero(waiting["node"] == node), int(quota_ms[node]))
        for node in ground.centres
        if quota_ms[node] > 0
    ]
    return np.concatenate(chosen) if chosen else np.zeros(0, np.int64)


def fills(ground: Ground, waiting: Records, quota_ms: I64) -> bool:
    """Does the work that waits fill the quota of every fulfilment node that has one?"""
    work = np.zeros(len(quota_ms), np.int64)
    np.add.at(work, waiting["node"], pack_ms(ground, waiting))
    return bool((work >= quota_ms)[ground.centres].all())


def of_node(ground: Ground, waiting: Records, mine: I64, quota_ms: int) -> I64:
    """One node's release: rows of `waiting`, soonest first, until the quota is used up.

    No more can be taken than the quota holds of the shortest job; those that could be among them are found without
    sorting the rest.
    """
    if not len(mine):
        return mine
    ms = pack_ms(ground, waiting[mine])
    most = quota_ms // max(int(ms.min()), 1) + 1
    due = waiting["ship_by"][mine]
    if most < len(mine):
        last = np.partition(due, most)[most]
        near = due <= last
        mine, ms, due = mine[near], ms[near], due[near]
    order = np.lexsort((waiting["key"][mine], waiting["tie"][mine], due))
    total = np.cumsum(ms[order])
    taken: I64 = mine[order[total - ms[order] < quota_ms]]
    return taken


def today_of(ground: Ground, now: int) -> int:
    """Local day at the first fulfilment node."""
    zone = ground.nodes.time_zone[ground.centres[0]]
    return int(np.searchsorted(ground.calendar.midnight_us[zone], now, side="right")) - 1


def horizon_us(minutes: int) -> int:
    """A span of minutes, a day at most."""
    return min(minutes * MINUTE_US, DAY_US)
