"""On PostgreSQL too: columns rebuilt from the book equal those in memory however its rows lie; moved books agree."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from firstbest.store.book import SqlBook
from firstbest.store.book_live import ChainError
from firstbest.store.book_open import open_book
from firstbest.store.book_read import load_columns
from firstbest.store.columns import sizes
from firstbest.world.facts import FACTS
from firstbest.world.tables import TABLES
from tests.books.postgres_server import postgres_url
from tests.laws.history import Run, run
from tests.laws.test_postings import Posted, unlike
from tests.laws.test_rebuild import NO_SYNC, different
from tests.laws.worlds import World, made

__all__ = ["postgres_url"]
RELATIONS = ("tick", "block", "order_tick", "posting", "layout")


def shuffled(book: SqlBook) -> None:
    """Write the rows of every table anew in a random order."""
    tables = [f"rows_{table.name}" for table in TABLES]
    for table in (*tables, *RELATIONS):
        book.engine.tell(f"CREATE TEMPORARY TABLE mixed AS SELECT * FROM {table} ORDER BY random()")
        book.engine.tell(f"TRUNCATE {table}")
        book.engine.tell(f"INSERT INTO {table} SELECT * FROM mixed")
        book.engine.tell("DROP TABLE mixed")


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_columns_rebuilt_from_the_book_equal_the_columns_in_memory(postgres_url: str, seed: int) -> None:
    chance = random.Random(seed)
    world = World(seed=seed, wave_minutes=chance.choice([37, 45]), stock_days=chance.choice([1, 2]))
    cuts = tuple(chance.randint(1, 40) for _ in range(3))
    with open_book(postgres_url) as book:
        posted = Posted(made(world)[0], book)
        history = run(made(world), seed, Run(cuts, posted, seed, instants=chance.randint(60, 160)))
        for settle in (False, True):
            if settle:
                book.settle()
                shuffled(book)
            rebuilt = load_columns(book, sizes(history.network))

            assert not different(history.state, rebuilt)
            assert book.verify() == len(history.book.ticks)
            for fact in FACTS:
                assert book.facts_of(fact).tobytes() == history.rows(fact).tobytes(), fact.name
        assert unlike(history, posted.rows()) == []


def test_a_book_moves_to_sqlite_and_back_without_loss(postgres_url: str, tmp_path: Path) -> None:
    world = World(days=7, orders_day=10)
    path = tmp_path / "book.sqlite"
    with open_book(postgres_url) as book, open_book(path, NO_SYNC) as first:
        history = run(made(world), 1, Run(onward=Posted(made(world)[0], first)))
        book.copy_from(first)
        book.seal(history.book.ticks[-1]._replace(tick=10**6), [], [])
        with open_book(tmp_path / "back.sqlite", NO_SYNC) as back:
            back.copy_from(book)

            assert back.chain == book.chain != first.chain
            assert back.verify() == first.verify() + 1
            assert not different(load_columns(back, sizes(history.network)), history.state)


def test_a_changed_byte_is_found(postgres_url: str) -> None:
    with open_book(postgres_url) as book:
        run(made(World(days=7, orders_day=10)), 1, Run(onward=book, instants=30))
        ((tick,),) = book.engine.ask("SELECT tick FROM block ORDER BY tick LIMIT 1 OFFSET 5")
        harm = "UPDATE block SET packed = set_byte(packed, 9, get_byte(packed, 9) # 4) WHERE tick = ? AND place = 0"
        book.engine.tell(harm, (tick,))

        with pytest.raises(ChainError, match=f"at tick {tick}:"):
            book.verify()
