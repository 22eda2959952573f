"""What the weekly review takes from a running house: the daily cubes of days that are over, and the door desk's facts.

The book is read and never written; a service that runs is not disturbed. A day that is over does not change in the
cubes any more (tests/books/test_review_live.py), so a deck of a past instant can be made again from a later book.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from firstbest.run.open import EPOCH_DAY, standing
from firstbest.run.world import World
from firstbest.store.book_live import BookReader
from firstbest.store.columns import Columns
from firstbest.store.review_costs import FACTS, Costs, Week, costs_of
from firstbest.store.sink_tables import write_cubes
from firstbest.store.sink_writer import write_rows
from firstbest.world.units import DAY_US

BEFORE_DAYS: Final = 35
"""A parcel that was delivered in the week was planned in the five weeks before it, or its planned cost is not known."""


class Live(NamedTuple):
    """A house as it stands: what it is made of, its state, and the first local day that is not over."""

    world: World
    columns: Columns
    today: int


def live_of(book: BookReader) -> Live:
    """The house of a book as of its last tick. Raises `NotOpened` where the book holds none."""
    world, columns = standing(book)
    reached = book.last.due if book.last is not None else 0
    local = datetime.fromtimestamp(reached / 1e6, UTC).astimezone(ZoneInfo(world.workspace.time_zone))
    return Live(world, columns, local.toordinal() - EPOCH_DAY)


def write_days(live: Live, home: Path) -> None:
    """`cubes.parquet` in `home`, of days that are over; the folder is made if it is not there."""
    home.mkdir(parents=True, exist_ok=True)
    write_cubes(home, live.columns, live.world.network, live.today)


def desk(book: BookReader, live: Live, start: int, end: int) -> Costs | None:
    """The costs of the days from `start` to `end` that no promise needed; None where nobody has worked there."""
    since_us = (start - BEFORE_DAYS) * DAY_US
    with tempfile.TemporaryDirectory(prefix="firstbest-") as scratch, duckdb.connect(config={"threads": 1}) as engine:
        for fact in FACTS:
            rows = book.facts_of(fact, since_us)
            (Path(scratch) / fact.name).mkdir()
            if len(rows):
                write_rows(engine, rows, Path(scratch) / fact.name / "0.parquet")
        week = Week(Path(scratch), start, end, live.world.network, live.world.workspace.time_zone)
        return costs_of(week)
