"""How many are asked for in a day, fitted to a log, and how the fit would have forecast that log.

A day's count is Poisson with a variance that may be larger than its mean (a gamma mixture: negative binomial) about
level x weekday. The level walks from week to week on the logarithmic scale (a local level model).

How far it walks and how much days differ beyond chance are not known, least of all from a few weeks, and one best
value of each makes bands that are too narrow: where the best value of the walk is none, the band does not widen at
all. So neither is one value. Both are weighed over a grid by how likely they make the log: the weeks' levels by
Kalman's filter, the days about their weeks by the normal likelihood with as many degrees of freedom as are left. Before
the log each is as likely as the share of a surprise to be believed that it means, any share alike (the uniform
shrinkage prior: Strawderman 1971, Daniels 1999); that prior has no number to choose. Futures are drawn from the whole
of it: the walk, the excess, the level given both, and the weekdays.

Two back-tests. One fits on the first part of the days and forecasts the rest. The other rolls: fitted on the first
three weeks it forecasts the week behind them, then again with a week more, to the end; each later day counts once.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rehearse.calibrate_tried import Tried, inside

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

WEEK: Final = 7
DAYS_LEAST: Final = 21
RAGGED: Final = 0.2
WORKING: Final = 0.25
"""A weekday with less than so much of the mean day is no working day."""
WEEK_LEAST: Final = 3
DRAWS: Final = 2_000
ODDS: Final = np.exp(np.linspace(-6.0, 10.0, 49))
"""Variances that are weighed, over that of chance: from nearly none to what no log walks."""
_SHARES: Final = 1 / (1 + ODDS)


class Weighed(NamedTuple):
    """What the log leaves open: pairs of an excess and a walk, all arrays [pairs]."""

    chance: F64  # sums to 1
    level: F64  # logarithm at the end of what was fitted
    doubt: F64  # standard deviation of its error
    walk: F64
    excess: F64


class Arrivals(NamedTuple):
    """How many are asked for in a day."""

    level: float  # of a mean weekday that has arrivals, at the end of what was fitted
    weekday: F64  # [7] factors, Monday first, mean 1 over a week
    walk: float  # standard deviation of a week's step of the logarithm of the level
    doubt: float  # of the logarithm of the level at the end
    excess: float  # variance = mean + excess x mean^2
    days: int
    weekday_doubt: F64  # [7] standard deviation of each factor's error, of the factor
    weighed: Weighed


class Days(NamedTuple):
    """Counts by day."""

    first: int  # days since the epoch
    counts: I64  # [days]
    closed: NDArray[np.bool_]  # [days] holidays: nothing was asked of them

    def upto(self, known: int) -> Days:
        """The first days."""
        return Days(self.first, self.counts[:known], self.closed[:known])


class Weeks(NamedTuple):
    """Weeks of the log that have working days, all arrays [weeks]; a week cut short counts by its days."""

    number: I64  # from the first day on
    level: F64  # count over share
    share: F64  # sum of the weekday factors of its days
    squares: F64  # sum of their squares


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


def weekday_of(first_day: int, count: int) -> I64:
    """[count] 0 for a Monday; 1 January 1970 was a Thursday."""
    return (np.arange(first_day, first_day + count) + 3) % WEEK


def weekdays(some: Days) -> F64:
    """[7] Mean counts by weekday over the mean of the week."""
    which = weekday_of(some.first, len(some.counts))[~some.closed]
    count = np.maximum(np.bincount(which, minlength=WEEK), 1)
    mean = np.bincount(which, weights=some.counts[~some.closed], minlength=WEEK) / count
    factors: F64 = mean * WEEK / max(float(mean.sum()), 1e-9)
    return factors


def fit_arrivals(some: Days) -> Arrivals:
    """Level, weekdays, walk and excess, and what the log leaves open of them."""
    counts = np.where(some.closed, 0, some.counts)
    weekday = weekdays(some)
    which = weekday_of(some.first, len(counts))
    share: F64 = np.where(some.closed, 0.0, weekday[which])
    number = np.arange(len(counts)) // WEEK
    total = np.asarray(np.bincount(number, weights=share), np.float64)
    squares = np.asarray(np.bincount(number, weights=share**2), np.float64)
    there = total > 0
    weeks = Weeks(
        np.flatnonzero(there),
        np.bincount(number, weights=counts)[there] / total[there],
        total[there],
        squares[there],
    )
    expected = np.zeros(len(total))
    expected[there] = weeks.level
    mean = (expected[number] * share)[share > 0]
    free = max(len(mean) - len(weeks.level) - int((weekday > 0).sum()), 1)
    weighed = _weighed(weeks, *_excesses((counts[share > 0] - mean) ** 2, mean, free))
    level, walk, excess = (
        float((weighed.chance * each).sum()) for each in (weighed.level, weighed.walk, weighed.excess)
    )
    doubt = math.sqrt(float((weighed.chance * (weighed.doubt**2 + (weighed.level - level) ** 2)).sum()))
    variation = 1 / max(float(weeks.level.mean()), 1.0) + excess
    pooled, own_doubt = _pooled(weekday, variation, np.bincount(which[~some.closed], minlength=WEEK))
    return Arrivals(math.exp(level), pooled, walk, doubt, excess, len(counts), own_doubt, weighed)


def _excesses(squares: F64, mean: F64, free: int) -> tuple[F64, F64]:
    """Excesses and the logarithm of how likely each is, by squared distances of days from what their week expects.

    `squares`, `mean`: [days]; of those days only `free` are free to differ. Days of a week that expects nothing tell
    nothing.
    """
    some = mean > 0
    squares, mean = squares[some], mean[some]
    if not len(mean):
        return np.zeros(1), np.zeros(1)
    excess = ODDS / mean.mean()
    variance = mean + excess[:, None] * mean**2
    fit = -0.5 * (np.log(variance).sum(axis=1) * free / len(mean) + (squares / variance).sum(axis=1))
    return excess, fit + np.log(_SHARES * (1 - _SHARES))


def _weighed(weeks: Weeks, excess: F64, likely: F64) -> Weighed:
    """Every excess beside every walk, by Kalman's filter over the weeks from a vague start."""
    logs = np.log(np.maximum(weeks.level, 0.5))
    count = np.maximum(float(weeks.level.mean()) * weeks.share, 1.0)
    noise = 1 / count + excess[:, None] * (weeks.squares / weeks.share**2)  # [excesses, weeks]
    walk = np.median(noise, axis=1)[:, None] * ODDS  # variances, [excesses, walks]
    level, variance = np.full(walk.shape, logs[0]), np.repeat(noise[:, :1], len(ODDS), axis=1)
    found = likely[:, None] + np.log(_SHARES * (1 - _SHARES))
    for place, apart in enumerate(np.diff(weeks.number).tolist(), start=1):
        variance = variance + walk * apart
        spread = variance + noise[:, place : place + 1]
        surprise = logs[place] - level
        found = found - 0.5 * (np.log(spread) + surprise**2 / spread)
        gain = variance / spread
        level, variance = level + gain * surprise, variance * (1 - gain)
    chance = np.exp(found - found.max())
    pairs = np.broadcast_to(excess[:, None], walk.shape)
    return Weighed(
        (chance / chance.sum()).ravel(), level.ravel(), np.sqrt(variance).ravel(), np.sqrt(walk).ravel(), pairs.ravel()
    )


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


