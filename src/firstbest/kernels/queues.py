"""Queues over the rows of a table: of each group, the rows of one stage in a declared order.

What waits is looked at often, and little of it is taken; so a stage that is taken from its front keeps its rows in
order for each group and is never gone through as a whole. An entry notes what it is ordered by. It is not sought out
when its row changes: the row gets another entry, and one that no longer says what its row says is dropped when it comes
to the front. So entries may be more than rows, and none is missing.

A memory answers late where it is asked here and there, and at once where it is read on; so entries lie in sorted runs,
as in a log-structured merge tree (O'Neil, Cheng, Gawlick and O'Neil 1996). What is new lies unsorted behind the runs
until a queue is read; then it is made a run, and joined with the run before it until that one is more than twice as
large. An entry is moved as often as runs double, always in a pass, and runs are few: a reading takes the least of their
fronts at each step. What it does not take stays where it is. Within a run entries lie group by group.

Entries fill half of their room at most: the other half is free to work in. When the half is full, all is made one run
with one entry of each row that waits; only what then still does not fit is given more room.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, straight
from firstbest.kernels.index import KEY
from firstbest.kernels.packed import PLACE, WIDTH, Held, value_at

I64 = NDArray[np.int64]

FIRST: Final = 0
SECOND: Final = 1
NAME: Final = 2
SPOT: Final = 3
"""Columns of entries [M, 4]: what they are ordered by, the row's key, and its group above its place."""
COLUMNS: Final = 4
SPOT_BITS: Final = 32
SPOT_MASK: Final = 2**32 - 1
"""Places are below 2^32."""
NONE: Final = -1
FRONT: Final = 0
END: Final = 1
"""Columns of runs [G, RUNS, 2]: where a group's entries begin and end."""
RUNS: Final = 28
"""Runs at most: each is more than twice the next but for the last, which has a row at least."""
SMALL: Final = 256
"""Two runs that have no more entries than this are one: reading from two costs more than joining them."""
BLOCK: Final = 12
"""Entries that are sorted by putting each where it belongs; assumed, 8 to 24 are about as quick."""
LEAST: Final = 1_024
"""Entries that there is room for at least."""
GROUP: Final = 0
ORDERED: Final = 1
THEN: Final = 2
UNTIL: Final = 3
"""Rows of `columns` [4, 2], each as kernels.packed tells columns: group, the two it is ordered by, the limit's."""
VALUE: Final = 0
COUNT: Final = 1
SETTLED: Final = 2
USED: Final = 3
"""Places of `marks`: the stage whose rows queue up, runs, where the last run ends, where what is new ends."""
TOP_BIT: Final = -(2**63)


class Queues(NamedTuple):
    """The queues of one table."""

    entries: I64  # [M, 4] the runs, the largest first, then what is new
    runs: I64  # [G, RUNS, 2]
    sizes: I64  # [RUNS] entries that each run was made with
    at: I64  # [RUNS] where a reading is in each run
    columns: I64  # [4, 2]
    marks: I64  # [4]


def new_queues(groups: int, columns: I64, value: int) -> Queues:
    """Empty queues for the rows whose stage is `value`; `columns` [4, 2]: group, ordered by, then by, limit."""
    runs, zeros = np.zeros((groups, RUNS, 2), np.int64), np.zeros(RUNS, np.int64)
    entries, marks = np.zeros((0, COLUMNS), np.int64), np.array([value, 0, 0, 0], np.int64)
    return Queues(entries, runs, zeros, zeros.copy(), columns, marks)


def queues_with_room(held: Held, queues: Queues, entries: int) -> Queues:
    """The queues, closed up and grown if need be, with room for so many more entries."""
    if 2 * (int(queues.marks[USED]) + entries) <= len(queues.entries):
        return queues
    close_up(held, queues)
    used, before = int(queues.marks[USED]), len(queues.entries)
    # A third of it stays free, so that it is not closed up again soon.
    if 3 * (used + entries) <= before:
        return queues
    return with_entries(queues, 4 * (used + entries) + LEAST)


def with_entries(queues: Queues, size: int) -> Queues:
    """The same queues, with `size` entries of their own."""
    made, used = np.zeros((size, COLUMNS), np.int64), queues.marks[USED]
    made[:used] = queues.entries[:used]
    return queues._replace(entries=made)


def copied_queues(queues: Queues) -> Queues:
    """The same queues, in memory of their own."""
    own = {name: getattr(queues, name).copy() for name in ("runs", "sizes", "at", "marks")}
    return with_entries(queues, len(queues.entries))._replace(**own)


