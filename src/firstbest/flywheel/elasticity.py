"""What answers what, from daily figures: elasticities with intervals that stay honest when days hang together.

Two things spoil a plain regression of orders on price. Days hang together: what pushed orders up yesterday pushes them
up today, so errors are not independent. And price answers demand: a shop that raises prices when orders run high makes
price look harmless. Both are met by one dynamic regression, for each answer y and cause x,

    y[t] = own yesterday + b * x[t] + c * x[t-1] + weekday + season + group + shock,

which with errors y - b x that follow r[t] = p * r[t-1] + shock holds exactly (c = -p b). A cause set by what was known
yesterday is then independent of today's shock. A cause that also answers today's demand needs a *shifter*: something
that moves it and reaches orders by no other way (a supplier's price, a storm on the road); with shifters the estimate
is by two stages (instrumental variables). Standard errors allow for unequal variances and for shocks shared by groups
on a day (clustered by day). Where data cannot tell, the answer says so and gives no number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

DAYS_MIN: Final = 90
STRENGTH_MIN: Final = 10.0
"""Staiger and Stock 1997: below ten, the first stage's F says that shifters are too weak to be believed."""
SPREAD_MIN: Final = 1e-4
WEEK: Final = 7
SEASONS: Final = 3
"""Pairs of sines and cosines of the year."""
YEAR_D: Final = 365.25
Z_95: Final = 1.959964


class Panel(NamedTuple):
    """Daily figures of groups (sellers, regions): each column is [days, groups]; the answer and causes as they enter.

    `shifters` may be empty; `known` are causes that answer yesterday at most and need no shifter.
    """

    answer: F64
    causes: Mapping[str, F64]
    shifters: Mapping[str, F64]
    first_day: int = 0


class Estimate(NamedTuple):
    """An elasticity (or slope) with its 95 % interval; `missing` says why there is none."""

    cause: str
    value: float
    low: float
    high: float
    days: int
    strength: float  # of shifters, first-stage F; infinite where none are needed
    missing: str = ""


