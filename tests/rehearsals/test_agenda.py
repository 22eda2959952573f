"""The agenda against a sorted list, the lookup against a dictionary."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from firstbest.kernels import agenda as ag
from firstbest.kernels import lookup
from firstbest.kernels.compiled import compiled
from firstbest.kernels.lined import LINE_BYTES, lined
from firstbest.kernels.near import near

SPAN = 1 << 44
rows = st.tuples(st.integers(0, SPAN), st.integers(1, 3), st.integers(0, 2**63 - 1))


def chained(agenda: ag.Agenda, first: int) -> list[int]:
    """The rows of a chain that was taken."""
    found = []
    while first != ag.NONE:
        found.append(first)
        first = int(agenda.rows[first, ag.LINK])
    return found


@given(st.lists(st.tuples(st.lists(rows, max_size=20), st.integers(0, SPAN)), max_size=8))
def test_the_agenda_gives_what_is_due_in_order(steps: list[tuple[list[tuple[int, int, int]], int]]) -> None:
    agenda, waiting, limit, number = ag.new_agenda(2, 16), [], 0, 0
    for more, ahead in steps:
        for at, kind, rank in more:
            if agenda.marks[ag.USED] == len(agenda.rows):
                agenda = ag.grown_agenda(agenda, 2 * len(agenda.rows))
            number += 1
            ag.put(agenda, at, kind, np.uint64(rank), number)
            waiting.append((max(at, limit), kind, rank, number))
        limit = max(limit, ahead)
        # What is put back is taken again.
        ag.put_back(agenda, ag.take(agenda, (limit + agenda.marks[ag.PAST]) // 2))
        due = chained(agenda, ag.take(agenda, limit))
        found = [tuple(int(agenda.rows[row, column]) for column in (0, 1, 2, 4)) for row in due]
        for row in due:
            ag.release(agenda, row)
        agenda.marks[ag.PAST] = limit

        assert [one[:3] for one in found] == sorted(one[:3] for one in waiting if one[0] < limit)
        assert set(found) == {one for one in waiting if one[0] < limit}
        waiting = [one for one in waiting if one[0] >= limit]
        assert agenda.marks[ag.USED] == len(waiting)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 9)), max_size=200))
def test_the_lookup_is_a_dictionary(steps: list[tuple[bool, int, int]]) -> None:
    table, plain = lookup.new_lookup(16), dict[int, int]()
    for keeps, name, number in steps:
        if len(plain) == len(table) // 2:
            table = lookup.grown_lookup(table, len(table))
        if keeps:
            lookup.keep(table, name, number)
            plain[name] = number
        else:
            lookup.forget(table, name)
            plain.pop(name, None)
        assert [lookup.find(table, one) for one in range(41)] == [plain.get(one, -1) for one in range(41)]


@compiled
def asked_then_summed(rows: NDArray[np.int64], first: int) -> int:
    """Asks for rows inside the array and outside of it, and sums those inside."""
    total = 0
    for index in range(first, len(rows) - first):
        near(rows, index)
        total += rows[index, 1] if 0 <= index < len(rows) else 0
    return total


def test_asking_for_a_row_changes_nothing_even_where_there_is_none() -> None:
    rows = lined((5, 8), np.dtype(np.int64))
    rows[:, 1] = range(5)

    assert asked_then_summed(rows, -(1 << 20)) == 10
    assert rows[:, 1].tolist() == [0, 1, 2, 3, 4]
    assert rows.ctypes.data % LINE_BYTES == 0
    assert rows.sum() == 10
