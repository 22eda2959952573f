"""Fits to a log what a rehearsal draws: arrivals by day, handling, transit; says how well, and tries itself out.

Arrivals: a day's count is Poisson with a variance that may be larger than its mean (a gamma mixture: negative binomial)
about level x weekday. The level walks from week to week on the logarithmic scale; how far, and how much of a week's
surprise to believe, comes from the weeks themselves (a local level model; its gain is the steady state of Kalman's
filter). Its own uncertainty widens the bands of what lies further ahead.

Durations: lognormal or gamma by their mean and spread where times are known to better than a day and one of them lies
within the Kolmogorov-Smirnov distance of chance; else the log's own distribution.

The back-test fits on the first part of the days and forecasts the rest, never looking at it: each later day's count,
and each later shipment's duration, has a 90 % band. Where values are whole, a value on the edge of its band counts by
its part inside (a keyed draw for each), so that 90 % means 90 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.draws import normals, uniforms
from firstbest.world.units import DAY_US, HOUR_US

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

UNKNOWN: Final = np.iinfo(np.int64).min
"""An instant that the log does not give."""
BAND: Final = 0.90
COVER_LOW: Final = 0.85
COVER_HIGH: Final = 0.95
FIRST_PART: Final = 0.7
WEEK: Final = 7
DAYS_LEAST: Final = 21
RAGGED: Final = 0.2
WORKING: Final = 0.25
"""A weekday with less than so much of the mean day is no working day."""
WEEK_LEAST: Final = 3
DRAWS: Final = 2_000
KS_5_PERCENT: Final = 1.358
"""Kolmogorov's 95 % point, over the root of the number of values."""
_LEVEL, _EDGE = 71, 73
"""What draws are for."""


class Shipments(NamedTuple):
    """A log, a row a shipment: instants in microseconds or UNKNOWN, [n]."""

    placed: I64
    planned: I64
    left: I64
    delivered: I64

    @property
    def arrival(self) -> I64:
        """When each was asked for: placed, or else planned."""
        return np.where(self.placed == UNKNOWN, self.planned, self.placed)


class Arrivals(NamedTuple):
    """How many are asked for in a day."""

    level: float  # of a mean weekday that has arrivals, at the end of what was fitted
    weekday: F64  # [7] factors, Monday first, mean 1 over a week
    walk: float  # standard deviation of a week's step of the logarithm of the level
    doubt: float  # of the logarithm of the level at the end
    excess: float  # variance = mean + excess x mean^2
    days: int
    weekday_doubt: F64  # [7] standard deviation of each factor's error, of the factor
    spare: int  # degrees of freedom that the excess was told from


class Duration(NamedTuple):
    """How long something takes, in hours or days."""

    unit: str
    kind: str  # "lognormal", "gamma" or "as in the log"
    mean: float
    spread: float  # standard deviation
    values: F64  # [n] sorted
    distance: float  # Kolmogorov-Smirnov: of the fit; "as in the log": between its first and second half
    limit: float  # what chance stays below in 95 of 100


class Tried(NamedTuple):
    """A back-test: how many later values lie in their 90 % band."""

    values: int
    covered: float

    @property
    def holds(self) -> bool:
        """Within 85 to 95 %."""
        return COVER_LOW <= self.covered <= COVER_HIGH


class Days(NamedTuple):
    """Counts by day."""

    first: int  # days since the epoch
    counts: I64  # [days]
    closed: NDArray[np.bool_]  # [days] holidays: nothing was asked of them

    def upto(self, known: int) -> Days:
        """The first days."""
        return Days(self.first, self.counts[:known], self.closed[:known])


class Fitted(NamedTuple):
    """One thing that was fitted; `tried` is None where too little of the log is later."""

    name: str  # arrivals, handling, transit
    arrivals: Arrivals | None
    duration: Duration | None
    tried: Tried | None


