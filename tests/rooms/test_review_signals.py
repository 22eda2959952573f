"""Limits, drifts, edges: how often they are wrong, how often they see what is there; in full: benchmarks/review.py."""

import numpy as np
import pytest

from firstbest.mechanisms import causal, signals, watch, xmr
from firstbest.mechanisms.calendar import week_label
from tests.rooms.review_worlds import FIRST, SATURDAY, deck, metric, table

BASE, LATER = 104, 26


def alarms(values: np.ndarray, noise: str = "auto") -> np.ndarray:
    limits = signals.fit(values, BASE, [noise] * len(values))
    seen = watch.watch(signals.judge(values, limits).score[:, BASE:])
    return seen.point | (seen.drift != 0)


def test_false_signals_are_as_many_as_the_deck_says() -> None:
    values = 100 + 10 * np.random.default_rng(11).standard_normal((2000, BASE + LATER))
    said = 500 * watch.false_a_week(5, BASE)

    assert said == pytest.approx(2.84, abs=0.01)
    assert alarms(values).mean() * 500 == pytest.approx(said, abs=0.9)


def test_memory_and_season_are_no_signals() -> None:
    rng = np.random.default_rng(12)
    noise = rng.standard_normal((800, BASE + LATER))
    for week in range(1, BASE + LATER):
        noise[:, week] = 0.6 * noise[:, week - 1] + 0.8 * noise[:, week]
    season = 30 * np.sin(np.arange(BASE + LATER) * 2 * np.pi / signals.YEAR_WEEKS + rng.uniform(0, 6, (800, 1)))

    assert alarms(100 + season + 10 * noise).mean() * 500 < 5
    assert np.abs(signals.fit(100 + 10 * noise, BASE, ["auto"] * 800).memory.mean() - 0.6) < 0.03


def test_a_shift_is_seen_and_dated() -> None:
    values = 100 + 10 * np.random.default_rng(13).standard_normal((1000, BASE + LATER))
    values[:, BASE + 10 :] += 20
    found = alarms(values)

    assert found[:, 10:14].any(axis=1).mean() > 0.6
    assert found[:, 10:18].any(axis=1).mean() > 0.95


def test_the_scale_is_found() -> None:
    rng = np.random.default_rng(14)
    plain = signals.fit(100 + rng.standard_normal((200, BASE)), BASE, ["auto"] * 200)
    skewed = signals.fit(100 * np.exp(0.5 * rng.standard_normal((200, BASE))), BASE, ["auto"] * 200)
    counts = signals.fit(rng.poisson(3, (200, BASE)).astype(float), BASE, ["auto"] * 200)

    assert (plain.scale == signals.PLAIN).mean() > 0.95
    assert (skewed.scale == signals.LOG).mean() > 0.8
    assert (counts.scale == signals.ROOT).all()


def test_a_rate_of_few_has_wider_limits_than_a_rate_of_many() -> None:
    rng = np.random.default_rng(15)
    sizes = np.where(np.arange(BASE + LATER) % 2, 100.0, 10_000.0)[None].repeat(200, 0)
    values = rng.binomial(sizes.astype(int), 0.9) / sizes
    limits = signals.fit(values, BASE, ["rate"] * 200, sizes)
    judged = signals.judge(values, limits)
    width = (judged.high - judged.low)[:, BASE:].mean(axis=0)

    assert width[1::2].mean() / width[::2].mean() == pytest.approx(10, rel=0.2)


def test_gaps_in_the_base_are_left_out_not_filled() -> None:
    values = 100 + 10 * np.random.default_rng(16).standard_normal((300, BASE + LATER))
    values[:, 20:30] = np.nan
    assert alarms(values).mean() * 500 < 5
    assert np.isfinite(signals.fit(values, BASE, ["auto"] * 300).spread).all()


def test_individual_values_by_hand() -> None:
    """Mean 11, moving ranges 2, 4, 2, 2: their mean 2.5, limits 11 -+ 2.66 x 2.5."""
    found = xmr.limits(np.array([[10.0, 12.0, 8.0, 10.0, 12.0]]))

    assert (found.centre[0], found.upper[0]) == (pytest.approx(10.4), pytest.approx(10.4 + 2.66 * 2.5))
    assert xmr.false_a_week(26) < 0.02


def test_an_edge_is_found_with_its_lead_and_its_sign() -> None:
    rng = np.random.default_rng(17)
    found = []
    for _ in range(60):
        cause = rng.standard_normal(120)
        effect = -0.6 * np.roll(cause, 3) + rng.standard_normal(120)
        found.append(causal.edge(cause[3:], effect[3:]))

    assert sum(edge.verdict == causal.LEADS and edge.lead == 3 and edge.sign == -1 for edge in found) > 54
    assert sum(edge.lead_low <= 3 <= edge.lead_high for edge in found) > 54


def test_edges_that_are_not_there_are_seldom_seen() -> None:
    rng = np.random.default_rng(18)
    pairs = [causal.edge(rng.standard_normal(110), rng.standard_normal(110)) for _ in range(300)]
    held = sum(edge.verdict in {causal.LEADS, causal.TOGETHER} for edge in pairs)

    assert 3 <= held <= 30
    assert causal.edge(np.zeros(20), np.zeros(20)).verdict == causal.UNKNOWN


def test_a_deck_ranks_its_signals_and_says_since_when() -> None:
    days = 7 * 156
    rng = np.random.default_rng(19)
    values = 100 + 5 * rng.standard_normal(days)
    values[-28:] += 4
    found = deck(table(values, first=SATURDAY + 1 - days), metric(owner="Ada"))

    (signal,) = found.signals
    assert (signal.direction, signal.owner, signal.kind) == ("up", "Ada", "drift")
    assert week_label(found.calendar, SATURDAY - 28) <= signal.since <= week_label(found.calendar, SATURDAY - 14)
    assert signal.low < signal.expected < signal.high
    assert len(signal.history) == 40


def test_fewer_than_twelve_weeks_have_no_limits() -> None:
    days = np.full(7 * 11, 10.0)
    days[-7:] = 900
    found = deck(table(days, first=SATURDAY + 1 - len(days)), metric())

    assert (found.judged, found.signals) == (0, ())


def test_no_limits_come_of_weeks_that_are_not_there() -> None:
    """Limits that are declared over a time before the metric began judge nothing; over ten weeks of it neither."""
    values = 100 + np.random.default_rng(16).standard_normal(SATURDAY - FIRST + 1)
    begun = FIRST + 7 * 70
    values[: begun - FIRST] = np.nan

    def judged(first: int, last: int) -> int:
        listed = metric(limits_from="from", limits_to="to")
        return deck(table(values), listed, limit_days={"from": first, "to": last}).judged

    assert judged(FIRST, FIRST + 7 * 60) == 0
    assert judged(FIRST, begun + 7 * 10) == 0
    assert judged(FIRST, begun + 7 * 20) == 1
