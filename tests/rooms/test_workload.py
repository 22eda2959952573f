"""What work a building must expect: the level is what was asked for, and what waits is not forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.decide.ground import Ground, ground_of
from firstbest.decide.workload import Work, expected_work, left_over, with_left_over
from firstbest.world import tables as t
from firstbest.world.words import NodeKind
from tests.laws.worlds import World, made

TODAY = 35
SPAN = np.arange(TODAY + 7, TODAY + 14, dtype=np.int64)


@pytest.fixture(scope="module")
def ground() -> Ground:
    """A centre that is open every day, in a calendar whose seasons are all one."""
    network = made(World(seed=3, heads=3, orders_day=40, days=60))[0]
    calendar = network.calendar
    flat = calendar._replace(season_ppm=np.full_like(calendar.season_ppm, 1_000_000))
    labour = network.labour._replace(work_days=np.ones_like(network.labour.work_days))
    return ground_of(network._replace(calendar=flat, labour=labour))


def centre(ground: Ground) -> int:
    return int(np.flatnonzero(ground.nodes.kind == NodeKind.FULFILMENT)[0])


def books(ground: Ground, shipped: int, asked: int, taken: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """So many of each on every day of the past, and on every day from today on."""
    width = ground.calendar.midnight_us.shape[1]
    profile = np.zeros(len(ground.nodes.kind) * width, t.PROFILE_T.dtype)
    slots = np.zeros(len(profile), t.SLOT_T.dtype)
    first = centre(ground) * width
    past, ahead = slice(first, first + TODAY), slice(first + TODAY, first + width)
    profile["shipments"][past], profile["lines"][past], profile["asked"][past] = shipped, shipped, asked
    slots["taken"][ahead.start : ahead.start + 5], slots["limit"][ahead] = taken, limit
    return profile, slots


@pytest.mark.parametrize("asked", [60, 100, 250])
def test_the_level_is_what_was_asked_for_not_what_could_leave(ground: Ground, asked: int) -> None:
    profile, _ = books(ground, 100, asked, 0, 100)
    work = expected_work(ground, profile, centre(ground), TODAY, SPAN)
    assert work.shipments.tolist() == [asked] * len(SPAN)
    assert work.lines_x1000 == 1000, "the mix is that of what left"


@pytest.mark.parametrize(("known", "expected"), [(0, 100), (6, 100), (7, 250), (20, 250)])
def test_days_of_an_older_book_are_not_compared(ground: Ground, known: int, expected: int) -> None:
    """Of days before the last `known` nobody wrote down what was asked for."""
    profile, _ = books(ground, 100, 250, 0, 100)
    first = centre(ground) * ground.calendar.midnight_us.shape[1]
    profile["asked"][first : first + TODAY - known] = 0
    assert expected_work(ground, profile, centre(ground), TODAY, SPAN).shipments.tolist() == [expected] * len(SPAN)


def test_what_fits_leaves_nothing_over(ground: Ground) -> None:
    profile, slots = books(ground, 100, 100, 100, 150)
    assert left_over(ground, (profile, slots), centre(ground), TODAY, TODAY + 14) == 0


def test_a_full_house_carries_over_what_it_cannot_send(ground: Ground) -> None:
    """Five days taken at 100, then 100 asked for on each of 6 more days; 80 leave on each of 7: 540 wait."""
    profile, slots = books(ground, 80, 100, 100, 80)
    assert left_over(ground, (profile, slots), centre(ground), TODAY, TODAY + 7) == 5 * 100 + 6 * 100 - 7 * 80


def test_what_waits_is_shared_by_the_days_that_work() -> None:
    plain = Work(np.full(7, 50, np.int64), 1000, 500_000, np.full(7, 3, np.int64))
    works = np.array([1, 1, 1, 1, 1, 0, 1], np.int64)
    assert with_left_over(plain, 0, works) is plain
    assert with_left_over(plain, 99, np.zeros(7, np.int64)) is plain, "a closed building sends nothing"
    more = with_left_over(plain, 99, works)
    assert (more.shipments - plain.shipments).tolist() == [17, 17, 17, 17, 17, 0, 17]
    assert more.receipts is plain.receipts, "what waits was received long ago"
