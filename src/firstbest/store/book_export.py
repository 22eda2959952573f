"""What a tenant owns, or the whole book, as files that other programs read: Parquet, NDJSON, and a SQLite file.

Of a tenant: the facts about its orders and items, the ledger of its stock, and its rows of the side tables. Of all:
that for every tenant, and the book itself as `book.sqlite`, from which it can be made again in either database.
Secrets (of keys and webhooks) leave the house by no export of a tenant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import msgspec
import numpy as np
from numpy.typing import NDArray

from firstbest.store.beside import Row, Side
from firstbest.store.book import SqlBook
from firstbest.store.book_live import BookError
from firstbest.store.book_move import Moved
from firstbest.store.book_open import open_book
from firstbest.store.book_read import postings_of
from firstbest.store.sides import SIDES
from firstbest.store.sink_writer import write_rows
from firstbest.world import facts as f
from firstbest.world.facts import FACTS
from firstbest.world.network import Texts

I64 = NDArray[np.int64]
BOOK: Final = "book.sqlite"
WITHHELD: Final = ("secret", "secret_old", "hash")
ROWS_AT_ONCE: Final = 5_000


class Exported(NamedTuple):
    """How many rows of each kind were written."""

    facts: dict[str, int]
    postings: int
    records: dict[str, int]


class Owned(NamedTuple):
    """What makes a fact a tenant's: its code, its orders and its items, sorted."""

    tenant: int
    orders: I64
    items: I64


def export(book: SqlBook, folder: Path, tenant: int | None, texts: Texts) -> Exported:
    """Write what a tenant owns, or (None) everything; the folder must be new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise BookError(f"'{folder}' needs to be a new or empty folder, has files")
    (folder / "facts").mkdir(parents=True, exist_ok=True)
    (folder / "records").mkdir()
    with book.snapshot():
        ledger = postings_of(book.engine)
        owned = owned_by(book, tenant, ledger) if tenant is not None else None
        mine = ledger if owned is None else ledger[ledger["tenant"] == owned.tenant]
        with duckdb.connect(config={"threads": 1}) as engine:
            write_rows(engine, mine, folder / "ledger.parquet")
            facts = dict(write_facts(engine, book, owned, folder / "facts"))
        records = {side.name: write_side(book, side, tenant, folder / "records") for side in SIDES}
        end = {"tick": book.last.tick if book.last else None, "chain": book.chain.hex()}
    if tenant is None:
        book.backup(folder / BOOK)
    done = Exported(facts, len(mine), records)
    codes = texts._asdict() if owned is None else own_codes(texts, owned)
    (folder / "codes.json").write_text(json.dumps(codes, indent=1))
    (folder / "about.json").write_text(json.dumps({"tenant": tenant, "end": end, "rows": done._asdict()}, indent=1))
    return done


def owned_by(book: SqlBook, tenant: int, ledger: NDArray[np.void]) -> Owned:
    """A tenant's orders and the items that it ever had."""
    orders = book.facts_of(f.ORDERED)
    items = np.unique(ledger["item"][ledger["tenant"] == tenant])
    return Owned(tenant, np.unique(orders["order"][orders["seller"] == tenant]), items)


def own_codes(texts: Texts, owned: Owned) -> dict[str, Any]:
    """What the codes in a tenant's facts stand for; of items only its own."""
    codes = texts._asdict()
    codes["items"] = {int(item): texts.items[item] for item in owned.items}
    codes["sellers"] = {owned.tenant: texts.sellers[owned.tenant]}
    return codes


def write_facts(
    engine: duckdb.DuckDBPyConnection, book: SqlBook, owned: Owned | None, folder: Path
) -> Iterator[tuple[str, int]]:
    """A file for each type of fact that has rows."""
    for fact in FACTS:
        rows = book.facts_of(fact)
        rows = rows if owned is None else rows[is_owned(rows, owned)]
        if len(rows):
            write_rows(engine, rows, folder / f"{fact.name}.parquet")
            yield fact.name, len(rows)


def is_owned(rows: NDArray[np.void], owned: Owned) -> NDArray[np.bool_]:
    """Which facts are a tenant's: by seller, else by item, else by order; others are the house's."""
    names = rows.dtype.names or ()
    if "seller" in names:
        by_seller: NDArray[np.bool_] = rows["seller"] == owned.tenant
        return by_seller
    if "item" in names:
        return np.isin(rows["item"], owned.items)
    if "order" in names:
        return np.isin(rows["order"], owned.orders)
    return np.zeros(len(rows), np.bool_)


def write_side(book: SqlBook, side: Side, tenant: int | None, folder: Path) -> int:
    """Rows of a side table, an object a line; bytes as hexadecimal digits."""
    count = 0
    with (folder / f"{side.name}.ndjson").open("wb") as file:
        for row in side_rows(book, side, tenant):
            file.write(msgspec.json.encode(told(side, row)) + b"\n")
            count += 1
    return count


def side_rows(book: SqlBook, side: Side, tenant: int | None) -> Iterator[Row]:
    """Rows of a side table by key."""
    equals: dict[str, Any] = {} if tenant is None else {"tenant": tenant}
    spots = [side.names.index(name) for name in side.key]
    after = None
    while rows := book.side_where(side, ROWS_AT_ONCE, after, **equals):
        yield from rows
        after = tuple(rows[-1][spot] for spot in spots)


def told(side: Side, row: Row) -> dict[str, Any]:
    """A row by column, without secrets."""
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in zip(side.names, row, strict=True)
        if name not in WITHHELD
    }


def import_book(folder: Path, target: SqlBook) -> Moved:
    """Make a book again from an export of everything."""
    path = folder / BOOK
    if not path.is_file():
        raise BookError(
            f"'{folder}' needs '{BOOK}' to be put back as a book; an export of one tenant is for people and programs"
        )
    with open_book(path) as source:
        return target.copy_from(source)
