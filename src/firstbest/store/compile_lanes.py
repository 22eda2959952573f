"""Lanes: those of lanes.csv in file order, then one pick-up for each carrier at each node where it collects.

Own vans need no pick-up: the lane of lanes.csv that feeds their station is theirs.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from firstbest.store.compile_places import collecting, great_circle_km, where
from firstbest.store.compile_plan import Plan, micros, ppm, whole
from firstbest.store.workspace_cells import NO_CLOCK
from firstbest.store.workspace_sense_freight import van_lanes
from firstbest.store.workspace_tables import F64
from firstbest.world.network import I32, I64, Lanes
from firstbest.world.units import DAY_US, SECOND_US
from firstbest.world.words import Mode

OUTSIDE: Final = frozenset({"supplier", "port"})
"""Kinds of node whose own days do not bind the vehicles that leave them."""
CIRCUITY: Final = 1.2
"""Road against great circle where lanes.csv gives no distance: the usual figure for the United States, from memory of
Ballou, Rahardja and Sakai (2002), unconfirmed."""
UNBOUNDED: Final = 2**50
"""Capacity of a carrier's pick-up, cubic centimetres or grams: never the binding constraint."""
_CM3_M3: Final = 1_000_000


class PickUp(NamedTuple):
    """A carrier's collection at a node."""

    node: int
    carrier: int
    name: str


def pick_ups(plan: Plan) -> tuple[PickUp, ...]:
    """Collections that are no lane of lanes.csv, by node, then carrier, in file order."""
    carriers, nodes = plan.workspace.frame("carriers"), plan.workspace.frame("nodes")
    found: list[PickUp] = []
    for carrier, (name, mode) in enumerate(zip(carriers.texts("carrier"), carriers.texts("mode"), strict=True)):
        if mode != "own_van":
            found.extend(PickUp(n, carrier, f"{nodes.texts('node')[n]}:{name}") for n in collecting(plan, carrier))
    return tuple(sorted(found))


def feeding(plan: Plan) -> dict[int, int]:
    """Lane of lanes.csv to the own-van carrier whose station it feeds."""
    ways = van_lanes(plan.workspace).items()
    return {plan.lanes[lane]: plan.carriers[carrier] for (carrier, _), lanes in ways for lane, _ in lanes}


