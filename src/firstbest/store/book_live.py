"""The book of a live house, as those who use it know it: one Protocol, served by SQLite and PostgreSQL alike.

One writer seals; any number of readers look on, each from a thread of its own. What is answered is what was committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Change, Tick
from firstbest.store.beside import Beside, Envelope, Key, Row, Side
from firstbest.store.columns import Columns
from firstbest.world.commands import Batch
from firstbest.world.facts import Block, FactType
from firstbest.world.tables import Table

I64 = NDArray[np.int64]


class BookError(RuntimeError):
    """The book cannot be used; nothing of what was to be sealed is there."""


class BookTaken(BookError):  # noqa: N818 - it says what happened
    """Another is the writer of this book, or became it since: seal nothing more, become a reader."""


class BookFull(BookError):  # noqa: N818 - it says what is
    """No room is left for the book; after room is made the same writer may go on."""


class BookBusy(BookError):  # noqa: N818 - it says what is
    """Another held a lock of the database for longer than the settings allow; the same seal may be tried again."""


class BookGone(BookError):  # noqa: N818 - it says what is
    """The database does not answer. Whether the last seal came in must be looked up: `reopen`, then `last`."""


class ChainError(BookError):
    """The book is not what was sealed."""


class Sealed(NamedTuple):
    """One sealed tick. The envelope is None in ticks of books older than it; commands None where a tick has none."""

    tick: Tick
    beside_envelope: Envelope | None
    blocks: tuple[Block, ...]
    commands: Batch | None


class Writer(NamedTuple):
    """Who holds a book, where he can be reached, and when he was last seen (wall clock)."""

    holder: str
    address: str
    seen_us: int


class BookReader(Protocol):
    """What can be read of a book, writer or not.

    A reader that was opened for a tenant sees side rows and postings of this tenant only.
    """

    @property
    def last(self) -> Tick | None:
        """The tick sealed last (as of now, for a reader)."""

    @property
    def chain(self) -> bytes:
        """The hash that closes the tick sealed last."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All reads inside see one state, whatever is sealed meanwhile; may be entered again inside."""

    def rows_of(self, table: Table) -> NDArray[np.void]:
        """All rows of a folded table that the book holds, by key; a dense table lacks rows never touched."""

    def facts_of(self, fact: FactType, since_us: int | None = None) -> NDArray[np.void]:
        """Facts of a type, all or those sealed since an instant, in the order of sealing; newer columns hold 0."""

    def lateness_since(self, since_us: int) -> I64:
        """Microseconds by which each timed step since an instant was run after it was due."""

    def ticks(self, after: int = -1) -> Iterator[Sealed]:
        """Sealed ticks with a number above `after`, in order, a few at a time."""

    def sealed(self, tick: int) -> Sealed:
        """One tick; `BookError` where it was never sealed."""

    def tick_of_number(self, number: int) -> Sealed | None:
        """The tick in which a command or timer of this number was decided."""

    def ticks_of_order(self, order: int) -> list[int]:
        """Numbers of the ticks with facts of an order, in order."""

    def side_get(self, side: Side, keys: Sequence[Key]) -> dict[Key, Row]:
        """Rows of a side table by their keys; those that are not there are left out."""

    def side_where(
        self,
        side: Side,
        limit: int,
        after_key: Key | None = None,
        at_most: Mapping[str, int] | None = None,
        **equals: object,
    ) -> list[Row]:
        """Rows whose columns equal what is given and are at most what `at_most` says, by key, from beyond a key on."""

    def postings_as_of(self, items: I64, nodes: I64, *, at_us: int | None = None, tick: int | None = None) -> I64:
        """Units [pairs, buckets] of pairs of item and node after an instant or a tick, else now; by stock.Bucket."""

    def ledger(self, tenant: int, item: int, node: int, after: Key | None, limit: int) -> NDArray[np.void]:
        """Postings of an account in order (number, ordinal, bucket), from beyond `after` on; node -1: all nodes."""

    def writer(self) -> Writer | None:
        """Who holds the book, None where nobody does."""

    def reader(self, tenant: int | None = None) -> BookReader:
        """A connection of its own that cannot write, for another thread."""

    def backup(self, path: Path) -> None:
        """A copy of the whole book as of now, as a SQLite file."""

    def close(self) -> None:
        """Let go of the database."""


class LiveBook(BookReader, Protocol):
    """A book that can be written, by whoever claimed it."""

    def seal(
        self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change], beside: Beside | None = None
    ) -> None:
        """Keep one tick with all that belongs to it, in one transaction; all of it or nothing.

        Raises `BookTaken` where another became the writer, `BookFull`, `BookBusy`, `BookGone`, and `FoldError` where
        the changes do not fit the tables.
        """

    def claim(self, holder: str, address: str) -> bool:
        """Become the writer; False where another lives. The claim ends with the process."""

    def renew(self) -> None:
        """Say that the writer lives; raises `BookTaken` where he is it no more."""

    def release(self) -> None:
        """Be the writer no more."""

    def settle(self) -> None:
        """Bring the folded tables up to date, for who reads them by SQL; the book does so by itself now and then."""

    def refold(self, names: Sequence[str], folded: Columns) -> None:
        """Put what the facts come to in place of these tables, which gained columns: all of it or nothing."""

    def reopen(self) -> None:
        """After `BookGone`: connect again and claim what was held; raises `BookTaken` where another has it."""
