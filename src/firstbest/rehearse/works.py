"""What the physics has in hand: shipments from release to door, cargo from order to shelf, and what it will report.

Everything lives in arrays with a list of free rows, so memory is bounded by what is under way. A task is a shipment or
a cargo; its lines hang on it as a chain. An event carries the columns of the command that it will become.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import Agenda, grown_agenda, new_agenda, put
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import joined
from firstbest.kernels.lookup import Lookup, forget, grown_lookup, keep, new_lookup
from firstbest.kernels.station import LINK, new_jobs
from firstbest.world.commands import COMMAND, LINE
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE

I64 = NDArray[np.int64]
Rows = NDArray[np.void]

TO_PICK: Final = 1
PICKING: Final = 2
TO_PACK: Final = 3
PACKING: Final = 4
PACKED: Final = 5
DROPPED: Final = 6

TASK: Final = np.dtype(
    [
        ("name", "<i8"),  # 2 * shipment key, or 2 * cargo + 1
        ("order", "<i8"),  # or cargo
        ("tie", "<u8"),
        ("rank", "<u8"),  # hash of (order, node, attempt) or (item, node, day): order of equal instants
        ("stream", "<u8"),  # of its draws
        ("ready_at", "<i8"),  # cargo: truly produced; shipment of an own van: truly at the station
        ("quantity", "<i8"),  # cargo: units that really move
        ("expected", "<i8"),  # cargo: units by the papers
        ("first_line", "<i4"),
        ("last_line", "<i4"),
        ("node", "<i4"),
        ("carrier", "<i4"),
        ("item", "<i4"),
        ("lines", "<i4"),
        ("units", "<i4"),
        ("attempt", "<i2"),
        ("stage", "<i2"),
    ]
)
TASK_LINE: Final = np.dtype([("quantity", "<i8"), ("line", "<i4"), ("item", "<i4"), ("link", "<i4"), ("gone", "<i4")])
EVENT: Final = np.dtype(
    [
        ("order", "<i8"),
        ("tie", "<u8"),
        ("quantity", "<i8"),
        ("task", "<i4"),
        ("first_line", "<i4"),
        ("node", "<i4"),
        ("item", "<i4"),
        ("attempt", "<i2"),
        ("service", "<i2"),
        ("flag", "<i2"),
        ("spare", "<i2"),
    ]
)


class Store(NamedTuple):
    """Shipments and cargo under way."""

    tasks: Rows  # [T]
    jobs: I64  # [T, 3] as kernels.station has them; LINK also chains the free ones
    lines: Rows  # [M]
    names: Lookup
    marks: I64  # [4] first free task, tasks in use, first free line, lines in use


class Coming(NamedTuple):
    """What will be reported: the agenda and, under the same index, what each row carries: [E]."""

    agenda: Agenda
    events: Rows


class Told(NamedTuple):
    """Commands of one call, not yet in order."""

    rows: Rows  # [R]
    keys: I64  # [R, 3] at, kind, rank
    lines: Rows  # [M]
    marks: I64  # [2] rows, lines


def new_store(tasks: int, lines: int) -> Store:
    """An empty store."""
    jobs = new_jobs(tasks)
    jobs[:, LINK] = np.arange(1, tasks + 1)
    jobs[-1, LINK] = -1
    chain = np.zeros(lines, TASK_LINE)
    chain["link"] = np.arange(1, lines + 1)
    chain["link"][-1] = -1
    return Store(np.zeros(tasks, TASK), jobs, chain, new_lookup(tasks), np.zeros(4, np.int64))


def with_room(store: Store, tasks: int, lines: int) -> Store:
    """The store, grown if need be, with room for so many more tasks and lines."""
    used_tasks, used_lines = int(store.marks[1]), int(store.marks[3])
    if used_tasks + tasks > len(store.tasks):
        store = _more_tasks(store, 2 * (used_tasks + tasks))
    if used_lines + lines > len(store.lines):
        store = _more_lines(store, 2 * (used_lines + lines))
    return store


def _more_tasks(store: Store, room: int) -> Store:
    before = len(store.tasks)
    more = new_store(room, 1)
    more.tasks[:before] = store.tasks
    more.jobs[:before] = store.jobs
    more.jobs[-1, LINK] = store.marks[0]
    store.marks[0] = before
    return store._replace(tasks=more.tasks, jobs=more.jobs, names=grown_lookup(store.names, room))


def _more_lines(store: Store, room: int) -> Store:
    before = len(store.lines)
    more = new_store(1, room).lines
    more[:before] = store.lines
    more["link"][-1] = store.marks[2]
    store.marks[2] = before
    return store._replace(lines=more)


def new_coming(rows: int) -> Coming:
    """Nothing will happen."""
    return Coming(new_agenda(rows), np.zeros(rows, EVENT))


def coming_with_room(coming: Coming, rows: int) -> Coming:
    """The same, grown if need be, with room for so many more rows."""
    wanted = int(coming.agenda.marks[1]) + rows
    before = len(coming.events)
    if wanted <= before:
        return coming
    events = np.zeros(2 * wanted, EVENT)
    events[:before] = coming.events
    return Coming(grown_agenda(coming.agenda, 2 * wanted), events)


def new_told(rows: int, lines: int) -> Told:
    """Nothing is told."""
    keys = np.zeros((rows, 3), np.int64)
    return Told(np.zeros(rows, COMMAND), keys, np.zeros(lines, LINE), np.zeros(2, np.int64))


def told_with_room(told: Told, rows: int, lines: int) -> Told:
    """The same, grown if need be, with room for so many more rows and lines."""
    here, chain = int(told.marks[0]), int(told.marks[1])
    if here + rows <= len(told.rows) and chain + lines <= len(told.lines):
        return told
    more = new_told(2 * (here + rows), 2 * (chain + lines))
    more.rows[:here], more.keys[:here], more.lines[:chain] = told.rows[:here], told.keys[:here], told.lines[:chain]
    more.marks[:] = told.marks
    return more


@compiled
def shipment_name(order: int, node: int, attempt: int) -> int:
    """The name under which a shipment is kept."""
    return 2 * ((order * MAX_NODE + node) * MAX_ATTEMPT + attempt)


@compiled
def new_task(store: Store, name: int, seed: int, tie: np.uint64, rank: np.uint64) -> int:
    """An empty task under a name; room is the caller's duty."""
    task = store.marks[0]
    assert task >= 0, "the store of tasks is full"
    store.marks[0] = store.jobs[task, LINK]
    store.marks[1] += 1
    row = store.tasks[task]
    row["name"] = name
    row["tie"] = tie
    row["rank"] = rank
    row["stream"] = joined(np.uint64(seed), rank)
    row["ready_at"] = 0
    row["quantity"] = 0
    row["expected"] = 0
    row["first_line"] = -1
    row["last_line"] = -1
    row["carrier"] = -1
    row["item"] = -1
    row["attempt"] = 0
    row["stage"] = 0
    keep(store.names, name, task)
    return int(task)


