"""The SQLite book: one transaction a tick, one writer, pinned settings, numbered migrations."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import apsw
import numpy as np
import pytest

from firstbest.operate.ports import Add, All, Change, End, Put, Set, Tick
from firstbest.store import book as books
from firstbest.store import book_sqlite
from firstbest.store.book import SqlBook
from firstbest.store.book_fold import FoldError
from firstbest.store.book_live import BookError
from firstbest.store.book_open import open_book
from firstbest.store.book_queries import query
from firstbest.store.book_read import load_columns
from firstbest.store.book_seal import START, chained, layout_of, packed
from firstbest.store.book_sqlite import Settings
from firstbest.store.columns import Columns
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from tests.books.postgres_server import postgres_url

__all__ = ["postgres_url"]
SIZES = {table.name: 8 for table in t.TABLES}
QUICK = Settings(full_sync=False)
READING = re.compile(r"\bSELECT\b")


def keys(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def orders(*codes: int, tie: int = 7) -> Put:
    rows = np.zeros(len(codes), t.ORDER)
    rows["key"], rows["live"], rows["tie"], rows["open_lines"] = codes, 1, tie, 1
    return Put(t.ORDER_T, rows)


def closed(number: int, *codes: int) -> Block:
    rows = np.zeros(len(codes), f.CLOSED.dtype)
    rows["number"], rows["ordinal"], rows["order"] = number, range(len(codes)), codes
    return Block(f.CLOSED, rows)


def tick(number: int) -> Tick:
    return Tick(number, 0, 10 * number, 10 * number, number, 1)


def both(book: SqlBook, ticks: list[list[Change]]) -> tuple[Columns, Columns]:
    """Columns after the changes, in memory and rebuilt from the book."""
    memory = Columns(SIZES)
    for number, changes in enumerate(ticks):
        memory.apply(changes)
        book.seal(tick(number), [closed(number, 5)], changes)
    return memory, load_columns(book, SIZES)


def test_changes_come_to_the_same_rows_in_sql_and_in_memory() -> None:
    largest = 2**64 - 1
    ticks: list[list[Change]] = [
        [orders(3, 9, 2**40, tie=largest), Add.of(t.ORDER_T, keys(9, 9, 3), {"open_shipments": keys(1, 2, 5)})],
        [End.of(t.ORDER_T, keys(3)), orders(3), Add.of(t.ORDER_T, keys(3), {"open_shipments": keys(4)})],
        [Add.of(t.STOCK_T, keys(2, 2), {"on_hand": keys(-3, 8), "reserved": keys(0, 1)})],
        [
            Set.of(t.STOCK_T, keys(2, 5), {"counted_us": keys(7, 8)}),
            Add.of(t.STOCK_T, keys(2), {"on_hand": keys(-5)}),
        ],
        [End.of(t.ORDER_T, keys(9))],
    ]
    with open_book(":memory:", QUICK) as book:
        memory, rebuilt = both(book, ticks)

        for table in t.TABLES:
            assert memory.read(All(table)).rows.tobytes() == rebuilt.read(All(table)).rows.tobytes(), table.name
        assert book.rows_of(t.ORDER_T)["tie"].max() == largest
        assert list(book.rows_of(t.STOCK_T)["key"]) == [2, 5], "only rows that were touched are kept"


def test_a_tick_that_breaks_a_bound_leaves_nothing_behind() -> None:
    with open_book(":memory:", QUICK) as book:
        book.seal(tick(0), [closed(0, 1)], [Add.of(t.STOCK_T, keys(1), {"on_hand": keys(4)})])
        before = book.chain

        with pytest.raises(FoldError, match=r"state_stock\.on_hand needs 0 or more, was -1 at key 1"):
            book.seal(tick(1), [closed(1, 2)], [orders(4), Add.of(t.STOCK_T, keys(1), {"on_hand": keys(-5)})])

        assert book.chain == before
        assert len(book.rows_of(t.ORDER_T)) == 0
        assert list(book.facts_of(f.CLOSED)["order"]) == [1]
        assert book.verify() == 1


def test_what_is_freed_and_taken_in_one_tick_never_counts_as_missing() -> None:
    changes: list[Change] = [
        Add.of(t.SLOT_T, keys(1), {"taken": keys(-1)}),
        Add.of(t.SLOT_T, keys(1), {"taken": keys(1)}),
    ]
    with open_book(":memory:", QUICK) as book:
        book.seal(tick(0), [closed(0, 1)], changes)

        assert book.rows_of(t.SLOT_T)["taken"][0] == 0


@pytest.mark.parametrize(
    "change",
    [
        Add.of(t.ORDER_T, keys(3), {"open_lines": keys(1)}),
        Set.of(t.ORDER_T, keys(3), {"cause": keys(1)}),
        End.of(t.ORDER_T, keys(3)),
    ],
)
def test_a_row_that_is_not_there_cannot_be_changed(change: Change) -> None:
    with open_book(":memory:", QUICK) as book, pytest.raises(FoldError, match="1 rows were to be changed, 0 were"):
        book.seal(tick(0), [closed(0, 1)], [change])


def test_a_second_writer_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    with open_book(path, QUICK) as first, open_book(path, QUICK) as second:
        first.seal(tick(0), [closed(0, 1)], [])

        with pytest.raises(BookError, match="was written by another"):
            second.seal(tick(0), [closed(0, 1)], [])


def test_a_book_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    with open_book(path) as book:
        book.seal(tick(4), [closed(4, 1)], [orders(1)])
        chain = book.chain
    with open_book(path) as book:
        assert (book.last, book.chain) == (tick(4), chain)
        book.seal(tick(6), [closed(6, 2)], [End.of(t.ORDER_T, keys(1))])

        assert book.verify() == 2
        assert list(book.facts_of(f.CLOSED)["order"]) == [1, 2]


def test_settings_are_pinned(tmp_path: Path) -> None:
    with open_book(tmp_path / "book.sqlite") as book:
        pragma = book.engine.connection.pragma
        found = {name: pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")}

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "user_version": len(book_sqlite.MIGRATIONS),
    }


def test_a_file_that_is_no_book_or_is_newer_is_refused(tmp_path: Path) -> None:
    for name, statement in (("other", "PRAGMA application_id = 17"), ("newer", "PRAGMA user_version = 99")):
        connection = apsw.Connection(str(tmp_path / name))
        connection.execute(statement)
        connection.close()

        with pytest.raises(BookError, match="needs to be a book of version 0 to"):
            open_book(tmp_path / name)


def test_a_table_gets_its_new_columns(tmp_path: Path) -> None:
    columns_come(str(tmp_path / "book.sqlite"))


def test_a_table_gets_its_new_columns_in_postgres(postgres_url: str) -> None:
    columns_come(postgres_url)


def columns_come(where: str) -> None:
    """A book whose rows are of an older shape is opened."""
    narrow = np.dtype([column for column in t.LOAD.descr if column[0] != "rolled"])
    rows = np.zeros(1, narrow)
    rows["key"], rows["floor"] = 1, 3
    with open_book(where, QUICK) as book:
        book.engine.tell("INSERT INTO rows_load (key, packed) VALUES (1, ?)", (rows.tobytes(),))
        book.engine.tell("UPDATE shape SET columns = ? WHERE name = 'load'", (json.dumps(narrow.descr),))
    for _ in range(2):
        with open_book(where, QUICK) as book:
            assert book.rows_of(t.LOAD_T).tolist() == [(1, 3, 0, 0, 0)]


def test_a_book_of_the_first_version_is_brought_to_this_one(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute(query("0001_book"))
    connection.execute(f"PRAGMA user_version = 1; PRAGMA application_id = {book_sqlite.APPLICATION}")
    connection.execute("CREATE TABLE state_order (key INTEGER PRIMARY KEY, live INTEGER, tie INTEGER) STRICT")
    connection.execute("INSERT INTO state_order VALUES (5, 1, -1), (9, 1, 4)")
    layout, text = layout_of(f.FACTS)
    sealing = packed(tick(0), layout, [closed(0, 1)], None)
    connection.execute("INSERT INTO layout VALUES (?, ?)", (layout, text))
    row = (*tick(0), layout, chained(START, sealing))
    connection.execute("INSERT INTO tick VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.execute("INSERT INTO block VALUES (0, 0, 'closed', ?)", (sealing.facts[0][1],))
    connection.close()

    with open_book(path, QUICK) as book:
        assert book.rows_of(t.ORDER_T)["tie"].tolist() == [2**64 - 1, 4]
        assert book.verify() == 1
        assert book.sealed(0).beside_envelope is None
        book.seal(tick(1), [closed(1, 2)], [End.of(t.ORDER_T, keys(5))])

        assert book.rows_of(t.ORDER_T)["key"].tolist() == [9]
        assert book.verify() == 2


def test_packed_rows_read_as_columns_in_a_view() -> None:
    rows = np.zeros(2, t.SHIPMENT)
    rows["key"], rows["live"], rows["tie"] = (7, 2**60), 1, (2**64 - 1, 3)
    rows["cost"], rows["short"], rows["node"], rows["reason"] = (-5, 2**62), (-7, 2**31 - 1), (-1, 127), (12, -(2**15))
    with open_book(":memory:", QUICK) as book:
        book.seal(tick(0), [], [Put(t.SHIPMENT_T, rows)])
        book.settle()
        names = t.SHIPMENT.names
        found = book.engine.ask(f"SELECT {', '.join(names)} FROM state_shipment ORDER BY key")

    for row, shown in zip(rows, found, strict=True):
        expected = [int(row[name].astype(np.int64)) for name in names]
        assert list(shown) == expected


def test_facts_of_an_older_layout_are_read_with_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "book.sqlite"
    older = f.FactType("closed", np.dtype([f.CLOSED.dtype.descr[n] for n in range(5)]))
    with monkeypatch.context() as then:
        then.setattr(books, "FACTS", (older,))
        with open_book(path, QUICK) as book:
            rows = np.zeros(1, older.dtype)
            rows["order"] = 8
            book.seal(tick(0), [Block(older, rows)], [])
    with open_book(path, QUICK) as book:
        book.seal(tick(1), [closed(1, 9)], [])

        found = book.facts_of(f.CLOSED)
        assert found.dtype == f.CLOSED.dtype
        assert list(found["order"]) == [8, 9]
        assert book.verify() == 2


def test_each_query_is_described_and_ordered() -> None:
    names = sorted(path.name for path in (files("firstbest.store") / "book_sql").iterdir())
    assert len(names) > 10
    for name in names:
        text = (files("firstbest.store") / "book_sql" / name).read_text("utf-8")
        assert text.startswith("-- "), f"{name} needs a first line that says what it answers"
        if "CREATE VIEW" in text or "POSITIONAL JOIN" in text:
            continue  # its readers give the order; or it stands beside rows in theirs, and looks that it does
        bare = re.sub(r"--.*|GRANT SELECT|\(SELECT[^()]*(?:\([^()]*\)[^()]*)*\)", "", text)
        assert bool(READING.search(bare)) <= ("ORDER BY" in text), f"{name} reads without an order"
