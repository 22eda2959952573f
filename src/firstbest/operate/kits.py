"""Kits made on order: their orders come apart into lines for the parts, and somebody puts them together in a wave.

Parts are kept from one node together or not at all (`decide.source`); what happens to them afterwards happens to lines
like any others, so stock, picks, returns and their laws know nothing of kits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import kits
from firstbest.decide.ground import Ground
from firstbest.operate.fold_keys import shipment_keys
from firstbest.operate.ports import ByKey, Read, Rows, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I64, Kits
from firstbest.world.units import MAX_KIT, MAX_LINE
from firstbest.world.words import Kind

Records = NDArray[np.void]
PLACE = int(Kind.PLACE)


def take(batch: Batch, ground: Ground, rules: Kits, decide: Callable[[Batch, Ground, I64 | None], Step]) -> Step:
    """Decide a batch whose kits have been taken apart by `decide`, and tell which they were."""
    commands, lines, line_kit, rest = kits.apart(batch.commands, batch.lines, rules)
    blocks = yield from decide(Batch(commands, lines), ground, line_kit)
    told = kitted(batch, ground, rules, rest)
    if len(told):
        placed = [block.rows["number"] for block in blocks if block.fact is f.ORDERED]
        told = told[among(told["number"], placed[0])] if placed else told[:0]
    return [*blocks, f.Block(f.KITTED, told)] if len(told) else blocks


def among(values: NDArray[np.integer], known: NDArray[np.integer]) -> NDArray[np.bool_]:
    """[n] Which values are among those known, of which there are some, in ascending order."""
    place = np.minimum(known.searchsorted(values), len(known) - 1)
    found: NDArray[np.bool_] = known[place] == values
    return found


def kitted(batch: Batch, ground: Ground, rules: Kits, rest: I64) -> Records:
    """A row for each line that was a kit, in the order of commands and lines."""
    c = batch.commands
    orders = c["kind"] == PLACE
    counts = np.where(orders, c["lines"], 0).astype(np.int64)
    owner = np.repeat(np.arange(len(c)), counts)
    place = np.repeat(c["first_line"], counts) + np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    some = rest[place] >= 0
    owner, place = owner[some], place[some]
    lines = batch.lines[place]
    rows = np.zeros(len(place), f.KITTED.dtype)
    for name in ("number", "at", "order"):
        rows[name] = c[name][owner]
    for name in ("line", "item", "quantity", "price"):
        rows[name] = lines[name]
    rows["rest"], rows["seller"] = rest[place], ground.items.seller[lines["item"]]
    rows["parts"] = np.diff(rules.first)[rules.of_item[lines["item"]]]
    rows["ordinal"] = np.arange(len(rows)) - np.searchsorted(rows["number"], rows["number"])
    return rows


def whole_units(lines: Records, rules: Kits | None) -> I64:
    """[M] How many units of each line are in one kit, where that kit is sent whole or not at all; 0 elsewhere."""
    units = np.zeros(len(lines), np.int64)
    if rules is None or not rules.whole.any():
        return units
    some = np.flatnonzero(lines["kit"] > 0)
    kit = lines["kit"][some].astype(np.int64) % MAX_KIT
    some, kit = some[rules.whole[kit] > 0], kit[rules.whole[kit] > 0]
    for part in range(int(np.diff(rules.first).max())):
        place = np.minimum(rules.first[kit] + part, rules.first[kit + 1] - 1)
        mine = rules.item[place] == lines["item"][some]
        units[some[mine]] = rules.units[place[mine]]
    return units


def assembled(number: int, now: int, rules: Kits, tasked: f.Block) -> Generator[Read, Rows, f.Block]:
    """The kits that the tasked lines make: those all of whose parts are in one shipment."""
    rows = tasked.rows
    kit = (yield ByKey(t.LINE_T, rows["order"] * MAX_LINE + rows["line"])).rows["kit"].astype(np.int64)
    rows, kit = rows[kit > 0], kit[kit > 0]
    if not len(rows):
        return f.Block(f.ASSEMBLED, np.zeros(0, f.ASSEMBLED.dtype))
    shipment, which = shipment_keys(rows), kit % MAX_KIT
    order = np.lexsort((kit, shipment))
    other = (np.diff(shipment[order]) != 0) | (np.diff(kit[order]) != 0)
    group = np.zeros(len(rows), np.int64)
    group[order[1:]] = np.cumsum(other)
    whole = np.bincount(group)[group] == np.diff(rules.first)[which]
    lead = whole & (rows["item"] == rules.item[rules.first[which]])
    rows, which = rows[lead], which[lead]
    return block_of(
        f.ASSEMBLED, number, now, kits=rows["quantity"] // rules.units[rules.first[which]],
        item=rules.kit_item[which], **{name: rows[name] for name in ("order", "node", "attempt", "line")},
    )  # fmt: skip
