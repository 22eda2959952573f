"""A whole book from one database into another, as it is: every byte that is under the seal, and all that stands beside.

The other book must be new. All is copied in one transaction, from a state of one instant, and the chain of the copy is
computed anew before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from firstbest.store.book_engine import Engine, Relation, quoted, relation_of
from firstbest.store.book_live import BookError
from firstbest.store.book_queries import query
from firstbest.store.book_read import rows_of, verify
from firstbest.store.book_tables import ADMITTED, BLOCK, ORDER_TICK, POSTING
from firstbest.store.sides import SIDES
from firstbest.world.tables import TABLES, Table

LAYOUT: Final = Relation("layout", (("digest", "bytes"), ("columns", "text")), ("digest",))
TICK: Final = Relation(
    "tick",
    (
        ("tick", "int"), ("kind", "int"), ("due", "int"), ("at", "int"), ("first_number", "int"), ("numbers", "int"),
        ("layout", "bytes"), ("chain", "bytes"), ("actual_us", "int"), ("code", "bytes"), ("policy", "bytes"),
    ),
    ("tick",),
)  # fmt: skip
SEALED: Final = (LAYOUT, TICK, BLOCK, ADMITTED, ORDER_TICK, POSTING)
LARGE: Final = (BLOCK, ADMITTED)
ROWS_AT_ONCE, LARGE_AT_ONCE = 5_000, 100


class Moved(NamedTuple):
    """How much was copied: ticks, and rows by table."""

    ticks: int
    rows: dict[str, int]


def move(source: Engine, target: Engine) -> Moved:
    """Copy a book into a new one; raises `BookError` where that is not new, `ChainError` where the chain is broken."""
    if target.ask(query("last_tick")):
        raise BookError(f"'{target.where}' needs to be a new book, has ticks already")
    counts: dict[str, int] = {}
    with source.snapshot():
        if source.ask(query("shapes")) != target.ask(query("shapes")):
            raise BookError(f"'{source.where}' was written by another version; open it once to write with this one")
        with target.transaction():
            for relation in (*SEALED, *(relation_of(side) for side in SIDES)):
                counts[relation.table] = copied(source, target, relation)
            for table in TABLES:
                counts[f"rows_{table.name}"] = copied_rows(source, target, table)
        return Moved(agreed(source, target), counts)


def copied_rows(source: Engine, target: Engine, table: Table) -> int:
    """All rows of a folded table; answers how many."""
    rows = rows_of(source, table)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        target.put_packed(table, rows[start : start + ROWS_AT_ONCE])
    return len(rows)


def copied(source: Engine, target: Engine, relation: Relation) -> int:
    """All rows of a relation; answers how many."""
    text = query("relation_read").format(columns=quoted(relation.names), table=relation.table, key=quoted(relation.key))
    count = 0
    for rows in pieces(source.stream(text), LARGE_AT_ONCE if relation in LARGE else ROWS_AT_ONCE):
        target.put(relation, rows)
        count += len(rows)
    return count


def pieces(rows: Iterator[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in lists of at most so many."""
    while piece := list(islice(rows, size)):
        yield piece


def agreed(source: Engine, target: Engine) -> int:
    """The copy's chain holds and ends as the source's; answers its ticks."""
    held = verify(target)
    ends = [engine.ask(query("last_tick")) for engine in (source, target)]
    if ends[0] != ends[1]:
        raise BookError(f"'{target.where}' does not end as '{source.where}' does")
    return held
