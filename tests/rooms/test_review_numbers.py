"""Spans, box scores, sketches and tails against slow and obvious ways of getting them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from firstbest.mechanisms import chances, maturity, sketches
from firstbest.mechanisms.aggregate import Table, totals
from firstbest.mechanisms.calendar import Span
from firstbest.mechanisms.metrics import Absence, in_order, wrongs
from tests.rooms.review_worlds import SATURDAY, card, constant, metric, table


@given(st.integers(0, 2**32 - 1), st.sampled_from(["sum", "ratio", "last", "max", "min"]), st.floats(0.3, 1.0))
def test_spans_are_what_going_through_the_days_gives(seed: int, kind: str, needed: float) -> None:
    rng = np.random.default_rng(seed)
    above, below = rng.integers(0, 50, 40).astype(float), rng.integers(1, 60, 40).astype(float)
    absence = rng.choice([0, 0, 0, 0, 1, 3], 40).astype(np.int8)
    above[absence != 0] = below[absence != 0] = 0
    days = Table(
        100, above[None], below[None] if kind == "ratio" else (absence == 0)[None].astype(float), absence[None]
    )
    low, high = sorted(rng.integers(100, 140, 2).tolist())
    found = totals(days, [metric(kind=kind, needed=needed)], [Span(low, high, "")])

    inside = [at - 100 for at in range(low, high + 1)]
    here = [at for at in inside if absence[at] == Absence.HERE]
    due = [at for at in inside if absence[at] != Absence.CLOSED]
    assert (found.here[0, 0], found.due[0, 0]) == (len(here), len(due))
    if not here or len(here) < needed * len(due):
        expected = 0.0 if kind == "sum" and not due else math.nan
    else:
        expected = {
            "sum": sum(above[at] for at in here), "last": above[here[-1]], "max": max(above[at] for at in here),
            "min": min(above[at] for at in here),
            "ratio": sum(above[at] for at in here) / sum(below[at] for at in here),
        }[kind]  # fmt: skip
    assert found.value[0, 0] == pytest.approx(expected, nan_ok=True)


def test_days_beside_the_table_are_late_or_before() -> None:
    found = totals(table(np.ones(10), first=50), [metric()], [Span(45, 55, ""), Span(55, 70, "")])

    assert (found.before[0].tolist(), found.late[0].tolist(), found.here[0].tolist()) == ([5, 0], [0, 11], [6, 5])


def test_the_delta_methods_interval_covers() -> None:
    """95 of 100 intervals of a difference of two shares hold the true one; here 1,000 pairs of months of 28 days."""
    rng = np.random.default_rng(20261121)
    below = rng.poisson(400, (1000, 56)).astype(float)
    above = rng.binomial(below.astype(int), 0.9).astype(float)
    days = Table(0, above, below, np.zeros((1000, 56), np.int8))
    listed = [metric(f"m{at}", kind="ratio", unit="share") for at in range(1000)]
    found = totals(days, listed, [Span(0, 27, ""), Span(28, 55, "")])
    reach = chances.student_quantile(0.975, np.array(54.0)) * np.sqrt(found.variance.sum(axis=1))
    covered = np.abs(found.value[:, 0] - found.value[:, 1]) <= reach

    assert 0.93 <= covered.mean() <= 0.97


def test_box_scores_of_a_share_are_basis_points_and_of_others_per_cent() -> None:
    values = constant()
    values[-7:] = 110
    share = card(table(values, np.full(len(values), 1000.0)), metric(kind="ratio", unit="share"))
    total = card(table(values), metric())

    assert (share.boxes[1].kind, share.boxes[1].value) == ("bps", pytest.approx(100))
    assert (total.boxes[1].kind, total.boxes[1].value) == ("percent", pytest.approx(10))
    assert total.boxes[1].low is None


@given(st.lists(st.floats(0.001, 1e9), min_size=2, max_size=300), st.floats(0.01, 0.99), st.integers(0, 300))
def test_quantiles_merge_and_are_within_one_per_cent(values: list[float], level: float, cut: int) -> None:
    numbers = np.array(values)
    bins = sketches.bins_of(numbers)
    left, right = (np.bincount(part, minlength=sketches.BINS).astype(float) for part in (bins[:cut], bins[cut:]))
    exact = np.sort(numbers)[math.ceil(level * (len(numbers) - 1) + 1 - 1e-9) - 1]

    assert sketches.quantile(left + right, level) == pytest.approx(exact, rel=0.0101)


def test_distinct_counts_merge_and_are_near() -> None:
    rng = np.random.default_rng(5)
    for size in (10, 1_000, 20_000, 300_000):
        hashes = rng.integers(0, 2**64, size, np.uint64)
        halves = [sketches.registers_of(part) for part in (hashes[: size // 2], hashes[size // 3 :])]

        assert (np.maximum(*halves) == sketches.registers_of(hashes)).all()
        assert sketches.distinct(np.maximum(*halves)) == pytest.approx(size, rel=0.06)


def test_tails_and_quantiles_are_scipys() -> None:
    z = np.linspace(-6, 9, 61)
    assert chances.upper_tail(z) == pytest.approx(stats.norm.sf(z), rel=3e-7)
    for part in (1e-6, 0.01, 0.3, 0.5, 0.975, 0.99999):
        assert chances.normal_quantile(part) == pytest.approx(stats.norm.ppf(part), abs=1e-7)
    for freedom in (5, 12, 50, 1000):
        assert float(chances.student_quantile(0.975, np.array(freedom))) == pytest.approx(
            stats.t.ppf(0.975, freedom), rel=0.003
        )
        t = np.array([-4.0, -1.0, 0.5, 3.0])
        exact = stats.norm.isf(stats.t.sf(t, freedom))
        assert chances.student_to_normal(t, np.array(freedom)) == pytest.approx(
            exact, abs=0.05 if freedom < 10 else 0.01
        )


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=40))
def test_false_discovery_is_benjaminis_and_hochbergs(parts: list[float]) -> None:
    given_ = np.array(parts)

    assert chances.false_discovery(given_) == pytest.approx(stats.false_discovery_control(given_))


def test_the_ladder_finds_how_much_is_still_to_come() -> None:
    """Half is known after a week, four fifths after two, all after three; noise aside that is what comes out."""
    days, known, values = [], [], []
    for day in range(200):
        for age, share in ((1, 0.5), (8, 0.8), (15, 1.0)):
            days.append(day)
            known.append(day + age)
            values.append((100 + day % 7) * share)
    found = maturity.ladder(*(np.array(each) for each in (days, known, values)), 4, 220)

    assert found.known[1:] == pytest.approx([0.5, 0.8, 1.0, 1.0])
    shares = maturity.completeness(found, np.array([213, 206, 150]), 220)
    assert shares == pytest.approx([0.5, 0.8, 1.0])


def test_what_nobody_knows_on_its_own_day_is_not_told_as_known() -> None:
    """Half is told after a week and all after two, nothing on the day itself: yesterday's number is nearly empty."""
    rows = [(day, day + age, share) for day in range(100) for age, share in ((7, 0.5), (14, 1.0))]
    days, known, values = (np.array(each) for each in zip(*rows, strict=True))
    found = maturity.ladder(days, known, values.astype(float), 3, 120)

    assert found.known == pytest.approx([0.0, 0.5, 1.0, 1.0])
    shares = maturity.completeness(found, np.array([120, 119, 113, 106]), 120)
    assert shares == pytest.approx([0.0, 0.5 / 7, 0.5, 1.0])


