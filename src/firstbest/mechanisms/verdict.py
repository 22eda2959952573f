"""The verdict on a promise: computed from the forecast with the bet, the forecast without it, and the fact.

Two worlds are held against the fact: that with the bet, forecast at median m1, and that without it, at m0. With one
spread s for both (the root of the mean of their variances and the variance of the measurement), the fact y fits the
first better than the second by the ratio

    ratio = exp((m1 - m0) / s^2 x (y - (m0 + m1) / 2)).

It rises with y in the direction of the forecast whatever the two spreads are, so a fact beyond the forecast never
counts against it. At 20 or more a promise is confirmed, at 1/20 or less refuted, between them nothing is known. Weeks
are looked at one by one as they come in: of the first n of N weeks the mean has the variance s^2 x N / n, and the first
week in which the ratio crosses decides. This is Wald's sequential test (1945): by Ville's inequality a world without
the effect is confirmed at most once in 20 times, however often it is looked at, where the forecasts' spreads are right.
They are widened by their source's own past before they are used (`calibration.py`).

*Invalid* comes before all: an assumption of the bet broke, so neither of the two worlds is the one that came about.
A forecast that does not lie in the promised direction cannot confirm: a fact that fits it refutes the promise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Final, NamedTuple

import msgspec

from firstbest.mechanisms.calibration import read_by
from firstbest.mechanisms.quantiles import median, pooled, scale
from firstbest.mechanisms.records import Calibration, Forecast, Judgement, Measured, MetricVerdict, SuccessMetric

RATIO: Final = 20.0
"""Evidence that decides: 20 to 1, so at most 5 % of worlds without the effect are confirmed."""
WEEKS: Final = 13
"""A promise is measured over a quarter unless its file says otherwise: with half of the weekly noise as effect, fewer
weeks cannot decide."""
_LOG_MAX: Final = 50.0
POOL: Final = "pool"


class Worlds(NamedTuple):
    """The two worlds as the verdict reads them: medians, and one spread of the value over the whole window."""

    with_: float
    without: float
    spread: float


class Broken(NamedTuple):
    """An assumption of the bet that did not hold."""

    metric: str
    expected: str
    found: str


def judges(forecasts: Sequence[Forecast], metric: str, chosen: str = POOL) -> tuple[Forecast, ...]:
    """Forecasts that judge a metric: the last of each source that names both worlds, all sources or the chosen one."""
    last = {each.source: each for each in forecasts if each.metric == metric and each.without}
    return tuple(each for source, each in sorted(last.items()) if chosen in (POOL, source))


def worlds(by: Sequence[Forecast], known: Mapping[str, Calibration], error: float = 0.0) -> Worlds:
    """The two worlds of one forecast or of a pool, read by the sources' pasts."""
    assert by, "one forecast or more"
    with_ = pooled([read_by(each.with_, known, each.source) for each in by])
    without = pooled([read_by(each.without, known, each.source) for each in by])
    variance = (scale(with_) ** 2 + scale(without) ** 2) / 2 + error**2
    return Worlds(median(with_), median(without), math.sqrt(variance))


def log_ratio(between: Worlds, fact: float, part: float = 1.0) -> float:
    """Logarithm of how many times better a fact fits the world with the bet; `part`: share of the window behind it."""
    shift = between.with_ - between.without
    if shift == 0:
        return 0.0
    over = fact - (between.with_ + between.without) / 2
    if between.spread == 0:
        return math.copysign(_LOG_MAX, shift * over) if over else 0.0
    return max(-_LOG_MAX, min(_LOG_MAX, shift * over * part / between.spread**2))


def decided(between: Worlds, weekly: Sequence[float], weeks: int) -> tuple[float, int]:
    """The log ratio at the first week that decides, and that week from 1; at the last week, and 0, where none does."""
    found = 0.0
    for week in range(1, len(weekly) + 1):
        mean = math.fsum(weekly[:week]) / week
        found = log_ratio(between, mean, week / max(weeks, week))
        if abs(found) >= math.log(RATIO):
            return found, week
    return found, 0


def chance_to_confirm(between: Worlds) -> float:
    """How likely the promise is confirmed at the end of its window if the world with the bet is as forecast."""
    if between.spread == 0:
        return float(between.with_ != between.without)
    distance = abs(between.with_ - between.without) / between.spread
    return NormalDist().cdf((distance**2 / 2 - math.log(RATIO)) / distance) if distance else 0.0


