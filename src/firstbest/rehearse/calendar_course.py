"""How the calendar goes forward, in kernels: station after station, or event by event (rehearse.calendar)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.freight import Loads, Room, fill
from firstbest.kernels import station as sn
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.upcoming import AT, KIND, NUMBER, Upcoming, drop_first, earlier, push

I64 = NDArray[np.int64]

SERVE: Final = 0
TRUCK: Final = 1
MEET: Final = 2
"""Kinds of station."""
COMES: Final = 0
READY: Final = 1
LEAVES: Final = 2
WAKES: Final = 3
"""Kinds of event, in the order of one instant: a hand comes, a job is ready for its next visit, a truck leaves, a stop
is over."""
NEVER: Final = -1
"""Where a visit did not start or end within the schedules."""
FOREVER: Final = 1 << 62


class Network(NamedTuple):
    """Stations [S], hands [H], stops [X], departures [D]; instants in microseconds."""

    kinds: I64  # [S] SERVE, TRUCK or MEET
    hands: I64  # [H, 4] station, from, until, speed in ppm; two shifts of one person are two hands
    stops: I64  # [X, 3] station, from, until: nothing starts
    departures: I64  # [D, 3] station, instant, room; no two of one station at one instant
    room: I64  # [S] most jobs at a SERVE station, waiting and in work; 0: no limit


class Jobs(NamedTuple):
    """Jobs [J] with at most R visits."""

    at: I64  # [J] arrival
    route: I64  # [J, R] stations in turn; -1 behind the last
    work: I64  # [J, R] microseconds at full speed; at a TRUCK of the way; at a MEET none
    urgency: I64  # [J] 0 goes first
    size: I64  # [J] room taken in a truck
    order: I64  # [J] 0 to O - 1


class Timetable(NamedTuple):
    """Each visit's instants [J, R], NEVER where there was none; `waited` = start - the instant it was ready."""

    start: I64
    end: I64
    waited: I64


class Course(NamedTuple):
    """What is under way."""

    stations: sn.Stations
    jobs: I64  # [J, 3] as kernels.station has them
    step: I64  # [J] the visit a job is at
    tails: I64  # [S, K] last job of each urgency in the queue, -1: none
    met: I64  # [O] jobs of an order that wait for the others
    member: I64  # [J] jobs, order by order
    first: I64  # [O + 1] the first member of an order
    started: I64  # [R, 5]
    inside: I64  # [S] jobs at a station
    touched: I64  # [S] whether a station has to be looked at before the instant is over
    look: I64  # [S + 1] those stations; behind them how many


@compiled
def through(
    floor: tuple[sn.Stations, I64, I64], station: int, here: I64, work: I64, way: tuple[I64, I64], made: Timetable
) -> None:
    """All visits of one station; `way` = (instant at which each job is ready again, its next visit)."""
    stations, jobs, started = floor
    ready, step = way
    for place in range(len(here)):
        job = here[place]
        jobs[job, sn.READY], jobs[job, sn.WORK] = ready[job], work[job, step[job]]
        sn.enqueue(stations, jobs, station, job)
        ready[job] = NEVER
    count = len(started)
    while count == len(started):
        count = sn.advance(stations, jobs, station, FOREVER, started)
        for row in range(count):
            job = started[row, sn.JOB]
            visit = step[job]
            made.start[job, visit] = started[row, sn.START]
            made.end[job, visit] = started[row, sn.FINISH]
            made.waited[job, visit] = started[row, sn.START] - jobs[job, sn.READY]
            ready[job] = started[row, sn.FINISH]
            step[job] += 1


@compiled
@makes_arrays
def go(network: Network, jobs: Jobs, course: Course, upcoming: Upcoming, planned: I64, made: Timetable) -> None:
    """Lets everything happen, instant by instant."""
    place, now = 0, NEVER
    while True:
        due = planned[place, AT] if place < len(planned) else FOREVER
        waits = upcoming.used[0] > 0
        if waits:
            due = min(due, upcoming.rows[0, AT])
        if due > now and course.look[-1] > 0:
            _start_all(network, jobs, course, upcoming, now, made)
            continue
        if due == FOREVER:
            return
        now, row = int(due), upcoming.rows[0]
        from_plan = place < len(planned) and planned[place, AT] == now
        if from_plan and waits:
            from_plan = earlier(planned[place, AT], planned[place, KIND], planned[place, NUMBER], row)
        if from_plan:
            kind, number = planned[place, KIND], planned[place, NUMBER]
            place += 1
        else:
            kind, number = row[KIND], row[NUMBER]
            drop_first(upcoming)
        if kind == READY:
            _ready(network, jobs, course, now, number, made)
        elif kind == COMES:
            hand = network.hands[number]
            sn.add_hand(course.stations, hand[0], (hand[1], hand[2]), hand[3], number)
            _touch(course, hand[0])
        elif kind == LEAVES:
            _leave(jobs, course, upcoming, network.departures[number], made)
        else:
            _touch(course, network.stops[number, 0])


