"""What the loop needs from outside: reads and changes as data, and the ports that serve them.

A step is a generator: it yields reads, is sent rows, and returns blocks of facts. A fold turns facts into
changes. A store answers reads and takes changes; it knows no fact by name.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.commands import Batch
from firstbest.world.facts import Block
from firstbest.world.tables import Table

I64 = NDArray[np.int64]


class ByKey(NamedTuple):
    """Rows of these keys, in their order; absent keys are answered with `found` False and zeros.

    `only` names the columns wanted of a dense table, of 64 bits each (all where empty): what a decision weighs at every
    node is little of many rows. There a key of -1 asks for nothing and is answered with zeros.
    """

    table: Table
    keys: I64
    only: tuple[str, ...] = ()


class Range(NamedTuple):
    """Rows with low <= key < high (a prefix is a range of packed keys), by key."""

    table: Table
    low: int
    high: int


class Staged(NamedTuple):
    """Rows whose index column has `value` and whose `column` is at most `until`: what is due, by key.

    `only` names the columns wanted (all where empty): what waits is looked at often, and seldom all of it. `among` =
    (a column of codes, whether rows of each code are wanted [C]): no others are answered.
    """

    table: Table
    value: int
    column: str
    until: int
    only: tuple[str, ...] = ()
    among: tuple[str, NDArray[np.bool_]] | None = None


class Soonest(NamedTuple):
    """Of each group the first rows of the table's queue, group by group, in the queue's order.

    `counts` [G]: how many rows are wanted of each of `groups` [G]; a group ends at its first row whose limit column is
    beyond `until`.
    """

    table: Table
    groups: I64
    counts: I64
    until: int


class All(NamedTuple):
    """Every row, by key; what is answered is good until the next change and is never written to."""

    table: Table


Read = ByKey | Range | Staged | Soonest | All


class Rows(NamedTuple):
    """An answer: rows [n] of the table's dtype, and which of them were found."""

    rows: NDArray[np.void]
    found: NDArray[np.bool_]


class Put(NamedTuple):
    """Whole rows, new or replaced."""

    table: Table
    rows: NDArray[np.void]


class Set(NamedTuple):
    """New values in some columns of rows that are there: a `part` of the table; the last row of a key holds."""

    table: Table
    rows: NDArray[np.void]

    @classmethod
    def of(cls, table: Table, keys: I64, columns: Columns) -> Set:
        """Of columns that were made one by one."""
        return cls(table, part_rows(table, keys, columns))


class Add(NamedTuple):
    """Amounts added to some columns of rows that are there: a `part` of the table; a key may occur more than once."""

    table: Table
    rows: NDArray[np.void]

    @classmethod
    def of(cls, table: Table, keys: I64, columns: Columns) -> Add:
        """Of columns that were made one by one."""
        return cls(table, part_rows(table, keys, columns))


class End(NamedTuple):
    """Rows that were there and are no more: a `part` of the table that is the key alone, each once."""

    table: Table
    rows: NDArray[np.void]

    @classmethod
    def of(cls, table: Table, keys: I64) -> End:
        """Of keys."""
        return cls(table, part_rows(table, keys, {}))


Columns = Mapping[str, NDArray[np.generic]]
Change = Put | Set | Add | End


@cache
def part(table: Table, *names: str) -> np.dtype[np.void]:
    """Rows that say of some columns of a table what is new: its key, then these, 64 bits each."""
    known = set(table.dtype.names or ()) - {"key", "live"}
    assert known.issuperset(names), f"table '{table.name}' has no column {sorted(set(names) - known)} to be changed"
    return np.dtype([("key", np.int64), *((name, np.int64) for name in names)])


def part_rows(table: Table, keys: I64, columns: Columns) -> NDArray[np.void]:
    """Rows of a part [n], of their keys and columns."""
    rows = np.empty(len(keys), part(table, *columns))
    rows["key"] = keys
    for name, values in columns.items():
        rows[name] = values
    return rows


def columns_of(change: Set | Add) -> tuple[str, ...]:
    """The columns that it is about."""
    names: tuple[str, ...] = (change.rows.dtype.names or ())[1:]
    return names


Step = Generator[Read, Rows, list[Block]]


class Tick(NamedTuple):
    """The envelope of one tick; outside the compared bytes."""

    tick: int
    kind: int  # 0: arrivals, else words.Timer
    due: int
    at: int
    first_number: int
    facts: int


class State(Protocol):
    """The columns that decisions read."""

    def read(self, read: Read) -> Rows:
        """Answer one declared read."""

    def apply(self, changes: Sequence[Change]) -> None:
        """Take the changes of one tick, then check the bounds."""


class Book(Protocol):
    """What is remembered."""

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Keep one tick: facts and the changes folded from them, together or not at all."""


class Counting(Protocol):
    """What counts facts behind their tick: no decision reads cubes, so those of a rehearsal may be late."""

    def take(self, blocks: Sequence[Block], ground: Ground) -> None:
        """The facts of a tick, and on what they were decided."""

    def settle(self) -> None:
        """Have everything counted."""


class Outside(Protocol):
    """The world beyond the door."""

    def until(self, instant: int) -> Batch:
        """What it asks and reports before the instant, in the order of arrival; the loop's own, which numbers it."""

    def accept(self, blocks: Sequence[Block], now: int) -> None:
        """What was decided: work, departures, orders to suppliers."""


class Clock(Protocol):
    """When it is."""

    def reach(self, instant: int) -> int:
        """Wait for the instant (or jump to it) and say when it is now."""
