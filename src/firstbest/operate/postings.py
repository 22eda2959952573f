"""Movements of stock between accounts, from facts: double entry, so that every bucket can be told as of any tick.

The twin keeps none of this; a live book stores it beside the facts. Over all accounts every fact's postings sum to
nothing. After every tick the buckets come to the stock columns (`world.stock`): on hand is fulfillable and reserved,
suspect is researching. A receipt of cargo that nobody saw arrive leaves it under way in the buckets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.operate.ports import ByKey, State
from firstbest.operate.rows import stacked
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.network import I64
from firstbest.world.stock import POSTING, Bucket
from firstbest.world.units import ANNOUNCED_FIRST, MAX_LINE
from firstbest.world.words import Disposition, NodeKind, Reason

Records = NDArray[np.void]
Posted = list[Records]
KEY = ("item", "node", "number", "ordinal", "bucket")


def posted(rows: Records, node: I64, quantity: I64, bucket: Bucket) -> Records:
    """An entry for each row: so many units into an account of the row's item."""
    made = np.zeros(len(rows), POSTING)
    for name in ("item", "at", "number", "ordinal"):
        made[name] = rows[name]
    made["node"], made["quantity"], made["bucket"] = node, quantity, bucket
    return made


def moved_units(rows: Records, node: I64, quantity: I64, way: tuple[Bucket, Bucket]) -> Posted:
    """Units from one account of a node to another of the same node."""
    out, into = way
    return [posted(rows, node, -quantity, out), posted(rows, node, quantity, into)]


def opened(rows: Records, ground: Ground, state: State) -> Posted:
    """Stock that was there before."""
    return moved_units(rows, rows["node"], rows["quantity"], (Bucket.OUTSIDE_OPENING, Bucket.FULFILLABLE))


def allocated(rows: Records, ground: Ground, state: State) -> Posted:
    """Promised to an order."""
    return moved_units(rows, rows["node"], rows["quantity"], (Bucket.FULFILLABLE, Bucket.RESERVED_ORDER))


def freed(rows: Records, ground: Ground, state: State) -> Posted:
    """Reserved no more where it was: the order goes otherwise."""
    return moved_units(rows, rows["node"], rows["quantity"], (Bucket.RESERVED_ORDER, Bucket.FULFILLABLE))


def cancelled(rows: Records, ground: Ground, state: State) -> Posted:
    """A granted cancellation frees its units."""
    rows = rows[(rows["granted"] == 1) & (rows["reason"] == Reason.GRANTED)]
    return moved_units(rows, rows["node"], rows["quantity"], (Bucket.RESERVED_ORDER, Bucket.FULFILLABLE))


def tasked(rows: Records, ground: Ground, state: State) -> Posted:
    """A line is given to the floor."""
    return moved_units(rows, rows["node"], rows["quantity"], (Bucket.RESERVED_ORDER, Bucket.RESERVED_PROCESSING))


def picked(rows: Records, ground: Ground, state: State) -> Posted:
    """What was picked leaves the shelf; what was short is looked for; the book is set to what the pick says."""
    node, short = rows["node"], rows["short"]
    kept = short - rows["written_off"]
    return [
        posted(rows, node, -rows["quantity"] - short, Bucket.RESERVED_PROCESSING),
        posted(rows, node, rows["quantity"], Bucket.OUTSIDE_CUSTOMER),
        posted(rows, node, short, Bucket.RESEARCHING),
        posted(rows, node, kept, Bucket.FULFILLABLE),
        posted(rows, node, -kept, Bucket.OUTSIDE_DIFFERENCE),
    ]


def counted(rows: Records, ground: Ground, state: State) -> Posted:
    """The book is what was counted, and what was looked for is settled."""
    found = rows["quantity"] - rows["book"]
    return [
        posted(rows, rows["node"], found, Bucket.FULFILLABLE),
        posted(rows, rows["node"], -rows["suspect"], Bucket.RESEARCHING),
        posted(rows, rows["node"], rows["suspect"] - found, Bucket.OUTSIDE_DIFFERENCE),
    ]


def replenished(rows: Records, ground: Ground, state: State) -> Posted:
    """Ordered from a supplier, or taken from one node's shelf for another."""
    bought = rows["bought"] == 1
    sent, ordered = rows[~bought], rows[bought]
    return [
        posted(rows, rows["to_node"], rows["quantity"], Bucket.INBOUND_WORKING),
        posted(ordered, ordered["to_node"], -ordered["quantity"], Bucket.OUTSIDE_SUPPLIER),
        posted(sent, sent["from_node"], -sent["quantity"], Bucket.FULFILLABLE),
    ]


def destination(cargo: I64, ground: Ground) -> I64:
    """The node that a cargo is for, out of its name."""
    node: I64 = (cargo >> 1) // len(ground.items.weight_g) % len(ground.nodes.kind)
    return node


