"""The book's way to PostgreSQL: one session that writes, arrays instead of rows, queries asked in one go.

Who may write is told by an advisory lock of the session: it ends with the connection, so a writer that dies gives it
back at once (over a network, as soon as the server sees that nobody answers). A pooler that shares sessions between
clients cannot stand in between. Tenants' connections take a role of their own, under row-level security.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from weakref import WeakSet
from zlib import crc32

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import errors, pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8BinaryDumper
from psycopg.types.string import StrBinaryDumper, TextBinaryLoader

from firstbest.store.book_engine import POSTGRES, Found, Question, Relation, Values, ended, of_table, sought, written
from firstbest.store.book_live import BookBusy, BookError, BookFull, BookGone, Writer
from firstbest.store.book_lock import wall_us
from firstbest.store.book_queries import query
from firstbest.store.postgres_values import (
    ARRAY_OIDS,
    ArrayDumper,
    column_array,
    from_copy,
    int_array,
    packed_array,
)
from firstbest.world.tables import Table

I64 = NDArray[np.int64]
MIGRATIONS: Final = ("0001_book",)
"""Steps from an empty schema to this version's book, in order; what was released is never changed."""
TRIES, PAUSE_S = 5, 0.02
"""The server takes a moment to see that a writer on the same machine has died."""
LOCK_CLASS: Final = 0x66626F6B  # "fbok"
STREAM_ROWS: Final = 256
ALIVE: Final[dict[str, Any]] = {
    "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2,
    "tcp_user_timeout": 4_000,
}  # fmt: skip
"""A dead server is known within seconds."""
PINNED: Final = (
    "SET synchronous_commit = on", "SET client_encoding = 'UTF8'",
    "SET tcp_keepalives_idle = 2", "SET tcp_keepalives_interval = 1", "SET tcp_keepalives_count = 2",
    "SET client_connection_check_interval = 1000", "SET enable_seqscan = off", "SET jit = off",
)  # fmt: skip
"""So is, to the server, a dead writer. And a plan made while a table was short must not read all of it when it is
long: rows are found by their keys, and a plan is used again until the table was looked at anew, a minute or more."""


