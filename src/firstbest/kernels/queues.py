"""Queues over the rows of a table: of each group, the rows of one stage in a declared order.

What waits is looked at often, and little of it is taken; so a stage that is taken from its front keeps a heap for each
group and is never gone through as a whole. An entry notes what it is ordered by. It is not sought out when its row
changes: the row gets another entry, and one that no longer says what its row says is dropped when it comes to the
front. So entries may be more than rows, and none is missing.

A heap is a skew heap (Sleator and Tarjan 1986): two are joined along their right spines, and the children of every
node on the way are swapped; each operation takes the logarithm of the heap's size over many. What was read of a queue
is kept beside its heap as a chain in order, since most of it is taken or read again next: a later reading takes the
lesser of the chain's first entry and the heap's front at each step.
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
SLOT: Final = 3
LEFT: Final = 4
RIGHT: Final = 5
"""Columns of entries [M, 6]: what they are ordered by, the row's key and place, and the heap below; free entries are
chained by LEFT, those that were read by RIGHT."""
NONE: Final = -1
GROUP: Final = 0
ORDERED: Final = 1
THEN: Final = 2
UNTIL: Final = 3
"""Rows of `columns` [4, 2], each as kernels.packed tells columns: group, the two it is ordered by, the limit's."""
FREE: Final = 0
VALUE: Final = 1
USED: Final = 2
"""Places of `marks`: the first free entry, the stage whose rows queue up, entries in use."""
TOP_BIT: Final = -(2**63)


class Queues(NamedTuple):
    """The queues of one table."""

    entries: I64  # [M, 6]
    roots: I64  # [G] the front of each group's heap, NONE: empty
    chains: I64  # [G] the first of each group's entries that were read, NONE: empty
    columns: I64  # [4, 2]
    marks: I64  # [3]


def new_queues(groups: int, columns: I64, value: int) -> Queues:
    """Empty queues for the rows whose stage is `value`; `columns` [4, 2]: group, ordered by, then by, limit."""
    empty, marks = np.full(groups, NONE), np.array([NONE, value, 0], np.int64)
    return queues_with_room(Queues(np.zeros((0, 6), np.int64), empty, empty.copy(), columns, marks), 1_024)


