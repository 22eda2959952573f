"""Orders over HTTP into a real database, client and server on the same two cores, durability full.

A service runs in a process of its own on a workspace of 100 nodes and 300,000 stock rows; a client in this one keeps
connections open and sends an order on each as soon as the last was answered. Every order is new, has its own
idempotency key, and is answered after the commit. Beside it: what one transaction an order comes to (`ratio_naive`),
and how often the disk can sync. Latency of quotes is measured at half the rate that was reached, and at 500 orders a
second, which stays the same however fast the service becomes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.live_workspace import ITEMS, PLACES, live_workspace
from benchmarks.result import Result, tell
from firstbest.rehearse.warm import warm
from firstbest.store.kernel_cache import mark_complete
from tests.books.postgres_server import schema_url

F64 = NDArray[np.float64]
CONNECTIONS: Final = 64
KEYS: Final = 4
SECONDS: Final = 10.0
QUICK_SECONDS: Final = 2.0
BULK_LINES: Final = 2_000
PORT: Final = 18_640
START_MOST_S: Final = 120.0
NAIVE_ORDERS: Final = 300
STEADY: Final = 1_000.0
"""Half of these a second is a load that stays the same from one measurement to the next."""


class Client:
    """One connection that asks and reads, without a library between."""

    def __init__(self, key: str) -> None:
        self.head = f"Host: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def open(self) -> None:
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", PORT)

    async def post(self, path: str, body: bytes, more: str = "") -> tuple[int, bytes]:
        """Ask; answers status and body."""
        head = f"POST {path} HTTP/1.1\r\n{self.head}{more}Content-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        told = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(told.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        return int(told[9:12]), await self.reader.readexactly(length)


class Orders:
    """New orders, one after the other."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.chance = name, 0, random.Random(1)

    def order(self, lines: int = 1) -> bytes:
        """The body of the next order."""
        self.count += 1
        chosen = [{"item": f"item_{self.chance.randrange(ITEMS):04d}", "quantity": 1} for _ in range(lines)]
        told = {"order": f"{self.name}{self.count}", "customer": f"c{self.count}", "lines": chosen}
        return json.dumps(told | {"place": self.chance.choice(PLACES)}).encode()

    def quote(self) -> bytes:
        """The body of a question for one service."""
        item = f"item_{self.chance.randrange(ITEMS):04d}"
        asked = {"customer": "c", "place": self.chance.choice(PLACES), "lines": [{"item": item, "quantity": 1}]}
        return json.dumps(asked | {"service": "standard"}).encode()


async def own_keys(key: str) -> list[str]:
    """Keys of the owner's own shops, made with the first one."""
    client = Client(key)
    await client.open()
    wanted = json.dumps({"name": "shop", "seller": "owner", "scopes": ["orders"]}).encode()
    made = [await client.post("/v1/keys", wanted) for _ in range(KEYS)]
    client.writer.close()
    return [json.loads(told)["key"] for _, told in made]


async def single(keys: list[str], orders: Orders, seconds: float) -> tuple[float, int]:
    """Orders a second over all connections, and how many were not answered as placed."""
    clients = [Client(keys[n % len(keys)]) for n in range(CONNECTIONS)]
    await asyncio.gather(*(client.open() for client in clients))
    until, done, wrong = time.perf_counter() + seconds, 0, 0

    async def go_on(client: Client) -> None:
        nonlocal done, wrong
        while time.perf_counter() < until:
            body = orders.order()
            status, _ = await client.post("/v1/orders", body, f"Idempotency-Key: {orders.name}{orders.count}\r\n")
            done += 1
            wrong += status != 201

    began = time.perf_counter()
    await asyncio.gather(*(go_on(client) for client in clients))
    rate = done / (time.perf_counter() - began)
    for client in clients:
        client.writer.close()
    return rate, wrong


