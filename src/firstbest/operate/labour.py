"""People: the weekly roster (timed) and the hours that were worked (as they are reported)."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from firstbest.decide import flex, overtime, pace, staff
from firstbest.decide.ground import Ground
from firstbest.decide.wave import today_of
from firstbest.operate.ports import All, ByKey, Read, Rows, Staged, Step
from firstbest.operate.rows import block_of, joined
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.units import PPM
from firstbest.world.words import Process, Stage

PLANNING_WEEKDAY = 2
"""Rosters are planned on Wednesdays."""
WEIGHED = ("key", "lines", "units", "node")
"""What of a shipment says how much work it is."""


def roster(number: int, now: int, ground: Ground) -> Step:
    """Once a week plan heads by node, process, day and shift; every day lengthen today's shifts where work waits."""
    today = today_of(ground, now)
    if now > ground.calendar.start_us and ground.calendar.weekday[today] != PLANNING_WEEKDAY:
        return (yield from lengthen(number, now, ground, today))
    profile, slots = (yield All(t.PROFILE_T)).rows, (yield All(t.SLOT_T)).rows
    plan = staff.plan(ground, staff.Books(profile, slots, (yield All(t.ROSTER_T)).rows), now, today)
    rostered = block_of(
        f.ROSTERED, number, now, node=plan.node, process=plan.process, day=plan.day, shift=plan.shift,
        heads=plan.heads, temps=plan.temps, overtime_min=plan.overtime_min, needed_min=plan.needed_min,
    )  # fmt: skip
    limited = block_of(f.LIMITED, number, now, node=plan.limit_node, day=plan.limit_day, limit=plan.limit)
    longer = yield from lengthen(number, now, ground, today)
    return [*joined([rostered, *longer]), limited]


def lengthen(number: int, now: int, ground: Ground, today: int) -> Generator[Read, Rows, list[f.Block]]:
    """Today's hands that move between picking and packing, and overtime, where what is due does not fit the roster."""
    keys = overtime.today_keys(ground, today)
    rows = (yield All(t.ROSTER_T)).rows
    ahead = today + ground.policy.release_ahead_days
    due = (yield Staged(t.SHIPMENT_T, Stage.WAITING, "day", today, WEIGHED)).rows
    on_floor = (yield Staged(t.SHIPMENT_T, Stage.RELEASED, "day", ahead, WEIGHED)).rows
    picked = on_floor[:0]
    if flex.moves(ground):
        picked = (yield Staged(t.SHIPMENT_T, Stage.PICKED, "day", ahead, WEIGHED)).rows
    longer = overtime.plan(ground, rows, today, overtime.Waiting(due, on_floor, picked))
    if not len(longer.row):
        return []
    days = ground.calendar.midnight_us.shape[1]
    key = keys[longer.row]
    chosen = rows[key]
    return [
        block_of(
            f.ROSTERED, number, now, node=key // 2 // days // len(Process), process=key // 2 // days % len(Process),
            day=np.full(len(key), today), shift=key % 2, heads=chosen["heads"], temps=chosen["temps"],
            overtime_min=longer.overtime_min, lent=longer.lent,
        )
    ]  # fmt: skip


def work(batch: Batch, ground: Ground) -> Step:
    """Hours worked, with their money, and which were beyond the week's sustainable pace.

    Money is paid minutes at the wage, overtime and temporary minutes at their price.
    """
    c, labour = batch.commands, ground.labour
    node, process = c["node"], c["service"]
    wage = labour.wage_hour[node, process]
    paid, overtime, temps = c["quantity"], c["expected"], c["item"].astype(np.int64)
    regular = paid - overtime - temps
    money = (
        regular * wage
        + overtime * wage * labour.overtime_ppm[node, process] // PPM
        + temps * wage * labour.temp_ppm[node, process] // PPM
    ) // 60
    rows = np.zeros(len(c), f.WORKED.dtype)
    rows["number"], rows["at"], rows["node"], rows["process"], rows["shift"] = (
        c["number"], c["at"], node, process, c["flag"],
    )  # fmt: skip
    rows["paid_min"], rows["overtime_min"], rows["temp_min"], rows["busy_s"] = paid, overtime, temps, c["customer"]
    rows["money"] = money
    rows["day"], rows["injured"], rows["lent_min"] = c["place"], c["attempt"], c["order"]
    before = (yield ByKey(t.HOURS_T, pace.week_keys(ground, rows))).rows["head_min"]
    rows["above_min"] = pace.above(ground, rows, before)
    return [f.Block(f.WORKED, rows)]