def queues_with_room(queues: Queues, entries: int) -> Queues:
    """The queues, grown if need be, with room for so many more entries."""
    used, before = int(queues.marks[USED]), len(queues.entries)
    if used + entries <= before:
        return queues
    room = np.zeros(((used + entries) * 3 // 2, 6), np.int64)
    room[:before] = queues.entries
    room[before:, LEFT] = np.arange(before + 1, len(room) + 1)
    room[-1, LEFT] = queues.marks[FREE]
    queues.marks[FREE] = before
    return queues._replace(entries=room)


def copied_queues(queues: Queues) -> Queues:
    """The same queues, in memory of their own."""
    own = (queues.entries.copy(), queues.roots.copy(), queues.chains.copy())
    return Queues(*own, queues.columns, queues.marks.copy())


@straight
@compiled
def queue_up(held: Held, queues: Queues, slots: I64) -> None:
    """Enter the rows in these slots that are there and of the stage; room is the caller's duty."""
    for slot in slots:
        if held.marks[slot] == queues.marks[VALUE]:
            entry = queues.marks[FREE]
            assert entry >= 0, "the queues are full"
            queues.marks[FREE] = queues.entries[entry, LEFT]
            queues.marks[USED] += 1
            row = queues.entries[entry]
            row[FIRST] = _value(held, queues, slot, ORDERED)
            # Numbers without a sign keep their order once the top bit is turned.
            row[SECOND] = _value(held, queues, slot, THEN) ^ TOP_BIT
            row[NAME] = held.packed.words[slot, KEY]
            row[SLOT] = slot
            _put_in(queues, _value(held, queues, slot, GROUP), entry)


@straight
@compiled
def soonest(held: Held, queues: Queues, asked: tuple[I64, I64, int], slots: I64) -> int:
    """Write the places of the first rows of some queues, queue by queue in order; how many.

    `asked` = (groups [G], rows wanted of each [G], limit): a queue ends at its first row beyond the limit.
    """
    groups, wanted, limit = asked
    count = 0
    for n in range(len(groups)):
        count += _front(held, queues, groups[n], (wanted[n], limit), slots[count:])
    return count


@compiled
def _front(held: Held, queues: Queues, group: int, asked: tuple[int, int], slots: I64) -> int:
    """Write the places of the first rows of one queue; how many. `asked` = (rows wanted, limit)."""
    wanted, limit = asked
    count, last, chain = 0, NONE, queues.chains[group]
    while count < wanted and (chain != NONE or queues.roots[group] != NONE):
        entry = chain
        if chain == NONE or _heap_first(queues, group, chain):
            entry = _taken(queues, group)
        else:
            chain = queues.entries[chain, RIGHT]
        if not _true(held, queues, entry) or (last != NONE and _same(queues, last, entry)):
            queues.entries[entry, LEFT] = queues.marks[FREE]
            queues.marks[FREE] = entry
            queues.marks[USED] -= 1
            continue
        _chain_up(queues, group, last, entry)
        last = entry
        slot = queues.entries[entry, SLOT]
        if _value(held, queues, slot, UNTIL) > limit:
            break
        slots[count] = slot
        count += 1
    _chain_up(queues, group, last, chain)
    return count


@compiled
def _heap_first(queues: Queues, group: int, chain: int) -> bool:
    """Whether the heap's front comes before an entry that was read."""
    root = queues.roots[group]
    return bool(root != NONE and not _before(queues.entries, chain, root))


@compiled
def _chain_up(queues: Queues, group: int, last: int, entry: int) -> None:
    """Put an entry, or none, behind the last one that was read."""
    if last == NONE:
        queues.chains[group] = entry
    else:
        queues.entries[last, RIGHT] = entry


@compiled
def _value(held: Held, queues: Queues, slot: int, which: int) -> int:
    return value_at(held.packed, slot, queues.columns[which, PLACE], queues.columns[which, WIDTH])


@compiled
def _true(held: Held, queues: Queues, entry: int) -> bool:
    """Whether an entry still says what its row says."""
    row = queues.entries[entry]
    slot = row[SLOT]
    if held.marks[slot] != queues.marks[VALUE] or held.packed.words[slot, KEY] != row[NAME]:
        return False
    same = _value(held, queues, slot, THEN) ^ TOP_BIT == row[SECOND]
    return bool(same and _value(held, queues, slot, ORDERED) == row[FIRST])


@compiled
def _same(queues: Queues, one: int, other: int) -> bool:
    """Whether two entries are of one row."""
    return bool(queues.entries[one, NAME] == queues.entries[other, NAME])


@compiled
def _before(entries: I64, one: int, other: int) -> bool:
    for column in range(NAME):
        if entries[one, column] != entries[other, column]:
            return bool(entries[one, column] < entries[other, column])
    return bool(entries[one, NAME] <= entries[other, NAME])


@compiled
def _put_in(queues: Queues, group: int, entry: int) -> None:
    """An entry by itself joins its heap."""
    queues.entries[entry, LEFT] = NONE
    queues.entries[entry, RIGHT] = NONE
    queues.roots[group] = _joined(queues.entries, queues.roots[group], entry)


@compiled
def _taken(queues: Queues, group: int) -> int:
    """The front of a heap, taken out."""
    entry = queues.roots[group]
    queues.roots[group] = _joined(queues.entries, queues.entries[entry, LEFT], queues.entries[entry, RIGHT])
    return int(entry)


@compiled
def _joined(entries: I64, one: int, other: int) -> int:
    """The front of two heaps made one."""
    if NONE in (one, other):
        return int(other if one == NONE else one)
    if not _before(entries, one, other):
        one, other = other, one
    front = at = one
    while other != NONE:
        below = entries[at, RIGHT]
        entries[at, RIGHT] = entries[at, LEFT]
        if below != NONE and not _before(entries, other, below):
            below, other = other, below
        # `other` comes before `below` now, or there is nothing below.
        entries[at, LEFT] = other
        at, other = other, below
    return int(front)