def drawn_counts(fit: Arrivals, first_day: int, count: int, seed: int) -> I64:
    """[DRAWS, days] Futures of the days that follow what was fitted; the level steps where the log's weeks begin."""
    chance = np.random.default_rng(seed)
    pair = chance.choice(len(fit.weighed.chance), DRAWS, p=fit.weighed.chance)
    level, doubt, walk, excess = (each[pair] for each in fit.weighed[1:])
    logs = level + doubt * chance.normal(0, 1, DRAWS)
    own = fit.weekday * np.exp(fit.weekday_doubt * chance.normal(0, 1, (DRAWS, WEEK)))
    found = np.zeros((DRAWS, count), np.int64)
    for day, weekday in enumerate(weekday_of(first_day, count).tolist()):
        if (fit.days + day) % WEEK == 0:
            logs = logs + walk * chance.normal(0, 1, DRAWS)
        mean = np.exp(logs) * own[:, weekday]
        if excess.any():
            mean = mean * chance.gamma(1 / excess, excess)
        found[:, day] = chance.poisson(mean)
    return found


def try_arrivals(some: Days, known: int, seed: int = 1) -> Tried | None:
    """Fits on the first days, forecasts the others; days on which nothing ever comes are left out."""
    if known < 2 * WEEK or known >= len(some.counts):
        return None
    return inside(*_places(some, known, len(some.counts), seed))


def roll_arrivals(some: Days, seed: int = 1) -> Tried | None:
    """Fits on the first three weeks, forecasts the week behind them, rolls on by a week, to the end."""
    origins = range(DAYS_LEAST, len(some.counts), WEEK)
    places = [_places(some, known, min(known + WEEK, len(some.counts)), seed) for known in origins]
    if not sum(len(below) for below, _ in places):
        return None
    below, upto = (np.concatenate(each) for each in zip(*places, strict=True))
    return inside(below, upto, len(origins))


def _places(some: Days, known: int, end: int, seed: int) -> tuple[F64, F64]:
    """Of the days from `known` on: chance of fewer than came, and of as many or fewer."""
    fit = fit_arrivals(some.upto(known))
    came, first = some.counts[known:end], some.first + known
    futures = drawn_counts(fit, first, len(came), seed)
    counted = (fit.weekday[weekday_of(first, len(came))] > 0) & ~some.closed[known:end]
    return (futures < came).mean(axis=0)[counted], (futures <= came).mean(axis=0)[counted]
