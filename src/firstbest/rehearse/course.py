"""What comes about: picks, receipts, journeys' ends, returns; and what facts of waves and cancels do to work.

Here true stock changes, picked shipments join the packers' queue, and commands are told. When it comes about is a
matter of `onward`.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import (
    AT,
    FIRST,
    FOURTH,
    KIND,
    LINK,
    NONE,
    RANK,
    SECOND,
    THIRD,
    Agenda,
    put,
    release,
)
from firstbest.kernels.compiled import compiled, written_in
from firstbest.kernels.draws import chosen, exponential, happens, joined, normal, uniform
from firstbest.kernels.lookup import find, near_name
from firstbest.kernels.near import near
from firstbest.kernels.station import READY, WORK, Stations, enqueue
from firstbest.rehearse import purposes
from firstbest.rehearse.hands import PACK, PICK, PROCESSES, Floor, work_us
from firstbest.rehearse.roads import REASONS
from firstbest.rehearse.supply import Goods
from firstbest.rehearse.works import (
    AHEAD,
    DROPPED,
    PACKED,
    PICKING,
    TO_PACK,
    TO_PICK,
    Rows,
    Store,
    Told,
    add_line,
    end_task,
    free_chain,
    near_shipment,
    new_line,
    new_task,
    shipment_name,
    tell,
    tell_line,
    tell_task,
)
from firstbest.world.units import DAY_US, MAX_ATTEMPT, SECOND_US
from firstbest.world.words import Kind, Outcome, Reason

CANCEL: Final = int(Kind.CANCEL)
PICKED_KIND: Final = int(Kind.PICKED)
PACKED_KIND: Final = int(Kind.PACKED)
DELIVERED: Final = int(Kind.DELIVERED)
ARRIVED: Final = int(Kind.ARRIVED)
RECEIVED: Final = int(Kind.RECEIVED)
COUNTED: Final = int(Kind.COUNTED)
RETURNED: Final = int(Kind.RETURNED)
RETURN_ASKED: Final = int(Kind.RETURN_ASKED)
INSPECTED: Final = int(Kind.INSPECTED)
CONTACTED: Final = int(Kind.CONTACTED)
CLAIM_ANSWERED: Final = int(Kind.CLAIM_ANSWERED)
AT_DOOR: Final = int(Outcome.DELIVERED)
SHORT_EVERYWHERE: Final = int(Reason.SHORT_EVERYWHERE)
UNIT_BITS: Final = 20

I64 = NDArray[np.int64]


class World(NamedTuple):
    """What the physics knows; only true stock changes."""

    floor: Floor
    goods: Goods


@compiled
@written_in
def happen_all(world: World, works: tuple[Store, Agenda], stations: Stations, told: Told, due: tuple[int, int]) -> int:
    """Lets events come about, `due` = (seed, first of their chain); how much may bring more before their limit."""
    store, agenda = works
    seed, index = due
    followed, ahead = 0, index
    for _ in range(AHEAD):
        ahead = agenda.rows[ahead, LINK] if ahead != NONE else NONE
    while index != NONE:
        if ahead != NONE:
            _ask_for(world.goods, store, agenda.rows[ahead])
            ahead = agenda.rows[ahead, LINK]
        event = agenda.rows[index]
        following = event[LINK]
        if event[KIND] == PICKED_KIND:
            followed += 1
            _picked(world, store, stations, told, (seed, event[AT], event[FIRST]))
        elif event[KIND] == DELIVERED:
            followed += 1
            _delivered(world.goods, works, told, event, seed)
        else:
            _other(world.goods, store, told, event)
        release(agenda, index)
        index = following
    return followed


@compiled
def _ask_for(goods: Goods, store: Store, event: I64) -> None:
    """Ask memory for what an event will need beside its task."""
    kind, task = event[KIND], event[FIRST]
    if kind not in (PICKED_KIND, DELIVERED):
        return
    source = store.tasks[task]
    near(store.jobs, task)
    if kind == DELIVERED:
        near_name(store.names, source["name"])
    if source["first_line"] >= 0:
        item = store.lines[source["first_line"]]["item"]
        near(goods.items, item)
        near(goods.true_units, item * goods.work_days.shape[0] + source["node"])


@compiled
@written_in
def _other(goods: Goods, store: Store, told: Told, event: I64) -> None:
    """An event that brings no others comes about."""
    kind, at, task = event[KIND], event[AT], event[FIRST]
    nodes = goods.work_days.shape[0]
    if kind == PACKED_KIND:
        if store.tasks[task]["stage"] == DROPPED:
            _reshelve(goods, store, task, nodes)
            end_task(store, task)
            return
        store.tasks[task]["stage"] = PACKED
        tell_task(told, at, kind, store.tasks[task])
    elif kind == ARRIVED:
        row = told.rows[tell_task(told, at, kind, store.tasks[task])]
        row["node"] = event[SECOND]
        row["quantity"] = event[THIRD]
    elif kind == RECEIVED:
        cargo = store.tasks[task]
        row = told.rows[tell_task(told, at, kind, cargo)]
        row["quantity"] = cargo["quantity"]
        row["expected"] = cargo["expected"]
        goods.true_units[cargo["item"] * nodes + cargo["node"]] += cargo["quantity"]
        end_task(store, task)
    elif kind == COUNTED:
        row = told.rows[tell(told, at, kind, np.uint64(event[RANK]))]
        row["node"] = event[FIRST]
        row["item"] = event[SECOND]
        row["quantity"] = goods.true_units[event[SECOND] * nodes + event[FIRST]]
    elif kind == CANCEL:
        told.rows[tell(told, at, kind, np.uint64(event[RANK]))]["order"] = event[FIRST]
    elif kind in (RETURNED, RETURN_ASKED, INSPECTED, CONTACTED, CLAIM_ANSWERED):
        row = told.rows[tell(told, at, kind, np.uint64(event[RANK]))]
        row["order"] = event[FIRST]
        row["tie"] = np.uint64(event[THIRD])
        about = event[FOURTH]
        row["flag"] = about % REASONS
        row["attempt"] = about // REASONS % MAX_ATTEMPT
        row["node"] = about // (REASONS * MAX_ATTEMPT)
        if kind in (CONTACTED, CLAIM_ANSWERED):
            row["quantity"] = event[SECOND]
            return
        _tell_lines(store, told, row, event[SECOND])
        free_chain(store, event[SECOND])


@compiled
@written_in
def _tell_lines(store: Store, told: Told, row: np.void, first: int) -> None:
    place = first
    while place >= 0:
        line = store.lines[place]
        tell_line(told, row, line["line"], line["item"], line["quantity"])
        # Of inspected units, their grade.
        told.lines[told.marks[1] - 1]["price"] = line["gone"]
        place = line["link"]


@compiled
@written_in
def _picked(world: World, store: Store, stations: Stations, told: Told, what: tuple[int, int, int]) -> None:
    """A picker comes back, `what` = (seed, instant, task): what the shelf truly gave goes to the packers."""
    seed, at, task = what
    source = store.tasks[task]
    if source["stage"] == DROPPED:
        end_task(store, task)
        return
    row = told.rows[tell_task(told, at, PICKED_KIND, source)]
    stream = joined(np.uint64(seed), source["rank"])
    node, lines, units, bulk, place = source["node"], 0, 0, 0, source["first_line"]
    while place >= 0:
        line = store.lines[place]
        found = 0
        if line["gone"] == 0:
            found = _off_shelf(world.goods, stream, node, line)
            tell_line(told, row, line["line"], line["item"], found)
        line["quantity"] = found
        units += max(found - line["bulk"], 0)
        bulk += min(found, line["bulk"])
        lines += int(found > line["bulk"])
        place = line["link"]
    if units + bulk == 0:
        end_task(store, task)
        return
    # Pallets are wrapped and labelled once, and not packed.
    lines, units = max(lines, 1), max(units, 1)
    source["stage"] = TO_PACK
    store.jobs[task, READY] = at
    store.jobs[task, WORK] = work_us(world.floor, (node, PACK), lines, units, stream)
    enqueue(stations, store.jobs, node * PROCESSES + PACK, task)


@compiled
@written_in
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
@written_in
def _reshelve(goods: Goods, store: Store, task: int, nodes: int) -> None:
    """Units that were picked and will not leave go back to the shelf."""
    place = store.tasks[task]["first_line"]
    while place >= 0:
        line = store.lines[place]
        goods.true_units[line["item"] * nodes + store.tasks[task]["node"]] += line["quantity"]
        line["quantity"] = 0
        place = line["link"]


@compiled
@written_in
def _delivered(goods: Goods, works: tuple[Store, Agenda], told: Told, event: I64, seed: int) -> None:
    """A journey ends; units that the customer will send back come in one parcel some days later."""
    store, agenda = works
    source = store.tasks[event[FIRST]]
    index = tell_task(told, event[AT], DELIVERED, source)
    row = told.rows[index]
    row["service"] = event[SECOND]
    row["quantity"] = event[THIRD]
    row["flag"] = event[FOURTH]
    stream = joined(np.uint64(seed), source["rank"])
    first = _sent_back(goods, store, source["first_line"], stream) if event[SECOND] == AT_DOOR else -1
    if first >= 0:
        odds = goods.odds[0]
        z = normal(stream, purposes.RETURN_DELAY, 0)
        days = math.exp(odds["return_log_days"] + odds["return_log_spread"] * z)
        kind = odds["asks"]
        index = put(agenda, event[AT] + max(int(days * DAY_US), DAY_US), kind, source["rank"], row["order"])
        agenda.rows[index, SECOND] = first
        agenda.rows[index, THIRD] = np.int64(source["tie"])
        if kind == RETURN_ASKED:
            why = chosen(goods.back[0], uniform(stream, purposes.RETURN_REASON, 0))
            about = row["node"] * MAX_ATTEMPT + row["attempt"]
            agenda.rows[index, FOURTH] = np.int64(about) * REASONS + why
    end_task(store, event[FIRST])


@compiled
@written_in
def _sent_back(goods: Goods, store: Store, place: int, stream: np.uint64) -> int:
    """The first line of a chain of units sent back, -1: none."""
    first = -1
    while place >= 0:
        line = store.lines[place]
        back, ppm = 0, goods.items[line["item"]]["return_ppm"]
        for unit in range(line["quantity"]):
            back += int(happens(stream, purposes.RETURNS, (line["line"] << UNIT_BITS) | unit, ppm))
        if back > 0:
            added = new_line(store, line["line"], line["item"], back)
            store.lines[added]["link"] = first
            first = added
        place = line["link"]
    return first


@compiled
def draw_cancels(agenda: Agenda, seed: int, chance: tuple[int, int], places: Rows) -> None:
    """Some customers think again, `chance` = (ppm of orders, mean seconds until then)."""
    for number in range(len(places)):
        row = places[number]
        stream = joined(np.uint64(seed), row["tie"])
        if happens(stream, purposes.CANCELS, 0, chance[0]):
            wait = exponential(stream, purposes.CANCEL_DELAY, 0) * chance[1]
            put(agenda, row["at"] + SECOND_US + int(wait * SECOND_US), CANCEL, row["tie"], row["order"])


@compiled
def take_released(floor: Floor, store: Store, stations: Stations, seed: int, rows: Rows, process: int) -> None:
    """RELEASED facts: work for the pickers, or for who moves pallets, in the order of the rows."""
    for number in range(len(rows)):
        near_shipment(store, rows, number + AHEAD)
        row = rows[number]
        node = row["node"]
        rank = joined(joined(row["tie"], floor.nodes[node]["tie"]), np.uint64(row["attempt"]))
        task = new_task(store, shipment_name(row["order"], node, row["attempt"]), row["tie"], rank)
        store.tasks[task]["stage"] = TO_PICK
        store.jobs[task, READY] = row["at"]
        stream = joined(np.uint64(seed), rank)
        store.jobs[task, WORK] = work_us(floor, (node, PICK), row["lines"], row["units"], stream)
        enqueue(stations, store.jobs, node * PROCESSES + process, task)


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
