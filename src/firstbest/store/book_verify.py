"""Do a book's tables come to what its facts say?

The chain (`SqlBook.verify`) says that no sealed byte was changed. The refold says that the folded tables, the postings
and the list of each order's ticks are what the facts come to under the network given: every tick is folded again from
nothing, in memory, and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import ground_of
from firstbest.operate.folds import fold
from firstbest.operate.metrics import cubes
from firstbest.operate.ports import All
from firstbest.operate.postings import KEY, postings
from firstbest.store.book import SqlBook
from firstbest.store.book_live import BookError
from firstbest.store.book_read import load_columns, postings_of
from firstbest.store.columns import Columns, sizes
from firstbest.world.facts import Block
from firstbest.world.network import Network
from firstbest.world.stock import POSTING
from firstbest.world.tables import TABLES, Table

Told = Callable[[int], None]


class NotComparable(BookError):  # noqa: N818 - it says what is
    """Ticks were decided under more than one network; no one of them explains the tables."""


def unlike_refold(book: SqlBook, network: Network, told: Told | None = None) -> list[str]:
    """What is not as the facts say: names of folded tables, "posting", "order_tick". `told` hears each tick."""
    ground, columns = ground_of(network), Columns(sizes(network))
    posted: list[NDArray[np.void]] = [np.zeros(0, POSTING)]
    orders: set[tuple[int, int]] = set()
    policies: set[bytes] = set()
    for sealed in book.ticks():
        tick, blocks = sealed.tick.tick, list(sealed.blocks)
        policies |= {sealed.beside_envelope.policy} if sealed.beside_envelope else set()
        if len(policies) > 1:
            raise NotComparable(f"tick {tick} was decided under another network than the ticks before it")
        columns.apply([*fold(blocks, ground), *cubes(blocks, ground)])
        posted.append(postings(blocks, ground, columns))
        orders.update((order, tick) for order in orders_in(blocks))
        if told is not None:
            told(tick)
    kept = load_columns(book, sizes(network))
    wrong = [table.name for table in TABLES if all_bytes(columns, table) != all_bytes(kept, table)]
    wrong += ["posting"] if ordered(np.concatenate(posted)) != ordered(postings_of(book.engine)) else []
    return wrong + (["order_tick"] if set(book.orders()) != orders else [])


def all_bytes(columns: Columns, table: Table) -> bytes:
    """All rows of a table, by key, as bytes."""
    return columns.read(All(table)).rows.tobytes()


def orders_in(blocks: Sequence[Block]) -> list[int]:
    """Codes of the orders that facts are about."""
    named = [block.rows["order"] for block in blocks if "order" in (block.rows.dtype.names or ())]
    listed: list[int] = np.unique(np.concatenate(named)).tolist() if named else []
    return listed


def ordered(rows: NDArray[np.void]) -> bytes:
    """Postings as bytes, by key."""
    return rows[np.lexsort([rows[name] for name in reversed(KEY)])].tobytes()
