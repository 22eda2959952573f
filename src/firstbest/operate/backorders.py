"""Lines that wait for stock: a wave asks again for them, oldest order first, by the decision that places an order.

What waits is demand that is due: buying sees it as reserved. And an order that was kept back longer than the house
allows is cancelled by the same decision that cancels for a customer.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.operate import arrivals
from firstbest.operate.fold_keys import Records
from firstbest.operate.ports import ByKey, Read, Rows
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.facts import Block
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import Kind

ORDERS_MOST = 20_000
"""Orders asked about in one wave, the longest waiting first."""


def ask_again(
    number: int, now: int, ground: Ground, waiting: Records, kept: Records
) -> Generator[Read, Rows, list[Block]]:
    """Facts of what can be sent now, of what waited too long, and of orders that were kept back too long.

    `waiting`: rows of tables.WAIT; `kept`: held shipments whose time is over, rows of tables.SHIPMENT. Their orders are
    cancelled first, with all that waits of them, so that what they reserved is there for those who wait.
    """
    over = yield from cancels_of(number, now, kept)
    waiting = waiting[~np.isin(waiting["key"], over["order"])]
    chosen = waiting[np.lexsort((waiting["tie"], waiting["placed_at"]))][:ORDERS_MOST]
    rows, owner, line = yield from lines_waiting(chosen)
    lines = np.zeros(len(rows), LINE)
    lines["line"] = line
    for name in ("item", "quantity", "price"):
        lines[name] = rows[name]
    commands = np.zeros(len(chosen), COMMAND)
    commands["at"], commands["number"], commands["kind"] = now, number, Kind.FILL
    commands["order"], commands["tie"], commands["flag"] = chosen["key"], chosen["tie"], chosen["until"] <= now
    commands["lines"] = np.bincount(owner, minlength=len(chosen))
    commands["first_line"] = np.cumsum(commands["lines"]) - commands["lines"]
    batch = Batch(np.concatenate([over, commands[commands["lines"] > 0]]), lines)
    blocks = yield from arrivals.decided(batch, ground, rows["kit"].astype(np.int64))
    for block in blocks:
        block.rows["ordinal"] = np.arange(len(block.rows))
    return blocks


def cancels_of(number: int, now: int, kept: Records) -> Generator[Read, Rows, Records]:
    """A cancel of each order that was kept back too long, oldest first."""
    orders = np.unique(kept["key"] // MAX_ATTEMPT // MAX_NODE)
    if not len(orders):
        return np.zeros(0, COMMAND)
    rows = (yield ByKey(t.ORDER_T, orders)).rows
    rows = rows[np.lexsort((rows["tie"], rows["placed_at"]))]
    commands = np.zeros(len(rows), COMMAND)
    commands["at"], commands["number"], commands["kind"] = now, number, Kind.CANCEL
    commands["order"], commands["tie"] = rows["key"], rows["tie"]
    return commands


def lines_waiting(waiting: Records) -> Generator[Read, Rows, tuple[Records, I64, I64]]:
    """(rows of tables.LINE that wait, place of each one's order in `waiting`, number of the line in its order)."""
    owner = np.repeat(np.arange(len(waiting)), waiting["span"])
    starts = np.repeat(np.cumsum(waiting["span"]) - waiting["span"], waiting["span"])
    line = np.arange(len(owner)) - starts
    answer = yield ByKey(t.LINE_T, waiting["key"][owner] * MAX_LINE + line)
    rows = answer.rows
    wait = answer.found & (rows["live"] != 0) & (rows["node"] < 0)
    return rows[wait], owner[wait], line[wait]


def with_owed(ground: Ground, stock: Records, waiting: Records) -> Generator[Read, Rows, Records]:
    """Stock as buying has to see it: what waits is reserved where it was wanted, though it is not there yet.

    Without this, goods that come in would count as free until a wave gives them to who waits, and be bought too late.
    """
    if not len(waiting):
        return stock
    rows, owner, _ = yield from lines_waiting(waiting)
    nearest = (yield ByKey(t.ORDER_T, waiting["key"].copy())).rows["nearest"].astype(np.int64)[owner]
    known = nearest >= 0
    owed = stock.copy()
    place = rows["item"][known].astype(np.int64) * len(ground.nodes.kind) + nearest[known]
    np.add.at(owed["reserved"], place, rows["quantity"][known])
    return owed
