"""What a running house must withstand, tried on the whole service while clients order: nothing lost, nothing twice.

Each trial serves a shop of its own over HTTP, lets clients send orders that each persist until they are answered, and
does one thing to it meanwhile:

- `disk_full`: the disk on which the book lies is filled to the last byte, and freed again (a small disk in memory,
  where this machine lets one be mounted; always also by a limit on the size of files, which fails otherwise).
- `database_gone`: PostgreSQL dies and stays away for seconds.
- `clock`: the clock is set three hours ahead, two hours back, and the writer is killed and started under it.
- `takeover`: clients speak to a second service that hands requests on; another writer is refused; the first is killed.
- `messages`: hands report picked, packed and delivered, each up to three times, in any order, some late.
- `overload`: at least twice as much is asked as is done, by single orders and in bulk.

What is counted and must be 0 is `benchmarks.faults.judged`'s, and what each trial adds. `answers` and `fails` in
`benchmarks.trials_shop` are shared by all.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.faults import database_dies, gone, judged, listening
from benchmarks.live_workspace import live_workspace
from benchmarks.result import Result, tell
from benchmarks.trials_floor import floor_of
from benchmarks.trials_load import load_of
from benchmarks.trials_shop import Hands, Shop, bounded, mounted, shop_of
from firstbest.rehearse.warm import warm
from firstbest.store.book_open import open_book
from firstbest.world.units import HOUR_US
from tests.books.postgres_server import schema_url

ITEMS, UNITS = 40, 20
ORDERS, QUICK_ORDERS = 1_500, 300
AWAY_S: Final = 3.0
TAKEOVER_MOST_S: Final = 5.0
FULL_MB: Final = 48
Found = tuple[dict[str, float], list[str]]


@contextmanager
def disturbed(shop: Shop, orders: int) -> Iterator[Hands]:
    """Clients order while what stands inside happens; afterwards they have been answered and the service has ended."""
    hands = Hands(shop, orders)
    hands.until_answered(min(30, orders // 4))
    yield hands
    hands.finish()


def told_of(name: str, shop: Shop, hands: Hands, more: dict[str, float] | None = None) -> Found:
    """A trial's figures by its name, and what is wrong."""
    figures, wrong = judged(shop.where, hands.ledger, hot=False)
    kept = ("lost", "doubled", "oversold", "chain_broken", "answered_otherwise", "unclear")
    told: dict[str, float] = {each: figures[each] for each in kept}
    told[f"{name}_acknowledged"] = len(hands.ledger.answers)
    told[f"{name}_refusals"] = sum(hands.ledger.problems.values())
    if hands.ledger.late:
        wrong.append("the trial was not over in time")
    return told | {f"{name}_{key}": value for key, value in (more or {}).items()}, [f"{name}: {one}" for one in wrong]


def disk_full(folder: Path, orders: int) -> Found:
    """Fill the disk under the book, then free it."""
    with mounted(FULL_MB) as disk:
        if disk is None:
            return {"disk_full_tried": 0}, []
        shop = shop_of(folder, str(disk / "book.sqlite"))
        with disturbed(shop, orders) as hands:
            filler = disk / "filler"
            fill(filler)
            refused = hands.until_refused(20)
            readable = hands.readable()
            filler.unlink()
            back = hands.until_answered(20)
        found, wrong = told_of("disk_full", shop, hands, {"tried": 1, "back_s": back, "readable": readable})
        return found, wrong + ([] if refused else ["disk_full: nothing was refused, so nothing was shown"])


