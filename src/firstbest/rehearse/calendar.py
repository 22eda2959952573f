"""The calendar: who starts what when in a network of stations, from arrays to arrays; nothing is drawn.

`timetable` is the rehearsal's own arithmetic of queues, hands, shifts, stops and loading (kernels.station,
decide.freight), laid open so that anybody can hold it against a model of their own. Stations, hands, routes, arrivals
and work come in; start, end and wait of every visit come out. The rules:

- At a `SERVE` station the most urgent job in the queue goes to the hand that has been free longest (of two, the one
  that came first); among equally urgent ones the job that became ready first, of two the one with the lower number.
  A hand starts only before its shift ends and finishes what it began; while the station is stopped, nothing starts. A
  hand at 800,000 ppm takes 1 / 0.8 of the work, rounded down to the microsecond. Where a station has room for so many
  jobs, waiting and in work, a job that comes when it is full is turned away and its route ends there.
- From a `TRUCK` station jobs leave at its departures, in the same order, first come first aboard until the next one
  does not fit; it and all behind it wait for the next departure. What is larger than the room of an empty truck goes
  alone. The work of the visit is the way: the visit starts when the truck leaves and ends when it is there.
- At a `MEET` station the jobs of one order wait for each other. When the last has come, the one with the lowest number
  goes on along its route and the others end there. With jobs on different routes this is a split order.
- At one instant hands come first, then jobs become ready in the order of their numbers, then trucks leave, then work
  starts. So what is ready when a truck leaves is aboard.

A route may come back to a station (feedback): visits are worked off event by event. Where no route does, all jobs are
equally urgent and all stations serve, stations are worked off one after the other, which is several times faster and
gives the same numbers; a law holds the two to each other, and SimPy to both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels import station as sn
from firstbest.kernels.upcoming import AT, KIND, NUMBER, new_upcoming
from firstbest.rehearse.calendar_course import (
    COMES,
    LEAVES,
    MEET,
    NEVER,
    READY,
    SERVE,
    TRUCK,
    WAKES,
    Course,
    Jobs,
    Network,
    Timetable,
    go,
    through,
)

__all__ = [
    "MEET", "NEVER", "SERVE", "TRUCK", "Jobs", "Network", "Timetable", "is_downstream", "plain_jobs", "plain_network",
    "timetable",
]  # fmt: skip

I64 = NDArray[np.int64]


def plain_network(hands: I64) -> Network:
    """Stations that serve, with hands [H, 4], without stops, departures or limits."""
    stations = int(hands[:, 0].max()) + 1
    none, zero = np.zeros((0, 3), np.int64), np.zeros(stations, np.int64)
    return Network(zero, hands, none, none, zero)


def plain_jobs(at: I64, route: I64, work: I64) -> Jobs:
    """Jobs that are equally urgent, take a unit of room each, and are an order each."""
    count = len(at)
    return Jobs(at, route, work, np.zeros(count, np.int64), np.ones(count, np.int64), np.arange(count, dtype=np.int64))


def timetable(network: Network, jobs: Jobs) -> Timetable:
    """Start, end and wait of every visit. Raises ValueError with what was expected where an array makes no sense."""
    _check(network, jobs)
    shape = jobs.route.shape
    made = Timetable(*(np.full(shape, NEVER, np.int64) for _ in range(3)))
    if is_downstream(network, jobs):
        _downstream(network, jobs, made)
    else:
        _by_event(network, jobs, made)
    return made


def is_downstream(network: Network, jobs: Jobs) -> bool:
    """Whether stations can be worked off one after the other: all serve, none is seen twice, nobody is urgent."""
    before, after = jobs.route[:, :-1], jobs.route[:, 1:]
    forward = bool(np.all((after > before) | (after < 0)))
    plain = bool(np.all(network.kinds == SERVE) and np.all(network.room == 0))
    return forward and plain and len(np.unique(jobs.urgency)) <= 1


def _check(network: Network, jobs: Jobs) -> None:
    stations, count = len(network.kinds), len(jobs.at)
    rules = (
        (network.hands.shape[1:] == (4,), "hands: [H, 4]"),
        (network.stops.shape[1:] == (3,), "stops: [X, 3]"),
        (network.departures.shape[1:] == (3,), "departures: [D, 3]"),
        (jobs.route.shape == jobs.work.shape and len(jobs.route) == count, "route and work: [J, R] alike"),
        (all(len(column) == count for column in jobs[3:]), "urgency, size, order: [J]"),
        (len(network.room) == stations, "room: [S]"),
        (bool(np.isin(network.kinds, (SERVE, TRUCK, MEET)).all()), "kinds: SERVE, TRUCK or MEET"),
        (bool((jobs.route < stations).all()), f"route: stations below {stations}"),
        (bool((np.diff((jobs.route < 0).astype(np.int8), axis=1) >= 0).all()), "route: nothing behind a -1"),
        (bool((jobs.work >= 0).all() and (jobs.at >= 0).all()), "work and arrivals: 0 or more"),
        (bool((network.hands[:, 3:] > 0).all()), "hands: a speed above 0"),
        (bool((network.stops[:, 2] > network.stops[:, 1]).all()), "stops: an end after the beginning"),
        (bool((jobs.order >= 0).all()), "order: 0 or more"),
    )
    wrong = [expected for fine, expected in rules if not fine]
    if wrong:
        raise ValueError("expected " + "; ".join(wrong))


def _new_stations(network: Network) -> sn.Stations:
    count = len(network.kinds)
    crew = np.bincount(network.hands[:, 0], minlength=count) if len(network.hands) else np.zeros(count, np.int64)
    shut = np.bincount(network.stops[:, 0], minlength=count) if len(network.stops) else np.zeros(count, np.int64)
    stations = sn.new_stations(count, max(int(crew.max(initial=0)), 1), int(shut.max(initial=0)))
    place = np.zeros(count, np.int64)
    for at, begins, ends in network.stops.tolist():
        stations.stops[at, place[at]] = begins, ends
        place[at] += 1
    return stations


def _coming(network: Network) -> I64:
    """[H] Hands in the order in which they come: by instant, then as listed."""
    return np.argsort(network.hands[:, 1], kind="stable")


# --------------------------------------------------------------------------------------- station after station
def _downstream(network: Network, jobs: Jobs, made: Timetable) -> None:
    stations, count = _new_stations(network), len(jobs.at)
    for hand in _coming(network).tolist():
        at, begins, ends, speed = network.hands[hand].tolist()
        sn.add_hand(stations, at, (begins, ends), speed, hand)
    ready, held, step = jobs.at.copy(), sn.new_jobs(max(count, 1)), np.zeros(count, np.int64)
    started = sn.new_started(4_096)
    for station in range(len(network.kinds)):
        here = np.flatnonzero((jobs.route[np.arange(count), np.minimum(step, jobs.route.shape[1] - 1)] == station)
                              & (step < jobs.route.shape[1]) & (ready >= 0))  # fmt: skip
        here = here[np.argsort(ready[here], kind="stable")]
        through((stations, held, started), station, here, jobs.work, (ready, step), made)


# ------------------------------------------------------------------------------------------------ event by event
def _by_event(network: Network, jobs: Jobs, made: Timetable) -> None:
    count, stations = len(jobs.at), len(network.kinds)
    levels, urgency = np.unique(jobs.urgency, return_inverse=True)
    orders = int(jobs.order.max(initial=-1)) + 1
    member = np.argsort(jobs.order, kind="stable").astype(np.int64)
    first = np.searchsorted(jobs.order[member], np.arange(orders + 1)).astype(np.int64)
    course = Course(
        _new_stations(network), sn.new_jobs(max(count, 1)), np.full(count, NEVER, np.int64),
        np.full((stations, max(len(levels), 1)), sn.NOBODY, np.int64), np.zeros(orders, np.int64), member, first,
        sn.new_started(64), np.zeros(stations, np.int64), np.zeros(stations, np.int64),
        np.zeros(stations + 1, np.int64),
    )  # fmt: skip
    ranked = jobs._replace(urgency=urgency.astype(np.int64).reshape(-1))
    go(network, ranked, course, new_upcoming(count), _planned(network, jobs), made)


def _planned(network: Network, jobs: Jobs) -> I64:
    """[P, 3] What is known before: hands, arrivals, departures and ends of stops, by (instant, kind, number)."""
    coming = _coming(network)
    rank = np.empty(len(coming), np.int64)
    rank[coming] = np.arange(len(coming))
    parts = [
        np.stack([at, np.full(len(at), kind, np.int64), np.arange(len(at), dtype=np.int64)], axis=1)
        for at, kind in (
            (network.hands[coming, 1], COMES), (jobs.at, READY), (network.departures[:, 1], LEAVES),
            (network.stops[:, 2], WAKES),
        )
    ]  # fmt: skip
    parts[COMES][:, NUMBER] = coming
    rows = np.concatenate(parts)
    rank_of = rows[:, NUMBER].copy()
    rank_of[: len(coming)] = np.arange(len(coming))
    return np.ascontiguousarray(rows[np.lexsort((rank_of, rows[:, KIND], rows[:, AT]))])
