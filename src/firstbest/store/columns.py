"""State in columns: every table as rows in memory, with an index where rows come and go.

Decisions read these columns, live and in the twin. The store knows tables, keys, `put`, `set` and `add`;
it knows no fact and no word of the trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels import index, packed, queues
from firstbest.operate.ports import Add, ByKey, Change, Put, Range, Read, Rows, Set, Soonest, Staged
from firstbest.world.metrics import AFTERS, BINS, METRICS, Spread
from firstbest.world.network import Network
from firstbest.world.tables import TABLES, Table
from firstbest.world.units import MAX_NODE
from firstbest.world.words import Process

I64 = NDArray[np.int64]
FOUND = np.ones(4_096, np.bool_)
NOTHING_ENDS = np.zeros(0, np.int64)
KEYS_AT_ONCE = 1 << 20
ROOM = 1_024
"""Rows that a table whose rows come and go has room for at first."""
FOUND.setflags(write=False)


class BoundBroken(AssertionError):  # noqa: N818 - it says what is broken
    """A column that may never fall below zero did: the fold or the decision that led here is wrong."""


class Dense:
    """A table all of whose rows exist; the key is the row number."""

    def __init__(self, table: Table, size: int) -> None:
        self.table, self.told = table, Told(table)
        self.rows = np.zeros(size, table.dtype)
        # In pieces: cubes of 300 sellers are a hundred million rows, whose keys at once would be 800 MB beside them.
        for start in range(0, size, KEYS_AT_ONCE):
            stop = min(start + KEYS_AT_ONCE, size)
            self.rows["key"][start:stop] = np.arange(start, stop)
        self.packed = packed.packed_rows(self.rows)

    def copied(self) -> Dense:
        """The same rows, in memory of their own."""
        made = Dense.__new__(Dense)
        made.table, made.told, made.rows = self.table, self.told, copied_rows(self.packed, self.table)
        made.packed = packed.packed_rows(made.rows)
        return made

    def read_keys(self, keys: I64, only: tuple[str, ...] = ()) -> Rows:
        """Copies of the rows of these keys, or of some of their columns."""
        if only:
            told = self.told(only)
            assert (told[:, packed.WIDTH] == narrow(self.table, only).itemsize // len(only)).all(), "columns of 64 bits"
            words = np.empty((len(keys), len(only)), np.int64)
            absent = packed.read_words(self.packed.words, keys, told[:, packed.PLACE].copy(), words)
            self._inside(-1 if absent == 0 else 0, keys)
            return Rows(words.view(narrow(self.table, only))[:, 0], all_found(len(keys)))
        words = np.empty((len(keys), self.packed.words.shape[1]), np.int64)
        self._inside(packed.read_slots(self.packed.words, keys, words), keys)
        return Rows(words.view(self.table.dtype)[:, 0], all_found(len(keys)))

    def put(self, rows: NDArray[np.void]) -> None:
        """Replace rows."""
        keys = np.ascontiguousarray(rows["key"])
        self._inside(packed.put_slots(self.packed.words, keys, packed.words_of(np.ascontiguousarray(rows))), keys)

    def set(self, change: Set) -> None:
        """Give columns new values; rows of a dense table do not end."""
        columns, values = self.told(change.columns), matrix(change.columns, len(change.keys))
        absent = packed.set_slots(self.packed, change.keys, columns, values)
        self._inside(-1 if absent == 0 else 0, change.keys)

    def add(self, change: Add) -> int:
        """Add to columns; how many sums fell below zero."""
        columns, values = self.told(change.columns), matrix(change.columns, len(change.keys))
        below = packed.add_slots(self.packed, change.keys, columns, values)
        self._inside(-1 if below >= 0 else 0, change.keys)
        return below

    def _inside(self, place: int, keys: I64) -> None:
        """`place` is that of a key that is not a row's, or -1."""
        assert place < 0, (
            f"table '{self.table.name}' has keys 0 to {len(self.rows) - 1}, was {keys.min()} to {keys.max()}"
        )

    def all_rows(self) -> NDArray[np.void]:
        """Every row, by key: the rows themselves, to be looked at and not to be kept."""
        rows = self.rows.view()
        rows.setflags(write=False)
        return rows

    def range_rows(self, low: int, high: int) -> NDArray[np.void]:
        """Rows with low <= key < high, by key."""
        return self.rows[max(low, 0) : high].copy()


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
        self.marked = np.append(packed.told_columns(table.dtype, staged), [0, 0])[:2]
        self.queues = queues_of(table)
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
        made.queues = self.queues and queues.copied_queues(self.queues)
        made.found = np.empty(len(made.rows), np.int64)
        return made

    def read_keys(self, keys: I64, only: tuple[str, ...] = ()) -> Rows:
        """Copies of the rows of these keys, zeros under the key where it is absent."""
        assert not only, "some columns are read of dense tables alone"
        words, found = np.empty((len(keys), self.packed.words.shape[1]), np.int64), np.empty(len(keys), np.bool_)
        packed.read_keys(self.held, keys, words, found, np.empty(len(keys), np.int64))
        return Rows(words.view(self.table.dtype)[:, 0], found)

    def put(self, rows: NDArray[np.void]) -> None:
        """Put whole rows, new or replaced."""
        size = len(self.rows)
        while int(self.held.left[0]) + size - len(self.rows) < len(rows):
            size += size // 2
        if size > len(self.rows):
            self._grow(size)
        slots = np.empty(len(rows), np.int64)
        packed.put_rows(self.held, packed.words_of(np.ascontiguousarray(rows)), slots)
        if self.queues is not None:
            self._queue_up(self.queues, slots)

    def set(self, change: Set) -> None:
        """Give columns new values, note new marks, and take out the rows whose `live` became 0."""
        columns, live = change.columns, NOTHING_ENDS
        if "live" in columns:
            live = np.ascontiguousarray(columns["live"], np.int64)
            columns = {name: values for name, values in columns.items() if name != "live"}
        values = matrix(columns, len(change.keys))
        changed, slots = (self.told(columns), values, live), np.empty(len(change.keys), np.int64)
        self._there(packed.set_keys(self.held, change.keys, changed, slots))
        if self.queues is not None and not self.ordering.isdisjoint(columns):
            self._queue_up(self.queues, slots)

    def add(self, change: Add) -> int:
        """Add to columns; how many sums fell below zero."""
        columns, values = self.told(change.columns), matrix(change.columns, len(change.keys))
        below = packed.add_keys(self.held, change.keys, columns, values, np.empty(len(change.keys), np.int64))
        self._there(0 if below >= 0 else 1)
        return below

    def _there(self, absent: int) -> None:
        assert absent == 0, f"table '{self.table.name}': a row to be changed or added to is not there"

    def _queue_up(self, queued: queues.Queues, slots: I64) -> None:
        """Enter rows that are new to the queues, or to their place in them."""
        self.queues = queues.queues_with_room(queued, len(slots))
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
        # A word of a list would be a type of its own to a kernel: plain numbers go in.
        column, until = self.told((read.column,))[0], int(read.until)
        count = packed.due_slots(self.held, int(read.value), column, until, self.found)
        slots = self.found[:count]
        slots = slots[np.argsort(self.rows["key"][slots])]
        made = np.empty(count, narrow(self.table, read.only) if read.only else self.table.dtype)
        if read.only:
            columns, to = self.told(read.only), packed.told_columns(made.dtype, read.only)
            packed.copy_columns(self.packed, slots, columns, packed.packed_rows(made), to)
        else:
            packed.read_slots(self.packed.words, slots, packed.words_of(made))
        return made

    def all_rows(self) -> NDArray[np.void]:
        """Live rows, by key."""
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


