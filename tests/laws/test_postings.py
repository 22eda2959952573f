"""Postings are double entry, come to the stock columns after every history, and no bucket holds less than nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide.ground import ground_of
from firstbest.operate.ports import All, Change, Tick
from firstbest.operate.postings import postings
from firstbest.store.beside import NO_DIGEST, Beside
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from firstbest.store.columns import Columns
from firstbest.world import stock as s
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.network import Network
from firstbest.world.stock import POSTING, Bucket
from tests.laws.history import History, Run, run
from tests.laws.worlds import World, histories, made, worlds

NEVER_BELOW = tuple(bucket for bucket in Bucket if bucket < s.SEEN and bucket is not Bucket.FULFILLABLE)
"""A count may find fewer than are promised, so what is free may be less than nothing."""


class Posted:
    """A book that posts each tick, and passes it on where there is another."""

    def __init__(self, network: Network, onward: object = None) -> None:
        self.ground = ground_of(network)
        self.parts: list[np.ndarray] = []
        self.onward = onward
        self.state: Columns | None = None

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        if self.state is None:
            self.state = Columns({table.name: 1 for table in t.TABLES})
        self.state.apply([change for change in changes if change.table in (t.CARGO_T, t.RETURN_T)])
        self.parts.append(postings(blocks, self.ground, self.state))
        if self.onward is not None:
            beside = Beside(None, tick.at, NO_DIGEST, NO_DIGEST, postings=self.parts[-1])
            self.onward.seal(tick, blocks, changes, beside)  # type: ignore[attr-defined]

    def rows(self) -> np.ndarray:
        return np.concatenate(self.parts) if self.parts else np.zeros(0, POSTING)


def sums(rows: np.ndarray, size: int, nodes: int, buckets: Sequence[Bucket]) -> np.ndarray:
    """Units by stock key of some buckets together."""
    mine = rows[np.isin(rows["bucket"], buckets)]
    total = np.zeros(size, np.int64)
    np.add.at(total, mine["item"] * nodes + mine["node"], mine["quantity"])
    return total


def unlike(history: History, rows: np.ndarray) -> list[str]:
    """Columns of the stock that the postings do not come to."""
    stock = history.state.read(All(t.STOCK_T)).rows
    nodes = len(history.network.nodes.kind)
    columns = {"on_hand": s.ON_HAND, "reserved": s.RESERVED, "inbound": s.INBOUND, "suspect": (Bucket.RESEARCHING,)}
    return [
        name
        for name, buckets in columns.items()
        if not np.array_equal(sums(rows, len(stock), nodes, buckets), stock[name])
    ]


def unbalanced(rows: np.ndarray) -> list[tuple[int, ...]]:
    """(item, number) whose postings do not sum to nothing."""
    total: Counter[tuple[int, ...]] = Counter()
    for item, number, quantity in rows[["item", "number", "quantity"]].tolist():
        total[item, number] += quantity
    return [key for key, quantity in total.items() if quantity]


def overdrawn(rows: np.ndarray) -> set[str]:
    """Buckets that held less than nothing after some number."""
    found = set()
    for bucket in NEVER_BELOW:
        mine = rows[rows["bucket"] == bucket]
        mine = mine[np.lexsort((mine["number"], mine["node"], mine["item"]))]
        account = mine["item"] * 1_000 + mine["node"]
        running = np.cumsum(mine["quantity"])
        starts = np.flatnonzero(np.diff(account, prepend=-1))
        before = np.repeat(running[starts] - mine["quantity"][starts], np.diff([*starts, len(mine)]))
        # Entries of one number are one movement: only its end counts.
        ends = np.ones(len(mine), np.bool_)
        ends[:-1] = (account[1:] != account[:-1]) | (mine["number"][1:] != mine["number"][:-1])
        if (ends & (running - before < 0)).any():
            found.add(bucket.name)
    return found


def test_postings_come_to_the_stock_columns_after_every_history() -> None:
    moved: Counter[int] = Counter()

    @histories(12)
    @given(world=worlds, cuts=st.sampled_from([(200_000,), (1, 5, 40), (3,)]), instants=st.integers(40, 400))
    def holds(world: World, cuts: tuple[int, ...], instants: int) -> None:
        book = Posted(made(world)[0])
        history = run(made(world), world.seed, Run(cuts, book, world.seed * world.meddle, instants=instants))
        rows = book.rows()

        assert unlike(history, rows) == []
        assert unbalanced(rows) == []
        assert overdrawn(rows) == set()
        assert len(np.unique(rows[["item", "node", "number", "ordinal", "bucket"]])) == len(rows)
        moved.update(rows["bucket"].tolist())

    holds()

    silent = {Bucket.RESERVED_TRANSFER, Bucket.UNFULFILLABLE_HOUSE}
    assert {bucket for bucket in Bucket if moved[bucket] < 5} == silent, "those no fact feeds yet, and no other"


def test_the_book_tells_each_bucket_as_of_any_tick() -> None:
    world = World(days=7, orders_day=25)
    with open_book(":memory:", Settings(full_sync=False)) as book:
        posted = Posted(made(world)[0], book)
        history = run(made(world), 1, Run(onward=posted))
        nodes = len(history.network.nodes.kind)
        rows = posted.rows()
        every = np.unique(rows["item"] * nodes + rows["node"])
        accounts, size = every[::7], int(every.max()) + 1
        items, places = accounts // nodes, accounts % nodes
        for tick in history.book.ticks[:: len(history.book.ticks) // 5]:
            before = rows[rows["number"] < tick.first_number + tick.facts]
            expected = np.stack([sums(before, size, nodes, [b])[accounts] for b in Bucket], axis=1)

            assert np.array_equal(book.postings_as_of(items, places, tick=tick.tick), expected)
        assert unlike(history, rows) == []
