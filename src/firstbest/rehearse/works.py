"""What the physics has in hand: shipments from release to door, cargo from order to shelf, and what it tells.

Everything lives in arrays with a list of free rows, so memory is bounded by what is under way. A task is a shipment or
a cargo; its lines hang on it as a chain. What will happen to it waits in an agenda (kernels.agenda).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import AT, FIRST, KIND, LINK, NONE, SECOND, USED, Agenda, grown_agenda, in_order
from firstbest.kernels.compiled import compiled, makes_arrays, written_in
from firstbest.kernels.lined import lined
from firstbest.kernels.lookup import Lookup, forget, grown_lookup, keep, near_name, new_lookup
from firstbest.kernels.near import near
from firstbest.kernels.packed import words_of
from firstbest.kernels.station import LINK as JOB_LINK
from firstbest.kernels.station import new_jobs
from firstbest.world.commands import COMMAND, LINE
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE
from firstbest.world.words import Kind

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
        ("tie", "<u8"),
        ("rank", "<u8"),  # hash of (order, node, attempt) or (item, node, day): order of equal instants, key of draws
        ("ready_at", "<i8"),  # cargo: truly produced; shipment of an own van: truly at the station
        ("quantity", "<i8"),  # cargo: units that really move
        ("expected", "<i8"),  # cargo: units by the papers
        ("first_line", "<i4"),
        ("last_line", "<i4"),
        ("item", "<i4"),
        ("node", "<i2"),
        ("carrier", "<i1"),
        ("stage", "<i1"),
    ]
)
TASK_LINE: Final = np.dtype(
    [
        ("quantity", "<i8"),
        ("line", "<i4"),
        ("item", "<i4"),
        ("link", "<i4"),
        ("gone", "<i4"),
        ("bulk", "<i8"),  # units of it that nobody handles one by one: on whole pallets, and in whole cases but one
    ]
)

PICKED_KIND: Final = int(Kind.PICKED)
PACKED_KIND: Final = int(Kind.PACKED)
DELIVERED: Final = int(Kind.DELIVERED)
RETURNED: Final = int(Kind.RETURNED)
RETURN_ASKED: Final = int(Kind.RETURN_ASKED)
INSPECTED: Final = int(Kind.INSPECTED)
ROWS_WANTED: Final = 2
LINES_WANTED: Final = 3
AHEAD: Final = 8
"""How many rows before its turn a row is asked for (kernels.near)."""
BLANK: Final = 0
"""The first row of tasks and commands is never used: it is the pattern of a new one."""
FREE_TASK: Final = 0
TASKS: Final = 1
FREE_LINE: Final = 2
LINES: Final = 3
FRESH_TASK: Final = 4
FRESH_LINE: Final = 5
"""Marks of a store: of tasks and of lines, the first that was given back (-1: none), how many are in use, the first
that was never used. Nothing is written from there on, so room that is not needed takes no memory."""


class Store(NamedTuple):
    """Shipments and cargo under way."""

    tasks: Rows  # [T]
    jobs: I64  # [T, 3] as kernels.station has them; LINK also chains those given back
    lines: Rows  # [M]
    names: Lookup
    marks: I64  # [6]

    def __deepcopy__(self, memo: dict[int, object]) -> Store:
        """A copy, for a fork: of room that was never used there is nothing to copy."""
        tasks, lines = int(self.marks[FRESH_TASK]), int(self.marks[FRESH_LINE])
        rows, jobs = _moved(self.tasks, len(self.tasks), tasks), new_jobs(len(self.jobs))
        jobs[:tasks] = self.jobs[:tasks]
        return Store(rows, jobs, _moved(self.lines, len(self.lines), lines), self.names.copy(), self.marks.copy())


class Told(NamedTuple):
    """Commands of one call, not yet in order."""

    rows: Rows  # [R]
    keys: I64  # [R, 3] at, kind, rank
    lines: Rows  # [M]
    marks: I64  # [4] rows, the pattern with them, and lines; rows and lines that there was to be room for


def new_store(tasks: int, lines: int) -> Store:
    """An empty store."""
    rows = lined((tasks,), TASK)
    for name in ("first_line", "last_line", "item", "carrier"):
        rows[name][BLANK] = -1
    marks = np.array([NONE, 1, NONE, 0, 1, 0], np.int64)
    return Store(rows, new_jobs(tasks), lined((lines,), TASK_LINE), new_lookup(tasks), marks)


def with_room(store: Store, tasks: int, lines: int) -> Store:
    """The store, grown if need be, with room for so many more tasks and lines."""
    wanted_tasks, wanted_lines = int(store.marks[TASKS]) + tasks, int(store.marks[LINES]) + lines
    if wanted_tasks > len(store.tasks):
        room, used = half_as_much_again(wanted_tasks), int(store.marks[FRESH_TASK])
        jobs = new_jobs(room)
        jobs[:used] = store.jobs[:used]
        store = store._replace(tasks=_moved(store.tasks, room, used), jobs=jobs, names=grown_lookup(store.names, room))
    if wanted_lines > len(store.lines):
        room, used = half_as_much_again(wanted_lines), int(store.marks[FRESH_LINE])
        store = store._replace(lines=_moved(store.lines, room, used))
    return store


def _moved(rows: Rows, room: int, used: int) -> Rows:
    """The rows in use in a table of so much room."""
    more = lined((room,), rows.dtype)
    words_of(more)[:used] = words_of(rows)[:used]
    return more


def half_as_much_again(rows: int) -> int:
    """How far a table grows that must hold so many rows: it seldom has to, and little of it is never used."""
    return rows + rows // 2


def agenda_with_room(agenda: Agenda, rows: int) -> Agenda:
    """The agenda, grown if need be, with room for so many more rows."""
    wanted = int(agenda.marks[USED]) + rows
    return agenda if wanted <= len(agenda.rows) else grown_agenda(agenda, half_as_much_again(wanted))


def new_told(rows: int, lines: int) -> Told:
    """Nothing is told."""
    keys = np.zeros((rows, 3), np.int64)
    return Told(np.zeros(rows, COMMAND), keys, np.zeros(lines, LINE), np.array([1, 0, 0, 0], np.int64))


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
@written_in
def fits(store: Store, agenda: Agenda, told: Told, due: int, more: int) -> bool:
    """Whether there is room for what a chain of events tells and brings, and for so many more commands.

    Each event tells one command with the lines of what comes about; a delivery's return hangs on as many new lines.
    What is wanted is noted in the marks.
    """
    rows, lines, index = more, 0, due
    while index != NONE:
        if agenda.rows[index, KIND] in (PICKED_KIND, DELIVERED, PACKED_KIND):
            near(store.tasks, agenda.rows[index, FIRST])
        index = agenda.rows[index, LINK]
        rows += 1
    index = due
    while index != NONE:
        near(store.lines, _first_line(store, agenda.rows[index]))
        index = agenda.rows[index, LINK]
    while due != NONE:
        place = _first_line(store, agenda.rows[due])
        while place != NONE:
            place = store.lines[place]["link"]
            lines += 1
        due = agenda.rows[due, LINK]
    told.marks[ROWS_WANTED] = rows
    told.marks[LINES_WANTED] = lines
    free = len(store.lines) - store.marks[LINES]
    return bool(told.marks[0] + rows <= len(told.rows) and told.marks[1] + lines <= len(told.lines) and lines <= free)


@compiled
@written_in
def _first_line(store: Store, event: I64) -> int:
    """The first line of what comes about at an event, NONE: none is told of."""
    if event[KIND] in (PICKED_KIND, DELIVERED):
        return int(store.tasks[event[FIRST]]["first_line"])
    return int(event[SECOND]) if event[KIND] in (RETURNED, RETURN_ASKED, INSPECTED) else NONE


@compiled
def shipment_name(order: int, node: int, attempt: int) -> int:
    """The name under which a shipment is kept."""
    return 2 * ((order * MAX_NODE + node) * MAX_ATTEMPT + attempt)


@compiled
def near_shipment(store: Store, rows: Rows, number: int) -> None:
    """Ask memory for the name of a fact's shipment; nothing happens behind the last."""
    if number < len(rows):
        near_name(store.names, shipment_name(rows[number]["order"], rows[number]["node"], rows[number]["attempt"]))


