"""The book's way to SQLite: one file, a write-ahead log, full sync, one writer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw
import numpy as np
from numpy.typing import NDArray

from firstbest.store.book_engine import (
    SQLITE,
    Found,
    Question,
    Relation,
    Values,
    ended,
    of_table,
    sought,
    split,
    written,
)
from firstbest.store.book_live import BookBusy, BookError, BookFull, BookGone, Writer
from firstbest.store.book_lock import FileLock
from firstbest.store.book_queries import query
from firstbest.world.tables import Table

I64 = NDArray[np.int64]
MIGRATIONS: Final = ("0001_book", "0002_live")
"""Steps from an empty file to this version's book, in order; what was released is never changed."""
APPLICATION: Final = 0x66626F6B  # "fbok": says whose file it is
MEMORY: Final = ":memory:"


class Settings(NamedTuple):
    """How careful the book is. Full sync outlives a loss of power; without it, the last ticks may be lost."""

    full_sync: bool = True
    busy_ms: int = 2_000
    page_bytes: int = 4_096
    cache_kib: int = 65_536
    pages_max: int = 0  # the file may hold so many pages; 0: as many as the disk takes


class SqliteEngine:
    """Implements `store.book_engine.Engine` on a SQLite file."""

    dialect = SQLITE

    def __init__(self, where: str, settings: Settings, tenant: int | None = None, *, writes: bool = True) -> None:
        """Open the file, or make it; `:memory:` holds it in memory only."""
        self.where, self.settings, self.tenant, self.writes = where, settings, tenant, writes
        self.lock = FileLock(Path(where + ".lock")) if where != MEMORY else None
        self.connection = self._connect()

    def _connect(self) -> apsw.Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE if self.writes else apsw.SQLITE_OPEN_READONLY
        with told(self.where):
            connection = apsw.Connection(self.where, flags=flags)
            pin(connection, self.settings, writes=self.writes)
        if self.writes:
            migrate(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, with the writer's lock from the first statement on."""
        with told(self.where):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite itself take everything back.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def making(self) -> AbstractContextManager[None]:
        """All or nothing, as any transaction."""
        return self.transaction()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one state."""
        with told(self.where):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")

    def ask(self, text: str, values: Values = ()) -> Found:
        """All rows that a query answers."""
        with told(self.where):
            found: Found = self.connection.execute(text, values).fetchall()
            return found

    def ask_all(self, questions: Sequence[Question]) -> list[Found]:
        """All rows of several queries."""
        return [self.connection.execute(text, values).fetchall() for text, values in questions]

    def stream(self, text: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, as SQLite finds them."""
        with told(self.where):
            yield from self.connection.execute(text, values)

    def tell(self, text: str, values: Values = ()) -> None:
        """Run a statement, or a script of several without values."""
        with told(self.where):
            self.connection.execute(text, values)

    def keys(self, keys: I64) -> object:
        """Many keys as one value of a query."""
        return apsw.carray(np.ascontiguousarray(keys))

    def pairs(self, left: I64, right: I64) -> Values:
        """Many pairs of numbers as the values of a query."""
        return (json.dumps(np.stack([left, right], axis=1).tolist()),)

    def find(self, relation: Relation, keys: Sequence[tuple[Any, ...]], own: tuple[int, ...] = ()) -> Found:
        """Rows of a relation by their keys."""
        text = sought(SQLITE, relation, own=bool(own))
        with told(self.where):
            return [row for key in keys for row in self.connection.execute(text, (*key, *own))]

    def insert(self, relation: Relation, rows: Sequence[tuple[Any, ...]]) -> None:
        """New rows."""
        self.connection.executemany(written(SQLITE, "insert", relation), rows)

    def put(self, relation: Relation, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows, new or in place of those with their key."""
        self.connection.executemany(written(SQLITE, "put", relation), rows)

    def end(self, relation: Relation, keys: Sequence[tuple[Any, ...]]) -> None:
        """Take out the rows of these keys that are there."""
        self.connection.executemany(ended(SQLITE, relation), keys)

    def put_packed(self, table: Table, rows: NDArray[np.void]) -> None:
        """Rows of a folded table, new or in place of those with their key."""
        self.connection.executemany(
            of_table("rows_put", SQLITE, table.name), zip(rows["key"].tolist(), split(rows), strict=True)
        )

    def end_packed(self, table: Table, keys: I64) -> None:
        """Take out the rows of these keys that are there."""
        self.connection.execute(of_table("rows_end", SQLITE, table.name), (self.keys(keys),))

    def all_packed(self, table: Table) -> NDArray[np.uint8]:
        """All rows of a folded table one after the other, by key."""
        with told(self.where):
            found = self.connection.execute(of_table("rows_read", SQLITE, table.name))
            return np.frombuffer(bytearray().join([packed for (packed,) in found]), np.uint8)

    def hold(self, holder: str, address: str) -> bool:
        """Take the lock on the file beside the book."""
        return self.lock is None or self.lock.take(holder, address)

    def held_by(self) -> Writer | None:
        """Who holds the lock."""
        return self.lock.held_by() if self.lock else None

    def renew(self, epoch: int) -> None:  # noqa: ARG002 - the lock is the claim
        """Leave a sign of life: on the lock's file, so that no tick waits for it."""
        if self.lock:
            self.lock.renew()

    def let_go(self) -> None:
        """Give the lock back."""
        if self.lock:
            self.lock.give_back()

    def reader(self, tenant: int | None) -> SqliteEngine:
        """A connection of its own that cannot write."""
        if self.where == MEMORY:
            raise BookError("a book in memory has no second connection; give it a file")
        return SqliteEngine(self.where, self.settings, tenant, writes=False)

    def reopen(self) -> None:
        """Connect anew."""
        self.connection.close()
        self.connection = self._connect()

    def close(self) -> None:
        """Give the lock back and close the file."""
        self.let_go()
        self.connection.close()


@contextmanager
def told(where: str) -> Iterator[None]:
    """What the database says, as one of the book's few errors."""
    try:
        yield
    except apsw.FullError as fault:
        raise BookFull(f"'{where}' has no room left: {fault}; the tick was not sealed") from fault
    except (apsw.BusyError, apsw.LockedError) as fault:
        raise BookBusy(f"'{where}' is locked by another: {fault}") from fault
    except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError) as fault:
        raise BookGone(f"'{where}' cannot be read or written: {fault}") from fault
    except (apsw.CorruptError, apsw.NotADBError) as fault:
        raise BookError(f"'{where}' needs to be a book, was not: {fault}") from fault
    except (apsw.ConstraintError, apsw.SQLError, apsw.TooBigError) as fault:
        raise BookError(f"'{where}' does not take this: {fault}") from fault


def pin(connection: apsw.Connection, settings: Settings, *, writes: bool) -> None:
    """Pin every setting on which the book's safety and bytes rest."""
    connection.set_busy_timeout(settings.busy_ms)
    for statement in (
        f"PRAGMA page_size = {settings.page_bytes}" if writes else "PRAGMA query_only = ON",
        "PRAGMA journal_mode = WAL" if writes else "",
        f"PRAGMA synchronous = {'FULL' if settings.full_sync else 'NORMAL'}",
        "PRAGMA wal_autocheckpoint = 4000",
        f"PRAGMA cache_size = -{settings.cache_kib}",
        "PRAGMA foreign_keys = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA cell_size_check = ON",
        f"PRAGMA max_page_count = {settings.pages_max}" if settings.pages_max else "",
    ):
        connection.execute(statement)


def migrate(connection: apsw.Connection) -> None:
    """Bring the file to this version, a migration a transaction."""
    where = connection.filename
    with told(where):
        owner = connection.pragma("application_id")
        version = connection.pragma("user_version")
        if owner not in (0, APPLICATION) or version > len(MIGRATIONS):
            found = "another program's file" if owner not in (0, APPLICATION) else f"version {version}"
            raise BookError(f"'{where}' needs to be a book of version 0 to {len(MIGRATIONS)}, was {found}")
        for number in range(version, len(MIGRATIONS)):
            with connection:
                connection.execute(query(MIGRATIONS[number], SQLITE))
                connection.execute(f"PRAGMA user_version = {number + 1}")
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