def compile_lanes(plan: Plan) -> tuple[Lanes, tuple[str, ...]]:
    """Lanes: [L], with their names. Scale multiplies a vehicle's capacity and its cost alike."""
    lanes, ups = plan.workspace.frame("lanes"), pick_ups(plan)
    distance, scale, count = _distances(plan), plan.scale, len(ups)
    priced = lanes.numbers("cost_vehicle") + lanes.numbers("cost_distance") * distance
    vehicle = np.maximum(priced, lanes.numbers("cost_least")) * scale
    vans = feeding(plan)
    carrier_modes = plan.workspace.frame("carriers").texts("mode")
    modes = [*lanes.texts("mode"), *(carrier_modes[up.carrier] for up in ups)]
    nodes = plan.nodes

    def followed(values: I64, rest: int) -> I64:
        return np.concatenate([values, np.full(count, rest, np.int64)])

    compiled = Lanes(
        origin=_i32([*(nodes[each] for each in lanes.texts("origin")), *(up.node for up in ups)]),
        destination=_i32([*(nodes[each] for each in lanes.texts("destination")), *([-1] * count)]),
        carrier=_i32([*(vans.get(lane, -1) for lane in range(len(lanes))), *(up.carrier for up in ups)]),
        mode=np.array([Mode[each.upper()] for each in modes], np.int8),
        capacity_cm3=followed(np.maximum(whole(lanes.numbers("capacity_m3") * _CM3_M3 * scale), 1), UNBOUNDED),
        capacity_g=followed(np.maximum(whole(lanes.numbers("capacity_kg") * 1_000 * scale), 1), UNBOUNDED),
        vehicles=followed(whole(lanes.numbers("vehicles")), 1).astype(np.int32),
        thin_ppm=followed(ppm(lanes.numbers("thin_percent")), 0),
        cost_vehicle=followed(micros(vehicle), 0),
        cost_g_x1000=followed(micros(lanes.numbers("cost_kg")), 0),
        transit_s=followed(whole(lanes.numbers("transit_days") * (DAY_US // SECOND_US)), 0),
        distance_km=followed(whole(distance * plan.workspace.km), 0).astype(np.int32),
        carbon_mg_kg_km=followed(whole(lanes.numbers("carbon_g_tkm")), 0),
        share_ppm=followed(ppm(lanes.numbers("share")), 0),
        path_next=_i32([*(plan.lanes.get(each, -1) for each in lanes.texts("next_lane")), *([-1] * count)]),
    )
    return compiled, (*plan.lanes, *(up.name for up in ups))


def _i32(values: list[int]) -> I32:
    return np.array(values, np.int32)


def _distances(plan: Plan) -> F64:
    """Of lanes.csv, in the workspace's unit; great circle x 1.2 where none is given: [lanes of the file]."""
    lanes, nodes = plan.workspace.frame("lanes"), plan.workspace.frame("nodes")
    km = great_circle_km(where(nodes), where(nodes))
    origins = [plan.nodes[each] for each in lanes.texts("origin")]
    destinations = [plan.nodes[each] for each in lanes.texts("destination")]
    given = lanes.numbers("distance")
    found: F64 = np.where(np.isnan(given), km[origins, destinations] * CIRCUITY / plan.workspace.km, given)
    return found


def departures_us(plan: Plan, lane: int) -> I64:
    """Instants at which a lane of lanes.csv departs, over all D days, rising.

    Nothing leaves a storage, a fulfilment centre or a station on days on which it does not work; suppliers and
    ports keep the schedule as it is written.
    """
    lanes, nodes = plan.workspace.frame("lanes"), plan.workspace.frame("nodes")
    node = plan.nodes[lanes.texts("origin")[lane]]
    works = work_days(plan)[node] | (nodes.texts("kind")[node] in OUTSIDE)
    found = [
        plan.instants(plan.node_zone(node), each.minute)[plan.on_weekdays(each.days) & works]
        for each in lanes.departures("departures")[lane]
    ]
    return np.unique(np.concatenate(found))


def pick_up_us(plan: Plan) -> I64:
    """Departure of the day by carrier and node: [C, N, D], -1 where the carrier does not collect that day.

    Where neither the building nor the carrier works, nothing is collected. Own vans' loads go with the last
    departure of the day of the lane that feeds their station.
    """
    carriers, nodes = plan.workspace.frame("carriers"), plan.workspace.frame("nodes")
    found = np.full((len(carriers), len(nodes), plan.span), -1, np.int64)
    works = work_days(plan)
    for up in pick_ups(plan):
        name = carriers.texts("carrier")[up.carrier]
        own, theirs = nodes.whole("pick_up")[up.node], carriers.whole("pick_up")[up.carrier]
        collects = plan.on_weekdays(int(carriers.whole("pick_up_days")[up.carrier])) & works[up.node]
        collects = collects & (plan.marked("holiday", name, "carriers", "all") == 0)
        at = plan.instants(plan.node_zone(up.node), int(own if theirs == NO_CLOCK else theirs))
        found[up.carrier, up.node] = np.where(collects, at, -1)
    for lane, carrier in feeding(plan).items():
        lanes = plan.workspace.frame("lanes")
        node = plan.nodes[lanes.texts("origin")[lane]]
        for departure in sorted(lanes.departures("departures")[lane], key=lambda each: each.minute):
            leaves = plan.on_weekdays(departure.days) & works[node]
            at = plan.instants(plan.node_zone(node), departure.minute)
            found[carrier, node] = np.where(leaves, at, found[carrier, node])
    return found


def work_days(plan: Plan) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whether each building works: [N, D]."""
    nodes = plan.workspace.frame("nodes")
    found = np.zeros((len(nodes), plan.span), np.bool_)
    for n, name in enumerate(nodes.texts("node")):
        rest = plan.marked("holiday", name, "nodes", "all") > 0
        found[n] = plan.on_weekdays(int(nodes.whole("work_days")[n])) & ~rest
    return found
