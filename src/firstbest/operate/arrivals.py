"""The arrival step: place, cancel, picked, packed, delivered, received, counted, in one mixed batch.

These commands touch the same rows (stock, slots, orders, shipments), so they are one step: it reads the
rows its batch can touch, then decides row by row in arrival order on local copies. Each row looks from its
own instant, so cutting the batch anywhere changes no byte.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.decide.promise import Window
from firstbest.decide.source import Scratch
from firstbest.operate import arrive_names as names
from firstbest.operate import kits
from firstbest.operate.arrive_rest import decide
from firstbest.operate.arrive_room import room_for
from firstbest.operate.arrive_state import TYPES, Asks, Local, Records
from firstbest.operate.members import entitled
from firstbest.operate.ports import ByKey, Read, Rows, Step
from firstbest.world.commands import LINE, Batch
from firstbest.world.facts import Block
from firstbest.world.network import I64
from firstbest.world.tables import CARGO_T, LINE_T, ORDER_T, SHIPMENT_T, SLOT_T, STOCK_T
from firstbest.world.words import Kind

KINDS = (
    Kind.PLACE, Kind.CANCEL, Kind.PICKED, Kind.PACKED, Kind.DELIVERED, Kind.RECEIVED, Kind.COUNTED, Kind.HOLD,
    Kind.RESUME, Kind.FILL,
)  # fmt: skip

NOTHING = np.zeros(0, np.int64)
STOCK_READ = ("on_hand", "reserved", "suspect")
"""What is weighed of the stock at each node."""


def take(batch: Batch, ground: Ground) -> Step:
    """Decide a mixed batch; answers its facts."""
    if ground.detail.members is not None:
        batch = yield from entitled(batch)
    if ground.detail.kits is not None:
        blocks: list[Block] = yield from kits.take(batch, ground, ground.detail.kits, decided)
        return blocks
    blocks = yield from decided(batch, ground, None)
    return blocks


def decided(batch: Batch, ground: Ground, line_kit: I64 | None) -> Step:
    """Decide a batch as it stands. `line_kit` [m]: the kits that its lines are part of, as in tables.LINE_STATE."""
    counts = np.zeros((names.KINDS, 3), np.int64)
    asks, local = yield from read_local(batch, ground, counts)
    if line_kit is not None:
        asks = asks._replace(line_kit=line_kit)
    out = room_for(batch, local, asks.order_row, counts)
    decide(ground.terms, asks, local, out)
    rooms = cast("tuple[Records, ...]", out[: len(TYPES)])
    return [Block(fact, rows[:n]) for fact, rows, n in zip(TYPES, rooms, out.n.tolist(), strict=True) if n]


def read_local(batch: Batch, ground: Ground, counts: I64) -> Generator[Read, Rows, tuple[Asks, Local]]:
    """Read every row the batch can touch, make local copies, and find those that each command names.

    Counts the batch's commands and lines by kind (`arrive_names.count_kinds`).
    """
    c, terms = batch.commands, ground.terms
    order_keys, order_row = names.orders_of(c, counts)
    orders = (yield ByKey(ORDER_T, order_keys)).rows
    base, line_keys = names.lines_of(c, order_row, orders)
    lines = (yield ByKey(LINE_T, line_keys)).rows
    kit_units = kits.whole_units(lines, ground.detail.kits)
    stock_keys, batch_shelf, shelf, line_shelf = names.shelves_of(c, batch.lines, lines, terms.centres, terms.centre_of)
    shelves = (yield ByKey(STOCK_T, stock_keys, STOCK_READ)).rows
    sent = sent_most(batch, counts) + 1
    shipment_keys, shipment_row, of_order = names.shipments_of(c, lines, order_row, orders, sent)
    shipments = (yield ByKey(SHIPMENT_T, shipment_keys)).rows
    chains = names.chains_of(shipments, of_order, len(orders))
    cargo_keys, cargo_row = names.cargo_of(c) if counts[names.RECEIVED, 0] else (NOTHING, order_row)
    cargo = (yield ByKey(CARGO_T, cargo_keys)).rows
    window = yield from read_window(batch, ground)
    line_kit = np.zeros(len(batch.lines), np.int64)
    asks = Asks(c, batch.lines, order_row, shipment_row, shelf, cargo_row, batch_shelf, line_kit)
    local = Local(
        orders, base, lines, line_shelf, kit_units, shipments, *chains, np.array([len(of_order)]), shelves,
        np.empty(len(shelves), np.int64), cargo, window, scratch_for(counts, ground), np.zeros(1, LINE),
        np.zeros(1, np.int64),
    )  # fmt: skip
    return asks, local


def read_window(batch: Batch, ground: Ground) -> Generator[Read, Rows, Window]:
    """Packing slots from the day before the first command to the horizon after the last."""
    zone, ahead = int(ground.nodes.time_zone[ground.centres[0]]), ground.policy.capacity_days + 3
    first, keys = names.slots_of(batch.commands, ground.terms.midnight, zone, ahead, ground.centres)
    rows = (yield ByKey(SLOT_T, keys)).rows
    span = (len(ground.nodes.kind), len(keys) // len(ground.centres))
    taken, limit = np.zeros(span, np.int64), np.zeros(span, np.int64)
    names.lay_window(rows, ground.centres, taken, limit)
    shape = (len(ground.carriers.mode), len(ground.terms.cut_off))
    return Window(taken, limit, first, np.zeros(shape, np.int64), np.full(shape, -1, np.int64))


def scratch_for(counts: I64, ground: Ground) -> Scratch:
    """Room for the largest order of the batch."""
    lines = max(int(counts[:, names.LARGEST].max()), 1)
    centres = len(ground.centres)
    zeros = np.zeros(centres, np.int64)
    return Scratch(
        np.zeros(lines, np.int64), zeros, zeros.copy(), np.zeros((centres, 12), np.int64), np.zeros(4, np.int64),
        np.zeros((len(ground.carriers.mode), 4), np.int64),
        np.zeros(lines, np.int64), np.zeros(lines, np.int64), np.zeros(1, np.int64),
    )  # fmt: skip


def sent_most(batch: Batch, counts: I64) -> int:
    """How many shipments the batch can plan at most: one for each line placed, asked for again, or found nowhere."""
    most = int(counts[names.PLACE, 1]) + int(counts[names.FILL, 1])
    return most + (names.lines_missed(batch.commands, batch.lines) if counts[names.PICKED, 0] else 0)