class PostgresEngine:
    """Implements `store.book_engine.Engine` on a PostgreSQL database, in the schema that comes first in the path."""

    dialect = POSTGRES

    def __init__(self, url: str, busy_ms: int, tenant: int | None = None, *, writes: bool = True) -> None:
        """Connect; what is missing is made. A lock is waited for `busy_ms`."""
        self.url, self.busy_ms, self.tenant, self.writes = url, busy_ms, tenant, writes
        parts = conninfo_to_dict(url)
        self.where = f"postgresql://{parts.get('host', '')}/{parts.get('dbname', '')}"  # no password in any message
        self.held = self.ended = False
        self.connection = self._connect()
        SESSIONS.add(self)

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        with told(self.where):
            connection = psycopg.connect(self.url, autocommit=True, cursor_factory=psycopg.RawCursor, **ALIVE)
            for cls in ARRAY_OIDS:
                connection.adapters.register_dumper(cls, ArrayDumper)
            connection.adapters.register_dumper(int, Int8BinaryDumper)
            connection.adapters.register_dumper(str, StrBinaryDumper)
            connection.adapters.register_loader("json", TextBinaryLoader)
            for statement in (*PINNED, f"SET lock_timeout = {self.busy_ms}"):
                connection.execute(statement)
            if self.writes:
                migrate(connection)
            else:
                become_reader(connection, self.tenant)
            ((_, schema),) = connection.execute(sql(query("version_there", POSTGRES))).fetchall()
        self.lock = (LOCK_CLASS, crc32(schema.encode()) & 0x7FFFFFFF)
        return connection

    def _alive(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The connection; one that only reads is made anew where the database was gone. A writer has to claim first."""
        if self.connection.closed and not (self.held or self.ended):
            self.connection = self._connect()
        return self.connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; statements wait for no answer, the commit for all of them."""
        with told(self.where):
            try:
                with self.connection.pipeline():
                    self.connection.execute("BEGIN")
                    yield
                    self.connection.execute("COMMIT")
            except BaseException:
                status = self.connection.info.transaction_status
                if status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR):
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def making(self) -> Iterator[None]:
        """All or nothing, one statement after the other.

        What is dropped takes prepared statements with it, and tables are read as streams: neither goes where
        statements wait for no answer.
        """
        with told(self.where), self.connection.transaction():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one state."""
        with told(self.where):
            self._alive().execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")

    def _run(self, text: str, values: Values = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        return self.connection.cursor(binary=True).execute(sql(text), values or None, prepare=bool(values))

    def ask(self, text: str, values: Values = ()) -> Found:
        """All rows that a query answers."""
        with told(self.where):
            self._alive()
            return self._run(text, values).fetchall()

    def ask_all(self, questions: Sequence[Question]) -> list[Found]:
        """All rows of several queries, sent before the first answer is read."""
        with told(self.where), self._alive().pipeline():
            cursors = [self._run(text, values) for text, values in questions]
            return [cursor.fetchall() for cursor in cursors]

    def stream(self, text: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, as they come in."""
        with told(self.where):
            yield from self._alive().cursor(binary=True).stream(sql(text), values or None, size=STREAM_ROWS)

    def tell(self, text: str, values: Values = ()) -> None:
        """Run a statement."""
        with told(self.where):
            self._run(text, values)

    def keys(self, keys: I64) -> object:
        """Many keys as one value of a query."""
        return int_array(keys)

    def pairs(self, left: I64, right: I64) -> Values:
        """Many pairs of numbers as the values of a query."""
        return (int_array(left), int_array(right))

    def find(self, relation: Relation, keys: Sequence[tuple[Any, ...]], own: tuple[int, ...] = ()) -> Found:
        """Rows of a relation by their keys: one query for all."""
        kinds = dict(relation.columns)
        columns = zip(relation.key, zip(*keys, strict=True), strict=True)
        lists = [column_array(kinds[name], values) for name, values in columns]
        return self.ask(sought(POSTGRES, relation, own=bool(own)), (*lists, *own))

    def insert(self, relation: Relation, rows: Sequence[tuple[Any, ...]]) -> None:
        """New rows."""
        self._write(written(POSTGRES, "insert", relation), [kind for _, kind in relation.columns], rows)

    def put(self, relation: Relation, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows, new or in place of those with their key."""
        self._write(written(POSTGRES, "put", relation), [kind for _, kind in relation.columns], rows)

    def end(self, relation: Relation, keys: Sequence[tuple[Any, ...]]) -> None:
        """Take out the rows of these keys that are there."""
        kinds = dict(relation.columns)
        self._write(ended(POSTGRES, relation), [kinds[name] for name in relation.key], keys)

    def _write(self, text: str, kinds: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        columns = zip(*rows, strict=True)
        self._run(text, [column_array(kind, column) for kind, column in zip(kinds, columns, strict=True)])

    def put_packed(self, table: Table, rows: NDArray[np.void]) -> None:
        """Rows of a folded table, new or in place of those with their key."""
        self._run(of_table("rows_put", POSTGRES, table.name), (int_array(rows["key"]), packed_array(rows)))

    def end_packed(self, table: Table, keys: I64) -> None:
        """Take out the rows of these keys that are there."""
        self._run(of_table("rows_end", POSTGRES, table.name), (int_array(keys),))

    def all_packed(self, table: Table) -> NDArray[np.uint8]:
        """All rows of a folded table one after the other, by key."""
        text = of_table("rows_copy", POSTGRES, table.name)
        with told(self.where), self._alive().cursor().copy(sql(text)) as copied:
            return from_copy(b"".join([bytes(part) for part in copied]))

    def hold(self, holder: str, address: str) -> bool:  # noqa: ARG002 - told by the lease
        """Take the session's lock."""
        for _ in range(TRIES):
            self.held = bool(self.ask(query("lock_take", POSTGRES), self.lock)[0][0])
            if self.held:
                break
            time.sleep(PAUSE_S)
        return self.held

    def held_by(self) -> Writer | None:
        """Who holds the lock."""
        if not self.ask(query("lock_held", POSTGRES), self.lock)[0][0]:
            return None
        return Writer(*self.ask(query("lease_seen"))[0][1:])

    def renew(self, epoch: int) -> None:
        """Leave a sign of life."""
        self.tell(query("lease_renew"), (wall_us(), epoch))

    def let_go(self) -> None:
        """Give the lock back."""
        if self.held:
            self.held = False
            self.ask(query("lock_give", POSTGRES), self.lock)

    def reader(self, tenant: int | None) -> PostgresEngine:
        """A connection of its own that cannot write."""
        return PostgresEngine(self.url, self.busy_ms, tenant, writes=False)

    def reopen(self) -> None:
        """Connect anew; a lock that was held is gone."""
        self.connection.close()
        self.held = False
        self.connection = self._connect()

    def close(self) -> None:
        """End the session, and with it the lock."""
        self.ended = True
        self.connection.close()


SESSIONS: Final[WeakSet[PostgresEngine]] = WeakSet()


def not_in_children() -> None:
    """A child made by fork shares the session's socket and would keep it, and the lock, beyond its parent's death."""
    for engine in list(SESSIONS):
        if not engine.connection.closed:
            os.close(engine.connection.fileno())
    SESSIONS.clear()  # a child of the child must not close the numbers again: they may be other files' by then


os.register_at_fork(after_in_child=not_in_children)


@cache
def sql(text: str) -> str:
    """A query with its `?` numbered, as PostgreSQL has them."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    parts = bare.split("?")
    return "".join(f"${n}{part}" if n else part for n, part in enumerate(parts))


def migrate(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Bring the schema to this version, a migration a transaction."""
    ((there, schema),) = connection.execute(sql(query("version_there", POSTGRES))).fetchall()
    if schema is None:
        raise BookError("the database needs a schema to write to; the search path names none that is there")
    version = connection.execute(sql(query("version", POSTGRES))).fetchall()[0][0] if there else 0
    if version > len(MIGRATIONS):
        raise BookError(f"schema '{schema}' needs to be a book of version 0 to {len(MIGRATIONS)}, was {version}")
    for number in range(version, len(MIGRATIONS)):
        with connection.transaction():
            connection.execute(sql(query(MIGRATIONS[number], POSTGRES)))
            connection.execute(sql(query("version_keep", POSTGRES)), (number + 1,))
    if version < len(MIGRATIONS):
        connection.execute(sql(query("tenant_role", POSTGRES)))


def become_reader(connection: psycopg.Connection[tuple[Any, ...]], tenant: int | None) -> None:
    """Make a connection one that cannot write; a tenant's sees its own rows only."""
    if tenant is not None:
        connection.execute(sql(query("tenant_set", POSTGRES)), (str(tenant),))
        connection.execute(sql(query("tenant_become", POSTGRES)))
    connection.execute("SET default_transaction_read_only = on")


@contextmanager
def told(where: str) -> Iterator[None]:
    """What the database says, as one of the book's few errors."""
    try:
        yield
    except errors.DiskFull as fault:
        raise BookFull(f"'{where}' has no room left: {fault}; the tick was not sealed") from fault
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled, errors.TooManyConnections) as fault:
        raise BookBusy(f"'{where}' is locked by another: {fault}") from fault
    except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
        raise BookGone(f"'{where}' does not answer: {fault}") from fault
    except psycopg.Error as fault:
        raise BookError(f"'{where}' does not take this: {fault}") from fault
