"""The calendar's networks once more, as plain SimPy processes, and networks drawn at random to hold the two together.

Nothing of the package's arithmetic is used here but the arrays that say what a network is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from firstbest.rehearse.calendar import MEET, NEVER, SERVE, TRUCK, Jobs, Network, Timetable

I64 = NDArray[np.int64]
HOUR = 3_600_000_000
DAY = 24 * HOUR
SETTLES = 4


class Item(NamedTuple):
    """A job in a queue; tuples sort by urgency, ready instant and number."""

    urgency: int
    ready: int
    job: int
    work: int
    done: Any
    visit: int


class Station:
    """A queue that is closed while the station is stopped."""

    def __init__(self, env: Any, stops: list[tuple[int, int]]) -> None:
        self.env = env
        self.queue: Any = simpy.PriorityStore(env)
        self.held: list[Item] = []
        self.open_at = 0
        self.inside = 0
        for begins, ends in stops:
            env.process(self._stop(begins, ends))

    def _stop(self, begins: int, ends: int) -> Generator[Any, Any, None]:
        yield self.env.timeout(begins)
        self.open_at = ends
        yield self.env.timeout(ends - begins)
        for item in sorted(self.held):
            self.queue.put(item)
        self.held.clear()

    def put(self, item: Item) -> None:
        """Into the queue, or before the closed door."""
        if self.env.now < self.open_at:
            self.held.append(item)
        else:
            self.queue.put(item)


class World:
    """One network in SimPy."""

    def __init__(self, network: Network, jobs: Jobs) -> None:
        self.env: Any = simpy.Environment()
        self.network, self.jobs = network, jobs
        shape = jobs.route.shape
        self.told = Timetable(*(np.full(shape, NEVER, np.int64) for _ in range(3)))
        stops: list[list[tuple[int, int]]] = [[] for _ in network.kinds]
        for station, begins, ends in network.stops.tolist():
            stops[station].append((begins, ends))
        self.stations = [Station(self.env, each) for each in stops]
        self.parts = {order: np.flatnonzero(jobs.order == order).tolist() for order in set(jobs.order.tolist())}
        self.came = {job: self.env.event() for job in range(len(jobs.at))}
        for station, begins, ends, speed in network.hands.tolist():
            self.env.process(self._hand(self.stations[station], begins, ends, speed))
        for job in range(len(jobs.at)):
            self.env.process(self._job(job))
        for station in np.flatnonzero(network.kinds == TRUCK).tolist():
            self.env.process(self._trucks(station))

    def run(self) -> Timetable:
        """Until nothing happens any more."""
        self.env.run()
        return self.told

    def _job(self, job: int) -> Generator[Any, Any, None]:
        env, jobs = self.env, self.jobs
        yield env.timeout(int(jobs.at[job]))
        for visit, station in enumerate(jobs.route[job].tolist()):
            if station < 0:
                return
            here, ready = self.stations[station], env.now
            kind = self.network.kinds[station]
            if kind == MEET:
                parts = self.parts[int(jobs.order[job])]
                self.came[job].succeed()
                yield env.all_of([self.came[part] for part in parts])
                self._note(job, visit, ready, env.now)
                self.told.end[job, visit] = env.now
                if job != parts[0]:
                    return
                continue
            if 0 < self.network.room[station] <= here.inside:
                return
            here.inside += kind == SERVE
            done = env.event()
            here.put(Item(int(jobs.urgency[job]), ready, job, int(jobs.work[job, visit]), done, visit))
            yield done
            here.inside -= kind == SERVE

    def _note(self, job: int, visit: int, ready: int, start: int) -> None:
        self.told.start[job, visit] = start
        self.told.waited[job, visit] = start - ready

    def _hand(self, station: Station, begins: int, ends: int, speed: int) -> Generator[Any, Any, None]:
        env = self.env
        yield env.timeout(begins)
        while True:
            while env.now < station.open_at:
                yield env.timeout(station.open_at - env.now)
            if env.now >= ends:
                return
            asked = station.queue.get()
            yield asked | env.timeout(ends - env.now)
            if not asked.triggered:
                asked.cancel()
                return
            item = asked.value
            self._note(item.job, item.visit, item.ready, env.now)
            yield env.timeout(item.work * 1_000_000 // speed)
            self.told.end[item.job, item.visit] = env.now
            item.done.succeed()
            # Who was served is ready for the next station before the hand looks up, also where others of his order
            # waited for him alone and go on with him: some events of one instant, one after the other.
            for _ in range(SETTLES):
                yield env.timeout(0)

    def _trucks(self, station: int) -> Generator[Any, Any, None]:
        env: Any = self.env
        queue: Any = self.stations[station].queue
        rows = self.network.departures[self.network.departures[:, 0] == station]
        for _, instant, room in rows[np.argsort(rows[:, 1])].tolist():
            yield env.timeout(instant - env.now)
            aboard: list[Item] = []
            used = 0
            while queue.items and (used == 0 or used + self.jobs.size[queue.items[0].job] <= room):
                item = yield queue.get()
                used += int(self.jobs.size[item.job])
                aboard.append(item)
            for item in sorted(aboard, key=lambda each: each.job):
                env.process(self._way(item))

    def _way(self, item: Item) -> Generator[Any, Any, None]:
        env = self.env
        self._note(item.job, item.visit, item.ready, env.now)
        yield env.timeout(item.work)
        self.told.end[item.job, item.visit] = env.now
        item.done.succeed()


def simulated(network: Network, jobs: Jobs) -> Timetable:
    """The timetable as SimPy has it."""
    return World(network, jobs).run()


class Drawn(NamedTuple):
    """A network and what is special about it."""

    name: str
    network: Network
    jobs: Jobs


TRAITS = ("tandem", "feedback", "priorities", "shifts", "breakdowns", "trucks", "split", "limits", "everything")


def drawn(seed: int, count: int = 400) -> Drawn:
    """A network of three to seven stations; the seed says which trait it has."""
    chance = np.random.default_rng(seed)
    trait = TRAITS[seed % len(TRAITS)]
    has = {each: trait in (each, "everything") for each in TRAITS}
    stations = int(chance.integers(3, 8))
    kinds = np.zeros(stations, np.int64)
    if has["trucks"]:
        kinds[int(chance.integers(1, stations - 1))] = TRUCK
    if has["split"]:
        kinds[-1] = MEET
    jobs = _jobs(chance, has, kinds, count)
    network = _network(chance, has, kinds, jobs)
    return Drawn(f"{trait} {seed}", network, jobs)


def _jobs(chance: np.random.Generator, has: dict[str, bool], kinds: I64, count: int) -> Jobs:
    stations = len(kinds)
    at = np.sort(chance.integers(0, 2 * DAY, count))
    serving = stations - has["split"]
    longest = 3 * serving if has["feedback"] else serving
    route = np.full((count, longest + 2), -1, np.int64)
    for job in range(count):
        path = list(range(serving))
        if not has["tandem"]:
            path = sorted(chance.choice(serving, int(chance.integers(1, serving + 1)), replace=False).tolist())
        if has["feedback"]:
            while len(path) < longest and chance.random() < 0.3:
                path.append(int(chance.integers(0, serving)))
        if has["split"]:
            # The one that goes on is packed where the parts met before.
            path = [*path[:longest], stations - 1, int(chance.integers(0, serving))]
        route[job, : len(path)] = path
    order = np.sort(chance.integers(0, count // 2, count)) if has["split"] else np.arange(count)
    if has["split"]:
        at = np.sort(chance.integers(0, 2 * DAY, count // 2))[order]
    work = chance.lognormal(np.log(300.0), 0.7, route.shape) * 1e6
    return Jobs(
        at.astype(np.int64), route, work.astype(np.int64),
        chance.integers(0, 3, count) if has["priorities"] else np.zeros(count, np.int64),
        chance.integers(1, 9, count), order.astype(np.int64),
    )  # fmt: skip


def _network(chance: np.random.Generator, has: dict[str, bool], kinds: I64, jobs: Jobs) -> Network:
    hands, stops, departures = [], [], []
    for station, kind in enumerate(kinds.tolist()):
        visits = int((jobs.route == station).sum())
        if kind == TRUCK:
            room = max(int(visits * 4.5 / 14), 9)
            step = int(chance.integers(3 * HOUR, 5 * HOUR))
            departures += [(station, at, room) for at in range(int(chance.integers(1, HOUR)), 4 * DAY, step)]
        elif kind == SERVE:
            # 430 s a visit at the mean, nine tenths busy while open.
            crew = max(1, round(visits * 430e6 / (2 * DAY) / (0.3 if has["shifts"] else 0.9)))
            hands += [row for _ in range(crew) for row in _hours(chance, station, shifts=has["shifts"])]
            if has["breakdowns"]:
                begins = np.sort(chance.integers(0, 2 * DAY, 6))
                ends = np.minimum(begins + chance.integers(60_000_000, 3 * HOUR, 6), np.append(begins[1:] - 1, 3 * DAY))
                stops += [(station, int(a), int(b)) for a, b in zip(begins, ends, strict=True) if b > a]
    crews = np.bincount([row[0] for row in hands], minlength=len(kinds))
    # Room for some jobs to wait, counted over all shifts where there are shifts.
    limits = np.where(kinds == SERVE, crews + chance.integers(0, 3, len(kinds)), 0) if has["limits"] else kinds * 0
    return Network(
        kinds, np.array(hands, np.int64).reshape(-1, 4), np.array(stops, np.int64).reshape(-1, 3),
        np.array(departures, np.int64).reshape(-1, 3), limits.astype(np.int64),
    )  # fmt: skip


def _hours(chance: np.random.Generator, station: int, *, shifts: bool) -> Iterator[tuple[int, int, int, int]]:
    speed = int(chance.choice([1_000_000, 800_000, 1_200_000, 650_000]))
    if not shifts:
        yield station, 0, 1_000 * DAY, speed
        return
    begins = int(chance.integers(5, 15)) * HOUR
    for day in range(6):
        yield station, day * DAY + begins, day * DAY + begins + 8 * HOUR, speed
