"""Which way to forecast would have done best before: rolling origins, scored by a rule that was stated first.

Several candidates forecast a series from what was known at the end of each of many years; what came up to the last
figure judges them. The least score ships, and nothing after the last figure is looked at. docs/flywheel.md states
the rule.

The damped trend is the textbook's (Gardner and McKenzie 1985) on logarithms, with yearly figures taken as free of
error: the level is the last figure; the trend b fades by a factor and is corrected by a share of each year's surprise,
b[t] = fade * b[t-1] + share * e[t] with e[t] = y[t] - y[t-1] - fade * b[t-1].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.expressions import Number
from firstbest.flywheel.fit import Fit, Series, forecast, normals, until_year
from firstbest.flywheel.futures import stream_of
from firstbest.flywheel.history import naive_growth
from firstbest.flywheel.model import Model

F64 = NDArray[np.float64]

LEVELS: Final = (0.1, 0.5, 0.9)
AHEAD: Final = 5
"""Years ahead at most."""
FADES: Final = tuple(0.80 + 0.01 * step for step in range(19))
SHARES: Final = tuple(0.05 * step for step in range(21))
SURPRISE: Final = 13
"""What a draw is for: the surprise of a year."""
NAIVE: Final = "naive_growth"


class Row(NamedTuple):
    """A forecast from the figures up to `origin` for `year`: 10, 50 and 90 in 100, and what came.

    Naive growth has no interval; its three figures are one.
    """

    candidate: str
    origin: int
    year: int
    low: float
    middle: float
    high: float
    came: float


class Score(NamedTuple):
    """A candidate over all pairs of origin and year: pinball loss, mean absolute log error, share held by 8 in 10."""

    candidate: str
    loss: float
    error: float
    held: float
    pairs: int


class Damped(NamedTuple):
    """The damped trend as fitted: how much of the trend is left a year later, share of a surprise, its spread."""

    fade: float
    share: float
    spread: float
    trend: float  # of the last year
    level: float  # logarithm of the last figure


Ways = Callable[[int, int], dict[str, F64]]
"""From an origin and a last year, the draws of each candidate: [years ahead, draws]."""


def back_test(whole: Series, origins: Iterable[int], ways: Ways) -> list[Row]:
    """Forecasts of every candidate and of naive growth from every origin, at most `AHEAD` years and never past the last
    figure.
    """
    last, rows = int(whole.years[-1]), []
    came = dict(zip(whole.years.tolist(), whole.values.tolist(), strict=True))
    for origin in origins:
        until = min(origin + AHEAD, last)
        found = {name: np.quantile(draws, LEVELS, axis=1) for name, draws in ways(origin, until).items()}
        (known,) = until_year((whole,), origin)
        found[NAIVE] = np.tile(naive_growth(known.years, known.values, until)[0], (len(LEVELS), 1))
        for name, bands in found.items():
            for place, year in enumerate(range(origin + 1, until + 1)):
                low, middle, high = bands[:, place].tolist()
                rows.append(Row(name, origin, year, low, middle, high, came[year]))
    return rows


def scores(rows: Iterable[Row]) -> tuple[Score, ...]:
    """The candidates in the order in which they first come."""
    of: dict[str, list[Row]] = {}
    for row in rows:
        of.setdefault(row.candidate, []).append(row)
    found = []
    for name, own in of.items():
        told = np.log(np.array([row[3:6] for row in own]))
        came = np.log(np.array([row.came for row in own]))
        miss = came[:, None] - told
        loss = np.maximum(np.array(LEVELS) * miss, (np.array(LEVELS) - 1.0) * miss)
        inside = (told[:, 0] <= came) & (came <= told[:, -1])
        found.append(Score(name, float(loss.mean()), float(np.abs(miss[:, 1]).mean()), float(inside.mean()), len(own)))
    return tuple(found)


def chosen(found: Iterable[Score]) -> str:
    """The candidate of least pinball loss; of equal ones the first. Naive growth is the bar and no candidate."""
    return min((each for each in found if each.candidate != NAIVE), key=lambda each: each.loss).candidate


def damped_trend(values: F64) -> Damped:
    """Least squares over a grid of fades and shares; ties go to the least fade, then the least share.

    At least five figures: the first two start the trend, and two coefficients are fitted.
    """
    assert len(values) >= 5, f"expected five figures or more, found {len(values)}"  # noqa: PLR2004 - as said above
    rises = np.diff(np.log(values))
    best = Damped(0.0, 0.0, np.inf, 0.0, 0.0)
    for fade in FADES:
        for share in SHARES:
            trend, squares = float(rises[0]), 0.0
            for rise in rises[1:].tolist():
                surprise = rise - fade * trend
                trend = fade * trend + share * surprise
                squares += surprise * surprise
            if squares < best.spread:
                best = Damped(fade, share, squares, trend, float(np.log(values[-1])))
    return best._replace(spread=float(np.sqrt(best.spread / (len(rises) - 3))))


def damped_draws(found: Damped, origin: int, until: int, lanes: int, seed: int) -> F64:
    """Futures of the damped trend, its coefficients taken as known: [years ahead, lanes]."""
    level, trend = np.full(lanes, found.level), np.full(lanes, found.trend)
    told = []
    for year in range(origin + 1, until + 1):
        surprise = found.spread * normals(stream_of(seed, f"damped {origin} {year}"), SURPRISE, lanes)
        level = level + found.fade * trend + surprise
        trend = found.fade * trend + found.share * surprise
        told.append(np.exp(level))
    return np.array(told)


def fitted_draws(found: Fit, name: str, until: int, seed: int) -> F64:
    """Futures of a fitted model after its last figure: [years ahead, draws]."""
    ahead = forecast(found, name, until, seed)
    last = next(int(each.years[-1]) for each in found.problem.series if each.name == name)
    return ahead.expected[ahead.years > last]


def mixed(parts: Iterable[F64]) -> F64:
    """Draws of several candidates with equal weight; each has as many."""
    found = tuple(parts)
    assert len({each.shape for each in found}) == 1, "expected equally many draws of each"
    return np.concatenate(found, axis=1)


def without(model: Model, names: Iterable[str]) -> Model:
    """The model with variables held at nothing: parts that nobody knew of yet."""
    gone = set(names)
    kept = tuple(each._replace(equation=Number(0.0)) if each.name in gone else each for each in model.variables)
    return model._replace(variables=kept)
