"""Open lines of the built-in network, scarce stock and tight packing: what the wave's joint decision is measured on.

A day's orders are drawn as in a rehearsal of the built-in network (places, items, lines and units an order, services),
as many as make the lines asked for, and all of them are open at noon. Each may go by every way the network has within
its service's window; costs are the network's own (cartons, billed weights, zones, surcharges). Not to send one costs
its price and `NOT_SENT` (a sale is lost, and a customer annoyed). What makes it hard:

- stock: of each item STOCK_PERCENT of the units asked for are there, dealt out to the centres unit by unit, at random
  by the share of demand that is nearest to each, as a forecast by region would;
- packing: each centre packs on each of the next days SLOTS_PERCENT of the orders that are nearest to it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from firstbest.decide.ahead_ways import PARCEL, Options, Space, Waiting
from firstbest.decide.ground import Ground, ground_of
from firstbest.decide.promise import Asked, Window, wanted_day_of
from firstbest.decide.terms import NODE_ZONE, PLACE_ZONE, Terms
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import uniforms
from firstbest.kernels.index import local_day
from firstbest.rehearse.demand import Demand
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.workspace import load
from firstbest.world.commands import Batch
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network
from firstbest.world.units import DAY_US, HOUR_US, MONEY

STOCK_PERCENT = 110
SLOTS_PERCENT = 75
NOT_SENT = 10 * MONEY
LINES_AN_ORDER = 1.8
SEED = 8
DAYS = 12


class Instance(NamedTuple):
    """One wave."""

    ground: Ground
    window: Window
    space: Space
    waiting: Waiting


def builtin() -> tuple[Network, Nature]:
    """The built-in network."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "demo"
        write_builtin(folder)
        return compile_network(load(folder), 1.0, DAYS)


def instance(network: Network, nature: Nature, lines: int, seed: int = SEED) -> Instance:
    """So many open lines; another seed deals out other orders and other stock."""
    ground = ground_of(network)
    day = int(network.calendar.midnight_us[0, 3])
    batch = _orders(network, nature, lines, (day, seed))
    at = day + DAY_US + 12 * HOUR_US
    place = batch.commands["place"].astype(np.int64)
    near = ground.terms.near[place, 0]
    window = _window(ground, at, np.bincount(near, minlength=len(ground.nodes.kind)) * SLOTS_PERCENT // 100)
    items, row = np.unique(batch.lines["item"], return_inverse=True)
    quantity = batch.lines["quantity"].astype(np.int64)
    units = _stock(ground, (row, quantity, np.repeat(near, batch.commands["lines"])), len(items), seed)
    value = np.bincount(
        np.repeat(np.arange(len(place)), batch.commands["lines"]),
        weights=(batch.lines["price"] * quantity).astype(float),
    ).astype(np.int64)
    first = np.append(batch.commands["first_line"], len(quantity)).astype(np.int64)
    until = np.zeros(len(place), np.int64)
    service = batch.commands["service"].astype(np.int64)
    _promise(ground.terms, window, at, (place, service, until))
    waiting = Waiting(
        at, place, service, batch.commands["tie"].copy(), until, value + NOT_SENT, first,
        batch.lines["item"].astype(np.int64), row.astype(np.int64), quantity, np.zeros(len(place) + 1, np.int64),
        np.zeros((0, PARCEL), np.int64),
    )  # fmt: skip
    return Instance(ground, window, Space(units, window.limit, int(network.policy.split_penalty), 0), waiting)


def _orders(network: Network, nature: Nature, lines: int, when: tuple[int, int]) -> Batch:
    """Orders in the order of their coming, so many lines."""
    day, seed = when
    much = nature.demand._replace(orders_day=np.full_like(nature.demand.orders_day, int(lines / LINES_AN_ORDER * 1.3)))
    demand = Demand(network, nature._replace(demand=much), seed)
    demand.begin(day, 0)
    batch = demand.before(day + DAY_US)
    ends = np.cumsum(batch.commands["lines"])
    return batch.select(slice(0, int(np.searchsorted(ends, lines, side="right"))))


def _window(ground: Ground, at: int, limit: I64) -> Window:
    """Packing slots, all free, from the day before."""
    zone = ground.nodes.time_zone[ground.centres[0]]
    first = local_day(ground.calendar.midnight_us, zone, at) - 2
    nodes, days = len(ground.nodes.kind), ground.policy.capacity_days + 3
    taken, limits = np.zeros((nodes, days), np.int64), np.zeros((nodes, days), np.int64)
    limits[ground.centres] = limit[ground.centres, None]
    shape = (len(ground.carriers.mode), len(ground.terms.cut_off))
    return Window(taken, limits, first, np.zeros(shape, np.int64), np.full(shape, -1, np.int64))


def _stock(ground: Ground, asked: tuple[I64, I64, I64], items: int, seed: int) -> I64:
    """Units by item and node, [U, N]."""
    row, quantity, near = asked
    share = np.cumsum(np.bincount(near, weights=quantity, minlength=len(ground.nodes.kind)))
    total = -(-np.bincount(row, weights=quantity, minlength=items).astype(np.int64) * STOCK_PERCENT // 100)
    unit = np.repeat(np.arange(items), total)
    drawn = uniforms(seed, np.arange(len(unit), dtype=np.uint64), 1, 0) * share[-1]
    units = np.zeros((items, len(ground.nodes.kind)), np.int64)
    np.add.at(units, (unit, np.searchsorted(share, drawn, side="right")), 1)
    return units


@compiled
def _promise(terms: Terms, window: Window, at: int, orders: tuple[I64, I64, I64]) -> None:
    """Write until when each order is promised: the end of its service's window."""
    place, service, until = orders
    day = local_day(terms.midnight, terms.node[terms.centres[0], NODE_ZONE], at) - 1
    for order in range(len(place)):
        asked = Asked(place[order], service[order], at, day, 0, 0, 0, 0, 0, 0, 0)
        last = wanted_day_of(terms, window, asked)
        until[order] = terms.door_closes[terms.place[place[order], PLACE_ZONE], last]


def left_of(options: Options, chosen: I64, there: I64) -> I64:
    """What a choice leaves of each supply."""
    left = there.copy()
    for option in chosen:
        span = slice(options.start[option], options.start[option + 1])
        np.subtract.at(left, options.supply[span], options.amount[span])
    return left
