"""Today's overtime: what waits against what the rostered hands can carry.

Every morning the work that is due today or overdue, on the floor and waiting, is set against the day's roster
of pickers and packers, absence taken off. What does not fit is spread over the heads of the last shift as
overtime, up to the most a person may do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import HOUR_MS_X1000, Ground
from firstbest.decide.wave import pack_ms
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
MINUTE_MS = 60_000
PROCESSES = (Process.PICK, Process.PACK)


class Longer(NamedTuple):
    """Rosters that are made longer: [n]."""

    row: I64  # of the roster rows given
    overtime_min: I64
    needed_min: I64


def pick_ms(ground: Ground, rows: Records) -> I64:
    """Paid picking time of shipments, milliseconds: [n]."""
    labour, node = ground.labour, rows["node"]
    each = HOUR_MS_X1000 // np.maximum(labour.rate_x1000[node, Process.PICK], 1)
    lines, units = rows["lines"].astype(np.int64), rows["units"].astype(np.int64)
    ms = each * lines + labour.extra_unit_ms[node, Process.PICK] * np.maximum(units - lines, 0)
    paid: I64 = ms * PPM // np.maximum(labour.productive_ppm[node, Process.PICK], 1)
    return paid


def today_keys(ground: Ground, today: int) -> I64:
    """Keys of today's rosters of picking and packing at every fulfilment node, both shifts: [F * 2 * 2]."""
    days = ground.calendar.midnight_us.shape[1]
    process = ground.centres[:, None] * len(Process) + np.array([int(p) for p in PROCESSES])
    keys = (process[..., None] * days + today) * 2 + np.arange(2)
    return np.ascontiguousarray(keys.ravel(), dtype=np.int64)


def plan(ground: Ground, roster: Records, due: Records, on_floor: Records) -> Longer:
    """Overtime for today; `roster` as `today_keys` names it, `due` waiting and `on_floor` released shipments."""
    shape = (len(ground.centres), len(PROCESSES), 2)
    rows = roster.reshape(shape)
    found: list[tuple[int, int, int]] = []
    for c, node in enumerate(ground.centres):
        for p, process in enumerate(PROCESSES):
            needed = work_min(ground, int(node), process, (due, on_floor))
            heads, minutes = rows["heads"][c, p], ground.labour.shift_minutes[node].astype(np.int64)
            present = PPM - int(ground.labour.absence_ppm[node])
            speed = int(ground.labour.temp_speed_ppm[node, process])
            full = heads + rows["temps"][c, p] * speed // PPM
            capacity = int((full * (minutes + rows["overtime_min"][c, p])).sum()) * present // PPM
            last = 1 if minutes[1] > 0 and heads[1] > 0 else 0
            if needed <= capacity or heads[last] == 0:
                continue
            more = -(-(needed - capacity) // int(heads[last]))
            total = min(int(rows["overtime_min"][c, p, last]) + more, int(ground.labour.overtime_minutes[node]))
            if total > rows["overtime_min"][c, p, last]:
                found.append(((c * len(PROCESSES) + p) * 2 + last, total, needed))
    columns = np.array(found, np.int64).reshape(-1, 3)
    return Longer(columns[:, 0], columns[:, 1], columns[:, 2])


def work_min(ground: Ground, node: int, process: Process, what: tuple[Records, Records]) -> int:
    """Paid minutes of a process that a node has before it today; what: (waiting, on the floor)."""
    total = 0
    for rows in what:
        mine = rows[rows["node"] == node]
        ms = pick_ms(ground, mine) if process == Process.PICK else pack_ms(ground, mine)
        total += int(ms.sum()) // MINUTE_MS
    return total