def test_a_day_of_which_nothing_can_be_known_yet_leaves_the_other_weeks_alone() -> None:
    values = constant()
    values[-7:] = 0.0
    known = np.ones((1, len(values)))
    known[0, -7:] = 0.0
    found = card(table(values), metric(matures_after_days=28), known=known)

    assert [point.known for point in found.weeks] == [1, 1, 1, 1, 1, 0]


def test_immature_points_are_told_apart() -> None:
    values = constant()
    known = np.ones((1, len(values)))
    known[0, -14:] = 0.6
    found = card(table(values), metric(matures_after_days=28), known=known)

    assert [round(point.known, 3) for point in found.weeks] == [1, 1, 1, 1, 0.6, 0.6]


def test_the_graph_of_leads_has_no_circle_and_orders_the_deck() -> None:
    circle = [metric("a", leads=("b",)), metric("b", leads=("c",)), metric("c", leads=("a",))]
    assert any(wrong.found.startswith("a leads b leads c leads a") for wrong in wrongs(circle))
    listed = [
        metric("out", section="S"), metric("in", section="S", role="input", leads=("out",)),
        metric("late", section="S", leads=()), metric("choice", need="selection"), metric("cheap", need="price"),
    ]  # fmt: skip

    assert not list(wrongs(listed))
    assert [each.key for each in in_order(listed)] == ["cheap", "choice", "in", "late", "out"]


def test_the_last_week_of_the_table_is_the_decks() -> None:
    assert card(table(constant()), metric()).weeks[5].end == SATURDAY
