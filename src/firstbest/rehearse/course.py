"""The course of things between two instants: shifts begin, jobs start, what is due happens, shifts are reported.

Picks and receipts are started first; all that falls due before the limit then happens in order of (instant, kind,
hash), which is where true stock changes and where picked shipments join the packers' queue; then packing is started,
and what it brings happens in turn. Nothing that starts before the limit can depend on anything after it, so cutting a
span anywhere gives the same course.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import AT, KIND, RANK, in_order, release, take
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import exponential, happens, joined, normal
from firstbest.kernels.lookup import find
from firstbest.kernels.station import FINISH, JOB, READY, SHIFT, START, WITHIN, WORK, Stations, advance, enqueue
from firstbest.rehearse import purposes
from firstbest.rehearse.hands import PACK, PICK, PROCESSES, RECEIVE, Floor, Roster, work_us
from firstbest.rehearse.supply import Goods
from firstbest.rehearse.works import (
    DROPPED,
    PACKED,
    PICKING,
    TO_PACK,
    TO_PICK,
    Coming,
    Rows,
    Store,
    Told,
    add_line,
    end_task,
    free_chain,
    new_line,
    new_task,
    plan,
    plan_task,
    shipment_name,
    tell,
    tell_line,
)
from firstbest.world.units import DAY_US, SECOND_US
from firstbest.world.words import Kind, Outcome, Reason

CANCEL: Final = int(Kind.CANCEL)
PICKED_KIND: Final = int(Kind.PICKED)
PACKED_KIND: Final = int(Kind.PACKED)
DELIVERED: Final = int(Kind.DELIVERED)
RECEIVED: Final = int(Kind.RECEIVED)
COUNTED: Final = int(Kind.COUNTED)
RETURNED: Final = int(Kind.RETURNED)
AT_DOOR: Final = int(Outcome.DELIVERED)
SHORT_EVERYWHERE: Final = int(Reason.SHORT_EVERYWHERE)
UNIT_BITS: Final = 20

I64 = NDArray[np.int64]


class World(NamedTuple):
    """What the physics knows; only true stock changes."""

    floor: Floor
    goods: Goods


class Floors(NamedTuple):
    """Queues, hands and rosters."""

    stations: Stations
    roster: Roster
    started: I64


@compiled
def start_all(store: Store, coming: Coming, floors: Floors, limit: int) -> None:
    """Starts all jobs of all buildings that start before `limit`, and plans when they are reported."""
    for node in range(len(floors.roster.marks)):
        _start(store, coming, floors, (node, RECEIVE, RECEIVED), limit)
        _start(store, coming, floors, (node, PICK, PICKED_KIND), limit)
        _start(store, coming, floors, (node, PACK, PACKED_KIND), limit)


@compiled
def _start(store: Store, coming: Coming, floors: Floors, what: tuple[int, int, int], limit: int) -> None:
    """Starts one station's jobs, `what` = (node, process, kind of report)."""
    started, crews = floors.started, floors.roster.crews
    days, shifts, processes = crews.shape[1], crews.shape[2], crews.shape[3]
    count = len(started)
    while count == len(started):
        count = advance(floors.stations, store.jobs, what[0] * processes + what[1], limit, started)
        for row in range(count):
            task = started[row, JOB]
            if started[row, START] < 0:
                end_task(store, task)
                continue
            window = started[row, SHIFT] // processes
            crews[what[0], window // shifts % days, window % shifts, what[1]]["busy_us"] += started[row, WITHIN]
            if what[1] != RECEIVE:
                store.tasks[task]["stage"] += 1
            plan_task(coming, store, task, started[row, FINISH], what[2])


@compiled
def happen_all(world: World, store: Store, coming: Coming, stations: Stations, told: Told, limit: int) -> int:
    """Lets everything before `limit` come about, in order; how much of it may bring more before `limit`."""
    due = take(coming.agenda, limit)
    followed = 0
    for place in range(len(due)):
        index = due[place]
        kind = coming.agenda.keys[index, KIND]
        if kind == PICKED_KIND:
            followed += 1
            _picked(world, store, stations, told, (index, coming))
        else:
            followed += kind == DELIVERED
            _other(world.goods, store, coming, told, index)
        release(coming.agenda, index)
    return followed


@compiled
def _other(goods: Goods, store: Store, coming: Coming, told: Told, index: int) -> None:
    """An event that is not a pick comes about."""
    key, event = coming.agenda.keys[index], coming.events[index]
    kind, task = key[KIND], event["task"]
    nodes = goods.work_days.shape[0]
    if kind == PACKED_KIND and store.tasks[task]["stage"] == DROPPED:
        _reshelve(goods, store, task, nodes)
        end_task(store, task)
        return
    row = told.rows[_tell(told, key, event)]
    if kind == PACKED_KIND:
        store.tasks[task]["stage"] = PACKED
    elif kind == DELIVERED:
        if event["service"] == AT_DOOR:
            _draw_returns(goods, store, coming, task, key[AT])
        end_task(store, task)
    elif kind == RECEIVED:
        cargo = store.tasks[task]
        row["quantity"] = cargo["quantity"]
        row["expected"] = cargo["expected"]
        goods.true_units[cargo["item"] * nodes + cargo["node"]] += cargo["quantity"]
        end_task(store, task)
    elif kind == COUNTED:
        row["quantity"] = goods.true_units[event["item"] * nodes + event["node"]]
    elif kind == RETURNED:
        _tell_lines(store, told, row, event["first_line"])
        free_chain(store, event["first_line"])


@compiled
def _tell_lines(store: Store, told: Told, row: np.void, first: int) -> None:
    place = first
    while place >= 0:
        line = store.lines[place]
        tell_line(told, row, line["line"], line["item"], line["quantity"])
        place = line["link"]


@compiled
def _tell(told: Told, key: I64, event: np.void) -> int:
    """The command that an event becomes, without its lines; its row."""
    index = tell(told, key[AT], key[KIND], np.uint64(key[RANK]))
    command = told.rows[index]
    command["order"] = event["order"]
    command["tie"] = event["tie"]
    command["quantity"] = event["quantity"]
    command["node"] = max(event["node"], 0)
    command["item"] = max(event["item"], 0)
    command["attempt"] = event["attempt"]
    command["service"] = event["service"]
    command["flag"] = event["flag"]
    return index


@compiled
def _picked(world: World, store: Store, stations: Stations, told: Told, what: tuple[int, Coming]) -> None:
    """A picker comes back, `what` = (event, coming): what the shelf truly gave goes to the packers."""
    key, event = what[1].agenda.keys[what[0]], what[1].events[what[0]]
    task = event["task"]
    source = store.tasks[task]
    if source["stage"] == DROPPED:
        end_task(store, task)
        return
    row = told.rows[_tell(told, key, event)]
    node, lines, units, place = source["node"], 0, 0, source["first_line"]
    while place >= 0:
        line = store.lines[place]
        found = 0
        if line["gone"] == 0:
            found = _off_shelf(world.goods, source["stream"], node, line)
            tell_line(told, row, line["line"], line["item"], found)
        line["quantity"] = found
        units += found
        lines += int(found > 0)
        place = line["link"]
    if units == 0:
        end_task(store, task)
        return
    source["stage"] = TO_PACK
    store.jobs[task, READY] = key[AT]
    store.jobs[task, WORK] = work_us(world.floor, (node, PACK), lines, units, source["stream"])
    enqueue(stations, store.jobs, node * PROCESSES + PACK, task)


@compiled
def _off_shelf(goods: Goods, stream: np.uint64, node: int, line: np.void) -> int:
    """Takes a line's units off the true shelf, with mistakes and damage; how many the customer will get."""
    nodes, number, odds = goods.work_days.shape[0], line["line"], goods.odds[0]
    shelf = line["item"] * nodes + node
    found = min(max(goods.true_units[shelf], 0), line["quantity"])
    goods.true_units[shelf] -= found
    other = goods.items[line["item"]]["neighbour"] * nodes + node
    wrong = found > 0 and happens(stream, purposes.MISPICK, number, odds["mispick_ppm"])
    if wrong and goods.true_units[other] > 0:
        goods.true_units[other] -= 1
        goods.true_units[shelf] += 1
    for unit in range(found):
        damaged = happens(stream, purposes.DAMAGE, (number << UNIT_BITS) | unit, odds["damage_ppm"])
        if damaged and goods.true_units[shelf] > 0:
            goods.true_units[shelf] -= 1
    return int(found)


@compiled
def _reshelve(goods: Goods, store: Store, task: int, nodes: int) -> None:
    """Units that were picked and will not leave go back to the shelf."""
    place = store.tasks[task]["first_line"]
    while place >= 0:
        line = store.lines[place]
        goods.true_units[line["item"] * nodes + store.tasks[task]["node"]] += line["quantity"]
        line["quantity"] = 0
        place = line["link"]


@compiled
def _draw_returns(goods: Goods, store: Store, coming: Coming, task: int, at: int) -> None:
    """Units that the customer will send back, all in one parcel some days later."""
    source, odds = store.tasks[task], goods.odds[0]
    first, place = -1, source["first_line"]
    while place >= 0:
        line = store.lines[place]
        back, ppm = 0, goods.items[line["item"]]["return_ppm"]
        for unit in range(line["quantity"]):
            back += int(happens(source["stream"], purposes.RETURNS, (line["line"] << UNIT_BITS) | unit, ppm))
        if back > 0:
            added = new_line(store, line["line"], line["item"], back)
            store.lines[added]["link"] = first
            first = added
        place = line["link"]
    if first < 0:
        return
    z = normal(source["stream"], purposes.RETURN_DELAY, 0)
    days = math.exp(odds["return_log_days"] + odds["return_log_spread"] * z)
    event = coming.events[plan(coming, at + max(int(days * DAY_US), DAY_US), RETURNED, source["rank"])]
    event["order"] = source["order"]
    event["tie"] = source["tie"]
    event["first_line"] = first


@compiled
def draw_cancels(coming: Coming, seed: int, chance: tuple[int, int], places: Rows) -> None:
    """Some customers think again, `chance` = (ppm of orders, mean seconds until then)."""
    for number in range(len(places)):
        row = places[number]
        stream = joined(np.uint64(seed), row["tie"])
        if happens(stream, purposes.CANCELS, 0, chance[0]):
            wait = exponential(stream, purposes.CANCEL_DELAY, 0) * chance[1]
            index = plan(coming, row["at"] + SECOND_US + int(wait * SECOND_US), CANCEL, row["tie"])
            coming.events[index]["order"] = row["order"]


@compiled
def take_released(floor: Floor, store: Store, stations: Stations, seed: int, rows: Rows) -> None:
    """RELEASED facts: work for the pickers, in the order of the rows."""
    for number in range(len(rows)):
        row = rows[number]
        order, node, attempt = row["order"], row["node"], row["attempt"]
        rank = joined(joined(row["tie"], floor.nodes[node]["tie"]), np.uint64(attempt))
        task = new_task(store, shipment_name(order, node, attempt), seed, row["tie"], rank)
        source = store.tasks[task]
        source["order"] = order
        source["node"] = node
        source["attempt"] = attempt
        source["lines"] = row["lines"]
        source["units"] = row["units"]
        source["stage"] = TO_PICK
        store.jobs[task, READY] = row["at"]
        store.jobs[task, WORK] = work_us(floor, (node, PICK), row["lines"], row["units"], source["stream"])
        enqueue(stations, store.jobs, node * PROCESSES + PICK, task)


@compiled
def take_tasked(store: Store, rows: Rows) -> None:
    """TASKED facts: the lines of what was released."""
    name, task = -1, -1
    for number in range(len(rows)):
        row = rows[number]
        wanted = shipment_name(row["order"], row["node"], row["attempt"])
        if wanted != name:
            name, task = wanted, find(store.names, wanted)
        if task >= 0:
            add_line(store, task, row["line"], row["item"], row["quantity"])


@compiled
def take_cancelled(store: Store, rows: Rows) -> None:
    """CANCELLED facts: lines that nobody has come back with yet are struck off; a shipment without lines is dropped."""
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, shipment_name(row["order"], max(row["node"], 0), row["attempt"]))
        if row["granted"] != 1 or row["reason"] == SHORT_EVERYWHERE or row["node"] < 0 or task < 0:
            continue
        if store.tasks[task]["stage"] != TO_PICK and store.tasks[task]["stage"] != PICKING:
            continue
        left, place = 0, store.tasks[task]["first_line"]
        while place >= 0:
            if store.lines[place]["line"] == row["line"]:
                store.lines[place]["gone"] = 1
            left += store.lines[place]["gone"] == 0
            place = store.lines[place]["link"]
        if left == 0:
            _drop(store, task)