def fill(filler: Path) -> None:
    """Write until there is no room."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))


def file_limit(folder: Path, orders: int) -> Found:
    """No file may grow, as on a disk whose quota is used up; then it may again."""
    shop = shop_of(folder, str(folder / "limited.sqlite"))
    with disturbed(shop, orders) as hands:
        with bounded(hands.process, folder / "limited.sqlite-wal"):
            refused = hands.until_refused(20)
            readable = hands.readable()
        back = hands.until_answered(20)
    found, wrong = told_of("file_limit", shop, hands, {"back_s": back, "readable": readable})
    return found, wrong + ([] if refused else ["file_limit: nothing was refused, so nothing was shown"])


def database_gone(folder: Path, orders: int) -> Found:
    """The database dies and is away for a while."""
    shop = shop_of(folder, schema_url())
    with disturbed(shop, orders) as hands:
        database_dies(AWAY_S)
        back = hands.until_answered(20)
    return told_of("database_gone", shop, hands, {"back_s": back})


def clock(folder: Path, orders: int, book: str) -> Found:
    """The clock jumps ahead and back, and a new writer begins under it."""
    shop = shop_of(folder, book)
    longest = 0.0
    with disturbed(shop, orders) as hands:
        for hours in (3, -2, -1):
            shop.clock.set_by(hours * HOUR_US)
            longest = max(longest, hands.until_answered(20))
        hands.kill()
        hands.another()
        longest = max(longest, hands.until_answered(20))
    found, wrong = told_of("clock", shop, hands, {"longest_gap_s": longest})
    with open_book(str(shop.where.book)) as opened:
        instants = [each.tick.at for each in opened.ticks()]
    fell = sum(after < before for before, after in pairwise(instants))
    return found | {"instants_fell": fell}, wrong + ([f"clock: {fell} ticks are before the one before"] if fell else [])


def takeover(folder: Path, orders: int, book: str) -> Found:
    """A second service hands on, and takes over; nobody else may write."""
    shop = shop_of(folder, book)
    first, wrong = Hands(shop, 0), []
    while not listening(shop.port):
        time.sleep(0.02)
    second = shop.beside()
    with disturbed(second, orders) as hands:
        intruder = open_book(str(shop.where.book))
        refused = not intruder.claim("an intruder", "")
        intruder.close()
        first.kill()
        took = hands.until_answered(20)
    gone(first.process)
    first.lives.close()
    found, bad = told_of("takeover", second, hands, {"s": took})
    wrong += [] if refused else ["takeover: a second writer was let in beside the first"]
    wrong += [] if took <= TAKEOVER_MOST_S else [f"takeover: it took {took:.1f} s, {TAKEOVER_MOST_S:.0f} at most"]
    return found | {"second_writers": int(not refused)}, bad + wrong


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - needs no data
    """Every trial, SQLite and PostgreSQL where the database matters."""
    warm()
    orders = QUICK_ORDERS if quick else ORDERS
    figures: dict[str, float] = {}
    wrong: list[str] = []
    random.seed(11)
    with tempfile.TemporaryDirectory(prefix="firstbest-trials-") as parent:
        folder = live_workspace(Path(parent) / "shop", ITEMS, UNITS, queue=None)
        here: Callable[[str], str] = lambda name: str(folder / f"{name}.sqlite")  # noqa: E731
        trials: dict[str, Callable[[], Found]] = {
            "disk_full": partial(disk_full, folder, orders),
            "file_limit": partial(file_limit, folder, orders),
            "database_gone": partial(database_gone, folder, orders),
            "clock": lambda: clock(folder, orders, here("clock")),
            "takeover": lambda: takeover(folder, orders, here("takeover")),
            "takeover_postgresql": lambda: takeover(folder, orders, schema_url()),
            "messages": lambda: floor_of(folder, here("messages"), orders // 5),
            "overload": lambda: load_of(folder, here("overload"), 3.0 if quick else 10.0),
        }
        for name, trial in trials.items():
            began = time.perf_counter()
            tell(name)
            found, bad = trial()
            own = {key.replace("takeover_", f"{name}_", 1): value for key, value in found.items()}
            figures |= summed(figures, own) | {f"{name}_trial_s": round(time.perf_counter() - began, 1)}
            wrong += bad if name != "takeover_postgresql" else [line.replace("takeover", name, 1) for line in bad]
    return Result(figures=figures, wrong=tuple(wrong))


ZERO: Final = (
    "lost", "doubled", "oversold", "chain_broken", "answered_otherwise", "unclear", "instants_fell", "second_writers",
    "units_unexplained", "unanswered",
)  # fmt: skip
"""Figures of all trials together that must be 0; the others are a trial's own."""


def summed(before: dict[str, float], found: dict[str, Any]) -> dict[str, float]:
    """Figures with those that are counted over all trials added up."""
    return {name: round(value + (before.get(name, 0) if name in ZERO else 0), 2) for name, value in found.items()}
