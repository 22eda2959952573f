"""Demand: the orders that customers place, day by day.

A local day d has a Poisson number of orders. Order k of the day is named (d << 24) | k and hashed from the date and k
alone; all that is drawn about it (customer, moment, seller, lines) hangs on that hash. So a higher mean only appends
orders: the first k are the same, to the microsecond. Customers persist: a customer's place and membership hang on the
customer's own hash. Orders of a local day lie between the first and the last midnight of the time zones, so two days
are in hand at most. A log of orders is replayed instead where there is one. Where customers answer what they saw,
`demand_answers` says which of a day's orders come.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import chosen, happens, joined, poisson_quantile, uniform
from firstbest.operate.rows import stacked
from firstbest.rehearse import purposes
from firstbest.rehearse.demand_answers import OFF, Memory
from firstbest.rehearse.demand_members import Joiners
from firstbest.rehearse.demand_offers import Shelf
from firstbest.world.commands import COMMAND, LINE, Batch, empty, laid
from firstbest.world.nature import Log, Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US
from firstbest.world.words import Kind, Service

I64 = NDArray[np.int64]
Rows = NDArray[np.void]

PLACE: Final = int(Kind.PLACE)
STANDARD: Final = int(Service.STANDARD)
MEMBER: Final = int(Service.MEMBER)
ECONOMY: Final = int(Service.ECONOMY)
ORDER_BITS: Final = 24
"""Of an order's code, its number within its day: 16 million a day, and a key of a line still fits 64 bits."""
REDRAWS: Final = 8
"""Draws for an item that the order does not hold yet; after them, the next item of the seller is taken."""
TIES_MOST: Final = 64
"""Orders of one instant that are put in their places one by one; a log that knows only days has more."""


NOTHING: Final = empty()


class Shop(NamedTuple):
    """What a day's orders are drawn from; `parts` are running sums of weights."""

    first_day: int
    customers: int
    member_ppm: int
    economy_ppm: int
    places: I64  # [P] code, by hash
    place_parts: I64  # [P]
    place_zone: I64  # [P] by code
    midnight_us: I64  # [Z, D]
    hour_parts: I64  # [24]
    seller_parts: I64  # [S]
    seller_first: I64  # [S + 1] into `items`
    items: I64  # [I] code, by seller and hash
    item_price: I64  # [I] by code
    lines_parts: I64  # [A]
    units_parts: I64  # [B]


