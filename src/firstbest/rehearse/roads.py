"""Roads: how long vehicles and parcels take, and what befalls them.

A vehicle takes what the house believes, times how far that belief is off, times a lognormal factor; all that leaves a
lane at one instant travels together. A shock on the lane holds up what would arrive while it lasts; snow at a building
holds up what leaves it. A parcel takes the business days of its zone and now and then some more; it may find nobody at
home, be lost or damaged. Own vans go from stop to stop in the order that the house gave them; the mean way between
stops is 0.75 * sqrt(area / stops), times 1.2 for streets (facts/practice.md, 5.9).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import FOURTH, NONE, SECOND, THIRD, Agenda, put
from firstbest.kernels.compiled import compiled, makes_arrays, written_in
from firstbest.kernels.draws import chosen, exponential, happens, joined, spread, uniform
from firstbest.kernels.index import local_day
from firstbest.kernels.lookup import find
from firstbest.kernels.near import near
from firstbest.rehearse import purposes
from firstbest.rehearse.hands import LOADED, Floor, Roster, load_us
from firstbest.rehearse.works import AHEAD, TASKS, Rows, Store, near_shipment, new_task, shipment_name
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US, MAX_ATTEMPT, MAX_NODE, MINUTE_US, PPM, SECOND_US
from firstbest.world.words import ContactReason, Kind, LateCause, Mode, Outcome

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

OWN_VAN: Final = int(Mode.OWN_VAN)
DELIVERED: Final = int(Kind.DELIVERED)
CONTACTED: Final = int(Kind.CONTACTED)
QUESTION: Final = int(ContactReason.QUESTION)
WHERE: Final = int(ContactReason.WHERE_IS_IT)
HARM: Final = int(ContactReason.HARMED)
WAIT: Final = 3
REASONS: Final = 16
"""More than there are reasons of returns or contacts."""
LOST: Final = int(Outcome.LOST)
DAMAGED: Final = int(Outcome.DAMAGED)
LAST_MILE: Final = int(LateCause.LAST_MILE)
LINEHAUL: Final = int(LateCause.LINEHAUL)
NOBODY_HOME: Final = int(LateCause.ADDRESS_OR_CUSTOMER)
ATTEMPTS_FAIL_MOST: Final = 2
LOST_AFTER_DAYS: Final = 7
"""Business days after which a parcel that does not come is given up."""
BUSINESS: Final = 16
"""In `days`, the columns from here on are the running sums of chances to be 0, 1, 2 ... days late."""
CARRIER: Final = np.dtype([("mode", "<i8"), ("attempt_fails_ppm", "<i8"), ("lost_ppm", "<i8"), ("damaged_ppm", "<i8")])
LANE: Final = np.dtype(
    [("tie", "<u8"), ("origin", "<i8"), ("destination", "<i8"), ("transit_us", "<i8"), ("variation", "<f8")]
)
HELD_LANE: Final = 0
HELD_NODE: Final = 1
"""Kinds of shock: [X, 5] kind, lane or node, from, until, extra."""


class Ways(NamedTuple):
    """Carriers [C], lanes [L], places [P], local days [D], as they really are."""

    carriers: Rows  # [C]
    transit_days: I64  # [C, 9]
    days: I64  # [C, D, 20] business days after a day; then the running sums of lateness
    midnight_us: I64  # [Z, D]
    place_zone: I64  # [P]
    door_us: I64  # [2] since midnight
    lanes: Rows  # [L]
    shocks: I64  # [X, 5]
    way_km: I64  # [N, P]
    asking: I64  # [4] ppm of shipments asked about, of late ones, of harmed ones; mean seconds until then


def new_ways(network: Network, nature: Nature) -> Ways:
    """The roads of a network, as they really are."""
    roads = nature.roads
    carriers = np.zeros(len(network.carriers.mode), CARRIER)
    carriers["mode"], carriers["attempt_fails_ppm"] = network.carriers.mode, roads.attempt_fails_ppm
    carriers["lost_ppm"], carriers["damaged_ppm"] = roads.lost_ppm, roads.damaged_ppm
    late = np.cumsum(roads.late_ppm.astype(np.int64), axis=2)
    held = _shocks(HELD_LANE, roads.delay_lane, roads.delay_from_us, roads.delay_until_us, roads.delay_s * SECOND_US)
    snow = _shocks(HELD_NODE, roads.snow_node, roads.snow_from_us, roads.snow_until_us, roads.snow_until_us)
    return Ways(
        carriers=carriers,
        transit_days=network.carriers.transit_days.astype(np.int64),
        days=np.concatenate([network.carriers.business_after.astype(np.int64), late], axis=2),
        midnight_us=network.calendar.midnight_us,
        place_zone=network.places.time_zone.astype(np.int64),
        door_us=np.array([roads.door_from_min, roads.door_until_min], np.int64) * MINUTE_US,
        lanes=_lanes(network, nature),
        shocks=np.concatenate([held, snow]),
        way_km=network.arcs.distance_km.astype(np.int64),
        asking=_asking(nature),
    )


def _asking(nature: Nature) -> I64:
    asking = nature.asking
    if asking is None:
        return np.zeros(4, np.int64)
    return np.array([asking.question_ppm, asking.late_ppm, asking.harmed_ppm, asking.wait_mean_s], np.int64)


def _shocks(kind: int, *columns: NDArray[np.integer]) -> I64:
    rows = [np.full(len(columns[0]), kind, np.int64), *(column.astype(np.int64) for column in columns)]
    return np.ascontiguousarray(np.stack(rows, axis=1))


def _lanes(network: Network, nature: Nature) -> Rows:
    lanes, roads = network.lanes, nature.roads
    rows = np.zeros(len(lanes.mode), LANE)
    rows["origin"], rows["destination"] = lanes.origin, lanes.destination
    rows["transit_us"] = lanes.transit_s.astype(np.int64) * roads.transit_truth_ppm * SECOND_US // PPM
    rows["variation"] = roads.transit_spread_ppm / PPM
    _set_ties(rows, network.nodes.tie, network.carriers.tie, lanes.carrier, lanes.mode)
    return rows


@compiled
def _set_ties(lanes: Rows, nodes: U64, carriers: U64, carrier: NDArray[np.int32], mode: NDArray[np.int8]) -> None:
    """A lane's hash is of its ends, and of its carrier or else its mode."""
    for number in range(len(lanes)):
        lane = lanes[number]
        far = by = np.uint64(mode[number])
        if lane["destination"] >= 0:
            far = nodes[lane["destination"]]
        if carrier[number] >= 0:
            by = carriers[carrier[number]]
        lane["tie"] = joined(joined(nodes[lane["origin"]], far), by)


