"""Known elasticities are found again in made-up worlds; where data cannot tell, no number is given."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.flywheel.elasticity import DAYS_MIN, Panel, estimate, mean_with_interval
from firstbest.flywheel.worlds import ARROWS, recovery, world

WORLDS = 14
"""Here a few; `python -m benchmarks flywheel` judges two hundred."""


def test_intervals_hold_what_is_true_as_often_as_they_say() -> None:
    found = {each.arrow: each for each in recovery(1_000, WORLDS)}

    assert sum(each.told for each in found.values()) == WORLDS * len(ARROWS)
    for arrow in ARROWS:
        assert found[arrow].held >= WORLDS - 4
        assert found[arrow].half_mean > 0
    assert sum(each.held for each in found.values()) < WORLDS * len(ARROWS)
    for arrow in ("price", "speed", "scale"):
        assert found[arrow].held_naive <= WORLDS // 3


def test_a_world_is_the_same_for_the_same_seed() -> None:
    np.testing.assert_array_equal(world(7).orders.answer, world(7).orders.answer)
    assert world(7).known != world(8).known


def panel(days: int, price: float) -> Panel:
    made = world(3).orders
    cut = {name: column[:days] * (price if name == "price" else 1.0) for name, column in made.causes.items()}
    return Panel(made.answer[:days], cut, {name: column[:days] for name, column in made.shifters.items()})


def test_too_few_days_give_no_number() -> None:
    found = estimate(panel(DAYS_MIN - 1, 1.0), ("price",))

    assert all(each.missing == f"{DAYS_MIN - 1} days, {DAYS_MIN} are needed" for each in found)
    assert all(np.isnan(each.value) for each in found)


def test_a_cause_that_never_moved_gives_no_number_and_spoils_no_other() -> None:
    found = {each.cause: each for each in estimate(panel(364, 0.0), ("price", "speed"))}

    assert found["price"].missing == "it hardly moved"
    assert found["selection"].missing == found["speed"].missing == ""


def test_weak_shifters_are_not_believed() -> None:
    made = panel(364, 1.0)
    noise = np.sin(np.arange(made.answer.size, dtype=np.float64) ** 2).reshape(made.answer.shape)
    found = {each.cause: each for each in estimate(made._replace(shifters={"noise": noise}), ("price",))}

    assert found["price"].missing.startswith("its shifters hardly move it")


def test_no_shifter_no_number() -> None:
    assert {each.missing for each in estimate(panel(364, 1.0)._replace(shifters={}), ("price",))} == {
        "no shifter that moves it from outside"
    }


@pytest.mark.parametrize("lasting", [0.0, 0.7])
def test_a_mean_has_an_interval_that_knows_that_weeks_hang_together(lasting: float) -> None:
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        shock = np.zeros(364)
        for day in range(1, 364):
            shock[day] = lasting * shock[day - 1] + rng.normal() * 0.3
        weight = rng.uniform(80, 120, 364)
        value, low, high = mean_with_interval((5.0 + shock) * weight, weight)
        assert low < value < high
        held += low <= 5.0 <= high

    assert held >= 33