class Columns:
    """All tables of a book, in memory."""

    def __init__(self, sizes: dict[str, int]) -> None:
        """Make empty tables; `sizes` gives the rows of each dense table by name, and the room others begin with."""
        self.tables: dict[str, Dense | Sparse] = {
            table.name: Dense(table, sizes[table.name])
            if table.dense
            else Sparse(table, max(sizes.get(table.name, 0), ROOM))
            for table in TABLES
        }

    def copied(self) -> Columns:
        """A fork: the same state, which goes its own way from here."""
        made = Columns.__new__(Columns)
        made.tables = {name: held.copied() for name, held in self.tables.items()}
        return made

    def __deepcopy__(self, memo: dict[int, object]) -> Columns:
        """A fork, where all that stands on the columns is copied with them."""
        return self.copied()

    def read(self, read: Read) -> Rows:
        """Answer one declared read with copies."""
        held = self.tables[read.table.name]
        if isinstance(read, ByKey):
            return held.read_keys(read.keys, read.only)
        if isinstance(read, Staged | Soonest):
            assert isinstance(held, Sparse), f"table '{read.table.name}' has no index"
            rows = held.staged(read) if isinstance(read, Staged) else held.soonest(read)
        elif isinstance(read, Range):
            rows = held.range_rows(read.low, read.high)
        else:
            rows = held.all_rows()
        return Rows(rows, all_found(len(rows)))

    def apply(self, changes: Sequence[Change]) -> None:
        """Take the changes of one tick in order, and check the bounds of what was added to.

        A row that is below a bound at the end was below it after the last amount that was added to it; so bounds are
        looked at again only where some sum fell below zero on the way.
        """
        below = 0
        for change in changes:
            held = self.tables[change.table.name]
            if isinstance(change, Put):
                held.put(change.rows)
            elif isinstance(change, Set):
                held.set(change)
            else:
                below += held.add(change)
        if below:
            self._check([change for change in changes if isinstance(change, Add)])

    def _check(self, added: Sequence[Add]) -> None:
        for change in added:
            there = self.read(ByKey(change.table, change.keys))
            for name in set(change.table.at_least_zero) & set(change.columns):
                values = there.rows[name]
                if len(values) and values.min() < 0:
                    key = change.keys[values.argmin()]
                    raise BoundBroken(f"{change.table.name}.{name} needs 0 or more, was {values.min()} at key {key}")


