"""Tables that gained a column are folded again from the facts, so that an upgrade leaves no column at its default.

A book of an older shape is widened when it is opened: new columns are 0 until the facts are folded again by the code
that knows them. Opening leaves a mark that says which tables wait (`marked`); the writer replaces their rows and takes
the mark away in one transaction (`put_folded`). Killed before that, nothing was changed and the mark still stands: the
next who opens the house folds again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import All
from firstbest.store.beside import SideEnd, SidePut
from firstbest.store.book_engine import Engine
from firstbest.store.book_fold import Folded
from firstbest.store.book_live import BookReader
from firstbest.store.book_read import rows_of
from firstbest.store.book_sides import merged, side_get, write_sides
from firstbest.store.columns import Columns
from firstbest.store.sides import META
from firstbest.world.tables import TABLES, Table

WAITS: Final = "refold"
"""The name of the mark among single values."""
VALUE: Final = META.names.index("value")


def mark(engine: Engine, names: Sequence[str]) -> None:
    """Say that these tables wait to be folded again, beside those that do; inside a transaction."""
    found = side_get(engine, META, [(WAITS,)])
    before = found[WAITS,][VALUE] if found else []
    row = {"name": WAITS, "tenant": 0, "value": sorted({*before, *names})}
    write_sides(engine, (), merged([SidePut(META, [tuple(row[name] for name in META.names)])]))


def marked(book: BookReader) -> list[str]:
    """Names of the tables of a book that wait to be folded again."""
    found = book.side_get(META, [(WAITS,)])
    return list(found[WAITS,][VALUE]) if found else []


def instead(engine: Engine, names: Sequence[str], folded: Columns) -> list[Folded]:
    """What makes these tables what the facts come to: rows to be written and keys that end; nothing is pending.

    Of a dense table a row of zeros is not kept, unless it is there. Reads alone, so no transaction is needed.
    """
    return [instead_of(engine, table, folded.read(All(table)).rows) for table in TABLES if table.name in names]


def instead_of(engine: Engine, table: Table, rows: NDArray[np.void]) -> Folded:
    """The same of one table."""
    there = rows_of(engine, table)["key"]
    if table.dense:
        rows = rows[says_something(rows) | np.isin(rows["key"], there)]
    return Folded(table, rows, there[~np.isin(there, rows["key"])])


def put_folded(engine: Engine, parts: Sequence[Folded]) -> None:
    """Write them and take the mark away; inside a transaction."""
    for table, rows, gone in parts:
        if len(gone):
            engine.end_packed(table, gone)
        if len(rows):
            engine.put_packed(table, rows)
    write_sides(engine, [SideEnd(META, [(WAITS,)])], ())


def says_something(rows: NDArray[np.void]) -> NDArray[np.bool_]:
    """Rows with a number beside their key."""
    found = np.zeros(len(rows), np.bool_)
    for name in rows.dtype.names or ():
        if name != "key":
            found |= rows[name] != 0
    return found
