"""What comes back: returns asked for, received, inspected; and what becomes of their units, once a day.

These commands touch no row that another family touches, but for a delivery, before which the loop cuts a batch that
speaks of a return of it later (`operate.loop.without_echo`). They are decided one by one, each on what those before it
left (`operate.arrive_back`). Stock changes only in the timed step: a returned unit stands on the shelf from the
settling that put it there.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import returns
from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled
from firstbest.operate import arrive_back as back
from firstbest.operate import care, lots, members
from firstbest.operate.folds_after import remembers
from firstbest.operate.ports import All, ByKey, Read, Rows, Staged, Step
from firstbest.operate.ranks import ranked
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I64, Care
from firstbest.world.network import Returns as Rules
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import (
    Disposition,
    Kind,
    RefundWhen,
    ReturnStage,
    SentStage,
)

Records = NDArray[np.void]
KINDS = (Kind.RETURNED, Kind.RETURN_ASKED, Kind.INSPECTED, Kind.CONTACTED, Kind.CLAIM_ANSWERED)
RETURNED = int(Kind.RETURNED)
NONE = np.zeros(3, np.int64)
NO_RETURNS = Rules(0, 0, 0, 0, NONE, 0, 0, 0, NONE, 0, 0, 0, 0)
NO_CARE = Care(NONE, 0, 0)
"""Stand where the house takes no returns, or answers no questions, and are not looked at."""
GRADES = ("sellable", "opened", "broken")
"""Columns of units by words.Grade."""


def take_back(batch: Batch, ground: Ground) -> Step:
    """Returns asked for, received and inspected, contacts and claims answered.

    Where the house keeps no returns, what came back is noted, a row a line.
    """
    rules, cares = ground.detail.returns, ground.detail.care
    blocks: list[f.Block] = []
    if rules is None:
        blocks += note_returned(batch, ground)
        if cares is None:
            return blocks
    does = (int(rules is not None), int(cares is not None))
    papers = yield from papers_of(batch, does)
    told = room_for(batch)
    back.decide(back.House(*does, rules or NO_RETURNS, cares or NO_CARE, returns.known_of(ground)), papers, told)
    rooms = cast("tuple[Records, ...]", told[: len(back.TYPES)])
    blocks += [f.Block(fact, rows[:n]) for fact, rows, n in zip(back.TYPES, rooms, told.n.tolist(), strict=True) if n]
    return blocks


def papers_of(batch: Batch, does: tuple[int, int]) -> Generator[Read, Rows, back.Papers]:
    """Read the shipments and returns that a batch is about."""
    commands, lines = batch
    sent_key, back_key = np.empty(len(commands), np.int64), np.empty(len(lines), np.int64)
    back.name_papers(commands, lines, does, sent_key, back_key)
    sent_keys, sent_row = ranked(sent_key)
    back_keys, back_row = ranked(back_key)
    sent = yield ByKey(t.SENT_T, sent_keys)
    under_way = yield ByKey(t.RETURN_T, back_keys)
    return back.Papers(commands, lines, sent_row, back_row, *sent, *under_way)


def room_for(batch: Batch) -> back.Told:
    """Room for the most facts that a batch can make: one a line, one a question or answer."""
    n, m = len(batch.commands), len(batch.lines)
    sizes = (m, m, m, m, m, n, n)
    rooms = [np.zeros(size, fact.dtype) for fact, size in zip(back.TYPES, sizes, strict=True)]
    scratch = np.empty((10, m), np.int64)
    wanted, taken = returns.Wanted(*scratch[:4]), returns.Taken(*scratch[4:9])
    counts = np.zeros((2, len(rooms)), np.int64)
    return back.Told._make([*rooms, counts[0], counts[1], wanted, taken, scratch[9]])


def note_returned(batch: Batch, ground: Ground) -> list[f.Block]:
    """Book returned units, a row a line, and nothing else."""
    commands, lines = batch
    rows = np.zeros(int(commands["lines"].sum()), f.RETURNED.dtype)
    rows = rows[: write_returned(commands, lines, ground.items.price, rows)]
    return [f.Block(f.RETURNED, rows)] if len(rows) else []


@compiled
def write_returned(commands: Records, lines: Records, listed: I64, rows: Records) -> int:
    """Write a row for each line that came back, at the price that was paid, or else as `listed`; how many."""
    count = 0
    for n in range(len(commands)):
        if commands[n].kind != RETURNED:
            continue
        for ordinal in range(commands[n].lines):
            row, line = rows[count], lines[commands[n].first_line + ordinal]
            row.number, row.ordinal, row.at, row.order = commands[n].number, ordinal, commands[n].at, commands[n].order
            row.line, row.item, row.quantity = line.line, line.item, line.quantity
            row.price = line.price if line.price > 0 else listed[line.item]
            count += 1
    return count


def settle(number: int, now: int, ground: Ground) -> Step:
    """Once a day: what becomes of inspected units; what lapsed; what is made good, expired, let go."""
    rules, blocks = ground.detail.returns, []
    if rules is not None:
        blocks += yield from settle_returns(number, now, ground, rules)
    if ground.detail.care is not None:
        blocks += yield from care.settle(number, now, ground, ground.detail.care)
    known_us = max(
        0 if rules is None else rules.window_us, 0 if ground.detail.care is None else ground.detail.care.known_us
    )
    if ground.detail.lots is not None:
        blocks += yield from lots.settle(number, now, ground, ground.detail.lots)
    if ground.detail.members is not None:
        blocks += yield from members.settle(number, now, ground.detail.members)
    if not remembers(ground):
        return [block for block in blocks if len(block.rows)]
    over = (yield Staged(t.SENT_T, SentStage.AT_DOOR, "delivered_at", now - known_us)).rows
    blocks.append(
        block_of(
            f.LET_GO, number, now, order=over["key"] // (MAX_NODE * MAX_ATTEMPT),
            node=over["key"] // MAX_ATTEMPT % MAX_NODE, attempt=over["key"] % MAX_ATTEMPT,
        )
    )  # fmt: skip
    return [block for block in blocks if len(block.rows)]


def settle_returns(number: int, now: int, ground: Ground, rules: Rules) -> Generator[Read, Rows, list[f.Block]]:
    """Returns of which something is to be decided, or nothing is left to do."""
    ready = (yield Staged(t.RETURN_T, ReturnStage.INSPECTED, "ready_at", now)).rows
    done = (yield Staged(t.RETURN_T, ReturnStage.REFURBISHING, "ready_at", now)).rows
    lapsed = (yield Staged(t.RETURN_T, ReturnStage.AUTHORISED, "ready_at", now)).rows
    blocks, kept, shelved = [], ready[:0], np.zeros(0, f.DISPOSED.dtype)
    if len(ready):
        nodes = len(ground.nodes.kind)
        units = (yield All(t.STOCK_T)).rows["on_hand"].reshape(-1, nodes)
        rate = (yield All(t.FORECAST_T)).rows["rate_x1000"].reshape(-1, nodes)
        disposed = disposed_of(number, now, ground, ready, returns.enough(ground, rules, units, rate))
        at_work = disposed.rows[disposed.rows["disposition"] == Disposition.REFURBISH]
        kept = ready[~np.isin(ready["key"], at_work["order"] * MAX_LINE + at_work["line"])]
        shelved = disposed.rows[disposed.rows["disposition"] == Disposition.RESTOCK]
        blocks.append(disposed)
    return [
        *blocks,
        restocked(number, now, shelved, done),
        ended(number, now, np.concatenate([kept, done]), lapsed),
        charged_again(number, now, ground, lapsed),
    ]


def disposed_of(number: int, now: int, ground: Ground, ready: Records, enough: NDArray[np.bool_]) -> f.Block:
    """A row for each grade of each inspected line, by key, then grade."""
    rules = ground.detail.returns
    assert rules is not None, "there are rules where there are returns"
    units = np.stack([ready[name] for name in GRADES], axis=1)
    line, grade = np.nonzero(units)
    row = ready[line]
    item = row["item"].astype(np.int64)
    chosen = returns.dispose(ground, rules, returns.Graded(item, grade, row["reason"].astype(np.int64), enough[item]))
    quantity = units[line, grade]
    return block_of(
        f.DISPOSED, number, now, order=row["key"] // MAX_LINE, quantity=quantity, value=chosen.value * quantity,
        cost=chosen.cost * quantity, second_value=chosen.runner_up_value * quantity,
        ready_at=np.full(len(row), now + rules.refurbish_us), line=row["key"] % MAX_LINE, item=item, node=row["node"],
        grade=grade, disposition=chosen.disposition, second=chosen.runner_up, reason=row["reason"],
        seller=ground.items.seller[item],
    )  # fmt: skip


def restocked(number: int, now: int, disposed: Records, done: Records) -> f.Block:
    """Units that stand on the shelf again: at once, or refurbished by now."""
    return block_of(
        f.RESTOCKED, number, now,
        order=np.concatenate([disposed["order"], done["key"] // MAX_LINE]),
        quantity=np.concatenate([disposed["quantity"], done["opened"]]),
        line=np.concatenate([disposed["line"], done["key"] % MAX_LINE]),
        item=np.concatenate([disposed["item"], done["item"]]),
        node=np.concatenate([disposed["node"], done["node"]]),
    )  # fmt: skip


def ended(number: int, now: int, done: Records, lapsed: Records) -> f.Block:
    """Returns of which nothing is left to do."""
    rows = np.concatenate([done, lapsed])
    return block_of(
        f.RETURN_ENDED, number, now, order=rows["key"] // MAX_LINE, quantity=rows["quantity"],
        line=rows["key"] % MAX_LINE, lapsed=np.arange(len(rows)) >= len(done),
    )  # fmt: skip


def charged_again(number: int, now: int, ground: Ground, lapsed: Records) -> f.Block:
    """What was refunded at once for what never came."""
    rows = lapsed[lapsed["refunded"] > 0]
    return block_of(
        f.REFUNDED, number, now, order=rows["key"] // MAX_LINE, amount=-rows["refunded"], quantity=rows["quantity"],
        line=rows["key"] % MAX_LINE, item=rows["item"], node=rows["from_node"],
        seller=ground.items.seller[rows["item"]], when=np.full(len(rows), int(RefundWhen.TAKEN_BACK)),
        reason=rows["reason"],
    )  # fmt: skip