@straight
@compiled
def queue_up(held: Held, queues: Queues, slots: I64) -> None:
    """Enter the rows in these slots that are there and of the stage; room is the caller's duty."""
    for slot in slots:
        if held.marks[slot] == queues.marks[VALUE]:
            assert 2 * queues.marks[USED] < len(queues.entries), "the queues are full"
            row = queues.entries[queues.marks[USED]]
            row[FIRST] = _value(held, queues, slot, ORDERED)
            # Numbers without a sign keep their order once the top bit is turned.
            row[SECOND] = _value(held, queues, slot, THEN) ^ TOP_BIT
            row[NAME] = held.packed.words[slot, KEY]
            row[SPOT] = _value(held, queues, slot, GROUP) << SPOT_BITS | slot
            queues.marks[USED] += 1


@straight
@compiled
def soonest(held: Held, queues: Queues, asked: tuple[I64, I64, int], slots: I64) -> int:
    """Write the places of the first rows of some queues, queue by queue in order; how many.

    `asked` = (groups [G], rows wanted of each [G], limit): a queue ends at its first row beyond the limit.
    """
    groups, wanted, limit = asked
    _settle(queues)
    count = 0
    for n in range(len(groups)):
        count += _front(held, queues, groups[n], (wanted[n], limit), slots[count:])
    return count


@straight
@compiled
def close_up(held: Held, queues: Queues) -> None:
    """Make all one run that has one entry of each row that waits, from the first place on."""
    _settle(queues)
    while queues.marks[COUNT] > 1:
        _join(queues)
    entries, to = queues.entries, 0
    for group in range(len(queues.runs)):
        # Where no run is, each group's part of the first one is empty.
        here = queues.runs[group, 0]
        begin, front, end = to, here[FRONT], here[END]
        for entry in range(front, end):
            if _true(held, queues, entry) and (to == begin or entries[to - 1, NAME] != entries[entry, NAME]):
                _move(entries, entry, to)
                to += 1
        here[FRONT], here[END] = begin, to
    queues.sizes[0], queues.marks[COUNT] = to, min(to, 1)
    queues.marks[SETTLED] = queues.marks[USED] = to


@compiled
def _front(held: Held, queues: Queues, group: int, asked: tuple[int, int], slots: I64) -> int:
    """Write the places of the first rows of one queue; how many. `asked` = (rows wanted, limit)."""
    wanted, limit = asked
    for run in range(queues.marks[COUNT]):
        queues.at[run] = queues.runs[group, run, FRONT]
    count, last, false = 0, NONE, 0
    while count < wanted:
        run = _least(queues, group)
        if run == NONE:
            break
        entry = queues.at[run]
        queues.at[run] += 1
        if not _true(held, queues, entry) or (last != NONE and _same(queues, last, entry)):
            queues.entries[entry, SPOT] = NONE
            false += 1
            continue
        last = entry
        slot = queues.entries[entry, SPOT] & SPOT_MASK
        if _value(held, queues, slot, UNTIL) > limit:
            break
        slots[count] = slot
        count += 1
    if false > 0:
        _drop(queues, group)
    return count


@compiled
def _least(queues: Queues, group: int) -> int:
    """The run whose entry is the first of those that a reading comes to next, NONE: it is through."""
    least = NONE
    for run in range(queues.marks[COUNT]):
        if queues.at[run] == queues.runs[group, run, END]:
            continue
        if least == NONE or _before(queues.entries, queues.at[run], queues.at[least]):
            least = run
    return least


@compiled
def _drop(queues: Queues, group: int) -> None:
    """Take the entries of a group that were read and are no longer true out of its runs."""
    for run in range(queues.marks[COUNT]):
        here = queues.runs[group, run]
        entry = to = queues.at[run]
        while entry > here[FRONT]:
            entry -= 1
            if queues.entries[entry, SPOT] != NONE:
                to -= 1
                _move(queues.entries, entry, to)
        here[FRONT] = to


@compiled
def _value(held: Held, queues: Queues, slot: int, which: int) -> int:
    return value_at(held.packed, slot, queues.columns[which, PLACE], queues.columns[which, WIDTH])


@compiled
def _true(held: Held, queues: Queues, entry: int) -> bool:
    """Whether an entry still says what its row says."""
    row = queues.entries[entry]
    group, slot = row[SPOT] >> SPOT_BITS, row[SPOT] & SPOT_MASK
    if held.marks[slot] != queues.marks[VALUE] or held.packed.words[slot, KEY] != row[NAME]:
        return False
    if _value(held, queues, slot, THEN) ^ TOP_BIT != row[SECOND]:
        return False
    same = _value(held, queues, slot, ORDERED) == row[FIRST]
    return bool(same and _value(held, queues, slot, GROUP) == group)


