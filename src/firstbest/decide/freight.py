"""What leaves by a lane's departure: due order, first fit until full; a thin load waits unless it is urgent.

The same for parcels at a pick-up, for the night truck to a station, and for containers and trucks on the way
in. And for a parcel that its own carrier would bring late: a faster carrier, where the policy's price allows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
from firstbest.world.network import I64, Lanes
from firstbest.world.units import DAY_US, PPM, SECOND_US
from firstbest.world.words import Mode

Records = NDArray[np.void]
Row = Any
"""One packed shipment: its columns are its attributes."""
OWN_VAN = int(Mode.OWN_VAN)
PALLET = int(Mode.PALLET)
TRANSIT_DAYS_MOST = 15
"""`Terms.business_after` looks no further ahead."""

LANE = 0
VEHICLE = 1
VOLUME = 2
WEIGHT = 3
"""Places of what is being filled: a lane, which of its vehicles, and the space and weight that are taken in it."""


class Loads(NamedTuple):
    """Things to load in the order of loading, lane by lane, due first: [n] lane, space, weight."""

    lane: I64
    volume_cm3: I64
    weight_g: I64


class Room(NamedTuple):
    """What leaves by each lane at most: [L]."""

    capacity_cm3: I64  # of one vehicle
    capacity_g: I64
    vehicles: I64


def room_of(lanes: Lanes) -> Room:
    """The room that lanes have at one departure."""
    return Room(lanes.capacity_cm3, lanes.capacity_g, lanes.vehicles.astype(np.int64))


def nothing_filled() -> I64:
    """What is being filled, before the first load."""
    return np.array([-1, 0, 0, 0], np.int64)


@compiled
def vehicle_for(room: Room, lane: int, volume_cm3: int, weight_g: int, filling: I64) -> int:
    """Vehicle of its lane (0, 1, ...) that the next load goes into, -1: it is left behind.

    Each vehicle is filled in turn; what does not fit opens the next, up to the lane's vehicles. `filling` [4] is what
    the loads before it have left.
    """
    if filling[LANE] != lane:
        filling[:] = 0
        filling[LANE] = lane
    volume, weight = filling[VOLUME] + volume_cm3, filling[WEIGHT] + weight_g
    if filling[VOLUME] > 0 and (volume > room.capacity_cm3[lane] or weight > room.capacity_g[lane]):
        filling[VEHICLE] += 1
        filling[VOLUME], filling[WEIGHT] = 0, 0
    if filling[VEHICLE] >= room.vehicles[lane]:
        return -1
    filling[VOLUME] += volume_cm3
    filling[WEIGHT] += weight_g
    return int(filling[VEHICLE])


@compiled
@makes_arrays
def fill(loads: Loads, room: Room) -> I64:
    """Vehicle of each load within its lane, -1: left behind. [n]"""
    spot, filling = np.empty(len(loads.lane), np.int64), np.array([-1, 0, 0, 0], np.int64)
    for n in range(len(spot)):
        spot[n] = vehicle_for(room, loads.lane[n], loads.volume_cm3[n], loads.weight_g[n], filling)
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


@compiled
def better_carrier(terms: Terms, parcel: Row, day: int) -> tuple[int, int]:
    """(carrier, cost of the journey) of a packed shipment that leaves on a day.

    Its own carrier, unless that one would bring it late: then the cheapest that would not, within the policy's price.
    """
    own, node, place, by = int(parcel.carrier), parcel.node, parcel.place, parcel.deliver_by
    best, cost = own, price_of(terms, parcel, own, day)
    if terms.carrier[own, CARRIER_MODE] in (OWN_VAN, PALLET) or door_of(terms, own, node, place, day) <= by:
        return best, cost
    each_g = parcel.weight_g // max(parcel.cartons, 1)
    most = cost + terms.policy[POLICY_UPGRADE]
    for carrier in range(len(terms.carrier)):
        mode = terms.carrier[carrier, CARRIER_MODE]
        served = terms.zone[carrier, node, place] >= 0 and terms.lane_of[carrier, node] >= 0
        if carrier == own or not served or mode in (OWN_VAN, PALLET) or each_g > terms.carrier[carrier, CARRIER_MAX]:
            continue
        price = price_of(terms, parcel, carrier, day)
        tie = best != own and terms.carrier[carrier, CARRIER_ORDER] > terms.carrier[best, CARRIER_ORDER]
        if price > most or (price == most and tie) or door_of(terms, carrier, node, place, day) > by:
            continue
        best, cost, most = carrier, price, price
    return best, cost


@compiled
def door_of(terms: Terms, carrier: int, node: int, place: int, day: int) -> int:
    """End of the day on which a carrier believes to be at the door."""
    zone = terms.zone[carrier, node, place]
    door = terms.business_after[carrier, day, min(terms.transit[carrier, zone], TRANSIT_DAYS_MOST)]
    return int(terms.door_closes[terms.place[place, PLACE_ZONE], door])


@compiled
def price_of(terms: Terms, parcel: Row, carrier: int, day: int) -> int:
    """What a carrier asks for a shipment that leaves on a day."""
    zone = terms.zone[carrier, parcel.node, parcel.place]
    count = max(parcel.cartons, 1)
    each = billed_g(terms, carrier, parcel.weight_g // count, parcel.volume_cm3 // count)
    if terms.carrier[carrier, CARRIER_MODE] == PALLET:
        each = parcel.weight_g // count
    return journey_cost(terms, carrier, zone, day, terms.place[parcel.place, PLACE_REMOTE], (each, count))
