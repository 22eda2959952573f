"""Crews of a few heads: no contract is lost to rounding, and a second shift of two heads is not left empty."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import pace, staff
from firstbest.decide.ground import Ground, ground_of
from firstbest.rehearse.people import contracts_of
from firstbest.world.words import Process
from tests.laws.worlds import World, made

WEST = 3
SHIFT_MIN = 480
WEEK = np.arange(7, 14)
WORKS = np.array([1, 1, 1, 1, 1, 1, 0])


def ground_with(heads: int) -> Ground:
    """A world whose packers in the west are so many, five shifts a week each, with room for all of them."""
    network, _ = made(World())
    labour = network.labour
    crews, stations = labour.heads.copy(), labour.stations.copy()
    crews[WEST, Process.PACK], stations[WEST, Process.PACK] = heads, 1_000
    weeks = np.full_like(labour.contract_minutes_week, 5 * SHIFT_MIN)
    minutes = np.full_like(labour.shift_minutes, SHIFT_MIN)
    return ground_of(
        network._replace(
            labour=labour._replace(heads=crews, stations=stations, contract_minutes_week=weeks, shift_minutes=minutes)
        )
    )


@given(heads=st.integers(1, 40), parts=st.lists(st.integers(1, 300), min_size=6, max_size=6))
def test_every_contract_works_where_there_is_work_for_all(heads: int, parts: list[int]) -> None:
    """Days need so many percent of what all heads give in a day; a contract gives five shifts a week, of six."""
    wanted = np.array([*(-(-heads * SHIFT_MIN * part // 100) for part in parts), 0], np.int64)
    found, *_ = staff.spread_heads(ground_with(heads), (WEST, int(Process.PACK)), WEEK, wanted, WORKS)

    asked = np.where(WORKS > 0, -(-wanted // SHIFT_MIN), 0)
    assert (found[:6] >= 1).all()
    assert found[6] == 0
    assert (found <= heads).all()
    # A day that is open has a head, though it be the sixth shift of the one there is.
    assert found.sum() <= max(5 * heads, 6)
    assert found.sum() >= min(5 * heads, np.minimum(asked, heads).sum())


@given(heads=st.integers(1, 40))
def test_both_shifts_have_someone_where_there_are_two(heads: int) -> None:
    network, _ = made(World())
    network = network._replace(
        labour=network.labour._replace(shift_minutes=np.full_like(network.labour.shift_minutes, SHIFT_MIN))
    )
    ground = ground_of(network)
    first = int(pace.early_part(ground, WEST, np.array([heads]))[0])

    assert first >= 1
    assert heads - first >= int(heads > 1)
    assert first >= heads - first
    crews = np.full_like(network.labour.heads, heads)
    truth = contracts_of(network._replace(labour=network.labour._replace(heads=crews)))
    assert truth[WEST, :, int(Process.PACK)].tolist() == [first, heads - first]
