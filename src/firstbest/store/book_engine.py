"""What the book asks of a database, and the SQL that is made from declarations.

The book says what is kept and when; an engine says how its database is spoken to. Rows of folded tables travel as
packed bytes, rows of relations (blocks, postings, side tables) as Python values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firstbest.store.beside import Side
from firstbest.store.book_live import Writer
from firstbest.store.book_queries import query
from firstbest.world.tables import Table

I64 = NDArray[np.int64]
Values = Sequence[Any]
Found = list[tuple[Any, ...]]
SQLITE, POSTGRES = "sqlite", "postgres"
TYPES = {
    SQLITE: {"int": "INTEGER", "text": "TEXT", "bytes": "BLOB", "json": "TEXT"},
    POSTGRES: {"int": "bigint", "text": 'text COLLATE "C"', "bytes": "bytea", "json": "json"},
}
"""SQL types of declared columns."""
ARRAYS = {"int": "bigint", "bytes": "bytea", "text": "text", "json": "text"}
"""Types of the elements in which PostgreSQL is given a list of their values."""


class Question(NamedTuple):
    """A query and its values."""

    text: str
    values: Values = ()


class Relation(NamedTuple):
    """A table of Python values: its columns with their kinds, and those that name a row."""

    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(name for name, _ in self.columns)


class Engine(Protocol):
    """A connection to a database, as the book uses it."""

    dialect: str
    where: str
    tenant: int | None  # only this tenant's side rows and postings can be seen

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, with the writer's lock from the first statement on."""

    def making(self) -> AbstractContextManager[None]:
        """All or nothing, in which tables and views may be made, changed and dropped."""

    def snapshot(self) -> AbstractContextManager[None]:
        """All reads inside see one state."""

    def ask(self, text: str, values: Values = ()) -> Found:
        """All rows that a query answers."""

    def ask_all(self, questions: Sequence[Question]) -> list[Found]:
        """All rows of several queries, asked in one go."""

    def stream(self, text: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, a few at a time."""

    def tell(self, text: str, values: Values = ()) -> None:
        """Run a statement, or a script of several without values."""

    def keys(self, keys: I64) -> object:
        """Many keys as one value of a query."""

    def pairs(self, left: I64, right: I64) -> Values:
        """Many pairs of numbers as the values of a query."""

    def find(self, relation: Relation, keys: Sequence[tuple[Any, ...]], own: tuple[int, ...] = ()) -> Found:
        """Rows of a relation by their keys; `own`: only those of this tenant."""

    def insert(self, relation: Relation, rows: Sequence[tuple[Any, ...]]) -> None:
        """New rows; a key that is there is an error."""

    def put(self, relation: Relation, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows, new or in place of those with their key; no key twice."""

    def end(self, relation: Relation, keys: Sequence[tuple[Any, ...]]) -> None:
        """Take out the rows of these keys that are there."""

    def put_packed(self, table: Table, rows: NDArray[np.void]) -> None:
        """Rows of a folded table, new or in place of those with their key; no key twice."""

    def end_packed(self, table: Table, keys: I64) -> None:
        """Take out the rows of these keys that are there."""

    def all_packed(self, table: Table) -> NDArray[np.uint8]:
        """All rows of a folded table one after the other, by key, as bytes that may be written to."""

    def hold(self, holder: str, address: str) -> bool:
        """Take the lock that only a living writer holds; False where another has it."""

    def held_by(self) -> Writer | None:
        """Who holds the lock."""

    def renew(self, epoch: int) -> None:
        """Leave a sign of life, as the claim of this number."""

    def let_go(self) -> None:
        """Give the lock back."""

    def reader(self, tenant: int | None) -> Engine:
        """A connection of its own that cannot write."""

    def reopen(self) -> None:
        """Connect anew."""

    def close(self) -> None:
        """Let go of the database."""


def quoted(names: Sequence[str]) -> str:
    """Names as SQL has them."""
    return ", ".join(f'"{name}"' for name in names)


def relation_of(side: Side) -> Relation:
    """The table of a side: its name with `side_` before it."""
    return Relation(f"side_{side.name}", side.columns, side.key, side.indexes)


def packed_name(table: Table) -> str:
    """The table of packed rows of a folded table; the view beside it is called `state_<name>`."""
    return f"rows_{table.name}"


@cache
def of_table(name: str, dialect: str, table: str) -> str:
    """A query on the packed rows of a folded table."""
    return query(name, dialect).format(table=f"rows_{table}")


def split(rows: NDArray[np.void]) -> list[bytes]:
    """Packed rows, each as bytes."""
    listed: list[bytes] = rows.view(f"V{rows.dtype.itemsize}").tolist()
    return listed


@cache
def written(dialect: str, how: str, relation: Relation) -> str:
    """SQL that writes rows of a relation: `insert`, or `put` in place of those that are there."""
    names, kinds = relation.names, [kind for _, kind in relation.columns]
    rest = [name for name in names if name not in relation.key]
    assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    clash = f"({quoted(relation.key)}) DO " + (f"UPDATE SET {assignments}" if rest else "NOTHING")
    return query(f"relation_{how}", dialect).format(
        table=relation.table,
        columns=quoted(names),
        marks=", ".join("?" * len(names)),
        arrays=", ".join(f"?::{ARRAYS[kind]}[]" for kind in kinds),
        values=", ".join(f'"{name}"::json' if kind == "json" else f'"{name}"' for name, kind in relation.columns),
        key=quoted(relation.key),
        clash=clash,
    )


@cache
def sought(dialect: str, relation: Relation, *, own: bool) -> str:
    """SQL that finds rows of a relation by key; `own`: a tenant's only."""
    kinds = dict(relation.columns)
    if dialect == SQLITE:
        found, match = "", [f'"{name}" = ?' for name in relation.key]
    else:
        found, match = "found.", [f'"{name}" = wanted."wanted_{name}"' for name in relation.key]
    return query("side_get", dialect).format(
        table=relation.table,
        columns=", ".join(f'{found}"{name}"' for name in relation.names),
        arrays=", ".join(f"?::{ARRAYS[kinds[name]]}[]" for name in relation.key),
        wanted=quoted([f"wanted_{name}" for name in relation.key]),
        match=" AND ".join([*match, '"tenant" = ?'] if own else match),
        key=", ".join(f'{found}"{name}"' for name in relation.key),
    )


@cache
def ended(dialect: str, relation: Relation) -> str:
    """SQL that takes out rows of a relation by key."""
    kinds = dict(relation.columns)
    return query("relation_end", dialect).format(
        table=relation.table,
        key=quoted(relation.key),
        match=" AND ".join(f'"{name}" = ?' for name in relation.key),
        arrays=", ".join(f"?::{ARRAYS[kinds[name]]}[]" for name in relation.key),
        both=" AND ".join(f'{relation.table}."{name}" = gone."{name}"' for name in relation.key),
    )
