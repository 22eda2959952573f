"""Paired comparisons: intervals cover what they should, nothing changes for nothing, workers change nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.present.comparison import Estimate
from firstbest.rehearse.compare import WITH, compare, dots, estimate, headline, in_order, paired, run_pairs
from firstbest.rehearse.compare_payback import Span, payback
from firstbest.rehearse.compare_student import beta_share, quantile, tail

stats = pytest.importorskip("scipy.stats")
special = pytest.importorskip("scipy.special")


# -------------------------------------------------------------------------------------------------------- Student's t
@given(st.floats(0.5001, 0.9999), st.integers(1, 2_000))
def test_quantiles_are_those_of_scipy(part: float, freedom: int) -> None:
    assert quantile(part, freedom) == pytest.approx(stats.t.ppf(part, freedom), rel=1e-8, abs=1e-9)


@given(st.floats(0, 1), st.floats(0.5, 500), st.floats(0.5, 50))
def test_the_incomplete_beta_function_is_that_of_scipy(x: float, a: float, b: float) -> None:
    assert beta_share(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-9, abs=1e-12)


def test_tables_of_t_are_met() -> None:
    # Any printed table: one, four, nine, thirty degrees of freedom at 97.5 %.
    for freedom, value in ((1, 12.7062), (4, 2.7764), (9, 2.2622), (30, 2.0423)):
        assert quantile(0.975, freedom) == pytest.approx(value, abs=5e-5)
    assert tail(0, 7) == pytest.approx(0.5)


# ---------------------------------------------------------------------------------------------------------- intervals
def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(20260)
    trials, truth = 4_000, 0.3
    for count in (2, 3, 5, 10):
        found = [estimate(rng.normal(truth, 2.0, count).tolist()) for _ in range(trials)]
        covered = sum(each.low <= truth <= each.high for each in found) / trials
        # Three standard errors of a share of 0.95 over 4,000 trials are 0.0103.
        assert covered == pytest.approx(0.95, abs=0.0104), count


def test_one_in_twenty_looks_distinguishable_where_nothing_differs() -> None:
    rng = np.random.default_rng(7)
    clear = 0
    for _ in range(3_000):
        left, right = rng.normal(5, 1, 8), rng.normal(5, 1, 8)
        found = estimate(paired(left.tolist(), right.tolist()))
        clear += found.low > 0 or found.high < 0
    assert clear / 3_000 == pytest.approx(0.05, abs=0.012)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.floats(-100, 100), st.floats(0.01, 100))
def test_an_estimate_moves_and_stretches_with_its_values(values: list[float], shift: float, factor: float) -> None:
    plain, moved = estimate(values), estimate([value * factor + shift for value in values])
    size = max(1.0, *(abs(each) for each in values)) * factor + abs(shift)
    for one, other in zip(plain, moved, strict=True):
        assert one * factor + shift == pytest.approx(other, abs=1e-7 * size)


def test_an_estimate_of_one_value_has_no_interval() -> None:
    found = estimate([4.0])
    assert found.mean == 4
    assert math.isnan(found.low)
    assert math.isnan(found.high)


# ------------------------------------------------------------------------------------------------------------ compare
def made_up(which: str, seed: int) -> dict[str, float]:
    """Common chance drives both worlds; the change moves two-day share by 6 points and costs nothing clear."""
    common, own = random.Random(seed), random.Random(f"{which}{seed}")
    shared, change = common.gauss(0, 1), which == WITH
    return {
        "x_ours": 3.0,
        "two_day_share": 0.4 + 0.02 * shared + 0.06 * change + own.gauss(0, 0.001),
        "cost_to_serve_per_order": 20 + shared + own.gauss(0, 0.1),
        "orders_shipped": 1_000.0,
        "delivered_on_time": 0.95 - 0.03 * change + own.gauss(0, 0.001),
        "holding_per_order": 1.0 + 0.1 * change,
        "peak_day": 20_000.0 + seed,
        "returns_share": math.nan if seed == 8 else 0.1,
    }


def nothing(which: str, seed: int) -> dict[str, float]:
    """A change that does nothing."""
    return {key: value for key, value in made_up("without", seed).items() if key != "returns_share"}


def breaks(which: str, seed: int) -> Mapping[str, float]:
    """A rehearsal that fails."""
    raise LookupError(f"{which} {seed}")


def test_differences_are_told_in_words_and_in_order() -> None:
    found = compare(made_up, 10, "USD", seed=4)
    keys = [each.key for each in found.differences]
    assert keys == [
        "orders_shipped", "delivered_on_time", "two_day_share", "cost_to_serve_per_order", "holding_per_order",
        "x_ours",
    ]  # fmt: skip
    by_key = {each.key: each for each in found.differences}
    two_day = by_key["two_day_share"]
    assert two_day.distinguishable
    assert two_day.difference == pytest.approx(0.06, abs=0.002)
    assert two_day.low < two_day.difference < two_day.high
    assert not by_key["cost_to_serve_per_order"].distinguishable
    assert by_key["x_ours"].sentence == "x ours: no difference"
    assert found.sentence.startswith("delivered in two days +")
    assert "; cost to serve an order: not distinguishable; delivered on time" in found.sentence
    assert found.replications == 10
    assert {each.key for each in headline(found.differences)} == set(keys) - {"holding_per_order", "x_ours"}


def test_pairs_on_common_chance_are_narrower_than_worlds_apart() -> None:
    pairs = run_pairs(made_up, range(1, 21))
    left, right = pairs.without["cost_to_serve_per_order"], pairs.with_["cost_to_serve_per_order"]
    together, apart = estimate(paired(left, right)), estimate([a - b for a, b in zip(left, right[::-1], strict=True)])
    assert together.high - together.low < (apart.high - apart.low) / 3


def test_a_change_that_does_nothing_differs_nowhere() -> None:
    found = compare(nothing, 4, "USD")
    for each in found.differences:
        assert (each.difference, each.low, each.high, each.distinguishable) == (0, 0, 0, False)
        assert each.sentence.endswith(": no difference")
    assert found.sentence == f"no difference in any of {len(found.differences)} figures"


def test_one_pair_knows_no_interval_and_says_so() -> None:
    found = compare(made_up, 1, "USD")
    assert not any(each.distinguishable for each in found.differences)
    assert all(math.isnan(each.low) for each in found.differences)
    assert found.sentence.endswith("one pair: no interval is known")
    two_day = next(each for each in found.differences if each.key == "two_day_share")
    assert two_day.sentence.startswith("delivered in two days +")
    assert two_day.sentence.endswith("in one pair: no interval is known")
    assert all(dot.cost_low == dot.cost == dot.cost_high for dot in dots(found.pairs, "ours"))


def test_the_answer_does_not_depend_on_the_workers() -> None:
    heard: list[float] = []
    alone, together = run_pairs(made_up, range(5)), run_pairs(made_up, range(5), workers=2, progress=heard.append)
    assert alone == together
    assert heard == pytest.approx([n / 10 for n in range(1, 11)])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rehearsal_that_fails_is_raised(workers: int) -> None:
    with pytest.raises(LookupError, match="with"):
        run_pairs(breaks, range(2), workers=workers)


@given(st.permutations(["two_day_share", "fill_rate", "zzz", "abc", "paid_hours", "orders_shipped"]))
def test_order_of_figures_is_that_of_the_questions(keys: list[str]) -> None:
    assert in_order(keys) == ["orders_shipped", "two_day_share", "fill_rate", "paid_hours", "abc", "zzz"]


# ------------------------------------------------------------------------------------------------------------ payback
def saving(amounts: list[float]) -> dict[str, tuple[float, ...]]:
    return {
        "cost_to_serve_per_order": tuple(20 - each for each in amounts),
        "holding_per_order": (1.0,) * len(amounts),
        "orders_shipped": (1_000.0,) * len(amounts),
    }


def told(amounts: list[float], one_off: float = 7_300.0) -> tuple[Estimate, str]:
    pairs = run_pairs(made_up, range(len(amounts)))._replace(
        without=saving([0.0] * len(amounts)), with_=saving(amounts)
    )
    found = payback(pairs, one_off, Span(73, 0.5), "USD")
    assert found is not None
    return found.years, found.sentence


def test_payback_has_the_interval_of_the_saving() -> None:
    # 1,000 orders in 73 days at half scale are 10,000 a year; a dollar saved on each pays 7,300 back in .73 years.
    years, sentence = told([0.9, 1.0, 1.1])
    assert years.mean == pytest.approx(0.73)
    assert years.low < 0.73 < years.high
    half = 0.1 / math.sqrt(3) * quantile(0.975, 2)
    assert years.high == pytest.approx(0.73 / (1 - half))
    assert "$7,300 once: paid back in 0.7 years, 95" in sentence


def test_payback_that_cannot_be_told_says_so() -> None:
    years, sentence = told([-1.0, 1.0, 1.0])
    assert years.high == math.inf
    assert "cannot be told" in sentence
    assert "not paid back on cost, which rises by $10,000 a year" in told([-1.0, -1.0, -1.0])[1]
    assert told([1.0])[1].endswith("in one pair: no interval is known")


def test_without_a_one_off_cost_there_is_no_payback() -> None:
    assert payback(run_pairs(made_up, range(2)), 0, Span(365, 1), "USD") is None
