"""What can be promised: for one order, from one node, the best carrier and the days that follow.

A node's ship day is the first whose cut-off the order meets, whose pick-up the carrier makes and whose
packing limit is not yet promised away. The promise is the service's window after it: the carrier's
transit plus a pad, within low and high, never below transit. The score that nodes are compared by is
the journey's cost plus a penalty for each day later than the service's window from the earliest ship
day in the network; the cheapest way that keeps the promise wins, and if none keeps it, lateness is
priced. All integers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.decide.pack import choose_carton
from firstbest.decide.rate import billed_g, journey_cost
from firstbest.decide.terms import (
    CARRIER_MAX,
    CARRIER_MIN,
    CARRIER_MODE,
    CARRIER_ORDER,
    CARTON_OUTER,
    CARTON_TARE,
    NODE_FROM,
    NODE_ORDER,
    NODE_SYSTEM,
    NODE_UNTIL,
    PLACE_REMOTE,
    POLICY_DAYS,
    PROMISE_CARRIERS,
    PROMISE_HIGH,
    PROMISE_LATE_DAY,
    PROMISE_LOW,
    PROMISE_PAD,
    Terms,
)
from firstbest.kernels.compiled import compiled, written_in
from firstbest.world.network import I64

PALLET = 8
DEARER = 2
TOO_SLOW = 4
NO_CAPACITY = 5
CLOSED = 6
NOT_SERVED = 7
NONE = 2**62


class Window(NamedTuple):
    """Packing slots of a span of local days: [N, W], the first column is local day `first`."""

    taken: I64
    limit: I64
    first: int
    known_day: I64  # [C, A * N] ship day last looked up, which holds for every later row
    known_until: I64  # [C, A * N] up to this cut-off


class Asked(NamedTuple):
    """What an order asks of a node."""

    place: int
    service: int  # its row of `Terms.promise`
    at: int
    day: int  # local day of the first fulfilment node's zone at `at`, or one before
    weight_g: int
    volume_cm3: int
    longest_mm: int
    wanted_day: int  # last local day of the service's window, were everything to hand
    arm: int  # rows of nodes in `Terms.cut_off` begin at arm * N
    nodes_out: int  # fulfilment nodes that may not send it, a bit each
    carriers_out: int  # carriers that may not bring it, a bit each


class Option(NamedTuple):
    """The best way from one node; `score` NONE where there is none, and `verdict` says why."""

    score: int
    cost: int
    carrier: int
    ship_day: int
    door_day: int
    slack: int  # business days between transit and promise
    verdict: int
    carton: int
    cartons: int
    billed_g: int
    volume_cm3: int
    zone: int


@compiled
def whole(value: int) -> int:
    """The number as 64 bits: the fields of a kernel's tuples must all have one width."""
    return np.int64(value)  # type: ignore[return-value]


@compiled
def is_open(terms: Terms, node: int, at: int) -> bool:
    """Does the node take orders at this instant?"""
    return bool(terms.node[node, NODE_FROM] <= at < terms.node[node, NODE_UNTIL])


@compiled
@written_in
def ship_day_from(terms: Terms, window: Window, node: int, carrier: int, asked: Asked) -> int:
    """First local day whose cut-off is met and on which the carrier picks up; -1 within the horizon: none.

    Rows come in order of time, so a day once found is the first until its cut-off has passed.
    """
    row = node + asked.arm * terms.node.shape[0]
    if asked.at <= window.known_until[carrier, row]:
        return int(window.known_day[carrier, row])
    last = min(asked.day + terms.policy[POLICY_DAYS], terms.cut_off.shape[1] - 20)
    for day in range(max(asked.day, 0), last):
        if terms.cut_off[row, day] >= asked.at and terms.pick_up[carrier, node, day] > 0:
            window.known_day[carrier, row] = day
            window.known_until[carrier, row] = terms.cut_off[row, day]
            return day
    return -1


@compiled
@written_in
def free_ship_day(terms: Terms, window: Window, node: int, carrier: int, asked: Asked) -> int:
    """First ship day that still has a packing slot; -1: none within the horizon."""
    first = ship_day_from(terms, window, node, carrier, asked)
    if first < 0:
        return -1
    last = min(asked.day + terms.policy[POLICY_DAYS], terms.cut_off.shape[1] - 20)
    for day in range(first, last):
        w = day - window.first
        if terms.pick_up[carrier, node, day] <= 0 or w >= window.limit.shape[1]:
            continue
        if window.taken[node, w] < window.limit[node, w]:
            return day
    return -1


@compiled
@written_in
def promise_days(terms: Terms, service: int, transit: int) -> int:
    """Business days from ship day to the promised day."""
    days = max(transit + terms.promise[service, PROMISE_PAD], terms.promise[service, PROMISE_LOW])
    days = min(days, terms.promise[service, PROMISE_HIGH])
    return int(min(max(days, transit), 15))


@compiled
@written_in
def wanted_day_of(terms: Terms, window: Window, asked: Asked) -> int:
    """Last day of the service's window from the earliest ship day in the network, stock and slots aside."""
    best = NONE
    for node in terms.centres:
        if not is_open(terms, node, asked.at):
            continue
        for carrier in range(len(terms.carrier)):
            zone = terms.zone[carrier, node, asked.place]
            if zone < 0 or terms.promise[asked.service, PROMISE_CARRIERS + carrier] == 0:
                continue
            row = node + asked.arm * terms.node.shape[0]
            if asked.at <= window.known_until[carrier, row]:
                day = window.known_day[carrier, row]
            else:
                day = ship_day_from(terms, window, node, carrier, asked)
            if day < 0:
                continue
            span = max(terms.promise[asked.service, PROMISE_HIGH], terms.transit[carrier, zone])
            best = min(best, whole(terms.business_after[carrier, day, min(span, 15)]))
    return best


