"""A writer killed at random moments, durability full: nothing that was answered is lost, nothing is there twice.

Clients send orders, each with its own idempotency key, most of them for one hot item of which there is not enough. The
service is killed (SIGKILL) at random moments and another one comes up on the same book; a client that got no answer
sends the same request with the same key again until it is answered, and now and then sends one again that was answered
long ago. At the end the book is opened: every answered order is in it once and as it was answered, no shelf promised
more than it held, the chain holds, and the tables are what the facts come to.

The trial is made on SQLite and on PostgreSQL. There, now and then it is the database that dies, at once and without
a word, and is started again beneath the running service, which has to come back by itself.

The service is a fork of this process, so that kernels need not be read again for each life. A trial that is not over
in time is a fault.
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
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.live_workspace import live_workspace
from benchmarks.result import Result, tell
from firstbest.operate.ports import All
from firstbest.rehearse.warm import warm
from firstbest.run.open import standing, wall_us
from firstbest.service.keyring import OWNER, SCOPES, Bearer, as_put, new_key
from firstbest.service.serving import Service, Where, serve
from firstbest.store.book_open import open_book
from firstbest.store.book_verify import unlike_refold
from firstbest.store.sides import NAMED
from firstbest.world import facts as f
from firstbest.world import tables as t
from tests.books.postgres_server import schema_url, server

KILLS: Final = 100
PER_TRIAL: Final = ("longest_gap_s", "trial_s", "refused_lines", "ticks")
"""Figures that are told for each database; the others are of both together."""
QUICK_KILLS: Final = 5
TOLD_EACH: Final = 25
CLIENTS: Final = 8
ORDERS_A_KILL: Final = 130
HOT_SHARE: Final = 0.7
ITEMS: Final = 40
UNITS: Final = 20
"""Of each item in each of sixteen centres: the hot one runs out."""
AGAIN_SHARE: Final = 0.03
WAIT_S: Final = 60.0
DATABASE_EACH: Final = 8
"""So often it is the database instead of the service."""
MOST_S, MOST_S_A_KILL = 120.0, 6.0


class Ledger:
    """What clients were answered."""

    def __init__(self, orders: int, most_s: float) -> None:
        self.lock = threading.Lock()
        self.least, self.given = orders, 0
        self.enough = threading.Event()
        """Set after the last kill: no more orders than are needed."""
        self.until = time.monotonic() + most_s
        self.answers: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, bytes] = {}
        self.problems: Counter[str] = Counter()
        self.unclear = 0
        """Refusals that are no problem as the documents say, or do not say when to come again."""
        self.differing = 0

    def next_order(self) -> int | None:
        """The number of the next order, None when there were enough."""
        with self.lock:
            if self.late or (self.enough.is_set() and self.given >= self.least):
                return None
            self.given += 1
            return self.given

    @property
    def late(self) -> bool:
        """Whether the trial should have been over."""
        return time.monotonic() > self.until


def client(ledger: Ledger, key: str, port: int, number: int) -> None:
    """Send orders until there are none left, each until it is answered."""
    chance = random.Random(number)
    while (order := ledger.next_order()) is not None:
        name = f"o{order}"
        item = "item_0000" if chance.random() < HOT_SHARE else f"item_{chance.randrange(1, ITEMS):04d}"
        lines = [{"item": item, "quantity": chance.choice((1, 1, 2, 5))}]
        told = {"order": name, "customer": f"c{order}", "place": "606", "lines": lines}
        ledger.bodies[name] = json.dumps(told).encode()
        answer = persist(ledger, key, port, name)
        if answer is None:
            return
        ledger.answers[name] = answer
        if chance.random() < AGAIN_SHARE:
            old = chance.choice(list(ledger.answers))
            again = persist(ledger, key, port, old)
            ledger.differing += again is not None and again != ledger.answers[old]


def persist(ledger: Ledger, key: str, port: int, name: str) -> dict[str, Any] | None:
    """Send one order until it is answered; None where the trial's time was over first."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": name}
    while not ledger.late:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        try:
            connection.request("POST", "/v1/orders", ledger.bodies[name], headers)
            answer = connection.getresponse()
            told: dict[str, Any] = json.loads(answer.read())
            if answer.status in (200, 201):
                return told
            ledger.problems[str(answer.status)] += 1
            ledger.unclear += not clear(answer.status, answer.headers, told)
        except (OSError, http.client.HTTPException, ValueError):
            ledger.problems["no answer"] += 1
        finally:
            connection.close()
        time.sleep(0.02)
    return None


def clear(status: int, headers: Message, told: dict[str, Any]) -> bool:
    """Whether a refusal is one that a client can act on: it may come again, and is told when, and why."""
    known = status in (http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE)
    return known and headers.get("retry-after", "").isdigit() and bool(told.get("detail"))


class Trial(NamedTuple):
    """A database to be tried: how a new book is called, and how the database itself dies."""

    name: str
    book: Callable[[], str]
    database_dies: Callable[[], None] | None


class Plan(NamedTuple):
    """How often the writer is killed, and how the database is."""

    kills: int
    database_dies: Callable[[], None] | None