class Demand:
    """The stream of orders; `before` gives the next ones."""

    def __init__(self, network: Network, nature: Nature, seed: int) -> None:
        self._nature = nature.demand
        self._shop = _shop(network, nature)
        self._seed = seed
        self._first_us = network.calendar.midnight_us.min(axis=0)
        self._day = 0
        self._start_us = network.calendar.start_us
        self._waiting = empty()
        self._at = np.zeros(0, np.int64)
        self._next = 0
        self._first_order, self._salt = 0, np.uint64(0)
        answers = nature.demand.answers
        self.memory = None if answers is None or answers.on == OFF else Memory(network, nature.demand, answers)
        self.shelf = Shelf(network, nature.demand.featured_ppm, seed) if network.offers.products else None
        self.joiners = None if nature.joining is None else Joiners(network, nature, seed)
        if self.joiners is not None:
            self._hold(self.joiners.there(self._start_us))
        if len(nature.log.at_us):
            self.memory = self.shelf = None
            self._hold(_replayed(nature.log))
            self._day = len(self._first_us)

    def settled(self) -> tuple[object, ...]:
        """What never changes in place: what orders are drawn from, and those that were drawn."""
        return (self._nature, self._shop, self._first_us, self._waiting, self._at)

    def begin(self, instant: int, first_order: int) -> None:
        """Go on from an instant of the calendar: nothing before it, and no order code below `first_order`.

        Days that lie behind are not drawn. A log that has ended gives way to what customers order in the mean.
        """
        self._start_us, self._first_order, self._salt = instant, first_order, np.uint64(purposes.FORK_HASH)
        if self._day == 0 or not len(self._at) or self._at[-1] < instant:
            self._waiting, self._at = empty(), np.zeros(0, np.int64)
            # Zones lie less than two days apart.
            self._day = max(int(np.searchsorted(self._first_us, instant)) - 2, 0)
            if self.joiners is not None:
                self._hold(self.joiners.there(instant))
        self._next = int(np.searchsorted(self._at, instant))

    def before(self, limit: int) -> Batch:
        """PLACE commands with `at` before `limit` that were not given yet, in order of (at, tie).

        They and their lines are to be read and not to be written; other lines may stand beside those they point at.
        """
        while self._day < len(self._first_us) - 1 and self._first_us[self._day] < limit:
            self._hold(self._drawn(self._day))
            self._day += 1
        start, stop = self._next, int(self._at.searchsorted(limit))
        if stop <= start:
            return NOTHING
        self._next = stop
        commands, lines = self._waiting
        given = commands[start:stop]
        if self._first_order or self.shelf is not None:
            given, lines = Batch(given, lines).select(slice(None))
            if self.shelf is not None:
                lines = self.shelf.chosen(given, lines)
            given["order"] += self._first_order
            given["tie"] ^= self._salt
        return Batch(given, lines)

    def _hold(self, more: Batch) -> None:
        """Adds orders to those that wait, sorts, and leaves out what lies before the start."""
        commands, lines = more
        kept = self._waiting.commands[self._next :]
        if len(kept):
            commands = stacked([kept, more.commands])
            commands["first_line"][len(kept) :] += len(self._waiting.lines)
            lines = stacked([self._waiting.lines, more.lines])
        at = np.ascontiguousarray(commands["at"])
        order = np.argsort(at)
        if not break_ties(at, commands, order):
            order = np.lexsort((commands["tie"], at))
        order = order[int(np.searchsorted(at, self._start_us, sorter=order)) :]
        self._waiting = Batch(*laid(commands, lines, order))
        self._at = np.ascontiguousarray(self._waiting.commands["at"])
        self._next = 0

    def _drawn(self, day: int) -> Batch:
        mean = int(self._nature.orders_day[min(day, len(self._nature.orders_day) - 1)])
        planned = orders_of_day(self._shop, self._seed, day, float(mean))
        orders = planned
        if self.memory is not None:
            orders = orders_of_day(self._shop, self._seed, day, mean * self.memory.most)
        elif self.joiners is not None:
            orders = orders_of_day(self._shop, self._seed, day, mean * self.joiners.most)
        assert orders < 1 << ORDER_BITS, f"at most {1 << ORDER_BITS} orders a day, was {orders}"
        commands = np.zeros(orders, COMMAND)
        lines = np.zeros(orders * len(self._shop.lines_parts), LINE)
        used = draw_day(self._shop, self._item_parts(day), (self._seed, day), commands, lines)
        drawn = Batch(commands, lines[:used])
        if self.memory is not None:
            drawn = self.memory.answered(drawn, planned, day, self._seed)
            planned = len(drawn.commands)
        return drawn if self.joiners is None else self.joiners.answered(drawn, planned, day)

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


