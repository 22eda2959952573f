"""Reading a book: sealed ticks, facts of a type, postings, the columns that decisions start from, and the chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Put, Tick
from firstbest.operate.rows import stacked
from firstbest.store.beside import Envelope, Key
from firstbest.store.book_engine import Engine, quoted
from firstbest.store.book_live import BookError, ChainError, Sealed
from firstbest.store.book_queries import query
from firstbest.store.book_recent import with_pending
from firstbest.store.book_seal import START, Layouts, Packed, chained
from firstbest.store.columns import Columns
from firstbest.world.facts import FACTS, Block, FactType
from firstbest.world.stock import POSTING, Bucket
from firstbest.world.tables import TABLES, Table

I64 = NDArray[np.int64]
FACT_OF: Final = {fact.name: fact for fact in FACTS}
TICKS_AT_ONCE: Final = 64
NUMBER_MAX: Final = 2**63 - 1


class Readable(Protocol):
    """A book of which folded tables can be read."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All reads inside see one state."""

    def rows_of(self, table: Table) -> NDArray[np.void]:
        """All rows that the book holds, by key."""


class Link(NamedTuple):
    """A sealed tick as bytes, and the hash it closes with."""

    packed: Packed
    chain: bytes


def load_columns(book: Readable, sizes: dict[str, int]) -> Columns:
    """The columns as the folded tables have them; rows that a dense table lacks are zeros."""
    columns = Columns(sizes)
    with book.snapshot():
        for table in TABLES:
            rows = book.rows_of(table)
            if len(rows):
                columns.apply([Put(table, rows)])
    return columns


def rows_of(engine: Engine, table: Table) -> NDArray[np.void]:
    """All rows of a folded table that the book holds, by key; to be called inside a snapshot."""
    pending = [data for (data,) in engine.ask(query("pending"))]
    return with_pending(table, engine.all_packed(table).view(table.dtype), pending)


def layouts_of(engine: Engine) -> Layouts:
    """How rows were ever packed."""
    return Layouts([(digest, text) for digest, text in engine.ask(query("layouts"))])


def facts_of(engine: Engine, fact: FactType, since_us: int | None = None) -> NDArray[np.void]:
    """Facts of a type, all or those sealed since an instant, in the order of sealing.

    Columns newer than a row hold their default, 0.
    """
    layouts = layouts_of(engine)
    if since_us is None:
        found = engine.stream(query("blocks_of_name"), (fact.name,))
    else:
        found = engine.stream(query("blocks_of_name_since"), (fact.name, tick_since(engine, since_us)))
    parts = [layouts.rows(bytes(layout), fact.name, packed, fact.dtype) for layout, packed in found]
    return stacked(parts) if parts else np.zeros(0, fact.dtype)


def tick_since(engine: Engine, since_us: int) -> int:
    """The first tick at or after an instant, or the one beyond the last: by halves, since instants never fall."""
    found = engine.ask(query("last_tick"))
    low, high = 0, int(found[0][0]) + 1 if found else 0
    while low < high:
        middle = (low + high) // 2
        (at,) = (engine.ask(query("tick_at"), (middle,)) or [(since_us - 1,)])[0]
        low, high = (middle + 1, high) if at < since_us else (low, middle)
    return low


def lateness_since(engine: Engine, since_us: int) -> I64:
    """Microseconds by which each timed step since an instant was run after it was due."""
    return np.array(
        [late for (late,) in engine.ask(query("lateness_since"), (tick_since(engine, since_us),))], np.int64
    )


def links(engine: Engine, after: int, until: int = NUMBER_MAX) -> Iterator[Link]:
    """Sealed ticks beyond one and up to another, as bytes, in order, a few at a time."""
    while after < until:
        found = engine.ask(query("ticks"), (after, TICKS_AT_ONCE if until == NUMBER_MAX else 1))
        if not found:
            return
        last = found[-1][0]
        facts: dict[int, list[tuple[str, bytes]]] = {}
        for tick, name, packed in engine.ask(query("blocks_between"), (after, last)):
            facts.setdefault(tick, []).append((name, packed))
        for row in found:
            yield link_of(row, facts.get(row[0], []))
        after = last


