"""Cases and pallets that are opened for the lines of a wave: facts, and somebody's time.

A wave knows what its lines take. What leaves a shelf otherwise (goods for another building, lots that are over, what a
count did not find) is owed by its levels until the next transfers are decided, once a day; then it is taken as a line.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import levels
from firstbest.decide.ground import Ground
from firstbest.operate.ports import All, ByKey, Read, Rows
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64, Levels

Records = NDArray[np.void]
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
    case, pallet = units
    rows = rows[(case[rows["item"]] > 0) | (pallet[rows["item"]] > 0)]
    shelf = shelves_of(rows, ground)
    there = (yield ByKey(t.PALLET_T, shelf)).rows
    packs = levels.Packs(case[rows["item"]], pallet[rows["item"]])
    found = levels.taken(shelf, rows["quantity"].astype(np.int64), there_of(there), packs)
    return told(number, now, rows, found, found.missing)


def there_of(rows: Records) -> levels.There:
    """What stands on shelves by the table."""
    return levels.There(*(np.ascontiguousarray(rows[name]) for name in levels.There._fields))


def told(number: int, now: int, rows: Records, found: levels.Taken, missing: I64) -> list[f.Block]:
    """Facts of what lines take otherwise than as single units."""
    blocks = []
    for fact, columns in (
        (f.PALLET_BROKEN, {"pallets": found.broken}),
        (f.CASE_BROKEN, {"cases": found.opened}),
        (f.LEVELLED, {"pallets": found.pallets, "cases": found.cases, "missing": missing}),
    ):
        some = np.any(np.stack(list(columns.values())) != 0, axis=0)
        names = ("order", "node", "attempt", "line", "item")
        amounts = {name: values[some] for name, values in columns.items()}
        blocks.append(block_of(fact, number, now, **amounts, **{name: rows[name][some] for name in names}))
    return blocks


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
    return told(number, now, rows, found, found.missing - owed[shelf])
