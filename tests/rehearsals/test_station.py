"""Stations: the same instants as SimPy, the same for any cut, and the plain rule as oracle."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import simpy
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from firstbest.kernels import station as sn

I64 = NDArray[np.int64]
NEVER = 2**60


class Hand(NamedTuple):
    """A hand's shift and speed."""

    start: int
    until: int
    speed_ppm: int = 1_000_000


class Line:
    """Stages one after the other; what is done at one joins the queue of the next in order of (finish, turn)."""

    def __init__(
        self, ready: list[int], work: list[list[int]], crews: list[list[Hand]], stops: I64 | None = None
    ) -> None:
        stages = len(crews)
        self.stations = sn.new_stations(stages, max((len(crew) for crew in crews), default=1) or 1)
        if stops is not None:
            self.stations = self.stations._replace(stops=stops)
        self.jobs = [sn.new_jobs(max(len(ready), 1)) for _ in crews]
        self.finish = np.full((stages + 1, len(ready)), NEVER, np.int64)
        self.finish[0] = ready
        self.coming: list[list[tuple[int, int, int]]] = [[(at, turn, turn) for turn, at in enumerate(ready)]]
        self.coming += [[] for _ in crews]
        self.crews = [list(crew) for crew in crews]
        self.work = work
        self.turn = 0

    def advance(self, limit: int, rows: int = 1_000) -> None:
        """Everything that starts before `limit`."""
        for stage, crew in enumerate(self.crews):
            while crew and crew[0].start < limit:
                hand = crew.pop(0)
                sn.add_hand(self.stations, stage, (hand.start, hand.until), hand.speed_ppm, 7)
            for at, _, job in self._due(stage, limit):
                self.jobs[stage][job, sn.READY], self.jobs[stage][job, sn.WORK] = at, self.work[stage][job]
                sn.enqueue(self.stations, self.jobs[stage], stage, job)
            for job, finish in self._started(stage, limit, rows):
                self.turn += 1
                self.finish[stage + 1, job] = finish
                self.coming[stage + 1].append((finish, self.turn, job))

    def _due(self, stage: int, limit: int) -> list[tuple[int, int, int]]:
        due = sorted(one for one in self.coming[stage] if one[0] < limit)
        self.coming[stage] = [one for one in self.coming[stage] if one[0] >= limit]
        return due

    def _started(self, stage: int, limit: int, rows: int) -> Iterator[tuple[int, int]]:
        started, count = sn.new_started(rows), rows
        while count == rows:
            count = sn.advance(self.stations, self.jobs[stage], stage, limit, started)
            yield from [(int(row[sn.JOB]), int(row[sn.FINISH])) for row in started[:count]]


def trucks(done: I64, instants: list[int], room: int) -> I64:
    """Departure of each parcel: first done, first loaded, what does not fit waits for the next truck; [n]."""
    leaves, waiting = np.full(len(done), NEVER, np.int64), list(np.argsort(done, kind="stable"))
    for instant in instants:
        aboard = [parcel for parcel in waiting if done[parcel] <= instant][:room]
        leaves[aboard] = instant
        waiting = [parcel for parcel in waiting if leaves[parcel] == NEVER]
    return leaves


