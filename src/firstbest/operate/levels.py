"""Cases and pallets that are opened for the lines of a wave: facts, and somebody's time.

A wave knows what its lines take. What leaves a shelf otherwise (goods for another building, lots that are over, what a
count did not find) is owed by its levels until the next transfers are decided, once a day; then it is taken as a line.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from firstbest.decide import levels
from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Records, Row
from firstbest.operate.ports import All, ByKey, Read, Rows
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64, Levels

NO_ORDER = -1


def opened(number: int, now: int, ground: Ground, tasked: f.Block) -> Generator[Read, Rows, list[f.Block]]:
    """What the tasked lines take apart, in their order: cases, and pallets where the house keeps them."""
    rules = ground.detail.levels
    assert rules is not None, "cases are opened where the house keeps levels"
    if rules.pallet_units is not None:
        return (yield from taken(number, now, ground, (rules.case_units, rules.pallet_units), tasked.rows))
    return [(yield from broken(number, now, ground, rules, tasked))]


def broken(number: int, now: int, ground: Ground, rules: Levels, tasked: f.Block) -> Generator[Read, Rows, f.Block]:
    """The cases that the tasked lines open, in their order."""
    rows = tasked.rows[rules.case_units[tasked.rows["item"]] > 0]
    shelf = shelves_of(rows, ground)
    loose = (yield ByKey(t.LOOSE_T, shelf)).rows["units"]
    cases = levels.opened(shelf, rows["quantity"].astype(np.int64), loose, rules.case_units[rows["item"]])
    some = cases > 0
    names = ("order", "node", "attempt", "line", "item")
    return block_of(f.CASE_BROKEN, number, now, cases=cases[some], **{name: rows[name][some] for name in names})


def shelves_of(rows: Records, ground: Ground) -> I64:
    """Keys of the shelves that rows are about."""
    keys: I64 = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows["node"]
    return keys


def taken(
    number: int, now: int, ground: Ground, units: tuple[I64, I64], rows: Records
) -> Generator[Read, Rows, list[f.Block]]:
    """What tasked lines take by level; `units`: [I] of a case and of a pallet."""
    made = np.empty((5, len(rows)), np.int64)
    spot, shelf, quantity, case, pallet = made[:, : in_levels(rows, units, len(ground.nodes.kind), made)]
    there = (yield ByKey(t.PALLET_T, shelf)).rows
    found = levels.taken(shelf, quantity, there_of(there), levels.Packs(case, pallet))
    return told((number, now), rows, spot, found, found.missing)


@compiled
def in_levels(rows: Records, units: tuple[I64, I64], nodes: int, made: I64) -> int:
    """Write place, shelf, quantity, units of a case and of a pallet of each line whose item has either; how many."""
    case, pallet = units
    count = 0
    for n in range(len(rows)):
        row = rows[n]
        if case[row.item] > 0 or pallet[row.item] > 0:
            made[0, count], made[1, count], made[2, count] = n, row.item * nodes + row.node, row.quantity
            made[3, count], made[4, count] = case[row.item], pallet[row.item]
            count += 1
    return count


def there_of(rows: Records) -> levels.There:
    """What stands on shelves by the table."""
    return levels.There(*(np.ascontiguousarray(rows[name]) for name in levels.There._fields))


def told(named: tuple[int, int], rows: Records, spot: I64, found: levels.Taken, missing: I64) -> list[f.Block]:
    """Facts of what lines take otherwise than as single units, rows[spot] each; named: the number and the instant."""
    types = (f.PALLET_BROKEN, f.CASE_BROKEN, f.LEVELLED)
    rooms = [np.zeros(len(spot), fact.dtype) for fact in types]
    counts = np.zeros(len(rooms), np.int64)
    tell(named, (rows, spot), (found, missing), (rooms[0], rooms[1], rooms[2]), counts)
    return [f.Block(fact, made[:n]) for fact, made, n in zip(types, rooms, counts.tolist(), strict=True)]


@compiled
def tell(
    named: tuple[int, int],
    lines: tuple[Records, I64],
    what: tuple[levels.Taken, I64],
    rooms: tuple[Records, Records, Records],
    counts: I64,
) -> None:
    """Write the facts of `told`, and how many of each."""
    rows, spot = lines
    found, missing = what
    pallet_broken, case_broken, levelled = rooms
    for n in range(len(spot)):
        line = rows[spot[n]]
        if found.broken[n] != 0:
            pallet_broken[counts[0]].pallets = found.broken[n]
            name(named, line, pallet_broken[counts[0]], counts, 0)
        if found.opened[n] != 0:
            case_broken[counts[1]].cases = found.opened[n]
            name(named, line, case_broken[counts[1]], counts, 1)
        if found.pallets[n] != 0 or found.cases[n] != 0 or missing[n] != 0:
            row = levelled[counts[2]]
            row.pallets, row.cases, row.missing = found.pallets[n], found.cases[n], missing[n]
            name(named, line, row, counts, 2)


@compiled
def name(named: tuple[int, int], line: Row, row: Row, counts: I64, which: int) -> None:
    """Name a fact by its cause, and the line that it is about."""
    row.number, row.at = named
    row.ordinal = counts[which]
    row.order, row.line, row.item = line.order, line.line, line.item
    row.node, row.attempt = line.node, line.attempt
    counts[which] += 1


def settled(number: int, now: int, ground: Ground, leaving: Sequence[f.Block]) -> Generator[Read, Rows, list[f.Block]]:
    """What shelves owe, with what `leaving` (goods for other buildings) takes off them now, out of their levels."""
    rules, nodes = ground.detail.levels, len(ground.nodes.kind)
    if rules is None or rules.pallet_units is None:
        return []
    there = (yield All(t.PALLET_T)).rows
    owed = there["owed"].copy()
    for block in leaving:
        rows = block.rows[block.rows["bought"] == 0]
        np.add.at(owed, rows["item"].astype(np.int64) * nodes + rows["from_node"], rows["quantity"])
    shelf = np.flatnonzero(owed)
    item = shelf // nodes
    case, pallet = rules.case_units[item], rules.pallet_units[item]
    kept = (case > 0) | (pallet > 0)
    shelf, item, case, pallet = shelf[kept], item[kept], case[kept], pallet[kept]
    found = levels.taken(shelf, owed[shelf], there_of(there[shelf]), levels.Packs(case, pallet))
    rows = np.zeros(len(shelf), f.LEVELLED.dtype)
    rows["order"], rows["line"], rows["item"], rows["node"] = NO_ORDER, NO_ORDER, item, shelf % nodes
    return told((number, now), rows, np.arange(len(rows)), found, found.missing - owed[shelf])
