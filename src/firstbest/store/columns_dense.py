"""Tables all of whose rows exist, and what tables of columns have in common."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels import packed
from firstbest.kernels.lined import lined
from firstbest.operate.ports import Rows
from firstbest.operate.rows import as_made
from firstbest.world.tables import Table

I64 = NDArray[np.int64]
FOUND = np.ones(4_096, np.bool_)
FOUND.setflags(write=False)
KEYS_AT_ONCE = 1 << 20


class Dense:
    """A table all of whose rows exist; the key is the row number."""

    def __init__(self, table: Table, size: int) -> None:
        self.table, self.told = table, Told(table)
        self.rows = lined((size,), table.dtype)
        # In pieces: cubes of 300 sellers are a hundred million rows, whose keys at once would be 800 MB beside them.
        for start in range(0, size, KEYS_AT_ONCE):
            stop = min(start + KEYS_AT_ONCE, size)
            self.rows["key"][start:stop] = np.arange(start, stop)
        self.packed, self.room = packed.packed_rows(self.rows), Room()

    def copied(self) -> Dense:
        """The same rows, in memory of their own."""
        made = Dense.__new__(Dense)
        made.table, made.told, made.rows = self.table, self.told, copied_rows(self.packed, self.table)
        made.packed, made.room = packed.packed_rows(made.rows), Room()
        return made

    def read_keys(self, keys: I64, only: tuple[str, ...] = ()) -> Rows:
        """Copies of the rows of these keys, or of some of their columns."""
        if only:
            rows = np.empty(len(keys), narrow(self.table, only))
            absent = packed.read_words(self.packed.words, keys, self.told.places(only), packed.words_of(rows))
            self._inside(-1 if absent == 0 else 0, keys)
            return Rows(rows, all_found(len(keys)))
        rows = np.empty(len(keys), self.table.dtype)
        self._inside(packed.read_slots(self.packed.words, keys, packed.words_of(rows)), keys)
        return Rows(rows, all_found(len(keys)))

    def put(self, rows: NDArray[np.void]) -> None:
        """Replace rows."""
        keys = np.ascontiguousarray(rows["key"])
        self._inside(packed.put_slots(self.packed.words, keys, packed.words_of(as_made(rows))), keys)

    def set(self, rows: NDArray[np.void]) -> None:
        """Give columns new values: a part of the table's columns by key."""
        absent = packed.set_slots(self.packed, packed.words_of(rows), self.told.part(rows), self.room(len(rows)))
        if absent:
            self._inside(0, rows["key"])

    def add(self, rows: NDArray[np.void]) -> int:
        """Add to columns, by key; how many sums fell below zero."""
        below = packed.add_slots(self.packed, packed.words_of(rows), self.told.part(rows), self.room(len(rows)))
        if below < 0:
            self._inside(0, rows["key"])
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


def copied_rows(rows: packed.Packed, table: Table) -> NDArray[np.void]:
    """The same rows in memory of their own; as words, which NumPy copies several times as fast as rows of columns."""
    made = lined((len(rows.words),), table.dtype)
    packed.words_of(made)[:] = rows.words
    return made


def all_found(count: int) -> NDArray[np.bool_]:
    """That every row was found, to be read and not to be written."""
    return FOUND[:count] if count <= len(FOUND) else np.ones(count, np.bool_)


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
        self.parts: dict[tuple[str, ...] | None, I64] = {}
        self.words: dict[tuple[str, ...], I64] = {}

    def __call__(self, names: Iterable[str]) -> I64:
        """[K, 2] place and width of the named columns."""
        asked = tuple(names)
        found = self.known.get(asked)
        if found is None:
            found = self.known[asked] = packed.told_columns(self.dtype, asked)
        return found

    def part(self, rows: NDArray[np.void]) -> I64:
        """[K, 2] of the columns that rows of a part of the table have behind their key."""
        names = rows.dtype.names
        found = self.parts.get(names)
        if found is None:
            assert names is not None, "rows have named columns"
            found = self.parts[names] = packed.told_columns(self.dtype, names[1:])
        return found

    def places(self, names: tuple[str, ...]) -> I64:
        """[K] places of the named columns, of 64 bits each."""
        found = self.words.get(names)
        if found is None:
            told = self(names)
            assert (told[:, packed.WIDTH] == packed.WORD).all(), f"columns {names} are of 64 bits"
            found = self.words[names] = told[:, packed.PLACE].copy()
        return found


class Room:
    """Room for a kernel to note places in, kept from one call to the next."""

    def __init__(self) -> None:
        self.slots = np.empty(1_024, np.int64)

    def __call__(self, size: int) -> I64:
        """Room for so many places and more."""
        if size > len(self.slots):
            self.slots = np.empty(2 * size, np.int64)
        return self.slots
