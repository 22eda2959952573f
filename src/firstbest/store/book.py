"""The book of a live house: sealed facts and the tables folded from them, in SQLite or PostgreSQL.

A tick is one transaction: its envelope, commands, facts, the folded tables, movements of stock and rows of side tables
are there together or not at all. Each envelope closes with a hash over the hash before it, itself and what is under its
seal, so whatever is changed later is found. One writer holds the book: he takes a lock that dies with him and a
number that is looked at in each transaction, so who lost the book can never seal. The book knows tables, keys and
columns by their declarations, and no fact by its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Change, Tick
from firstbest.store import book_read
from firstbest.store.beside import Beside, Key, Row, Side
from firstbest.store.book_engine import Engine, Question, of_table, quoted
from firstbest.store.book_fold import folded, works
from firstbest.store.book_live import BookError, BookReader, BookTaken, Sealed, Writer
from firstbest.store.book_lock import wall_us
from firstbest.store.book_move import Moved, move
from firstbest.store.book_queries import query
from firstbest.store.book_recent import PENDING_MAX, Recent, pack_pending, unpack_pending
from firstbest.store.book_refold import instead, put_folded
from firstbest.store.book_seal import START, Packed, chained, layout_of, packed
from firstbest.store.book_sides import merged, side_get, side_where, write_sides
from firstbest.store.book_sqlite import MEMORY, Settings, SqliteEngine
from firstbest.store.book_tables import ADMITTED, BLOCK, ORDER_TICK, POSTING, make_tables
from firstbest.store.columns import Columns
from firstbest.world.facts import FACTS, Block, FactType
from firstbest.world.tables import Table
from firstbest.world.units import ANNOUNCED_FIRST

I64 = NDArray[np.int64]


class Claim(NamedTuple):
    """Who writes, reachable where."""

    holder: str
    address: str


class SqlBook:
    """Implements `store.book_live.LiveBook` and `operate.ports.Book` on an engine; read only, its `BookReader`."""

    def __init__(self, engine: Engine, *, writes: bool = True) -> None:
        """Open the book; who writes makes what is missing."""
        self.engine, self.writes = engine, writes
        if writes:
            with engine.making():
                make_tables(engine)
                self.layout = self._declare()
        self.claimed: Claim | None = None
        self.recent = Recent()
        self.inside = False  # a snapshot
        self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the book and of the database."""
        self.engine.close()

    @property
    def last(self) -> Tick | None:
        """The tick sealed last."""
        return self._last if self.writes else last_of(self.engine)[0]

    @property
    def chain(self) -> bytes:
        """The hash that closes the tick sealed last."""
        return self._chain if self.writes else last_of(self.engine)[1]

    def _look(self) -> None:
        if self.writes:
            self._remember_pending()
        self._last, self._chain = last_of(self.engine)
        self.epoch: int = self.engine.ask(query("lease_seen"))[0][0]

    def _declare(self) -> bytes:
        digest, text = layout_of(FACTS)
        self.engine.tell(query("seal_layout"), (digest, text))
        return digest

    # ------------------------------------------------------------------------------------------------------ sealing
    def seal(
        self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change], beside: Beside | None = None
    ) -> None:
        """Keep one tick with all that belongs to it, in one transaction."""
        assert self.writes, "a reader seals nothing"
        sealing = packed(tick, self.layout, blocks, beside)
        chain = chained(self._chain, sealing)
        puts = merged(beside.puts) if beside is not None else []
        if self.recent.failed:
            self._remember_pending()
        with self.recent.or_nothing(), self.engine.transaction():
            self._write_changes(tick.tick, changes)
            write_tick(self.engine, sealing, chain)
            write_orders(self.engine, tick.tick, blocks)
            if beside is not None:
                write_postings(self.engine, beside.postings)
                write_sides(self.engine, beside.ends, puts)
        self._last, self._chain = tick, chain

    def _write_changes(self, tick: int, changes: Sequence[Change]) -> None:
        """Look whether this is still the writer, then take the changes."""
        engine, todo = self.engine, works(changes)
        known = [self.recent.known(work) for work in todo]
        questions = [
            Question(of_table("rows_at", engine.dialect, work.table.name), (engine.keys(missing),))
            for work, (_, missing) in zip(todo, known, strict=True)
            if len(missing)
        ]
        (fence,), *answers = engine.ask_all([Question(query("fence", engine.dialect)), *questions])
        self._check_writer(fence)
        answer, parts = iter(answers), []
        for work, (there, missing) in zip(todo, known, strict=True):
            read = [row for (row,) in next(answer)] if len(missing) else []
            parts.append(folded(work, np.frombuffer(b"".join([*there, *read]), work.table.dtype)))
            self.recent.keep(parts[-1])
        if self.recent.count() > PENDING_MAX:
            self._write_pending()
        elif parts:
            engine.tell(query("pending_keep"), (tick, pack_pending(parts)))

    def _write_pending(self) -> None:
        """Bring the folded tables up to date."""
        for table, rows, gone in self.recent.drained():
            if len(gone):
                self.engine.end_packed(table, gone)
            if len(rows):
                self.engine.put_packed(table, rows)
        self.engine.tell(query("pending_clear"))

    def _remember_pending(self) -> None:
        """Begin with what the tables do not have yet."""
        self.recent.forget()
        for (data,) in self.engine.ask(query("pending")):
            for done in unpack_pending(data):
                self.recent.keep(done)

    def _check_writer(self, fence: tuple[Any, ...]) -> None:
        epoch, chain = fence
        if epoch != self.epoch:
            raise BookTaken(f"'{self.engine.where}' has another writer since claim {epoch}; this was {self.epoch}")
        if (chain or START) != self._chain:
            raise BookTaken(f"'{self.engine.where}' was written by another since this writer's last tick")

    # ------------------------------------------------------------------------------------------------------ writing
    def claim(self, holder: str, address: str) -> bool:
        """Become the writer; False where another lives."""
        assert self.claimed is None, "the book is claimed already"
        if not self.engine.hold(holder, address):
            return False
        try:
            with self.engine.transaction():
                self.engine.tell(query("lease_take"), (holder, address, wall_us()))
            self._look()
        except BaseException:
            self.engine.let_go()
            raise
        self.claimed = Claim(holder, address)
        return True

    def renew(self) -> None:
        """Say that the writer lives."""
        epoch = self.engine.ask(query("lease_seen"))[0][0]
        if self.claimed is None or epoch != self.epoch:
            raise BookTaken(f"'{self.engine.where}' has another writer since claim {epoch}; this was {self.epoch}")
        self.engine.renew(self.epoch)

    def release(self) -> None:
        """Be the writer no more; the folded tables are brought up to date for who reads them by SQL."""
        if self.claimed is not None and self.recent.count():
            self.settle()
        self._give_up()

    def _give_up(self) -> None:
        self.claimed = None
        self.engine.let_go()

    def settle(self) -> None:
        """Bring the folded tables up to date at once."""
        with self.recent.or_nothing(), self.engine.transaction():
            self._settle_inside()

    def refold(self, names: Sequence[str], folded: Columns) -> None:
        """Put what the facts come to in place of these tables, which gained columns: all of it or nothing."""
        self.settle()
        with self.snapshot():
            parts = instead(self.engine, names, folded)
        with self.recent.or_nothing(), self.engine.transaction():
            self._settle_inside()
            put_folded(self.engine, parts)
        self.recent.forget()

    def _settle_inside(self) -> None:
        ((epoch, _),) = self.engine.ask(query("fence", self.engine.dialect))
        if epoch != self.epoch:
            raise BookTaken(f"'{self.engine.where}' has another writer since claim {epoch}; this was {self.epoch}")
        self._write_pending()

    def reopen(self) -> None:
        """Connect again, and claim what was held; raises `BookTaken` where another has written or claimed since."""
        claimed, epoch = self.claimed, self.epoch
        self.engine.reopen()
        seen = self.engine.ask(query("lease_seen"))[0][0]
        if seen != epoch:
            self._give_up()
            raise BookTaken(f"'{self.engine.where}' has another writer since claim {seen}; this was {epoch}")
        self._look()
        if claimed is not None:
            self.claimed = None
            self.engine.let_go()
            try:
                taken = self.claim(*claimed)
            except BookError:
                self.claimed = claimed  # still away: who was the writer tries again as the writer
                raise
            if not taken:
                raise BookTaken(f"'{self.engine.where}' has another writer by now")

    def writer(self) -> Writer | None:
        """Who holds the book."""
        return self.engine.held_by()

    # ------------------------------------------------------------------------------------------------------ reading
    def rows_of(self, table: Table) -> NDArray[np.void]:
        """All rows of a folded table that the book holds, by key."""
        with self.snapshot():
            return book_read.rows_of(self.engine, table)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one state."""
        if self.inside:
            yield
            return
        with self.engine.snapshot():
            self.inside = True
            try:
                yield
            finally:
                self.inside = False

    def facts_of(self, fact: FactType, since_us: int | None = None) -> NDArray[np.void]:
        """Facts of a type, all or those sealed since an instant, in the order of sealing."""
        return book_read.facts_of(self.engine, fact, since_us)

    def lateness_since(self, since_us: int) -> NDArray[np.int64]:
        """Microseconds by which each timed step since an instant was run after it was due."""
        return book_read.lateness_since(self.engine, since_us)

    def ticks(self, after: int = -1) -> Iterator[Sealed]:
        """Sealed ticks beyond one, in order, a few at a time."""
        return book_read.ticks(self.engine, after)

    def sealed(self, tick: int) -> Sealed:
        """One tick."""
        return book_read.sealed(self.engine, tick)

    def tick_of_number(self, number: int) -> Sealed | None:
        """The tick in which a command or timer of this number was decided."""
        return book_read.tick_of_number(self.engine, number)

    def ticks_of_order(self, order: int) -> list[int]:
        """Numbers of the ticks with facts of an order, in order."""
        return [tick for (tick,) in self.engine.ask(query("ticks_of_order"), (order,))]

    def orders(self) -> Iterator[tuple[int, int]]:
        """(order, tick) of every order and every tick that tells of it, in order."""
        text = query("relation_read").format(
            columns=quoted(ORDER_TICK.names), table=ORDER_TICK.table, key=quoted(ORDER_TICK.key)
        )
        yield from ((order, tick) for order, tick in self.engine.stream(text))

    def side_get(self, side: Side, keys: Sequence[Key]) -> dict[Key, Row]:
        """Rows of a side table by their keys."""
        return side_get(self.engine, side, keys)

    def side_where(
        self,
        side: Side,
        limit: int,
        after_key: Key | None = None,
        at_most: Mapping[str, int] | None = None,
        **equals: object,
    ) -> list[Row]:
        """Rows of a side table that fit, by key, from beyond a key on."""
        return side_where(self.engine, side, (limit, after_key), at_most or {}, equals)

    def postings_as_of(self, items: I64, nodes: I64, *, at_us: int | None = None, tick: int | None = None) -> I64:
        """Units [pairs, buckets] of pairs of item and node."""
        return book_read.postings_as_of(self.engine, items, nodes, at_us, tick)

    def ledger(self, tenant: int, item: int, node: int, after: Key | None, limit: int) -> NDArray[np.void]:
        """Postings of an account in order."""
        return book_read.ledger(self.engine, (tenant, item, node), after, limit)

    def verify(self) -> int:
        """Recompute the chain; answers how many ticks hold, or raises `ChainError`."""
        return book_read.verify(self.engine)

    def reader(self, tenant: int | None = None) -> BookReader:
        """A connection of its own that cannot write, for another thread."""
        return SqlBook(self.engine.reader(tenant), writes=False)

    def copy_from(self, source: SqlBook) -> Moved:
        """Take over a whole book as it is; this one must be new."""
        reader = source.engine if source.engine.where == MEMORY else source.engine.reader(None)
        try:
            moved = move(reader, self.engine)
        finally:
            if reader is not source.engine:
                reader.close()
        self._look()
        return moved

    def backup(self, path: Path) -> None:
        """A copy of the whole book as of now, as a SQLite file."""
        with SqlBook(SqliteEngine(str(path), Settings())) as copy:
            copy.copy_from(self)


def last_of(engine: Engine) -> tuple[Tick | None, bytes]:
    """The tick sealed last and its hash; an empty book's is START."""
    found = engine.ask(query("last_tick"))
    return (Tick(*found[0][:6]), found[0][6]) if found else (None, START)


