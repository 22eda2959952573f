"""What to release to the floor now: due work, soonest first, as far as the hands at hand will carry it.

Work that is released can no longer be cancelled for certain, and work that waits can; so the floor is kept
filled only some minutes ahead (policy `floor_target_min`). The measure is packing time, as the house
reckons it: one hour over the rate, single-unit shipments at their own rate, each further unit a little more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import FIRST_MS, FURTHER_MS, PRODUCTIVE_PPM, SINGLE_MS, Ground
from firstbest.kernels.agenda import in_order
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MINUTE_US, PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
NEVER = -(2**63)
TOP_BIT = np.uint64(2**63)
LOOKED_AT = ("key", "tie", "ship_by", "units", "lines", "node")
"""What a wave looks at of every shipment that waits."""


def pack_ms(ground: Ground, rows: Records) -> I64:
    """Paid packing time of shipments, milliseconds: [n]. `rows` need node, units."""
    ms = np.empty(len(rows), np.int64)
    write_pack_ms(ground.packing, rows["node"], rows["units"], ms)
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


def choose(ground: Ground, waiting: Records, quota_ms: I64) -> I64:
    """Rows of `waiting` (by key) to release, in the order of release.

    By node: soonest ship-by first, then the hash of the order's text, then the key; as many as fit the
    node's quota of packing time (at least one where the quota is above zero).
    """
    chosen = np.empty(len(waiting), np.int64)
    work = Work(waiting["node"], waiting["units"], waiting["ship_by"], waiting["tie"])
    return chosen[: take_due(ground.packing, ground.centres, quota_ms, work, chosen)]


class Work(NamedTuple):
    """Shipments that wait, by key: [n]."""

    node: NDArray[np.int16]
    units: NDArray[np.int32]
    ship_by: I64
    tie: NDArray[np.uint64]


@compiled
@makes_arrays
def take_due(packing: I64, centres: I64, quota_ms: I64, work: Work, chosen: I64) -> int:
    """Write the rows to release; how many. All that is due at one instant is looked at and sorted together."""
    keys = np.zeros((len(work.node), 3), np.int64)
    count = 0
    for node in centres:
        left, before = quota_ms[node], NEVER
        while left > 0:
            due = next_due(work, node, before)
            if due == NEVER:
                break
            rows = in_order(due_then(work, node, due, keys), keys)
            taken, left = fit(packing, node, work.units[rows], left)
            for n in range(taken):
                chosen[count + n] = rows[n]
            count += taken
            before = due
    return count


@compiled
def fit(packing: I64, node: int, units: NDArray[np.int32], left_ms: int) -> tuple[int, int]:
    """How many shipments are begun before a span of packing time is over, and what is left of it."""
    taken = 0
    while taken < len(units) and left_ms > 0:
        left_ms -= pack_ms_of(packing, node, units[taken])
        taken += 1
    return taken, left_ms


@compiled
def next_due(work: Work, node: int, before: int) -> int:
    """The soonest ship-by of a node's shipments after the one looked at before; NEVER: none."""
    due = NEVER
    for row in range(len(work.node)):
        later = before == NEVER or work.ship_by[row] > before
        if work.node[row] == node and later and (due == NEVER or work.ship_by[row] < due):
            due = work.ship_by[row]
    return int(due)


@compiled
@makes_arrays
def due_then(work: Work, node: int, due: int, keys: I64) -> I64:
    """Rows of a node due at an instant; their hash goes into `keys` [n, 3], as a signed number of equal order."""
    rows = np.empty(len(work.node), np.int64)
    count = 0
    for row in range(len(work.node)):
        if work.node[row] == node and work.ship_by[row] == due:
            keys[row, 0] = np.int64(work.tie[row] ^ TOP_BIT)
            rows[count] = row
            count += 1
    return rows[:count]


def fills(ground: Ground, waiting: Records, quota_ms: I64) -> bool:
    """Does the work that waits fill the quota of every fulfilment node that has one?"""
    work = np.zeros(len(quota_ms), np.int64)
    add_work(ground.packing, waiting["node"], waiting["units"], work)
    return bool((work >= quota_ms)[ground.centres].all())


@compiled
def add_work(packing: I64, node: I64, units: I64, work: I64) -> None:
    """Add the packing time of each shipment [n] to its node's."""
    for n in range(len(node)):
        work[node[n]] += pack_ms_of(packing, node[n], units[n])


def today_of(ground: Ground, now: int) -> int:
    """Local day at the first fulfilment node."""
    zone = ground.nodes.time_zone[ground.centres[0]]
    return int(np.searchsorted(ground.calendar.midnight_us[zone], now, side="right")) - 1


def horizon_us(minutes: int) -> int:
    """A span of minutes, a day at most."""
    return min(minutes * MINUTE_US, DAY_US)