def moved(rows: Records, ground: Ground, state: State) -> Posted:
    """Cargo has left where it comes from (a transfer has one leg); further legs change nothing."""
    bought = rows["cargo"] & 1 == 1
    first = ~bought | (ground.nodes.kind[ground.lanes.origin[rows["lane"]]] == NodeKind.SUPPLIER)
    rows = rows[first]
    node = destination(rows["cargo"], ground)
    return moved_units(rows, node, rows["quantity"], (Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED))


ANNOUNCED_ARRIVE = (Bucket.INBOUND_WORKING, Bucket.INBOUND_RECEIVING)
SHIPPED_ARRIVE = (Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING)


def arrived(rows: Records, ground: Ground, state: State) -> Posted:
    """Cargo stands on its last dock; how much it is stands in its row. Nobody told when announced goods left."""
    rows = rows[rows["last"] == 1]
    quantity = state.read(ByKey(t.CARGO_T, rows["cargo"].copy())).rows["quantity"]
    told = rows["cargo"] >= ANNOUNCED_FIRST
    return [
        *moved_units(rows[told], rows["node"][told], quantity[told], ANNOUNCED_ARRIVE),
        *moved_units(rows[~told], rows["node"][~told], quantity[~told], SHIPPED_ARRIVE),
    ]


def received(rows: Records, ground: Ground, state: State) -> Posted:
    """Goods can be sold; more or fewer than expected is a difference."""
    node = rows["node"]
    return [
        posted(rows, node, -rows["expected"], Bucket.INBOUND_RECEIVING),
        posted(rows, node, rows["quantity"], Bucket.FULFILLABLE),
        posted(rows, node, rows["expected"] - rows["quantity"], Bucket.OUTSIDE_DIFFERENCE),
    ]


def returned(rows: Records, ground: Ground, state: State) -> Posted:
    """It came back, to the node at which its return is."""
    if ground.detail.returns is None:
        return []
    node = state.read(ByKey(t.RETURN_T, rows["order"] * MAX_LINE + rows["line"])).rows["node"].astype(np.int64)
    return moved_units(rows, node, rows["quantity"], (Bucket.OUTSIDE_CUSTOMER, Bucket.UNFULFILLABLE_CUSTOMER))


def disposed(rows: Records, ground: Ground, state: State) -> Posted:
    """It leaves the house for good, but for what is to stand on the shelf again."""
    gone = rows[~np.isin(rows["disposition"], (Disposition.RESTOCK, Disposition.REFURBISH))]
    way = (Bucket.UNFULFILLABLE_CUSTOMER, Bucket.OUTSIDE_DISPOSED)
    return moved_units(gone, gone["node"], gone["quantity"], way)


def restocked(rows: Records, ground: Ground, state: State) -> Posted:
    """It can be sold again."""
    way = (Bucket.UNFULFILLABLE_CUSTOMER, Bucket.FULFILLABLE)
    return moved_units(rows, rows["node"], rows["quantity"], way)


def expired(rows: Records, ground: Ground, state: State) -> Posted:
    """Its lot is over: it is thrown away."""
    return moved_units(rows, rows["node"], rows["quantity"], (Bucket.FULFILLABLE, Bucket.OUTSIDE_DISPOSED))


POSTINGS: dict[str, Callable[[Records, Ground, State], Posted]] = {
    f.OPENED.name: opened, f.ALLOCATED.name: allocated, f.CANCELLED.name: cancelled, f.TASKED.name: tasked,
    f.PICKED.name: picked, f.COUNTED.name: counted, f.REPLENISHED.name: replenished, f.MOVED.name: moved,
    f.ARRIVED.name: arrived, f.RECEIVED.name: received, f.RETURNED.name: returned, f.DISPOSED.name: disposed,
    f.RESTOCKED.name: restocked, f.EXPIRED.name: expired, f.FREED.name: freed,
}  # fmt: skip


def postings(blocks: Sequence[Block], ground: Ground, state: State) -> Records:
    """Postings of one tick's facts, by item, node, number, ordinal and bucket, each once and none of nothing.

    `state` holds the columns after the tick: a cargo that docked has its quantity there.
    """
    parts: Posted = []
    for block in blocks:
        function = POSTINGS.get(block.fact.name)
        if function is not None and len(block.rows):
            parts.extend(function(block.rows, ground, state))
    if not parts:
        return np.zeros(0, POSTING)
    rows = stacked(parts)
    rows = rows[rows["quantity"] != 0]
    rows["tenant"] = ground.items.seller[rows["item"]]
    return summed(rows)


def summed(rows: Records) -> Records:
    """Rows sorted by their key; those of one key as one (facts of two types may share number and ordinal)."""
    rows = rows[np.lexsort([rows[name] for name in reversed(KEY)])]
    if len(rows) < 2:  # noqa: PLR2004 - one has no neighbour
        return rows
    same = np.ones(len(rows) - 1, np.bool_)
    for name in KEY:
        same &= rows[name][1:] == rows[name][:-1]
    if not same.any():
        return rows
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    made = rows[starts]
    made["quantity"] = np.add.reduceat(rows["quantity"], starts)
    kept: Records = made[made["quantity"] != 0]
    return kept
