"""Fitting a model to yearly figures: which coefficients make it tell what was observed, and how surely.

The range of a coefficient is its prior: a triangular spread that peaks at its value. Each coefficient is carried as the
normal score of its place in that spread, so that the prior is a standard normal number and no step can leave the range.
The posterior is found in two stages: Gauss and Newton's steps (damped after Levenberg and Marquardt) to the most likely
coefficients, then the affine-invariant ensemble sampler of Goodman and Weare 2010 from there; all walkers are lanes of
one run of the machine, and all draws are keyed.

What a series misses is not independent from year to year: its residuals follow r[t] = persistence * r[t-1] + shock, so
a forecast starts from the last residual, which fades, and its shocks add up.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.futures import placed, shares, stream_of
from firstbest.flywheel.model import FITTED, Constant, Model
from firstbest.flywheel.program import Program, Runs, compiled_model, run
from firstbest.kernels.draws import normal_quantile

F64 = NDArray[np.float64]

WALKERS: Final = 128
GENERATIONS: Final = 1_500
THINNED: Final = 20
STRETCH: Final = 2.0
NEWTON: Final = 60
SCORE_MAX: Final = 4.0
PROPOSE: Final = 8
ACCEPT: Final = 9
PARTNER: Final = 10
START: Final = 11
SHOCK: Final = 12
_TINY: Final = 1e-300


class Series(NamedTuple):
    """Yearly figures of a variable, or of a ratio of two: years [n], values [n], and the constants of its misses."""

    name: str
    variable: str
    over: str  # empty: no ratio
    logarithmic: bool
    noise: str
    persistence: str  # empty: misses are independent
    years: NDArray[np.int64]
    values: F64


class Problem(NamedTuple):
    """A model, the series it should tell, and the coefficients that are free."""

    model: Model
    program: Program
    series: tuple[Series, ...]
    free: tuple[int, ...]  # places among the model's constants
    names: tuple[str, ...]  # variables that the series need
    steps: int  # of the model, up to the last figure
    steps_a_year: int


class Fit(NamedTuple):
    """The posterior: constants [constants, draws], and the most likely ones [constants]."""

    problem: Problem
    best: F64
    draws: F64
    accepted: float


def problem_of(model: Model, series: tuple[Series, ...]) -> Problem:
    """What is to be fitted; every constant with a range is free."""
    free = tuple(place for place, each in enumerate(model.constants) if each.high > each.low)
    names = tuple(dict.fromkeys(name for each in series for name in (each.variable, each.over) if name))
    last = max(int(each.years[-1]) for each in series)
    a_year = round(1.0 / model.span.step)
    steps = round((last + 1 - model.span.start) * a_year)
    return Problem(model, compiled_model(model), series, free, names, steps, a_year)


def constants_of(problem: Problem, scores: F64) -> F64:
    """Constants [constants, lanes] of normal scores [free, lanes]."""
    found = np.repeat(problem.program.values[:, None], scores.shape[1], axis=1)
    for row, place in enumerate(problem.free):
        found[place] = placed(problem.model.constants[place], _share(scores[row]))
    return found


def _share(score: F64) -> F64:
    """The standard normal distribution function."""
    return np.array([0.5 * math.erfc(-each / math.sqrt(2.0)) for each in score.tolist()])


def yearly(problem: Problem, constants: F64, names: tuple[str, ...], years: int) -> F64:
    """Means over the years from the model's start: [years, names, lanes]."""
    steps = years * problem.steps_a_year
    told = run(problem.program, Runs(constants, names, 1, steps - 1))
    found: F64 = told.reshape(years, problem.steps_a_year, len(names), -1).mean(axis=1)
    return found


