"""Rows of a table as words of 64 bits: read, put, set and added to, whatever the columns are.

One compiled kernel serves every table, because a column is told as data: [K, 2] its place (counted in elements of
its own width from the start of a row) and its width in bytes (8, 4 or 2). A row is some words; absent rows are read as
zeros under their key, which is the first word.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, straight
from firstbest.kernels.index import KEY, bucket_of, find, insert, remove
from firstbest.kernels.near import near

I64 = NDArray[np.int64]

PLACE: Final = 0
WIDTH: Final = 1
"""Columns of a told column."""
WORD: Final = 8
"""Bytes of a word."""
LIVE: Final = 1
"""The word of a row that says, in a table whose rows come and go, that it is there."""
DEAD: Final = -1
"""The mark of a row that nobody uses."""
MARKS: Final = 64
"""Marks are 0 to below this."""
ABSENT: Final = -1
"""Instead of a count: a row was not there."""
FURTHER: Final = -2
"""Instead of a place: a row of another key is in the first bucket."""
QUEUED: Final = 2
"""Where `Held.marked` has the mark of rows that queue up."""
NOBODY: Final = -2
"""A mark that no row has."""
AHEAD: Final = 32
"""How many rows before its own turn a row is asked for."""
LINE_WORDS: Final = 8
"""Words in a line of the processor's cache."""
VALUES: Final = 1
"""Where the values of a row of changed columns begin: behind its key."""


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
    marked: I64  # [3] the index column (width 0: none), and the mark of rows that queue up, NOBODY: none do
    counts: I64  # [MARKS] rows of each mark


def packed_rows(rows: NDArray[np.void]) -> Packed:
    """Views of rows [S] at every width; a row takes whole words."""
    words = words_of(rows)
    return Packed(words, words.view(np.int32), words.view(np.int16))


