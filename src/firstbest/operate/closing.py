"""The end of the day: what stands in each building, what it cost to stand there, what was left undone."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.decide.wave import today_of
from firstbest.operate.fold_keys import Records
from firstbest.operate.ports import All, Staged, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import Stage

YEAR_DAYS = 365
AGED_DAYS = 180


def close_day(number: int, now: int, ground: Ground) -> Step:
    """State stock, value, aged units, building cost and backlog of every node."""
    stock = (yield All(t.STOCK_T)).rows
    expect = (yield All(t.FORECAST_T)).rows
    load = (yield All(t.LOAD_T)).rows
    today = today_of(ground, now)
    waiting = (yield Staged(t.SHIPMENT_T, Stage.WAITING, "day", today, ("key", "node"))).rows
    nodes = len(ground.nodes.kind)
    overdue = np.bincount(waiting["node"], minlength=nodes)
    units = stock["on_hand"].reshape(-1, nodes)
    value = units * ground.items.cost[:, None]
    open_now = (now >= ground.nodes.open_from_us) & (now < ground.nodes.open_until_us)
    total = value.sum(axis=0)
    return [
        block_of(
            f.DAY_CLOSED, number, now, node=np.arange(nodes), day=today, units=units.sum(axis=0), value=total,
            aged_units=aged(ground, units, expect).sum(axis=0), cost=ground.nodes.fixed_cost_day * open_now,
            holding=total // YEAR_DAYS * ground.policy.holding_ppm_year // PPM, backlog=overdue + load["floor"],
            packed_waiting=load["dock"], floor=load["floor"],
            volume_cm3=(units * ground.items.volume_cm3[:, None]).sum(axis=0),
        )
    ]  # fmt: skip


def aged(ground: Ground, units: I64, expect: Records) -> I64:
    """Units beyond what the whole network sells in 180 days, by item and node [I, N], in proportion to holding."""
    nodes = units.shape[1]
    rate = expect["rate_x1000"].reshape(-1, nodes)[:, ground.centres].sum(axis=1)
    total = units.sum(axis=1)
    beyond = np.maximum(total - rate * AGED_DAYS // 1000, 0)
    answer: I64 = units * beyond[:, None] // np.maximum(total, 1)[:, None]
    return answer
