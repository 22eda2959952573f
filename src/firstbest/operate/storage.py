"""Stock on its way: the weekly forecast, the daily transfers, the periodic orders to suppliers, goods announced."""

from __future__ import annotations

import numpy as np

from firstbest.decide import forecast as forecasts
from firstbest.decide import replenish as replenishes
from firstbest.decide.ground import Ground
from firstbest.decide.replenish import Orders
from firstbest.decide.wave import today_of
from firstbest.operate import levels
from firstbest.operate.backorders import with_owed
from firstbest.operate.freight import first_of_each
from firstbest.operate.ports import All, ByKey, Step
from firstbest.operate.rows import block_of, joined
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.units import DAY_US


def forecast(number: int, now: int, ground: Ground) -> Step:
    """Blend the past week's demand into what the house expects."""
    stock = (yield All(t.STOCK_T)).rows
    before = (yield All(t.FORECAST_T)).rows
    made = forecasts.review(ground, stock, before, today_of(ground, now))
    moved = np.flatnonzero((made["rate_x1000"] > 0) | (before["rate_x1000"] > 0))
    nodes = len(ground.nodes.kind)
    rows = made[moved]
    return [
        block_of(
            f.FORECASTED, number, now, node=moved % nodes, item=moved // nodes, wanted=rows["wanted_before"],
            rate_x1000=rows["rate_x1000"], spread_x1000=rows["spread_x1000"], weeks=rows["weeks"],
        )
    ]  # fmt: skip


def replenish(number: int, now: int, ground: Ground) -> Step:
    """Transfers every day; orders to suppliers every review period."""
    stock = (yield All(t.STOCK_T)).rows
    expect = (yield All(t.FORECAST_T)).rows
    stock = yield from with_owed(ground, stock, (yield All(t.WAIT_T)).rows)
    today = today_of(ground, now)
    blocks = [replenished(number, now, ground, replenishes.feed(ground, stock, expect, today, now), bought=0)]
    if today % ground.policy.review_days == 0:
        blocks.append(replenished(number, now, ground, replenishes.buy(ground, stock, expect, today, now), bought=1))
    levelled = yield from levels.settled(number, now, ground, blocks)
    return [*joined([block for block in blocks if len(block.rows)]), *(block for block in levelled if len(block.rows))]


def replenished(number: int, now: int, ground: Ground, orders: Orders, bought: int) -> f.Block:
    """Facts of goods on order; a cargo is named by review instant, destination and item."""
    items, nodes = len(ground.items.weight_g), len(ground.nodes.kind)
    day = now // DAY_US
    key = (((day * nodes + orders.to_node) * items + orders.item) << 1) | bought
    return block_of(
        f.REPLENISHED, number, now, cargo=key, quantity=orders.quantity,
        volume_cm3=orders.quantity * ground.items.inbound_cm3[orders.item],
        weight_g=orders.quantity * ground.items.weight_g[orders.item],
        ready_at=orders.ready_at, due_at=orders.due_at, position=orders.position, target=orders.target,
        item=orders.item, from_node=orders.from_node, to_node=orders.to_node, lane=orders.lane, bought=bought,
    )  # fmt: skip


def announce(batch: Batch, ground: Ground) -> Step:
    """Goods that a seller sends in by ways of his own: on order from now, expected at `expected`.

    A name that is on its way already changes nothing, nor does a second one in the batch.
    """
    c = batch.commands
    answer = yield ByKey(t.CARGO_T, c["order"].copy())
    c = c[~answer.found & first_of_each(c["order"])]
    item = c["item"].astype(np.int64)
    rows = np.zeros(len(c), f.REPLENISHED.dtype)
    rows["number"], rows["at"], rows["cargo"], rows["quantity"] = c["number"], c["at"], c["order"], c["quantity"]
    rows["item"], rows["to_node"], rows["from_node"] = item, c["node"], ground.items.source[item]
    rows["volume_cm3"] = c["quantity"] * ground.items.inbound_cm3[item]
    rows["weight_g"] = c["quantity"] * ground.items.weight_g[item]
    rows["ready_at"], rows["due_at"], rows["lane"], rows["bought"] = c["expected"], c["expected"], -1, 1
    return [f.Block(f.REPLENISHED, rows)] if len(rows) else []
