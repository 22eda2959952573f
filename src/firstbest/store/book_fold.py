"""Changes as packed rows: what the database holds of the rows they touch, changed in memory, written once.

A folded table is kept as one packed row a key, in the bytes that the columns in memory have, so that a million rows
are read as fast as bytes can be joined, and both databases fold alike. A dense table keeps only rows that were
touched; one that is missing is all zeros. Changes are taken in their order; bounds are checked once all of a tick's
changes are in, so an amount that is freed and taken in one tick never counts as missing between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Add, Change, Put
from firstbest.world.tables import Table

I64 = NDArray[np.int64]
NO_KEYS = np.zeros(0, np.int64)


class FoldError(AssertionError):
    """A change that the tables cannot take: the fold or the decision that led here is wrong."""


class Work(NamedTuple):
    """One tick's changes of one table, and the keys of the rows that must be known to take them."""

    table: Table
    changes: list[Change]
    read: I64


class Folded(NamedTuple):
    """Rows to be written, and keys of rows that end."""

    table: Table
    rows: NDArray[np.void]
    gone: I64


class Held(NamedTuple):
    """The rows that a tick's changes touch: by key, and which of them are there."""

    table: Table
    rows: NDArray[np.void]
    there: NDArray[np.bool_]


def works(changes: Sequence[Change]) -> list[Work]:
    """Changes by table, in the order in which tables first occur."""
    by_table: dict[str, list[Change]] = {}
    for change in changes:
        by_table.setdefault(change.table.name, []).append(change)
    return [Work(each[0].table, each, to_read(each)) for each in by_table.values()]


def to_read(changes: list[Change]) -> I64:
    """Keys of rows that are changed and not put before, each once, sorted."""
    keys = [change.keys for change in changes if not isinstance(change, Put)]
    if not keys:
        return NO_KEYS
    wanted: I64 = np.unique(np.concatenate(keys) if len(keys) > 1 else keys[0])
    first = changes[0]
    if isinstance(first, Put):
        wanted = np.setdiff1d(wanted, first.rows["key"], assume_unique=False)
    return wanted


def folded(work: Work, found: NDArray[np.void]) -> Folded:
    """Take the changes in order on the rows that were found; checks the bounds of what was added to."""
    table, changes = work.table, work.changes
    if len(changes) == 1 and isinstance(changes[0], Put):
        return only_put(table, changes[0].rows)
    every = [change.rows["key"] if isinstance(change, Put) else change.keys for change in changes]
    keys, inverse = np.unique(np.concatenate(every) if len(every) > 1 else every[0], return_inverse=True)
    held = Held(table, np.zeros(len(keys), table.dtype), np.full(len(keys), table.dense))
    held.rows["key"] = keys
    if len(found):
        places = np.searchsorted(keys, found["key"])
        held.rows[places] = found
        held.there[places] = True
    end, spots = 0, []
    for change, of_change in zip(changes, every, strict=True):
        slots = inverse[end : end + len(of_change)]
        end += len(of_change)
        spots.append(slots)
        take(held, change, slots)
    for change, slots in zip(changes, spots, strict=True):
        if isinstance(change, Add):
            check(held, change, slots)
    if held.there.all():
        return Folded(table, held.rows, NO_KEYS)
    return Folded(table, held.rows[held.there], keys[~held.there])


def only_put(table: Table, rows: NDArray[np.void]) -> Folded:
    """Rows that are put and nothing else: the last of each key."""
    keys = rows["key"]
    if len(keys) > 1 and not (keys[1:] > keys[:-1]).all():
        last = len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]
        rows = rows[last]
    return Folded(table, np.ascontiguousarray(rows), NO_KEYS)


def take(held: Held, change: Change, slots: I64) -> None:
    """One change; slots: the row of each of its keys."""
    if isinstance(change, Put):
        held.rows[slots] = change.rows
        held.there[slots] = True
        return
    there = held.there[slots]
    if not there.all():
        raise FoldError(
            f"table '{held.table.name}': {len(slots)} rows were to be changed, {np.count_nonzero(there)} were there"
        )
    if isinstance(change, Add):
        add(held, change, slots)
        return
    for name, values in change.columns.items():
        if name == "live":
            held.there[slots[values == 0]] = False
        else:
            held.rows[name][slots] = values


def add(held: Held, change: Add, slots: I64) -> None:
    """Amounts; a key may occur more than once."""
    for name, values in change.columns.items():
        column = held.rows[name]
        np.add.at(column, slots, values if column.dtype == values.dtype else values.astype(column.dtype))


def check(held: Held, change: Add, slots: I64) -> None:
    """No row that is there may hold less than nothing."""
    for name in held.table.at_least_zero:
        if name not in change.columns:
            continue
        values = np.where(held.there[slots], held.rows[name][slots], 0)
        if len(values) and values.min() < 0:
            key = held.rows["key"][slots[values.argmin()]]
            raise FoldError(f"state_{held.table.name}.{name} needs 0 or more, was {values.min()} at key {key}")
