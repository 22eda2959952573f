"""Sequential stopping and ranking: right as often as they say, and no more rehearsals than that takes."""

from collections.abc import Sequence

import numpy as np
import pytest

from firstbest.rehearse.compare import WITH
from firstbest.rehearse.precision import half_width, looks, pairs_needed, quantile_interval, until_precise
from firstbest.rehearse.rank import FIRST, Asked, Figures, apart, first_bound, rank

TRIALS = 150


def world(trial: int, which: str, seed: int) -> dict[str, float]:
    """A day that both worlds share, 2.0 that the change brings, and luck of its own."""
    shared = np.random.default_rng([trial, seed]).normal(100, 10)
    own = np.random.default_rng([trial, seed, len(which)]).normal(0, 3)
    return {"x": float(shared + own + (2.0 if which == WITH else 0.0))}


def test_it_stops_when_precise_and_holds_the_truth() -> None:
    held, counts = 0, []
    for trial in range(TRIALS):
        found = until_precise(lambda which, seed, trial=trial: world(trial, which, seed), "x", 1.0, (1, 1, 400))
        values = [b - a for a, b in zip(found.pairs.without["x"], found.pairs.with_["x"], strict=True)]
        assert found.reached
        assert found.half <= 1.0
        held += abs(float(np.mean(values)) - 2.0) <= found.half
        counts.append(len(values))
    assert held >= 0.95 * TRIALS
    # Differences spread by 3 x sqrt(2): 100 pairs or so; worlds of independent luck would take ten times as many.
    assert 50 <= np.median(counts) <= 180


def test_it_says_when_it_is_not_reached() -> None:
    found = until_precise(lambda which, seed: world(0, which, seed), "x", 0.01, (1, 1, 20))

    assert not found.reached
    assert len(found.pairs.seeds) == 20
    assert looks(20) == [10, 15, 20]


def test_quantiles_of_the_difference_hold_theirs() -> None:
    held = sum(
        (found := quantile_interval(np.random.default_rng(trial).normal(0, 1, 60).tolist(), 0.9)) is not None
        and found.low <= 1.2816 <= found.high
        for trial in range(500)
    )

    assert held >= 0.95 * 500 - 10
    assert pairs_needed(0.9) == 36
    assert quantile_interval(list(range(35)), 0.9) is None
    assert quantile_interval(list(range(36)), 0.9) is not None
    assert half_width([1.0, 3.0], 0.05) == pytest.approx(12.706, abs=0.01)


def worlds(trial: int, means: dict[str, float]) -> "Evaluated":
    return Evaluated(trial, means)


class Evaluated:
    """Worlds with known means on common luck; counts what it is asked."""

    def __init__(self, trial: int, means: dict[str, float]) -> None:
        self.trial, self.means, self.asked = trial, means, 0

    def __call__(self, tasks: Sequence[tuple[str, int]]) -> list[Figures]:
        self.asked += len(tasks)
        return [self._one(name, seed) for name, seed in tasks]

    def _one(self, name: str, seed: int) -> Figures:
        shared = np.random.default_rng([self.trial, seed]).normal(0, 5)
        own = np.random.default_rng([self.trial, seed, sorted(self.means).index(name)]).normal(0, 1)
        return {"cost": float(self.means[name] + shared + own), "share": 0.5}


@pytest.mark.parametrize("lower", [True, False])
def test_the_best_is_chosen_as_often_as_is_said(lower: bool) -> None:
    """Five worlds, the best better by just the least difference: the hardest case that the procedure promises for."""
    sign = 1 if lower else -1
    means = {"as it is": 10.0, "a": 10.0 * 1, "b": 10.0, "c": 10.0 + sign * 3, "best": 10.0 - sign * 1.0}
    right, seeds = 0, []
    for trial in range(80):
        found = rank(list(means), worlds(trial, means), Asked("cost", 1.0, lower=lower))
        right += found.places[0].name == "best"
        assert found.sure
        seeds.append([each.seeds for each in sorted(found.places, key=lambda each: each.name)])
    assert right >= 0.95 * 80
    by_name = dict(zip(sorted(means), np.mean(seeds, axis=0), strict=True))
    assert by_name["c"] < by_name["best"], "what is clearly worse is dropped early"


def test_equal_worlds_stop_and_seeds_run_out() -> None:
    means = {"a": 1.0, "b": 1.0, "c": 9.0}

    short = rank(list(means), worlds(1, means), Asked("cost", 0.2, lower=True, most=12))
    same = rank(["a", "b"], lambda tasks: [{"cost": 1.0 + seed} for _, seed in tasks], Asked("cost", 0.5, lower=True))

    assert not short.sure
    assert short.places[-1].name == "c"
    assert short.places[-1].dropped_at >= FIRST
    # No number of seeds parts what is the same in each of them: the first stays, and either is right.
    assert same.sure
    assert [(each.name, each.seeds) for each in same.places] == [("a", FIRST), ("b", FIRST)]
    assert first_bound(2, 10) == pytest.approx(2 * 9 * 0.5 * (0.1 ** (-2 / 9) - 1))


def test_differences_are_told_seed_by_seed() -> None:
    """Common luck of 5 a seed is in neither; what is told has the width of a difference's own, about 1.4."""
    means = {"as it is": 10.0, "a": 14.0, "b": 10.0}
    found = rank(list(means), worlds(3, means), Asked("cost", 1.0, lower=True))

    one = apart(found, "a", "as it is", "cost")

    assert apart(found, "as it is", "as it is", "cost") is None
    assert one is not None
    assert one.low < 4 < one.high
    assert one.high - one.low < 4
    wide = next(each.figure for each in found.places if each.name == "a")
    assert wide.high - wide.low > 5


def test_a_figure_that_is_not_measured_is_told() -> None:
    with pytest.raises(ValueError, match="'speed' was not measured"):
        rank(["a", "b"], lambda tasks: [{"cost": 1.0} for _ in tasks], Asked("speed", 1.0, lower=True))
