"""The billing book: what was closed, decided and paid, in one small SQLite file beside the workspace.

Records are only ever added, each closed by a hash over the one before, its kind, its label and its bytes, so a record
that is changed later is found. Usage events of outside services stand in a table of their own: an event counts once by
(service, tenant, name), and carries the closing that took it. The usage of a closed month is kept in a Parquet file
whose digest stands in the record of its closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple, Self

import apsw

from firstbest.store.book_queries import query
from firstbest.store.book_sqlite import Settings, pin

CHAIN_BYTES: Final = 32
START: Final = bytes(CHAIN_BYTES)
APPLICATION: Final = 0x66626269  # "fbbi": says whose file it is
MIGRATIONS: Final = ("billing_0001",)
FOLDER: Final = ".firstbest"
FILE: Final = "billing.sqlite"
USAGE: Final = "usage"
LIVE: Final = "live"
EVENTS_MAX: Final = 100_000
"""Events of one batch."""


class BillingError(RuntimeError):
    """The billing book cannot be used, or is not what was written."""


class Record(NamedTuple):
    """One record: its number from 1, what kind, what about, and its bytes."""

    number: int
    kind: str
    label: str
    body: bytes


class Event(NamedTuple):
    """A usage event as an outside service sent it; `body` is its content as canonical JSON."""

    service: str
    tenant: str
    name: str
    body: str
    known_at: int
    number: int = 0  # given at admission, from 1


class Taken(NamedTuple):
    """What a closing takes and leaves: outside events by number, and its working state."""

    events: tuple[int, ...]
    state: bytes


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """All or nothing, with the writer's lock from the first statement on."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class BillingBook:
    """The file, open."""

    def __init__(self, path: Path | str) -> None:
        """Open it, or make it; `:memory:` holds it in memory only."""
        self.path = str(path)
        if self.path != ":memory:":
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self.connection = apsw.Connection(self.path)
        pin(self.connection, Settings(), writes=True)
        self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def records(self, kind: str = "") -> list[Record]:
        """All records, or those of a kind, in order."""
        return [Record(*row) for row in self.connection.execute(query("billing_records"), (kind, kind))]

    def head(self) -> int:
        """The number of the last record, 0 before the first."""
        return self._last()[0]

    def add(self, kind: str, label: str, body: bytes, closing: Taken | None = None, after: int | None = None) -> int:
        """Add a record, with what a closing took and leaves to the next, together; answers the record's number.

        With `after` it is only added where that is the last record: what was computed from the book as it was then must
        not pass over what another process wrote meanwhile. Raises `BillingError` where it is not.
        """
        with transaction(self.connection):
            number, chain = self._last()
            if after is not None and number != after:
                raise BillingError(f"'{self.path}' was written by another meanwhile; nothing was kept, try again")
            sealed = chained(chain, Record(number + 1, kind, label, body))
            self.connection.execute(query("billing_add"), (number + 1, kind, label, body, sealed))
            if closing is not None:
                self.connection.executemany(query("billing_take"), [(number + 1, each) for each in closing.events])
                self.connection.execute(query("billing_state_put"), (number + 1, closing.state))
        return number + 1

    def state(self) -> tuple[int, bytes]:
        """What the last closing left to the next, and the number of its record; 0 and nothing before the first."""
        found = self.connection.execute(query("billing_state")).fetchone()
        return (found[0], found[1]) if found else (0, b"")

    def admit(self, events: Iterable[Event]) -> list[str]:
        """Keep events; of each is told "counted", "repeated" (the same came before) or "changed" (another did)."""
        told = []
        with transaction(self.connection):
            for event in events:
                key = (event.service, event.tenant, event.name)
                before = self.connection.execute(query("billing_event"), key).fetchone()
                if before is None:
                    self.connection.execute(query("billing_admit"), (*key, event.body, event.known_at))
                    told.append("counted")
                else:
                    told.append("repeated" if before[0] == event.body else "changed")
        return told

    def events(self, *, waiting: bool = True) -> list[Event]:
        """Events that no closing has taken, or all, in order of admission."""
        return [Event(*row) for row in self.connection.execute(query("billing_events"), (int(not waiting),))]

    def events_of(self, closing: int) -> list[Event]:
        """Events that a closing took."""
        return [Event(*row) for row in self.connection.execute(query("billing_events_of"), (closing,))]

    def verify(self) -> int:
        """Recompute the chain; answers how many records hold, or raises `BillingError`."""
        chain, held = START, 0
        for *row, sealed in self.connection.execute(query("billing_chain")):
            chain = chained(chain, Record(*row))
            held += 1
            if chain != sealed or row[0] != held:
                raise BillingError(
                    f"'{self.path}' was changed at record {row[0]}: its hash is not the one it was closed by"
                )
        return held

    def _last(self) -> tuple[int, bytes]:
        found = self.connection.execute(query("billing_last")).fetchone()
        return (found[0], found[1]) if found else (0, START)

    def _migrate(self) -> None:
        owner = self.connection.pragma("application_id")
        version = self.connection.pragma("user_version")
        if owner not in (0, APPLICATION) or version > len(MIGRATIONS):
            raise BillingError(
                f"'{self.path}' needs to be a billing book of version 0 to {len(MIGRATIONS)}, was another"
            )
        for number in range(version, len(MIGRATIONS)):
            with transaction(self.connection):
                self.connection.execute(query(MIGRATIONS[number]))
                self.connection.execute(f"PRAGMA user_version = {number + 1}")
                self.connection.execute(f"PRAGMA application_id = {APPLICATION}")


def chained(before: bytes, record: Record) -> bytes:
    """The hash that closes a record."""
    digest = blake2b(before, digest_size=CHAIN_BYTES)
    for part in (str(record.number).encode(), record.kind.encode(), record.label.encode(), record.body):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


def bills_of(folder: Path, *, live: bool = False) -> Path:
    """Where a workspace keeps its bills: those of its rehearsal, or those of the book that is served from it."""
    return folder / FOLDER / LIVE if live else folder / FOLDER


def book_path(bills: Path) -> Path:
    """The billing book in a folder of bills."""
    return bills / FILE


def usage_path(bills: Path, label: str) -> Path:
    """Where the usage of a closed month is kept."""
    return bills / USAGE / f"{label}.parquet"


def batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Events in batches that one transaction takes."""
    held: list[Event] = []
    for event in events:
        held.append(event)
        if len(held) == EVENTS_MAX:
            yield held
            held = []
    if held:
        yield held
