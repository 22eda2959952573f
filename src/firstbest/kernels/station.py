"""A station: one queue, first come first served, and hands that come and go with their shifts.

The rule, in words: the next job of the queue goes to the hand that has been free longest (of two, the one that came
first). It starts when both are there: at the later of the job's ready instant and the hand's free instant. A hand
starts a job only before its shift ends, and finishes it even past the end; while the station is stopped, nothing
starts. A slower hand takes longer in proportion.

`advance` starts only what starts before `limit` and looks at nothing later, so a run may be cut anywhere: hands whose
shift begins at or after `limit` may be added afterwards, jobs that become ready at or after `limit` too. Jobs must be
queued in the order in which they become ready. Because the queue is served in order, the hand that is free first gives
the earliest start, and a heap of hands by (free, number) is all the state there is: O(log hands) a job.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, written_in
from firstbest.kernels.near import near

I64 = NDArray[np.int64]

NOBODY: Final = -1

READY: Final = 0
WORK: Final = 1
LINK: Final = 2
"""Columns of jobs [J, 3]: ready instant; microseconds of work at full speed; the next job of the same queue.

Negative work: the job was withdrawn and takes nobody's time."""

HEAD: Final = 0
TAIL: Final = 1
QUEUED: Final = 2
STAFFED: Final = 3
CAME: Final = 4
"""Columns of queues [S, 5]: first and last job (-1: none), jobs, hands here, hands that ever came."""

FREE: Final = 0
NUMBER: Final = 1
UNTIL: Final = 2
SPEED: Final = 3
WINDOW: Final = 4
"""Columns of hands [S, H, 5]: a heap by (free, number); end of the shift, speed in ppm, the caller's window."""

JOB: Final = 0
START: Final = 1
FINISH: Final = 2
WITHIN: Final = 3
SHIFT: Final = 4
"""Columns of started [R, 5]: job, start, finish (both -1: withdrawn), microseconds within the shift, window."""


class Stations(NamedTuple):
    """All stations: [S]."""

    queues: I64  # [S, 5]
    hands: I64  # [S, H, 5]
    stops: I64  # [S, X, 2] nothing starts from, until


def new_jobs(jobs: int) -> I64:
    """[J, 3] Room for jobs; the caller gives the indices."""
    return np.zeros((jobs, 3), np.int64)


def new_stations(stations: int, hands: int, stops: int = 0) -> Stations:
    """Empty stations with room for `hands` hands each; stops that never come."""
    queues = np.zeros((stations, 5), np.int64)
    queues[:, :2] = NOBODY
    return Stations(queues, np.zeros((stations, hands, 5), np.int64), np.zeros((stations, stops, 2), np.int64))


def with_room(stations: Stations, hands: int) -> Stations:
    """The same stations with room for `hands` hands each."""
    wider = np.zeros((len(stations.queues), hands, 5), np.int64)
    wider[:, : stations.hands.shape[1]] = stations.hands
    return stations._replace(hands=wider)


def new_started(rows: int) -> I64:
    """[R, 5] Room for the jobs that one call of `advance` may start; with too little, call it again."""
    return np.zeros((rows, 5), np.int64)


@compiled
@written_in
def enqueue(stations: Stations, jobs: I64, station: int, job: int) -> None:
    """Puts a job at the end of a station's queue; its ready instant and its work are set."""
    queue = stations.queues[station]
    jobs[job, LINK] = NOBODY
    if queue[HEAD] == NOBODY:
        queue[HEAD] = job
    else:
        jobs[queue[TAIL], LINK] = job
    queue[TAIL] = job
    queue[QUEUED] += 1


@compiled
def enqueue_behind(stations: Stations, jobs: I64, station: int, job: int, behind: int) -> None:
    """Puts a job that is ready now behind another of the queue (NOBODY: at the head); for queues with priorities.

    The queue is then no longer in the order of ready instants, so it may hold only jobs that are ready by the instant
    up to which the station is advanced.
    """
    queue = stations.queues[station]
    if queue[HEAD] == NOBODY or behind == queue[TAIL]:
        enqueue(stations, jobs, station, job)
        return
    if behind == NOBODY:
        jobs[job, LINK] = queue[HEAD]
        queue[HEAD] = job
    else:
        jobs[job, LINK] = jobs[behind, LINK]
        jobs[behind, LINK] = job
    queue[QUEUED] += 1


@compiled
def take_head(stations: Stations, jobs: I64, station: int) -> int:
    """Takes the first job off the queue without a hand; NOBODY where none waits."""
    queue = stations.queues[station]
    job = queue[HEAD]
    if job != NOBODY:
        queue[HEAD] = jobs[job, LINK]
        queue[QUEUED] -= 1
    return int(job)


