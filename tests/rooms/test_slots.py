"""Which items change places: by hand, and what must hold of any shelves."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide.slots import Shelves, Swaps, swaps
from firstbest.world.network import Slotting
from firstbest.world.words import Zone

WALK = np.array([5, 20, 40])


def rules(items: int, move_us: int = 0, moves_most: int = 1_000) -> Slotting:
    return Slotting(np.zeros(items, np.int64), WALK, move_us, 14, 7, moves_most)


def shelves(rows: list[tuple[int, int]]) -> Shelves:
    lines, zone = (np.array([row[part] for row in rows], np.int64) for part in range(2))
    return Shelves(lines, zone, np.arange(len(rows)).astype(np.uint64))


def walked(there: Shelves, zone: np.ndarray) -> int:
    return int((there.lines * WALK[zone]).sum())


def placed(there: Shelves, found: Swaps) -> np.ndarray:
    zone = there.zone.copy()
    for nearer, farther, to, before in zip(*(each.tolist() for each in found), strict=True):
        assert (zone[nearer], zone[farther]) == (before, to)
        zone[nearer], zone[farther] = to, before
    return zone


def test_what_is_picked_most_comes_near_if_it_pays() -> None:
    there = shelves([(1, Zone.FAST), (9, Zone.FAST), (30, Zone.SLOW), (10, Zone.MEDIUM), (0, Zone.MEDIUM)])

    # Slow to fast saves 29 lines x 35 a week, twice that in the two weeks in which a move has to pay: 2,030.
    found = swaps(there, rules(5, move_us=1_000))
    assert [each.tolist() for each in found] == [[2], [0], [Zone.FAST], [Zone.SLOW]]
    assert len(swaps(there, rules(5, move_us=1_015)).nearer) == 0
    # For nothing the next best comes near too, and what lay in the way goes on to where there is room.
    assert placed(there, swaps(there, rules(5))).tolist() == [Zone.MEDIUM, Zone.MEDIUM, Zone.FAST, Zone.FAST, Zone.SLOW]
    assert len(swaps(there, rules(5, moves_most=3)).nearer) == 1
    assert len(swaps(there, rules(5, moves_most=0)).nearer) == 0


@given(
    rows=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 1, 2])), max_size=14),
    move_us=st.sampled_from([0, 0, 40, 150]),
    most=st.sampled_from([2, 5, 100]),
)
def test_zones_keep_their_number_and_pickers_walk_less(rows: list[tuple[int, int]], move_us: int, most: int) -> None:
    there = shelves(rows)

    found = swaps(there, rules(len(rows), move_us, most))

    zone, pairs = placed(there, found), len(found.nearer)
    assert 2 * pairs <= most
    assert np.array_equal(np.bincount(zone, minlength=3), np.bincount(there.zone, minlength=3))
    # Each pair saves more in 14 days than it takes, and lines are those of 7.
    assert 2 * (walked(there, there.zone) - walked(there, zone)) >= pairs * (2 * move_us + 1)
    if not move_us and most > len(rows) * 2:
        order = [sorted(there.lines[zone == each].tolist()) for each in Zone]
        assert all(near[0] >= far[-1] for near, far in pairwise(order) if near and far)