def words_of(rows: NDArray[np.void]) -> I64:
    """Rows [n] as words [n, W], the same memory."""
    size = rows.dtype.itemsize
    assert size % 8 == 0, "rows are whole words"
    # Made of the memory itself: a view and a reshape take three times as long, on rows that are few.
    return np.ndarray((len(rows), size // 8), np.int64, rows)


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
def set_columns(packed: Packed, slots: I64, columns: I64, words: I64) -> None:
    """Give columns [K, 2] of the rows in these slots their new values: `words` [n, 1 + K], the key first.

    Column by column, so that its width is asked once and no row waits for the one before it.
    """
    for k in range(len(columns)):
        place = columns[k, PLACE]
        if columns[k, WIDTH] == 8:
            for n in range(len(words)):
                packed.words[slots[n], place] = words[n, VALUES + k]
        elif columns[k, WIDTH] == 4:
            for n in range(len(words)):
                packed.halves[slots[n], place] = words[n, VALUES + k]
        else:
            for n in range(len(words)):
                packed.quarters[slots[n], place] = words[n, VALUES + k]


@compiled
def add_columns(packed: Packed, slots: I64, columns: I64, words: I64) -> int:
    """Add to columns [K, 2] of the rows in these slots: `words` [n, 1 + K]; how many sums fell below zero."""
    below = 0
    for k in range(len(columns)):
        place = columns[k, PLACE]
        if columns[k, WIDTH] == 8:
            for n in range(len(words)):
                packed.words[slots[n], place] += words[n, VALUES + k]
                below += packed.words[slots[n], place] < 0
        elif columns[k, WIDTH] == 4:
            for n in range(len(words)):
                packed.halves[slots[n], place] += words[n, VALUES + k]
                below += packed.halves[slots[n], place] < 0
        else:
            for n in range(len(words)):
                packed.quarters[slots[n], place] += words[n, VALUES + k]
                below += packed.quarters[slots[n], place] < 0
    return below


@compiled
def missing(slots: I64, size: int) -> int:
    """How many of these slots [n] are none of a table of so many rows."""
    absent = 0
    for n in range(len(slots)):
        absent += slots[n] < 0 or slots[n] >= size
    return absent


@compiled
def key_slots(packed: Packed, words: I64, slots: I64) -> int:
    """Write the keys of `words` as the places that they are in a table all of whose rows exist; how many are none."""
    absent = 0
    for n in range(len(words)):
        slots[n] = words[n, KEY]
        absent += slots[n] < 0 or slots[n] >= len(packed.words)
    return absent


@straight
@compiled
def set_slots(packed: Packed, words: I64, columns: I64, slots: I64) -> int:
    """Give columns [K, 2] of a table all of whose rows exist new values, `words` [n, 1 + K] by their keys.

    Answers how many keys are no row's: then nothing is set. `slots` has room to work in for n and more.
    """
    absent = key_slots(packed, words, slots)
    if absent == 0:
        set_columns(packed, slots, columns, words)
    return absent


@straight
@compiled
def add_slots(packed: Packed, words: I64, columns: I64, slots: I64) -> int:
    """Add `words` [n, 1 + K] to columns [K, 2] by their keys, a row any number of times.

    Answers how many sums fell below zero; ABSENT, and nothing is added, where a row is not there.
    """
    if key_slots(packed, words, slots) > 0:
        return ABSENT
    return add_columns(packed, slots, columns, words)


@compiled
def find_slots(held: Held, keys: I64, slots: I64) -> int:
    """Write the places [n] of the rows of these keys [n], -1 where there is none; how many are absent.

    A look-up waits for memory most of the time. So the first bucket of each is taken, and then the row that it names is
    looked at, without a branch that would wait for an answer: many are asked for at once. Few have to look further.
    """
    words, slot_of = held.packed.words, held.slot_of
    mask = len(slot_of) - 1
    for n in range(len(keys)):
        slots[n] = slot_of[bucket_of(keys[n], mask)]
    for n in range(len(keys)):
        other = (slots[n] >= 0) & (words[max(slots[n], 0), KEY] != keys[n])
        slots[n] = FURTHER if other else slots[n]
    absent = 0
    for n in range(len(keys)):
        if slots[n] == FURTHER:
            slots[n] = find(words, slot_of, keys[n])
        absent += slots[n] < 0
    return absent


@compiled
def find_rows(held: Held, rows: I64, slots: I64) -> int:
    """`find_slots` for the keys that rows of words [n, W] begin with."""
    return find_slots(held, rows[:, KEY], slots)


@straight
@compiled
def set_rows(held: Held, words: I64, columns: I64, slots: I64) -> int:
    """Give columns [K, 2] of rows new values, `words` [n, 1 + K] by their keys; how many rows queue up from now on.

    ABSENT, and none is set, where a row is not there. `slots` has room for n and more; the places stay in it.
    """
    if find_rows(held, words, slots) > 0:
        return ABSENT
    set_columns(held.packed, slots, columns, words)
    return mark_all(held, slots, len(words))


@straight
@compiled
def add_rows(held: Held, words: I64, columns: I64, slots: I64) -> int:
    """`add_slots` for rows that come and go."""
    if find_rows(held, words, slots) > 0:
        return ABSENT
    return add_columns(held.packed, slots, columns, words)


@straight
@compiled
def end_rows(held: Held, words: I64, slots: I64) -> int:
    """Take out the rows whose keys `words` [n, 1 and more] begin with; how many are absent: then none is, or one twice.

    `slots` has room for n and more.
    """
    absent = find_rows(held, words, slots)
    if absent > 0:
        return absent
    for n in range(len(words)):
        if held.marks[slots[n]] != DEAD:
            end_row(held, words[n, KEY], slots[n])
        else:
            absent += 1
    return absent


@compiled
def read_slots(words: I64, slots: I64, rows: I64) -> int:
    """Copy the rows in these slots; the first place whose slot is not there, -1: all are."""
    for n in range(len(slots)):
        if not 0 <= slots[n] < len(words):
            return n
        for word in range(rows.shape[1]):
            rows[n, word] = words[slots[n], word]
    return -1


@compiled
def read_words(words: I64, slots: I64, places: I64, rows: I64) -> int:
    """Copy the words at `places` [K] of the rows in these slots [n] to [n, K], zeros where a slot is -1.

    Answers how many other slots are not there: then no row is copied.
    """
    absent, last = 0, len(slots) - 1
    for n in range(len(slots)):
        absent += slots[n] < -1 or slots[n] >= len(words)
        if n < AHEAD:
            near(words, slots[n])
    if absent > 0:
        return absent
    # Row by row: each lies in a line of the processor's cache that is far from the last one's.
    for n in range(len(slots)):
        near(words, slots[min(n + AHEAD, last)])
        slot = slots[n]
        for k in range(len(places)):
            rows[n, k] = words[slot, places[k]] if slot >= 0 else 0
    return 0


@straight
@compiled
def read_keys(held: Held, keys: I64, rows: I64, found: NDArray[np.bool_], slots: I64) -> None:
    """Copy the rows of these keys [n], zeros under the key where there is none; `slots` has room for n and more."""
    words = held.packed.words
    find_slots(held, keys, slots)
    # Where they were found their first lines are at hand; of wide rows the others are asked for some rows before.
    size, last = rows.shape[1], len(keys) - 1
    second, third = words[:, min(LINE_WORDS, size - 1) :], words[:, min(2 * LINE_WORDS, size - 1) :]
    for n in range(len(keys)):
        ahead = slots[min(n + AHEAD, last)]
        near(second, ahead)
        near(third, ahead)
        slot = slots[n]
        found[n] = slot >= 0
        if slot < 0:
            for word in range(size):
                rows[n, word] = 0
            rows[n, KEY] = keys[n]
            continue
        for word in range(size):
            rows[n, word] = words[slot, word]


@straight
@compiled
def put_slots(words: I64, slots: I64, rows: I64) -> int:
    """Replace the rows in these slots; the first place whose slot is not there, -1: all are."""
    for n in range(len(slots)):
        if not 0 <= slots[n] < len(words):
            return n
        for word in range(rows.shape[1]):
            words[slots[n], word] = rows[n, word]
    return -1


@straight
@compiled
def put_rows(held: Held, rows: I64, slots: I64) -> int:
    """Put whole rows [n, W], new or replaced; how many rows queue up from now on.

    Room for all of them is free; `slots` has room for n and more, the places stay in it.
    """
    words, slot_of, last = held.packed.words, held.slot_of, len(rows) - 1
    for n in range(len(rows)):
        near(slot_of, bucket_of(rows[min(n + AHEAD, last), KEY], len(slot_of) - 1))
        slot = find(words, slot_of, rows[n, KEY])
        if slot < 0:
            held.left[0] -= 1
            slot = held.free[held.left[0]]
            insert(slot_of, rows[n, KEY], slot)
        for word in range(rows.shape[1]):
            words[slot, word] = rows[n, word]
        slots[n] = slot
    return mark_all(held, slots, len(rows))


@compiled
def mark_all(held: Held, slots: I64, count: int) -> int:
    """Note the index column of the rows in the first slots, so many; how many of them queue up."""
    place, width, queued = held.marked[PLACE], held.marked[WIDTH], 0
    for n in range(count):
        new = value_at(held.packed, slots[n], place, width) if width > 0 else 0
        before = held.marks[slots[n]]
        if before != DEAD:
            held.counts[before] -= 1
        held.counts[new] += 1
        held.marks[slots[n]] = new
        queued += new == held.marked[QUEUED]
    return queued


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
    held.counts[held.marks[slot]] -= 1
    held.marks[slot] = DEAD
    held.free[held.left[0]] = slot
    held.left[0] += 1


@compiled
def copy_columns(source: Packed, slots: I64, columns: I64, target: Packed, to: I64) -> None:
    """Copy columns [K, 2] of the rows in these slots to the columns [K, 2] of the target's rows [n]."""
    for k in range(len(columns)):
        for n in range(len(slots)):
            value = value_at(source, slots[n], columns[k, PLACE], columns[k, WIDTH])
            if to[k, WIDTH] == 8:
                target.words[n, to[k, PLACE]] = value
            elif to[k, WIDTH] == 4:
                target.halves[n, to[k, PLACE]] = value
            else:
                target.quarters[n, to[k, PLACE]] = value
