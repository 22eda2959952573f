"""What is drawn about an order: who places it, when, and what he wants.

A local day d has a Poisson number of orders. Order k of the day is named (d << 24) | k and hashed from the date and k
alone; all that is drawn about it (customer, moment, seller, lines) hangs on that hash. So a higher mean only appends
orders: the first k are the same, to the microsecond. Customers persist: a customer's place and membership hang on the
customer's own hash.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import chosen, happens, joined, poisson_quantile, uniform
from firstbest.rehearse import purposes
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US
from firstbest.world.words import Kind, Service

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Rows = NDArray[np.void]

PLACE: Final = int(Kind.PLACE)
STANDARD: Final = int(Service.STANDARD)
MEMBER: Final = int(Service.MEMBER)
ECONOMY: Final = int(Service.ECONOMY)
ORDER_BITS: Final = 24
"""Of an order's code, its number within its day: 16 million a day, and a key of a line still fits 64 bits."""
REDRAWS: Final = 8
"""Draws for an item that the order does not hold yet; after them, the next item of the seller is taken."""


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


class Waiting(NamedTuple):
    """Orders [n] that were not given yet, in order of (at, tie)."""

    at: I64
    tie: U64
    which: I64  # the order's code, by which the rest of it is drawn; of one that was drawn whole, the place of its row


def shop_of(network: Network, nature: Nature) -> Shop:
    """The shop of a network."""
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


@compiled
def orders_of_day(shop: Shop, seed: int, day: int, mean: float) -> int:
    """How many orders a local day brings: Poisson."""
    stream = joined(np.uint64(seed), joined(np.uint64(purposes.DAY_HASH), np.uint64(shop.first_day + day)))
    return poisson_quantile(mean, uniform(stream, purposes.ORDERS_OF_DAY, 0))


@compiled
def draw_moments(shop: Shop, seed: int, day: int, orders: Waiting) -> None:
    """Fills in a local day's orders, by their number."""
    for k in range(len(orders.at)):
        orders.which[k] = (day << ORDER_BITS) | k
        orders.tie[k] = _tie(shop, orders.which[k])
        stream = joined(np.uint64(seed), orders.tie[k])
        _, _, place = _customer(shop, stream, seed)
        orders.at[k] = _moment(shop, stream, day, shop.place_zone[place])


@compiled
def draw_orders(shop: Shop, item_parts: I64, key: tuple[int, int], orders: Waiting, commands: Rows, lines: Rows) -> int:
    """Fills the rows of orders, blank before, and their lines; how many lines there are.

    `key` = (seed, the first of the days of `item_parts` [D, I]).
    """
    seed, first_day = key
    used = 0
    for n in range(len(commands)):
        stream = joined(np.uint64(seed), orders.tie[n])
        customer, person, place = _customer(shop, stream, seed)
        row = commands[n]
        row["at"] = orders.at[n]
        row["order"] = orders.which[n]
        row["tie"] = orders.tie[n]
        row["customer"] = customer
        row["first_line"] = used
        row["place"] = place
        row["kind"] = PLACE
        row["service"] = _service(shop, stream, person)
        count = _draw_lines(shop, item_parts[(orders.which[n] >> ORDER_BITS) - first_day], stream, lines, used)
        row["lines"] = count
        used += count
    return used


@compiled
def _tie(shop: Shop, order: int) -> np.uint64:
    """The hash of an order, by its code."""
    date = joined(np.uint64(purposes.DAY_HASH), np.uint64(shop.first_day + (order >> ORDER_BITS)))
    return joined(date, np.uint64(order & ((1 << ORDER_BITS) - 1)))


@compiled
def _customer(shop: Shop, stream: np.uint64, seed: int) -> tuple[int, np.uint64, int]:
    """Who places an order: his number, what his own draws hang on, and where he is."""
    customer = int(uniform(stream, purposes.CUSTOMER, 0) * shop.customers)
    person = joined(np.uint64(seed), joined(np.uint64(purposes.CUSTOMER_HASH), np.uint64(customer)))
    place = shop.places[chosen(shop.place_parts, uniform(person, purposes.PLACE_OF, 0))]
    return customer, person, place


@compiled
def _service(shop: Shop, stream: np.uint64, person: np.uint64) -> int:
    """The service that an order asks for."""
    if happens(person, purposes.MEMBER, 0, shop.member_ppm):
        return MEMBER
    return ECONOMY if happens(stream, purposes.ECONOMY, 0, shop.economy_ppm) else STANDARD


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
    """The first index from `low` on, below `high`, whose running sum is above `aim`; without a branch to guess."""
    count = high - low
    while count > 1:
        half = count >> 1
        low += half * int(parts[low + half - 1] <= aim)
        count -= half
    return low


@compiled
def _held(lines: Rows, first: int, count: int, item: int) -> bool:
    """Whether one of the order's first `count` lines is of the item."""
    for line in range(first, first + count):  # noqa: SIM110
        if lines[line]["item"] == item:
            return True
    return False
