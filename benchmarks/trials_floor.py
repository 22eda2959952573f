"""The trial of messages: hands report each step up to three times, in any order, over several connections.

A report that comes before the step it follows from is refused and sent again later, with the same key, until it is
taken; one that was taken and comes again must be answered as it was. At the end every shipment was picked and packed
once, and what is missing from the shelves is what was picked.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple

from benchmarks.live_workspace import CENTRES
from benchmarks.trials_shop import Hands, Shop, shop_of
from firstbest.operate.ports import All
from firstbest.run.open import standing
from firstbest.store.book_open import open_book
from firstbest.store.book_verify import unlike_refold
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.units import HOUR_US

THREADS: Final = 4
ROUNDS_MOST: Final = 40
AHEAD_H: Final = 6
WAIT_S: Final = 30.0


class Message(NamedTuple):
    """A report: where it goes, its key, its body."""

    path: str
    key: str
    body: bytes


class Told:
    """What was answered, by key."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers: dict[str, Any] = {}
        self.early = self.again = self.differing = self.unexpected = 0

    def take(self, message: Message, status: int, told: Any) -> None:
        """Keep an answer, or compare it with the one before."""
        with self.lock:
            if status == http.client.OK and message.key in self.answers:
                self.again += 1
                self.differing += self.answers[message.key] != told
            elif status == http.client.OK:
                self.answers[message.key] = told
            elif status == http.client.CONFLICT and told["type"].endswith("/wrong_stage"):
                self.early += message.key not in self.answers
                self.differing += message.key in self.answers
            else:
                self.unexpected += 1


class Caller:
    """One connection with a key."""

    def __init__(self, shop: Shop) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=WAIT_S)
        self.headers = {"Authorization": f"Bearer {shop.key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None, key: str = "") -> tuple[int, Any]:
        """Status and body of an answer."""
        more = {"Idempotency-Key": key} if key else {}
        self.connection.request(method, path, body, self.headers | more)
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None


def floor_of(folder: Path, book: str, orders: int) -> tuple[dict[str, float], list[str]]:
    """Order, let waves hand out the work, report it badly; figures, and what is wrong."""
    shop = shop_of(folder, book)
    hands, told, chance = Hands(shop, 0), Told(), random.Random(5)
    hands.stand()
    caller = Caller(shop)
    placed = sum(place(caller, number, chance) for number in range(orders))
    seen: dict[str, list[Message]] = {}
    for _ in range(ROUNDS_MOST):
        for shipment in picks(caller):
            seen.setdefault(shipment[0].path, list(shipment))
        waiting = [one for both in seen.values() for one in both if one.key not in told.answers]
        if waiting:
            report(shop, told, shuffled(waiting, [one for both in seen.values() for one in both], chance))
        elif len(seen) >= placed:
            break
        else:
            shop.clock.set_by(AHEAD_H * HOUR_US)
            caller.ask("GET", "/v1/orders?limit=1")
    hands.finish()
    return looked(shop, told, (placed, len(seen)))


def place(caller: Caller, number: int, chance: random.Random) -> int:
    """Place an order of one item; answers how many shipments it has."""
    lines = [{"item": f"item_{chance.randrange(1, 40):04d}", "quantity": chance.choice((1, 2))}]
    body = {"order": f"o{number}", "customer": f"c{number}", "place": "606", "lines": lines}
    status, told = caller.ask("POST", "/v1/orders", json.dumps(body).encode(), f"o{number}")
    assert status == http.client.CREATED, told
    return len(told["shipments"])


def picks(caller: Caller) -> list[tuple[Message, Message]]:
    """What is to be picked now: for each shipment the report of its pick and, before it came, that of its packing."""
    found = []
    for centre in range(CENTRES):
        status, told = caller.ask("GET", f"/v1/tasks?node=centre_{centre:02d}&kind=pick&limit=500")
        assert status == http.client.OK, told
        for task in told["tasks"]:
            path = f"/v1/orders/{task['order']}/shipments/centre_{centre:02d}"
            lines = [{"line": line["line"], "quantity": line["quantity"]} for line in task["lines"]]
            end, body = f"?attempt={task['attempt']}", json.dumps({"lines": lines}).encode()
            found.append(
                (Message(f"{path}/picked{end}", f"{path}1", body), Message(f"{path}/packed{end}", f"{path}2", b""))
            )
    return found


def shuffled(waiting: list[Message], known: list[Message], chance: random.Random) -> list[Message]:
    """Each that waits once to three times, with some that were sent before, in any order."""
    sent = [one for one in waiting for _ in range(chance.choice((1, 1, 2, 3)))]
    sent += chance.sample(known, len(known) // 10)
    chance.shuffle(sent)
    return sent


def report(shop: Shop, told: Told, sent: list[Message]) -> None:
    """Send messages over several connections at once."""
    queue: SimpleQueue[Message] = SimpleQueue()
    for one in sent:
        queue.put(one)

    def work() -> None:
        caller = Caller(shop)
        while True:
            try:
                one = queue.get_nowait()
            except Empty:
                return
            told.take(one, *caller.ask("POST", one.path, one.body, one.key))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def looked(shop: Shop, told: Told, counts: tuple[int, int]) -> tuple[dict[str, float], list[str]]:
    """What the book says of what was reported; counts: shipments promised, and seen on the floor."""
    placed, seen = counts
    with open_book(str(shop.where.book)) as book:
        world, state = standing(book)
        picked, packed, opened = (book.facts_of(fact) for fact in (f.PICKED, f.PACKED, f.OPENED))
        doubled = sum(
            count > 1
            for rows in (picked, packed)
            for count in Counter(zip(*(rows[name].tolist() for name in key_of(rows)), strict=True)).values()
        )
        on_hand = int(state.read(All(t.STOCK_T)).rows["on_hand"].sum())
        book.verify()
        broken = len(unlike_refold(book, world.network))
    missing = int(opened["quantity"].sum()) - on_hand - int(picked["quantity"].sum())
    lost = placed - len({*zip(*(packed[name].tolist() for name in key_of(packed)), strict=True)})
    figures: dict[str, float] = {
        "lost": lost, "doubled": doubled, "answered_otherwise": told.differing, "units_unexplained": abs(missing),
        "chain_broken": broken, "unanswered": told.unexpected, "messages_early": told.early,
        "messages_again": told.again, "messages_taken": len(told.answers), "messages_shipments": seen,
    }  # fmt: skip
    must = ("lost", "doubled", "answered_otherwise", "units_unexplained", "chain_broken", "unanswered")
    wrong = [f"messages: {name} is {figures[name]}, not 0" for name in must if figures[name]]
    return figures, wrong + ([] if told.early and told.again else ["messages: none came early, or none again"])


def key_of(rows: Any) -> tuple[str, ...]:
    """What names a report once: its shipment, and its line where it has one."""
    return tuple(name for name in ("order", "node", "attempt", "line") if name in rows.dtype.names)
