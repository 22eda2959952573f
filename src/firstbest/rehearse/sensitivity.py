"""Which inputs the answer hangs on: all of them by Morris, then the few that matter by Sobol.

Morris (1991) walks through the box of all ranges, one input a step; the mean size of an input's effects tells how much
it moves the answer, their spread whether that depends on the others. It costs a rehearsal an input and walk. Sobol's
indices (Saltelli et al. 2010) then part the variance among the few that moved it most: alone, and with all others.
Designs and indices are SALib's. All rehearsals share one seed, so chance differs in none of them.
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
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.spread import Workers, spread
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.sensitivity_inputs import Input, write_moved
from firstbest.store.workspace import load

F64 = NDArray[np.float64]

LEVELS: Final = 4
TOP: Final = 4
SOBOL_LEAST: Final = 8
"""Base samples of Sobol's design; a power of two."""
ROUNDS_MAX: Final = 12


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
        return self.morris + self.sobol


class Effect(NamedTuple):
    """What an input does to the answer over its range."""

    name: str
    size: float  # mean absolute effect of the whole range, in the units of the answer
    spread: float  # of the effects: how far they depend on the others
    size_half: float  # 95 % half-width of the size
    alone: float = math.nan  # Sobol, of those that were taken further
    total: float = math.nan
    total_half: float = math.nan


class Answer(NamedTuple):
    """Effects, greatest first, and what could not be rehearsed."""

    figure: str
    middle: float  # the answer of the workspace as it is
    effects: tuple[Effect, ...]
    budget: Budget
    faulty: int  # points that made no sense as a workspace


@dataclass(frozen=True)
class Point:
    """Rehearses the workspace with its inputs at shares of their ranges, and answers one figure; nan if faulty."""

    folder: Path
    inputs: tuple[Input, ...]
    figure: str
    scale: float
    days: int

    def __call__(self, shares: Sequence[float]) -> float:
        """The figure at a point of the box."""
        with tempfile.TemporaryDirectory() as place:
            target = Path(place) / "workspace"
            write_moved(self.folder, target, self.inputs, shares)
            try:
                workspace = load(target)
                network, nature = compile_network(workspace, self.scale, self.days)
            except WorkspaceFaulty:
                return math.nan
            result = rehearse(Scenario(network, nature), Settings(seed=workspace.seed))
            return figures(record_of(result, "", self.scale, Assumed(0, 0))).get(self.figure, math.nan)


def budget(inputs: int, runs: int) -> Budget:
    """How so many rehearsals are spent: two thirds on all inputs, the rest on the few; two walks at least."""
    top = min(TOP, inputs)
    walks = max(2, (2 * runs // 3) // (inputs + 1))
    left = max(runs - walks * (inputs + 1), 0) // (top + 2)
    return Budget(inputs, walks, max(SOBOL_LEAST, 1 << (max(left, 1).bit_length() - 1)), top)


def sensible(folder: Path, inputs: Sequence[Input]) -> tuple[tuple[Input, ...], tuple[str, ...]]:
    """Inputs whose ends make sense as a workspace together, and the names of those that were left out for it."""
    kept, out = list(inputs), []
    for _ in range(ROUNDS_MAX):
        named = {name for share in (0.0, 1.0) for name in _faulty(folder, kept, share)}
        gone = [each for each in kept if any(_is_of(each, name) for name in named)]
        if not gone:
            break
        out += [each.name for each in gone]
        kept = [each for each in kept if each not in gone]
    return tuple(kept), tuple(out)


def _is_of(each: Input, fault: tuple[str, str]) -> bool:
    row = each.rows[0]
    return row.file == fault[0] and row.field.partition(".")[0] in fault[1].replace(".", " ").split()


def _faulty(folder: Path, inputs: Sequence[Input], share: float) -> set[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as place:
        write_moved(folder, Path(place) / "workspace", inputs, [share] * len(inputs))
        try:
            load(Path(place) / "workspace")
        except WorkspaceFaulty as faulty:
            return {(fault.file, fault.column) for fault in faulty.faults}
    return set()


Evaluate = Callable[[F64], F64]
"""Answers of points [n, inputs]."""


def evaluator(point: Point, workers: Workers, progress: Callable[[int], None]) -> Evaluate:
    """Points rehearsed one after the other, side by side in processes, or on a cluster; the same answers."""

    def evaluate(points: F64) -> F64:
        return np.array(spread([(point, (each,)) for each in points.tolist()], workers, lambda: progress(1)))

    return evaluate


def sensitivity(names: Sequence[str], figure: str, planned: Budget, evaluate: Evaluate, seed: int = 1) -> Answer:
    """Effects of inputs on a figure. Raises ImportError where SALib is not installed."""
    middle = float(evaluate(np.full((1, len(names)), 0.5))[0])
    screened, lost = _morris(names, planned, evaluate, seed)
    order = sorted(range(len(names)), key=lambda place: (-screened[place].size, names[place]))
    top = order[: planned.top]
    parted, more = _sobol([names[place] for place in top], (top, len(names)), planned, evaluate, seed)
    effects = [
        Effect(*screened[place][:4], *parted[top.index(place)]) if place in top else screened[place] for place in order
    ]
    return Answer(figure, middle, tuple(effects), planned, lost + more)


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _morris(names: Sequence[str], planned: Budget, evaluate: Evaluate, seed: int) -> tuple[list[Effect], int]:
    from SALib.analyze.morris import analyze  # noqa: PLC0415 - an extra
    from SALib.sample.morris import sample  # noqa: PLC0415

    problem = _problem(names)
    points = sample(problem, planned.walks, num_levels=LEVELS, seed=seed)
    answers = evaluate(points)
    size = len(names) + 1
    whole = np.isfinite(answers.reshape(-1, size)).all(axis=1)
    kept = np.repeat(whole, size)
    if whole.sum() < 2:  # noqa: PLR2004 - a spread needs two
        raise ValueError(f"only {whole.sum()} of {planned.walks} walks made sense as workspaces: 2 are needed")
    found = analyze(problem, points[kept], answers[kept], num_levels=LEVELS, seed=seed)
    effects = [
        Effect(name, *(float(value) for value in row))
        for name, *row in zip(names, found["mu_star"], found["sigma"], found["mu_star_conf"], strict=True)
    ]
    return effects, int((~np.isfinite(answers)).sum())


def _sobol(
    names: Sequence[str], where: tuple[Sequence[int], int], planned: Budget, evaluate: Evaluate, seed: int
) -> tuple[list[tuple[float, float, float]], int]:
    from SALib.analyze.sobol import analyze  # noqa: PLC0415 - an extra
    from SALib.sample.sobol import sample  # noqa: PLC0415

    problem = _problem(names)
    design = sample(problem, planned.samples, calc_second_order=False, seed=seed)
    points = np.full((len(design), where[1]), 0.5)
    points[:, list(where[0])] = design
    answers = evaluate(points)
    lost = int((~np.isfinite(answers)).sum())
    if lost or not answers.std() > 0:
        return [(math.nan, math.nan, math.nan)] * len(names), lost
    found = analyze(problem, answers, calc_second_order=False, seed=seed)
    rows = zip(found["S1"], found["ST"], found["ST_conf"], strict=True)
    return [(float(alone), float(total), float(half)) for alone, total, half in rows], 0
