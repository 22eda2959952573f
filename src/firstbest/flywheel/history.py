"""A fitted history against simpler stories: naive growth, "scale lowers cost", and each part taken away in turn."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.expressions import Number
from firstbest.flywheel.fit import (
    Fit,
    Forecast,
    Problem,
    Series,
    constants_of,
    forecast,
    most_likely,
    point_forecast,
    problem_of,
    until_year,
    yearly,
)
from firstbest.flywheel.model import Model
from firstbest.flywheel.program import compiled_model

F64 = NDArray[np.float64]

NAIVE_YEARS: Final = 3
TURN: Final = 2009
"""The year of the least share of cost."""
ENDS: Final = (0.1, 0.5, 0.9)


class Outlook(NamedTuple):
    """A series looked ahead: years [n], 10, 50 and 90 in 100 [3, n], naive growth [n] (not a number up to its base)."""

    years: NDArray[np.int64]
    bands: F64
    naive: F64
    naive_rate: float


class Origin(NamedTuple):
    """A forecast from the figures to one year only: its mean absolute log error up to the last, and naive growth's."""

    year: int
    horizon: int
    error: float
    naive: float


class Story(NamedTuple):
    """The share of cost as one story tells it: by year [n], and its root mean square miss in points."""

    name: str
    share: F64
    miss: float


def naive_growth(years: NDArray[np.int64], values: F64, until: int) -> tuple[F64, float]:
    """Growth of the last three years carried on: values of the years after the last figure, and the rate."""
    rate = float(values[-1] / values[-1 - NAIVE_YEARS]) ** (1.0 / NAIVE_YEARS)
    ahead = np.arange(1, until - int(years[-1]) + 1)
    found: F64 = values[-1] * rate**ahead
    return found, rate - 1.0


def outlook(found: Fit, name: str, until: int, seed: int) -> Outlook:
    """The forecast of a series beside naive growth."""
    ahead: Forecast = forecast(found, name, until, seed)
    series = next(each for each in found.problem.series if each.name == name)
    bands = np.quantile(ahead.expected, ENDS, axis=1)
    naive = np.full(len(ahead.years), math.nan)
    told, rate = naive_growth(series.years, series.values, until)
    naive[ahead.years > series.years[-1]] = told
    return Outlook(ahead.years, bands, naive, rate)


def origins(model: Model, series: tuple[Series, ...], years: range) -> tuple[Origin, ...]:
    """Forecasts of the first series from earlier years, judged by what came up to the last figure.

    Priors are the same for each origin, also where they were stated with 2017 in view; a point forecast is that of the
    most likely coefficients.
    """
    whole = series[0]
    last = int(whole.years[-1])
    found = []
    for year in years:
        problem = problem_of(model, until_year(series, year))
        best = constants_of(problem, most_likely(problem)[:, None])[:, 0]
        ahead = point_forecast(problem, best, whole.name, last)
        known = whole.years <= year
        naive, _ = naive_growth(whole.years[known], whole.values[known], last)
        real = whole.values[~known]
        told = ahead[whole.years[~known] - round(model.span.start)]
        error, plain = (float(np.abs(np.log(each / real)).mean()) for each in (told, naive))
        found.append(Origin(year, last - year, error, plain))
    return tuple(found)


def cost_stories(problem: Problem, best: F64, name: str, off: dict[str, str]) -> tuple[Story, ...]:
    """The share as the fitted model tells it, with one part switched off at a time, and as naive scale alone.

    `off` is what to call a story, and the variable that is held at 1 in it. The naive story, that scale lowers cost, is
    fitted where it held, up to 2009, as a power law of cumulative sales, and carried on.
    """
    series = next(each for each in problem.series if each.name == name)
    count = problem.steps // problem.steps_a_year
    rows = series.years - round(problem.model.span.start)
    found = []
    for said, variable in {"": "", **off}.items():
        other = problem if not variable else _held(problem, variable)
        told = yearly(other, best[:, None], (series.variable, series.over), count)[:, :, 0]
        share = (told[:, 0] / told[:, 1])[rows]
        found.append(Story(said, share, _miss(share, series.values)))
    sales = yearly(problem, best[:, None], (series.over,), count)[:, 0, 0]
    heap = np.log(np.cumsum(sales))[rows]
    held = series.years <= TURN
    slope, level = np.polyfit(heap[held], np.log(series.values[held]), 1)
    share = np.exp(level + slope * heap)
    return (*found, Story("naive", share, _miss(share, series.values)))


def _miss(share: F64, values: F64) -> float:
    return float(np.sqrt(((share - values) ** 2).mean()) * 100)


def _held(problem: Problem, variable: str) -> Problem:
    """The problem with a variable held at 1."""
    variables = tuple(
        each._replace(equation=Number(1.0)) if each.name == variable else each for each in problem.model.variables
    )
    model = problem.model._replace(variables=variables)
    return problem._replace(model=model, program=compiled_model(model))