def _shop(network: Network, nature: Nature) -> Shop:
    demand, items = nature.demand, network.items
    sellers = len(demand.seller_ppm)
    # Ties go by hash, so that the order in which things are loaded does not matter.
    by_seller = np.lexsort((items.tie, items.seller))
    places = np.argsort(network.places.tie, kind="stable")
    return Shop(
        first_day=network.calendar.first_day,
        customers=max(1, demand.customers),
        member_ppm=demand.member_ppm,
        economy_ppm=demand.economy_ppm,
        places=places.astype(np.int64),
        place_parts=np.cumsum(network.places.weight[places].astype(np.int64)),
        place_zone=network.places.time_zone.astype(np.int64),
        midnight_us=network.calendar.midnight_us,
        hour_parts=np.cumsum(demand.hour_ppm.astype(np.int64)),
        seller_parts=np.cumsum(demand.seller_ppm.astype(np.int64)),
        seller_first=np.searchsorted(items.seller[by_seller], np.arange(sellers + 1)).astype(np.int64),
        items=by_seller.astype(np.int64),
        item_price=items.price.astype(np.int64),
        lines_parts=np.cumsum(demand.lines_ppm.astype(np.int64)),
        units_parts=np.cumsum(demand.units_ppm.astype(np.int64)),
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
def break_ties(at: I64, commands: Rows, order: I64) -> bool:
    """Put those that an order by `at` has at one instant in the order of their ties; False: they are too many."""
    for n in range(1, len(order)):
        this, place = order[n], n
        while place > 0 and at[order[place - 1]] == at[this] and commands[order[place - 1]].tie > commands[this].tie:
            order[place] = order[place - 1]
            place -= 1
            if n - place > TIES_MOST:
                return False
        order[place] = this
    return True


@compiled
def orders_of_day(shop: Shop, seed: int, day: int, mean: float) -> int:
    """How many orders a local day brings: Poisson."""
    stream = joined(np.uint64(seed), joined(np.uint64(purposes.DAY_HASH), np.uint64(shop.first_day + day)))
    return poisson_quantile(mean, uniform(stream, purposes.ORDERS_OF_DAY, 0))


@compiled
def draw_day(shop: Shop, item_parts: I64, key: tuple[int, int], commands: Rows, lines: Rows) -> int:
    """Fills a day's orders, `key` = (seed, local day), and their lines; how many lines there are."""
    seed, day = np.uint64(key[0]), key[1]
    date = joined(np.uint64(purposes.DAY_HASH), np.uint64(shop.first_day + day))
    used = 0
    for k in range(len(commands)):
        tie = joined(date, np.uint64(k))
        stream = joined(seed, tie)
        customer = int(uniform(stream, purposes.CUSTOMER, 0) * shop.customers)
        person = joined(seed, joined(np.uint64(purposes.CUSTOMER_HASH), np.uint64(customer)))
        place = shop.places[chosen(shop.place_parts, uniform(person, purposes.PLACE_OF, 0))]
        service = STANDARD
        if happens(person, purposes.MEMBER, 0, shop.member_ppm):
            service = MEMBER
        elif happens(stream, purposes.ECONOMY, 0, shop.economy_ppm):
            service = ECONOMY
        row = commands[k]
        row["at"] = _moment(shop, stream, day, shop.place_zone[place])
        row["order"] = (day << ORDER_BITS) | k
        row["tie"] = tie
        row["customer"] = customer
        row["first_line"] = used
        row["place"] = place
        row["kind"] = PLACE
        row["service"] = service
        count = _draw_lines(shop, item_parts, stream, lines, used)
        row["lines"] = count
        used += count
    return used


@compiled
def _moment(shop: Shop, stream: np.uint64, day: int, zone: int) -> int:
    """The instant of an order: local hour by its share, uniform within; a day of 23 or 25 hours is stretched."""
    hour = chosen(shop.hour_parts, uniform(stream, purposes.HOUR, 0))
    since = hour * HOUR_US + int(uniform(stream, purposes.MOMENT, 0) * HOUR_US)
    midnight = shop.midnight_us[zone, day]
    length = shop.midnight_us[zone, day + 1] - midnight
    return int(midnight + since * (length // 1_000_000) // (DAY_US // 1_000_000))


@compiled
def _draw_lines(shop: Shop, item_parts: I64, stream: np.uint64, lines: Rows, first: int) -> int:
    """Writes an order's lines from `first` on, no item twice; how many."""
    seller = chosen(shop.seller_parts, uniform(stream, purposes.SELLER, 0))
    start, stop = shop.seller_first[seller], shop.seller_first[seller + 1]
    wanted = min(1 + chosen(shop.lines_parts, uniform(stream, purposes.LINES, 0)), stop - start)
    below = item_parts[start - 1] if start > 0 else 0
    span = item_parts[stop - 1] - below if stop > start else 0
    if span <= 0:
        return 0
    for line in range(wanted):
        place = start
        for again in range(REDRAWS):
            aim = below + int(uniform(stream, purposes.ITEM, line * REDRAWS + again) * span)
            place = _holding(item_parts, aim, start, stop)
            if not _held(lines, first, line, shop.items[place]):
                break
        while _held(lines, first, line, shop.items[place]):
            place = place + 1 if place + 1 < stop else start
        row = lines[first + line]
        row["line"] = line
        row["item"] = shop.items[place]
        row["quantity"] = 1 + chosen(shop.units_parts, uniform(stream, purposes.UNITS, line))
        row["price"] = shop.item_price[shop.items[place]]
    return int(wanted)


@compiled
def _holding(parts: I64, aim: int, low: int, high: int) -> int:
    """The first index from `low` on, below `high`, whose running sum is above `aim`."""
    high -= 1
    while low < high:
        middle = (low + high) >> 1
        if aim < parts[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def _held(lines: Rows, first: int, count: int, item: int) -> bool:
    """Whether one of the order's first `count` lines is of the item."""
    for line in range(first, first + count):  # noqa: SIM110
        if lines[line]["item"] == item:
            return True
    return False