@compiled
def end_task(store: Store, task: int) -> None:
    """Forgets a task with its lines."""
    free_chain(store, store.tasks[task]["first_line"])
    forget(store.names, store.tasks[task]["name"])
    store.jobs[task, LINK] = store.marks[0]
    store.marks[0] = task
    store.marks[1] -= 1


@compiled
def add_line(store: Store, task: int, line: int, item: int, quantity: int) -> None:
    """Hangs a line on the end of a task's chain."""
    at = new_line(store, line, item, quantity)
    last = store.tasks[task]["last_line"]
    if last < 0:
        store.tasks[task]["first_line"] = at
    else:
        store.lines[last]["link"] = at
    store.tasks[task]["last_line"] = at


@compiled
def new_line(store: Store, line: int, item: int, quantity: int) -> int:
    """A line of no chain yet."""
    at = store.marks[2]
    assert at >= 0, "the store of lines is full"
    store.marks[2] = store.lines[at]["link"]
    store.marks[3] += 1
    row = store.lines[at]
    row["quantity"] = quantity
    row["line"] = line
    row["item"] = item
    row["link"] = -1
    row["gone"] = 0
    return int(at)


@compiled
def free_chain(store: Store, first: int) -> None:
    """Gives back a chain of lines."""
    at = first
    while at >= 0:
        following = store.lines[at]["link"]
        store.lines[at]["link"] = store.marks[2]
        store.marks[2] = at
        store.marks[3] -= 1
        at = following


@compiled
def plan(coming: Coming, at: int, kind: int, rank: np.uint64) -> int:
    """Puts an event that carries nothing yet; its index."""
    index = put(coming.agenda, at, kind, rank)
    row = coming.events[index]
    row["order"] = 0
    row["tie"] = rank
    row["quantity"] = 0
    row["task"] = -1
    row["first_line"] = -1
    row["node"] = -1
    row["item"] = -1
    row["attempt"] = 0
    row["service"] = 0
    row["flag"] = 0
    return index


@compiled
def plan_task(coming: Coming, store: Store, task: int, at: int, kind: int) -> int:
    """Puts an event that carries a task's order, node and attempt; its index."""
    source = store.tasks[task]
    index = plan(coming, at, kind, source["rank"])
    row = coming.events[index]
    row["order"] = source["order"]
    row["tie"] = source["tie"]
    row["task"] = task
    row["node"] = source["node"]
    row["item"] = source["item"]
    row["attempt"] = source["attempt"]
    return index


@compiled
def tell(told: Told, at: int, kind: int, rank: np.uint64) -> int:
    """A new command, blank but for its instant and kind; its index."""
    index = told.marks[0]
    told.marks[0] += 1
    told.keys[index, 0] = at
    told.keys[index, 1] = kind
    told.keys[index, 2] = np.int64(rank)
    row = told.rows[index]
    row["at"] = at
    row["number"] = 0
    row["order"] = 0
    row["tie"] = rank
    row["customer"] = 0
    row["quantity"] = 0
    row["expected"] = 0
    row["first_line"] = told.marks[1]
    row["lines"] = 0
    row["place"] = 0
    row["node"] = 0
    row["item"] = 0
    row["attempt"] = 0
    row["kind"] = kind
    row["service"] = 0
    row["flag"] = 0
    return int(index)


@compiled
def tell_line(told: Told, row: np.void, line: int, item: int, quantity: int) -> None:
    """A line of the command told last."""
    at = told.marks[1]
    told.marks[1] += 1
    row["lines"] += 1
    told.lines[at]["line"] = line
    told.lines[at]["item"] = item
    told.lines[at]["quantity"] = quantity
    told.lines[at]["price"] = 0
