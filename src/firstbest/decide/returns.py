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
from firstbest.decide.terms import NODE_ORDER
from firstbest.world.network import I64, Returns
from firstbest.world.units import PPM
from firstbest.world.words import Disposition, Grade, ReturnReason, ReturnRefusal, ReturnWay

Bools = NDArray[np.bool_]
OWN_REASONS = (int(ReturnReason.CHANGED_MIND), int(ReturnReason.DOES_NOT_FIT))
IS_OWN = np.isin(np.arange(max(ReturnReason) + 1), OWN_REASONS)
"""Reasons that are the customer's own: something may be kept back for wear."""
SUPPLIERS_FAULT = (int(ReturnReason.DEFECTIVE), int(ReturnReason.NOT_AS_DESCRIBED))
WAYS = 5
"""Dispositions that are chosen among, by rank."""
NEVER = -(2**60)


class Asked(NamedTuple):
    """Lines that customers want to send back [m], those of one request together, and what is known of each."""

    request: I64  # [m] place of the request, never falling
    at: I64
    quantity: I64
    price: I64  # paid for a unit
    place: I64  # of the customer
    delivered: Bools  # the shipment is known to be at the door
    delivered_at: I64
    units: I64  # of its shipment, not given back yet
    value: I64
    under_way: Bools  # a return of the line is
    fit: Bools  # the line can be one


class Taken(NamedTuple):
    """What is answered, a row a line."""

    why: I64  # words.ReturnRefusal, 0: authorised
    price: I64  # what a unit counts for
    way: I64  # words.ReturnWay
    to_node: I64
    refund: I64  # paid at once


def authorise(ground: Ground, rules: Returns, asked: Asked) -> Taken:
    """Which lines may come back, to where, and what is paid at once.

    No more units than the shipment brought, and no more money than was paid for it, whatever price a request names:
    where it names too much, each unit counts for the mean of what is left.
    """
    total = running(asked.request, asked.quantity)
    worth = running(asked.request, asked.quantity * asked.price)
    last = np.searchsorted(asked.request, asked.request, side="right") - 1
    mean = asked.value // np.maximum(asked.units, 1)
    price = np.where(worth[last] > asked.value, mean, asked.price) if len(last) else asked.price
    why = np.full(len(total), int(ReturnRefusal.NONE))
    for refusal, found in (
        (ReturnRefusal.ON_ITS_WAY, asked.under_way),
        (ReturnRefusal.TOO_MANY, total > asked.units),
        (ReturnRefusal.WINDOW_OVER, asked.at > asked.delivered_at + rules.window_us),
        (ReturnRefusal.NOT_DELIVERED, ~asked.delivered),
        (ReturnRefusal.UNKNOWN_LINE, ~asked.fit | (asked.quantity <= 0)),
    ):
        why[found] = int(refusal)
    whole = asked.quantity * price
    keep = whole < rules.keep_below
    way = np.where(keep, int(ReturnWay.KEEP), int(ReturnWay.SEND_BACK))
    refund = np.where(keep | (rules.at_once == 1), whole, 0)
    return Taken(why, price, way, nearest_centre(ground, asked.place, asked.at), refund)


def running(group: I64, amount: I64) -> I64:
    """[m] Sums so far within each group; rows of a group stand together."""
    if not len(group):
        return amount
    sums = np.cumsum(amount)
    first = np.searchsorted(group, group)
    found: I64 = sums - (sums - amount)[first]
    return found


def nearest_centre(ground: Ground, place: I64, at: I64) -> I64:
    """[m] The nearest fulfilment node that is open; ties by declared rank, then by hash; the first where none is."""
    centres = ground.centres
    way = ground.arcs.distance_km[centres][:, place].astype(np.int64) * len(ground.nodes.kind)
    way += ground.terms.node[centres, NODE_ORDER][:, None]
    shut = (ground.nodes.open_from_us[centres, None] > at) | (ground.nodes.open_until_us[centres, None] <= at)
    found: I64 = centres[np.argmin(np.where(shut, -NEVER, way), axis=0)]
    return found


def owed(rules: Returns, worth: I64, grade: I64, reason: I64) -> I64:
    """[m] What is paid back for units worth so much, found to be of a grade."""
    kept = np.where(IS_OWN[reason], rules.kept_back_ppm[grade], 0)
    found: I64 = worth - worth * kept // PPM
    return found


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
