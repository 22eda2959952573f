"""State in columns: every table as rows in memory, with an index where rows come and go.

Decisions read these columns, live and in the twin. The store knows tables, keys, `put`, `set`, `add` and `end`;
it knows no fact and no word of the trade.
"""

from __future__ import annotations

from collections.abc import Sequence

from firstbest.operate.ports import Add, ByKey, Change, Put, Range, Read, Rows, Set, Soonest, Staged, columns_of
from firstbest.store.columns_dense import Dense, all_found
from firstbest.store.columns_sparse import ROOM, Sparse
from firstbest.world.metrics import AFTERS, BINS, METRICS, Spread
from firstbest.world.network import Network
from firstbest.world.tables import TABLES
from firstbest.world.words import Process


class BoundBroken(AssertionError):  # noqa: N818 - it says what is broken
    """A column that may never fall below zero did: the fold or the decision that led here is wrong."""


class Columns:
    """All tables of a book, in memory."""

    def __init__(self, sizes: dict[str, int]) -> None:
        """Make empty tables; `sizes` gives the rows of each dense table by name, and the room others begin with."""
        self.tables: dict[str, Dense | Sparse] = {
            table.name: Dense(table, sizes[table.name])
            if table.dense
            else Sparse(table, max(sizes.get(table.name, 0), ROOM))
            for table in TABLES
        }

    def copied(self) -> Columns:
        """A fork: the same state, which goes its own way from here."""
        made = Columns.__new__(Columns)
        made.tables = {name: held.copied() for name, held in self.tables.items()}
        return made

    def __deepcopy__(self, memo: dict[int, object]) -> Columns:
        """A fork, where all that stands on the columns is copied with them."""
        return self.copied()

    def read(self, read: Read) -> Rows:
        """Answer one declared read with copies."""
        held = self.tables[read.table.name]
        if isinstance(read, ByKey):
            return held.read_keys(read.keys, read.only)
        if isinstance(read, Staged | Soonest):
            assert isinstance(held, Sparse), f"table '{read.table.name}' has no index"
            rows = held.staged(read) if isinstance(read, Staged) else held.soonest(read)
        elif isinstance(read, Range):
            rows = held.range_rows(read.low, read.high)
        else:
            rows = held.all_rows()
        return Rows(rows, all_found(len(rows)))

    def apply(self, changes: Sequence[Change]) -> None:
        """Take the changes of one tick in order, and check the bounds of what was added to.

        A row that is below a bound at the end was below it after the last amount that was added to it; so bounds are
        looked at again only where some sum fell below zero on the way.
        """
        below = 0
        for change in changes:
            held = self.tables[change.table.name]
            if isinstance(change, Add):
                below += held.add(change.rows)
            elif isinstance(change, Put):
                held.put(change.rows)
            elif isinstance(change, Set):
                held.set(change.rows)
            else:
                assert isinstance(held, Sparse), f"rows of table '{change.table.name}' do not end"
                held.end(change.rows)
        if below:
            self._check([change for change in changes if isinstance(change, Add)])

    def _check(self, added: Sequence[Add]) -> None:
        for change in added:
            keys = change.rows["key"].copy()
            there = self.read(ByKey(change.table, keys))
            for name in set(change.table.at_least_zero).intersection(columns_of(change)):
                values = there.rows[name]
                if len(values) and values.min() < 0:
                    key = keys[values.argmin()]
                    raise BoundBroken(f"{change.table.name}.{name} needs 0 or more, was {values.min()} at key {key}")


def keeps_pallets(network: Network) -> bool:
    """Whether the house keeps pallets."""
    return network.detail.levels is not None and network.detail.levels.pallet_units is not None


def room_for_orders(orders: int) -> dict[str, int]:
    """Room for a day that is expected to bring so many orders: what grows to that size is laid out many times.

    An eighth more than expected: chance, and orders of the day before that are still open. Rows nobody stands in take
    no memory; a table that has to grow stands twice while it is copied.
    """
    most, lines = orders + orders // 8, orders + orders // 2
    return {"order": max(most, ROOM), "line": max(lines, ROOM), "shipment": max(most, ROOM)}


def sizes(network: Network) -> dict[str, int]:
    """Rows of each dense table for a network."""
    nodes, items = len(network.nodes.kind), len(network.items.weight_g)
    days = network.calendar.midnight_us.shape[1]
    sellers = len(network.texts.sellers)
    # Nothing is laid out for what the house does not keep.
    kept = int(any(part is not None for part in network.detail))
    return {
        "stock": items * nodes,
        "slot": nodes * days,
        "load": nodes,
        "forecast": items * nodes,
        "roster": nodes * len(Process) * days * 2,
        "profile": nodes * days,
        "cube": days * nodes * sellers * METRICS,
        "intake": items * kept,
        "loose": items * nodes * kept,
        "pallet": items * nodes * keeps_pallets(network),
        "shelf": items * nodes * (network.detail.slotting is not None),
        "after": days * nodes * sellers * AFTERS * kept,
        "spread": len(Spread) * BINS,
        "flow": len(network.places.weight) * nodes,
        "hours": nodes * len(Process) * 2 * (days // 7 + 2),
        "featured": network.offers.products,
        "record": (int(network.calendar.month.max()) + 1) * sellers if network.offers.products else 0,
    }