class Lives:
    """A process without threads that forks a service whenever it is told, so that no fork takes over a lock."""

    def __init__(self, where: Where, clock: Callable[[], int] = wall_us) -> None:
        asked, self._tell = os.pipe()
        self._answers, answer = os.pipe()
        if os.fork() == 0:
            os.close(self._tell)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            while os.read(asked, 1):
                os.write(answer, begin(where, clock).to_bytes(8, "little"))
            os._exit(0)
        os.close(asked)

    def another(self) -> int:
        """A new service; answers its process."""
        os.write(self._tell, b"x")
        return int.from_bytes(os.read(self._answers, 8), "little")

    def close(self) -> None:
        """No more."""
        os.close(self._tell)


def begin(where: Where, clock: Callable[[], int] = wall_us) -> int:
    """Start the service in a fork; answers its process."""
    process = os.fork()
    if process:
        return process
    try:
        serve(Service(where, clock), lambda: None)
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
    figures: dict[str, float] = {}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as parent:
        folder = live_workspace(Path(parent) / "shop", ITEMS, UNITS)
        trials: tuple[Trial, ...] = (
            Trial("sqlite", lambda: str(folder / "book.sqlite"), None),
            Trial("postgresql", schema_url, database_dies),
        )
        for each in trials:
            tell(f"{each.name}: {kills} kills")
            found, bad = tried(each, folder, kills)
            wrong += [f"{each.name}: {line}" for line in bad]
            figures |= {name: figures.get(name, 0) + value for name, value in found.items() if name not in PER_TRIAL}
            figures |= {f"{name}_{each.name}": found[name] for name in PER_TRIAL}
    return Result(figures=figures, wrong=tuple(wrong))


def tried(each: Trial, folder: Path, kills: int) -> tuple[dict[str, Any], list[str]]:
    """Figures of one database, and what was wrong."""
    where = Where(folder, each.book(), "127.0.0.1", free_port())
    key = opened(where)
    ledger, began = Ledger(kills * ORDERS_A_KILL, MOST_S + kills * MOST_S_A_KILL), time.perf_counter()
    done = trial(where, key, ledger, Plan(kills, each.database_dies))
    figures, wrong = judged(where, ledger)
    figures |= done | {"acknowledged": len(ledger.answers), "problems_told": sum(ledger.problems.values())}
    if ledger.late:
        wrong.append(f"the trial was not over in {MOST_S + kills * MOST_S_A_KILL:.0f} s")
    return figures | {"trial_s": round(time.perf_counter() - began, 1)}, wrong


def database_dies(for_s: float = 0.0) -> None:
    """End the database's processes without a word, and start it again, after a while where one is given."""
    running = server()
    os.kill(running.get_pid(), signal.SIGQUIT)
    while (running.pgdata / "postmaster.pid").exists():
        time.sleep(0.01)
    time.sleep(for_s)
    running.ensure_postgres_running()


def trial(where: Where, key: str, ledger: Ledger, plan: Plan) -> dict[str, Any]:
    """Let clients work while writer or database are killed; answers how often, and the longest time without."""
    assert where.port is not None, "a port was chosen"
    port, chance, longest, writers, databases = where.port, random.Random(7), 0.0, 0, 0
    lives = Lives(where)
    process = lives.another()
    threads = [threading.Thread(target=client, args=(ledger, key, port, n), daemon=True) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        down = time.perf_counter()
        while not listening(port) and not ledger.late:
            time.sleep(0.02)
        longest = max(longest, time.perf_counter() - down)
        if writers >= plan.kills:
            ledger.enough.set()
            time.sleep(0.2)
            continue
        time.sleep(chance.uniform(0.02, 0.9))
        if writers and writers % TOLD_EACH == 0:
            tell(f"  {writers} kills, {len(ledger.answers):,} orders acknowledged")
        if plan.database_dies is not None and databases < writers // DATABASE_EACH:
            plan.database_dies()
            databases += 1
            continue
        os.kill(process, signal.SIGKILL)
        gone(process)
        writers += 1
        process = lives.another()
    os.kill(process, signal.SIGTERM)
    gone(process)
    lives.close()
    return {"kills": writers, "database_kills": databases, "longest_gap_s": round(longest, 2)}


def judged(where: Where, ledger: Ledger, *, hot: bool = True) -> tuple[dict[str, Any], list[str]]:
    """What the book says of what clients were told; `hot`: an item has to have run out."""
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
    world, state = standing(book)
    stock = state.read(All(t.STOCK_T)).rows
    oversold = int((stock["reserved"] > stock["on_hand"]).sum() + (stock["on_hand"] < 0).sum())
    try:
        held = book.verify()
        broken = len(unlike_refold(book, world.network))
    except Exception:  # noqa: BLE001 - a chain that does not hold is what is counted
        held, broken = 0, 1
    refused = len(book.facts_of(f.REFUSED))
    book.close()
    figures: dict[str, Any] = {
        "lost": lost, "doubled": doubled, "oversold": oversold, "chain_broken": broken,
        "answered_otherwise": ledger.differing, "unclear": ledger.unclear, "ticks": held, "refused_lines": refused,
    }  # fmt: skip
    names_of_wrong = ("lost", "doubled", "oversold", "chain_broken", "answered_otherwise", "unclear")
    wrong = [f"{name} is {figures[name]}, not 0" for name in names_of_wrong if figures[name]]
    if hot and not refused:
        wrong.append("the hot item never ran out: nothing was shown of overselling")
    return figures, wrong
