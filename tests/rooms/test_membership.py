"""Membership: who joins adds up, selection is told apart from effect, and where it turns is where it turns."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.flywheel.membership import MEASURED, OUTCOMES, Told, economics, who_joins, worth
from firstbest.present.membership import WORDS, Story, as_json, page, screen
from firstbest.world.membership import Answer, Bundle, Perk

PERK = Perk("delivery", "orders_shipped", "order", 1.0, 5.99, 0.0, "ASSUMED", "test")
ANSWERS = tuple(
    Answer(name, value, low, high, "1", "ASSUMED", "test")
    for name, value, low, high in (
        ("price", -2.0, -2.6, -0.8), ("speed", 0.015, 0.005, 0.03), ("shape", 0.6, 0.3, 1.2), ("taste", 0.3, 0.15, 0.6),
        ("renewal", 0.9, 0.8, 0.95), ("discount", 0.1, 0.06, 0.15), ("commission", 0.12, 0.08, 0.16),
    )
)  # fmt: skip
BUNDLE = Bundle(79.0, 2, (PERK,), ANSWERS)
PAIRS = {
    "days_sooner": (1.4, 1.5, 1.6), "extra_cost": (0.8, 0.9, 1.0), "cost_to_serve": (23.0, 23.5, 24.0),
    "order_value": (65.0, 66.0, 65.5), "owner_gross": (22.0, 22.1, 21.9), "others_value": (28.0, 28.5, 28.2),
    "orders_customer": (3.24,),
}  # fmt: skip
STUDENT = ((0.025, 0.5, 0.975), (-4.303, 0.0, 4.303))


def middle(**given_: float) -> dict[str, np.ndarray]:
    """Everything at its middle, some of it given."""
    made = {name: float(np.mean(values)) for name, values in PAIRS.items()} | {
        each.name: each.value for each in ANSWERS
    }
    return {name: np.array([value]) for name, value in (made | given_).items()}


def test_joiners_are_those_of_a_crowd_that_was_drawn() -> None:
    of = middle()
    drawn = np.random.default_rng(3).gamma(0.6, 3.24 / 0.6, 400_000)
    chance = 1 / (1 + (79.0 / np.maximum(drawn * 7.0, 1e-12)) ** (1 / 0.3))
    share, before, others = who_joins(of, np.array([7.0]), 0.0, 79.0)

    assert share[0] == pytest.approx(chance.mean(), rel=0.02)
    assert before[0] == pytest.approx((chance * drawn).sum() / chance.sum(), rel=0.02)
    assert others[0] == pytest.approx(((1 - chance) * drawn).sum() / (1 - chance).sum(), rel=0.02)


@settings(max_examples=80)
@given(
    fee=st.floats(5, 500), more=st.floats(1.05, 3), saved=st.floats(0.5, 15), shape=st.floats(0.3, 2),
    taste=st.floats(0.1, 1),
)  # fmt: skip
def test_who_joins_adds_up_and_a_dearer_one_selects_more(
    fee: float, more: float, saved: float, shape: float, taste: float
) -> None:
    of = middle(shape=shape, taste=taste)
    share, before, others = who_joins(of, np.array([saved]), 0.0, fee)
    fewer, keener, _ = who_joins(of, np.array([saved]), 0.0, fee * more)

    assert share[0] * before[0] + (1 - share[0]) * others[0] == pytest.approx(3.24)
    assert fewer[0] < share[0]
    assert keener[0] > before[0] > 3.24


def test_nobody_pays_for_nothing() -> None:
    found = worth(BUNDLE._replace(perks=()), middle(days_sooner=0.0), 900_000)

    assert found["joining"][0] < 1e-12
    assert found["lift"][0] == pytest.approx(0)
    assert math.isinf(found["customer_break_even"][0])


def test_it_turns_where_it_is_said_to_turn() -> None:
    of = middle()
    found = {name: float(values[0]) for name, values in worth(BUNDLE, of, 900_000).items()}
    lift, serve = found["lift"], float(of["cost_to_serve"][0])
    gross = float(of["owner_gross"][0]) + 0.12 * float(of["others_value"][0])

    def stays(orders: float) -> float:
        """What stays of a member who ordered so often before: fee, charges given up, promise, further orders."""
        return 79.0 - orders * (5.99 + float(of["extra_cost"][0])) + orders * lift * (gross - serve)

    assert stays(found["break_even"]) == pytest.approx(0, abs=1e-9)
    assert stays(found["orders_before"]) == pytest.approx(found["worth_a_year"])
    assert found["subsidy"] == pytest.approx(found["orders_before"] * (5.99 + float(of["extra_cost"][0])) - 79.0)
    assert found["cannibalised"] == pytest.approx(found["orders_before"] / found["orders_member"])
    assert found["lifetime"] == pytest.approx(sum(found["worth_a_year"] * (0.9 / 1.1) ** year for year in range(400)))


def story() -> Story:
    told = economics(BUNDLE, PAIRS, 900_000, 1, STUDENT)
    return Story(BUNDLE, told, "none", 0.28, 900_000, 3.24, 3, (1, 3), 28, 0.1, "USD", "made up")


def test_intervals_hold_the_middle_and_assumptions_widen_them() -> None:
    told = {each.name: each for each in story().told}

    assert tuple(told) == OUTCOMES
    assert set(WORDS) == set(OUTCOMES)
    assert len(MEASURED) == 6
    for each in told.values():
        assert each.measured[0] <= each.value + 1e-9 <= each.measured[1] + 2e-9, each.name
    wider = [each.name for each in told.values() if span(each.all_in) > span(each.measured)]
    assert len(wider) >= 12


def span(ends: tuple[float, float]) -> float:
    return ends[1] - ends[0] if math.isfinite(ends[1]) else math.inf


def test_it_is_told_on_a_screen_a_page_and_as_json() -> None:
    made = story()
    narrow, wide = screen(made, 80, "x.html").plain, screen(made, 120, "x.html").plain
    told = json.loads(as_json(made))

    assert "who join, before they do" in narrow
    assert max(len(line) for line in wide.splitlines() if "  " in line[:2]) <= 120
    assert set(told["told"]) == set(OUTCOMES)
    assert "delivery" in page(made)
    endless = made._replace(
        told=tuple(Told(each.name, math.inf, (0.0, math.inf), (0.0, math.inf)) for each in made.told)
    )
    assert "no limit" in screen(endless, 120, "").plain
    assert json.loads(as_json(endless))["told"]["break_even"]["value"] is None
