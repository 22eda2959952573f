"""What comes back: returns asked for, received, inspected; and what becomes of their units, once a day.

These commands touch no row that another family touches; the loop sees to it that no two of them in one batch are about
the same order (`operate.loop.without_echo`), so each step may decide its batch at once. Stock changes only in the timed
step: a returned unit stands on the shelf from the settling that put it there.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import returns
from firstbest.decide.ground import Ground
from firstbest.operate import care, lots, members
from firstbest.operate.folds_after import remembers
from firstbest.operate.ports import All, ByKey, Read, Rows, Staged, Step
from firstbest.operate.rows import block_of, stacked
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I64
from firstbest.world.network import Returns as Rules
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import (
    Disposition,
    Grade,
    Kind,
    Outcome,
    RefundWhen,
    ReturnReason,
    ReturnStage,
    ReturnWay,
    SentStage,
)

Records = NDArray[np.void]
KINDS = (Kind.RETURNED, Kind.RETURN_ASKED, Kind.INSPECTED, Kind.CONTACTED, Kind.CLAIM_ANSWERED)
RETURNED, RETURN_ASKED, INSPECTED = (int(kind) for kind in KINDS[:3])
LAST_REASON = int(max(ReturnReason))
GRADES = ("sellable", "opened", "broken")
"""Columns of units by words.Grade."""


def take_back(batch: Batch, ground: Ground) -> Step:
    """Returns asked for, received and inspected, contacts and claims answered.

    Where the house keeps no returns, what came back is noted, a row a line.
    """
    rules, kind = ground.detail.returns, batch.commands["kind"]
    blocks = []
    if rules is not None:
        for which, step in ((RETURN_ASKED, asked), (RETURNED, received), (INSPECTED, inspected)):
            mine = kind == which
            if mine.any():
                blocks += yield from step(batch.select(mine), ground, rules)
    elif (kind == RETURNED).any():
        blocks += yield from note_returned(batch.select(kind == RETURNED), ground)
    if ground.detail.care is not None:
        blocks += yield from care.answer(batch, ground, ground.detail.care)
    # Refunds come of two kinds of command; rows of a type are told in the order of their causes.
    return [block for block in merged(blocks) if len(block.rows)]


def merged(blocks: list[f.Block]) -> list[f.Block]:
    """Blocks of one type as one, by (number, ordinal)."""
    found: dict[str, f.Block] = {}
    for block in blocks:
        before = found.get(block.fact.name)
        if before is not None:
            rows = stacked([before.rows, block.rows])
            found[block.fact.name] = f.Block(block.fact, rows[np.lexsort((rows["ordinal"], rows["number"]))])
        else:
            found[block.fact.name] = block
    return list(found.values())


def line_by_line(batch: Batch) -> tuple[Records, Records, I64]:
    """[m] The command of each line, the line, and its place in its command."""
    counts = batch.commands["lines"].astype(np.int64)
    owner = np.repeat(np.arange(len(batch.commands)), counts)
    starts = np.repeat(batch.commands["first_line"], counts)
    ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return batch.commands[owner], batch.lines[starts + ordinal], ordinal


def note_returned(batch: Batch, ground: Ground) -> Generator[Read, Rows, list[f.Block]]:
    """Book returned units, a row a line, and nothing else."""
    yield All(t.LOAD_T)
    c, lines, ordinal = line_by_line(batch)
    rows = np.zeros(len(c), f.RETURNED.dtype)
    rows["number"], rows["ordinal"], rows["at"], rows["order"] = c["number"], ordinal, c["at"], c["order"]
    for name in ("line", "item", "quantity", "price"):
        rows[name] = lines[name]
    rows["price"] = paid(lines, ground)
    return [f.Block(f.RETURNED, rows)]


def paid(lines: Records, ground: Ground) -> I64:
    """[m] What a unit cost the customer: as told, else as listed."""
    found: I64 = np.where(lines["price"] > 0, lines["price"], ground.items.price[lines["item"]])
    return found


def caused(fact: f.FactType, commands: Records, **columns: NDArray[np.generic]) -> f.Block:
    """A block of rows that commands [m] caused, those of one command together and numbered through."""
    rows = np.zeros(len(commands), fact.dtype)
    number = commands["number"]
    rows["number"], rows["at"], rows["order"] = number, commands["at"], commands["order"]
    rows["ordinal"] = np.arange(len(rows)) - np.searchsorted(number, number)
    for name, values in columns.items():
        rows[name] = values
    return f.Block(fact, rows)


def asked(batch: Batch, ground: Ground, rules: Rules) -> Generator[Read, Rows, list[f.Block]]:
    """A customer wants to send lines back: authorised or refused, line by line; some refunds are paid at once."""
    c, lines, _ = line_by_line(batch)
    shipment = (c["order"] * MAX_NODE + c["node"]) * MAX_ATTEMPT + c["attempt"]
    sent = yield ByKey(t.SENT_T, shipment)
    key = c["order"] * MAX_LINE + lines["line"]
    under_way = (yield ByKey(t.RETURN_T, key)).found
    fit = (lines["line"] >= 0) & (lines["line"] < MAX_LINE) & ~repeats(key)
    there = sent.found & (sent.rows["stage"] == SentStage.AT_DOOR) & (sent.rows["outcome"] != Outcome.LOST)
    s = sent.rows
    answer = returns.authorise(ground, rules, returns.Asked(
        c["number"].astype(np.int64), c["at"].astype(np.int64), lines["quantity"].astype(np.int64), paid(lines, ground),
        s["place"].astype(np.int64), there, s["delivered_at"], s["units"], s["value"], under_way, fit,
    ))  # fmt: skip
    good = answer.why == 0
    no, yes = ~good, good
    refused = caused(
        f.RETURN_REFUSED, c[no], node=c["node"][no], attempt=c["attempt"][no], quantity=lines["quantity"][no],
        line=lines["line"][no], item=lines["item"][no], reason=reasons(c[no]), why=answer.why[no],
    )  # fmt: skip
    c, lines, s = c[yes], lines[yes], s[yes]
    taken = returns.Taken(*(column[yes] for column in answer))
    authorised = caused(
        f.RETURN_AUTHORISED, c, node=c["node"], attempt=c["attempt"], tie=s["tie"], quantity=lines["quantity"],
        price=taken.price, refund=taken.refund, lapses_at=c["at"] + rules.lapses_us, line=lines["line"],
        item=lines["item"], reason=reasons(c), way=taken.way, to_node=taken.to_node,
        seller=ground.items.seller[lines["item"]],
    )  # fmt: skip
    some = taken.refund > 0
    when = np.where(taken.way == ReturnWay.KEEP, int(RefundWhen.KEPT), int(RefundWhen.AT_ONCE))
    refunded = caused(
        f.REFUNDED, c[some], amount=taken.refund[some], quantity=lines["quantity"][some], line=lines["line"][some],
        item=lines["item"][some], node=c["node"][some], seller=ground.items.seller[lines["item"][some]],
        when=when[some], reason=reasons(c[some]),
    )  # fmt: skip
    return [refused, authorised, refunded]


def reasons(commands: Records) -> NDArray[np.int64]:
    """[m] Why, a word of the list."""
    return np.clip(commands["flag"].astype(np.int64), 0, LAST_REASON)


def repeats(key: I64) -> NDArray[np.bool_]:
    """[m] Which keys came before."""
    again = np.ones(len(key), np.bool_)
    again[np.unique(key, return_index=True)[1]] = False
    return again


def received(batch: Batch, ground: Ground, rules: Rules) -> Generator[Read, Rows, list[f.Block]]:
    """What came of an authorised return; nobody waits for anything else."""
    c, lines, _ = line_by_line(batch)
    key = c["order"] * MAX_LINE + lines["line"]
    answer = yield ByKey(t.RETURN_T, key)
    good = answer.found & (answer.rows["stage"] == ReturnStage.AUTHORISED) & (lines["quantity"] > 0) & ~repeats(key)
    c, lines, row = c[good], lines[good], answer.rows[good]
    quantity = np.minimum(lines["quantity"], row["quantity"])
    missing = row["quantity"] - quantity
    back = caused(f.RETURNED, c, quantity=quantity, price=row["price"], item=row["item"], line=lines["line"])
    short = (missing > 0) & (row["refunded"] > 0)
    return [back, refund_again(c[short], lines[short], row[short], -(missing * row["price"])[short], ground)]


def refund_again(c: Records, lines: Records, row: Records, amount: I64, ground: Ground) -> f.Block:
    """Money for lines of returns that are under way; below 0: charged again."""
    when = np.where(amount < 0, int(RefundWhen.TAKEN_BACK), int(RefundWhen.INSPECTED))
    units = np.minimum(lines["quantity"], row["quantity"])
    return caused(
        f.REFUNDED, c, amount=amount, quantity=units, line=lines["line"], item=row["item"], node=row["from_node"],
        seller=ground.items.seller[row["item"]], when=when, reason=row["reason"],
    )  # fmt: skip


def inspected(batch: Batch, ground: Ground, rules: Rules) -> Generator[Read, Rows, list[f.Block]]:
    """Units are found to be sellable, opened or broken, no more than came; the customer gets what is owed now."""
    c, lines, _ = line_by_line(batch)
    key = c["order"] * MAX_LINE + lines["line"]
    order = np.lexsort((np.arange(len(key)), key, c["number"]))
    c, lines, key = c[order], lines[order], key[order]
    answer = yield ByKey(t.RETURN_T, key)
    row, quantity, grade = answer.rows, lines["quantity"].astype(np.int64), lines["price"].astype(np.int64)
    good = (
        answer.found & (row["stage"] == ReturnStage.RECEIVED) & (quantity > 0) & (grade >= 0) & (grade <= Grade.BROKEN)
    )
    open_units = row["quantity"] - row["sellable"] - row["opened"] - row["broken"]
    # Rows of a line stand together: a command speaks of an order, and an order once in a batch.
    so_far = returns.running(runs(key), np.where(good, quantity, 0))
    good &= so_far <= open_units
    last = good & (so_far == open_units)
    c, lines, row, quantity, grade = c[good], lines[good], row[good], quantity[good], grade[good]
    found = caused(
        f.INSPECTED, c, quantity=quantity, line=lines["line"], item=row["item"], node=row["node"], grade=grade,
        reason=row["reason"], last=last[good],
    )  # fmt: skip
    worth = quantity * row["price"]
    amount = returns.owed(rules, worth, grade, row["reason"]) - np.where(row["refunded"] > 0, worth, 0)
    some = amount != 0
    return [found, refund_again(c[some], lines[some], row[some], amount[some], ground)]


def runs(key: I64) -> I64:
    """[m] A number for each run of equal keys, rising."""
    if not len(key):
        return key
    return np.concatenate([[0], np.cumsum(key[1:] != key[:-1])])


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