@compiled
@written_in
def new_task(store: Store, name: int, tie: np.uint64, rank: np.uint64) -> int:
    """An empty task under a name; room is the caller's duty."""
    task = store.marks[FREE_TASK]
    if task == NONE:
        task = store.marks[FRESH_TASK]
        assert task < len(store.tasks), "the store of tasks is full"
        store.marks[FRESH_TASK] += 1
    else:
        store.marks[FREE_TASK] = store.jobs[task, JOB_LINK]
        near(store.tasks, store.marks[FREE_TASK])
        near(store.jobs, store.marks[FREE_TASK])
    store.marks[TASKS] += 1
    store.tasks[task] = store.tasks[BLANK]
    row = store.tasks[task]
    row["name"] = name
    row["tie"] = tie
    row["rank"] = rank
    if name & 1 == 0:
        row["node"] = (name >> 1) // MAX_ATTEMPT % MAX_NODE
    keep(store.names, name, task)
    return int(task)


@compiled
@written_in
def end_task(store: Store, task: int) -> None:
    """Forgets a task with its lines."""
    free_chain(store, store.tasks[task]["first_line"])
    forget(store.names, store.tasks[task]["name"])
    store.jobs[task, JOB_LINK] = store.marks[FREE_TASK]
    store.marks[FREE_TASK] = task
    store.marks[TASKS] -= 1