@compiled
def add_hand(stations: Stations, station: int, shift: tuple[int, int], speed_ppm: int, window: int) -> None:
    """A hand that works within `shift` = (from, until); it comes after all that came before."""
    heap, queue = stations.hands[station], stations.queues[station]
    place = queue[STAFFED]
    assert place < heap.shape[0], "no room for another hand"
    queue[STAFFED] += 1
    queue[CAME] += 1
    heap[place, FREE] = shift[0]
    heap[place, NUMBER] = queue[CAME]
    heap[place, UNTIL] = shift[1]
    heap[place, SPEED] = speed_ppm
    heap[place, WINDOW] = window
    while place > 0 and _first(heap, place, (place - 1) >> 1):
        _swap(heap, place, (place - 1) >> 1)
        place = (place - 1) >> 1


@compiled
def dismiss(stations: Stations, station: int, instant: int) -> None:
    """Forgets the hands whose shift is over at `instant`, up to which the station was advanced."""
    heap, queue = stations.hands[station], stations.queues[station]
    kept = 0
    for place in range(queue[STAFFED]):
        if heap[place, UNTIL] > instant:
            _move(heap, place, kept)
            kept += 1
    queue[STAFFED] = kept
    for place in range(kept // 2 - 1, -1, -1):
        _sink(heap, place, kept)


@compiled
def extend(stations: Stations, station: int, window: int, until: int) -> None:
    """Moves the end of a shift that has begun, for all its hands."""
    heap = stations.hands[station]
    for place in range(stations.queues[station, STAFFED]):
        if heap[place, WINDOW] == window:
            heap[place, UNTIL] = until


@compiled
@written_in
def advance(stations: Stations, jobs: I64, station: int, limit: int, started: I64) -> int:
    """Starts all that starts before `limit`; how many rows of `started` were written (all: there may be more)."""
    heap, queue = stations.hands[station], stations.queues[station]
    rows = 0
    while queue[HEAD] != NOBODY and rows < len(started):
        job = queue[HEAD]
        near(jobs, jobs[job, LINK])
        if jobs[job, WORK] < 0:
            started[rows, JOB], started[rows, START], started[rows, FINISH] = job, -1, -1
        elif queue[STAFFED] == 0:
            break
        else:
            start = _unstopped(stations.stops[station], max(jobs[job, READY], heap[0, FREE]))
            if start >= limit:
                break
            if start >= heap[0, UNTIL]:
                queue[STAFFED] -= 1
                _move(heap, queue[STAFFED], 0)
                _sink(heap, 0, queue[STAFFED])
                continue
            _note(heap[0], job, start, jobs[job, WORK], started[rows])
            heap[0, FREE] = started[rows, FINISH]
            _sink(heap, 0, queue[STAFFED])
        rows += 1
        queue[HEAD] = jobs[job, LINK]
        queue[QUEUED] -= 1
    return rows


@compiled
@written_in
def _note(hand: I64, job: int, start: int, work: int, row: I64) -> None:
    """Writes that a hand starts a job."""
    finish = start + work * 1_000_000 // hand[SPEED]
    row[JOB] = job
    row[START] = start
    row[FINISH] = finish
    row[WITHIN] = min(finish, hand[UNTIL]) - start
    row[SHIFT] = hand[WINDOW]


@compiled
@written_in
def _unstopped(stops: I64, start: int) -> int:
    """The first instant from `start` on at which the station is not stopped."""
    settled = False
    while not settled:
        settled = True
        for stop in range(len(stops)):
            if stops[stop, 0] <= start < stops[stop, 1]:
                start = stops[stop, 1]
                settled = False
    return start


@compiled
def _first(heap: I64, one: int, other: int) -> bool:
    if heap[one, FREE] != heap[other, FREE]:
        return bool(heap[one, FREE] < heap[other, FREE])
    return bool(heap[one, NUMBER] < heap[other, NUMBER])


@compiled
def _swap(heap: I64, one: int, other: int) -> None:
    for column in range(heap.shape[1]):
        kept = heap[one, column]
        heap[one, column] = heap[other, column]
        heap[other, column] = kept


@compiled
def _move(heap: I64, source: int, target: int) -> None:
    for column in range(heap.shape[1]):
        heap[target, column] = heap[source, column]


@compiled
@written_in
def _sink(heap: I64, place: int, count: int) -> None:
    """Moves a hand back to its place; those that come before it move up, and it is written once."""
    hand = heap[place]
    free, number, until, speed, window = hand[FREE], hand[NUMBER], hand[UNTIL], hand[SPEED], hand[WINDOW]
    child = 2 * place + 1
    while child < count:
        if child + 1 < count and _first(heap, child + 1, child):
            child += 1
        if free < heap[child, FREE] or (free == heap[child, FREE] and number < heap[child, NUMBER]):
            break
        _move(heap, child, place)
        place, child = child, 2 * child + 1
    heap[place, FREE], heap[place, NUMBER], heap[place, UNTIL] = free, number, until
    heap[place, SPEED], heap[place, WINDOW] = speed, window
