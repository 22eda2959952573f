"""Rows that the writer wrote a short while ago: known without reading, and not yet in their tables.

Each tick keeps the folded rows that it changed as one packed value beside it (`pending`): one row written instead of
scores, all over the file. When enough have gathered, the newest state of each goes into its table, in the transaction
of that tick, and what was pending is cleared. So the tables and what is pending always come to the same as the facts;
whoever reads a table reads both (`with_pending`), and a new writer begins with what is pending. What is sold is sold
again soon and the day's cubes are added to in each tick, so most rows need not be read to be changed, and are written
once for many changes. A transaction that fails empties the memory; it is then gathered anew from the database.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.store.book_engine import split
from firstbest.store.book_fold import Folded, Work
from firstbest.world.tables import TABLES, Table

I64 = NDArray[np.int64]
ROWS_MAX: Final = 50_000
"""Rows of one table that are remembered after they were written to it."""
PENDING_MAX: Final = 1_000
"""Changed rows of all tables; beyond, they go into their tables.

Whoever asks meanwhile waits for the tick that writes them: 4,000 took 58 ms of PostgreSQL where 1,000 take 32, and the
slowest hundredth of all ticks 86 ms against 52; the mean is the same.
"""
HEAD: Final = struct.Struct("<16s2q")
TABLE_OF: Final = {table.name: table for table in TABLES}
GONE: Final = b""


class Recent:
    """Packed rows by table and key (`GONE`: not there), and which of them their tables do not have yet."""

    def __init__(self) -> None:
        """Remember nothing."""
        self.rows: dict[str, dict[int, bytes]] = {}
        self.pending: dict[str, set[int]] = {}
        self.failed = False

    def forget(self) -> None:
        """Empty the memory."""
        self.rows.clear()
        self.pending.clear()
        self.failed = False

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """What is written inside is remembered if all of it succeeds."""
        try:
            yield
        except BaseException:
            self.forget()
            self.failed = True
            raise

    def known(self, work: Work) -> tuple[list[bytes], I64]:
        """Rows that are remembered and there, and the keys of those that must be read."""
        mine = self.rows.get(work.table.name)
        if not mine or not len(work.read):
            return [], work.read
        found = [mine.get(key) for key in work.read.tolist()]
        there = [row for row in found if row]
        if None not in found:
            return there, work.read[:0]
        return there, work.read[np.array([row is None for row in found])]

    def keep(self, done: Folded) -> None:
        """Remember what was changed, and that its table does not have it."""
        name = done.table.name
        mine, pending = self.rows.setdefault(name, {}), self.pending.setdefault(name, set())
        keys, gone = done.rows["key"].tolist(), done.gone.tolist()
        mine.update(zip(keys, split(done.rows), strict=True))
        pending.update(keys)
        mine.update(dict.fromkeys(gone, GONE))
        pending.update(gone)

    def count(self) -> int:
        """Rows that their tables do not have yet."""
        return sum(map(len, self.pending.values()))

    def drained(self) -> list[Folded]:
        """What the tables do not have, by table and key; from now on they do."""
        made = []
        for name, keys in self.pending.items():
            mine = self.rows[name]
            ordered = sorted(keys)
            data = b"".join([mine[key] for key in ordered])
            gone = np.array([key for key in ordered if not mine[key]], np.int64)
            made.append(Folded(TABLE_OF[name], np.frombuffer(data, TABLE_OF[name].dtype), gone))
            if len(mine) > ROWS_MAX:
                mine.clear()
        self.pending.clear()
        return made


def pack_pending(parts: Iterable[Folded]) -> bytes:
    """Changed rows as one value: for each table its name, rows, keys of rows that ended."""
    made = []
    for table, rows, gone in parts:
        made += [HEAD.pack(table.name.encode(), len(rows), len(gone)), rows.tobytes(), gone.tobytes()]
    return b"".join(made)


def unpack_pending(data: bytes, tables: Mapping[str, Table] = TABLE_OF) -> Iterator[Folded]:
    """Changed rows out of one value; `tables` gives the shapes in which they were packed."""
    start = 0
    while start < len(data):
        name, rows, gone = HEAD.unpack_from(data, start)
        start += HEAD.size
        table = tables[name.rstrip(b"\0").decode()]
        yield Folded(
            table,
            np.frombuffer(data, table.dtype, rows, start),
            np.frombuffer(data, np.int64, gone, start + rows * table.dtype.itemsize),
        )
        start += rows * table.dtype.itemsize + gone * 8


def with_pending(table: Table, rows: NDArray[np.void], pending: Iterable[bytes]) -> NDArray[np.void]:
    """Rows of a table, by key, with the changes that it does not have yet, in the order of their ticks."""
    newest: dict[int, bytes] = {}
    for data in pending:
        for done in unpack_pending(data):
            if done.table is table:
                newest.update(zip(done.rows["key"].tolist(), split(done.rows), strict=True))
                newest.update(dict.fromkeys(done.gone.tolist(), GONE))
    if not newest:
        return rows
    keys = np.array(sorted(newest), np.int64)
    spots = np.minimum(rows["key"].searchsorted(keys), max(len(rows) - 1, 0))
    kept = np.ones(len(rows), np.bool_)
    kept[spots[rows["key"][spots] == keys] if len(rows) else spots[:0]] = False
    fresh = np.frombuffer(b"".join([newest[key] for key in keys.tolist()]), table.dtype)
    made = np.concatenate([rows[kept], fresh])
    return made[made["key"].argsort(kind="stable")]
