"""Returns: whether one is taken, where it goes, what is paid back, and what becomes of its units.

A unit goes the way on which it is worth most, less what that way costs: back on the shelf (where its item does not
last too long already) it saves buying another; refurbished it is worth a part of that; its supplier or seller may
take what was defective; somebody buys it for a part of its price; or it is thrown away. Equal ways go by their rank.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled
from firstbest.world.network import I64, Returns
from firstbest.world.units import PPM
from firstbest.world.words import Disposition, Grade, ReturnReason, ReturnRefusal, ReturnWay

Bools = NDArray[np.bool_]
CHANGED_MIND = int(ReturnReason.CHANGED_MIND)
DOES_NOT_FIT = int(ReturnReason.DOES_NOT_FIT)
"""Reasons that are the customer's own: something may be kept back for wear."""
NOT_DELIVERED = int(ReturnRefusal.NOT_DELIVERED)
WINDOW_OVER = int(ReturnRefusal.WINDOW_OVER)
TOO_MANY = int(ReturnRefusal.TOO_MANY)
ON_ITS_WAY = int(ReturnRefusal.ON_ITS_WAY)
UNKNOWN_LINE = int(ReturnRefusal.UNKNOWN_LINE)
SEND_BACK = int(ReturnWay.SEND_BACK)
KEEP = int(ReturnWay.KEEP)
SUPPLIERS_FAULT = (int(ReturnReason.DEFECTIVE), int(ReturnReason.NOT_AS_DESCRIBED))
WAYS = 5
"""Dispositions that are chosen among, by rank."""
NEVER = -(2**60)


class Known(NamedTuple):
    """What is looked at of the network."""

    price: I64  # [I] as listed
    seller: NDArray[np.int32]  # [I]
    near: I64  # [P, F] fulfilment nodes by distance, see decide.terms
    open_from_us: I64  # [N]
    open_until_us: I64  # [N]


class Request(NamedTuple):
    """What one customer asks for at once, and what is known of the shipment."""

    lines: int
    at: int
    place: int  # of the customer
    delivered: int  # 1: the shipment is known to be at the door
    delivered_at: int
    units: int  # of its shipment, not given back yet
    value: int


class Wanted(NamedTuple):
    """The lines of a request [k], or room for more."""

    quantity: I64
    price: I64  # paid for a unit
    under_way: I64  # 1: a return of the line is
    fit: I64  # 1: the line can be one


class Taken(NamedTuple):
    """What is answered, a row a line [k], or room for more."""

    why: I64  # words.ReturnRefusal, 0: authorised
    price: I64  # what a unit counts for
    way: I64  # words.ReturnWay
    to_node: I64
    refund: I64  # paid at once


def known_of(ground: Ground) -> Known:
    """The part of the ground that requests are judged by."""
    return Known(
        ground.items.price, ground.items.seller, ground.terms.near, ground.nodes.open_from_us,
        ground.nodes.open_until_us,
    )  # fmt: skip


@compiled
def authorise(known: Known, rules: Returns, request: Request, wanted: Wanted, taken: Taken) -> None:
    """Which lines of a request may come back, to where, and what is paid at once.

    No more units than the shipment brought, and no more money than was paid for it, whatever price a request names:
    where it names too much, each unit counts for the mean of what is left.
    """
    total, worth = 0, 0
    for n in range(request.lines):
        worth += wanted.quantity[n] * wanted.price[n]
    mean = request.value // max(request.units, 1)
    to_node = nearest_open(known, request.place, request.at)
    for n in range(request.lines):
        quantity = wanted.quantity[n]
        total += quantity
        price = mean if worth > request.value else wanted.price[n]
        why = 0
        if wanted.fit[n] == 0 or quantity <= 0:
            why = UNKNOWN_LINE
        elif request.delivered == 0:
            why = NOT_DELIVERED
        elif request.at > request.delivered_at + rules.window_us:
            why = WINDOW_OVER
        elif total > request.units:
            why = TOO_MANY
        elif wanted.under_way[n] == 1:
            why = ON_ITS_WAY
        keep = quantity * price < rules.keep_below
        taken.why[n], taken.price[n], taken.to_node[n] = why, price, to_node
        taken.way[n] = KEEP if keep else SEND_BACK
        taken.refund[n] = quantity * price if keep or rules.at_once == 1 else 0


@compiled
def nearest_open(known: Known, place: int, at: int) -> int:
    """The nearest fulfilment node that is open; ties by declared rank, then by hash; the first where none is."""
    first = known.near[place, 0]
    for node in known.near[place]:
        if known.open_from_us[node] <= at < known.open_until_us[node]:
            return int(node)
        first = min(first, node)
    return int(first)


@compiled
def owed(rules: Returns, worth: int, grade: int, reason: int) -> int:
    """What is paid back for units worth so much, found to be of a grade."""
    if reason not in (CHANGED_MIND, DOES_NOT_FIT):
        return worth
    return worth - int(worth * rules.kept_back_ppm[grade]) // PPM


class Graded(NamedTuple):
    """Units that came back: [m]."""

    item: I64
    grade: I64
    reason: I64
    enough: Bools  # there is stock of the item for long


class Chosen(NamedTuple):
    """What becomes of each unit of a row, and what came second: [m]. Values and costs are of one unit."""

    disposition: I64
    value: I64
    cost: I64
    runner_up: I64
    runner_up_value: I64  # less its cost


def dispose(ground: Ground, rules: Returns, graded: Graded) -> Chosen:
    """The way on which a unit is worth most."""
    cost, price = ground.items.cost[graded.item], ground.items.price[graded.item]
    keeps = np.ones(len(cost), np.bool_)
    if ground.detail.lots is not None:
        keeps = ground.detail.lots.life_days[graded.item] == 0
    fault = np.isin(graded.reason, SUPPLIERS_FAULT) & (rules.supplier_ppm > 0)
    ways = (
        ((graded.grade == Grade.SELLABLE) & ~graded.enough & keeps, cost, 0),
        (
            (graded.grade == Grade.OPENED) & ~graded.enough & keeps & (rules.refurbished_ppm > 0),
            cost * rules.refurbished_ppm // PPM,
            rules.refurbish_cost,
        ),
        (fault, cost * rules.supplier_ppm // PPM, rules.supplier_cost),
        (rules.liquidate_ppm[graded.grade] > 0, price * rules.liquidate_ppm[graded.grade] // PPM, 0),
        (np.ones(len(cost), np.bool_), np.zeros_like(cost), rules.dispose_cost),
    )
    net = np.stack([np.where(allowed, value - spent, NEVER) for allowed, value, spent in ways])
    values = np.stack([value for _, value, _ in ways])
    costs = np.array([spent for _, _, spent in ways])
    rows = np.arange(len(cost))
    best = np.argmax(net, axis=0)
    others = net.copy()
    others[best, rows] = NEVER
    second = np.argmax(others, axis=0)
    some = others[second, rows] > NEVER
    return Chosen(
        best, values[best, rows], costs[best],
        np.where(some, second, int(Disposition.NOT_A_CANDIDATE)), np.where(some, others[second, rows], 0),
    )  # fmt: skip


def enough(ground: Ground, rules: Returns, units: I64, rate_x1000: I64) -> Bools:
    """[I] Of which items the network's shelves [I, N] last longer than the cover, at the sales expected [I, N]."""
    a_day = rate_x1000[:, ground.centres].sum(axis=1)
    found: Bools = (units.sum(axis=1) * 1000 > a_day * rules.cover_days) & (a_day > 0)
    return found