def estimate(panel: Panel, shifted: tuple[str, ...] = ()) -> tuple[Estimate, ...]:
    """One estimate for each cause; those in `shifted` are told by shifters, the others by what was known before."""
    days, groups = panel.answer.shape
    reason = _too_little(panel, shifted)
    if reason:
        return tuple(_none(cause, days, reason) for cause in panel.causes)
    told = {
        cause: "it hardly moved" for cause, x in panel.causes.items() if _plain(x, panel.first_day).std() < SPREAD_MIN
    }
    if told:
        rest = {cause: x for cause, x in panel.causes.items() if cause not in told}
        found = estimate(panel._replace(causes=rest), tuple(c for c in shifted if c in rest)) if rest else ()
        return (*found, *(_none(cause, days, why) for cause, why in told.items()))
    y = panel.answer[1:]
    controls = [panel.answer[:-1], *(x[:-1] for x in panel.causes.values())]
    outside = [z[lag : days - 1 + lag] for z in panel.shifters.values() for lag in (1, 0)] if shifted else []
    known = [x[1:] for cause, x in panel.causes.items() if cause not in shifted]
    fixed = _fixed(days - 1, groups, panel.first_day + 1)
    columns = _stacked([*(x[1:] for x in panel.causes.values()), *controls], fixed)
    tools = _stacked([*outside, *known, *controls], fixed)
    strength = dict.fromkeys(panel.causes, math.inf)
    exogenous = _stacked([*known, *controls], fixed)
    for cause in shifted:
        strength[cause] = _strength(panel.causes[cause][1:].ravel(), exogenous, tools)
    value, covariance = _two_stages(y.ravel(), columns, tools, groups)
    made = []
    for place, cause in enumerate(panel.causes):
        if strength[cause] < STRENGTH_MIN:
            made.append(
                _none(cause, days, f"its shifters hardly move it (strength {strength[cause]:.1f}, 10 is needed)")
            )
            continue
        half = _critical(days - 1 - columns.shape[1] // max(groups, 1)) * math.sqrt(covariance[place, place])
        made.append(
            Estimate(
                cause,
                float(value[place]),
                float(value[place]) - half,
                float(value[place]) + half,
                days,
                strength[cause],
            )
        )
    return tuple(made)


def _too_little(panel: Panel, shifted: tuple[str, ...]) -> str:
    """Why there is nothing to estimate from; empty if there is."""
    if len(panel.answer) < DAYS_MIN:
        return f"{len(panel.answer)} days, {DAYS_MIN} are needed"
    if len(panel.shifters) < len(shifted):
        return "no shifter that moves it from outside"
    columns = (panel.answer, *panel.causes.values(), *panel.shifters.values())
    return "" if all(np.isfinite(each).all() for each in columns) else "days without figures"


def _none(cause: str, days: int, why: str) -> Estimate:
    return Estimate(cause, math.nan, math.nan, math.nan, days, math.nan, why)


def _fixed(days: int, groups: int, first_day: int) -> F64:
    """Weekday, season and trend, and a level for each group: [days * groups, columns]."""
    day = np.arange(first_day, first_day + days)
    turns = 2.0 * math.pi * np.outer(day / YEAR_D, np.arange(1, SEASONS + 1))
    week = (day[:, None] % WEEK == np.arange(1, WEEK)).astype(np.float64)
    trend = np.linspace(-1.0, 1.0, days)[:, None]
    daily = np.concatenate([week, np.sin(turns), np.cos(turns), trend], axis=1)
    return np.concatenate([np.repeat(daily, groups, axis=0), np.tile(np.eye(groups), (days, 1))], axis=1)


def _stacked(columns: list[F64], fixed: F64) -> F64:
    """Columns [days, groups] side by side, with the fixed ones: [days * groups, columns]."""
    return np.concatenate([*(each.reshape(-1, 1) for each in columns), fixed], axis=1)


def _plain(x: F64, first_day: int) -> F64:
    """What is left of a column without weekday, season, trend and group."""
    return x.ravel() - _told(_fixed(len(x), x.shape[1], first_day), x.ravel())


def _told(columns: F64, y: F64) -> F64:
    """What columns [n, k] tell of y [n] or [n, m], by least squares."""
    found: F64 = columns @ (np.linalg.pinv(columns.T @ columns, hermitian=True) @ (columns.T @ y))
    return found


def _two_stages(y: F64, columns: F64, tools: F64, groups: int) -> tuple[F64, F64]:
    """Coefficients by two-stage least squares, covariance clustered by day: `columns` [n, k], `tools` [n, l]."""
    fitted = _told(tools, columns)
    bread = np.linalg.pinv(fitted.T @ columns)
    value = bread @ (fitted.T @ y)
    error = y - columns @ value
    count, width = columns.shape
    scores = (fitted * error[:, None]).reshape(-1, groups, width).sum(axis=1)
    correction = len(scores) / (len(scores) - 1) * (count - 1) / (count - width)
    return value, correction * bread @ (scores.T @ scores) @ bread.T


def _strength(x: F64, without: F64, tools: F64) -> float:
    """The first stage's F: what the shifters add to telling x."""
    left = x - _told(without, x)
    right = x - _told(tools, x)
    more = tools.shape[1] - without.shape[1]
    free = len(x) - tools.shape[1]
    return float(((left @ left) - (right @ right)) / more / max((right @ right) / free, 1e-300))


def _critical(free: int) -> float:
    """The 97.5 % point of Student's t, by the expansion of Cornish and Fisher; 10 or more degrees of freedom."""
    z, n = Z_95, max(free, 10)
    return z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n * n)


def plain_estimate(panel: Panel) -> tuple[Estimate, ...]:
    """The naive regression of the answer on its causes, day by day as if days were independent: for comparison."""
    days, groups = panel.answer.shape
    columns = _stacked(list(panel.causes.values()), _fixed(days, groups, panel.first_day))
    square = np.linalg.pinv(columns.T @ columns)
    value = square @ (columns.T @ panel.answer.ravel())
    error = panel.answer.ravel() - columns @ value
    half = Z_95 * np.sqrt(error @ error / (len(error) - columns.shape[1]) * np.diag(square))
    return tuple(
        Estimate(cause, float(value[row]), float(value[row] - half[row]), float(value[row] + half[row]), days, math.inf)
        for row, cause in enumerate(panel.causes)
    )


def mean_with_interval(daily: F64, weight: F64) -> tuple[float, float, float]:
    """A ratio of sums over days, with its 95 % interval from whole weeks as batches: value, low, high."""
    weeks = len(daily) // WEEK
    value = float(daily.sum() / weight.sum())
    above = daily[: weeks * WEEK].reshape(weeks, WEEK).sum(axis=1)
    below = weight[: weeks * WEEK].reshape(weeks, WEEK).sum(axis=1)
    miss = above - value * below
    keep = float(np.clip((miss[1:] @ miss[:-1]) / max(miss @ miss, 1e-300), 0.0, 0.9))
    error = math.sqrt(float(miss @ miss) * (1 + keep) / (1 - keep)) / float(below.sum())
    half = _critical(weeks - 1) * error
    return value, value - half, value + half
