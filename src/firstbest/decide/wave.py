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
from firstbest.world.network import I8, I32, I64
from firstbest.world.units import DAY_US, MINUTE_US, PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
PACK = int(Process.PACK)
PROCESSES = int(Process.INDIRECT) + 1


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

    `roster`: rows of the packing process around the instants, as `roster_keys` names them.
    """
    labour, total = ground.labour, np.zeros(len(ground.nodes.kind), np.int64)
    shifts = (labour.shift_start_min, labour.shift_minutes, labour.temp_speed_ppm)
    add_hands_ms((ground.calendar.midnight_us, ground.nodes.time_zone), shifts, roster, (now, until), total)
    return total


@compiled
def add_hands_ms(
    clocks: tuple[I64, I8], shifts: tuple[I32, I32, I64], roster: Records, span: tuple[int, int], total: I64
) -> None:
    """Add the time of each roster within a span to its node's.

    clocks: (midnights by zone and day, zone of each node); shifts: (begin and paid minutes by node and shift, believed
    speed of temporary staff by node and process).
    """
    (midnight_us, zone), (begins, minutes, speed), (now, until) = clocks, shifts, span
    days = midnight_us.shape[1]
    for n in range(len(roster)):
        row = roster[n]
        shift, day, node = row.key % 2, row.key // 2 % days, row.key // 2 // days // PROCESSES
        start = midnight_us[zone[node], day] + begins[node, shift] * MINUTE_US
        end = start + (minutes[node, shift] + row.overtime_min) * MINUTE_US
        overlap = max(min(end, until) - max(start, now), 0) // 1000
        total[node] += overlap * (row.heads + row.lent) + overlap * row.temps * speed[node, PACK] // PPM


def roster_keys(ground: Ground, today: int) -> I64:
    """Keys of the packing rosters that can touch the next hours: of all nodes, yesterday's to tomorrow's, both shifts.

    `today` as the first fulfilment node has it.
    """
    days = ground.calendar.midnight_us.shape[1]
    span = (max(today - 1, 0), min(today + 2, days))
    keys = np.empty(len(ground.centres) * (span[1] - span[0]) * 2, np.int64)
    write_roster_keys(ground.centres, span, days, keys)
    return keys


@compiled
def write_roster_keys(centres: I64, span: tuple[int, int], days: int, keys: I64) -> None:
    """Write the keys of rosters by node, day and shift."""
    count = 0
    for node in centres:
        for day in range(span[0], span[1]):
            for shift in range(2):
                keys[count] = ((node * PROCESSES + PACK) * days + day) * 2 + shift
                count += 1


def most_of(ground: Ground, quota_ms: I64) -> I64:
    """How many shipments fit a quota of packing time at most, by node: [N]; none where the quota is not above zero."""
    most = np.empty(len(quota_ms), np.int64)
    write_most(ground.packing, quota_ms, most)
    return most


@compiled
def write_most(packing: I64, quota_ms: I64, most: I64) -> None:
    """Write how often the quickest shipment, of one unit or of two, fits each quota, a begun one with them."""
    for node in range(len(most)):
        least = max(min(pack_ms_of(packing, node, 1), pack_ms_of(packing, node, 2)), 1)
        most[node] = max(-(-quota_ms[node] // least), 0)


def choose(ground: Ground, waiting: Records, quota_ms: I64) -> I64:
    """Rows of `waiting` to release, in the order of release.

    `waiting`: node by node, soonest ship-by first, then the hash of the order's text, then the key. Of each node as
    many are begun as fit its quota of packing time (at least one where the quota is above zero).
    """
    chosen = np.empty(len(waiting), np.int64)
    count = take_due(ground.packing, quota_ms.copy(), waiting, chosen)
    return chosen[:count]


@compiled
def take_due(packing: I64, left_ms: I64, waiting: Records, chosen: I64) -> int:
    """Write the rows [n] to release while a node has time left [N]; how many."""
    count = 0
    for row in range(len(waiting)):
        node, units = waiting[row].node, waiting[row].units
        if left_ms[node] > 0:
            left_ms[node] -= pack_ms_of(packing, node, units)
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