@compiled
@written_in
def pieces_of(terms: Terms, carrier: int, asked: Asked) -> tuple[int, int, int, int]:
    """(carton, cartons, billed grams of each, outer volume of each) by a carrier; cartons 0: it does not take them."""
    if terms.carrier[carrier, CARRIER_MODE] == PALLET:
        if asked.weight_g < terms.carrier[carrier, CARRIER_MIN]:
            return 0, 0, 0, 0
        count = (asked.weight_g + terms.carrier[carrier, CARRIER_MAX] - 1) // terms.carrier[carrier, CARRIER_MAX]
        return -1, count, asked.weight_g // count, asked.volume_cm3 // count
    carton, count = choose_carton(terms.carton, asked.volume_cm3, asked.longest_mm)
    by_weight = (asked.weight_g + terms.carrier[carrier, CARRIER_MAX] - 1) // terms.carrier[carrier, CARRIER_MAX]
    count = max(count, by_weight)
    weight = asked.weight_g // count + terms.carton[carton, CARTON_TARE]
    outer = terms.carton[carton, CARTON_OUTER]
    return carton, count, billed_g(terms, carrier, weight, outer), outer


@compiled
def no_way(carrier: int, verdict: int) -> Option:
    """An option that is none, and why."""
    return Option(
        whole(NONE), whole(0), whole(carrier), whole(0), whole(0), whole(0), whole(verdict),
        whole(0), whole(0), whole(0), whole(0), whole(0),
    )  # fmt: skip


@compiled
@written_in
def lay_out(terms: Terms, asked: Asked, pieces: I64) -> None:
    """Write what each carrier [C, 4] would be given: the same from whichever node (`pieces_of`)."""
    for carrier in range(len(pieces)):
        if terms.promise[asked.service, PROMISE_CARRIERS + carrier] == 0 or is_out(asked.carriers_out, carrier):
            continue
        pieces[carrier] = pieces_of(terms, carrier, asked)


@compiled
@written_in
def by_carrier(terms: Terms, window: Window, node: int, asked: Asked, by: tuple[int, I64]) -> Option:
    """The way from a node by one carrier that serves the place and the service from there; by: (it, its pieces)."""
    carrier, pieces = by
    zone = whole(terms.zone[carrier, node, asked.place])
    carton, count, billed, outer = pieces[0], pieces[1], pieces[2], pieces[3]
    if count == 0:
        return no_way(carrier, NOT_SERVED)
    day = free_ship_day(terms, window, node, carrier, asked)
    if day < 0:
        return no_way(carrier, NO_CAPACITY)
    transit = terms.transit[carrier, zone]
    days = promise_days(terms, asked.service, transit)
    door_day = whole(terms.business_after[carrier, day, days])
    remote = terms.place[asked.place, PLACE_REMOTE]
    cost = journey_cost(terms, carrier, zone, day, remote, (billed, count))
    late = max(door_day - asked.wanted_day, 0)
    score = cost + late * terms.promise[asked.service, PROMISE_LATE_DAY] + terms.node[node, NODE_SYSTEM]
    verdict = TOO_SLOW if late > 0 else DEARER
    return Option(
        score, cost, whole(carrier), day, door_day, days - transit, whole(verdict), whole(carton),
        whole(count), billed, outer, zone,
    )  # fmt: skip


@compiled
def is_out(barred: int, which: int) -> bool:
    """Is one of those that may not be used? `barred` holds a bit each."""
    return (barred >> which) & 1 != 0


@compiled
@written_in
def best_from(terms: Terms, window: Window, node: int, asked: Asked, pieces: I64) -> Option:
    """The best way from one node; ties go to the carrier with the smaller hash of its text.

    `pieces` as `lay_out` wrote them for the same goods.
    """
    best = no_way(-1, NOT_SERVED)
    if not is_open(terms, node, asked.at):
        return no_way(-1, CLOSED)
    for carrier in range(len(terms.carrier)):
        # What does not serve is passed over here: a call with all these arrays costs more than the look.
        if terms.zone[carrier, node, asked.place] < 0 or terms.lane_of[carrier, node] < 0:
            continue
        if terms.promise[asked.service, PROMISE_CARRIERS + carrier] == 0 or is_out(asked.carriers_out, carrier):
            continue
        option = by_carrier(terms, window, node, asked, (carrier, pieces[carrier]))
        if option.score == NONE:
            if best.score == NONE and option.verdict == NO_CAPACITY:
                best = option
            continue
        tie = best.carrier >= 0 and terms.carrier[carrier, CARRIER_ORDER] < terms.carrier[best.carrier, CARRIER_ORDER]
        if option.score < best.score or (option.score == best.score and tie):
            best = option
    return best


@compiled
@written_in
def nearest_open(terms: Terms, place: int, at: int) -> int:
    """The open fulfilment node nearest to a place; ties by rank, then by hash of the text."""
    for node in terms.near[place]:
        if terms.node[node, NODE_FROM] <= at < terms.node[node, NODE_UNTIL]:
            return int(node)
    return -1


@compiled
def comes_before(terms: Terms, node: int, other: int, place: int) -> bool:
    """Is a node nearer to a place than another; ties by rank, then by hash of the text."""
    near, far = terms.distance[node, place], terms.distance[other, place]
    if near != far:
        return bool(near < far)
    return bool(terms.node[node, NODE_ORDER] < terms.node[other, NODE_ORDER])
