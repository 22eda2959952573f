"""The arrival step: place, cancel, picked, packed, delivered, received, counted, in one mixed batch.

These commands touch the same rows (stock, slots, orders, shipments), so they are one step: it reads the
rows its batch can touch, then decides row by row in arrival order on local copies. Each row looks from its
own instant, so cutting the batch anywhere changes no byte.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.decide.promise import Window
from firstbest.decide.source import Scratch
from firstbest.kernels.index import find_sorted, local_day, unique
from firstbest.operate.arrive_rest import decide
from firstbest.operate.arrive_state import TYPES, Asks, Local, Out, Records
from firstbest.operate.ports import ByKey, Read, Rows, Step
from firstbest.world.commands import LINE, Batch
from firstbest.world.facts import Block
from firstbest.world.network import I64
from firstbest.world.tables import CARGO_T, LINE_T, ORDER_T, SHIPMENT_T, SLOT_T, STOCK_T
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import Kind

KINDS = (Kind.PLACE, Kind.CANCEL, Kind.PICKED, Kind.PACKED, Kind.DELIVERED, Kind.RECEIVED, Kind.COUNTED)
Reading = Generator[Read, Rows, "Local"]


class Names(NamedTuple):
    """Whom the batch names: unique, sorted."""

    orders: I64
    order_row: I64  # [n] -1: none
    items: I64
    stock_row: I64  # [n]
    line_stock_row: I64  # [m]
    masks: dict[int, NDArray[np.bool_]]


def take(batch: Batch, ground: Ground) -> Step:
    """Decide a mixed batch; answers its facts."""
    names = names_of(batch)
    local, shipment_keys = yield from read_local(batch, names, ground)
    asks = asks_of(batch, names, local, shipment_keys)
    out = room_for(batch, local)
    decide(ground.terms, asks, local, out)
    rooms = cast("tuple[Records, ...]", out[: len(TYPES)])
    blocks = [Block(fact, rows[:n]) for fact, rows, n in zip(TYPES, rooms, out.n, strict=True)]
    return [block for block in blocks if len(block.rows)]


def names_of(batch: Batch) -> Names:
    """Orders and items that the batch names, with where each command finds them."""
    commands, kind = batch.commands, batch.commands["kind"]
    masks = {int(k): kind == k for k in KINDS}
    of_order = masks[Kind.PLACE] | masks[Kind.CANCEL] | masks[Kind.PICKED] | masks[Kind.PACKED] | masks[Kind.DELIVERED]
    orders = unique(commands["order"][of_order])
    order_row = np.where(of_order, find_sorted(orders, np.ascontiguousarray(commands["order"])), -1)
    of_item = masks[Kind.RECEIVED] | masks[Kind.COUNTED]
    line_items = batch.lines["item"].astype(np.int64)
    items = unique(np.concatenate([line_items, commands["item"][of_item].astype(np.int64)]))
    stock_row = np.where(of_item, find_sorted(items, commands["item"].astype(np.int64)), -1)
    return Names(orders, order_row, items, stock_row, find_sorted(items, line_items), masks)


def read_local(batch: Batch, names: Names, ground: Ground) -> Generator[Read, Rows, tuple[Local, tuple[I64, I64]]]:
    """Read every row the batch can touch, and make local copies."""
    orders = (yield ByKey(ORDER_T, names.orders)).rows
    with_lines = np.zeros(len(orders), np.bool_)
    with_lines[names.order_row[names.masks[Kind.CANCEL] | names.masks[Kind.PICKED]]] = True
    counts = np.where(with_lines & (orders["live"] != 0), orders["lines"], 0).astype(np.int64)
    places = np.flatnonzero(names.masks[Kind.PLACE])
    fresh = np.zeros(len(orders), np.int64)
    np.maximum.at(fresh, names.order_row[places], batch.commands["lines"][places])
    span = np.where(orders["live"] != 0, counts, fresh)
    base = np.where(span > 0, np.cumsum(span) - span, -1)
    owner = np.repeat(np.arange(len(orders)), span)
    ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(span) - span, span)
    lines = (yield ByKey(LINE_T, names.orders[owner] * MAX_LINE + ordinal)).rows
    items = unique(np.concatenate([names.items, lines["item"][lines["live"] != 0].astype(np.int64)]))
    held = yield from read_stock(items, ground)
    shipments, owners, keys = yield from read_shipments(batch, names, lines, owner)
    head, following = chains(owners, len(orders), len(shipments))
    cargo = yield from read_cargo(batch, names)
    window = yield from read_window(batch, ground)
    line_row = find_sorted(items, lines["item"].astype(np.int64))
    local = Local(
        orders, base, lines, line_row, shipments, head, following, np.array([len(keys)]),
        *held, cargo, window, scratch_for(batch, ground), np.zeros(1, LINE), np.zeros(1, np.int64),
    )  # fmt: skip
    return local, (keys, items)


def read_stock(items: I64, ground: Ground) -> Generator[Read, Rows, tuple[I64, I64, I64, I64]]:
    """Stock of the items at every node: on hand, reserved, free, suspect; each [U, N]."""
    count = len(ground.nodes.kind)
    keys = (items[:, None] * count + ground.stocked[None, :]).ravel()
    rows = (yield ByKey(STOCK_T, keys)).rows.reshape(len(items), len(ground.stocked))
    on_hand, reserved, suspect = (np.zeros((len(items), count), np.int64) for _ in range(3))
    on_hand[:, ground.stocked], reserved[:, ground.stocked] = rows["on_hand"], rows["reserved"]
    suspect[:, ground.stocked] = rows["suspect"]
    return on_hand, reserved, on_hand - reserved, suspect


def read_shipments(
    batch: Batch, names: Names, lines: Records, owner: I64
) -> Generator[Read, Rows, tuple[Records, I64, I64]]:
    """Shipments that commands name or that lines to be cancelled stand on, and room for new ones.

    Answers (rows, order row of each, keys).
    """
    c = batch.commands
    named = names.masks[Kind.PICKED] | names.masks[Kind.PACKED] | names.masks[Kind.DELIVERED]
    keys = (c["order"][named] * MAX_NODE + c["node"][named]) * MAX_ATTEMPT + c["attempt"][named]
    alive = lines["live"] != 0
    of_lines = lines["key"][alive] // MAX_LINE * MAX_NODE + lines["node"][alive]
    keys = unique(np.concatenate([keys, of_lines * MAX_ATTEMPT + lines["attempt"][alive]]))
    answer = yield ByKey(SHIPMENT_T, keys)
    owners = find_sorted(names.orders, keys // (MAX_NODE * MAX_ATTEMPT))
    rows = np.zeros(len(keys) + len(batch.lines) + 1, answer.rows.dtype)
    rows[: len(keys)] = answer.rows
    return rows, owners, keys


def chains(owners: I64, orders: int, shipments: int) -> tuple[I64, I64]:
    """Link the shipments of each order: (head by order, next by shipment)."""
    head = np.full(orders, -1, np.int64)
    following = np.full(shipments, -1, np.int64)
    again = np.flatnonzero(owners[1:] == owners[:-1]) + 1
    following[again] = again - 1
    head[owners] = np.arange(len(owners))
    return head, following


def read_cargo(batch: Batch, names: Names) -> Generator[Read, Rows, Records]:
    """Cargo that receipts name, by key."""
    keys = unique(batch.commands["order"][names.masks[Kind.RECEIVED]])
    return (yield ByKey(CARGO_T, keys)).rows


def read_window(batch: Batch, ground: Ground) -> Generator[Read, Rows, Window]:
    """Packing slots from the day before the first command to the horizon after the last."""
    at = batch.commands["at"]
    zone = ground.nodes.time_zone[ground.centres[0]]
    nodes, days = len(ground.nodes.kind), ground.calendar.midnight_us.shape[1]
    centres = ground.centres
    first = max(local_day(ground.calendar.midnight_us, zone, int(at[0])) - 2, 0)
    last = local_day(ground.calendar.midnight_us, zone, int(at[-1])) + ground.policy.capacity_days + 3
    span = np.arange(first, min(last, days))
    keys = (centres[:, None] * days + span[None, :]).ravel()
    rows = (yield ByKey(SLOT_T, keys)).rows.reshape(len(centres), len(span))
    taken, limit = np.zeros((nodes, len(span)), np.int64), np.zeros((nodes, len(span)), np.int64)
    taken[centres], limit[centres] = rows["taken"], rows["limit"]
    shape = (len(ground.carriers.mode), nodes)
    return Window(taken, limit, first, np.zeros(shape, np.int64), np.full(shape, -1, np.int64))


def scratch_for(batch: Batch, ground: Ground) -> Scratch:
    """Room for the largest order of the batch."""
    lines = max(int(batch.commands["lines"].max(initial=1)), 1)
    centres = len(ground.centres)
    zeros = np.zeros(centres, np.int64)
    return Scratch(
        np.zeros(lines, np.int64), zeros, zeros.copy(), np.zeros((centres, 12), np.int64), np.zeros(4, np.int64)
    )


def asks_of(batch: Batch, names: Names, local: Local, read: tuple[I64, I64]) -> Asks:
    """The batch with the local row of everything it names."""
    shipment_keys, stock_items = read
    c = batch.commands
    key = (c["order"] * MAX_NODE + c["node"]) * MAX_ATTEMPT + c["attempt"]
    cargo_row = find_sorted(np.ascontiguousarray(local.cargo["key"]), np.ascontiguousarray(c["order"]))
    return Asks(
        c,
        batch.lines,
        names.order_row,
        find_sorted(shipment_keys, key),
        find_sorted(stock_items, c["item"].astype(np.int64)),
        cargo_row,
        find_sorted(stock_items, batch.lines["item"].astype(np.int64)),
    )


def room_for(batch: Batch, local: Local) -> Out:
    """Room for the most facts the batch can make."""
    n, m, old = len(batch.commands), len(batch.lines), len(local.lines)
    most = (n, m + n, m + n, m + n, m + old + n, m + len(local.shipments), m, n, n, n, n, n, n)
    rooms = [np.zeros(size, fact.dtype) for fact, size in zip(TYPES, most, strict=True)]
    return Out._make([*rooms, np.zeros(len(TYPES), np.int64), np.zeros(len(TYPES), np.int64)])
