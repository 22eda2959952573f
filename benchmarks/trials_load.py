"""The trial of too much: at least twice what the house can do is asked, by single orders and in bulk.

What it cannot take it must refuse at once, with 429 or 503 and when to come again, in bounded memory; and when the load
is over it must answer as before. What was acknowledged is looked for in the book.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from benchmarks.trials_shop import Hands, Shop, shop_of
from firstbest.run.names import Of
from firstbest.store.book_open import open_book
from firstbest.store.sides import NAMED

SINGLES: Final = 200
BULKS: Final = 24
BULK_ORDERS: Final = 1_000
GROWTH_MOST_MB: Final = 600
AFTER_MOST_S: Final = 5.0
REFUSED: Final = (429, 503)
PAUSE_S: Final = 0.02


class Asked:
    """What was asked and answered, over all connections."""

    def __init__(self) -> None:
        self.offered = self.numbers = 0
        self.done: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.unclear = self.unanswered = 0

    def name(self) -> str:
        """The name of a new order."""
        self.numbers += 1
        return f"o{self.numbers}"


def body_of(name: str) -> dict[str, Any]:
    """An order of one unit; what is promised is not the question."""
    item = f"item_{hash(name) % 40:04d}"
    return {"order": name, "customer": name, "place": "606", "lines": [{"item": item, "quantity": 1}]}


async def posted(port: int, key: str, path: str, body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of an answer on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        kind = "application/json" if path.endswith("orders") else "application/x-ndjson"
        head = f"POST {path} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        headers = dict(line.split(b": ", 1) for line in lines if line)
        return int(first[9:12]), headers, await reader.read()
    finally:
        writer.close()


async def single(shop: Shop, asked: Asked, until: float) -> None:
    """Order after order; one that is refused is given up, and the next is sent."""
    while time.perf_counter() < until:
        name = asked.name()
        asked.offered += 1
        try:
            told = await posted(shop.port, shop.key, "/v1/orders", json.dumps(body_of(name)).encode())
        except (OSError, asyncio.IncompleteReadError):
            asked.unanswered += 1
            continue
        if told[0] == 201:
            asked.done.append(name)
        await counted(asked, told)


async def counted(asked: Asked, told: tuple[int, dict[bytes, bytes], bytes]) -> None:
    """Count an answer; one that was refused breathes before the next."""
    status, headers, body = told
    asked.statuses[status] += 1
    if status in REFUSED:
        asked.unclear += not headers.get(b"retry-after", b"").isdigit() or b"detail" not in body
        await asyncio.sleep(PAUSE_S)
    elif status >= 400:
        asked.unclear += 1


async def bulk(shop: Shop, asked: Asked, until: float) -> None:
    """A thousand orders at a time."""
    while time.perf_counter() < until:
        names = [asked.name() for _ in range(BULK_ORDERS)]
        asked.offered += BULK_ORDERS
        body = b"\n".join(json.dumps(body_of(name)).encode() for name in names)
        try:
            told = await posted(shop.port, shop.key, "/v1/orders/bulk", body)
        except (OSError, asyncio.IncompleteReadError):
            asked.unanswered += 1
            continue
        if told[0] == 200:
            rows = [json.loads(line) for line in told[2].splitlines()]
            asked.done += [row["order"] for row in rows if "number" in row]
            asked.statuses[503] += sum(row.get("problem") == "busy" for row in rows)
            asked.unclear += sum(row.get("problem", "busy") not in ("busy", "too_many", "down") for row in rows)
        await counted(asked, told)


def peak_mb(process: int) -> float:
    """The most memory that a process has had."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1_024
    return 0.0


async def loaded(shop: Shop, asked: Asked, seconds: float) -> tuple[float, float]:
    """Load the house; answers how long that took, and how long one order took afterwards."""
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(
        *(single(shop, asked, until) for _ in range(SINGLES)), *(bulk(shop, asked, until) for _ in range(BULKS))
    )
    took, began = time.perf_counter() - began, time.perf_counter()
    while True:
        name = asked.name()
        told = await posted(shop.port, shop.key, "/v1/orders", json.dumps(body_of(name)).encode())
        if told[0] == 201:
            asked.done.append(name)
            return took, time.perf_counter() - began
        await asyncio.sleep(PAUSE_S)


def load_of(folder: Path, book: str, seconds: float) -> tuple[dict[str, float], list[str]]:
    """Ask for more than the house can do; figures, and what is wrong."""
    shop, asked = shop_of(folder, book), Asked()
    hands = Hands(shop, 0)
    hands.stand()
    asyncio.run(posted(shop.port, shop.key, "/v1/orders", json.dumps(body_of("first")).encode()))
    before = peak_mb(hands.process)
    took, after = asyncio.run(loaded(shop, asked, seconds))
    growth = peak_mb(hands.process) - before
    hands.finish()
    kept = names_in(book)
    lost, ratio = sum(name not in kept for name in asked.done), asked.offered / max(len(asked.done), 1)
    figures: dict[str, float] = {
        "lost": lost, "unclear": asked.unclear, "unanswered": asked.unanswered,
        "overload_done_per_s": round(len(asked.done) / took), "overload_offered_ratio": round(ratio, 2),
        "overload_429": asked.statuses[429], "overload_503": asked.statuses[503],
        "overload_growth_mb": round(growth), "overload_after_s": round(after, 2),
    }  # fmt: skip
    wrong = [
        f"overload: {name} is {figures[name]}, not 0" for name in ("lost", "unclear", "unanswered") if figures[name]
    ]
    wrong += [] if ratio >= 2 else [f"overload: {ratio:.1f} times what was done was asked, less than twice"]
    wrong += [] if growth <= GROWTH_MOST_MB else [f"overload: memory grew by {growth:.0f} MB, {GROWTH_MOST_MB} at most"]
    wrong += [] if after <= AFTER_MOST_S else [f"overload: the next order took {after:.1f} s"]
    return figures, wrong


def names_in(book: str) -> set[str]:
    """The names of all orders of a book."""
    text, found = NAMED.names.index("text"), set()
    after: tuple[Any, ...] | None = None
    with open_book(book) as opened:
        while rows := opened.side_where(NAMED, 5_000, after, kind=int(Of.ORDER)):
            found |= {str(row[text]) for row in rows}
            after = tuple(rows[-1][NAMED.names.index(name)] for name in NAMED.key)
    return found
