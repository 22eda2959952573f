"""Which inputs the answer hangs on: all of them by Morris, then the few that matter by Sobol.

Morris (1991) walks through the box of all ranges, one input a step; the mean size of an input's effects tells how much
it moves the answer, their spread whether that depends on the others. It costs a rehearsal an input and walk. Sobol's
indices (Saltelli et al. 2010) then part the variance among the few that moved it most: alone, and with all others.
Designs are SALib's. All rehearsals share one seed.

How sure that is: the interval of a mean size is Student's t over its walks; from fewer than four walks it would be
wider than the picture, so the least and the most that was seen are told instead, and named so. One seed does not take
chance out of a short rehearsal: an input that changes nothing of weight still sends orders another way. How far the
answer moves with the seed alone, all inputs in the middle, is measured and told beside the effects; below it they mean
nothing.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.present.figures import figures
from firstbest.present.record import Assumed
from firstbest.rehearse.bounds import judge
from firstbest.rehearse.compare_student import quantile
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.spread import Workers, spread
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.sensitivity_inputs import MIDDLE, Input, write_moved
from firstbest.store.workspace import load

F64 = NDArray[np.float64]

LEVELS: Final = 4
TOP: Final = 4
SOBOL_LEAST: Final = 16
"""Base samples of Sobol's design; a power of two."""
RESAMPLED: Final = 500
"""Bootstrap samples of Sobol's rows."""
SEEDS: Final = 8
"""Rehearsals of the middle that tell what the seed alone does."""
WALKS_FOR_INTERVAL: Final = 4


class Budget(NamedTuple):
    """Rehearsals that will be run."""

    inputs: int
    walks: int
    samples: int
    top: int

    @property
    def morris(self) -> int:
        """Rehearsals of the first part."""
        return self.walks * (self.inputs + 1)

    @property
    def sobol(self) -> int:
        """Rehearsals of the second part."""
        return self.samples * (self.top + 2)

    @property
    def runs(self) -> int:
        """Rehearsals in all."""
        return self.morris + self.sobol + SEEDS


class Effect(NamedTuple):
    """What an input does to the answer over its range."""

    name: str
    size: float  # mean absolute effect of the whole range, in the units of the answer
    spread: float  # of the effects: how far they depend on the others
    low: float  # of the size: 95 % interval, or least and most seen where there are too few walks for one
    high: float
    alone: float = math.nan  # Sobol, of those that were taken further
    total: float = math.nan
    total_half: float = math.nan


class Answer(NamedTuple):
    """Effects, greatest first, and what could not be rehearsed."""

    figure: str
    middle: float  # the answer of the workspace as it is, mean over the seeds
    chance: float  # standard deviation of that answer from seed to seed
    effects: tuple[Effect, ...]
    budget: Budget
    faulty: int  # points that made no sense as a workspace
    unknown: tuple[str, ...]  # inputs of which no walk told an effect, for that reason


@dataclass(frozen=True)
class Point:
    """Rehearses the workspace with its inputs at shares of their ranges, and answers one figure; nan if faulty."""

    folder: Path
    inputs: tuple[Input, ...]
    figure: str
    scale: float
    days: int

    def __call__(self, shares: Sequence[float], seed: int = 0) -> float:
        """The figure at a point of the box; `seed` is added to the workspace's own."""
        return self.figures_at(shares, seed).get(self.figure, math.nan)

    def figures_at(self, shares: Sequence[float], seed: int = 0) -> dict[str, float]:
        """All figures at a point of the box; none where it makes no workspace."""
        with tempfile.TemporaryDirectory() as place:
            target = Path(place) / "workspace"
            write_moved(self.folder, target, self.inputs, shares)
            try:
                workspace = load(target)
                network, nature = compile_network(workspace, self.scale, self.days)
            except WorkspaceFaulty:
                return {}
            result = rehearse(Scenario(network, nature), Settings(seed=workspace.seed + seed))
            return dict(figures(record_of(result, "", self.scale, Assumed(0, 0))))

    def standing(self) -> str:
        """What there is to say of the workspace as it is, rehearsed so long and at such a scale."""
        workspace = load(self.folder)
        network, nature = compile_network(workspace, self.scale, self.days)
        record = record_of(
            rehearse(Scenario(network, nature), Settings(seed=workspace.seed)), "", self.scale, Assumed(0, 0)
        )
        bounds = [each for each in judge(record, self.folder) if each.applies]
        inside = sum(each.inside for each in bounds)
        said = f"As it is, so rehearsed: {inside} of {len(bounds)} bounds inside."
        return " ".join([said, *(f"{check[:1].upper()}{check[1:]}." for check in record.checks[:1])])


