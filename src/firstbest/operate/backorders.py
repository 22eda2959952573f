"""Lines that wait for stock: a wave asks again for them, oldest order first, by the decision that places an order."""

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
from firstbest.world.units import MAX_LINE
from firstbest.world.words import Kind

ORDERS_MOST = 20_000
"""Orders asked about in one wave, the longest waiting first."""


def ask_again(number: int, now: int, ground: Ground, waiting: Records) -> Generator[Read, Rows, list[Block]]:
    """Facts of what can be sent now, and of what waited too long; `waiting`: rows of tables.WAIT."""
    chosen = waiting[np.lexsort((waiting["tie"], waiting["placed_at"]))][:ORDERS_MOST]
    owner = np.repeat(np.arange(len(chosen)), chosen["span"])
    starts = np.repeat(np.cumsum(chosen["span"]) - chosen["span"], chosen["span"])
    line = np.arange(len(owner)) - starts
    answer = yield ByKey(t.LINE_T, chosen["key"][owner] * MAX_LINE + line)
    rows = answer.rows
    wait = answer.found & (rows["live"] != 0) & (rows["node"] < 0)
    lines = np.zeros(int(wait.sum()), LINE)
    lines["line"] = line[wait]
    for name in ("item", "quantity", "price"):
        lines[name] = rows[name][wait]
    commands = np.zeros(len(chosen), COMMAND)
    commands["at"], commands["number"], commands["kind"] = now, number, Kind.FILL
    commands["order"], commands["tie"], commands["flag"] = chosen["key"], chosen["tie"], chosen["until"] <= now
    commands["lines"] = np.bincount(owner[wait], minlength=len(chosen))
    commands["first_line"] = np.cumsum(commands["lines"]) - commands["lines"]
    batch = Batch(commands[commands["lines"] > 0], lines)
    blocks = yield from arrivals.decided(batch, ground, rows["kit"][wait].astype(np.int64))
    for block in blocks:
        block.rows["ordinal"] = np.arange(len(block.rows))
    return blocks
