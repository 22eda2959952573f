"""Verdicts, quantiles and calibration, each against a slow oracle, with laws and floors on what came out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.mechanisms import calibration as c
from firstbest.mechanisms import quantiles as qs
from firstbest.mechanisms import verdict as v
from firstbest.mechanisms.records import Calibration, Forecast, Judgement, Measured, Quantile, SuccessMetric

stats = pytest.importorskip("scipy.stats")
UP = SuccessMetric(metric="m", direction="up", size=1.0, by="2026-12-31")
DOWN = SuccessMetric(metric="m", direction="down", size=1.0, by="2026-12-31")
MIDDLES = st.floats(-50, 50)
SPREADS = st.floats(0.01, 20)


def normal(middle: float, spread: float, levels: Sequence[float] = qs.KEPT) -> tuple[Quantile, ...]:
    """Quantiles of a normal curve."""
    return qs.of([middle + spread * stats.norm.ppf(level) for level in levels], levels)


def forecast(
    with_: tuple[Quantile, ...], without: tuple[Quantile, ...] = (), source: str = "twin", number: int = 1
) -> Forecast:
    """A forecast of the one metric."""
    return Forecast(number=number, bet="b", metric="m", source=source, by="a", at_us=0, with_=with_, without=without)


def came(value: float, **more: Any) -> Measured:
    """A fact."""
    return Measured(metric="m", value=value, **more)


# ------------------------------------------------------------------------------------------------------------ quantiles
@given(MIDDLES, SPREADS, st.floats(0.01, 0.99))
def test_a_normal_forecast_is_kept_by_three_quantiles(middle: float, spread: float, level: float) -> None:
    three = normal(middle, spread, (0.1, 0.5, 0.9))

    assert qs.value_at(three, level) == pytest.approx(
        stats.norm.ppf(level, middle, spread), abs=1e-9 * (abs(middle) + spread) + 1e-9
    )
    assert qs.scale(three) == pytest.approx(spread)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3).map(sorted), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_a_higher_level_is_never_a_lower_value(values: list[float], one: float, other: float) -> None:
    three = qs.of(values)
    low, high = sorted((one, other))

    assert qs.value_at(three, low) <= qs.value_at(three, high) + 1e-9
    assert [qs.value_at(three, level) for level in (0.1, 0.5, 0.9)] == pytest.approx(values)


def test_the_next_draw_lies_where_ten_draws_say() -> None:
    chance = np.random.default_rng(5)
    multipliers = [float(stats.t.ppf(level, 9)) for level in qs.KEPT]
    inside = 0
    for _ in range(1_200):
        found = qs.predicted(chance.normal(3, 2, 10).tolist(), multipliers)
        inside += qs.value_at(found, 0.1) <= chance.normal(3, 2) <= qs.value_at(found, 0.9)
    assert inside / 1_200 == pytest.approx(0.8, abs=0.035)


@pytest.mark.parametrize(
    ("levels", "values", "said"),
    [
        ((0.1, 0.9), (1, 2), "3 to 99"),
        ((0.1, 0.5, 1.0), (1, 2, 3), "below 1"),
        ((0.1, 0.9, 0.5), (1, 2, 3), "levels that rise"),
        ((0.1, 0.5, 0.9), (1, 3, 2), "do not fall"),
        ((0.2, 0.5, 0.9), (1, 2, 3), "p10 or lower"),
        ((0.1, 0.4, 0.9), (1, 2, 3), "p50"),
        ((0.1, 0.5, 0.9), (1, 2, math.inf), "finite"),
    ],
)
def test_what_is_no_forecast_is_said(levels: tuple[float, ...], values: tuple[float, ...], said: str) -> None:
    assert said in qs.wrong(qs.of(values, levels))
    assert qs.wrong(qs.of((1.0, 2.0, 3.0))) == ""


# ------------------------------------------------------------------------------------------------------------- verdicts
@given(MIDDLES, MIDDLES, SPREADS, st.floats(-100, 100))
def test_the_ratio_is_that_of_two_normal_densities(with_: float, without: float, spread: float, fact: float) -> None:
    between = v.worlds([forecast(normal(with_, spread), normal(without, spread))], {})
    oracle = stats.norm.logpdf(fact, with_, spread) - stats.norm.logpdf(fact, without, spread)

    assert v.log_ratio(between, fact) == pytest.approx(max(-50, min(50, oracle)), rel=1e-6, abs=1e-6)


@given(st.floats(0.5, 20), SPREADS, SPREADS, st.floats(-60, 60), st.floats(0, 60))
def test_a_better_fact_never_hurts_a_promise(shift: float, one: float, other: float, fact: float, more: float) -> None:
    by = [forecast(normal(shift, one), normal(0, other))]
    order = (Judgement.REFUTED, Judgement.INCONCLUSIVE, Judgement.CONFIRMED)
    worse, better = (v.judge(UP, by, came(value), {}).judgement for value in (fact, fact + more))

    assert order.index(worse) <= order.index(better)


@given(st.floats(0.5, 20), SPREADS, st.floats(-60, 60))
def test_down_is_up_in_a_mirror(shift: float, spread: float, fact: float) -> None:
    up = v.judge(UP, [forecast(normal(shift, spread), normal(0, spread))], came(fact), {})
    down = v.judge(DOWN, [forecast(normal(-shift, spread), normal(0, spread))], came(-fact), {})

    assert up.judgement == down.judgement
    assert up.kept == pytest.approx(down.kept)


def test_the_four_judgements_and_their_words() -> None:
    by = [forecast(normal(5, 1), normal(0, 1))]
    found = {fact: v.judge(UP, by, came(fact), {}) for fact in (5.0, 0.0, 2.5, 9.0)}

    assert {fact: each.judgement.value for fact, each in found.items()} == {
        5.0: "confirmed",
        0.0: "refuted",
        2.5: "inconclusive",
        9.0: "confirmed",
    }
    assert found[5.0].reason == "the fact fits the world with it over 10,000 times better than the world without"
    assert found[5.0].kept == pytest.approx(5.0)
    broken = [v.Broken("orders", "5 to 9", "12")]
    assert v.judge(UP, by, came(5.0), {}, broken).reason == "orders was 12, assumed 5 to 9"
    assert v.judge(UP, by, None, {}).judgement == Judgement.NOT_DUE
    assert v.judge(UP, [], came(5.0), {}).judgement == Judgement.INCONCLUSIVE


def test_a_forecast_of_harm_cannot_confirm_a_promise_of_good() -> None:
    by = [forecast(normal(-5, 1), normal(0, 1))]

    assert v.judge(UP, by, came(-5.0), {}).judgement == Judgement.REFUTED
    assert v.judge(UP, by, came(5.0), {}).judgement == Judgement.INCONCLUSIVE


def test_two_worlds_that_are_alike_cannot_be_told_apart() -> None:
    by = [forecast(normal(0.3, 1), normal(0, 1))]

    assert v.judge(UP, by, came(0.3), {}).judgement == Judgement.INCONCLUSIVE
    assert v.chance_to_confirm(v.worlds(by, {})) < 0.01
    assert v.chance_to_confirm(v.worlds([forecast(normal(6, 1), normal(0, 1))], {})) > 0.98
    assert v.chance_to_confirm(v.Worlds(1.0, 1.0, 0.0)) == 0.0
    assert v.log_ratio(v.Worlds(1.0, 0.0, 0.0), 1.0) == 50.0
    assert v.log_ratio(v.Worlds(1.0, 1.0, 0.0), 1.0) == 0.0


def test_the_chance_to_confirm_is_how_often_it_is_confirmed() -> None:
    chance = np.random.default_rng(11)
    by = [forecast(normal(3, 1), normal(0, 1))]
    told = v.chance_to_confirm(v.worlds(by, {}))
    often = (
        sum(
            v.judge(UP, by, came(float(chance.normal(3, 1))), {}).judgement == Judgement.CONFIRMED for _ in range(2_000)
        )
        / 2_000
    )

    assert often == pytest.approx(told, abs=0.033)


def test_looking_every_week_confirms_nothing_in_one_world_of_twenty_at_most() -> None:
    """Ville's inequality, with floors on what came out on both sides."""
    chance = np.random.default_rng(3)
    weeks, spread = 13, 1 / math.sqrt(13)
    by = [forecast(normal(0.8, spread), normal(0, spread))]
    seen: Counter[tuple[bool, Judgement]] = Counter()
    early = 0
    for real in (False, True):
        for _ in range(1_500):
            weekly = chance.normal(0.8 * real, 1, weeks)
            fact = came(float(weekly.mean()), weekly=tuple(weekly.tolist()))
            judged = v.judge(UP, by, fact, {}, (), weeks)
            seen[(real, judged.judgement)] += 1
            early += "decided in week" in judged.reason
    assert 5 <= seen[(False, Judgement.CONFIRMED)] <= 75
    assert 5 <= seen[(True, Judgement.REFUTED)] <= 75
    assert seen[(True, Judgement.CONFIRMED)] > 1_000
    assert seen[(False, Judgement.INCONCLUSIVE)] > 50
    assert early > 1_000