@compiled
@written_in
def lane_arrival(ways: Ways, seed: int, lane: int, at: int) -> int:
    """When the vehicles that leave a lane at an instant arrive."""
    road = ways.lanes[lane]
    stream = joined(np.uint64(seed), joined(road["tie"], np.uint64(at // MINUTE_US)))
    transit = float(road["transit_us"]) * spread(stream, purposes.TRANSIT, 0, road["variation"])
    arrival = out_of_snow(ways.shocks, road["origin"], at) + max(int(transit), SECOND_US)
    held = 0
    for number in range(len(ways.shocks)):
        shock = ways.shocks[number]
        if shock[0] == HELD_LANE and shock[1] == lane and shock[2] <= arrival < shock[3]:
            held += shock[4]
    return int(arrival + held)


@compiled
def out_of_snow(shocks: I64, node: int, at: int) -> int:
    """The first instant from `at` on at which something can leave a building."""
    for number in range(len(shocks)):
        shock = shocks[number]
        if shock[0] == HELD_NODE and shock[1] == node and shock[2] <= at < shock[3]:
            at = shock[3]
    return int(at)


@compiled
@written_in
def task_of(store: Store, nodes: Rows, row: np.void) -> int:
    """The task of a shipment's fact, made anew where the physics does not know it; room is the caller's duty."""
    task = task_if_room(store, nodes, row)
    assert task != NONE, "the store of tasks is full"
    return task


@compiled
def task_if_room(store: Store, nodes: Rows, row: np.void) -> int:
    """The task of a shipment's fact, made anew where the physics does not know it (after a fork); NONE: no room."""
    name = shipment_name(row["order"], row["node"], row["attempt"])
    task = find(store.names, name)
    if task < 0 and store.marks[TASKS] < len(store.tasks):
        rank = joined(joined(row["tie"], nodes[row["node"]]["tie"]), np.uint64(row["attempt"]))
        task = new_task(store, name, row["tie"], rank)
    return task


@compiled
def take_departed(
    ways: Ways, floor: Floor, roster: Roster, hands: tuple[Store, Agenda], key: tuple[int, Rows, int]
) -> int:
    """DEPARTED facts from one on, `key` = (seed, rows, that one): parcels begin their journey; loading was work.

    The first fact for whose task there was no room; where it is called again, it begins there.
    """
    store, agenda = hands
    seed, rows, first = key
    following = task_if_room(store, floor.nodes, rows[first]) if first < len(rows) else NONE
    for number in range(first, len(rows)):
        row, task = rows[number], following
        if task == NONE:
            return number
        near_shipment(store, rows, number + AHEAD)
        if number + 1 < len(rows):
            following = task_if_room(store, floor.nodes, rows[number + 1])
            near(store.tasks, following)
        node, carrier, at = row["node"], row["carrier"], row["at"]
        roster.marks[node, LOADED] += load_us(floor, node) * max(row["cartons"], 1)
        source = store.tasks[task]
        source["carrier"] = carrier
        source["expected"] = row["deliver_by"]
        if ways.carriers[carrier]["mode"] == OWN_VAN:
            source["ready_at"] = lane_arrival(ways, seed, row["lane"], at)
            continue
        door, outcome, failed, flag = journey(ways, floor.nodes, (seed, source["rank"]), row, at)
        set_end(agenda.rows[put(agenda, door, DELIVERED, source["rank"], task)], outcome, failed, flag)
        ask_about(ways, agenda, source, seed, (door, outcome))
    return len(rows)


def events_most(ways: Ways) -> int:
    """What may come of one journey: its end, and what its customer may ask."""
    return 4 if ways.asking[[QUESTION, WHERE, HARM]].any() else 1


@compiled
def ask_about(ways: Ways, agenda: Agenda, source: np.void, seed: int, end: tuple[int, int]) -> None:
    """What the customer of a shipment will ask, `end` = (instant at the door, outcome): where it is once its day is
    over, about harm once it is there, or something else.
    """
    if ways.asking[QUESTION] + ways.asking[WHERE] + ways.asking[HARM] == 0:
        return
    door, outcome = end
    stream, due = joined(np.uint64(seed), source["rank"]), source["expected"]
    wait = SECOND_US + int(exponential(stream, purposes.CONTACT_DELAY, 0) * ways.asking[WAIT] * SECOND_US)
    if outcome != 0 and happens(stream, purposes.CONTACT, HARM, ways.asking[HARM]):
        _asks(agenda, source, door + wait, HARM)
    if due > 0 and due + wait < door and happens(stream, purposes.CONTACT, WHERE, ways.asking[WHERE]):
        _asks(agenda, source, due + wait, WHERE)
    if happens(stream, purposes.CONTACT, QUESTION, ways.asking[QUESTION]):
        _asks(agenda, source, door + int(wait), QUESTION)


@compiled
def _asks(agenda: Agenda, source: np.void, at: int, reason: int) -> None:
    key = source["name"] >> 1
    index = put(agenda, at, CONTACTED, joined(source["rank"], np.uint64(reason)), key // (MAX_NODE * MAX_ATTEMPT))
    agenda.rows[index, THIRD] = np.int64(source["tie"])
    agenda.rows[index, FOURTH] = key % (MAX_NODE * MAX_ATTEMPT) * REASONS + reason


@compiled
@written_in
def journey(ways: Ways, nodes: Rows, who: tuple[int, np.uint64], row: np.void, at: int) -> tuple[int, int, int, int]:
    """A parcel's way from its departure at an instant, `who` = (seed, rank): at the door, outcome, attempts, cause.

    The row names node, carrier, zone and place.
    """
    leaves = out_of_snow(ways.shocks, row["node"], at)
    day = local_day(ways.midnight_us, nodes[row["node"]]["zone"], leaves)
    trip = (day, row["zone"], row["place"], int(leaves > at))
    stream = joined(np.uint64(who[0]), who[1])
    door, outcome, failed, flag = _journey(ways, stream, row["carrier"], trip)
    return max(door, at + HOUR_US), outcome, failed, flag


@compiled
@written_in
def set_end(event: I64, outcome: int, failed: int, flag: int) -> None:
    """How a delivery will end: outcome, failed attempts, what held it up."""
    event[SECOND] = outcome
    event[THIRD] = failed
    event[FOURTH] = flag


@compiled
@written_in
def _journey(ways: Ways, stream: np.uint64, carrier: int, trip: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """A parcel's way to the door, `trip` = (day, zone, place, snowed in): instant, outcome, failed attempts, cause."""
    day, zone, place, snowed = trip
    late = chosen(ways.days[carrier, day, BUSINESS:], uniform(stream, purposes.LATE, 0))
    door_day = ways.days[carrier, day, min(ways.transit_days[carrier, zone] + late, BUSINESS - 1)]
    failed = _failed(stream, ways.carriers[carrier]["attempt_fails_ppm"])
    outcome = _outcome(ways.carriers[carrier], stream)
    wait = failed + (LOST_AFTER_DAYS if outcome == LOST else 0)
    door_day = ways.days[carrier, door_day, wait] if wait > 0 else door_day
    since = ways.door_us[0] + int(uniform(stream, purposes.DOOR, 0) * (ways.door_us[1] - ways.door_us[0]))
    flag = 0
    if late + snowed > 0 or outcome == LOST:
        flag = LAST_MILE
    elif failed > 0:
        flag = NOBODY_HOME
    return ways.midnight_us[ways.place_zone[place], door_day] + since, outcome, failed, flag


@compiled
def _failed(stream: np.uint64, ppm: int) -> int:
    """How many attempts find nobody."""
    failed = 0
    while failed < ATTEMPTS_FAIL_MOST and happens(stream, purposes.ATTEMPT, failed, ppm):
        failed += 1
    return failed


@compiled
def _outcome(carrier: np.void, stream: np.uint64) -> int:
    if happens(stream, purposes.LOST, 0, carrier["lost_ppm"]):
        return LOST
    if happens(stream, purposes.DAMAGED, 0, carrier["damaged_ppm"]):
        return DAMAGED
    return 0


@compiled
@makes_arrays
def take_vanned(ways: Ways, nodes: Rows, hands: tuple[Store, Agenda], key: tuple[int, Rows]) -> None:
    """VANNED facts, `key` = (seed, rows): vans drive from stop to stop; who is not at home is tried a day later."""
    store, agenda = hands
    seed, rows = key
    stops = np.zeros(len(nodes), np.int64)
    for number in range(len(rows)):
        stops[rows[number]["station"]] += 1
    for number in range(len(rows)):
        row = rows[number]
        station, at = row["station"], row["at"]
        task = task_of(store, nodes, row)
        source = store.tasks[task]
        drive = drive_us(nodes[station], ways.way_km[station, row["place"]], row["stop"], stops[station])
        late = int(source["ready_at"] > at)
        wait, outcome, failed, flag = van_trip(ways, joined(np.uint64(seed), source["rank"]), source["carrier"], late)
        set_end(
            agenda.rows[put(agenda, at + drive + wait * DAY_US, DELIVERED, source["rank"], task)], outcome, failed, flag
        )
        ask_about(ways, agenda, source, seed, (at + drive + wait * DAY_US, outcome))


@compiled
def van_trip(ways: Ways, stream: np.uint64, carrier: int, late: int) -> tuple[int, int, int, int]:
    """What befalls a parcel on a van, `late` 1 where its truck missed the gate: days lost, outcome, attempts, cause."""
    row = ways.carriers[max(carrier, 0)]
    outcome, failed = _outcome(row, stream), _failed(stream, row["attempt_fails_ppm"])
    flag = 0
    if late > 0:
        flag = LINEHAUL
    elif outcome == LOST:
        flag = LAST_MILE
    elif failed > 0:
        flag = NOBODY_HOME
    return failed + late + (LOST_AFTER_DAYS if outcome == LOST else 0), outcome, failed, flag


@compiled
def drive_us(station: np.void, out_km: int, stop: int, stops: int) -> int:
    """From the station's gate to the end of a route's stop: the way out, then stop by stop."""
    speed = float(max(station["speed_m_s_x1000"], 1)) / 1e3
    between_m = 1e3 * math.sqrt(float(station["area_km2"]) / float(max(stops, 1))) * 0.75 * 1.2
    seconds = (float(out_km) * 1e3 + float(stop) * between_m) / speed
    return int(seconds * 1e6) + (stop + 1) * int(station["stop_us"])
