"""The end of the day: what stands in each building, what it cost to stand there, what was left undone."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.decide.wave import today_of
from firstbest.kernels.compiled import compiled
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
    sums = np.zeros((nodes, 4), np.int64)
    add_standing((stock, expect), (ground.items.cost, ground.items.volume_cm3), ground.centres, sums)
    units, value, volume, aged = sums.T
    open_now = (now >= ground.nodes.open_from_us) & (now < ground.nodes.open_until_us)
    return [
        block_of(
            f.DAY_CLOSED, number, now, node=np.arange(nodes), day=today, units=units, value=value, aged_units=aged,
            cost=ground.nodes.fixed_cost_day * open_now,
            holding=value // YEAR_DAYS * ground.policy.holding_ppm_year // PPM, backlog=overdue + load["floor"],
            packed_waiting=load["dock"], floor=load["floor"], volume_cm3=volume,
        )
    ]  # fmt: skip


@compiled
def add_standing(books: tuple[Records, Records], items: tuple[I64, I64], centres: I64, sums: I64) -> None:
    """Add to each node's [N, 4] units, their value, their volume, and those of them that are aged.

    Aged are units beyond what the whole network sells in 180 days, in proportion to holding. books: (stock, forecast)
    by item and node; items: (cost, volume).
    """
    (stock, expect), (cost, volume_cm3), nodes = books, items, len(sums)
    for item in range(len(cost)):
        total, rate_x1000 = 0, 0
        for node in range(nodes):
            total += stock[item * nodes + node].on_hand
        for centre in centres:
            rate_x1000 += expect[item * nodes + centre].rate_x1000
        beyond = max(total - rate_x1000 * AGED_DAYS // 1000, 0)
        for node in range(nodes):
            units = stock[item * nodes + node].on_hand
            sums[node, 0] += units
            sums[node, 1] += units * cost[item]
            sums[node, 2] += units * volume_cm3[item]
            sums[node, 3] += units * beyond // max(total, 1)
