"""A writer killed at random moments, durability full: nothing that was answered is lost, nothing is there twice.

Clients send orders, each with its own idempotency key, most of them for one hot item of which there is not enough. The
service is killed (SIGKILL) at random moments and another one comes up on the same book; a client that got no answer
sends the same request with the same key again until it is answered, and now and then sends one again that was answered
long ago. At the end the book is opened: every answered order is in it once and as it was answered, no shelf promised
more than it held, the chain holds, and the tables are what the facts come to.

The service is a fork of this process, so that kernels need not be read again for each life.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from benchmarks.live_workspace import live_workspace
from benchmarks.result import Result
from firstbest.operate.ports import All
from firstbest.rehearse.warm import warm
from firstbest.run.open import standing
from firstbest.service.keyring import OWNER, SCOPES, Bearer, as_put, new_key
from firstbest.service.serving import Service, Where, serve
from firstbest.store.book_open import open_book
from firstbest.store.sides import NAMED
from firstbest.world import facts as f
from firstbest.world import tables as t

KILLS: Final = 100
QUICK_KILLS: Final = 5
CLIENTS: Final = 8
ORDERS_A_KILL: Final = 130
HOT_SHARE: Final = 0.7
ITEMS: Final = 40
UNITS: Final = 20
"""Of each item in each of sixteen centres: the hot one runs out."""
AGAIN_SHARE: Final = 0.03
WAIT_S: Final = 60.0


class Ledger:
    """What clients were answered."""

    def __init__(self, orders: int) -> None:
        self.lock = threading.Lock()
        self.left = orders
        self.answers: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, bytes] = {}
        self.problems: Counter[str] = Counter()
        self.differing = 0

    def next_order(self) -> int | None:
        """The number of the next order, None when all were given out."""
        with self.lock:
            self.left -= 1
            return self.left if self.left >= 0 else None


def client(ledger: Ledger, key: str, port: int, number: int) -> None:
    """Send orders until there are none left, each until it is answered."""
    chance = random.Random(number)
    while (order := ledger.next_order()) is not None:
        name = f"o{order}"
        item = "item_0000" if chance.random() < HOT_SHARE else f"item_{chance.randrange(1, ITEMS):04d}"
        lines = [{"item": item, "quantity": chance.choice((1, 1, 2, 5))}]
        told = {"order": name, "customer": f"c{order}", "place": "606", "lines": lines}
        ledger.bodies[name] = json.dumps(told).encode()
        ledger.answers[name] = persist(ledger, key, port, name)
        if chance.random() < AGAIN_SHARE:
            old = chance.choice(list(ledger.answers))
            if persist(ledger, key, port, old) != ledger.answers[old]:
                ledger.differing += 1


def persist(ledger: Ledger, key: str, port: int, name: str) -> dict[str, Any]:
    """Send one order until it is answered."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": name}
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        try:
            connection.request("POST", "/v1/orders", ledger.bodies[name], headers)
            answer = connection.getresponse()
            told: dict[str, Any] = json.loads(answer.read())
            if answer.status in (200, 201):
                return told
            ledger.problems[str(answer.status)] += 1
        except (OSError, http.client.HTTPException, ValueError):
            ledger.problems["no answer"] += 1
        finally:
            connection.close()
        time.sleep(0.02)


class Lives:
    """A process without threads that forks a service whenever it is told, so that no fork takes over a lock."""

    def __init__(self, where: Where) -> None:
        asked, self._tell = os.pipe()
        self._answers, answer = os.pipe()
        if os.fork() == 0:
            os.close(self._tell)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            while os.read(asked, 1):
                os.write(answer, begin(where).to_bytes(8, "little"))
            os._exit(0)
        os.close(asked)

    def another(self) -> int:
        """A new service; answers its process."""
        os.write(self._tell, b"x")
        return int.from_bytes(os.read(self._answers, 8), "little")

    def close(self) -> None:
        """No more."""
        os.close(self._tell)


def begin(where: Where) -> int:
    """Start the service in a fork; answers its process."""
    process = os.fork()
    if process:
        return process
    try:
        serve(Service(where), lambda: None)
    finally:
        os._exit(0)


