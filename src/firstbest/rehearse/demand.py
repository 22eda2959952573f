"""Demand: the orders that customers place, day by day.

Of a day's orders, their instants alone are drawn when the day begins, and the rest of each when it is soon to be given
(`demand_draws`): what is drawn hangs on the order and not on when it is drawn. Orders of a local day lie between the
first and the last midnight of the time zones, so few days are in hand at once. A log of orders is replayed instead
where there is one. Where customers answer what they saw, `demand_answers` says which of a day's orders come; such a day
is drawn whole.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.operate.rows import stacked
from firstbest.rehearse import purposes
from firstbest.rehearse.demand_answers import OFF, Memory
from firstbest.rehearse.demand_draws import ORDER_BITS, Waiting, draw_moments, draw_orders, orders_of_day, shop_of
from firstbest.rehearse.demand_members import Joiners
from firstbest.rehearse.demand_offers import Shelf
from firstbest.world.commands import COMMAND, LINE, Batch, empty, laid
from firstbest.world.nature import Log, Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US
from firstbest.world.words import Kind

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Rows = NDArray[np.void]

TIES_MOST: Final = 64
"""Orders of one instant that are put in their places one by one; a log that knows only days has more."""
PIECE: Final = 8_192
"""Orders whose rows are drawn together, at least: few enough to be at hand still when they are read."""


NOTHING: Final = empty()
NOBODY: Final = Waiting(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))


class Demand:
    """The stream of orders; `before` gives the next ones."""

    def __init__(self, network: Network, nature: Nature, seed: int) -> None:
        self._nature = nature.demand
        self._shop = shop_of(network, nature)
        self._seed = seed
        self._first_us = network.calendar.midnight_us.min(axis=0)
        self._day = 0
        self._start_us = network.calendar.start_us
        self._waiting, self._next = NOBODY, 0
        self._rows = NOTHING  # of orders that wait and were drawn whole
        self._piece, self._piece_from = NOTHING, 0  # rows of those that are given next
        self._parts, self._parts_from = np.zeros((0, len(self._shop.items)), np.int64), 0
        self._first_order, self._salt = 0, np.uint64(0)
        answers = nature.demand.answers
        self.memory = None if answers is None or answers.on == OFF else Memory(network, nature.demand, answers)
        self.shelf = Shelf(network, nature.demand.featured_ppm, seed) if network.offers.products else None
        self.joiners = None if nature.joining is None else Joiners(network, nature, seed)
        if self.joiners is not None:
            self._hold_rows(self.joiners.there(self._start_us))
        if len(nature.log.at_us):
            self.memory = self.shelf = None
            self._hold_rows(_replayed(nature.log))
            self._day = len(self._first_us)

    def settled(self) -> tuple[object, ...]:
        """What never changes in place: what orders are drawn from, and those that were drawn."""
        drawn = (self._waiting, self._rows, self._piece, self._parts)
        return (self._nature, self._shop, self._first_us, *drawn)

    def begin(self, instant: int, first_order: int) -> None:
        """Go on from an instant of the calendar: nothing before it, and no order code below `first_order`.

        Days that lie behind are not drawn. A log that has ended gives way to what customers order in the mean.
        """
        self._start_us, self._first_order, self._salt = instant, first_order, np.uint64(purposes.FORK_HASH)
        if self._day == 0 or not len(self._waiting.at) or self._waiting.at[-1] < instant:
            self._waiting, self._next, self._rows = NOBODY, 0, NOTHING
            # Zones lie less than two days apart.
            self._day = max(int(np.searchsorted(self._first_us, instant)) - 2, 0)
            if self.joiners is not None:
                self._hold_rows(self.joiners.there(instant))
        self._next = int(np.searchsorted(self._waiting.at, instant))
        self._piece, self._piece_from = NOTHING, 0

    def before(self, limit: int) -> Batch:
        """PLACE commands with `at` before `limit` that were not given yet, in order of (at, tie).

        They and their lines are to be read and not to be written; other lines may stand beside those they point at.
        """
        while self._day < len(self._first_us) - 1 and self._first_us[self._day] < limit:
            self._come(self._day)
            self._day += 1
        start, stop = self._next, int(self._waiting.at.searchsorted(limit))
        if stop <= start:
            return NOTHING
        self._next = stop
        if stop > self._piece_from + len(self._piece.commands):
            self._piece, self._piece_from = self._rows_of(start, max(stop, start + PIECE)), start
        commands, lines = self._piece
        given = commands[start - self._piece_from : stop - self._piece_from]
        if self._first_order or self.shelf is not None:
            given, lines = Batch(given, lines).select(slice(None))
            if self.shelf is not None:
                lines = self.shelf.chosen(given, lines)
            given["order"] += self._first_order
            given["tie"] ^= self._salt
        return Batch(given, lines)

    def _come(self, day: int) -> None:
        """A day's orders wait."""
        mean = int(self._nature.orders_day[min(day, len(self._nature.orders_day) - 1)])
        planned = orders_of_day(self._shop, self._seed, day, float(mean))
        orders = planned
        if self.memory is not None:
            orders = orders_of_day(self._shop, self._seed, day, mean * self.memory.most)
        elif self.joiners is not None:
            orders = orders_of_day(self._shop, self._seed, day, mean * self.joiners.most)
        assert orders < 1 << ORDER_BITS, f"at most {1 << ORDER_BITS} orders a day, was {orders}"
        day_of = Waiting(np.empty(orders, np.int64), np.empty(orders, np.uint64), np.empty(orders, np.int64))
        draw_moments(self._shop, self._seed, day, day_of)
        if self.memory is None and self.joiners is None:
            self._hold(day_of)
            return
        drawn = self._drawn(day_of)
        if self.memory is not None:
            drawn = self.memory.answered(drawn, planned, day, self._seed)
            planned = len(drawn.commands)
        self._hold_rows(drawn if self.joiners is None else self.joiners.answered(drawn, planned, day))

    def _hold(self, more: Waiting) -> None:
        """Adds orders to those that wait, sorts, and leaves out what lies before the start."""
        kept = (column[self._next :] for column in self._waiting)
        at, tie, which = (np.concatenate(both) for both in zip(kept, more, strict=True))
        order = np.argsort(at)
        if not break_ties(at, tie, order):
            order = np.lexsort((tie, at))
        order = order[int(np.searchsorted(at, self._start_us, sorter=order)) :]
        self._waiting, self._next = Waiting(at[order], tie[order], which[order]), 0
        self._piece, self._piece_from = NOTHING, 0

    def _hold_rows(self, more: Batch) -> None:
        """Adds orders whose rows are there."""
        commands, lines = laid(*self._rows, self._waiting.which[self._next :])
        both = stacked([commands, more.commands])
        both["first_line"][len(commands) :] += len(lines)
        self._rows = Batch(both, stacked([lines, more.lines]))
        self._waiting, self._next = NOBODY, 0
        self._hold(Waiting(both["at"].copy(), both["tie"].copy(), np.arange(len(both))))

    def _rows_of(self, start: int, stop: int) -> Batch:
        """Rows of orders that wait, in their order."""
        at, tie, which = self._waiting
        some = Waiting(at[start:stop], tie[start:stop], which[start:stop])
        return Batch(*laid(*self._rows, some.which)) if len(self._rows.commands) else self._drawn(some)

    def _drawn(self, orders: Waiting) -> Batch:
        """Orders with all that is drawn about them."""
        commands = np.zeros(len(orders.at), COMMAND)
        lines = np.empty(len(commands) * len(self._shop.lines_parts), LINE)
        days = orders.which >> ORDER_BITS
        first, last = int(days.min(initial=0)), int(days.max(initial=0))
        if first < self._parts_from or last >= self._parts_from + len(self._parts):
            self._parts = np.array([self._item_parts(day) for day in range(first, last + 1)])
            self._parts_from = first
        used = draw_orders(self._shop, self._parts, (self._seed, self._parts_from), orders, commands, lines)
        return Batch(commands, lines[:used])

    def _item_parts(self, day: int) -> I64:
        """[I] Running sums of the items' weights, by seller, with the boosts of the day."""
        nature = self._nature
        weight = nature.item_weight.astype(np.int64) * 1_000
        for item, start, stop, factor in zip(
            nature.boost_item, nature.boost_from, nature.boost_until, nature.boost_x1000, strict=True
        ):
            if start <= day < stop:
                weight[item] = weight[item] * int(factor) // 1_000
        return np.cumsum(weight[self._shop.items])


