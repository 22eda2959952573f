"""What may befall a database: full, locked, gone and back, not a book; one clear error each, nothing half-written."""

from __future__ import annotations

from pathlib import Path

import apsw
import numpy as np
import psycopg
import pytest
from psycopg import errors

from firstbest.operate.ports import Put, Tick
from firstbest.store import postgres
from firstbest.store.beside import Beside, SidePut
from firstbest.store.book import SqlBook
from firstbest.store.book_live import BookBusy, BookError, BookFull, BookGone, BookTaken
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from firstbest.store.sides import META
from firstbest.world import tables as t
from tests.books.postgres_server import postgres_url

__all__ = ["postgres_url"]
HASTY = Settings(full_sync=False, busy_ms=30)


def sealed(book: SqlBook, number: int, size: int = 1, text: str = "") -> None:
    """A tick with some orders and a document."""
    rows = np.zeros(size, t.ORDER)
    rows["key"], rows["live"] = number * 10_000 + np.arange(size), 1
    beside = Beside(None, 1, b"c" * 16, b"p" * 16, (SidePut(META, [(f"m{number}", 0, text)]),))
    book.seal(Tick(number, 0, number, number, number, 1), [], [Put(t.ORDER_T, rows)], beside)


def state(book: SqlBook) -> tuple[object, ...]:
    rows = book.rows_of(t.ORDER_T)
    return book.last, book.chain, rows.tobytes(), book.side_where(META, 99), [each.tick for each in book.ticks()]


def test_a_full_disk_is_said_and_leaves_nothing_and_the_same_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    with open_book(path, HASTY) as book:
        assert book.claim("me", "")
        sealed(book, 0)
        pages = book.engine.connection.pragma("page_count")
        book.engine.connection.pragma("max_page_count", pages + 8)
        before = state(book)
        for size, text in ((5_000, ""), (1, "x" * 90_000)):  # rows for their tables, or what is pending beside
            with pytest.raises(BookFull, match="has no room left"):
                sealed(book, 1, size, text)

            assert state(book) == before
        book.engine.connection.pragma("max_page_count", 10**6)
        sealed(book, 1, 5_000)
        sealed(book, 2)

        assert book.verify() == 3
        assert len(book.rows_of(t.ORDER_T)) == 5_002


def test_a_locked_file_is_busy_and_the_same_seal_may_be_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite"
    with open_book(path, HASTY) as book:
        sealed(book, 0)
        before = state(book)
        other = apsw.Connection(str(path))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BookBusy, match="is locked by another"):
            sealed(book, 1)
        assert state(book) == before
        other.execute("ROLLBACK")
        other.close()
        sealed(book, 1)

        assert book.verify() == 2


def test_what_is_no_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookGone, match="cannot be read or written"):
        open_book(tmp_path / "nowhere" / "book.sqlite")
    (tmp_path / "text").write_text("not a book, " * 1_000)
    with pytest.raises(BookError, match="needs to be a book"):
        open_book(tmp_path / "text")
    with pytest.raises(BookGone, match="does not answer") as told:
        open_book(f"postgresql://me:secret@localhost:1/{tmp_path.name}")
    assert "secret" not in str(told.value)


def stopped(url: str, book: SqlBook) -> None:
    """End a book's session from the server's side."""
    ((process,),) = book.engine.ask("SELECT pg_backend_pid()")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (process,))


def test_a_database_that_is_gone_and_back(postgres_url: str) -> None:
    with open_book(postgres_url) as book:
        assert book.claim("me", "")
        sealed(book, 0)
        before = state(book)
        stopped(postgres_url, book)
        with pytest.raises(BookGone, match="does not answer"):
            sealed(book, 1)
        with pytest.raises(BookGone, match="does not answer"):
            book.renew()
        book.reopen()

        assert state(book) == before
        sealed(book, 1)
        assert book.verify() == 2
        assert book.writer()[:1] == ("me",)


def test_who_comes_back_to_a_book_that_another_took_writes_no_more(postgres_url: str) -> None:
    with open_book(postgres_url) as book, open_book(postgres_url) as other:
        assert book.claim("me", "")
        sealed(book, 0)
        stopped(postgres_url, book)
        assert other.claim("other", "")
        sealed(other, 1)
        with pytest.raises(BookGone):
            sealed(book, 1)
        with pytest.raises(BookTaken, match="has another writer"):
            book.reopen()
        with pytest.raises(BookTaken, match="has another writer"):
            sealed(book, 1)

        assert other.verify() == 2


def test_a_locked_table_is_busy(postgres_url: str) -> None:
    with open_book(postgres_url, HASTY) as book, psycopg.connect(postgres_url) as other:
        sealed(book, 0)
        before = state(book)
        other.execute("LOCK TABLE tick IN EXCLUSIVE MODE")
        with pytest.raises(BookBusy, match="is locked by another"):
            sealed(book, 1)
        other.rollback()

        assert state(book) == before
        sealed(book, 1)
        assert book.verify() == 2


def test_each_fault_of_the_database_has_its_error() -> None:
    for fault, expected in (
        (errors.DiskFull("could not extend file"), BookFull),
        (errors.DeadlockDetected("deadlock"), BookBusy),
        (errors.AdminShutdown("terminating"), BookGone),
        (errors.UndefinedTable("no table"), BookError),
    ):
        with pytest.raises(expected) as told, postgres.told("here"):
            raise fault
        assert type(told.value) is expected


def test_a_writer_that_cannot_claim_again_yet_is_the_writer_when_it_can(tmp_path: Path) -> None:
    book = open_book(tmp_path / "book.sqlite")
    assert book.claim("me", "")
    take = book.engine.transaction

    def away() -> None:
        raise BookGone("still away")

    book.engine.transaction = away  # type: ignore[method-assign,assignment]
    with pytest.raises(BookGone):
        book.reopen()
    book.engine.transaction = take  # type: ignore[method-assign]
    book.reopen()
    assert book.claimed is not None
    book.renew()
    with open_book(tmp_path / "book.sqlite") as other:
        assert not other.claim("another", "")
    book.close()
