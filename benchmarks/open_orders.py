"""A million open orders in a SQLite book: how long until they are in memory, and how long a fork of them takes.

`load_open_orders_s` reads every folded table of a settled book into columns; `start_s` is a process that begins, opens
the built-in workspace's own book (no order in it) and stands as its house, imports included and kernels compiled;
`fork_ms` copies the columns of all open orders for one rehearsal from now. `--quick` has 20,000 open orders.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.result import Result
from firstbest.operate.ports import All, Put, Tick
from firstbest.run.open import open_house
from firstbest.store.book import SqlBook
from firstbest.store.book_open import open_book
from firstbest.store.book_read import load_columns
from firstbest.store.columns import Columns, sizes
from firstbest.store.init import write_builtin
from firstbest.world import tables as t
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US, MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import NodeKind, Stage

ORDERS: Final = 1_000_000
QUICK: Final = 20_000
AT_ONCE: Final = 10_000
"""Orders of one tick."""
LOAD_MOST_S: Final = 5.0
START_MOST_S: Final = 3.0
STAND: Final = (
    "import sys; from pathlib import Path; from firstbest.store.kernel_cache import use_cache; use_cache(); "
    "from firstbest.run.open import open_house; from firstbest.store.book_open import open_book; "
    "book = open_book(Path(sys.argv[1]) / 'book.sqlite'); assert book.claim('start', ''); "
    "open_house(Path(sys.argv[1]), book); book.release(); book.close()"
)
"""A house stands up, in a process of its own."""


def rows_of(network: Network, first: int, count: int, at: int) -> list[Put]:
    """Open orders of one line each, from an order code on; every sixth is on its way."""
    order = np.arange(first, first + count)
    nodes = np.flatnonzero(network.nodes.kind == NodeKind.FULFILMENT)
    node = nodes[order % len(nodes)]
    orders, lines, shipments = (np.zeros(count, each.dtype) for each in (t.ORDER_T, t.LINE_T, t.SHIPMENT_T))
    orders["key"], lines["key"] = order, order * MAX_LINE
    shipments["key"] = (order * MAX_NODE + node) * MAX_ATTEMPT
    for rows in (orders, lines, shipments):
        rows["live"] = 1
    orders["tie"] = shipments["tie"] = order.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    orders["open_shipments"] = orders["open_lines"] = orders["lines"] = 1
    lines["item"], lines["node"], lines["quantity"] = order % len(network.items.weight_g), node, 1
    shipments["node"], shipments["units"], shipments["lines"] = node, 1, 1
    shipments["stage"] = np.where(order % 6 == 0, Stage.DEPARTED, Stage.WAITING)
    orders["placed_at"] = shipments["placed_at"] = at
    orders["ship_by"] = shipments["ship_by"] = at + 12 * HOUR_US
    orders["deliver_by"] = shipments["deliver_by"] = at + 48 * HOUR_US
    return [Put(t.ORDER_T, orders), Put(t.LINE_T, lines), Put(t.SHIPMENT_T, shipments)]


def filled(folder: Path, orders: int) -> tuple[SqlBook, Network]:
    """A settled book of the built-in workspace with so many open orders."""
    book = open_book(folder / "many.sqlite")
    assert book.claim("open_orders", "")
    network = open_house(folder, book).house.world.network
    last = book.last
    assert last is not None
    for number, first in enumerate(range(1, orders + 1, AT_ONCE), start=1):
        tick = Tick(last.tick + number, 0, last.due, last.at, last.first_number + number, 1)
        book.seal(tick, [], rows_of(network, first, min(AT_ONCE, orders + 1 - first), last.at))
    book.settle()
    return book, network


def start_s(folder: Path) -> float:
    """Seconds until a house stands, the second time: the first opens the book and leaves the kernels compiled."""
    took = 0.0
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", STAND, str(folder)], check=True)
        took = time.perf_counter() - began
    return took


def missing(loaded: Columns, copy: Columns, orders: int) -> list[str]:
    """What a load or a fork lost."""
    wrong = []
    for table in (t.ORDER_T, t.LINE_T, t.SHIPMENT_T):
        rows = loaded.read(All(table)).rows
        if len(rows) != orders:
            wrong.append(f"{orders} rows of '{table.name}' were sealed, {len(rows)} were loaded")
        if rows.tobytes() != copy.read(All(table)).rows.tobytes():
            wrong.append(f"a fork has other rows of '{table.name}'")
    return wrong


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Fill, load, fork; wrong when a row is lost, or when a full run is above its bars."""
    orders = QUICK if quick else ORDERS
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "demo"
        write_builtin(folder)
        started_s = start_s(folder)
        book, network = filled(folder, orders)
        reader = book.reader()
        began = time.perf_counter()
        loaded = load_columns(reader, sizes(network))
        load_s = time.perf_counter() - began
        began = time.perf_counter()
        copy = loaded.copied()
        fork_ms = (time.perf_counter() - began) * 1_000
        wrong = missing(loaded, copy, orders)
        reader.close()
        book.release()
        book.close()
    if not quick and load_s > LOAD_MOST_S:
        wrong.append(f"{orders} open orders are to be loaded in {LOAD_MOST_S:g} s, took {load_s:.1f} s")
    if not quick and started_s > START_MOST_S:
        wrong.append(f"a house is to stand in {START_MOST_S:g} s, took {started_s:.1f} s")
    return Result(
        figures={
            "orders": orders,
            "load_open_orders_s": round(load_s, 3),
            "start_s": round(started_s, 2),
            "fork_ms": round(fork_ms, 1),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        },
        wrong=tuple(wrong),
    )
