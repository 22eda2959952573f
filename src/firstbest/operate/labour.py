"""People: the weekly roster (timed) and the hours that were worked (as they are reported)."""

from __future__ import annotations

import numpy as np

from firstbest.decide import staff
from firstbest.decide.ground import Ground
from firstbest.decide.wave import today_of
from firstbest.kernels.index import local_days
from firstbest.operate.ports import All, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.units import PPM


def roster(number: int, now: int, ground: Ground) -> Step:
    """Plan heads by node, process, day and shift, and say how much may be promised."""
    profile = (yield All(t.PROFILE_T)).rows
    plan = staff.plan(ground, profile, now, today_of(ground, now))
    rostered = block_of(
        f.ROSTERED, number, now, node=plan.node, process=plan.process, day=plan.day, shift=plan.shift,
        heads=plan.heads, temps=plan.temps, overtime_min=plan.overtime_min, needed_min=plan.needed_min,
    )  # fmt: skip
    limited = block_of(f.LIMITED, number, now, node=plan.limit_node, day=plan.limit_day, limit=plan.limit)
    return [rostered, limited]


def work(batch: Batch, ground: Ground) -> Step:
    """Hours worked, with their money: paid minutes at the wage, overtime and temporary minutes at their price."""
    yield All(t.LOAD_T)
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
    zone = ground.nodes.time_zone[node].astype(np.int64)
    start_of_shift = c["at"] - 60_000_000
    rows["day"] = local_days(ground.calendar.midnight_us, zone, start_of_shift)
    return [f.Block(f.WORKED, rows)]