def gone(process: int) -> None:
    """Wait until a process is no more."""
    while True:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.005)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listening(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as one:
        one.settimeout(0.2)
        return one.connect_ex(("127.0.0.1", port)) == 0


def opened(where: Where) -> str:
    """Open the book before the first life, with a key of the clients'."""
    service = Service(where)
    key, digest = new_key()
    standing_one = service.front.standing
    assert standing_one is not None, "the book is new"
    desk = standing_one.app.door.desk  # type: ignore[attr-defined]
    desk.asked(lambda one: one.keep((as_put(Bearer(OWNER, frozenset(SCOPES), digest, "trial"), 1),)))
    service.front.close()
    service.watcher.close()
    return key


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - needs no data
    """Kill the writer so often, then look at the book."""
    kills = int(os.environ.get("FIRSTBEST_KILLS", QUICK_KILLS if quick else KILLS))
    warm()
    with tempfile.TemporaryDirectory() as parent:
        folder = live_workspace(Path(parent) / "shop", ITEMS, UNITS)
        where = Where(folder, str(folder / "book.sqlite"), "127.0.0.1", free_port())
        key = opened(where)
        ledger, began = Ledger(kills * ORDERS_A_KILL), time.perf_counter()
        lives, longest = trial(where, key, ledger, kills)
        figures, wrong = judged(where, ledger)
        figures |= {
            "kills": lives, "acknowledged": len(ledger.answers), "problems_told": sum(ledger.problems.values()),
            "longest_gap_s": round(longest, 2), "trial_s": round(time.perf_counter() - began, 1),
        }  # fmt: skip
    return Result(figures=figures, wrong=tuple(wrong))


def trial(where: Where, key: str, ledger: Ledger, kills: int) -> tuple[int, float]:
    """Let clients work while the writer is killed; answers how often, and the longest time without one."""
    assert where.port is not None, "a port was chosen"
    port, chance, longest, done = where.port, random.Random(7), 0.0, 0
    lives = Lives(where)
    process = lives.another()
    threads = [threading.Thread(target=client, args=(ledger, key, port, n), daemon=True) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        down = time.perf_counter()
        while not listening(port):
            time.sleep(0.02)
        longest = max(longest, time.perf_counter() - down)
        if done >= kills:
            time.sleep(0.2)
            continue
        time.sleep(chance.uniform(0.02, 0.9))
        os.kill(process, signal.SIGKILL)
        gone(process)
        done += 1
        process = lives.another()
    os.kill(process, signal.SIGTERM)
    gone(process)
    lives.close()
    return done, longest


def judged(where: Where, ledger: Ledger) -> tuple[dict[str, int | float], list[str]]:
    """What the book says of what clients were told."""
    book = open_book(str(where.book))
    text, code = NAMED.names.index("text"), NAMED.names.index("code")
    names: dict[str, int] = {}
    after: tuple[Any, ...] | None = None
    while rows := book.side_where(NAMED, 5_000, after, kind=1):
        names |= {str(row[text]): int(row[code]) for row in rows}
        after = tuple(rows[-1][NAMED.names.index(name)] for name in NAMED.key)
    ordered = book.facts_of(f.ORDERED)
    count = Counter(ordered["order"].tolist())
    number = dict(zip(ordered["order"].tolist(), ordered["number"].tolist(), strict=True))
    lost = sum(name not in names or number.get(names[name]) != told["number"] for name, told in ledger.answers.items())
    doubled = sum(times > 1 for times in count.values()) + len(count) - len(set(names.values()) & set(count))
    _, state = standing(book)
    stock = state.read(All(t.STOCK_T)).rows
    oversold = int((stock["reserved"] > stock["on_hand"]).sum() + (stock["on_hand"] < 0).sum())
    try:
        held = book.verify()
        broken = 0
    except Exception:  # noqa: BLE001 - a chain that does not hold is what is counted
        held, broken = 0, 1
    refused = len(book.facts_of(f.REFUSED))
    book.close()
    figures: dict[str, int | float] = {
        "lost": lost, "doubled": doubled, "oversold": oversold, "chain_broken": broken,
        "answered_otherwise": ledger.differing, "ticks": held, "refused_lines": refused,
    }  # fmt: skip
    names_of_wrong = ("lost", "doubled", "oversold", "chain_broken", "answered_otherwise")
    wrong = [f"{name} is {figures[name]}, not 0" for name in names_of_wrong if figures[name]]
    if not refused:
        wrong.append("the hot item never ran out: nothing was shown of overselling")
    return figures, wrong
