"""What leaves by a lane's departure: due order, first fit until full; a thin load waits unless it is urgent.

The same for parcels at a pick-up, for the night truck to a station, and for containers and trucks on the way
in. And for a parcel that its own carrier would bring late: a faster carrier, where the policy's price allows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.decide.rate import billed_g, journey_cost
from firstbest.decide.terms import (
    CARRIER_MAX,
    CARRIER_MODE,
    CARRIER_ORDER,
    PLACE_REMOTE,
    PLACE_ZONE,
    POLICY_UPGRADE,
    Terms,
)
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, PPM, SECOND_US
from firstbest.world.words import Mode

Records = NDArray[np.void]
OWN_VAN = int(Mode.OWN_VAN)
PALLET = int(Mode.PALLET)
TRANSIT_DAYS_MOST = 15
"""`Terms.business_after` looks no further ahead."""


class Loads(NamedTuple):
    """Things to load in the order of loading: [n] lane, space, weight."""

    lane: I64
    volume_cm3: I64
    weight_g: I64


@compiled
@makes_arrays
def fill(loads: Loads, capacity_cm3: I64, capacity_g: I64, vehicles: I64) -> I64:
    """Vehicle of each load (0, 1, ... within its lane), -1: left behind. Loads stand lane by lane, due first.

    Each vehicle is filled in turn; what does not fit opens the next, up to the lane's vehicles.
    """
    spot = np.full(len(loads.lane), -1, np.int64)
    lane, vehicle, volume, weight = -1, 0, 0, 0
    for n in range(len(loads.lane)):
        if loads.lane[n] != lane:
            lane, vehicle, volume, weight = loads.lane[n], 0, 0, 0
        over = volume + loads.volume_cm3[n] > capacity_cm3[lane] or weight + loads.weight_g[n] > capacity_g[lane]
        if over and volume > 0:
            vehicle, volume, weight = vehicle + 1, 0, 0
        if vehicle >= vehicles[lane]:
            continue
        spot[n] = vehicle
        volume += loads.volume_cm3[n]
        weight += loads.weight_g[n]
    return spot


def goes(ground: Ground, cargo: Records, now: int) -> NDArray[np.bool_]:
    """Which cargo's lane leaves at all: full enough, or something on it is urgent. [n]"""
    lanes = ground.lanes
    lane = cargo["lane"]
    total = np.zeros(len(lanes.origin), np.int64)
    np.add.at(total, lane, cargo["volume_cm3"])
    full = total >= lanes.capacity_cm3 * lanes.thin_ppm // PPM
    latest = cargo["due_at"] - lanes.transit_s[lane] * SECOND_US - ground.policy.urgent_days * DAY_US
    urgent = np.zeros(len(total), np.bool_)
    urgent[lane[latest <= now]] = True
    answer: NDArray[np.bool_] = (full | urgent)[lane]
    return answer


def shares(total: I64, group: I64, volume_cm3: I64) -> I64:
    """Each member's part of its group's total, by litres of space, in whole units; parts add up exactly. [n]

    `total`: [groups], `group`: [n] sorted. A member with less than a litre counts as one.
    """
    if not len(group):
        return np.zeros(0, np.int64)
    litres = np.maximum(volume_cm3 // 1000, 1)
    sums = np.zeros(len(total), np.int64)
    np.add.at(sums, group, litres)
    first = np.searchsorted(group, group)
    running = np.cumsum(litres)
    upto = running - (running - litres)[first]
    upper = total[group] * upto // sums[group]
    lower = np.where(np.arange(len(group)) == first, 0, np.append(0, upper[:-1]))
    parts: I64 = upper - lower
    return parts


class Journeys(NamedTuple):
    """Packed shipments about to leave: [n] each."""

    carrier: I64
    node: I64
    place: I64
    deliver_by: I64
    cartons: I64
    weight_g: I64
    volume_cm3: I64
    cost: I64


@compiled
def better_carrier(terms: Terms, journeys: Journeys, day: int, faster: I64, cost: I64) -> None:
    """For each shipment its own carrier would bring late: the cheapest that would not, within the policy's price.

    Writes the carrier into `faster` (its own where nothing is better) and the journey's cost into `cost`.
    """
    for n in range(len(journeys.carrier)):
        own, node, place, by = journeys.carrier[n], journeys.node[n], journeys.place[n], journeys.deliver_by[n]
        faster[n] = own
        cost[n] = price_of(terms, journeys, n, own, day)
        fixed = terms.carrier[own, CARRIER_MODE] in (OWN_VAN, PALLET)
        if fixed or door_of(terms, own, node, place, day) <= by:
            continue
        each_g = journeys.weight_g[n] // max(journeys.cartons[n], 1)
        most = cost[n] + terms.policy[POLICY_UPGRADE]
        for carrier in range(len(terms.carrier)):
            mode = terms.carrier[carrier, CARRIER_MODE]
            served = terms.zone[carrier, node, place] >= 0 and terms.lane_of[carrier, node] >= 0
            if (
                carrier == own
                or not served
                or mode in (OWN_VAN, PALLET)
                or each_g > terms.carrier[carrier, CARRIER_MAX]
            ):
                continue
            price = price_of(terms, journeys, n, carrier, day)
            tie = faster[n] != own and terms.carrier[carrier, CARRIER_ORDER] > terms.carrier[faster[n], CARRIER_ORDER]
            if price > most or (price == most and tie) or door_of(terms, carrier, node, place, day) > by:
                continue
            faster[n], cost[n], most = carrier, price, price


@compiled
def door_of(terms: Terms, carrier: int, node: int, place: int, day: int) -> int:
    """End of the day on which a carrier believes to be at the door."""
    zone = terms.zone[carrier, node, place]
    door = terms.business_after[carrier, day, min(terms.transit[carrier, zone], TRANSIT_DAYS_MOST)]
    return int(terms.door_closes[terms.place[place, PLACE_ZONE], door])


@compiled
def price_of(terms: Terms, journeys: Journeys, n: int, carrier: int, day: int) -> int:
    """What a carrier asks for a shipment that leaves on a day."""
    zone = terms.zone[carrier, journeys.node[n], journeys.place[n]]
    count = max(journeys.cartons[n], 1)
    each = billed_g(terms, carrier, journeys.weight_g[n] // count, journeys.volume_cm3[n] // count)
    if terms.carrier[carrier, CARRIER_MODE] == PALLET:
        each = journeys.weight_g[n] // count
    return journey_cost(terms, carrier, zone, day, terms.place[journeys.place[n], PLACE_REMOTE], (each, count))