@compiled
def _same(queues: Queues, one: int, other: int) -> bool:
    """Whether two entries are of one row."""
    return bool(queues.entries[one, NAME] == queues.entries[other, NAME])


@compiled
def _before(entries: I64, one: int, other: int) -> bool:
    for column in range(NAME):
        if entries[one, column] != entries[other, column]:
            return bool(entries[one, column] < entries[other, column])
    return bool(entries[one, NAME] < entries[other, NAME])


@compiled
def _move(entries: I64, one: int, to: int) -> None:
    for column in range(COLUMNS):
        entries[to, column] = entries[one, column]


@compiled
def _settle(queues: Queues) -> None:
    """Make what is new a run, and join it with those before it until one is more than twice as large."""
    sizes, marks = queues.sizes, queues.marks
    if marks[USED] == marks[SETTLED]:
        return
    run = marks[COUNT]
    assert run < RUNS, "a run is more than twice the next"
    _lay_out(queues, run)
    for group in range(len(queues.runs)):
        _sort(queues.entries, queues.runs[group, run, FRONT], queues.runs[group, run, END], marks[USED])
    sizes[run] = marks[USED] - marks[SETTLED]
    marks[SETTLED], marks[COUNT] = marks[USED], run + 1
    while run > 0 and sizes[run - 1] <= max(2 * sizes[run], SMALL - sizes[run]):
        _join(queues)
        run -= 1


@compiled
def _lay_out(queues: Queues, run: int) -> None:
    """Order what is new by group, each as it came, and note where each group begins and ends."""
    entries, runs, begin, used = queues.entries, queues.runs, queues.marks[SETTLED], queues.marks[USED]
    for group in range(len(runs)):
        runs[group, run, END] = 0
    for entry in range(begin, used):
        _move(entries, entry, entry - begin + used)
        runs[entries[entry, SPOT] >> SPOT_BITS, run, END] += 1
    to = begin
    for group in range(len(runs)):
        size = runs[group, run, END]
        runs[group, run, FRONT] = runs[group, run, END] = to
        to += size
    for entry in range(used, 2 * used - begin):
        here = runs[entries[entry, SPOT] >> SPOT_BITS, run]
        _move(entries, entry, here[END])
        here[END] += 1


@compiled
def _sort(entries: I64, front: int, end: int, spare: int) -> None:
    """Sort entries; from `spare` on there is room for as many."""
    for entry in range(front, end):
        first, to = front + (entry - front) // BLOCK * BLOCK, entry
        if to == first or not _before(entries, entry, entry - 1):
            continue
        _move(entries, entry, spare)
        while to > first and _before(entries, spare, to - 1):
            _move(entries, to - 1, to)
            to -= 1
        _move(entries, spare, to)
    width = BLOCK
    while width < end - front:
        for n in range((end - front - 1) // width // 2 + 1):
            low = front + 2 * n * width
            middle, high = low + width, min(low + 2 * width, end)
            if middle < high and _before(entries, middle, middle - 1):
                _merge_next(entries, low, middle, high, spare)
        width *= 2


@compiled
def _merge_next(entries: I64, low: int, middle: int, high: int, spare: int) -> None:
    """Merge a sorted part with the one behind it."""
    for entry in range(middle, high):
        _move(entries, entry, spare + entry - middle)
    _merge(entries, (low, middle), (spare, spare + high - middle), high)


@compiled
def _join(queues: Queues) -> None:
    """Make the last two runs one, which ends where the last one did."""
    entries, runs, last, used = queues.entries, queues.runs, queues.marks[COUNT] - 1, queues.marks[USED]
    begin = runs[0, last, FRONT]
    for entry in range(begin, used):
        _move(entries, entry, entry - begin + used)
    to = used
    for n in range(len(runs)):
        one, other = runs[len(runs) - 1 - n, last - 1], runs[len(runs) - 1 - n, last]
        end = to
        to = _merge(entries, (one[FRONT], one[END]), (other[FRONT] - begin + used, other[END] - begin + used), end)
        one[FRONT], one[END] = to, end
    queues.sizes[last - 1] = used - to
    queues.marks[COUNT] = last


@compiled
def _merge(entries: I64, one: tuple[int, int], other: tuple[int, int], to: int) -> int:
    """Write two sorted parts as one that ends at `to`, from behind; where it begins.

    `to` lies behind the first part by the length of the other or more, and the other one lies elsewhere.
    """
    (front, at), (begin, end) = one, other
    while begin < end:
        to -= 1
        if front < at and _before(entries, end - 1, at - 1):
            at -= 1
            _move(entries, at, to)
        else:
            end -= 1
            _move(entries, end, to)
    while front < at < to:
        to, at = to - 1, at - 1
        _move(entries, at, to)
    return to - (at - front)
