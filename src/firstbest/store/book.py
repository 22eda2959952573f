"""The book of a live house: sealed facts and the tables folded from them, in one SQLite file.

A tick is one transaction: its envelope, its facts as packed rows, and their changes to the folded tables are
there together or not at all. Each envelope closes with a hash over the hash before it, itself and its facts, so
whatever is changed later is found. One writer holds the book: a tick that finds another's tick before it is
refused. The book knows tables, keys and columns by their declarations, and no fact by its meaning.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple, Self

import apsw

from firstbest.operate.ports import Change, Tick
from firstbest.store.book_fold import make_tables, write_changes
from firstbest.store.book_queries import query
from firstbest.world.facts import FACTS, Block

CHAIN_BYTES: Final = 32
LAYOUT_BYTES: Final = 16
START: Final = bytes(CHAIN_BYTES)
"""What the first tick's hash is chained to."""
MIGRATIONS: Final = ("0001_book",)
"""Steps from an empty file to this version's book, in order; what was released is never changed."""
APPLICATION: Final = 0x66626F6B  # "fbok": says whose file it is
ENVELOPE: Final = struct.Struct("<6q")
BLOCK_HEAD: Final = struct.Struct("<16sq")

Columns = list[list[str]]


class BookError(RuntimeError):
    """The book cannot be used, or was written by another."""


class Settings(NamedTuple):
    """How careful the book is. Full sync outlives a loss of power; without it, the last ticks may be lost."""

    full_sync: bool = True
    busy_ms: int = 2_000
    page_bytes: int = 8_192


class SqliteBook:
    """Implements `operate.ports.Book` on a SQLite file."""

    def __init__(self, path: Path | str, settings: Settings | None = None) -> None:
        """Open the book, or make it; `:memory:` holds it in memory only."""
        self.path = str(path)
        self.connection = apsw.Connection(self.path)
        pin(self.connection, settings or Settings())
        migrate(self.connection)
        with transaction(self.connection):
            make_tables(self.connection)
            self.layout = self._declare()
        self.last, self.chain = last_of(self.connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Keep one tick: envelope, facts and folded tables, in one transaction."""
        facts = [(block.fact.name, block.rows.tobytes()) for block in blocks]
        chain = chained(self.chain, tick, self.layout, facts)
        with transaction(self.connection):
            self._check_writer()
            envelope = (tick.tick, tick.kind, tick.due, tick.at, tick.first_number, tick.facts)
            self.connection.execute(query("seal_tick"), (*envelope, self.layout, chain))
            rows = [(tick.tick, place, name, packed) for place, (name, packed) in enumerate(facts)]
            self.connection.executemany(query("seal_block"), rows)
            write_changes(self.connection, changes)
        self.last, self.chain = tick, chain

    def _check_writer(self) -> None:
        _, found = last_of(self.connection)
        if found != self.chain:
            raise BookError(f"'{self.path}' was written by another since this writer's last tick")

    def _declare(self) -> bytes:
        columns = {fact.name: fact.dtype.descr for fact in FACTS}
        text = json.dumps(columns, separators=(",", ":"))
        digest = blake2b(text.encode(), digest_size=LAYOUT_BYTES).digest()
        self.connection.execute(query("seal_layout"), (digest, text))
        return digest


def chained(before: bytes, tick: Tick, layout: bytes, facts: Sequence[tuple[str, bytes]]) -> bytes:
    """The hash that closes a tick: over the one before, the envelope, the layout and each block's name and rows."""
    digest = blake2b(before, digest_size=CHAIN_BYTES)
    digest.update(ENVELOPE.pack(*tick))
    digest.update(layout)
    for name, packed in facts:
        digest.update(BLOCK_HEAD.pack(blake2b(name.encode(), digest_size=16).digest(), len(packed)))
        digest.update(packed)
    return digest.digest()


def last_of(connection: apsw.Connection) -> tuple[Tick | None, bytes]:
    """The tick sealed last and its hash; an empty book's is START."""
    found = connection.execute(query("last_tick")).fetchone()
    return (Tick(*found[:6]), found[6]) if found else (None, START)


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """All or nothing, with the writer's lock from the first statement on."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def pin(connection: apsw.Connection, settings: Settings) -> None:
    """Pin every setting on which the book's safety and bytes rest."""
    connection.set_busy_timeout(settings.busy_ms)
    for statement in (
        f"PRAGMA page_size = {settings.page_bytes}",
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {'FULL' if settings.full_sync else 'NORMAL'}",
        "PRAGMA wal_autocheckpoint = 1000",
        "PRAGMA foreign_keys = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA cell_size_check = ON",
    ):
        connection.execute(statement)


def migrate(connection: apsw.Connection) -> None:
    """Bring the file to this version, a migration a transaction."""
    owner = connection.pragma("application_id")
    version = connection.pragma("user_version")
    if owner not in (0, APPLICATION) or version > len(MIGRATIONS):
        found = "another program's file" if owner not in (0, APPLICATION) else f"version {version}"
        raise BookError(f"'{connection.filename}' needs to be a book of version 0 to {len(MIGRATIONS)}, was {found}")
    for number in range(version, len(MIGRATIONS)):
        with transaction(connection):
            connection.execute(query(MIGRATIONS[number]))
            connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