@compiled
def _touch(course: Course, station: int) -> None:
    """A station has to be looked at before the instant is over."""
    if course.touched[station] == 0:
        course.touched[station] = 1
        course.look[course.look[-1]] = station
        course.look[-1] += 1


@compiled
def _ready(network: Network, jobs: Jobs, course: Course, now: int, job: int, made: Timetable) -> None:
    """A job arrives, or its visit ends; it goes on to its next one, past meetings that are complete."""
    visit = course.step[job]
    if visit >= 0:
        made.end[job, visit] = now
        if network.kinds[jobs.route[job, visit]] == SERVE:
            course.inside[jobs.route[job, visit]] -= 1
            _touch(course, jobs.route[job, visit])
    while job != NEVER:
        course.step[job] += 1
        visit = course.step[job]
        if visit >= jobs.route.shape[1] or jobs.route[job, visit] < 0:
            return
        course.jobs[job, sn.READY], course.jobs[job, sn.WORK] = now, jobs.work[job, visit]
        station = jobs.route[job, visit]
        if 0 < network.room[station] <= course.inside[station]:
            return
        if network.kinds[station] != MEET:
            course.inside[station] += network.kinds[station] == SERVE
            _queue(course, station, job, jobs.urgency[job])
            _touch(course, station)
            return
        job = _meet(jobs, course, now, job, made)


@compiled
def _queue(course: Course, station: int, job: int, urgency: int) -> None:
    """Puts a job behind all that are as urgent as it or more."""
    tails, behind = course.tails[station], sn.NOBODY
    for level in range(urgency, -1, -1):
        if tails[level] != sn.NOBODY:
            behind = tails[level]
            break
    sn.enqueue_behind(course.stations, course.jobs, station, job, behind)
    tails[urgency] = job


@compiled
def _meet(jobs: Jobs, course: Course, now: int, job: int, made: Timetable) -> int:
    """A job waits for the others of its order; the one that goes on once all are there, else NEVER."""
    order = jobs.order[job]
    course.met[order] += 1
    first, after = course.first[order], course.first[order + 1]
    if course.met[order] < after - first:
        return NEVER
    for place in range(first, after):
        other = course.member[place]
        visit = course.step[other]
        made.start[other, visit] = now
        made.end[other, visit] = now
        made.waited[other, visit] = now - course.jobs[other, sn.READY]
    return int(course.member[first])


@compiled
def _start_all(network: Network, jobs: Jobs, course: Course, upcoming: Upcoming, now: int, made: Timetable) -> None:
    """Starts what can start at this instant, in the order in which stations were touched."""
    for place in range(course.look[-1]):
        station = course.look[place]
        course.touched[station] = 0
        if network.kinds[station] == SERVE:
            _start(jobs, course, upcoming, (station, now), made)
    course.look[-1] = 0


@compiled
def _start(jobs: Jobs, course: Course, upcoming: Upcoming, here: tuple[int, int], made: Timetable) -> None:
    """Starts what a station can start at an instant; `here` = (station, instant)."""
    station, now = here
    started = course.started
    count = len(started)
    while count == len(started):
        count = sn.advance(course.stations, course.jobs, station, now + 1, started)
        for row in range(count):
            job = started[row, sn.JOB]
            _begin(course, (station, jobs.urgency[job], job), started[row, sn.START], made)
            push(upcoming, started[row, sn.FINISH], READY, job)


@compiled
def _begin(course: Course, what: tuple[int, int, int], start: int, made: Timetable) -> None:
    """Notes that a visit starts; `what` = (station, urgency, job)."""
    station, urgency, job = what
    if course.tails[station, urgency] == job:
        course.tails[station, urgency] = sn.NOBODY
    visit = course.step[job]
    made.start[job, visit] = start
    made.waited[job, visit] = start - course.jobs[job, sn.READY]


@compiled
@makes_arrays
def _leave(jobs: Jobs, course: Course, upcoming: Upcoming, departure: I64, made: Timetable) -> None:
    """A truck takes what fits, in the order of the queue."""
    station, now, room = departure[0], departure[1], departure[2]
    head, count, taken = course.stations.queues[station, sn.HEAD], 0, 0
    while head != sn.NOBODY and taken <= room:
        taken += jobs.size[head]
        count += 1
        head = course.jobs[head, sn.LINK]
    sizes, head = np.zeros(count, np.int64), course.stations.queues[station, sn.HEAD]
    for place in range(count):
        sizes[place] = jobs.size[head]
        head = course.jobs[head, sn.LINK]
    none, one = np.zeros(count, np.int64), np.ones(1, np.int64)
    spot = fill(Loads(none, sizes, none), Room(one * room, one, one))
    for place in range(count):
        if spot[place] == 0:
            job = sn.take_head(course.stations, course.jobs, station)
            _begin(course, (station, jobs.urgency[job], job), now, made)
            push(upcoming, now + course.jobs[job, sn.WORK], READY, job)
