"""Kits made on order: their orders come apart into lines for the parts, and somebody puts them together in a wave.

Parts are kept from one node together or not at all (`decide.source`); what happens to them afterwards happens to lines
like any others, so stock, picks, returns and their laws know nothing of kits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import kits
from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Records, Row
from firstbest.operate.ports import Step
from firstbest.world import facts as f
from firstbest.world.commands import Batch
from firstbest.world.network import I64, Kits
from firstbest.world.units import MAX_KIT
from firstbest.world.words import Kind

PLACE = int(Kind.PLACE)


def take(batch: Batch, ground: Ground, rules: Kits, decide: Callable[[Batch, Ground, I64 | None], Step]) -> Step:
    """Decide a batch whose kits have been taken apart by `decide`, and tell which they were."""
    if not kits.asked(batch.commands, batch.lines, rules):
        blocks = yield from decide(batch, ground, None)
        return blocks
    commands, lines, line_kit, rest = kits.apart(batch.commands, batch.lines, rules)
    blocks = yield from decide(Batch(commands, lines), ground, line_kit)
    placed = [block.rows for block in blocks if block.fact is f.ORDERED]
    if not placed:
        return blocks
    rows = np.zeros(int((rest >= 0).sum()), f.KITTED.dtype)
    told = rows[: tell(batch.commands, batch.lines, (rules, ground.items.seller), (rest, placed[0]), rows)]
    return [*blocks, f.Block(f.KITTED, told)] if len(told) else blocks


@compiled
def tell(
    commands: Records,
    lines: Records,
    known: tuple[Kits, NDArray[np.int32]],
    made: tuple[I64, Records],
    rows: Records,
) -> int:
    """Write a row for each line that was a kit of an order that is there now, by commands and lines; how many.

    known: (rules, seller of each item); made: (of each line where its rest begins, orders that are there, by number).
    """
    rules, seller = known
    rest, ordered = made
    count, place = 0, 0
    for c in range(len(commands)):
        command = commands[c]
        while place < len(ordered) and ordered[place].number < command.number:
            place += 1
        if command.kind != PLACE or place == len(ordered) or ordered[place].number != command.number:
            continue
        ordinal = 0
        for n in range(command.first_line, command.first_line + command.lines):
            if rest[n] < 0:
                continue
            row, line = rows[count], lines[n]
            kit = rules.of_item[line.item]
            row.number, row.ordinal, row.at, row.order = command.number, ordinal, command.at, command.order
            row.line, row.item, row.quantity, row.price = line.line, line.item, line.quantity, line.price
            row.rest, row.seller, row.parts = rest[n], seller[line.item], rules.first[kit + 1] - rules.first[kit]
            count += 1
            ordinal += 1
    return count


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


def assembled(told: tuple[int, int], rules: Kits, tasked: Records, kit: I64) -> f.Block:
    """The kits that the tasked lines make: those all of whose parts are in one shipment.

    told: the number and the instant; kit [m]: of each line, as in tables.LINE_STATE.
    """
    count = int((kit > 0).sum())
    rows = np.zeros(count, f.ASSEMBLED.dtype)
    return f.Block(f.ASSEMBLED, rows[: assemble(told, rules, tasked, kit, rows)] if count else rows)


@compiled
def assemble(told: tuple[int, int], rules: Kits, tasked: Records, kit: I64, rows: Records) -> int:
    """Write a row for each kit, where its first part is; how many. Lines of a shipment stand together."""
    count, first = 0, 0
    for n in range(len(tasked)):
        line = tasked[n]
        if not same_shipment(line, tasked[first]):
            first = n
        which = kit[n] % MAX_KIT
        if kit[n] <= 0 or line.item != rules.item[rules.first[which]]:
            continue
        parts, other = 0, first
        while other < len(tasked) and same_shipment(line, tasked[other]):
            parts += kit[other] == kit[n]
            other += 1
        if parts != rules.first[which + 1] - rules.first[which]:
            continue
        row = rows[count]
        row.number, row.at = told
        row.ordinal = count
        row.order, row.node, row.attempt, row.line = line.order, line.node, line.attempt, line.line
        row.kits, row.item = line.quantity // rules.units[rules.first[which]], rules.kit_item[which]
        count += 1
    return count


@compiled
def same_shipment(one: Row, other: Row) -> bool:
    """Whether two lines are of one shipment."""
    return bool(one.order == other.order and one.node == other.node and one.attempt == other.attempt)
