"""A small workspace that was served for five weeks: a twin's commands, played into a house on a clock that jumps."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from firstbest.run.house import House, Phase
from firstbest.run.open import SPAN, WORKSPACE, meta
from firstbest.run.world import Span, pack, world_of
from firstbest.store.book import SqlBook
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from tests.books.small_workspace import FILES, write
from tests.laws.history import History, Run, run
from tests.parity.houses import HandClock, play, until

FIRST_DAY = 20_514  # 2 March 2026
DAYS = 37
CARD = """
[card]
family = "house"
version = 1
currency = "USD"
from = 2026-01-01

[[charge]]
name = "storage"
meter = "storage_cm3_days"
[[charge.rule]]
each = "0.60"
per = "ft3_month"

[[charge]]
name = "units"
meter = "units_shipped"
[[charge.rule]]
each = "1.15"

[[charge]]
name = "calls"
meter = "api_calls"
[[charge.rule]]
each = "0.15"
per = "1000 call"

[[service_credit]]
name = "promises"
due = "promises_due"
kept = "promises_kept"
of = ["units"]
bands = [["99.9", "10"]]
"""


def workspace(folder: Path) -> Path:
    """The small workspace with fewer orders, more stock and a rate card."""
    demand = FILES["demand.toml"].replace("orders_per_day = 100", "orders_per_day = 12")
    stock = "item,node,quantity,wrong\nkettle,allentown,900,-2\ntowel,allentown,900,\nlamp,ontario,400,1\n"
    write(folder, demand_toml=demand, stock_csv=stock)
    (folder / "rate_cards").mkdir()
    (folder / "rate_cards" / "house.toml").write_text(CARD, encoding="utf-8")
    return folder


@cache
def history() -> History:
    """What the twin's physics makes of it."""
    world = world_of(workspace(Path(mkdtemp(prefix="firstbest-live-"))), Span(FIRST_DAY, DAYS))
    return run((world.network, world.nature), 5, Run())


def lived(folder: Path, where: str, end_us: int | None = None) -> SqlBook:
    """The book of the served workspace, up to an instant; the one that wrote it has let go."""
    workspace(folder)
    span = Span(FIRST_DAY, DAYS)
    world = world_of(folder, span)
    calendar = world.network.calendar
    book = open_book(where, Settings(full_sync=False))
    assert book.claim("test", "")
    clock = HandClock(calendar.start_us)
    house = House([Phase(calendar.start_us, world)], book, clock)
    house.begin((meta(WORKSPACE, pack(folder)), meta(SPAN, list(span))))
    go_on(house, clock, end_us or calendar.end_us)
    book.release()
    assert isinstance(book, SqlBook)
    return book


def go_on(house: House, clock: HandClock, end_us: int) -> None:
    """Give the house what the twin was told, up to an instant."""
    told = history()
    log = [(due, batch) for due, batch in told.outside.log if due <= end_us]
    outside = type(told.outside)(told.outside.outside)
    outside.log = log
    play(house, clock, told._replace(outside=outside), (40, 170), end_us)
    until(house, clock, end_us, end_us + 1)