def calibrate(
    log: Shipments, first_part: float = FIRST_PART, closed: frozenset[int] = frozenset()
) -> tuple[Fitted, ...]:
    """Everything that the log can tell; measures that it lacks are left out. Raises ValueError if it is too short.

    `closed`: holidays, as days since the epoch. The log's ragged ends, days with less than a fifth of the usual one,
    are no arrivals of anybody but the way in which the log was cut; they are left out.
    """
    asked = log.arrival
    some = days_of(asked[asked != UNKNOWN] // DAY_US, closed)
    if len(some.counts) < DAYS_LEAST:
        raise ValueError(f"expected a log of {DAYS_LEAST} days or more, found {len(some.counts)}")
    known = int(len(some.counts) * first_part)
    cut = some.first + known
    found = [Fitted("arrivals", fit_arrivals(some), None, try_arrivals(some, known))]
    for name, begins, ends in (("handling", asked, log.left), ("transit", log.left, log.delivered)):
        known = (begins != UNKNOWN) & (ends != UNKNOWN)
        if known.sum() < 2 * DAYS_LEAST:
            continue
        begun, took = begins[known], ends[known] - begins[known]
        order = np.argsort(begun, kind="stable")
        begun, took = begun[order], took[order]
        earlier = begun // DAY_US < cut
        # What began before the cut and had not ended by then was not known at the cut.
        told = earlier & (begun + took < cut * DAY_US)
        tried = try_duration(took[told], took[~earlier]) if told.sum() and (~earlier).sum() else None
        found.append(Fitted(name, None, fit_duration(took), tried))
    return tuple(found)


# ---------------------------------------------------------------------------------------------------- arrivals
def days_of(days: I64, closed: frozenset[int]) -> Days:
    """Counts of arrivals' days [n], without ragged ends."""
    if not len(days):
        return Days(0, np.zeros(0, np.int64), np.zeros(0, np.bool_))
    low = int(days.min())
    counts = np.bincount(days - low)
    full = np.flatnonzero(counts >= RAGGED * np.median(counts[counts >= RAGGED * counts.mean()]))
    first, last = low + int(full[0]), low + int(full[-1])
    here = np.arange(first, last + 1)
    return Days(first, counts[full[0] : full[-1] + 1], np.isin(here, list(closed)))


def empty_days(log: Shipments, closed: frozenset[int]) -> tuple[int, ...]:
    """Days since the epoch on which nothing came although their weekday has arrivals, and that no calendar closes."""
    asked = log.arrival
    some = days_of(asked[asked != UNKNOWN] // DAY_US, closed)
    works = _weekdays(some)[_weekday_of(some.first, len(some.counts))] > WORKING
    return tuple((some.first + np.flatnonzero(works & (some.counts == 0) & ~some.closed)).tolist())


def fit_arrivals(some: Days) -> Arrivals:
    """Level, weekdays, walk and excess."""
    counts = np.where(some.closed, 0, some.counts)
    weekday = _weekdays(some)
    which = _weekday_of(some.first, len(counts))
    mean = np.where(some.closed, 0.0, weekday[which])
    weeks = np.arange(len(counts)) // WEEK
    share = np.bincount(weeks, weights=mean)
    full = share > 0
    levels = np.bincount(weeks, weights=counts)[full] / share[full]
    within = np.where(mean > 0, levels[np.maximum(np.cumsum(full)[weeks] - 1, 0)] * mean, 0.0)
    spare = max(int((mean > 0).sum()) - len(levels) - int((weekday > 0).sum()), 1)
    # What is left over has fewer degrees of freedom than days; the Poisson part of it has as many as there are days.
    above = float(((counts - within) ** 2).sum()) * int((mean > 0).sum()) / spare - float(within.sum())
    excess = max(above / float((within**2).sum()), 0.0)
    logs = np.log(np.maximum(levels, 0.5))
    noise = _week_noise(levels, weekday, excess)
    steps = np.diff(logs)
    walk = math.sqrt(max(float((steps**2).mean()) - 2 * noise, 0.0)) if len(steps) else 0.0
    level, doubt = _filtered(logs, walk, noise)
    variation = 1 / max(float(levels.mean()), 1.0) + excess
    pooled, own_doubt = _pooled(weekday, variation, np.bincount(which[~some.closed], minlength=WEEK))
    return Arrivals(math.exp(level), pooled, walk, doubt, excess, len(counts), own_doubt, spare)


def _pooled(weekday: F64, variation: float, seen: I64) -> tuple[F64, F64]:
    """Factors of working weekdays, drawn together as far as their differences may be chance, and what doubt is left.

    `variation`: variance of a day over its mean squared, `seen`: [7] days. The usual shrinkage of Stein and James.
    """
    work = weekday > WORKING
    if work.sum() < WEEK_LEAST:
        return weekday, np.zeros(WEEK)
    mean, noise = float(weekday[work].mean()), variation / np.maximum(seen, 1) * weekday**2
    between = max(float(weekday[work].var(ddof=1)) - float(noise[work].mean()), 0.0)
    keep = np.where(work, between / np.maximum(between + noise, 1e-12), 1.0)
    pooled = np.where(work, mean + keep * (weekday - mean), weekday)
    # Where nothing is kept the mean of all is as sure as all days together.
    left = np.where(work, keep * noise + (1 - keep) * noise / int(work.sum()), noise)
    return pooled, np.sqrt(left) / np.maximum(pooled, 1e-9)


def _weekday_of(first_day: int, count: int) -> I64:
    # 1 January 1970 was a Thursday.
    return (np.arange(first_day, first_day + count) + 3) % WEEK


def _weekdays(some: Days) -> F64:
    """[7] Mean counts by weekday over the mean of the week."""
    which = _weekday_of(some.first, len(some.counts))[~some.closed]
    count = np.maximum(np.bincount(which, minlength=WEEK), 1)
    mean = np.bincount(which, weights=some.counts[~some.closed], minlength=WEEK) / count
    factors: F64 = mean * WEEK / max(float(mean.sum()), 1e-9)
    return factors


def _week_noise(levels: F64, weekday: F64, excess: float) -> float:
    """Variance of the logarithm of a whole week's count."""
    total = max(float(levels.mean()) * WEEK, 1.0)
    return 1 / total + excess * float((weekday**2).sum()) / WEEK**2


def _filtered(logs: F64, walk: float, noise: float) -> tuple[float, float]:
    """The level at the end, and the standard deviation of its error, by Kalman's filter from a vague start."""
    level, variance = float(logs[0]), noise
    for each in logs[1:].tolist():
        variance += walk * walk
        gain = variance / (variance + noise)
        level += gain * (each - level)
        variance *= 1 - gain
    return level, math.sqrt(variance)


def drawn_counts(fit: Arrivals, first_day: int, count: int, seed: int) -> I64:
    """[DRAWS, days] Futures of the days that follow what was fitted."""
    ties = np.arange(DRAWS, dtype=np.uint64)
    weeks = count // WEEK + 1
    logs = np.full(DRAWS, math.log(max(fit.level, 1e-9))) + fit.doubt * normals(seed, ties, _LEVEL, 0)
    factor = fit.weekday[_weekday_of(first_day, count)]
    found = np.zeros((DRAWS, count), np.int64)
    chance = np.random.default_rng(seed)
    factor = factor * np.exp(fit.weekday_doubt * chance.normal(0, 1, (DRAWS, WEEK)))[:, _weekday_of(first_day, count)]
    excess = (fit.excess * fit.spare / np.maximum(chance.chisquare(fit.spare, DRAWS), 1e-9))[:, None]
    for week in range(weeks):
        logs = logs + fit.walk * normals(seed, ties, _LEVEL, week + 1)
        place = slice(week * WEEK, min((week + 1) * WEEK, count))
        mean = np.exp(logs)[:, None] * factor[:, place]
        if fit.excess > 0:
            mean = mean * chance.gamma(1 / excess, excess, mean.shape)
        found[:, place] = chance.poisson(mean)
    return found


def try_arrivals(some: Days, known: int, seed: int = 1) -> Tried | None:
    """Fits on the first days, forecasts the others; days on which nothing ever comes are left out."""
    if known < 2 * WEEK or known >= len(some.counts):
        return None
    fit = fit_arrivals(some.upto(known))
    came = some.counts[known:]
    futures = drawn_counts(fit, some.first + known, len(came), seed)
    counted = (fit.weekday[_weekday_of(some.first + known, len(came))] > 0) & ~some.closed[known:]
    below, upto = (futures < came).mean(axis=0), (futures <= came).mean(axis=0)
    return _inside(below[counted], upto[counted])


# --------------------------------------------------------------------------------------------------- durations
def fit_duration(took: I64) -> Duration:
    """A distribution for durations in microseconds, in the order in which they began."""
    by_day = bool((took % DAY_US == 0).all())
    unit, size = ("days", DAY_US) if by_day else ("hours", HOUR_US)
    values = np.sort(took / size)
    mean, spread = float(values.mean()), float(values.std())
    limit = KS_5_PERCENT / math.sqrt(len(values))
    best = Duration(unit, "as in the log", mean, spread, values, *_halves(took / size))
    if by_day or values[0] <= 0 or spread == 0:
        return best
    distances = {kind: _distance(values, _parametric(kind, values)) for kind in ("lognormal", "gamma")}
    kind = min(distances, key=lambda each: distances[each])
    if distances[kind] <= limit:
        return Duration(unit, kind, mean, spread, values, distances[kind], limit)
    return best


def _parametric(kind: str, values: F64) -> F64:
    """[n] The fitted distribution function at sorted values, by the method of moments (lognormal: of logarithms)."""
    if kind == "lognormal":
        logs = np.log(values)
        return _normal((logs - logs.mean()) / logs.std())
    # Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal.
    shape = (values.mean() / values.std()) ** 2
    return _normal((np.cbrt(values / values.mean()) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape))


def _normal(z: F64) -> F64:
    return np.array([0.5 * math.erfc(-each / math.sqrt(2)) for each in z.tolist()])


def _distance(values: F64, at: F64) -> float:
    steps = np.arange(len(values) + 1) / len(values)
    return float(max((steps[1:] - at).max(), (at - steps[:-1]).max()))


def _halves(values: F64) -> tuple[float, float]:
    """Distance between the first and second half of the values, and what chance stays below."""
    half = len(values) // 2
    one, two = np.sort(values[:half]), np.sort(values[half:])
    every = np.unique(values)
    apart = np.searchsorted(one, every, "right") / len(one) - np.searchsorted(two, every, "right") / len(two)
    return float(np.abs(apart).max()), KS_5_PERCENT * math.sqrt(1 / len(one) + 1 / len(two))


def try_duration(earlier: I64, later: I64) -> Tried:
    """Later durations in the band of the earlier ones' distribution."""
    fit = fit_duration(earlier)
    size = DAY_US if fit.unit == "days" else HOUR_US
    below, upto = (share(fit, later / size, side) for side in ("left", "right"))
    return _inside(below, upto)


def share(fit: Duration, at: F64, side: str) -> F64:
    """[n] Share of the fitted distribution below values, or up to them."""
    if fit.kind == "as in the log":
        how: Callable[..., I64] = np.searchsorted
        return how(fit.values, at, side) / len(fit.values)
    if fit.kind == "lognormal":
        logs = np.log(fit.values)
        return _normal((np.log(np.maximum(at, 1e-9)) - logs.mean()) / logs.std())
    shape = (fit.mean / fit.spread) ** 2
    return _normal((np.cbrt(np.maximum(at, 0) / fit.mean) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape))


def _inside(below: F64, upto: F64) -> Tried:
    """How many lie in the middle 90 %; where a value holds a part of the chance, a keyed draw places it within."""
    draw = uniforms(1, np.arange(len(below), dtype=np.uint64), _EDGE, 0)
    place = below + draw * (upto - below)
    tail = (1 - BAND) / 2
    inside = (place >= tail) & (place <= 1 - tail)
    return Tried(len(below), float(inside.mean()))