def simulated(ready: list[int], work: list[list[int]], crews: list[list[Hand]], instants: list[int], room: int) -> I64:
    """The same world in SimPy: [stages + 2, n] ready, finished at each stage, left."""
    env = simpy.Environment()
    queues = [simpy.Store(env) for _ in range(len(crews) + 1)]
    told = np.full((len(crews) + 2, len(ready)), NEVER, np.int64)
    told[0] = ready

    def arrive() -> Iterator[Any]:
        for job in np.argsort(ready, kind="stable"):
            yield env.timeout(ready[job] - env.now)
            queues[0].put(int(job))

    def labour(stage: int, hand: Hand) -> Iterator[Any]:
        yield env.timeout(hand.start)
        while env.now < hand.until:
            asked = queues[stage].get()
            yield asked | env.timeout(hand.until - env.now)
            if not asked.triggered:
                asked.cancel()
                return
            yield env.timeout(work[stage][asked.value] * 1_000_000 // hand.speed_ppm)
            told[stage + 1, asked.value] = env.now
            queues[stage + 1].put(asked.value)

    def drive() -> Iterator[Any]:
        for instant in instants:
            yield env.timeout(instant - env.now)
            for _ in range(min(room, len(queues[-1].items))):
                told[-1, queues[-1].items.pop(0)] = env.now

    env.process(arrive())
    env.process(drive())
    for stage, crew in enumerate(crews):
        for hand in crew:
            env.process(labour(stage, hand))
    env.run()
    return told


def test_three_stages_and_trucks_are_simpy_to_the_microsecond() -> None:
    chance, day, count = np.random.default_rng(5), 86_400_000_000, 3_000
    ready = sorted(int(at) for at in chance.integers(0, 3 * day, count))
    work = [[int(us) for us in chance.lognormal(mean, 0.4, count) * 1e6] for mean in (5.0, 5.6, 4.0)]
    hours = [
        (day_ * day + shift, day_ * day + shift + day // 3) for day_ in range(5) for shift in (day // 4, day * 7 // 12)
    ]
    crews = [
        [Hand(start, until, speed) for start, until in hours for speed in (*[1_000_000] * full, *[800_000] * 2)]
        for full in (4, 8, 2)
    ]
    instants = [day_ * day + hour * day // 24 + 1 for day_ in range(7) for hour in (12, 18, 23)]

    line = Line(ready, work, crews)
    line.advance(NEVER - 1)
    ours = np.vstack([line.finish, trucks(line.finish[-1], instants, room=320)])
    theirs = simulated(ready, work, crews, instants, room=320)

    assert np.abs(ours - theirs).max() == 0.0
    left = ours[-1] < NEVER
    assert left.sum() > count * 0.9, "parcels must leave"
    assert (ours[-1, left] - ours[-2, left]).max() > day // 4, "trucks must fill up"
    loads = np.unique(ours[-1, left], return_counts=True)[1]
    assert loads.max() == 320
    assert loads.min() < 320


spans = st.tuples(st.integers(0, 60), st.integers(1, 40), st.sampled_from([1_000_000, 500_000, 800_000]))
crews_ = st.lists(st.lists(spans, min_size=0, max_size=5), min_size=1, max_size=3)


def hired(crews: list[list[tuple[int, int, int]]]) -> list[list[Hand]]:
    return [
        sorted((Hand(start, start + length, speed) for start, length, speed in crew), key=lambda h: h[0])
        for crew in crews
    ]


@given(crews_, st.lists(st.integers(0, 50), max_size=30), st.lists(st.integers(0, 110), max_size=12), st.data())
def test_a_run_may_be_cut_anywhere(
    crews: list[list[tuple[int, int, int]]], ready: list[int], cuts: list[int], data: st.DataObject
) -> None:
    ready.sort()
    work = [data.draw(st.lists(st.integers(0, 9), min_size=len(ready), max_size=len(ready))) for _ in crews]
    whole, cut = Line(ready, work, hired(crews)), Line(ready, work, hired(crews))

    whole.advance(NEVER - 1)
    for limit in [*sorted(cuts), NEVER - 1]:
        cut.advance(limit, rows=2)

    assert np.array_equal(whole.finish, cut.finish)
    assert np.array_equal(whole.stations.queues[:, sn.QUEUED], cut.stations.queues[:, sn.QUEUED])


@given(crews_, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=30), st.tuples(spans, spans))
def test_the_rule_in_plain_words(
    crews: list[list[tuple[int, int, int]]], jobs: list[tuple[int, int]], stops: tuple[tuple[int, int, int], ...]
) -> None:
    jobs.sort()
    crew = hired(crews[:1])[0]
    shut = [(start, start + length) for start, length, _ in stops]
    line = Line([ready for ready, _ in jobs], [[work for _, work in jobs]], [crew], np.array([shut], np.int64))
    line.advance(NEVER - 1)

    free = [hand.start for hand in crew]
    for job, (ready, work) in enumerate(jobs):
        offers = []
        for number, hand in enumerate(crew):
            start = max(ready, free[number])
            while any(begin <= start < end for begin, end in shut):
                start = max(end for begin, end in shut if begin <= start < end)
            if start < hand.until:
                offers.append((free[number], number, start))
        if not offers:
            assert np.all(line.finish[1, job:] == NEVER)
            return
        _, number, start = min(offers)
        free[number] = start + work * 1_000_000 // crew[number].speed_ppm
        assert line.finish[1, job] == free[number]


def test_who_is_dismissed_was_done_and_withdrawn_work_takes_no_time() -> None:
    line = Line([0, 1, 2], [[10, -1, 10]], [[Hand(0, 15)]])
    line.advance(NEVER - 1)
    assert line.finish[1].tolist() == [10, -1, 20]

    sn.dismiss(line.stations, 0, 14)
    assert line.stations.queues[0, sn.STAFFED] == 1
    sn.dismiss(line.stations, 0, 15)
    assert line.stations.queues[0, sn.STAFFED] == 0