def day_of_most(nature: Nature) -> int:
    """How many orders the greatest day is expected to bring, of those that a log brings or that are drawn."""
    at = nature.log.at_us
    return (
        int(np.bincount((at - at.min()) // DAY_US).max()) if len(at) else int(nature.demand.orders_day.max(initial=0))
    )


def _replayed(log: Log) -> Batch:
    """The log's orders as commands."""
    commands = np.zeros(len(log.at_us), COMMAND)
    commands["at"], commands["order"], commands["kind"] = log.at_us, log.order, Kind.PLACE
    commands["customer"], commands["place"], commands["service"] = log.customer, log.place, log.service
    commands["first_line"], commands["lines"] = log.first_line, log.lines
    commands["tie"] = log.tie
    lines = np.zeros(len(log.item), LINE)
    lines["item"], lines["quantity"], lines["price"] = log.item, log.quantity, log.price
    assert np.array_equal(log.first_line, np.cumsum(log.lines) - log.lines), "a log's lines lie in its orders' order"
    lines["line"] = np.arange(len(lines)) - np.repeat(log.first_line, log.lines)
    return Batch(commands, lines)


@compiled
def break_ties(at: I64, tie: U64, order: I64) -> bool:
    """Put those that an order by `at` has at one instant in the order of their ties; False: they are too many."""
    for n in range(1, len(order)):
        this, place = order[n], n
        while place > 0 and at[order[place - 1]] == at[this] and tie[order[place - 1]] > tie[this]:
            order[place] = order[place - 1]
            place -= 1
            if n - place > TIES_MOST:
                return False
        order[place] = this
    return True
