"""Today's overtime: what waits against what the rostered hands can carry.

Every morning the work that is due today or overdue, on the floor and waiting, is set against the day's roster
of pickers and packers, absence taken off and temporary staff at the speed that they are believed to have. What does
not fit moves hands between the two (decide.flex); what then does not fit is spread over the heads of the last shift as
overtime, up to the most a person may do in a day and in a week.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import flex, pace, temporary
from firstbest.decide.ground import HOUR_MS_X1000, Ground
from firstbest.decide.wave import pack_ms_of
from firstbest.kernels.compiled import compiled
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
MINUTE_MS = 60_000
PROCESSES = (Process.PICK, Process.PACK)
PICK = int(Process.PICK)


class Waiting(NamedTuple):
    """Shipments before the buildings today: those that wait, those released to the floor, those picked, not packed."""

    due: Records
    on_floor: Records
    picked: Records


class Longer(NamedTuple):
    """Rosters that are made longer: [n]."""

    row: I64  # of the roster rows given
    overtime_min: I64
    needed_min: I64
    lent: I64  # heads that come from the other process, below 0: that go there


def minutes_of(ground: Ground, rows: Records) -> I64:
    """Paid minutes of picking and of packing that shipments take, by node: [N, 2]. `rows` need node, lines, units."""
    labour, total_ms = ground.labour, np.zeros((len(ground.packing), len(PROCESSES)), np.int64)
    picking = (labour.rate_x1000, labour.extra_unit_ms, labour.productive_ppm)
    add_work_ms(picking, ground.packing, rows, total_ms)
    minutes: I64 = total_ms // MINUTE_MS
    return minutes


@compiled
def add_work_ms(picking: tuple[I64, I64, I64], packing: I64, rows: Records, total_ms: I64) -> None:
    """Add each shipment's picking and packing to its node's; picking: (rate, further units, share worked)."""
    rate_x1000, further_ms, productive_ppm = picking
    for n in range(len(rows)):
        node, lines, units = rows[n].node, rows[n].lines, rows[n].units
        ms = HOUR_MS_X1000 // max(rate_x1000[node, PICK], 1) * lines + further_ms[node, PICK] * max(units - lines, 0)
        total_ms[node, 0] += ms * PPM // max(productive_ppm[node, PICK], 1)
        total_ms[node, 1] += pack_ms_of(packing, node, units)


def today_keys(ground: Ground, today: int) -> I64:
    """Keys of today's rosters of picking and packing at every fulfilment node, both shifts: [F * 2 * 2]."""
    days = ground.calendar.midnight_us.shape[1]
    process = ground.centres[:, None] * len(Process) + np.array([int(p) for p in PROCESSES])
    keys = (process[..., None] * days + today) * 2 + np.arange(2)
    return np.ascontiguousarray(keys.ravel(), dtype=np.int64)


def plan(ground: Ground, roster: Records, today: int, waiting: Waiting) -> Longer:
    """Overtime for today, and hands that move; `roster` the whole table.

    The rows that are answered are those that `today_keys` names.
    """
    found: list[tuple[int, int, int, int]] = []
    needed = minutes_of(ground, waiting.due) + minutes_of(ground, waiting.on_floor)
    standing = minutes_of(ground, waiting.picked)[:, 1]
    work_of = np.column_stack([needed, standing])
    for c, node in enumerate(ground.centres.tolist()):
        first = c * len(PROCESSES) * 2
        picking, packing, picked = work_of[node].tolist()
        for row, minutes, work, lent in of_node(ground, node, roster, today, (picking, packing, picked)):
            found.append((first + row, minutes, work, lent))
    columns = np.array(found, np.int64).reshape(-1, 4)
    return Longer(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3])


def of_node(
    ground: Ground, node: int, roster: Records, today: int, needed: tuple[int, int, int]
) -> list[tuple[int, int, int, int]]:
    """(process x 2 + shift, overtime, minutes needed, heads lent) of the crews of one building that change today.

    `needed`: minutes of picking, of packing, and of packing what is picked already.
    """
    rows = roster.reshape(-1, len(Process), ground.calendar.midnight_us.shape[1], 2)
    crews = (rows[node, flex.PAIR[0], today], rows[node, flex.PAIR[1], today])
    minutes = ground.labour.shift_minutes[node].astype(np.int64)
    present = PPM - int(ground.labour.absence_ppm[node])
    full = [
        crew["heads"] + temps_today(ground, roster, (node, place), today)
        for crew, place in zip(crews, flex.PAIR, strict=True)
    ]
    capacity = [
        int((each * (minutes + crew["overtime_min"])).sum()) * present // PPM
        for crew, each in zip(crews, full, strict=True)
    ]
    lent, after = flex.lend(
        ground, node, flex.Day(crews, (needed[0], needed[1] + needed[2]), (capacity[0], capacity[1]))
    )
    found: list[tuple[int, int, int, int]] = []
    for p, place in enumerate(flex.PAIR):
        week = rows[node, place, pace.week_of(ground, today)]
        longer = more_minutes(ground, (node, place), (crews[p], week), (needed[p], after[p], lent[p])).tolist()
        changed = np.flatnonzero((crews[p]["overtime_min"] < longer) | (lent[p] != 0)).tolist()
        found += [(p * 2 + shift, longer[shift], needed[p], int(lent[p, shift])) for shift in changed]
    return found


def more_minutes(
    ground: Ground, place: tuple[int, int], crews: tuple[Records, Records], work: tuple[int, int, I64]
) -> I64:
    """Overtime minutes a head by shift, longer on the last shift where the day's work does not fit: [2].

    `place` = (node, process); `crews` = rosters of today [2] and of the week [days, 2]; `work` = minutes needed,
    minutes that there are, heads lent by shift.
    """
    (node, process), (today, week), (needed, capacity, lent) = place, crews, work
    heads, overtime = today["heads"] + lent, today["overtime_min"].astype(np.int64)
    last = 1 if ground.labour.shift_minutes[node, 1] > 0 and heads[1] > 0 else 0
    if needed <= capacity or heads[last] <= 0:
        return overtime
    more = -(-(needed - capacity) // int(heads[last]))
    more = min(more, pace.left_today(ground, (node, process, last), week[:, last], int(today["heads"][last])))
    overtime[last] = max(min(int(overtime[last]) + more, int(ground.labour.overtime_minutes[node])), overtime[last])
    return overtime


def temps_today(ground: Ground, roster: Records, place: tuple[int, int], today: int) -> I64:
    """Full-speed heads in today's temporary staff by shift, as the house believes: [2]."""
    rows = roster["temps"].reshape(-1, len(Process), ground.calendar.midnight_us.shape[1], 2)
    temps = rows[place[0], place[1], today].astype(np.int64)
    if not temporary.learns(ground, *place) or not temps.any():
        alike: I64 = temps * int(ground.labour.temp_speed_ppm[place]) // PPM
        return alike
    asked = temporary.asked_before(ground, roster, place, today)
    speed = temporary.believed(ground, place, asked, int(temps.max()))
    return np.array([speed[shift][temps[shift]] // PPM for shift in range(2)], np.int64)
