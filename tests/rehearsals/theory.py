"""Queues that theory knows: drawn arrivals and work for the calendar, and what the long run is, by formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rehearse.calendar import Jobs, Network, plain_jobs, plain_network, timetable

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
FULL = 1_000_000
MEAN_US = 100_000_000
"""Mean work of a visit: 100 s, so that whole microseconds change nothing that could be seen."""
FOREVER = 1 << 60


class Queue(NamedTuple):
    """A model with a known long run."""

    name: str
    truth_s: float
    run: Callable[[int, int], F64]  # (seed, customers): what is measured, in seconds, in order of time


def crew(*hands: int) -> I64:
    """Hands that are always there, by station."""
    return np.array([[station, 0, FOREVER, FULL] for station, count in enumerate(hands) for _ in range(count)])


def coming(chance: np.random.Generator, count: int, per_work: float) -> I64:
    """Poisson arrivals, so many per mean work."""
    return np.cumsum(chance.exponential(MEAN_US / per_work, count)).astype(np.int64)


def waiting_chance(load: float, servers: int) -> float:
    """Erlang's C: the chance to wait, load in servers' worth of work."""
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / math.factorial(k) for k in range(servers)) + top)


def wait_mmc(load: float, servers: int) -> float:
    """Mean wait in M/M/c in mean works."""
    return waiting_chance(load, servers) / (servers - load)


def wait_mmck(load: float, servers: int, room: int) -> float:
    """Mean wait of those let in, in mean works, with room for so many in all."""
    shares = [load**k / (math.factorial(min(k, servers)) * servers ** max(k - servers, 0)) for k in range(room + 1)]
    total = sum(shares)
    queue = sum((k - servers) * share for k, share in enumerate(shares) if k > servers) / total
    return float(queue / (load * (1 - shares[-1] / total)))


def mmc(load: float, servers: int) -> Queue:
    """Poisson arrivals, exponential work, c hands: the mean wait."""

    def run(seed: int, customers: int) -> F64:
        chance = np.random.default_rng([seed, servers])
        at, work = coming(chance, customers, load), chance.exponential(MEAN_US, (customers, 1)).astype(np.int64)
        made = timetable(plain_network(crew(servers)), plain_jobs(at, np.zeros_like(work), work))
        return made.waited[:, 0] / 1e6

    return Queue("mmc", wait_mmc(load, servers) * MEAN_US / 1e6, run)


def mg1(load: float, spread: float) -> Queue:
    """Poisson arrivals, lognormal work, one hand: the mean wait (Pollaczek and Khinchine)."""
    squared = math.exp(spread**2) - 1

    def run(seed: int, customers: int) -> F64:
        chance = np.random.default_rng([seed, 77])
        at = coming(chance, customers, load)
        work = (chance.lognormal(-(spread**2) / 2, spread, (customers, 1)) * MEAN_US).astype(np.int64)
        made = timetable(plain_network(crew(1)), plain_jobs(at, np.zeros_like(work), work))
        return made.waited[:, 0] / 1e6

    return Queue("mg1", load * (1 + squared) / (2 * (1 - load)) * MEAN_US / 1e6, run)


def mmck(load: float, servers: int, room: int) -> Queue:
    """As M/M/c, with room for so many, and who finds it full is turned away: the mean wait of those let in."""

    def run(seed: int, customers: int) -> F64:
        chance = np.random.default_rng([seed, 78])
        at, work = coming(chance, customers, load), chance.exponential(MEAN_US, (customers, 1)).astype(np.int64)
        network = plain_network(crew(servers))._replace(room=np.array([room]))
        made = timetable(network, plain_jobs(at, np.zeros_like(work), work))
        waited: F64 = made.waited[made.start[:, 0] >= 0, 0] / 1e6
        return waited

    return Queue("mmck", wait_mmck(load, servers, room) * MEAN_US / 1e6, run)


HANDS = (2, 1, 3)
SPEEDS = (1.0, 1.4, 0.7)
COMES = 1.0
ONWARD = np.array([[0.0, 0.6, 0.3], [0.2, 0.0, 0.5], [0.1, 0.0, 0.0]])
"""Jackson's network: hands, speed of each station, arrivals at the first per mean work, chances to go on."""


def jackson_truth() -> float:
    """Mean time in the network in mean works: traffic, then each station as M/M/c (Jackson 1957)."""
    flow = np.linalg.solve(np.eye(3) - ONWARD.T, np.array([COMES, 0.0, 0.0]))
    there = sum(
        rate * (wait_mmc(rate / speed, hands) / speed + 1 / speed)
        for rate, speed, hands in zip(flow.tolist(), SPEEDS, HANDS, strict=True)
    )
    return float(there / COMES)


def jackson_jobs(seed: int, customers: int) -> tuple[Network, Jobs]:
    """A network of three stations in which work comes back."""
    chance = np.random.default_rng([seed, 79])
    at, here = coming(chance, customers, COMES), np.zeros(customers, np.int64)
    columns, upto = [here], np.cumsum(ONWARD, axis=1)
    while (here >= 0).any():
        draw = chance.random(customers)
        following = (draw[:, None] >= upto[here]).sum(axis=1)
        here = np.where((here < 0) | (following == len(HANDS)), -1, following)
        columns.append(here)
    route = np.stack(columns, axis=1)
    work = chance.exponential(MEAN_US, route.shape) / np.array(SPEEDS)[route]
    return plain_network(crew(*HANDS)), plain_jobs(at, route, work.astype(np.int64))


def jackson() -> Queue:
    """Three stations in which work comes back: the mean time from arrival to leaving."""

    def run(seed: int, customers: int) -> F64:
        network, jobs = jackson_jobs(seed, customers)
        stayed: F64 = (timetable(network, jobs).end.max(axis=1) - jobs.at) / 1e6
        return stayed

    return Queue("jackson", jackson_truth() * MEAN_US / 1e6, run)


QUEUES = (mmc(2.1, 3), mg1(0.7, 0.7), mmck(3.2, 4, 10), jackson())