@compiled
def take_unplanned(goods: Goods, store: Store, rows: Rows) -> None:
    """UNPLANNED facts: shipments that will not leave are dropped; what was picked goes back."""
    nodes = goods.work_days.shape[0]
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"]))
        if task < 0:
            continue
        if store.tasks[task]["stage"] == TO_PACK:
            _reshelve(goods, store, task, nodes)
        if store.tasks[task]["stage"] == PACKED:
            _reshelve(goods, store, task, nodes)
            end_task(store, task)
        else:
            _drop(store, task)


@compiled
def _drop(store: Store, task: int) -> None:
    """Work that is not done any more; a job in a queue takes nobody's time."""
    stage = store.tasks[task]["stage"]
    if stage in (TO_PICK, TO_PACK):
        store.jobs[task, WORK] = -1
    store.tasks[task]["stage"] = DROPPED


@compiled
def merged(told: Told, places: Rows, place_lines: Rows) -> tuple[Rows, Rows]:
    """All commands in order of (at, kind, hash) with their lines laid one after the other; orders come sorted."""
    count = told.marks[0]
    order = in_order(np.arange(count), told.keys)
    rows = np.empty(count + len(places), told.rows.dtype)
    lines = np.empty(told.marks[1] + len(place_lines), told.lines.dtype)
    left, right, used = 0, 0, 0
    for at in range(len(rows)):
        # An order is placed before anything else that happens at its instant.
        from_places = right < len(places) and (left == count or places[right]["at"] <= told.keys[order[left], AT])
        source = places[right] if from_places else told.rows[order[left]]
        rows[at] = source
        rows[at]["first_line"] = used
        for line in range(source["first_line"], source["first_line"] + source["lines"]):
            lines[used] = place_lines[line] if from_places else told.lines[line]
            used += 1
        right += from_places
        left += not from_places
    return rows, lines