def copied_rows(rows: packed.Packed, table: Table) -> NDArray[np.void]:
    """The same rows in memory of their own; as words, which NumPy copies several times as fast as rows of columns."""
    return rows.words.copy().reshape(-1).view(table.dtype)


def all_found(count: int) -> NDArray[np.bool_]:
    """That every row was found, to be read and not to be written."""
    return FOUND[:count] if count <= len(FOUND) else np.ones(count, np.bool_)


def queues_of(table: Table) -> queues.Queues | None:
    """The empty queues of a table that declares some."""
    if table.queue is None:
        return None
    told_of = packed.told_columns(table.dtype, (table.queue.group, *table.queue.by, table.queue.until))
    return queues.new_queues(MAX_NODE, told_of, table.queue.value)


def ordering(table: Table) -> frozenset[str]:
    """Columns whose change gives a row another place in the table's queues."""
    return frozenset((table.staged_by, table.queue.group, *table.queue.by)) if table.queue else frozenset()


@cache
def narrow(table: Table, names: tuple[str, ...]) -> np.dtype[np.void]:
    """Rows of a table with the named columns alone."""
    fields = table.dtype.fields
    assert fields is not None, "a table has named columns"
    return np.dtype([(name, fields[name][0]) for name in names], align=True)


class Told:
    """Where the columns of a table are, by their names; looked up once for each set of names."""

    def __init__(self, table: Table) -> None:
        self.dtype = table.dtype
        self.known: dict[tuple[str, ...], I64] = {}

    def __call__(self, names: Iterable[str]) -> I64:
        """[K, 2] place and width of the named columns."""
        asked = tuple(names)
        found = self.known.get(asked)
        if found is None:
            found = self.known[asked] = packed.told_columns(self.dtype, asked)
        return found


def matrix(columns: Mapping[str, NDArray[np.generic]], size: int) -> I64:
    """[K, n] the new values of some columns."""
    values = np.empty((len(columns), size), np.int64)
    for place, column in enumerate(columns.values()):
        values[place] = column
    return values


def keeps_pallets(network: Network) -> bool:
    """Whether the house keeps pallets."""
    return network.detail.levels is not None and network.detail.levels.pallet_units is not None


def room_for_orders(orders: int) -> dict[str, int]:
    """Room for so many open orders at first: what grows to that size row by row is laid out and copied many times."""
    lines = orders + orders // 2
    return {"order": max(orders, ROOM), "line": max(lines, ROOM), "shipment": max(orders, ROOM)}


def sizes(network: Network) -> dict[str, int]:
    """Rows of each dense table for a network."""
    nodes, items = len(network.nodes.kind), len(network.items.weight_g)
    days = network.calendar.midnight_us.shape[1]
    sellers = len(network.texts.sellers)
    # Nothing is laid out for what the house does not keep.
    kept = int(any(part is not None for part in network.detail))
    return {
        "stock": items * nodes,
        "slot": nodes * days,
        "load": nodes,
        "forecast": items * nodes,
        "roster": nodes * len(Process) * days * 2,
        "profile": nodes * days,
        "cube": days * nodes * sellers * METRICS,
        "intake": items * kept,
        "loose": items * nodes * kept,
        "pallet": items * nodes * keeps_pallets(network),
        "shelf": items * nodes * (network.detail.slotting is not None),
        "after": days * nodes * sellers * AFTERS * kept,
        "spread": len(Spread) * BINS,
        "flow": len(network.places.weight) * nodes,
        "hours": nodes * len(Process) * 2 * (days // 7 + 2),
        "featured": network.offers.products,
        "record": (int(network.calendar.month.max()) + 1) * sellers if network.offers.products else 0,
    }
