"""Changes as SQL: one table for each declared table, with an integer key and its columns.

A dense table keeps only rows that were touched; one that is missing is all zeros. Unsigned columns are kept as
the signed number of the same 64 bits. Changes are taken in their order; bounds are checked once all of a tick's
changes are in, so an amount that is freed and taken in one tick never counts as missing between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache

import apsw
import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Add, Change, Put, Set
from firstbest.store.book_queries import query
from firstbest.world.tables import TABLES, Table

I64 = NDArray[np.int64]


class FoldError(AssertionError):
    """A change that the tables cannot take: the fold or the decision that led here is wrong."""


def names_of(table: Table) -> tuple[str, ...]:
    """The table's columns, the key first."""
    names = table.dtype.names
    assert names is not None, f"table '{table.name}' needs named columns"
    return names


def sql_name(table: Table) -> str:
    """The name of the SQL table: that of the table with `state_` before it."""
    return f"state_{table.name}"


def make_tables(connection: apsw.Connection) -> None:
    """Make the folded tables that are not there, and the columns that are new."""
    for table in TABLES:
        there = [name for (name,) in connection.execute(query("table_columns"), (sql_name(table),))]
        wanted = names_of(table)[1:]
        if not there:
            columns = ", ".join(f'"{name}" INTEGER NOT NULL DEFAULT 0' for name in wanted)
            connection.execute(query("table_make").format(table=sql_name(table), columns=columns))
        for name in wanted if there else ():
            if name not in there:
                connection.execute(query("table_widen").format(table=sql_name(table), column=f'"{name}"'))


def signed(values: NDArray[np.generic]) -> list[int]:
    """Integers as SQLite holds them: 64 bits, signed."""
    narrow = values.view(np.int64) if values.dtype == np.uint64 else values
    listed: list[int] = narrow.tolist()
    return listed


def write_changes(connection: apsw.Connection, changes: Sequence[Change]) -> None:
    """Take the changes of one tick in order, then check the bounds of what was added to."""
    added: dict[tuple[str, str], set[int]] = {}
    for change in changes:
        if isinstance(change, Put):
            put(connection, change)
        elif isinstance(change, Set):
            set_columns(connection, change)
        else:
            keys = add(connection, change)
            for name in set(change.table.at_least_zero) & set(change.columns):
                added.setdefault((sql_name(change.table), name), set()).update(keys)
    for (table, column), touched in sorted(added.items()):
        check(connection, table, column, touched)


def put(connection: apsw.Connection, change: Put) -> None:
    """Whole rows, new or replaced."""
    names = names_of(change.table)
    rows = zip(*(signed(change.rows[name]) for name in names), strict=True)
    connection.executemany(put_text(change.table), rows)


def set_columns(connection: apsw.Connection, change: Set) -> None:
    """New values in some columns; rows whose `live` becomes 0 are taken out."""
    names = tuple(name for name in change.columns if name != "live")
    keys = signed(change.keys)
    if names:
        columns = [signed(change.columns[name]) for name in names]
        values = zip(keys, *columns, strict=True) if change.table.dense else zip(*columns, keys, strict=True)
        touch(connection, set_text(change.table, names), list(values), change.table)
    if "live" in change.columns:
        gone = change.keys[change.columns["live"] == 0]
        text = query("rows_end").format(table=sql_name(change.table))
        touch(connection, text, [(key,) for key in signed(gone)], change.table)


def add(connection: apsw.Connection, change: Add) -> list[int]:
    """Amounts, summed by key first; answers the keys."""
    keys, place = np.unique(change.keys, return_inverse=True)
    names = tuple(change.columns)
    sums = []
    for name in names:
        total = np.zeros(len(keys), np.int64)
        np.add.at(total, place, change.columns[name])
        sums.append(signed(total))
    listed = signed(keys)
    values = zip(listed, *sums, strict=True) if change.table.dense else zip(*sums, listed, strict=True)
    touch(connection, add_text(change.table, names), list(values), change.table)
    return listed


def touch(connection: apsw.Connection, text: str, values: Sequence[tuple[int, ...]], table: Table) -> None:
    """Run a statement for each row of values; each must find exactly one row."""
    before = connection.total_changes()
    connection.executemany(text, values)
    found = connection.total_changes() - before
    if found != len(values):
        raise FoldError(f"table '{table.name}': {len(values)} rows were to be changed, {found} were there")


def check(connection: apsw.Connection, table: str, column: str, touched: Iterable[int]) -> None:
    """No touched row may hold less than nothing."""
    text = query("rows_below").format(table=table, column=column)
    below = connection.execute(text, (json.dumps(sorted(touched)),)).fetchone()
    if below:
        raise FoldError(f"{table}.{column} needs 0 or more, was {below[1]} at key {below[0]}")


@cache
def put_text(table: Table) -> str:
    """SQL that puts whole rows."""
    names = names_of(table)
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return query("rows_put").format(table=sql_name(table), columns=columns, marks=marks)


@cache
def set_text(table: Table, names: tuple[str, ...]) -> str:
    """SQL that sets the named columns."""
    if not table.dense:
        assignments = ", ".join(f'"{name}" = ?' for name in names)
        return query("rows_set").format(table=sql_name(table), assignments=assignments)
    return dense_text(table, names, ", ".join(f'"{name}" = excluded."{name}"' for name in names))


@cache
def add_text(table: Table, names: tuple[str, ...]) -> str:
    """SQL that adds to the named columns."""
    if not table.dense:
        assignments = ", ".join(f'"{name}" = "{name}" + ?' for name in names)
        return query("rows_set").format(table=sql_name(table), assignments=assignments)
    return dense_text(table, names, ", ".join(f'"{name}" = "{name}" + excluded."{name}"' for name in names))


def dense_text(table: Table, names: tuple[str, ...], assignments: str) -> str:
    """SQL that changes columns of rows that may not be there yet."""
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return query("rows_set_dense").format(table=sql_name(table), columns=columns, marks=marks, assignments=assignments)
