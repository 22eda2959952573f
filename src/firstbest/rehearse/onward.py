"""Going on from one instant to another: shifts begin, jobs start, what is due happens, shifts are reported.

Picks and receipts are started first; all that falls due before the limit then happens in order of (instant, kind,
hash) (`course`); then packing is started, and what it brings happens in turn. Nothing that starts before the limit can
depend on anything after it, so cutting a span anywhere gives the same course.

It is one kernel, since a span is often a minute in which little happens. Where a table is too small for what comes, it
stops with everything as it was before that, and goes on when it is called again with more room.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import PAST, USED, Agenda, put, put_back, take
from firstbest.kernels.compiled import compiled, straight, written_in
from firstbest.kernels.near import near
from firstbest.kernels.station import (
    FINISH,
    HEAD,
    JOB,
    NOBODY,
    QUEUED,
    SHIFT,
    START,
    WITHIN,
    Stations,
    advance,
)
from firstbest.rehearse.course import PACKED_KIND, PICKED_KIND, RECEIVED, World, happen_all
from firstbest.rehearse.hands import RECEIVE, SHIFTS, Roster, open_shifts
from firstbest.rehearse.hands_reported import report_shifts
from firstbest.rehearse.works import AHEAD, Store, Told, end_task, fits
from firstbest.world.units import HOUR_US

I64 = NDArray[np.int64]

SLICE_US: Final = 6 * HOUR_US
"""It goes forward in steps of this length at most, so that the hands present at once stay few."""
REPORTS_MOST: Final = 32
"""Commands with which a building reports its shifts that end within a step."""


class Floors(NamedTuple):
    """Queues, hands and rosters."""

    stations: Stations
    roster: Roster
    started: I64


@straight
@compiled
def go_on(world: World, works: tuple[Store, Agenda], floors: Floors, told: Told, key: tuple[int, int]) -> bool:
    """Goes forward to an instant, `key` = (seed, instant); False: there is too little room to get there."""
    store, agenda = works
    seed, instant = key
    reports = len(world.floor.nodes) * REPORTS_MOST
    while agenda.marks[PAST] < instant:
        stop = min(instant, agenda.marks[PAST] + SLICE_US)
        open_shifts(world.floor, floors.roster, floors.stations, seed, (agenda.marks[PAST], stop))
        followed = 1
        while followed > 0:
            if agenda.marks[USED] + events_most(floors.stations) > len(agenda.rows):
                return False
            start_all(store, agenda, floors, stop)
            due = take(agenda, stop)
            if not fits(store, agenda, told, due, reports):
                put_back(agenda, due)
                return False
            followed = happen_all(world, works, floors.stations, told, (seed, due))
        report_shifts(world.floor, floors.roster, told, seed, stop)
        agenda.marks[PAST] = stop
    return True


@compiled
@written_in
def events_most(stations: Stations) -> int:
    """How many more events than now there may be at once: a job becomes one, a delivery a return before it is over."""
    most = 1
    for station in range(len(stations.queues)):
        most += stations.queues[station, QUEUED]
    return most


@compiled
@written_in
def start_all(store: Store, agenda: Agenda, floors: Floors, limit: int) -> None:
    """Starts all jobs of all buildings that start before `limit`, and plans when they are reported."""
    started, crews = floors.started, floors.roster.crews
    days, processes = crews.shape[1], crews.shape[3]
    station = 0
    while station < len(floors.stations.queues):
        if floors.stations.queues[station, HEAD] == NOBODY:
            station += 1
            continue
        node, process = station // processes, station % processes
        kind = (RECEIVED, PICKED_KIND, PACKED_KIND, 0, 0)[process]
        count = advance(floors.stations, store.jobs, station, limit, started)
        for row in range(min(count, AHEAD)):
            near(store.tasks, started[row, JOB])
        for row in range(count):
            task = started[row, JOB]
            near(store.tasks, started[min(row + AHEAD, count - 1), JOB])
            if started[row, START] < 0:
                end_task(store, task)
                continue
            shift = started[row, SHIFT] // processes
            crew = crews[node, shift // SHIFTS % days, shift % SHIFTS, process]
            crew["busy_us"] += started[row, WITHIN]
            # From waiting to being done: stages of picking and packing follow each other. Who receives picks pallets.
            cargo = store.tasks[task]["name"] & 1
            store.tasks[task]["stage"] += 1 - cargo
            reported = PICKED_KIND if process == RECEIVE and cargo == 0 else kind
            put(agenda, started[row, FINISH], reported, store.tasks[task]["rank"], task)
        # A full table may mean that the station has more to start.
        station += count < len(started)
