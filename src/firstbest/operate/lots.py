"""Lots, told once a day: what came is a new lot, what left is taken from those that expire first, what is over goes.

Shelves are counted in units, not in lots: which lot a unit was of is told at the settling, from how many came and how
many left since the last. So the lots of an item always come to what is on shelves and between two buildings.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import lots
from firstbest.decide.ground import Ground
from firstbest.decide.terms import NODE_ORDER
from firstbest.decide.wave import today_of
from firstbest.operate.ports import All, Read, Rows
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64, Lots
from firstbest.world.units import ANNOUNCED_FIRST, MAX_DAY, PPM

Records = NDArray[np.void]
FIRST_LOTS = 4
"""Stock that was there before the first day is of so many lots, of which the oldest has the least left."""


def settle(number: int, now: int, ground: Ground, rules: Lots) -> Generator[Read, Rows, list[f.Block]]:
    """New lots, first expired first out, and the write-off of what is over."""
    nodes, today = len(ground.nodes.kind), today_of(ground, now)
    stock = (yield All(t.STOCK_T)).rows
    cargo = (yield All(t.CARGO_T)).rows
    before = (yield All(t.LOT_T)).rows
    intake = (yield All(t.INTAKE_T)).rows["units"]
    on_hand, reserved = (stock[name].reshape(-1, nodes) for name in ("on_hand", "reserved"))
    there = on_hand.sum(axis=1) + between(cargo, len(on_hand))
    kept = np.bincount(before["key"] // MAX_DAY, weights=before["units"], minlength=len(on_hand)).astype(np.int64)
    keeps_not = rules.life_days > 0
    # What a count found is as new as what came today.
    came = np.where(keeps_not, np.maximum(intake, there - kept), 0)
    shelf, made = with_new(before, came, kept, today, rules)
    used = lots.first_expired_first_out(shelf, np.where(keeps_not, kept + came - there, 0))
    left = shelf.units - used
    over = np.where(shelf.expires - rules.pull_days <= today, left, 0)
    shelves = ground.stocked[np.argsort(ground.terms.node[ground.stocked, NODE_ORDER])]
    free = np.maximum(on_hand - reserved, 0)[:, shelves]
    wanted = np.bincount(shelf.item, weights=over, minlength=len(on_hand)).astype(np.int64)
    item, node, units = lots.off_shelves(wanted, free, shelves)
    gone = np.bincount(item, weights=units, minlength=len(on_hand)).astype(np.int64)
    expired = lots.first_expired_first_out(shelf._replace(units=over), gone)
    some = (made > 0) | (used > 0) | (expired > 0)
    return [
        block_of(
            f.LOTTED, number, now, made=made[some], used=used[some], expired=expired[some],
            left=(left - expired)[some], item=shelf.item[some], expires=shelf.expires[some],
        ),
        block_of(f.EXPIRED, number, now, quantity=units, value=units * ground.items.cost[item], item=item, node=node),
    ]  # fmt: skip


def between(cargo: Records, items: int) -> I64:
    """[I] Units that have left one building of the network for another and are not received there."""
    key = cargo["key"]
    rows = cargo[(key < ANNOUNCED_FIRST) & (key & 1 == 0)]
    return np.bincount(rows["item"], weights=rows["quantity"], minlength=items).astype(np.int64)


def with_new(before: Records, came: I64, kept: I64, today: int, rules: Lots) -> tuple[lots.Shelf, I64]:
    """Lots by item and day with those that came today, and of each how much came today: [L]."""
    life = np.maximum(rules.life_days * rules.fresh_ppm // PPM, 1)
    item = np.flatnonzero(came)
    first = (kept[item] == 0) & (today <= 1)
    parts = [(item[~first], life[item[~first]], came[item[~first]])]
    for part in range(FIRST_LOTS):
        mine = item[first]
        share = came[mine] // FIRST_LOTS + np.where(part == 0, came[mine] % FIRST_LOTS, 0)
        parts.append((mine, life[mine] * (part + 1) // FIRST_LOTS, share))
    keys = np.concatenate([before["key"], *(each * MAX_DAY + today + days for each, days, _ in parts)])
    fresh = np.concatenate([np.zeros(len(before), np.int64), *(units for _, _, units in parts)])
    units = np.concatenate([before["units"], *(units for _, _, units in parts)])
    unique, place = np.unique(keys, return_inverse=True)
    total, made = np.zeros(len(unique), np.int64), np.zeros(len(unique), np.int64)
    np.add.at(total, place, units)
    np.add.at(made, place, fresh)
    return lots.Shelf(unique // MAX_DAY, unique % MAX_DAY, total), made