def misses(problem: Problem, constants: F64) -> list[F64]:
    """Figures less what the model tells, in logarithms where the series says so: [years of the series, lanes] each."""
    told = yearly(problem, constants, problem.names, problem.steps // problem.steps_a_year)
    found = []
    for each in problem.series:
        rows = each.years - round(problem.model.span.start)
        value = told[rows, problem.names.index(each.variable)]
        if each.over:
            value = value / told[rows, problem.names.index(each.over)]
        if each.logarithmic:
            found.append(np.log(each.values)[:, None] - np.log(np.maximum(value, _TINY)))
        else:
            found.append(each.values[:, None] - value)
    return found


def _scaled(problem: Problem, constants: F64) -> tuple[F64, F64]:
    """Misses as independent standard normal numbers [all figures, lanes], and the log of their scales [lanes]."""
    places = {constant.name: place for place, constant in enumerate(problem.model.constants)}
    parts, logs = [], np.zeros(constants.shape[1])
    for each, miss in zip(problem.series, misses(problem, constants), strict=True):
        noise = constants[places[each.noise]]
        keep = constants[places[each.persistence]] if each.persistence else np.zeros(len(noise))
        first = noise / np.sqrt(np.maximum(1.0 - keep * keep, 0.05))
        parts.append(miss[:1] / first)
        parts.append((miss[1:] - keep * miss[:-1]) / noise)
        logs += np.log(first) + (len(miss) - 1) * np.log(noise)
    return np.concatenate(parts), logs


def log_posterior(problem: Problem, scores: F64) -> F64:
    """Up to a constant: [lanes]."""
    with np.errstate(all="ignore"):
        scaled, logs = _scaled(problem, constants_of(problem, scores))
        told = -0.5 * ((scaled**2).sum(axis=0) + (scores**2).sum(axis=0)) - logs
    return np.where(np.isfinite(told), told, -np.inf)


def most_likely(problem: Problem) -> F64:
    """Scores of the most likely coefficients [free], by damped Newton steps on numeric slopes; all tries are lanes."""
    count = len(problem.free)
    at, damping = np.zeros(count), 1.0
    value = float(log_posterior(problem, at[:, None])[0])
    for _ in range(NEWTON):
        step = 1e-4
        nudged = np.concatenate([at[:, None] + step * np.eye(count), at[:, None] - step * np.eye(count)], axis=1)
        constants = constants_of(problem, nudged)
        scaled, logs = _scaled(problem, constants)
        slope = np.concatenate([(scaled[:, :count] - scaled[:, count:]), 2.0 * step * np.eye(count)]) / (2.0 * step)
        slope_of_logs = (logs[:count] - logs[count:]) / (2.0 * step)
        here = np.concatenate([_scaled(problem, constants_of(problem, at[:, None]))[0][:, 0], at])
        uphill = -(slope.T @ here) - slope_of_logs
        square = slope.T @ slope
        dampings = damping * 10.0 ** np.arange(-3.0, 5.0)
        tries = [at + np.linalg.solve(square + each * np.diag(np.diag(square)), uphill) for each in dampings]
        lanes = np.clip(np.array(tries).T, -SCORE_MAX, SCORE_MAX)
        values = log_posterior(problem, lanes)
        best = int(np.argmax(values))
        if not values[best] > value + 1e-9:
            break
        gained, value = float(values[best]) - value, float(values[best])
        at, damping = lanes[:, best], float(np.clip(dampings[best], 1e-6, 1e6))
        if gained < 1e-7:  # noqa: PLR2004 - a millionth of what would be noticed
            break
    return at


def normals(stream: np.uint64, purpose: int, count: int) -> F64:
    """Keyed standard normal numbers."""
    return np.array([normal_quantile(each) for each in shares(stream, purpose, count).tolist()])


def fit(problem: Problem, seed: int, generations: int = GENERATIONS) -> Fit:
    """The posterior; the first third of the generations is forgotten, of the rest every twentieth is kept."""
    best = most_likely(problem)
    count, half = len(best), WALKERS // 2
    around = np.array([normals(stream_of(seed, f"walker {row}"), START, WALKERS) for row in range(count)])
    walkers = best[:, None] + 0.1 * around
    values = log_posterior(problem, walkers)
    kept, moved, remembered = [], 0, _remembered(generations)
    for generation in range(generations):
        stream = stream_of(seed, f"generation {generation}")
        draws = [shares(stream, purpose, WALKERS) for purpose in (PROPOSE, ACCEPT, PARTNER)]
        for first in (0, half):
            own, others = slice(first, first + half), walkers[:, half - first : 2 * half - first]
            stretch, accept, partner = (each[own] for each in draws)
            factor = ((STRETCH - 1.0) * stretch + 1.0) ** 2 / STRETCH
            mate = others[:, (partner * half).astype(np.int64)]
            tried = mate + factor * (walkers[:, own] - mate)
            told = log_posterior(problem, tried)
            won = np.log(accept) < (count - 1) * np.log(factor) + told - values[own]
            walkers[:, own] = np.where(won, tried, walkers[:, own])
            values[own] = np.where(won, told, values[own])
            moved += int(won.sum())
        if generation in remembered:
            kept.append(walkers.copy())
    draws_kept = constants_of(problem, np.concatenate(kept, axis=1))
    return Fit(problem, constants_of(problem, best[:, None])[:, 0], draws_kept, moved / (generations * WALKERS))


def _remembered(generations: int) -> range:
    """The generations that are kept: those divisible by `THINNED`, but for the first third."""
    return range(-(-(generations // 3) // THINNED) * THINNED, generations, THINNED)


def kept_draws(generations: int) -> int:
    """How many draws a fit of so many generations has."""
    return len(_remembered(generations)) * WALKERS


def fitted_model(found: Fit) -> Model:
    """The model with every free coefficient FITTED: its middle, and 5 and 95 in 100 as its range."""
    constants = list(found.problem.model.constants)
    for place in found.problem.free:
        low, middle, high = np.quantile(found.draws[place], (0.05, 0.5, 0.95)).tolist()
        constants[place] = constants[place]._replace(value=middle, low=low, high=high, mark=FITTED)
    return found.problem.model._replace(constants=tuple(constants))


class Forecast(NamedTuple):
    """What the model expects of a series: years [n], what it told without shocks [n, draws], with shocks [n, draws]."""

    years: NDArray[np.int64]
    told: F64
    expected: F64


def forecast(found: Fit, name: str, until: int, seed: int) -> Forecast:
    """A series from the model's first year to `until`; years after the last figure carry residual and shocks."""
    problem = found.problem
    each = next(series for series in problem.series if series.name == name)
    start = round(problem.model.span.start)
    names = tuple(dict.fromkeys(part for part in (each.variable, each.over) if part))
    told = yearly(problem, found.draws, names, until - start + 1)
    value = told[:, 0] / told[:, 1] if each.over else told[:, 0]
    places = {constant.name: place for place, constant in enumerate(problem.model.constants)}
    noise = found.draws[places[each.noise]]
    keep = found.draws[places[each.persistence]] if each.persistence else np.zeros(len(noise))
    miss = misses(problem, found.draws)[problem.series.index(each)][-1]
    expected = value.copy()
    for year in range(int(each.years[-1]) + 1, until + 1):
        miss = keep * miss + noise * normals(stream_of(seed, f"{name} {year}"), SHOCK, len(noise))
        row = year - start
        expected[row] = value[row] * np.exp(miss) if each.logarithmic else value[row] + miss
    return Forecast(np.arange(start, until + 1), value, expected)


def until_year(series: tuple[Series, ...], last: int, least: int = 3) -> tuple[Series, ...]:
    """The series as they were known at the end of a year; those with fewer than `least` figures are left out."""
    cut = []
    for each in series:
        known = each.years <= last
        if int(known.sum()) >= least:
            cut.append(each._replace(years=each.years[known], values=each.values[known]))
    return tuple(cut)


def ranges_of(found: Fit) -> tuple[Constant, ...]:
    """The fitted coefficients."""
    whole = fitted_model(found)
    return tuple(whole.constants[place] for place in found.problem.free)
