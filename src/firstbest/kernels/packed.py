"""Rows of a table as words of 64 bits: read, put, set and added to, whatever the columns are.

One compiled kernel serves every table, because a column is told as data: [K, 2] its place (counted in elements of
its own width from the start of a row) and its width in bytes (8, 4 or 2). A row is some words; absent rows are read as
zeros under their key, which is the first word.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.index import KEY, find, insert, remove

I64 = NDArray[np.int64]

PLACE: Final = 0
WIDTH: Final = 1
"""Columns of a told column."""
LIVE: Final = 1
"""The word of a row that says, in a table whose rows come and go, that it is there."""
DEAD: Final = -1
"""The mark of a row that nobody uses."""
ABSENT: Final = -1
"""Instead of a count: a row was not there."""


class Packed(NamedTuple):
    """The same rows at three widths: [S, W], [S, 2 W], [S, 4 W]."""

    words: I64
    halves: NDArray[np.int32]
    quarters: NDArray[np.int16]


class Held(NamedTuple):
    """A table whose rows come and go: its rows, which of them are free, and where each key is."""

    packed: Packed
    marks: NDArray[np.int16]  # [S] the index column of each row that is there, DEAD elsewhere
    free: I64  # [S] a stack of free rows
    left: I64  # [1] rows in that stack
    slot_of: NDArray[np.int32]  # [B] buckets of the index (kernels.index)
    marked: I64  # [2] the index column; width 0: none


def packed_rows(rows: NDArray[np.void]) -> Packed:
    """Views of rows [S] at every width; a row takes whole words."""
    words = words_of(rows)
    return Packed(words, words.view(np.int32), words.view(np.int16))


def words_of(rows: NDArray[np.void]) -> I64:
    """Rows [n] as words [n, W], the same memory."""
    assert rows.dtype.itemsize % 8 == 0, "rows are whole words"
    return rows.view(np.int64).reshape(len(rows), rows.dtype.itemsize // 8)


def told_columns(dtype: np.dtype[np.void], names: tuple[str, ...]) -> I64:
    """[K, 2] place and width of the named columns."""
    fields = dtype.fields
    assert fields is not None, "rows have named columns"
    told = [(fields[name][1] // fields[name][0].itemsize, fields[name][0].itemsize) for name in names]
    return np.array(told, np.int64).reshape(len(names), 2)


@compiled
def value_at(packed: Packed, slot: int, place: int, width: int) -> int:
    """The value of a row's column."""
    if width == 8:
        return int(packed.words[slot, place])
    if width == 4:
        return int(packed.halves[slot, place])
    return int(packed.quarters[slot, place])


@compiled
def set_value(packed: Packed, slot: int, column: I64, value: int) -> None:
    """Put a value into a row's column."""
    if column[WIDTH] == 8:
        packed.words[slot, column[PLACE]] = value
    elif column[WIDTH] == 4:
        packed.halves[slot, column[PLACE]] = value
    else:
        packed.quarters[slot, column[PLACE]] = value


@compiled
def set_row(packed: Packed, slot: int, columns: I64, values: I64, n: int) -> None:
    """Give columns [K, 2] of one row the values of the n-th of [K, n]."""
    for k in range(len(columns)):
        set_value(packed, slot, columns[k], values[k, n])


@compiled
def set_slots(packed: Packed, slots: I64, columns: I64, values: I64) -> int:
    """Give columns [K, 2] of the rows in these slots [n] new values [K, n]; how many are not there."""
    absent = 0
    for n in range(len(slots)):
        if not 0 <= slots[n] < len(packed.words):
            absent += 1
            continue
        set_row(packed, slots[n], columns, values, n)
    return absent


@compiled
def set_keys(held: Held, keys: I64, columns: I64, values: I64, live: I64) -> int:
    """Give columns [K, 2] of the rows of these keys [n] new values [K, n], note their marks; how many are absent.

    `live` [n] takes the rows out for which it is 0; it is empty where nothing ends.
    """
    absent = 0
    for n in range(len(keys)):
        slot = find(held.packed.words, held.slot_of, keys[n])
        if slot < 0:
            absent += 1
            continue
        set_row(held.packed, slot, columns, values, n)
        mark(held, slot)
        if len(live) > 0 and live[n] == 0:
            end_row(held, keys[n], slot)
    return absent


@compiled
def add_row(packed: Packed, slot: int, columns: I64, values: I64, n: int) -> int:
    """Add the n-th of values [K, n] to columns [K, 2] of one row; how many fell below zero."""
    below = 0
    for k in range(len(columns)):
        total = value_at(packed, slot, columns[k, PLACE], columns[k, WIDTH]) + values[k, n]
        set_value(packed, slot, columns[k], total)
        below += total < 0
    return below