def write_tick(engine: Engine, sealing: Packed, chain: bytes) -> None:
    """Envelope, blocks and commands."""
    tick, envelope = sealing.tick, sealing.envelope
    row = (tick.tick, tick.kind, tick.due, tick.at, tick.first_number, tick.facts, sealing.layout, chain)
    engine.tell(query("seal_tick"), (*row, *(envelope or (None, None, None))))
    if sealing.facts:
        rows = [(tick.tick, place, name, data) for place, (name, data) in enumerate(sealing.facts)]
        engine.insert(BLOCK, rows)
    if sealing.commands is not None:
        engine.insert(ADMITTED, [(tick.tick, *sealing.commands)])


def write_orders(engine: Engine, tick: int, blocks: Sequence[Block]) -> None:
    """Which orders the tick tells of, and which goods that were announced: their codes share no number."""
    named = [block.rows["order"] for block in blocks if "order" in (block.rows.dtype.names or ())]
    cargos = [block.rows["cargo"] for block in blocks if "cargo" in (block.rows.dtype.names or ())]
    named.extend(codes[codes >= ANNOUNCED_FIRST] for codes in cargos)
    orders = np.unique(np.concatenate(named)).tolist() if named else []
    if orders:
        engine.insert(ORDER_TICK, [(order, tick) for order in orders])


def write_postings(engine: Engine, postings: NDArray[np.void] | None) -> None:
    """Movements of stock."""
    if postings is not None and len(postings):
        engine.insert(POSTING, list(zip(*(postings[name].tolist() for name in POSTING.names), strict=True)))
