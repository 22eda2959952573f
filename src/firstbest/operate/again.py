"""Lost and damaged shipments sent again: the house places an order for their contents by the decision that places any.

Its code is that of the shipment it makes good, with a bit of its own, so it is named by its cause and nothing has to be
kept to find one from the other. What is in a shipment is kept from the wave that hands it out to its door
(`operate.folds_again`). What cannot be had now is paid back instead, and so is what was sent again and lost again. A
shipment with a kit in it is paid back: its parts alone are no kit.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.draws import joined
from firstbest.operate.arrivals import decided
from firstbest.operate.ports import ByKey, Read, Rows, Staged
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE, NEVER_US, SENT_AGAIN_FIRST
from firstbest.world.words import AgainStage, ContentStage, Fill, Kind

Records = NDArray[np.void]
AGAIN_HASH: Final = 0x5E27A6A1
"""What sets the hash of an order apart from that of the shipment it makes good."""

NOBODY: Final = -1
"""As whose the order is placed: what left does not say who had ordered it."""


class Sent(NamedTuple):
    """What came of sending shipments [n] again."""

    blocks: list[f.Block]
    went: NDArray[np.bool_]  # [n] something of it is on its way
    worth: I64  # [n] money that had been paid for what is


def named(keys: I64) -> dict[str, I64]:
    """Order, node and attempt of shipments by their keys [n]."""
    return {
        "order": keys // (MAX_NODE * MAX_ATTEMPT),
        "node": keys // MAX_ATTEMPT % MAX_NODE,
        "attempt": keys % MAX_ATTEMPT,
    }


def make_good(number: int, now: int, ground: Ground, harmed: Records) -> Generator[Read, Rows, Sent]:
    """Send harmed shipments (rows of tables.SENT [n]) again; end what was sent again before, forget what came well."""
    first = harmed["key"] < SENT_AGAIN_FIRST * MAX_NODE * MAX_ATTEMPT
    answer = yield ByKey(t.CONTENTS_T, np.where(first, harmed["key"] * MAX_LINE, -1))
    known, heads = answer.found, answer.rows
    came = (yield Staged(t.CONTENTS_T, ContentStage.CAME, "lines", MAX_LINE)).rows
    over = (yield Staged(t.AGAIN_T, AgainStage.OVER, "owed", NEVER_US)).rows
    sent = yield from sent_again(number, now, ground, harmed, heads)
    lines = np.concatenate([heads["lines"][known], came["lines"]])
    return sent._replace(blocks=[
        *sent.blocks,
        block_of(
            f.REPLACEMENT_ENDED, number, now, **named(over["key"] - SENT_AGAIN_FIRST), amount=over["owed"],
            seller=over["seller"],
        ),
        block_of(
            f.CONTENTS_FORGOTTEN, number, now, lines=lines,
            **named(np.concatenate([harmed["key"][known], came["key"] // MAX_LINE])),
        ),
    ])  # fmt: skip


def sent_again(number: int, now: int, ground: Ground, harmed: Records, heads: Records) -> Generator[Read, Rows, Sent]:
    """Place an order for each harmed shipment [n] that has contents; where goods do not reach, by the smaller hash.

    `heads` [n]: rows of tables.CONTENTS that head what was in it, of zeros where that is not known.
    """
    place = np.flatnonzero((heads["kits"] == 0) & (heads["lines"] > 0))
    keys = harmed["key"][place]
    assert not len(keys) or keys.max() < SENT_AGAIN_FIRST, "an order's code is below 2^40"
    tie = ties(harmed["tie"][place], ground.nodes.tie[keys // MAX_ATTEMPT % MAX_NODE], keys)
    order = np.argsort(tie, kind="stable")
    place, keys, tie = place[order], keys[order], tie[order]
    counts = heads["lines"][place].astype(np.int64)
    commands = np.zeros(len(place), COMMAND)
    commands["at"], commands["number"], commands["kind"], commands["flag"] = now, number, Kind.PLACE, Fill.REFUSE
    commands["order"], commands["tie"] = SENT_AGAIN_FIRST + keys, tie
    commands["customer"] = NOBODY
    commands["place"], commands["service"] = harmed["place"][place], heads["service"][place]
    commands["lines"], commands["first_line"] = counts, np.cumsum(counts) - counts
    lines = yield from contents_of(keys, counts)
    blocks = (yield from decided(Batch(commands, lines), ground, None)) if len(commands) else []
    for block in blocks:
        block.rows["ordinal"] = np.arange(len(block.rows))
    units, worth = np.zeros(len(harmed), np.int64), np.zeros(len(harmed), np.int64)
    units[place], worth[place] = promised(blocks, commands["order"])
    went = units > 0
    rows = harmed[went]
    replaced = block_of(
        f.REPLACED, number, now, **named(rows["key"]), again=SENT_AGAIN_FIRST + rows["key"], amount=worth[went],
        units=units[went], outcome=rows["outcome"], carrier=rows["carrier"], seller=rows["seller"],
    )  # fmt: skip
    return Sent([*blocks, replaced], went, worth)


@compiled
@makes_arrays
def ties(orders: NDArray[np.uint64], nodes: NDArray[np.uint64], keys: I64) -> NDArray[np.uint64]:
    """[n] Hashes of orders that send shipments again: of the hashes of order and node, and of the attempt."""
    found = np.empty(len(orders), np.uint64)
    for n in range(len(orders)):
        shipment = joined(joined(orders[n], nodes[n]), np.uint64(keys[n] % MAX_ATTEMPT))
        found[n] = joined(shipment, np.uint64(AGAIN_HASH))
    return found


def contents_of(keys: I64, counts: I64) -> Generator[Read, Rows, Records]:
    """Lines of a command for what is in shipments [n], of which each has so many lines."""
    owner = np.repeat(np.arange(len(keys)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = (yield ByKey(t.CONTENTS_T, keys[owner] * MAX_LINE + 1 + place)).rows
    lines = np.zeros(len(rows), LINE)
    lines["line"] = place
    for name in ("item", "quantity", "price"):
        lines[name] = rows[name]
    return lines


def promised(blocks: list[f.Block], orders: I64) -> tuple[I64, I64]:
    """Units that orders [n] are promised, and what had been paid for them."""
    units, worth = np.zeros(len(orders), np.int64), np.zeros(len(orders), np.int64)
    for block in blocks:
        if block.fact is f.ALLOCATED:
            by_code = np.argsort(orders)
            place = by_code[np.searchsorted(orders, block.rows["order"], sorter=by_code)]
            np.add.at(units, place, block.rows["quantity"])
            np.add.at(worth, place, block.rows["quantity"] * block.rows["price"])
    return units, worth