def budget(inputs: int, runs: int) -> Budget:
    """How so many rehearsals are spent: two thirds on all inputs, the rest on the few; two walks at least.

    What the seed alone does costs `SEEDS` of them.
    """
    top = min(TOP, inputs)
    walks = max(2, min(2 * runs // 3, runs - SEEDS - SOBOL_LEAST * (top + 2)) // (inputs + 1))
    left = max(runs - walks * (inputs + 1) - SEEDS, 0) // (top + 2)
    return Budget(inputs, walks, max(SOBOL_LEAST, 1 << (max(left, 1).bit_length() - 1)), top)


Evaluate = Callable[[F64], F64]
"""Answers of points [n, inputs]."""


Chance = Callable[[], F64]
"""Answers of the middle, a seed each."""
Rehearsed = Callable[..., float]
"""Answers a point, shares and seed: a `Point`, or one whose answers are kept."""


def seeds_of(point: Rehearsed, inputs: int, workers: Workers, progress: Callable[[int], None]) -> Chance:
    """The workspace as it is, so many inputs in the middle, with seeds of its own."""
    middle = [MIDDLE] * inputs
    return lambda: np.array(spread([(point, (middle, seed)) for seed in range(SEEDS)], workers, lambda: progress(1)))


def evaluator(point: Rehearsed, workers: Workers, progress: Callable[[int], None]) -> Evaluate:
    """Points rehearsed one after the other, side by side in processes, or on a cluster; the same answers."""

    def evaluate(points: F64) -> F64:
        return np.array(spread([(point, (each,)) for each in points.tolist()], workers, lambda: progress(1)))

    return evaluate


def sensitivity(
    names: Sequence[str], figure: str, planned: Budget, how: tuple[Evaluate, Chance], seed: int = 1
) -> Answer:
    """Effects of inputs on a figure.

    Raises ImportError where SALib is not installed, ValueError where too few points made a workspace.
    """
    evaluate, alone = how
    chance = alone()
    screened, lost = _morris(names, planned, evaluate, seed)
    known = [place for place in range(len(names)) if math.isfinite(screened[place].size)]
    order = sorted(known, key=lambda place: (-screened[place].size, names[place]))
    top = order[: planned.top]
    parted, more = _sobol([names[place] for place in top], (top, len(names)), planned, evaluate, seed)
    effects = [
        Effect(*screened[place][:5], *parted[top.index(place)]) if place in top else screened[place] for place in order
    ]
    told = float(chance.mean()), float(chance.std(ddof=1))
    unknown = tuple(each.name for each in screened if not math.isfinite(each.size))
    return Answer(figure, *told, tuple(effects), planned, lost + more, unknown)


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def walks_of(names: Sequence[str], walks: int, seed: int = 1) -> F64:
    """Points of Morris' walks, [walks x (inputs + 1), inputs]."""
    from SALib.sample.morris import sample  # noqa: PLC0415 - an extra

    points: F64 = sample(_problem(names), walks, num_levels=LEVELS, seed=seed)
    return points


def _morris(names: Sequence[str], planned: Budget, evaluate: Evaluate, seed: int) -> tuple[list[Effect], int]:
    points = walks_of(names, planned.walks, seed)
    answers = evaluate(points)
    size = len(names) + 1
    found = effects_of(points.reshape(-1, size, len(names)), answers.reshape(-1, size))
    if np.isfinite(found).sum() * 2 < found.size:
        missing = int((~np.isfinite(found)).sum())
        raise ValueError(f"expected points that make workspaces, found {missing} of {found.size} effects without one")
    effects = []
    for name, values in zip(names, found.T, strict=True):
        told = np.abs(values[np.isfinite(values)])
        if not len(told):
            effects.append(Effect(name, *[math.nan] * 4))
            continue
        spread_of = float(values[np.isfinite(values)].std(ddof=1)) if len(told) > 1 else math.nan
        effects.append(Effect(name, float(told.mean()), spread_of, *interval(told)))
    return effects, int((~np.isfinite(answers)).sum())


def effects_of(points: F64, answers: F64) -> F64:
    """[walks, inputs] Effects of whole ranges; `points` [walks, steps, inputs], a step moves one input.

    Beside a point that made no workspace (its answer is nan) the effect is nan.
    """
    moved = np.diff(points, axis=1)
    which = np.abs(moved).argmax(axis=2)
    step = np.take_along_axis(moved, which[..., None], axis=2)[..., 0]
    effects = np.zeros((len(points), points.shape[2]))
    np.put_along_axis(effects, which, np.diff(answers, axis=1) / step, axis=1)
    return effects


def interval(sizes: F64) -> tuple[float, float]:
    """95 % interval of the mean by Student's t; of few values the least and the most."""
    if len(sizes) < WALKS_FOR_INTERVAL:
        return float(sizes.min()), float(sizes.max())
    half = quantile(0.975, len(sizes) - 1) * float(sizes.std(ddof=1)) / math.sqrt(len(sizes))
    return max(float(sizes.mean()) - half, 0.0), float(sizes.mean()) + half


def _sobol(
    names: Sequence[str], where: tuple[Sequence[int], int], planned: Budget, evaluate: Evaluate, seed: int
) -> tuple[list[tuple[float, float, float]], int]:
    from SALib.sample.sobol import sample  # noqa: PLC0415 - an extra

    design = sample(_problem(names), planned.samples, calc_second_order=False, seed=seed)
    points = np.full((len(design), where[1]), MIDDLE)
    points[:, list(where[0])] = design
    answers = evaluate(points)
    lost = int((~np.isfinite(answers)).sum())
    rows = answers.reshape(planned.samples, len(names) + 2)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < SOBOL_LEAST // 2 or not rows.std() > 0:
        return [(math.nan, math.nan, math.nan)] * len(names), lost
    alone, total = shares(rows)
    chance = np.random.default_rng(seed)
    again = [shares(rows[chance.integers(0, len(rows), len(rows))])[1] for _ in range(RESAMPLED)]
    half = quantile(0.975, len(rows) - 1) * np.array(again).std(axis=0, ddof=1)
    return [tuple(map(float, each)) for each in zip(alone, total, half, strict=True)], lost  # type: ignore[misc]


def shares(rows: F64) -> tuple[F64, F64]:
    """[k] and [k] shares of the variance, alone and in all, within 0 and 1; `rows` [N, k + 2] as Saltelli lays them.

    A row has f(A), f(A with input i of B) for each i, f(B). Estimators of Saltelli 2010 and Jansen 1999, over the
    variance of all answers: every one of them is a draw from the same box, and so few have to serve.
    """
    rows = rows - rows.mean()
    variance = max(float(rows.var()), 1e-300)
    first, last, moved = rows[:, :1], rows[:, -1:], rows[:, 1:-1]
    alone = (last * (moved - first)).mean(axis=0) / variance
    total = ((first - moved) ** 2).mean(axis=0) / 2 / variance
    return np.clip(alone, 0, 1), np.clip(total, 0, 1)