@compiled
@written_in
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
@written_in
def new_line(store: Store, line: int, item: int, quantity: int) -> int:
    """A line of no chain yet."""
    at = store.marks[FREE_LINE]
    if at == NONE:
        at = store.marks[FRESH_LINE]
        assert at < len(store.lines), "the store of lines is full"
        store.marks[FRESH_LINE] += 1
    else:
        store.marks[FREE_LINE] = store.lines[at]["link"]
        near(store.lines, store.marks[FREE_LINE])
    store.marks[LINES] += 1
    row = store.lines[at]
    row["quantity"] = quantity
    row["line"] = line
    row["item"] = item
    row["link"] = -1
    row["gone"] = 0
    row["bulk"] = 0
    return int(at)


@compiled
@written_in
def free_chain(store: Store, first: int) -> None:
    """Gives back a chain of lines."""
    at = first
    while at >= 0:
        following = store.lines[at]["link"]
        store.lines[at]["link"] = store.marks[FREE_LINE]
        store.marks[FREE_LINE] = at
        store.marks[LINES] -= 1
        at = following


@compiled
@written_in
def tell(told: Told, at: int, kind: int, rank: np.uint64) -> int:
    """A new command, blank but for its instant and kind; its index."""
    index = told.marks[0]
    told.marks[0] += 1
    told.keys[index, 0] = at
    told.keys[index, 1] = kind
    told.keys[index, 2] = np.int64(rank)
    told.rows[index] = told.rows[BLANK]
    row = told.rows[index]
    row["at"] = at
    row["tie"] = rank
    row["kind"] = kind
    row["first_line"] = told.marks[1]
    return int(index)


@compiled
@written_in
def tell_line(told: Told, row: np.void, line: int, item: int, quantity: int) -> None:
    """A line of the command told last."""
    at = told.marks[1]
    told.marks[1] += 1
    row["lines"] += 1
    told.lines[at]["line"] = line
    told.lines[at]["item"] = item
    told.lines[at]["quantity"] = quantity
    told.lines[at]["price"] = 0


@compiled
@written_in
def tell_task(told: Told, at: int, kind: int, task: np.void) -> int:
    """A new command about a task: its order, node and attempt, or its cargo, item and node; its index."""
    index = tell(told, at, kind, task["rank"])
    row, name = told.rows[index], task["name"] >> 1
    row["tie"] = task["tie"]
    row["node"] = task["node"]
    if task["name"] & 1 == 0:
        row["order"] = name // (MAX_ATTEMPT * MAX_NODE)
        row["attempt"] = name % MAX_ATTEMPT
    else:
        row["order"] = name
        row["item"] = task["item"]
    return index


@compiled
@makes_arrays
def merged(told: Told, places: Rows, place_lines: Rows) -> tuple[Rows, Rows]:
    """All commands in order of (at, kind, hash) with their lines laid one after the other; orders come sorted."""
    order = in_order(np.arange(1, told.marks[0]), told.keys)
    count, size = len(order), told.marks[1]
    for at in range(len(places)):
        size += places[at]["lines"]
    rows = np.empty(count + len(places), told.rows.dtype)
    lines = np.empty(size, told.lines.dtype)
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
