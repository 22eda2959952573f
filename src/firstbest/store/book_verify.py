"""Do a book's tables come to what its facts say?

The chain (`SqlBook.verify`) says that no sealed byte was changed. The refold says that the folded tables, the postings
and the list of each order's ticks are what the facts come to under the network given: every tick is folded again from
nothing, in memory, and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground, ground_of
from firstbest.operate.folds import fold
from firstbest.operate.metrics import cubes
from firstbest.operate.ports import All
from firstbest.operate.postings import KEY, postings
from firstbest.store.book import SqlBook
from firstbest.store.book_live import BookError, BookReader
from firstbest.store.book_read import load_columns, postings_of
from firstbest.store.columns import Columns, sizes
from firstbest.world.facts import Block
from firstbest.world.network import Network
from firstbest.world.stock import POSTING
from firstbest.world.tables import TABLES, Table

Told = Callable[[int], None]
Later = Mapping[bytes, Network]


class NotComparable(BookError):  # noqa: N818 - it says what is
    """A tick was decided under a network that is not at hand; nothing explains the tables."""


def unlike_refold(book: SqlBook, network: Network, later: Later | None = None, told: Told | None = None) -> list[str]:
    """What is not as the facts say: names of folded tables, "posting", "order_tick". `told` hears each tick.

    `network`: the one with which the book began; `later`: those that were adopted since, by the digest in a tick's
    envelope. Raises `NotComparable` where a tick was decided under one that is not among them.
    """
    posted: list[NDArray[np.void]] = [np.zeros(0, POSTING)]
    orders: set[tuple[int, int]] = set()
    columns = Columns(sizes(network))
    for tick, blocks, ground in folding(book, (network, later or {}), columns):
        posted.append(postings(blocks, ground, columns))
        orders.update((order, tick) for order in orders_in(blocks))
        if told is not None:
            told(tick)
    kept = load_columns(book, sizes(network))
    wrong = [table.name for table in TABLES if all_bytes(columns, table) != all_bytes(kept, table)]
    wrong += ["posting"] if ordered(np.concatenate(posted)) != ordered(postings_of(book.engine)) else []
    return wrong + (["order_tick"] if set(book.orders()) != orders else [])


def refolded(book: BookReader, network: Network, later: Later | None = None, told: Told | None = None) -> Columns:
    """All facts of a book, folded anew from nothing; arguments and errors as those of `unlike_refold`."""
    columns = Columns(sizes(network))
    for tick, _, _ in folding(book, (network, later or {}), columns):
        if told is not None:
            told(tick)
    return columns


def folding(
    book: BookReader, networks: tuple[Network, Later], columns: Columns
) -> Iterator[tuple[int, list[Block], Ground]]:
    """Fold each tick of a book into columns, in order; answers its number, facts and ground once they are in."""
    network, later = networks
    ground, policy = ground_of(network), None
    for sealed in book.ticks():
        tick, blocks, envelope = sealed.tick.tick, list(sealed.blocks), sealed.beside_envelope
        if envelope is not None and envelope.policy != policy:
            if policy is not None or later:
                ground = adopted(envelope.policy, later, tick)
            policy = envelope.policy
        columns.apply([*fold(blocks, ground), *cubes(blocks, ground)])
        yield tick, blocks, ground


def adopted(policy: bytes, later: Later, tick: int) -> Ground:
    """The ground on which a tick was decided."""
    if policy not in later:
        raise NotComparable(f"tick {tick} was decided under a network that this book does not keep")
    return ground_of(later[policy])


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
