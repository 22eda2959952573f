"""What one run says of the long run: its start is found, its interval holds the truth, a short run is refused."""

import numpy as np
import pytest

from firstbest.rehearse.calendar import timetable
from firstbest.rehearse.steady import TooShortError, judged, little, mser, remembered, steady
from tests.rehearsals.theory import QUEUES, jackson_jobs

RUNS = 40


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_intervals_hold_what_theory_says(queue: object) -> None:
    """A small version of the benchmark `theory`; 40 runs, of which 30 or more would hold it but once in 2,000 times."""
    assert queue in QUEUES
    held = answered = 0
    for seed in range(RUNS):
        try:
            found = steady(queue.run(seed, 20_000)).estimate  # type: ignore[attr-defined]
        except TooShortError:
            continue
        answered += 1
        held += found.low <= queue.truth_s <= found.high  # type: ignore[attr-defined]
    assert answered >= RUNS * 0.6
    assert held >= answered * 0.75


def slow_mser(values: list[float]) -> int:
    """MSER-5 by its definition."""
    fives = [sum(values[at : at + 5]) / 5 for at in range(0, len(values) - 4, 5)]
    errors = []
    for out in range(len(fives) - 40):
        rest = fives[out:]
        mean = sum(rest) / len(rest)
        errors.append(sum((each - mean) ** 2 for each in rest) / len(rest) ** 2)
    return errors.index(min(errors)) * 5


@pytest.mark.parametrize("seed", range(6))
def test_mser_is_its_definition(seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = chance.normal(10, 1, 1_200) + 30 * np.exp(-np.arange(1_200) / 60)

    out = mser(values)

    assert out == slow_mser(values.tolist())
    assert 100 <= out <= 500, "the start is found"


def test_a_run_that_still_rises_is_refused() -> None:
    rising = np.arange(2_000.0) ** 2

    with pytest.raises(TooShortError, match="its start is not over yet"):
        mser(rising)
    with pytest.raises(TooShortError, match="values are needed"):
        mser(rising[:300])


def test_a_run_whose_parts_go_together_is_refused() -> None:
    chance = np.random.default_rng(3)
    wave = np.sin(np.arange(4_000) / 700) + chance.normal(0, 0.01, 4_000)

    with pytest.raises(TooShortError, match="too short a run"):
        steady(wave)


def test_what_is_remembered_is_what_an_autoregression_remembers() -> None:
    """Of x = .9 x + noise: 19 of its values; in units of averages of five, whose variance is .85 of theirs, 22.3."""
    noise, values = np.random.default_rng(8).normal(0, 1, 200_000), np.zeros(200_000)
    for at in range(1, len(values)):
        values[at] = 0.9 * values[at - 1] + noise[at]

    assert remembered(values) == pytest.approx(22.3, rel=0.15)
    assert remembered(noise) == pytest.approx(5, rel=0.1), "of averages of five no less can be told"
    assert remembered(np.ones(100)) == 1


def test_little_holds_on_a_run_and_not_on_a_wrong_one() -> None:
    network, jobs = jackson_jobs(5, 4_000)
    left = timetable(network, jobs).end.max(axis=1)
    span = (0, int(jobs.at[-1]))

    right, wrong = little(jobs.at, left, left - jobs.at, span), little(jobs.at, left, (left - jobs.at) // 2, span)

    assert right.holds
    assert right.there == pytest.approx(right.come_times_stay, rel=0.02)
    assert not wrong.holds


def test_little_counts_by_hand() -> None:
    """One comes at 0 and leaves at 6, one comes at 2 and stays: until 10 there are 1.4 on average, 0.6 told."""
    found = little(np.array([0, 2]), np.array([6]), np.array([6]), (0, 10), parts=5)

    assert found.there == pytest.approx(1.4)
    assert found.come_times_stay == pytest.approx(0.6)
    assert found == judged(np.array([2.0, 4.0, 4.0, 2.0, 2.0]), np.array([0, 0, 0, 6.0, 0]), 2.0)
