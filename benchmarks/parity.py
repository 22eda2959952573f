"""The live loop beside the twin: the same admitted commands, cut at random, give the same bytes of facts.

The twin rehearses the built-in network at full scale; every command that its physics tells is handed at once to a live
house on a real book (SQLite with full sync; PostgreSQL for a shorter run), without any physics, in batches of random
length. All facts that the book holds are compared with the twin's, byte by byte. Then the columns are rebuilt from the
book and compared with those in memory, and the whole log is decided again by `replay`.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from benchmarks.result import Result, tell
from firstbest.operate.loop import Loop, Ports
from firstbest.operate.opening import opening
from firstbest.operate.ports import All, Change, Tick
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.running import VirtualClock
from firstbest.rehearse.warm import warm
from firstbest.run.house import House, Phase
from firstbest.run.replay import replay
from firstbest.run.world import Span, World
from firstbest.store.book_open import open_book
from firstbest.store.book_read import load_columns
from firstbest.store.columns import Columns, sizes
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.workspace import load
from firstbest.world.commands import Batch
from firstbest.world.facts import Block
from firstbest.world.tables import TABLES
from tests.books.postgres_server import schema_url

ORDERS = 1_000_000
ORDERS_POSTGRES = 100_000
ORDERS_QUICK = 20_000
ORDERS_DAY = 6_500
"""The built-in network places about so many a day in the seasons it begins with."""
CUTS = (1, 3, 40, 700, 9_000)
SEED = 20261121
TOLD_EACH_S = 20


class Recording:
    """The twin's outside: passes on what the physics tells and shows it to the live house as well."""

    def __init__(self, physics: Physics) -> None:
        self.physics = physics
        self.told: Batch | None = None

    def until(self, instant: int) -> Batch:
        """What comes before an instant; kept for the house."""
        batch = self.physics.until(instant)
        self.told = Batch(batch.commands.copy(), batch.lines.copy())
        return batch

    def accept(self, blocks: Sequence[Block], now: int) -> None:
        """Facts reach the physics."""
        self.physics.accept(blocks, now)


class Digests:
    """A book that keeps a digest of the rows of each type, and how many there are."""

    def __init__(self) -> None:
        self.digests: dict[str, Any] = {}
        self.rows: dict[str, int] = {}

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:  # noqa: ARG002 - the port
        """Take the rows of a tick."""
        for block in blocks:
            name = block.fact.name
            self.digests.setdefault(name, blake2b(digest_size=16)).update(block.rows.tobytes())
            self.rows[name] = self.rows.get(name, 0) + len(block.rows)

    def told(self) -> dict[str, tuple[int, str]]:
        """Rows and digest by type."""
        return {name: (self.rows[name], digest.hexdigest()) for name, digest in self.digests.items()}


class Hand:
    """A clock that stands where it was put."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        """What it says."""
        return self.now_us


class Trial:
    """One history on both sides."""

    def __init__(self, where: str, days: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_builtin(Path(folder))
            workspace = load(Path(folder))
            network, nature = compile_network(workspace, 1.0, days)
        calendar = network.calendar
        self.network, self.end_us = network, int(calendar.end_us)
        self.twin, self.live = Digests(), Digests()
        self.outside = Recording(Physics(network, nature, SEED))
        self.loop = Loop(network, Ports(VirtualClock(), Columns(sizes(network)), self.twin, self.outside))
        self.loop.open(opening(nature.opening, calendar.start_us), calendar.start_us)
        self.book = open_book(where)
        assert self.book.claim("parity", ""), "the book is new"
        self.clock = Hand(int(calendar.start_us))
        world = World(workspace, network, nature, Span(workspace.start_day, days))
        self.house = House([Phase(int(calendar.start_us), world)], self.book, self.clock)
        self.house.begin()
        self.chance = random.Random(SEED)
        self.differences = 0
        self.live_s = 0.0

    def run(self, orders: int) -> None:
        """Go on until so many orders were placed."""
        told = time.perf_counter()
        while self.twin.rows.get("ordered", 0) < orders and (due := self.loop.next_due()) is not None:
            self.loop.advance()
            began = time.perf_counter()
            self._hand_over(self.outside.told, due)
            self.live_s += time.perf_counter() - began
            if time.perf_counter() - told > TOLD_EACH_S:
                told = time.perf_counter()
                tell(f"  {self.twin.rows.get('ordered', 0):,} of {orders:,} orders")

    def _hand_over(self, batch: Batch | None, due: int) -> None:
        """Let the live house decide the same commands, cut at random, and the timers at `due`."""
        start, count = 0, len(batch.commands) if batch is not None else 0
        while batch is not None and start < count:
            stop = min(start + self.chance.choice(CUTS), count)
            self.house.take(batch.upto(start, stop))
            start = stop
        self.clock.now_us = due
        self.house.pass_time()

    def compare(self) -> int:
        """Types of facts whose rows, from the book, are not the same bytes; and tables that are not, rebuilt."""
        for sealed in self.book.ticks():
            self.live.seal(sealed.tick, sealed.blocks, [])
        twin, live = self.twin.told(), self.live.told()
        different = sum(twin.get(name) != live.get(name) for name in twin.keys() | live.keys())
        rebuilt = load_columns(self.book, sizes(self.network))
        for table in TABLES:
            read = All(table)
            different += rebuilt.read(read).rows.tobytes() != self.house.state.read(read).rows.tobytes()
        return different

    def again(self) -> int:
        """Differences of a replay: 0 or 1, since it stops at the first."""
        return 0 if replay(self.book, self.house.phases).identical else 1


def trial(where: str, orders: int) -> dict[str, int | float]:
    """Figures of one history on one book."""
    began = time.perf_counter()
    one = Trial(where, orders // ORDERS_DAY + 3)
    one.run(orders)
    run_s = time.perf_counter() - began
    tell("  comparing, replaying")
    began = time.perf_counter()
    figures: dict[str, int | float] = {
        "orders": one.twin.rows["ordered"],
        "facts": sum(one.twin.rows.values()),
        "differences": one.compare(),
        "differences_replay": one.again(),
        "run_s": round(run_s, 1),
        "live_s": round(one.live_s, 1),
        "check_s": round(time.perf_counter() - began, 1),
    }
    one.book.close()
    return figures


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """A million orders through SQLite, a tenth of them through PostgreSQL."""
    warm()
    with tempfile.TemporaryDirectory() as folder:
        figures = trial(str(Path(folder) / "book.sqlite"), ORDERS_QUICK if quick else ORDERS)
    other = trial(schema_url(), ORDERS_QUICK if quick else ORDERS_POSTGRES)
    figures |= {f"{name}_postgresql": value for name, value in other.items()}
    wrong = [f"{name} is {value}, not 0" for name, value in figures.items() if name.startswith("differences") and value]
    return Result(figures=figures, wrong=tuple(wrong))
