"""Timed steps on the floor: the wave that hands out work, and the counts that are asked for."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import count as counts
from firstbest.decide import wave
from firstbest.decide.ground import Ground
from firstbest.decide.plugged import released as rows_released
from firstbest.kernels.compiled import compiled
from firstbest.operate import kits, levels, slots
from firstbest.operate.backorders import ask_again
from firstbest.operate.fold_keys import Records
from firstbest.operate.ports import All, ByKey, Read, Rows, Soonest, Staged, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MAX_ATTEMPT, MAX_LINE, MAX_NODE, MINUTE_US
from firstbest.world.words import Stage


def release(number: int, now: int, ground: Ground) -> Step:
    """The wave: ask again for what waits for stock, release due shipments as far as hands allow, with lines to pick."""
    today = wave.today_of(ground, now)
    policy = ground.policy
    waiting = (yield All(t.WAIT_T)).rows
    kept = yield from kept_too_long(ground, now)
    again = (yield from ask_again(number, now, ground, waiting, kept)) if len(waiting) + len(kept) else []
    load = (yield All(t.LOAD_T)).rows
    roster = (yield ByKey(t.ROSTER_T, wave.roster_keys(ground, today))).rows
    quota = wave.hands_ms(ground, roster, now, now + wave.horizon_us(policy.floor_target_min)) - load["floor_ms"]
    if not (quota[ground.centres] > 0).any():
        return again
    queue = (yield due(ground, quota, today + policy.release_ahead_days)).rows
    chosen = rows_released(ground, queue, quota)
    if not len(chosen):
        return again
    released = f.Block(f.RELEASED, np.zeros(len(chosen), f.RELEASED.dtype))
    write_released(queue, chosen, released.rows, (number, now, now - policy.wave_minutes * MINUTE_US))
    tasked, kit = yield from pick_list(number, now, released.rows)
    found = [*again, released, tasked]
    if ground.detail.levels is not None:
        found += yield from levels.opened(number, now, ground, tasked)
    if ground.detail.kits is not None:
        found.append(kits.assembled((number, now), ground.detail.kits, tasked.rows, kit))
    if ground.detail.slotting is not None and len(tasked.rows):
        found.append((yield from slots.picked_from(number, now, ground, tasked)))
    return found


def kept_too_long(ground: Ground, now: int) -> Generator[Read, Rows, Records]:
    """Held shipments that should have left longer ago than an order may be kept back."""
    days = ground.policy.hold_days
    if not days:
        return np.zeros(0, t.SHIPMENT)
    rows: Records = (yield Staged(t.SHIPMENT_T, Stage.HELD, "ship_by", now - days * DAY_US)).rows
    return rows


def due(ground: Ground, quota: I64, day: int) -> Soonest | Staged:
    """As much of what waits at each fulfilment node, soonest first, as its quota can take at most.

    A package that decides waves is told all that is due: its order may be another.
    """
    if ground.plugged.wave is not None:
        return Staged(t.SHIPMENT_T, Stage.WAITING, "day", day)
    return Soonest(t.SHIPMENT_T, ground.centres, wave.most_of(ground, quota)[ground.centres], day)


@compiled
def write_released(queue: Records, chosen: I64, rows: Records, told: tuple[int, int, int]) -> None:
    """Write a row for each chosen place of the queue [n]; told: the number, the instant, that of the wave before."""
    number, now, before = told
    for n in range(len(chosen)):
        row, shipment = rows[n], queue[chosen[n]]
        row.number, row.at, row.ordinal = number, now, n
        row.order, row.attempt = shipment.key // MAX_ATTEMPT // MAX_NODE, shipment.key % MAX_ATTEMPT
        row.node, row.tie, row.ship_by = shipment.node, shipment.tie, shipment.ship_by
        row.lines, row.units, row.day, row.seller = shipment.lines, shipment.units, shipment.day, shipment.seller
        row.held = shipment.placed_at < before


def pick_list(number: int, now: int, released: Records) -> Generator[Read, Rows, tuple[f.Block, I64]]:
    """The lines of released shipments, in their order; and of each the kit that it is part of (tables.LINE_STATE)."""
    orders = np.ascontiguousarray(released["order"])
    counts_of = (yield ByKey(t.ORDER_T, orders)).rows["lines"].astype(np.int64)
    keys = np.empty(int(counts_of.sum()), np.int64)
    name_lines(orders, counts_of, keys)
    answer = yield ByKey(t.LINE_T, keys)
    rows, kit = np.zeros(len(keys), f.TASKED.dtype), np.empty(len(keys), np.int64)
    count = task(released, counts_of, (answer.rows, answer.found), (rows, kit), (number, now))
    return f.Block(f.TASKED, rows[:count]), kit[:count]


@compiled
def name_lines(orders: I64, counts_of: I64, keys: I64) -> None:
    """Write the keys of all lines of orders [n], one order after the other."""
    spot = 0
    for n in range(len(orders)):
        for line in range(counts_of[n]):
            keys[spot] = orders[n] * MAX_LINE + line
            spot += 1


@compiled
def task(
    released: Records,
    counts_of: I64,
    answer: tuple[Records, NDArray[np.bool_]],
    made: tuple[Records, I64],
    told: tuple[int, int],
) -> int:
    """Write a row for each line that a released shipment [n] brings, and its kit; how many.

    answer: the lines of the shipments' orders, one order after the other, and whether they are there; told: the
    number and the instant.
    """
    lines, found = answer
    rows, kit = made
    count, spot = 0, -1
    for n in range(len(released)):
        shipment = released[n]
        for _ in range(counts_of[n]):
            spot += 1
            line = lines[spot]
            if not found[spot] or line.node != shipment.node or line.attempt != shipment.attempt:
                continue
            row = rows[count]
            row.number, row.at = told
            row.ordinal = count
            row.order, row.line = line.key // MAX_LINE, line.key % MAX_LINE
            row.node, row.attempt = shipment.node, shipment.attempt
            row.quantity, row.item, kit[count] = line.quantity, line.item, line.kit
            count += 1
    return count


def ask_counts(number: int, now: int, ground: Ground) -> Step:
    """Ask for the day's counts at every fulfilment node."""
    stock = (yield All(t.STOCK_T)).rows
    node, item, reason = counts.choose(ground, stock, now)
    return [block_of(f.COUNT_ASKED, number, now, node=node, item=item, reason=reason)]
