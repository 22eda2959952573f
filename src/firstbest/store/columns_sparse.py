"""Tables whose rows come and go: free rows are used again, and an index finds them by key."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels import index, packed, queues, staged
from firstbest.operate.ports import Rows, Soonest, Staged
from firstbest.operate.rows import as_made
from firstbest.store.columns_dense import Room, Told, narrow
from firstbest.world.tables import Table
from firstbest.world.units import MAX_NODE

I64 = NDArray[np.int64]
ALL_CODES = np.zeros(0, np.bool_)
ROOM = 1_024
"""Rows that a table whose rows come and go has room for at first."""


class Sparse:
    """A table whose rows come and go; free rows are used again.

    `held.marks` has the index column of each live row and DEAD elsewhere: a compact copy, so that "what is in
    this stage" scans bytes and not rows.
    """

    def __init__(self, table: Table, size: int = ROOM) -> None:
        self.table, self.told, self.ordering = table, Told(table), ordering(table)
        self.rows = np.zeros(0, table.dtype)
        self.held: packed.Held
        staged = (table.staged_by,) if table.staged_by else ()
        queued = table.queue.value if table.queue else packed.NOBODY
        self.marked = np.append(np.append(packed.told_columns(table.dtype, staged), [0, 0])[:2], queued)
        self.queues, self.room = queues_of(table), Room()
        self._grow(size)

    def _grow(self, size: int) -> None:
        """Make room for `size` rows; those that are there keep their places."""
        before = len(self.rows)
        old, self.rows = self.rows, np.zeros(size, self.table.dtype)
        # As words, since numpy copies rows of named columns a column at a time.
        packed.words_of(self.rows)[:before] = packed.words_of(old)
        marks, free = np.full(size, packed.DEAD, np.int16), np.zeros(size, np.int64)
        free[: size - before] = np.arange(size - 1, before - 1, -1)
        left = np.array([size - before])
        if before:
            still = int(self.held.left[0])
            marks[:before] = self.held.marks
            free[size - before : size - before + still] = self.held.free[:still]
            left += still
        # A power of two, of which a third is used at most.
        slot_of = np.full(1 << (3 * size - 1).bit_length(), index.FREE, np.int32)
        counts = self.held.counts if before else np.zeros(packed.MARKS, np.int64)
        self.packed = packed.packed_rows(self.rows)
        self.held = packed.Held(self.packed, marks, free, left, slot_of, self.marked, counts)
        packed.index_rows(self.held)
        self.found = np.empty(size, np.int64)

    def copied(self) -> Sparse:
        """The same rows, in memory of their own, each where it was."""
        made = Sparse.__new__(Sparse)
        made.table, made.told, made.marked, made.ordering = self.table, self.told, self.marked, self.ordering
        # Rows that no row ever stood in are not touched: a table is laid out for more than there is most of the time.
        alive = np.flatnonzero(self.held.marks != packed.DEAD)
        stop = int(alive[-1]) + 1 if len(alive) else 0
        made.rows = np.zeros(len(self.rows), self.table.dtype)
        made.packed = packed.packed_rows(made.rows)
        made.packed.words[:stop] = self.packed.words[:stop]
        held = self.held
        own = {name: getattr(held, name).copy() for name in ("marks", "free", "left", "slot_of", "counts")}
        made.held = held._replace(packed=made.packed, **own)
        made.queues, made.room = self.queues and queues.copied_queues(self.queues), Room()
        made.found = np.empty(len(made.rows), np.int64)
        return made

    def read_keys(self, keys: I64, only: tuple[str, ...] = ()) -> Rows:
        """Copies of the rows of these keys, zeros under the key where it is absent."""
        assert not only, "some columns are read of dense tables alone"
        rows, found = np.empty(len(keys), self.table.dtype), np.empty(len(keys), np.bool_)
        packed.read_keys(self.held, np.ascontiguousarray(keys), packed.words_of(rows), found, self.room(len(keys)))
        return Rows(rows, found)

    def put(self, rows: NDArray[np.void]) -> None:
        """Put whole rows, new or replaced."""
        size = len(self.rows)
        while int(self.held.left[0]) + size - len(self.rows) < len(rows):
            size += size // 2
        if size > len(self.rows):
            self._grow(size)
        slots = self.room(len(rows))
        queued = packed.put_rows(self.held, packed.words_of(as_made(rows)), slots)
        if queued and self.queues is not None:
            self._queue_up(self.queues, slots[: len(rows)])

    def set(self, rows: NDArray[np.void]) -> None:
        """Give columns new values, a part of the table's by key, and note new marks."""
        slots = self.room(len(rows))
        queued = packed.set_rows(self.held, packed.words_of(rows), self.told.part(rows), slots)
        self._there(queued)
        if queued and self.queues is not None and not self.ordering.isdisjoint(rows.dtype.names or ()):
            self._queue_up(self.queues, slots[: len(rows)])

    def add(self, rows: NDArray[np.void]) -> int:
        """Add to columns, by key; how many sums fell below zero."""
        below = packed.add_rows(self.held, packed.words_of(rows), self.told.part(rows), self.room(len(rows)))
        self._there(below)
        return below

    def end(self, rows: NDArray[np.void]) -> None:
        """Take out the rows of these keys."""
        self._there(-packed.end_rows(self.held, packed.words_of(rows), self.room(len(rows))))

    def _there(self, answer: int) -> None:
        assert answer >= 0, f"table '{self.table.name}': a row to be changed or added to is not there"

    def _queue_up(self, queued: queues.Queues, slots: I64) -> None:
        """Enter rows that are new to the queues, or to their place in them."""
        self.queues = queues.queues_with_room(self.held, queued, len(slots))
        queues.queue_up(self.held, self.queues, slots)

    def soonest(self, read: Soonest) -> NDArray[np.void]:
        """The first rows of some queues."""
        assert self.queues is not None, f"table '{self.table.name}' has no queue"
        asked = (read.groups, read.counts, int(read.until))
        slots = self.found[: queues.soonest(self.held, self.queues, asked, self.found)]
        made = np.empty(len(slots), self.table.dtype)
        packed.read_slots(self.packed.words, slots, packed.words_of(made))
        return made

    def staged(self, read: Staged) -> NDArray[np.void]:
        """Rows of a stage that are due, by key."""
        dtype = narrow(self.table, read.only) if read.only else self.table.dtype
        if self.held.counts[read.value] == 0:
            return np.empty(0, dtype)
        # A word of a list would be a type of its own to a kernel: plain numbers go in.
        due = (self.told((read.column,))[0], int(read.until))
        among = (self.told((read.among[0],))[0], read.among[1]) if read.among else (due[0], ALL_CODES)
        count = staged.due_slots(self.held, int(read.value), due, among, self.found)
        slots = self.found[:count]
        if count > 1:
            slots = slots[np.argsort(self.packed.words[slots, index.KEY])]
        made = np.empty(count, dtype)
        if read.only:
            columns, to = self.told(read.only), packed.told_columns(made.dtype, read.only)
            packed.copy_columns(self.packed, slots, columns, packed.packed_rows(made), to)
        else:
            packed.read_slots(self.packed.words, slots, packed.words_of(made))
        return made

    def all_rows(self) -> NDArray[np.void]:
        """Live rows, by key."""
        if int(self.held.left[0]) == len(self.rows):
            return self.rows[:0]
        slots = np.flatnonzero(self.held.marks != packed.DEAD)
        slots = slots[np.argsort(self.packed.words[slots, index.KEY])]
        made = np.empty(len(slots), self.table.dtype)
        packed.read_slots(self.packed.words, slots, packed.words_of(made))
        return made

    def range_rows(self, low: int, high: int) -> NDArray[np.void]:
        """Live rows with low <= key < high, by key."""
        alive = self.all_rows()
        keys = alive["key"]
        return alive[np.searchsorted(keys, low) : np.searchsorted(keys, high)]


def queues_of(table: Table) -> queues.Queues | None:
    """The empty queues of a table that declares some."""
    if table.queue is None:
        return None
    told_of = packed.told_columns(table.dtype, (table.queue.group, *table.queue.by, table.queue.until))
    return queues.new_queues(MAX_NODE, told_of, table.queue.value)


def ordering(table: Table) -> frozenset[str]:
    """Columns whose change gives a row another place in the table's queues."""
    return frozenset((table.staged_by, table.queue.group, *table.queue.by)) if table.queue else frozenset()
