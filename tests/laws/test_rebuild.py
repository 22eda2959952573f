"""Columns rebuilt from the SQLite book equal the columns in memory, and whatever is changed in the book is found."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.operate.ports import All
from firstbest.store.book_live import ChainError
from firstbest.store.book_open import open_book
from firstbest.store.book_read import load_columns
from firstbest.store.book_sqlite import Settings
from firstbest.store.columns import Columns, sizes
from firstbest.world.facts import FACTS
from firstbest.world.tables import TABLES
from tests.laws.history import Run, run
from tests.laws.worlds import World, histories, made, worlds

NO_SYNC = Settings(full_sync=False)


def different(left: Columns, right: Columns) -> list[str]:
    """Tables whose rows are not the same bytes."""
    pairs = ((table.name, left.read(All(table)).rows, right.read(All(table)).rows) for table in TABLES)
    return [name for name, one, other in pairs if one.tobytes() != other.tobytes()]


def test_columns_rebuilt_from_the_book_equal_the_columns_in_memory() -> None:
    live: Counter[str] = Counter()

    @histories(12)
    @given(world=worlds, cuts=st.sampled_from([(200_000,), (1, 5, 40), (3,)]), instants=st.integers(20, 250))
    def holds(world: World, cuts: tuple[int, ...], instants: int) -> None:
        with open_book(":memory:", NO_SYNC) as book:
            how = Run(cuts, book, world.seed * world.meddle, instants=instants)
            history = run(made(world), world.seed, how)
            if world.seed % 2:
                book.settle()
            rebuilt = load_columns(book, sizes(history.network))

            assert not different(history.state, rebuilt)
            assert book.verify() == len(history.book.ticks)
            for fact in FACTS:
                assert book.facts_of(fact).tobytes() == history.rows(fact).tobytes(), fact.name
            live.update({table.name: len(history.state.read(All(table)).rows) for table in TABLES})

    holds()

    assert all(live[name] > 0 for name in ("order", "line", "shipment", "cargo", "flow")), live


def test_a_changed_byte_anywhere_is_found() -> None:
    chance = random.Random(1)
    with open_book(":memory:", NO_SYNC) as book:
        run(made(World(days=7, orders_day=20)), 1, Run(onward=book))
        blocks = book.engine.connection.execute("SELECT tick, place, packed FROM block ORDER BY tick, place").fetchall()
        assert book.verify() > 100

        for tick, place, packed in chance.sample(blocks, 12):
            spot = chance.randrange(len(packed))
            flipped = bytearray(packed)
            flipped[spot] ^= 1 << chance.randrange(8)
            update = "UPDATE block SET packed = ? WHERE tick = ? AND place = ?"
            book.engine.connection.execute(update, (bytes(flipped), tick, place))

            with pytest.raises(ChainError, match=f"at tick {tick}:"):
                book.verify()
            book.engine.connection.execute(update, (packed, tick, place))
        assert book.verify() > 100


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE tick SET at = at + 1 WHERE tick = {tick}",
        "UPDATE tick SET kind = kind + 1 WHERE tick = {tick}",
        "DELETE FROM block WHERE tick = {tick} AND place = 0",
        "UPDATE block SET name = 'refused' WHERE tick = {tick} AND place = 0",
        "PRAGMA foreign_keys = OFF; DELETE FROM tick WHERE tick = {tick}",
        "PRAGMA foreign_keys = OFF; DELETE FROM block WHERE tick = {tick}; DELETE FROM tick WHERE tick = {tick}",
    ],
)
def test_a_changed_or_missing_row_is_found(harm: str) -> None:
    with open_book(":memory:", NO_SYNC) as book:
        run(made(World(days=7, orders_day=10)), 1, Run(onward=book))
        connection = book.engine.connection
        (tick,) = connection.execute("SELECT tick FROM block ORDER BY tick LIMIT 1 OFFSET 20").fetchone()
        connection.execute(harm.format(tick=tick))

        with pytest.raises(ChainError):
            book.verify()
