"""What the arrival step works on: local copies of the rows its batch touches, and room for its facts.

Every array is local to the batch; the kernel changes these copies as it goes, so that a later row sees
what an earlier one did, and the folds of the facts bring the columns to the same values.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.promise import Window
from firstbest.decide.source import Scratch
from firstbest.kernels.compiled import compiled
from firstbest.world import facts
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE

Records = NDArray[np.void]
Row = Any
"""One record of a table: its columns are its attributes."""


class Asks(NamedTuple):
    """The batch: commands [n] with their lines [m], and where each finds its local rows."""

    commands: Records
    lines: Records
    order_row: I64  # [n] into Local.orders, -1: names no order
    shipment_row: I64  # [n] into Local.shipments, -1
    shelf: I64  # [n] into Local.shelves, of a receipt or a count; -1
    cargo_row: I64  # [n]
    line_shelf: I64  # [m] into Local.shelves: the item's first, those of all centres follow
    line_kit: I64  # [m] as in tables.LINE_STATE


class Local(NamedTuple):
    """State copies. Lines of one order stand together from `line_base`; its shipments are a chain."""

    orders: Records  # [O] tables.ORDER
    line_base: I64  # [O] -1: lines not read
    lines: Records  # [M] tables.LINE_STATE
    line_shelf: I64  # [M] as in Asks
    kit_units: I64  # [M] of the line in one kit that is sent whole or not at all; 0: it is part of none
    shipments: Records  # [H] tables.SHIPMENT, the first ones read, the rest room for new
    chain_head: I64  # [O]
    chain_next: I64  # [H]
    used: I64  # [1] shipments in use
    shelves: Records  # [S] on hand, reserved, suspect: of each item at every centre, then those of other nodes
    free: I64  # [S] room for what is on hand less reserved
    cargo: Records  # [G]
    window: Window
    scratch: Scratch
    one_line: Records  # [1] commands.LINE, room for an order of one line
    one_shelf: I64  # [1] its item's first shelf


class Out(NamedTuple):
    """Room for facts by type, and how many rows are in each: `n` [17], in this order."""

    ordered: Records
    planned: Records
    allocated: Records
    refused: Records
    cancelled: Records
    unplanned: Records
    picked: Records
    packed: Records
    delivered: Records
    completed: Records
    closed: Records
    received: Records
    counted: Records
    held: Records
    backordered: Records
    filled: Records
    lapsed: Records
    n: I64
    before: I64  # counts when the present command began: ordinals start there
    words: I64  # the memory of all of them, where nothing stands before a row is begun
    spots: I64  # [17, 3] the word with which each type begins in it, the words of a row, the most rows there can be


TYPES = (
    facts.ORDERED,
    facts.PLANNED,
    facts.ALLOCATED,
    facts.REFUSED,
    facts.CANCELLED,
    facts.UNPLANNED,
    facts.PICKED,
    facts.PACKED,
    facts.DELIVERED,
    facts.COMPLETED,
    facts.CLOSED,
    facts.RECEIVED,
    facts.COUNTED,
    facts.HELD,
    facts.BACKORDERED,
    facts.FILLED,
    facts.LAPSED,
)
BEGIN = 0
WIDTH = 1
MOST = 2
"""Columns of `Out.spots`."""
ORDERED = 0
PLANNED = 1
ALLOCATED = 2
REFUSED = 3
CANCELLED = 4
UNPLANNED = 5
PICKED = 6
PACKED = 7
DELIVERED = 8
COMPLETED = 9
CLOSED = 10
RECEIVED = 11
COUNTED = 12
HELD = 13
BACKORDERED = 14
FILLED = 15
LAPSED = 16


@compiled
def shipment_key(order: int, node: int, attempt: int) -> int:
    """Name of a shipment, as `world.tables` packs it."""
    return (order * MAX_NODE + node) * MAX_ATTEMPT + attempt
