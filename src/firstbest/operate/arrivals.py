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
from firstbest.kernels.index import local_day
from firstbest.operate import arrive_names as names
from firstbest.operate import kits
from firstbest.operate.arrive_rest import decide
from firstbest.operate.arrive_state import TYPES, Asks, Local, Out, Records
from firstbest.operate.members import entitled
from firstbest.operate.ports import ByKey, Read, Rows, Step
from firstbest.operate.ranks import ranked, ranked_codes
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
    counts = np.zeros((names.KINDS, 2), np.int64)
    names.count_kinds(batch.commands, counts)
    asks, local = yield from read_local(batch, ground, counts)
    if line_kit is not None:
        asks = asks._replace(line_kit=line_kit)
    out = room_for(batch, local, asks.order_row, counts)
    decide(ground.terms, asks, local, out)
    rooms = cast("tuple[Records, ...]", out[: len(TYPES)])
    blocks = [Block(fact, rows[:n]) for fact, rows, n in zip(TYPES, rooms, out.n.tolist(), strict=True)]
    return [block for block in blocks if len(block.rows)]


def read_local(batch: Batch, ground: Ground, counts: I64) -> Generator[Read, Rows, tuple[Asks, Local]]:
    """Read every row the batch can touch, make local copies, and find those that each command names.

    `counts` [K, 2]: the batch's commands and lines by kind.
    """
    c = batch.commands
    named = np.empty(len(c), np.int64)
    names.name_orders(c, named)
    order_keys, order_row = ranked(named)
    orders = (yield ByKey(ORDER_T, order_keys)).rows
    base, lines = yield from read_lines(c, order_row, orders)
    (batch_shelf, shelf, line_shelf), stock = yield from read_stock(batch, lines, ground)
    kit_units = kits.whole_units(lines, ground.detail.kits)
    shipment_row, shipments, chains = yield from read_shipments(batch, orders, lines, sent_most(batch, counts) + 1)
    names.name_cargo(c, named)
    cargo_keys, cargo_row = ranked(named) if counts[names.RECEIVED, 0] else (NOTHING, named)
    cargo = (yield ByKey(CARGO_T, cargo_keys)).rows
    window = yield from read_window(batch, ground)
    count = len(batch.lines)
    asks = Asks(c, batch.lines, order_row, shipment_row, shelf, cargo_row, batch_shelf, np.zeros(count, np.int64))
    local = Local(
        orders, base, lines, line_shelf, kit_units, shipments, *chains, *stock, cargo, window,
        scratch_for(batch, ground), np.zeros(1, LINE), np.zeros(1, np.int64),
    )  # fmt: skip
    return asks, local


def read_lines(commands: Records, order_row: I64, orders: Records) -> Generator[Read, Rows, tuple[I64, Records]]:
    """Lines that cancels and picks want, and room for those of new orders: (where each order's begin, lines)."""
    span, base = np.empty(len(orders), np.int64), np.empty(len(orders), np.int64)
    keys = np.empty(names.span_lines(commands, order_row, orders, span), np.int64)
    names.name_lines(orders, span, base, keys)
    return base, (yield ByKey(LINE_T, keys)).rows


def read_stock(
    batch: Batch, lines: Records, ground: Ground
) -> Generator[Read, Rows, tuple[tuple[I64, I64, I64], tuple[Records, I64]]]:
    """Stock of all items named at every centre, and of what is received or counted elsewhere.

    Answers where the shelves of the batch's lines [m], of its commands [n] and of the local lines [M] are, and the
    shelves [S] with the units free on each.
    """
    terms, m, n = ground.terms, len(batch.lines), len(batch.commands)
    named, apart, shelf = np.empty(m + n + len(lines), np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    names.name_items(batch.commands, batch.lines, lines, terms.centre_of, named)
    items, row = ranked_codes(named, len(ground.items.weight_g))
    names.name_elsewhere(batch.commands, terms.centre_of, apart)
    elsewhere, apart_row = ranked(apart)
    at_centres = len(items) * len(terms.centres)
    keys = np.empty(at_centres + len(elsewhere), np.int64)
    names.name_shelves(items, elsewhere, terms.centres, len(terms.centre_of), keys)
    shelves = (yield ByKey(STOCK_T, keys, STOCK_READ)).rows
    # A place of -1 stays below 0.
    first = row * len(terms.centres)
    elsewhere_row = np.where(apart_row >= 0, apart_row + at_centres, -1)
    names.place_shelves(batch.commands, first[m : m + n], elsewhere_row, terms.centre_of, shelf)
    return (first[:m], shelf, first[m + n :]), (shelves, shelves["on_hand"] - shelves["reserved"])


def read_shipments(
    batch: Batch, orders: Records, lines: Records, room: int
) -> Generator[Read, Rows, tuple[I64, Records, tuple[I64, I64, I64]]]:
    """Shipments that commands name or that lines to be cancelled stand on, and `room` for new ones.

    Answers the row of each command's [n], the rows, and their chains: (head by order, next by shipment, rows in use).
    """
    count = len(batch.commands)
    named = np.empty(count + len(lines), np.int64)
    names.name_shipments(batch.commands, lines, named)
    keys, row = ranked(named)
    # No row has a key below 0, so there is room where one is asked for.
    rows = (yield ByKey(SHIPMENT_T, np.concatenate([keys, np.full(room, -1)]))).rows
    head, following = np.empty(len(orders), np.int64), np.empty(len(rows), np.int64)
    names.chain_up(keys, orders, head, following)
    return row[:count], rows, (head, following, np.array([len(keys)]))


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
    names.lay_window(rows, centres, taken, limit)
    shape = (len(ground.carriers.mode), len(ground.terms.cut_off))
    return Window(taken, limit, first, np.zeros(shape, np.int64), np.full(shape, -1, np.int64))


def scratch_for(batch: Batch, ground: Ground) -> Scratch:
    """Room for the largest order of the batch."""
    lines = max(int(batch.commands["lines"].max(initial=1)), 1)
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


def room_for(batch: Batch, local: Local, order_row: I64, counts: I64) -> Out:
    """Room for the most facts the batch can make; a line can be refused its cancelling, or be held, many times."""
    n, old, sent = len(batch.commands), len(local.lines), sent_most(batch, counts)
    commands, lines = counts.T.tolist()
    filled, placed = lines[names.FILL], commands[names.PLACE]
    ends = commands[names.DELIVERED] + commands[names.CANCEL] + commands[names.PICKED] + commands[names.FILL]
    again = names.lines_again(batch.commands, order_row, local.line_base, old) if old else 0
    kept = again + n if commands[names.HOLD] + commands[names.RESUME] else 0
    most = (
        placed, sent, sent, placed + lines[names.PLACE], lines[names.PICKED] + again, commands[names.PICKED] + again,
        lines[names.PICKED], commands[names.PACKED], commands[names.DELIVERED], ends, ends,
        commands[names.RECEIVED], commands[names.COUNTED], kept, lines[names.PLACE], commands[names.FILL],
        filled + again,
    )  # fmt: skip
    rooms = [np.zeros(size, fact.dtype) for fact, size in zip(TYPES, most, strict=True)]
    return Out._make([*rooms, np.zeros(len(TYPES), np.int64), np.zeros(len(TYPES), np.int64)])
