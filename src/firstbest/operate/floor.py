"""Timed steps on the floor: the wave that hands out work, and the counts that are asked for."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from firstbest.decide import count as counts
from firstbest.decide import wave
from firstbest.decide.ground import Ground
from firstbest.operate import levels
from firstbest.operate.folds import Records
from firstbest.operate.ports import All, ByKey, Read, Rows, Soonest, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE, MINUTE_US


def release(number: int, now: int, ground: Ground) -> Step:
    """The wave: release due shipments as far as hands allow, with the lines to pick."""
    today = wave.today_of(ground, now)
    policy = ground.policy
    load = (yield All(t.LOAD_T)).rows
    roster = (yield ByKey(t.ROSTER_T, wave.roster_keys(ground, now))).rows
    quota = wave.hands_ms(ground, roster, now, now + wave.horizon_us(policy.floor_target_min)) - load["floor_ms"]
    if not (quota[ground.centres] > 0).any():
        return []
    waiting = (yield due(ground, quota, today + policy.release_ahead_days)).rows
    chosen = waiting[wave.choose(ground, waiting, quota)]
    if not len(chosen):
        return []
    held = (chosen["placed_at"] < now - policy.wave_minutes * MINUTE_US).astype(np.int32)
    released = block_of(
        f.RELEASED, number, now,
        order=chosen["key"] // MAX_ATTEMPT // MAX_NODE, node=chosen["node"], attempt=chosen["key"] % MAX_ATTEMPT,
        tie=chosen["tie"], ship_by=chosen["ship_by"], lines=chosen["lines"], units=chosen["units"], day=chosen["day"],
        seller=chosen["seller"], held=held,
    )  # fmt: skip
    tasked = yield from pick_list(number, now, chosen)
    if ground.detail.levels is None:
        return [released, tasked]
    return [released, tasked, (yield from levels.broken(number, now, ground, ground.detail.levels, tasked))]


def due(ground: Ground, quota: I64, day: int) -> Soonest:
    """As much of what waits at each fulfilment node, soonest first, as its quota can take at most."""
    return Soonest(t.SHIPMENT_T, ground.centres, wave.most_of(ground, quota)[ground.centres], day)


def pick_list(number: int, now: int, chosen: Records) -> Generator[Read, Rows, f.Block]:
    """The lines of the chosen shipments, in their order."""
    orders = chosen["key"] // MAX_ATTEMPT // MAX_NODE
    counts_of = (yield ByKey(t.ORDER_T, orders)).rows["lines"].astype(np.int64)
    owner = np.repeat(np.arange(len(chosen)), counts_of)
    ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(counts_of) - counts_of, counts_of)
    answer = yield ByKey(t.LINE_T, orders[owner] * MAX_LINE + ordinal)
    lines = answer.rows
    shipment = chosen[owner]
    mine = answer.found & (lines["node"] == shipment["node"]) & (lines["attempt"] == shipment["key"] % MAX_ATTEMPT)
    lines, shipment = lines[mine], shipment[mine]
    return block_of(
        f.TASKED, number, now,
        order=lines["key"] // MAX_LINE, node=shipment["node"], attempt=lines["attempt"],
        quantity=lines["quantity"], line=lines["key"] % MAX_LINE, item=lines["item"],
    )  # fmt: skip


def ask_counts(number: int, now: int, ground: Ground) -> Step:
    """Ask for the day's counts at every fulfilment node."""
    stock = (yield All(t.STOCK_T)).rows
    node, item, reason = counts.choose(ground, stock, now)
    return [block_of(f.COUNT_ASKED, number, now, node=node, item=item, reason=reason)]
