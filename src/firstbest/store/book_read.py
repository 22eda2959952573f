"""Reading a book: the columns that decisions start from, the facts of a type, and whether the chain holds."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Put, Tick
from firstbest.store.book import START, BookError, SqliteBook, chained
from firstbest.store.book_fold import names_of, sql_name
from firstbest.store.book_queries import query
from firstbest.store.columns import Columns
from firstbest.world.facts import FactType
from firstbest.world.tables import TABLES, Table


class ChainError(BookError):
    """The book is not what was sealed."""


def load_columns(book: SqliteBook, sizes: dict[str, int]) -> Columns:
    """The columns as the folded tables have them; rows that a dense table lacks are zeros."""
    columns = Columns(sizes)
    columns.apply([Put(table, rows) for table in TABLES if len(rows := rows_of(book, table))])
    return columns


def rows_of(book: SqliteBook, table: Table) -> NDArray[np.void]:
    """All rows of a folded table that the book holds, by key."""
    names = names_of(table)
    text = query("rows_read").format(columns=", ".join(f'"{name}"' for name in names), table=sql_name(table))
    found = book.connection.execute(text).fetchall()
    rows = np.zeros(len(found), table.dtype)
    for name, values in zip(names, zip(*found, strict=True), strict=False):
        kind = table.dtype[name]
        rows[name] = np.array(values, np.int64).view(np.uint64) if kind == np.uint64 else values
    return rows


def facts_of(book: SqliteBook, fact: FactType) -> NDArray[np.void]:
    """All facts of a type in the order of sealing; columns newer than a row hold their default, 0."""
    layouts = {digest: json.loads(text) for digest, text in book.connection.execute(query("layouts"))}
    found = book.connection.execute(query("blocks_of_name"), (fact.name,))
    parts = [widened(np.frombuffer(packed, dtype_of(layouts[layout][fact.name])), fact) for layout, packed in found]
    return np.concatenate(parts) if parts else np.zeros(0, fact.dtype)


def dtype_of(described: list[list[str]]) -> np.dtype[np.void]:
    """The packed layout that was described in JSON."""
    fields: list[Any] = [tuple(column) for column in described]
    return np.dtype(fields)


def widened(rows: NDArray[np.void], fact: FactType) -> NDArray[np.void]:
    """Rows of an older layout in today's."""
    if rows.dtype == fact.dtype:
        return rows
    assert rows.dtype.names is not None, "rows need named columns"
    made = np.zeros(len(rows), fact.dtype)
    for name in rows.dtype.names:
        made[name] = rows[name]
    return made


def verify(book: SqliteBook) -> int:
    """Recompute the chain over every envelope and every block; answers how many ticks hold, or raises `ChainError`."""
    for (stray,) in book.connection.execute(query("stray_blocks")):
        raise ChainError(f"'{book.path}' holds facts of tick {stray}, which was never sealed")
    chain, held = START, 0
    for *envelope, layout, sealed in book.connection.execute(query("ticks")):
        tick = Tick(*envelope)
        facts: list[Any] = book.connection.execute(query("blocks_of_tick"), (tick.tick,)).fetchall()
        chain = chained(chain, tick, layout, facts)
        if chain != sealed:
            raise ChainError(f"'{book.path}' was changed at tick {tick.tick}: its hash is not the sealed one")
        held += 1
    return held
