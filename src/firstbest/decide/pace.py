"""Sustainable pace: how long a head's week is, what of it is beyond the pace, and where the house stops.

Hours are those of a crew: the permanent heads of one process, shift and building over a calendar week from Monday,
against the contracts of that shift. A crew's mean stands for each of its people. Beyond the pace are the minutes by
which a crew's week exceeds contracts x pace, counted on the day on which they are worked; so over a week they add up
to just that excess, however the week was cut.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64
from firstbest.world.units import EARLY_SHARE_PPM, PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
Count = TypeVar("Count", int, I64)


def early_part(ground: Ground, node: int, heads: Count) -> Count:
    """Of so many heads, those of the first shift; one shift has all."""
    return early_of_two(heads) if ground.labour.shift_minutes[node, 1] > 0 else heads


def early_of_two(heads: Count) -> Count:
    """Of so many heads on two shifts, those of the first: a little more than half, of two one."""
    part = -(-heads * EARLY_SHARE_PPM // PPM)
    # The share rounded up may be all of them: of two heads and more, one is left for the second shift.
    return part - ((heads > 1) & (part >= heads))


def contracts(ground: Ground, node: int, process: int) -> I64:
    """Permanent contracts by shift: [2]."""
    pool = int(ground.labour.heads[node, process])
    early = early_part(ground, node, pool)
    return np.array([early, pool - early], np.int64)


def weeks(ground: Ground) -> int:
    """Calendar weeks that the days of a rehearsal may touch."""
    return int(ground.calendar.midnight_us.shape[1]) // 7 + 2


def week_keys(ground: Ground, rows: Records) -> I64:
    """Keys of the hours of the crews and weeks of the rows, which need node, process, shift and day: [n]."""
    week = (rows["day"].astype(np.int64) + int(ground.calendar.weekday[0])) // 7
    crew = (rows["node"].astype(np.int64) * len(Process) + rows["process"]) * 2 + rows["shift"]
    keys: I64 = crew * weeks(ground) + week
    return keys


def above(ground: Ground, rows: Records, before: I64) -> I64:
    """Minutes of heads beyond the week's pace, a row each: [n].

    `rows` are hours worked in their order, `before` [n] what their crew had worked in the week when the batch began.
    Indirect hours, crews without contracts and buildings without a pace have none.
    """
    keys = week_keys(ground, rows)
    so_far: dict[int, int] = {}
    found = np.zeros(len(rows), np.int64)
    for row, (key, had) in enumerate(zip(keys.tolist(), before.tolist(), strict=True)):
        node, process, shift = (int(rows[name][row]) for name in ("node", "process", "shift"))
        minutes = int(rows["paid_min"][row] - rows["temp_min"][row] - rows["lent_min"][row])
        begun = so_far.get(key, had)
        so_far[key] = begun + minutes
        allowed = int(contracts(ground, node, process)[shift]) * int(ground.labour.pace_minutes_week[node])
        if process != Process.INDIRECT and allowed > 0:
            found[row] = min(max(begun + minutes - allowed, 0), minutes)
    return found


def planned(ground: Ground, place: tuple[int, int], days: I64, heads: I64, overtime: I64) -> I64:
    """Overtime minutes a head by day, cut in proportion where a week would ask more of a head than the plan may.

    `place` = (node, process); heads, overtime [days]. What is cut is left for temporary staff.
    """
    most = ground.policy.plan_minutes_week
    if most <= 0:
        return overtime
    node, process = place
    pool, shift_min = int(ground.labour.heads[node, process]), int(ground.labour.shift_minutes[node].max())
    monday = days - ground.calendar.weekday[days]
    kept = overtime.copy()
    for week in np.unique(monday):
        mine = monday == week
        room = max(pool * most - int(heads[mine].sum()) * shift_min, 0)
        asked = int((heads[mine] * overtime[mine]).sum())
        if asked > room:
            kept[mine] = overtime[mine] * room // asked
    return kept


def left_today(ground: Ground, place: tuple[int, int, int], week: Records, heads: int) -> int:
    """Minutes of overtime that may still be added today to each of `heads`, by the most a head may do in a week.

    `place` = (node, process, shift); `week` the crew's rosters from Monday to Sunday, today's as it stands.
    """
    most = ground.policy.most_minutes_week
    if most <= 0:
        return 2**40
    node, process, shift = place
    minutes = int(ground.labour.shift_minutes[node, shift])
    asked = int((week["heads"] * (minutes + week["overtime_min"])).sum())
    room = int(contracts(ground, node, process)[shift]) * most - asked
    return max(room, 0) // max(heads, 1)


def week_of(ground: Ground, today: int) -> slice:
    """Local days from the Monday of today's week to its Sunday."""
    monday = today - int(ground.calendar.weekday[today])
    return slice(max(monday, 0), min(monday + 7, ground.calendar.midnight_us.shape[1]))
