"""Shelves by zone: where the lines of a wave are picked, and the review after which items change places."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import slots
from firstbest.decide.ground import Ground
from firstbest.decide.terms import NODE_ORDER
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Records
from firstbest.operate.ports import All, ByKey, Read, Rows, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64, Slotting
from firstbest.world.words import Zone

FAST = int(Zone.FAST)
MEDIUM = int(Zone.MEDIUM)
SLOW = int(Zone.SLOW)


def zone_now(written: I64, item: I64, rules: Slotting) -> I64:
    """The zone that items stand in; `written` is that of the table, 0 where nothing has changed."""
    return np.where(written > 0, written - 1, rules.zone[item])


def picked_from(number: int, now: int, ground: Ground, tasked: f.Block) -> Generator[Read, Rows, f.Block]:
    """A row for each shipment of the tasked lines, in their order: lines by zone."""
    rules = ground.detail.slotting
    assert rules is not None, "there are zones where the house keeps slots"
    rows = tasked.rows
    shelf = np.empty(len(rows), np.int64)
    name_shelves(rows, len(ground.nodes.kind), shelf)
    there = (yield ByKey(t.SHELF_T, shelf)).rows
    made = np.zeros(len(rows), f.SLOTTED.dtype)
    return f.Block(f.SLOTTED, made[: tell((number, now), rows, there, (rules.zone, ground.items.seller), made)])


@compiled
def name_shelves(rows: Records, nodes: int, keys: I64) -> None:
    """Write the shelf of each line."""
    for n in range(len(rows)):
        keys[n] = rows[n].item * nodes + rows[n].node


@compiled
def tell(
    told: tuple[int, int], rows: Records, there: Records, known: tuple[I64, NDArray[np.int32]], made: Records
) -> int:
    """Write a row for each shipment of lines, which stand together; how many.

    told: the number and the instant; there: the shelf of each line; known: of each item (first zone, seller).
    """
    zone_at_first, seller = known
    count = 0
    for n in range(len(rows)):
        line = rows[n]
        if (
            n == 0
            or line.order != rows[n - 1].order
            or line.node != rows[n - 1].node
            or (line.attempt != rows[n - 1].attempt)
        ):
            made[count].number, made[count].at = told
            made[count].ordinal, made[count].seller = count, seller[line.item]
            made[count].order, made[count].node, made[count].attempt = line.order, line.node, line.attempt
            count += 1
        row = made[count - 1]
        zone = there[n].zone - 1 if there[n].zone > 0 else zone_at_first[line.item]
        row.fast += zone == FAST
        row.medium += zone == MEDIUM
        row.slow += zone == SLOW
    return count


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