def sign(success: SuccessMetric) -> int:
    """1 where more is better, -1 where less is."""
    return 1 if success.direction == "up" else -1


def judge(
    success: SuccessMetric,
    by: Sequence[Forecast],
    fact: Measured | None,
    known: Mapping[str, Calibration],
    broken: Sequence[Broken] = (),
    weeks: int = WEEKS,
) -> MetricVerdict:
    """One success metric, judged by forecasts (`judges`) that were sealed before work began."""
    blank = MetricVerdict(success=success, judgement=Judgement.NOT_DUE, reason="", fact=fact)
    if not by:
        reason = "no forecast names both worlds, so nothing can be judged"
        return _of(blank, Judgement.INCONCLUSIVE if fact else Judgement.NOT_DUE, reason)
    between = worlds(by, known, fact.error if fact else 0.0)
    told = _with_forecasts(blank, by)
    if broken:
        first = broken[0]
        return _of(told, Judgement.INVALID, f"{first.metric} was {first.found}, assumed {first.expected}")
    if fact is None:
        return _of(told, Judgement.NOT_DUE, f"measured until {success.by}")
    weekly = fact.weekly or (fact.value,)
    found, week = decided(between, weekly, weeks if fact.weekly else 1)
    direction = sign(success)
    effect = fact.value - between.without
    told = _replace(told, ratio=math.exp(found), effect=effect, kept=direction * effect / success.size)
    whole = not fact.weekly or len(weekly) >= weeks
    return _of(told, *_said(between, direction, found, (week, whole)))


def _said(between: Worlds, direction: int, found: float, when: tuple[int, bool]) -> tuple[Judgement, str]:
    """The judgement and its sentence; when: (week that decided or 0, whether the window is over)."""
    forward = direction * (between.with_ - between.without) > 0
    week, whole = when
    times = f"{math.exp(abs(found)):,.0f}" if abs(found) < math.log(1e4) else "over 10,000"
    if found >= math.log(RATIO):
        sentence = f"the fact fits the world with it {times} times better than the world without"
        if not forward:
            return Judgement.REFUTED, f"{sentence}, and that was forecast to go the wrong way"
        return Judgement.CONFIRMED, sentence + (f", decided in week {week}" if week > 1 else "")
    if found <= -math.log(RATIO):
        sentence = f"the fact fits the world without it {times} times better than the world with"
        if not forward:
            return Judgement.INCONCLUSIVE, f"{sentence}, which was forecast to go the wrong way"
        return Judgement.REFUTED, sentence + (f", decided in week {week}" if week > 1 else "")
    if not whole:
        return Judgement.NOT_DUE, "no world fits 20 times better yet"
    near = "with" if found > 0 else "without"
    return Judgement.INCONCLUSIVE, f"the fact fits the world {near} it only {math.exp(abs(found)):.1f} times better"


def _with_forecasts(told: MetricVerdict, by: Sequence[Forecast]) -> MetricVerdict:
    name = by[0].source if len(by) == 1 else f"pool of {len(by)} sources"
    return _replace(
        told,
        forecast_with=pooled([each.with_ for each in by]),
        forecast_without=pooled([each.without for each in by]),
        judged_by=name,
    )


def _of(told: MetricVerdict, judgement: Judgement, reason: str) -> MetricVerdict:
    return _replace(told, judgement=judgement, reason=reason)


def _replace(told: MetricVerdict, **changed: object) -> MetricVerdict:
    return msgspec.structs.replace(told, **changed)


def together(metrics: Sequence[MetricVerdict]) -> tuple[Judgement, str]:
    """The verdict on a bet from those on its metrics.

    An invalid metric makes the bet invalid; one refuted refutes it, since it promised all; then one that is not due
    or inconclusive leaves it so; else it is confirmed.
    """
    for judgement in (Judgement.INVALID, Judgement.REFUTED, Judgement.NOT_DUE, Judgement.INCONCLUSIVE):
        found = [each for each in metrics if each.judgement == judgement]
        if found:
            return judgement, f"{found[0].success.metric}: {found[0].reason}"
    if not metrics:
        return Judgement.NOT_DUE, "it promises nothing that can be measured"
    return Judgement.CONFIRMED, f"{metrics[0].success.metric}: {metrics[0].reason}"