async def bulk(keys: list[str], orders: Orders, seconds: float) -> tuple[float, int]:
    """Lines a second by NDJSON, two requests at a time, and how many lines were not promised."""
    clients = [Client(key) for key in keys[:2]]
    await asyncio.gather(*(client.open() for client in clients))
    until, lines, wrong = time.perf_counter() + seconds, 0, 0

    async def go_on(client: Client) -> None:
        nonlocal lines, wrong
        while time.perf_counter() < until:
            body = b"\n".join(orders.order(4) for _ in range(BULK_LINES // 4))
            _, told = await client.post("/v1/orders/bulk", body)
            lines += BULK_LINES
            wrong += BULK_LINES - sum(json.loads(row).get("lines_promised", 0) for row in told.splitlines())

    began = time.perf_counter()
    await asyncio.gather(*(go_on(client) for client in clients))
    return lines / (time.perf_counter() - began), wrong


async def latency(keys: list[str], orders: Orders, rate: float, seconds: float) -> F64:
    """Milliseconds of quotes while orders come in at half of what was reached, quotes being a tenth of all."""
    clients = [Client(keys[n % len(keys)]) for n in range(CONNECTIONS)]
    await asyncio.gather(*(client.open() for client in clients))
    free = list(clients)
    took: list[float] = []
    tasks = []

    async def one(client: Client, *, asks: bool) -> None:
        began = time.perf_counter()
        if asks:
            await client.post("/v1/quotes", orders.quote())
            took.append((time.perf_counter() - began) * 1_000)
        else:
            await client.post("/v1/orders", orders.order())
        free.append(client)

    until, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        number += 1
        if free:
            tasks.append(asyncio.create_task(one(free.pop(0), asks=number % 10 == 0)))
        await asyncio.sleep(orders.chance.expovariate(rate / 2))
    await asyncio.gather(*tasks)
    return np.array(took)


@contextmanager
def service(folder: Path, book: str) -> Iterator[tuple[str, float]]:
    """A service in a process of its own; answers the owner's key and how long it took to stand."""
    began = time.perf_counter()
    command = [
        str(Path(sys.executable).with_name("firstbest")),
        "serve",
        str(folder),
        "--book",
        book,
        "--port",
        str(PORT),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    key, said = "", []
    assert process.stdout is not None
    try:
        while "openapi.json" not in (line := process.stdout.readline()):
            said.append(line)
            if not line or time.perf_counter() - began > START_MOST_S:
                raise RuntimeError(f"the service did not start: {''.join(said)}")
        stood = time.perf_counter() - began
        line = process.stdout.readline()
        key = line.rsplit(": ", 1)[1].strip()
        while not listening():
            time.sleep(0.05)
        yield key, stood
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def listening() -> bool:
    """Whether the service takes connections."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", PORT)) == 0


def syncs_per_s(folder: Path) -> float:
    """How often a second a small write reaches the disk."""
    with (folder / "sync").open("wb", buffering=0) as file:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < 1:
            file.write(b"x" * 512)
            os.fsync(file.fileno())
            count += 1
        return count / (time.perf_counter() - began)


def naive_per_s(folder: Path) -> float:
    """Orders a second with a transaction each: an order, a line, a reservation; durability full."""
    connection = sqlite3.connect(folder / "naive.sqlite", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "CREATE TABLE stock (item INTEGER, node INTEGER, free INTEGER, PRIMARY KEY (item, node)) WITHOUT ROWID",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT)",
        "CREATE TABLE lines (id INTEGER, item INTEGER, node INTEGER, quantity INTEGER)",
    ):  # fmt: skip
        connection.execute(statement)
    connection.execute("BEGIN")
    rows = ((item, node, 1_000_000) for item in range(ITEMS) for node in range(16))
    connection.executemany("INSERT INTO stock VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")
    began = time.perf_counter()
    for order in range(NAIVE_ORDERS):
        connection.execute("BEGIN IMMEDIATE")
        item = order * 7 % ITEMS
        best = connection.execute("SELECT node FROM stock WHERE item = ? AND free > 0 LIMIT 1", (item,)).fetchone()
        connection.execute("INSERT INTO orders VALUES (?, ?)", (order, "c"))
        connection.execute("INSERT INTO lines VALUES (?, ?, ?, 1)", (order, item, best[0]))
        connection.execute("UPDATE stock SET free = free - 1 WHERE item = ? AND node = ?", (item, best[0]))
        connection.execute("COMMIT")
    rate = NAIVE_ORDERS / (time.perf_counter() - began)
    connection.close()
    return rate


def measured(folder: Path, book: str, name: str, seconds: float) -> tuple[dict[str, float], list[str]]:
    """Figures of one database."""
    wrong: list[str] = []
    with service(folder, book) as (key, stood):
        keys = asyncio.run(own_keys(key))
        asyncio.run(single(keys, Orders("warm"), min(seconds, 3.0)))
        rate, bad = asyncio.run(single(keys, Orders("single"), seconds))
        lines, short = asyncio.run(bulk(keys, Orders("bulk"), seconds))
        steady = asyncio.run(latency(keys, Orders("steady"), STEADY, seconds))
        took = asyncio.run(latency(keys, Orders("half"), rate, seconds))
    wrong += [f"{bad} orders were not placed on {name}"] if bad else []
    wrong += [f"{short} lines were not promised on {name}"] if short else []
    return {
        f"orders_per_s_{name}": round(rate),
        f"lines_per_s_bulk_{name}": round(lines),
        f"promise_ms_p50_{name}": round(float(np.percentile(took, 50)), 1),
        f"promise_ms_p99_{name}": round(float(np.percentile(took, 99)), 1),
        f"promise_ms_p99_at_500_{name}": round(float(np.percentile(steady, 99)), 1),
        f"first_start_s_{name}": round(stood, 1),
    }, wrong


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - needs no data
    """Single orders, bulk and latency on SQLite and PostgreSQL."""
    warm()
    mark_complete()
    seconds = QUICK_SECONDS if quick else SECONDS
    figures: dict[str, float] = {}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as parent:
        folder = live_workspace(Path(parent) / "shop")
        books: tuple[tuple[str, Callable[[], str]], ...] = (
            ("sqlite", lambda: str(folder / "book.sqlite")),
            ("postgresql", schema_url),
        )
        for name, book in books:
            tell(f"{name}: first start, single orders, bulk, latency")
            found, bad = measured(folder, book(), name, seconds)
            figures |= found
            wrong += bad
        figures["syncs_per_s"] = round(syncs_per_s(folder))
        figures["naive_orders_per_s"] = round(naive_per_s(folder))
    figures["promise_ms_p99"] = max(figures["promise_ms_p99_sqlite"], figures["promise_ms_p99_postgresql"])
    figures["ratio_naive"] = round(figures["orders_per_s_sqlite"] / figures["naive_orders_per_s"], 2)
    return Result(figures=figures, wrong=tuple(wrong))