def test_a_week_that_decided_stays_decided_and_an_open_window_waits() -> None:
    by = [forecast(normal(4, 1), normal(0, 1))]
    early = v.judge(UP, by, came(0.0, weekly=(9.0, -9.0)), {}, (), 4)
    waiting = v.judge(UP, by, came(2.0, weekly=(2.1, 1.9)), {}, (), 4)

    assert early.judgement == Judgement.CONFIRMED
    assert waiting.judgement == Judgement.NOT_DUE
    assert waiting.reason == "no world fits 20 times better yet"


def test_the_last_forecast_of_each_source_judges_and_all_sources_count_alike() -> None:
    both = normal(0, 1)
    made = [
        forecast(normal(9, 1), both, "twin", 1), forecast(normal(4, 1), both, "twin", 2),
        forecast(normal(6, 1), both, "stated by Ana", 3), forecast(normal(5, 1), (), "flywheel", 4),
    ]  # fmt: skip

    assert [each.number for each in v.judges(made, "m")] == [3, 2]
    assert [each.number for each in v.judges(made, "m", "twin")] == [2]
    assert v.judges(made, "m", "flywheel") == ()
    assert v.worlds(v.judges(made, "m"), {}).with_ == pytest.approx(5.0)
    assert v.judge(UP, v.judges(made, "m"), came(5.0), {}).judged_by == "pool of 2 sources"