def link_of(row: tuple[Any, ...], facts: list[tuple[str, bytes]]) -> Link:
    """A row of the query `ticks` with the tick's blocks."""
    actual_us, code, policy, commands, lines = row[8:]
    envelope = None if actual_us is None else Envelope(actual_us, code, policy)
    admitted = None if commands is None else (commands, lines)
    return Link(Packed(Tick(*row[:6]), row[6], facts, envelope, admitted), row[7])


def opened(layouts: Layouts, packed: Packed) -> Sealed:
    """A tick with its rows in today's layout."""
    blocks = []
    for name, rows in packed.facts:
        if name not in FACT_OF:
            raise BookError(f"tick {packed.tick.tick} holds facts called '{name}', which this version does not know")
        blocks.append(Block(FACT_OF[name], layouts.rows(packed.layout, name, rows, FACT_OF[name].dtype)))
    commands = layouts.batch(packed.layout, packed.commands)
    return Sealed(packed.tick, packed.envelope, tuple(blocks), commands)


def ticks(engine: Engine, after: int) -> Iterator[Sealed]:
    """Sealed ticks beyond one, in order."""
    layouts = layouts_of(engine)
    for link in links(engine, after):
        if link.packed.layout not in layouts.columns:
            layouts = layouts_of(engine)
        yield opened(layouts, link.packed)


def sealed(engine: Engine, tick: int) -> Sealed:
    """One tick."""
    for link in links(engine, tick - 1, tick):
        if link.packed.tick.tick == tick:
            return opened(layouts_of(engine), link.packed)
    raise BookError(f"'{engine.where}' holds no tick {tick}")


def tick_of_number(engine: Engine, number: int) -> Sealed | None:
    """The tick in which a number was decided."""
    found = engine.ask(query("tick_of_number"), (number,))
    if not found or number >= found[0][1] + found[0][2]:
        return None
    return sealed(engine, found[0][0])


def postings_as_of(engine: Engine, items: I64, nodes: I64, at_us: int | None, tick: int | None) -> I64:
    """Units [pairs, buckets] of pairs of item and node."""
    assert at_us is None or tick is None, "either an instant or a tick"
    bound = NUMBER_MAX
    if at_us is not None or tick is not None:
        name = "bound_of_tick" if at_us is None else "bound_of_instant"
        found = engine.ask(query(name), (tick if at_us is None else at_us,))
        bound = found[0][0] if found else -NUMBER_MAX
    mine = "" if engine.tenant is None else "AND posting.tenant = ?"
    text = query("postings_as_of", engine.dialect).format(mine=mine)
    values = (*engine.pairs(items, nodes), bound, *(() if engine.tenant is None else (engine.tenant,)))
    units = np.zeros((len(items), len(Bucket)), np.int64)
    for pair, bucket, quantity in engine.ask(text, values):
        units[pair, bucket] = quantity
    return units


def ledger(engine: Engine, account: tuple[int, int, int], after: Key | None, limit: int) -> NDArray[np.void]:
    """Postings of an account (tenant, item, node or -1), in order, from beyond (number, ordinal, node, bucket) on."""
    tenant, item, node = account
    if engine.tenant is not None and tenant != engine.tenant:
        return np.zeros(0, POSTING)
    place = "AND node = ?" if node >= 0 else ""
    where = (tenant, item, node) if node >= 0 else (tenant, item)
    begin = after or (-NUMBER_MAX,) * 4
    return np.array(engine.ask(query("ledger").format(place=place), (*where, *begin, limit)), POSTING)


def postings_of(engine: Engine) -> NDArray[np.void]:
    """All postings, by item, node, number, ordinal and bucket."""
    names = POSTING.names or ()
    text = query("relation_read").format(
        columns=quoted(names), table="posting", key=quoted(("item", "node", "number", "ordinal", "bucket"))
    )
    return np.array(list(engine.stream(text)), POSTING)


def verify(engine: Engine) -> int:
    """Recompute the chain over every envelope and every block; answers how many ticks hold, or raises `ChainError`."""
    for (stray,) in engine.ask(query("stray_blocks")):
        raise ChainError(f"'{engine.where}' holds facts of tick {stray}, which was never sealed")
    chain, held = START, 0
    for link in links(engine, -1):
        chain = chained(chain, link.packed)
        if chain != link.chain:
            tick = link.packed.tick.tick
            raise ChainError(f"'{engine.where}' was changed at tick {tick}: its hash is not the sealed one")
        held += 1
    return held
