"""A fitted history against simpler stories: naive growth, "scale lowers cost", and each part taken away in turn."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.expressions import Number
from firstbest.flywheel.fit import Problem, Series, yearly
from firstbest.flywheel.program import compiled_model

F64 = NDArray[np.float64]

NAIVE_YEARS: Final = 3
TURN: Final = 2009
"""The year of the least share of cost."""
ENDS: Final = (0.1, 0.5, 0.9)


class Outlook(NamedTuple):
    """A series and its futures: years [n], 10, 50 and 90 in 100 [3, n], naive growth [n].

    Up to the last figure the three are what was told, and naive growth is not a number.
    """

    years: NDArray[np.int64]
    bands: F64
    naive: F64
    naive_rate: float


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


def outlook(series: Series, draws: F64) -> Outlook:
    """Futures of a series [years ahead, draws] behind its figures, beside naive growth."""
    years = np.arange(int(series.years[0]), int(series.years[-1]) + len(draws) + 1)
    known = np.tile(series.values, (len(ENDS), 1))
    bands = np.concatenate([known, np.quantile(draws, ENDS, axis=1)], axis=1)
    told, rate = naive_growth(series.years, series.values, int(years[-1]))
    return Outlook(years, bands, np.concatenate([np.full(len(series.values), math.nan), told]), rate)


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