@compiled
def add_slots(packed: Packed, slots: I64, columns: I64, values: I64) -> int:
    """Add values [K, n] to columns [K, 2] of the rows in these slots [n], a row any number of times.

    Answers how many sums fell below zero, ABSENT where a row is not there.
    """
    below, absent = 0, 0
    for n in range(len(slots)):
        if not 0 <= slots[n] < len(packed.words):
            absent += 1
            continue
        below += add_row(packed, slots[n], columns, values, n)
    return ABSENT if absent > 0 else below


@compiled
def add_keys(held: Held, keys: I64, columns: I64, values: I64) -> int:
    """`add_slots` for the rows of these keys."""
    below, absent = 0, 0
    for n in range(len(keys)):
        slot = find(held.packed.words, held.slot_of, keys[n])
        if slot < 0:
            absent += 1
            continue
        below += add_row(held.packed, slot, columns, values, n)
    return ABSENT if absent > 0 else below


@compiled
def copy_row(source: I64, row: int, target: I64, to: int) -> None:
    """Copy one row's words."""
    for word in range(target.shape[1]):
        target[to, word] = source[row, word]


@compiled
def read_slots(words: I64, slots: I64, rows: I64) -> int:
    """Copy the rows in these slots; the first place whose slot is not there, -1: all are."""
    for n in range(len(slots)):
        if not 0 <= slots[n] < len(words):
            return n
        copy_row(words, slots[n], rows, n)
    return -1


@compiled
def read_words(words: I64, slots: I64, places: I64, rows: I64) -> int:
    """Copy the words at `places` [K] of the rows in these slots; the first place whose slot is not there, -1: all are.

    Written for many rows far apart: a look at one does not wait for another.
    """
    for n in range(len(slots)):
        slot = slots[n]
        if not 0 <= slot < len(words):
            return n
        for k in range(len(places)):
            rows[n, k] = words[slot, places[k]]
    return -1


@compiled
def read_keys(held: Held, keys: I64, rows: I64, found: NDArray[np.bool_]) -> None:
    """Copy the rows of these keys, zeros under the key where there is none."""
    for n in range(len(keys)):
        slot = find(held.packed.words, held.slot_of, keys[n])
        found[n] = slot >= 0
        if slot >= 0:
            copy_row(held.packed.words, slot, rows, n)
            continue
        for word in range(rows.shape[1]):
            rows[n, word] = 0
        rows[n, KEY] = keys[n]


@compiled
def put_slots(words: I64, slots: I64, rows: I64) -> int:
    """Replace the rows in these slots; the first place whose slot is not there, -1: all are."""
    for n in range(len(slots)):
        if not 0 <= slots[n] < len(words):
            return n
        copy_row(rows, n, words, slots[n])
    return -1


@compiled
def put_rows(held: Held, rows: I64) -> None:
    """Put whole rows, new or replaced; room for all of them is free."""
    for n in range(len(rows)):
        slot = find(held.packed.words, held.slot_of, rows[n, KEY])
        if slot < 0:
            held.left[0] -= 1
            slot = held.free[held.left[0]]
            insert(held.slot_of, rows[n, KEY], slot)
        copy_row(rows, n, held.packed.words, slot)
        mark(held, slot)


@compiled
def mark(held: Held, slot: int) -> None:
    """Note the index column of a row that is there."""
    width = held.marked[WIDTH]
    held.marks[slot] = value_at(held.packed, slot, held.marked[PLACE], width) if width > 0 else 0


@compiled
def index_rows(held: Held) -> None:
    """Enter every row that is there into an empty index."""
    for slot in range(len(held.marks)):
        if held.marks[slot] != DEAD:
            insert(held.slot_of, held.packed.words[slot, KEY], slot)


@compiled
def end_row(held: Held, key: int, slot: int) -> None:
    """Take a row out."""
    remove(held.packed.words, held.slot_of, key)
    held.packed.words[slot, LIVE] = 0
    held.marks[slot] = DEAD
    held.free[held.left[0]] = slot
    held.left[0] += 1


@compiled
def due_slots(held: Held, value: int, column: I64, until: int, slots: I64) -> int:
    """Write the rows whose mark is `value` and whose column is at most `until`; how many.

    `slots` has room for all rows.
    """
    count = 0
    for slot in range(len(held.marks)):
        if held.marks[slot] == value and value_at(held.packed, slot, column[PLACE], column[WIDTH]) <= until:
            slots[count] = slot
            count += 1
    return count


@compiled
def copy_columns(source: Packed, slots: I64, columns: I64, target: Packed, to: I64) -> None:
    """Copy columns [K, 2] of the rows in these slots to the columns [K, 2] of the target's rows [n]."""
    for n in range(len(slots)):
        for k in range(len(columns)):
            set_value(target, n, to[k], value_at(source, slots[n], columns[k, PLACE], columns[k, WIDTH]))
