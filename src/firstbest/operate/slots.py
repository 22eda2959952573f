"""Shelves by zone: where the lines of a wave are picked, and the review after which items change places."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from firstbest.decide import slots
from firstbest.decide.ground import Ground
from firstbest.decide.terms import NODE_ORDER
from firstbest.operate.ports import All, ByKey, Read, Rows, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64, Slotting
from firstbest.world.words import Zone


def zone_now(written: I64, item: I64, rules: Slotting) -> I64:
    """The zone that items stand in; `written` is that of the table, 0 where nothing has changed."""
    return np.where(written > 0, written - 1, rules.zone[item])


def picked_from(number: int, now: int, ground: Ground, tasked: f.Block) -> Generator[Read, Rows, f.Block]:
    """A row for each shipment of the tasked lines, in their order: lines by zone."""
    rules = ground.detail.slotting
    assert rules is not None, "there are zones where the house keeps slots"
    rows = tasked.rows
    item = rows["item"].astype(np.int64)
    written = (yield ByKey(t.SHELF_T, item * len(ground.nodes.kind) + rows["node"])).rows["zone"]
    zone = zone_now(written, item, rules)
    first = np.ones(len(rows), np.bool_)
    for name in ("order", "node", "attempt"):
        first[1:] &= rows[name][1:] == rows[name][:-1]
    first[1:] = ~first[1:]
    starts = np.flatnonzero(first)
    lines = {each.name.lower(): np.add.reduceat((zone == each).astype(np.int64), starts) for each in Zone}
    names = ("order", "node", "attempt")
    return block_of(
        f.SLOTTED, number, now, seller=ground.items.seller[item[starts]], **lines,
        **{name: rows[name][starts] for name in names},
    )  # fmt: skip


def pairs(left: I64, right: I64) -> I64:
    """[2 m] Values of both of each pair, one behind the other."""
    found: I64 = np.stack([left, right], axis=1).ravel()
    return found


def review(number: int, now: int, ground: Ground) -> Step:
    """Items change places in each building, buildings by rank."""
    rules = ground.detail.slotting
    assert rules is not None, "shelves are reviewed where the house keeps slots"
    nodes = len(ground.nodes.kind)
    shelf = (yield All(t.SHELF_T)).rows
    on_hand = (yield All(t.STOCK_T)).rows["on_hand"].reshape(-1, nodes)
    lines, written = (shelf[name].reshape(-1, nodes) for name in ("lines", "zone"))
    moved = []
    for node in ground.centres[np.argsort(ground.terms.node[ground.centres, NODE_ORDER])].tolist():
        item = np.flatnonzero((on_hand[:, node] > 0) | (lines[:, node] > 0))
        zone = zone_now(written[item, node], item, rules)
        there = slots.Shelves(lines[item, node], zone, ground.items.tie[item])
        found = slots.swaps(there, rules)
        # Both of a pair stand together, pairs in their order: an item that moves twice stands where it came last.
        mine, other = pairs(found.nearer, found.farther), pairs(found.farther, found.nearer)
        to, before = pairs(found.zone, found.before), pairs(found.before, found.zone)
        moved.append((np.full(len(mine), node), item[mine], item[other], to, before))
    node, item, other, to, before = (np.concatenate(each) for each in zip(*moved, strict=True))
    made = block_of(
        f.RESLOTTED, number, now, lines=lines[item, node], units=on_hand[item, node], node=node, item=item,
        before=before, zone=to, other=other,
    )  # fmt: skip
    seen = block_of(f.SHELVES_REVIEWED, number, now, lines=np.array([lines.sum()]), moves=np.array([len(item)]))
    return [made, seen]
