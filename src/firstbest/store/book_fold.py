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

from firstbest.operate.ports import Add, Change, End, Put, columns_of
from firstbest.world.tables import Table

I64 = NDArray[np.int64]
NO_KEYS = np.zeros(0, np.int64)


class FoldError(AssertionError):
    """A change that the tables cannot take: the fold or the decision that led here is wrong."""


class Work(NamedTuple):
    """One tick's changes of one table: whose rows they touch, and which of them must be known to take them."""

    table: Table
    changes: list[Change]
    keys: I64  # [k] each once, sorted
    slots: list[I64]  # by change: the place in `keys` of each of its keys
    read: I64  # keys of rows that are changed and not put before, sorted


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
    return [work_of(each) for each in by_table.values()]


def work_of(changes: list[Change]) -> Work:
    """Changes of one table, and the rows that they touch."""
    every = [change.rows["key"] for change in changes]
    keys, inverse = uniques(np.concatenate(every) if len(every) > 1 else every[0])
    end, slots = 0, []
    for of_change in every:
        slots.append(inverse[end : end + len(of_change)])
        end += len(of_change)
    if not isinstance(changes[0], Put):
        return Work(changes[0].table, changes, keys, slots, keys)
    if len(changes) == 1:
        return Work(changes[0].table, changes, keys, slots, NO_KEYS)
    known = np.zeros(len(keys), np.bool_)
    known[slots[0]] = True
    return Work(changes[0].table, changes, keys, slots, keys[~known])


def uniques(keys: I64) -> tuple[I64, I64]:
    """Each key once, sorted, and the place of each given key there; numpy.unique does more, and takes twice as long."""
    if len(keys) < 2 or (keys[1:] > keys[:-1]).all():  # noqa: PLR2004 - one is sorted
        return keys, np.arange(len(keys))
    order = keys.argsort(kind="stable")
    ordered = keys[order]
    new = np.empty(len(keys), np.bool_)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    inverse = np.empty(len(keys), np.int64)
    inverse[order] = new.cumsum() - 1
    return ordered[new], inverse


def folded(work: Work, found: NDArray[np.void]) -> Folded:
    """Take the changes in order on the rows that were found; checks the bounds of what was added to."""
    table = work.table
    held = Held(table, np.zeros(len(work.keys), table.dtype), np.full(len(work.keys), table.dense))
    held.rows["key"] = work.keys
    if len(found):
        places = work.keys.searchsorted(found["key"])
        held.rows[places] = found
        held.there[places] = True
    for change, slots in zip(work.changes, work.slots, strict=True):
        take(held, change, slots)
    for change, slots in zip(work.changes, work.slots, strict=True):
        if isinstance(change, Add):
            check(held, change, slots)
    if held.there.all():
        return Folded(table, held.rows, NO_KEYS)
    return Folded(table, held.rows[held.there], work.keys[~held.there])


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
    if isinstance(change, End):
        held.there[slots] = False
    elif isinstance(change, Add):
        add(held, change, slots)
    else:
        for name in columns_of(change):
            held.rows[name][slots] = change.rows[name]


def add(held: Held, change: Add, slots: I64) -> None:
    """Amounts; a key may occur more than once."""
    for name in columns_of(change):
        column = held.rows[name]
        np.add.at(column, slots, change.rows[name].astype(column.dtype))


def check(held: Held, change: Add, slots: I64) -> None:
    """No row that is there may hold less than nothing."""
    for name in held.table.at_least_zero:
        if name not in columns_of(change):
            continue
        values = np.where(held.there[slots], held.rows[name][slots], 0)
        if len(values) and values.min() < 0:
            key = held.rows["key"][slots[values.argmin()]]
            raise FoldError(f"state_{held.table.name}.{name} needs 0 or more, was {values.min()} at key {key}")