def test_a_bet_is_as_good_as_its_worst_metric() -> None:
    by = [forecast(normal(5, 1), normal(0, 1))]
    good, bad, open_ = (v.judge(UP, by, fact, {}) for fact in (came(5.0), came(0.0), None))

    assert v.together([good, good])[0] == Judgement.CONFIRMED
    assert v.together([good, open_])[0] == Judgement.NOT_DUE
    assert v.together([good, open_, bad])[0] == Judgement.REFUTED
    assert v.together([])[0] == Judgement.NOT_DUE


# ---------------------------------------------------------------------------------------------------------- calibration
@given(st.lists(st.floats(-5, 5), max_size=40))
def test_widening_is_the_quantile_of_scores_and_ten_perfect_ones(scores: list[float]) -> None:
    shift = c.shift_of(scores)
    perfect = [float(stats.halfnorm.ppf((rank + 0.5) / c.PRIOR)) for rank in range(c.PRIOR)]
    slow = float(np.quantile([abs(each - shift) for each in scores] + perfect, 0.8, method="hazen"))

    assert c.widening(scores, shift) == pytest.approx(max(0.5, slow / stats.norm.ppf(0.9)) if scores else 1.0)


def test_a_source_without_width_that_always_misses_is_never_read_as_a_sure_one() -> None:
    """Its scores are infinitely far out; between two of them no quantile is a number."""
    always = c.calibration("Ana", [c.Met("Ana", normal(10, 0), 12.0)] * 30)
    read = c.read_by(normal(10, 1), {"Ana": always}, "Ana")

    assert always.widen > 100
    assert all(math.isfinite(each.value) for each in read)


def test_a_right_source_is_read_as_it_stands() -> None:
    scores = [float(stats.norm.ppf((rank + 0.5) / 200)) for rank in range(200)]

    assert c.widening(scores, c.shift_of(scores)) == pytest.approx(1.0, abs=0.02)
    assert c.widening([0.1], c.shift_of([0.1])) == pytest.approx(1.0, abs=0.1)


@given(MIDDLES, SPREADS, MIDDLES)
def test_pinball_is_half_the_crps_over_all_levels(middle: float, spread: float, fact: float) -> None:
    quantiles = normal(middle, spread)
    slow = np.mean([max(level * (fact - value), (level - 1) * (fact - value)) for level, value in
                    ((level, middle + spread * stats.norm.ppf(level)) for level in c.LEVELS)])  # fmt: skip

    assert c.pinball(quantiles, fact) == pytest.approx(float(slow), abs=1e-6 * (1 + abs(fact)))


def test_sources_are_told_apart_and_scored_alike() -> None:
    good = [c.Met("twin", normal(10, 2), fact) for fact in (9, 10, 11, 12, 6)]
    sure = [c.Met("stated by Ana", normal(10, 0.1), fact) for fact in (12, 12)]
    found = {each.source: each for each in c.calibrations([*good, *sure])}

    assert list(found) == ["twin", "stated by Ana"]
    assert (found["twin"].covered, found["twin"].above) == (0.8, 0.4)
    assert (found["stated by Ana"].covered, found["stated by Ana"].above) == (0.0, 1.0)
    assert found["stated by Ana"].widen > 2 > found["twin"].widen
    read = c.read_by(normal(10, 0.1), found, "stated by Ana")
    assert qs.median(read) > 10
    assert qs.width(read) > 2 * qs.width(normal(10, 0.1))
    assert c.read_by(normal(10, 1), found, "nobody") == normal(10, 1)


def test_a_forecast_without_width_that_misses_is_no_error() -> None:
    point = qs.of((3.0, 3.0, 3.0))

    assert c.calibration("x", [c.Met("x", point, 3.0)]).covered == 1.0
    assert c.calibration("x", [c.Met("x", point, 4.0)]).covered == 0.0
    assert c.score(c.Met("x", point, 4.0)) == math.inf


def test_a_source_that_was_too_sure_cannot_confirm_alone() -> None:
    by = [forecast(normal(5, 1), normal(0, 1))]
    known = {
        "twin": Calibration(source="twin", forecasts=20, covered=0.1, above=0.5, pinball=1, bias=0, shift=0, widen=6)
    }

    assert v.judge(UP, by, came(5.0), {}).judgement == Judgement.CONFIRMED
    assert v.judge(UP, by, came(5.0), known).judgement == Judgement.INCONCLUSIVE
