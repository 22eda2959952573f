"""State in columns: every table as rows in memory, with an index where rows come and go.

Decisions read these columns, live and in the twin. The store knows tables, keys, `put`, `set` and `add`;
it knows no fact and no word of the trade.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels import index
from firstbest.operate.ports import Add, ByKey, Change, Put, Range, Read, Rows, Set, Staged
from firstbest.world.metrics import BINS, METRICS, Spread
from firstbest.world.network import Network
from firstbest.world.tables import TABLES, Table
from firstbest.world.words import Process

I64 = NDArray[np.int64]


class BoundBroken(AssertionError):  # noqa: N818 - it says what is broken
    """A column that may never fall below zero did: the fold or the decision that led here is wrong."""


class Dense:
    """A table all of whose rows exist; the key is the row number."""

    def __init__(self, table: Table, size: int) -> None:
        self.table = table
        self.rows = np.zeros(size, table.dtype)
        self.rows["key"] = np.arange(size)

    def slots(self, keys: I64) -> I64:
        """Row numbers of keys; every key must be inside."""
        assert not len(keys) or (keys.min() >= 0 and keys.max() < len(self.rows)), (
            f"table '{self.table.name}' has keys 0 to {len(self.rows) - 1}, was {keys.min()} to {keys.max()}"
        )
        return keys

    def all_rows(self) -> NDArray[np.void]:
        """Every row, by key."""
        return self.rows.copy()

    def range_rows(self, low: int, high: int) -> NDArray[np.void]:
        """Rows with low <= key < high, by key."""
        return self.rows[max(low, 0) : high].copy()


class Sparse:
    """A table whose rows come and go; free rows are used again.

    `marks` holds the index column of each live row and DEAD elsewhere: a compact copy, so that "what is in
    this stage" scans bytes and not rows.
    """

    DEAD = -1

    def __init__(self, table: Table, size: int = 1024) -> None:
        self.table = table
        self.rows = np.zeros(size, table.dtype)
        self.marks = np.full(size, self.DEAD, np.int16)
        self.free = np.arange(size - 1, -1, -1, dtype=np.int64)
        self.free_count = size
        self.keys = np.full(4 * size, index.FREE, np.int64)
        self.slot_of = np.zeros(4 * size, np.int64)

    def slots(self, keys: I64) -> I64:
        """Row number of each key, -1 where absent."""
        return index.find(self.keys, self.slot_of, keys)

    def _alive(self) -> I64:
        return np.flatnonzero(self.marks != self.DEAD)

    def _grow(self, needed: int) -> None:
        size = len(self.rows)
        target = size
        while self.free_count + target - size < needed:
            target *= 2
        more = target - size
        self.rows = np.concatenate([self.rows, np.zeros(more, self.table.dtype)])
        self.marks = np.concatenate([self.marks, np.full(more, self.DEAD, np.int16)])
        fresh = np.arange(target - 1, size - 1, -1, dtype=np.int64)
        spare = np.zeros(target - self.free_count - more, np.int64)
        self.free = np.concatenate([fresh, self.free[: self.free_count], spare])
        self.free_count += more
        self.keys = np.full(4 * target, index.FREE, np.int64)
        self.slot_of = np.zeros(4 * target, np.int64)
        alive = self._alive()
        index.insert(self.keys, self.slot_of, np.ascontiguousarray(self.rows["key"][alive]), alive)

    def insert(self, rows: NDArray[np.void]) -> None:
        """Add rows with keys not yet there."""
        count = len(rows)
        if self.free_count < count:
            self._grow(count)
        slots = self.free[self.free_count - count : self.free_count].copy()
        self.free_count -= count
        self.rows[slots] = rows
        self.marks[slots] = rows[self.table.staged_by] if self.table.staged_by else 0
        index.insert(self.keys, self.slot_of, np.ascontiguousarray(rows["key"]), slots)

    def retire(self, keys: I64, slots: I64) -> None:
        """Take rows out."""
        index.remove(self.keys, self.slot_of, keys)
        self.rows["live"][slots] = 0
        self.marks[slots] = self.DEAD
        self.free[self.free_count : self.free_count + len(slots)] = slots
        self.free_count += len(slots)

    def staged(self, read: Staged) -> NDArray[np.void]:
        """Rows of a stage that are due, by key."""
        slots = np.flatnonzero(self.marks == read.value)
        slots = slots[self.rows[read.column][slots] <= read.until]
        slots = slots[np.argsort(self.rows["key"][slots])]
        if not read.only:
            return self.rows[slots]
        fields = self.table.dtype.fields
        assert fields is not None
        narrow = np.empty(len(slots), np.dtype([(name, fields[name][0]) for name in read.only]))
        for name in read.only:
            narrow[name] = self.rows[name][slots]
        return narrow

    def all_rows(self) -> NDArray[np.void]:
        """Live rows, by key."""
        alive = self.rows[self._alive()]
        return alive[np.argsort(alive["key"])]

    def range_rows(self, low: int, high: int) -> NDArray[np.void]:
        """Live rows with low <= key < high, by key."""
        alive = self.all_rows()
        keys = alive["key"]
        return alive[np.searchsorted(keys, low) : np.searchsorted(keys, high)]


class Columns:
    """All tables of a book, in memory."""

    def __init__(self, sizes: dict[str, int]) -> None:
        """Make empty tables; `sizes` gives the rows of each dense table by name."""
        self.tables: dict[str, Dense | Sparse] = {
            table.name: Dense(table, sizes[table.name]) if table.dense else Sparse(table) for table in TABLES
        }

    def read(self, read: Read) -> Rows:
        """Answer one declared read with copies."""
        held = self.tables[read.table.name]
        if isinstance(read, ByKey):
            return self._by_key(held, read.keys)
        if isinstance(read, Staged):
            assert isinstance(held, Sparse), f"table '{read.table.name}' has no index"
            rows = held.staged(read)
        elif isinstance(read, Range):
            rows = held.range_rows(read.low, read.high)
        else:
            rows = held.all_rows()
        return Rows(rows, np.ones(len(rows), np.bool_))

    @staticmethod
    def _by_key(held: Dense | Sparse, keys: I64) -> Rows:
        slots = held.slots(keys)
        found = slots >= 0
        if found.all():
            return Rows(held.rows[slots], found)
        rows = held.rows[np.where(found, slots, 0)]
        rows[~found] = np.zeros(1, held.table.dtype)
        rows["key"] = keys
        return Rows(rows, found)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take the changes of one tick in order, rows that end last, and check the bounds of what was added to."""
        added: list[Add] = []
        for change in changes:
            if isinstance(change, Put):
                self._put(self.tables[change.table.name], change.rows)
            elif isinstance(change, Set):
                self._set(self.tables[change.table.name], change)
            else:
                self._add(self.tables[change.table.name], change)
                added.append(change)
        for change in added:
            self._check(self.tables[change.table.name], change)

    @staticmethod
    def _put(held: Dense | Sparse, rows: NDArray[np.void]) -> None:
        if isinstance(held, Dense):
            held.rows[held.slots(rows["key"])] = rows
            return
        slots = held.slots(np.ascontiguousarray(rows["key"]))
        new = slots < 0
        held.insert(rows[new])
        old = slots[~new]
        if len(old):
            held.rows[old] = rows[~new]
            held.marks[old] = rows[~new][held.table.staged_by] if held.table.staged_by else 0

    @staticmethod
    def _set(held: Dense | Sparse, change: Set) -> None:
        slots = held.slots(change.keys)
        assert not len(slots) or slots.min() >= 0, f"table '{change.table.name}': a row to be changed is not there"
        for name, values in change.columns.items():
            if name != "live":
                held.rows[name][slots] = values
        if isinstance(held, Sparse):
            if held.table.staged_by in change.columns:
                held.marks[slots] = change.columns[held.table.staged_by]
            if "live" in change.columns:
                gone = change.columns["live"] == 0
                held.retire(change.keys[gone], slots[gone])

    @staticmethod
    def _add(held: Dense | Sparse, change: Add) -> None:
        slots = held.slots(change.keys)
        assert not len(slots) or slots.min() >= 0, f"table '{change.table.name}': a row to be added to is not there"
        for name, values in change.columns.items():
            column = held.rows[name]
            if column.dtype == np.int64:
                index.add_at(column, slots, values)
            else:
                np.add.at(column, slots, values.astype(column.dtype))

    @staticmethod
    def _check(held: Dense | Sparse, change: Add) -> None:
        for name in held.table.at_least_zero:
            if name not in change.columns or not len(change.keys):
                continue
            slots = held.slots(change.keys)
            values = held.rows[name][slots[slots >= 0]]
            if len(values) and values.min() < 0:
                key = change.keys[slots >= 0][values.argmin()]
                raise BoundBroken(f"{held.table.name}.{name} needs 0 or more, was {values.min()} at key {key}")


def sizes(network: Network) -> dict[str, int]:
    """Rows of each dense table for a network."""
    nodes, items = len(network.nodes.kind), len(network.items.weight_g)
    days = network.calendar.midnight_us.shape[1]
    sellers = len(network.texts.sellers)
    return {
        "stock": items * nodes,
        "slot": nodes * days,
        "load": nodes,
        "forecast": items * nodes,
        "roster": nodes * len(Process) * days * 2,
        "profile": nodes * days,
        "cube": days * nodes * sellers * METRICS,
        "spread": len(Spread) * BINS,
        "flow": len(network.places.weight) * nodes,
        "hours": nodes * len(Process) * 2 * (days // 7 + 2),
    }
