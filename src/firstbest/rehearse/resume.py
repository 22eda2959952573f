"""Resuming: what is under way in a book's state, put into the physics so that it can go on from an instant.

A book knows what was begun and not when it will end. So the rest of each task is drawn given that it is not done: its
journey, its work, its production is drawn as it would have been at its beginning, again and again with other keys,
until a draw has not come about before the instant (rejection, which gives just the conditional distribution). What no
draw explains in `TRIES` times is overdue beyond the model: it is taken to end within a day, at a moment that is drawn,
and it is counted, so that a rehearsal can say so.

Of a job that somebody has in hand the book does not know since when. Its age is drawn evenly over the time in which it
may have begun, with its length, until the length is more than the age: what is left of a job met at a random moment.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import SECOND, THIRD, Agenda, put
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.draws import exponential, happens, joined, spread, uniform
from firstbest.kernels.station import FREE, READY, SPEED, STAFFED, WORK, Stations, enqueue
from firstbest.rehearse import purposes
from firstbest.rehearse.hands import PROCESSES, RECEIVE, Floor, mean_work_us, work_us
from firstbest.rehearse.roads import (
    DELIVERED,
    LAST_MILE,
    Ways,
    drive_us,
    journey,
    lane_arrival,
    set_end,
    task_of,
    van_trip,
)
from firstbest.rehearse.supply import ARRIVED, BOUGHT, COUNTED, Goods, cargo_task, count_of, sent
from firstbest.rehearse.works import Rows, Store, add_line
from firstbest.world.units import ANNOUNCED_FIRST, DAY_US, SECOND_US
from firstbest.world.words import CargoStage, Kind, NodeKind

I64 = NDArray[np.int64]

TRIES: Final = 256
AGE_MOST: Final = 8
"""A job in hand is at most this many times its mean old: longer ones hardly occur, and drawing them takes long."""
CANCEL: Final = int(Kind.CANCEL)
SUPPLIER: Final = int(NodeKind.SUPPLIER)
WAITING: Final = int(CargoStage.WAITING)
MOVING: Final = int(CargoStage.MOVING)

PARCEL: Final = np.dtype(
    [
        ("order", "<i8"),
        ("tie", "<u8"),
        ("at", "<i8"),  # departed, or picked, or released
        ("van_at", "<i8"),  # given to a van; 0: not known to be
        ("node", "<i8"),
        ("attempt", "<i8"),
        ("carrier", "<i8"),
        ("zone", "<i8"),
        ("place", "<i8"),
        ("lane", "<i8"),
        ("lines", "<i8"),
        ("units", "<i8"),
        ("station", "<i8"),
        ("stop", "<i8"),
        ("stops", "<i8"),  # of the day at the station
    ]
)
FREIGHT: Final = np.dtype(
    [
        ("cargo", "<i8"),
        ("quantity", "<i8"),
        ("at", "<i8"),  # ordered, of which day the draws hang
        ("ready_at", "<i8"),
        ("due_at", "<i8"),
        ("left_at", "<i8"),  # moving: left on its leg
        ("item", "<i8"),
        ("lane", "<i8"),
        ("to_node", "<i8"),
        ("stage", "<i8"),
    ]
)


class When(NamedTuple):
    """What draws hang on, and what is known: nothing under way had come about before `not_before`."""

    seed: int
    now: int
    not_before: int


class Jobs(NamedTuple):
    """Work of one process by task, in the order of its queue: [n] each."""

    task: I64
    node: I64
    lines: I64
    units: I64
    since: I64  # it cannot have been begun before


@compiled
def again(seed: int, attempt: int) -> int:
    """The seed of the n-th draw of the same; the first is as it would have been at the beginning."""
    if attempt == 0:
        return seed
    other = joined(np.uint64(seed), joined(np.uint64(purposes.AGAIN_HASH), np.uint64(attempt)))
    return int(other >> np.uint64(1))


@compiled
def overdue_at(when: When, rank: np.uint64) -> int:
    """A moment within a day from now on, for what the model cannot explain."""
    share = uniform(joined(np.uint64(when.seed), rank), purposes.REST, 0)
    return when.now + 1 + int(share * DAY_US)


@compiled
def resume_parcels(ways: Ways, floor: Floor, works: tuple[Store, Agenda], when: When, rows: Rows) -> int:
    """Parcels with a carrier (rows of PARCEL) go on to their doors; how many are overdue beyond the model."""
    store, agenda = works
    overdue = 0
    for number in range(len(rows)):
        row = rows[number]
        task = task_of(store, floor.nodes, row)
        source = store.tasks[task]
        source["carrier"] = row["carrier"]
        door, outcome, failed, flag, attempt = 0, 0, 0, 0, 0
        while attempt < TRIES:
            who = again(when.seed, attempt), source["rank"]
            door, outcome, failed, flag = journey(ways, floor.nodes, who, row, row["at"])
            if door >= when.not_before:
                break
            attempt += 1
        if attempt == TRIES:
            door, outcome, failed, flag = overdue_at(when, source["rank"]), 0, 0, LAST_MILE
            overdue += 1
        set_end(agenda.rows[put(agenda, door, DELIVERED, source["rank"], task)], outcome, failed, flag)
    return overdue


@compiled
def resume_vans(ways: Ways, floor: Floor, works: tuple[Store, Agenda], when: When, rows: Rows) -> int:
    """Parcels on own vans go on from stop to stop, or to another day; how many are overdue beyond the model."""
    store, agenda = works
    overdue = 0
    for number in range(len(rows)):
        row = rows[number]
        task, station = task_of(store, floor.nodes, row), floor.nodes[row["station"]]
        source = store.tasks[task]
        source["carrier"] = row["carrier"]
        drive = drive_us(station, ways.way_km[row["station"], row["place"]], row["stop"], row["stops"])
        door, outcome, failed, flag, attempt = 0, 0, 0, 0, TRIES if row["van_at"] == 0 else 0
        while attempt < TRIES:
            seed = again(when.seed, attempt)
            late = int(lane_arrival(ways, seed, row["lane"], row["at"]) > row["van_at"])
            stream = joined(np.uint64(seed), source["rank"])
            wait, outcome, failed, flag = van_trip(ways, stream, row["carrier"], late)
            door = row["van_at"] + drive + wait * DAY_US
            if door >= when.not_before:
                break
            attempt += 1
        if attempt == TRIES or row["van_at"] == 0:
            door, outcome, failed, flag = overdue_at(when, source["rank"]), 0, 0, LAST_MILE
            overdue += 1
        set_end(agenda.rows[put(agenda, door, DELIVERED, source["rank"], task)], outcome, failed, flag)
    return overdue


@compiled
def resume_at_station(ways: Ways, floor: Floor, store: Store, when: When, rows: Rows) -> None:
    """Parcels on the truck to their station, or there: when the truck truly comes (no report would tell the book)."""
    for number in range(len(rows)):
        row = rows[number]
        task = task_of(store, floor.nodes, row)
        store.tasks[task]["carrier"] = row["carrier"]
        store.tasks[task]["ready_at"] = lane_arrival(ways, when.seed, row["lane"], row["at"])


@compiled
def resume_freight(
    places: tuple[Ways, Goods, Floor], works: tuple[Store, Agenda], when: When, rows: Rows, found: I64
) -> int:
    """Goods on order, on their way and on docks (rows of FREIGHT); `found` [n] takes the task of each.

    Answers how many are overdue beyond the model.
    """
    ways, goods, floor = places
    store, agenda = works
    overdue = 0
    for number in range(len(rows)):
        row = rows[number]
        task = cargo_task(goods, floor.nodes, store, row)
        found[number] = task
        cargo, own, bought = store.tasks[task], row["cargo"] < ANNOUNCED_FIRST, row["cargo"] & 1 == 1
        first_leg = False
        if row["lane"] >= 0:
            first_leg = floor.nodes[ways.lanes[row["lane"]]["origin"]]["kind"] == SUPPLIER
        if bought or not own:
            cargo["stage"] = BOUGHT
        if row["stage"] == WAITING and own:
            if bought and first_leg:
                cargo["ready_at"] = produced(goods, when.seed, cargo["rank"], row)
        elif row["stage"] == WAITING or row["stage"] == MOVING:
            arrival, attempt = row["due_at"], 0 if own else TRIES
            while attempt < TRIES:
                seed = again(when.seed, attempt)
                arrival = lane_arrival(ways, seed, row["lane"], row["left_at"])
                if bought and first_leg:
                    arrival += max(0, produced(goods, seed, cargo["rank"], row) - row["left_at"])
                if arrival >= when.not_before:
                    break
                attempt += 1
            if attempt == TRIES and (own or arrival < when.not_before):
                arrival = overdue_at(when, cargo["rank"])
                overdue += 1
            index = put(agenda, arrival, ARRIVED, cargo["rank"], task)
            agenda.rows[index, SECOND] = ways.lanes[row["lane"]]["destination"] if own else row["to_node"]
            agenda.rows[index, THIRD] = row["quantity"]
        elif bought or not own:
            cargo["quantity"] = sent(goods.odds[0], joined(np.uint64(when.seed), cargo["rank"]), row["quantity"])
    return overdue


@compiled
def produced(goods: Goods, seed: int, rank: np.uint64, row: np.void) -> int:
    """When a supplier has truly produced what was ordered."""
    stretched = spread(joined(np.uint64(seed), rank), purposes.PRODUCTION, 0, goods.odds[0]["lead_variation"])
    return int(row["at"] + int(float(row["ready_at"] - row["at"]) * stretched))


@compiled
@makes_arrays
def resume_work(
    floor: Floor, works: tuple[Store, Agenda], stations: Stations, how: tuple[When, int, int], jobs: Jobs
) -> None:
    """Puts jobs into the hands that are there, as many as they are, and the others into the queues.

    `how` = (when, process, kind of what comes of a job). Hands were let in and none has begun anything; they are left
    in no order.
    """
    when, process, kind = how
    store, agenda = works
    taken = np.zeros(len(stations.queues), np.int64)
    for number in range(len(jobs.task)):
        task, node = jobs.task[number], jobs.node[number]
        station, rank = node * PROCESSES + process, store.tasks[task]["rank"]
        amount = jobs.lines[number], jobs.units[number]
        if taken[station] < stations.queues[station, STAFFED] and not stopped(stations.stops[station], when.now):
            hand = stations.hands[station, taken[station]]
            taken[station] += 1
            end = when.now + rest_of(floor, (node, process), amount, (when, rank, jobs.since[number], hand[SPEED]))
            hand[FREE] = end
            store.tasks[task]["stage"] += process != RECEIVE
            put(agenda, end, kind, rank, task)
        else:
            store.jobs[task, READY] = when.now
            stream = joined(np.uint64(when.seed), rank)
            store.jobs[task, WORK] = work_us(floor, (node, process), amount[0], amount[1], stream)
            enqueue(stations, store.jobs, station, task)


@compiled
def stopped(stops: I64, now: int) -> bool:
    """Whether nothing starts at a station now; then nobody has anything in hand."""
    for stop in range(len(stops)):  # noqa: SIM110
        if stops[stop, 0] <= now < stops[stop, 1]:
            return True
    return False


@compiled
def rest_of(
    floor: Floor, where: tuple[int, int], amount: tuple[int, int], known: tuple[When, np.uint64, int, int]
) -> int:
    """Microseconds still to go of a job that is in hand, `known` = (when, rank, begun at the soonest, speed)."""
    when, rank, since, speed = known
    lines, units = amount
    oldest = AGE_MOST * int(mean_work_us(floor, where, lines, units)) * 1_000_000 // speed
    oldest = max(min(when.not_before - since, oldest), 0)
    rest = 0
    for attempt in range(TRIES):
        stream = joined(np.uint64(again(when.seed, attempt)), rank)
        work = work_us(floor, where, lines, units, stream) * 1_000_000 // speed
        share = uniform(stream, purposes.REST, where[1])
        rest = int(work * (1.0 - share))
        age = int(share * oldest)
        if work >= age:
            return int(work - age)
    return rest


@compiled
def resume_lines(store: Store, tasks: I64, rows: Rows) -> None:
    """Hangs lines (line, item, quantity) on tasks: [n] each."""
    for number in range(len(tasks)):
        row = rows[number]
        add_line(store, tasks[number], row["line"], row["item"], row["quantity"])


@compiled
def resume_tasks(floor: Floor, store: Store, rows: Rows, stage: int, found: I64) -> None:
    """Tasks of shipments (rows of PARCEL) at a stage; `found` [n] takes them."""
    for number in range(len(rows)):
        found[number] = task_of(store, floor.nodes, rows[number])
        store.tasks[found[number]]["stage"] = stage


@compiled
def resume_cancels(agenda: Agenda, chance: tuple[int, int], when: When, rows: Rows) -> None:
    """Customers who have not cancelled yet may still do, `chance` = (ppm of orders, mean seconds until then)."""
    for number in range(len(rows)):
        row = rows[number]
        for attempt in range(TRIES):
            stream = joined(np.uint64(again(when.seed, attempt)), row["tie"])
            if not happens(stream, purposes.CANCELS, 0, chance[0]):
                break
            wait = exponential(stream, purposes.CANCEL_DELAY, 0) * chance[1]
            at = row["placed_at"] + SECOND_US + int(wait * SECOND_US)
            if at >= when.not_before:
                put(agenda, at, CANCEL, row["tie"], row["key"])
                break


@compiled
def resume_counts(places: tuple[Ways, Goods, Floor], agenda: Agenda, when: When, rows: Rows) -> int:
    """Shelves that were asked for (COUNT_ASKED facts) and not counted yet; how many are overdue."""
    ways, goods, floor = places
    overdue = 0
    for number in range(len(rows)):
        row = rows[number]
        at, rank = count_of(ways, goods, floor, when.seed, row)
        attempt = 1
        while at < when.not_before and attempt < TRIES:
            at, rank = count_of(ways, goods, floor, again(when.seed, attempt), row)
            attempt += 1
        if at < when.not_before:
            at = overdue_at(when, rank)
            overdue += 1
        agenda.rows[put(agenda, at, COUNTED, rank, row["node"]), SECOND] = row["item"]
    return overdue
