"""Which metrics of a deck are not what their own past lets one expect, the most surprising first.

Limits are frozen: they come from the base weeks and never from the weeks that they judge. The base is what the
definition says; otherwise the two years before the present fiscal year; where history is shorter, its first 52 weeks,
or its first half, at least 12. Weeks count that are stated: with 52 of them in the base and more the metric's own
limits judge (`signals`, `watch`); with 12 to 51 the chart of individual values does (`xmr`); with fewer nobody does.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms import causal, chances, signals, watch, xmr
from firstbest.mechanisms.aggregate import Running, Table, totals
from firstbest.mechanisms.calendar import Calendar, Span, week_label, year_bounds, year_of
from firstbest.mechanisms.chances import false_discovery
from firstbest.mechanisms.deck import EdgeLine, Signal
from firstbest.mechanisms.metrics import RATIOS, Metric

F64 = NDArray[np.float64]

WEEKS_MAX: Final = 320
BASE_WEEKS_MAX: Final = 104
HISTORY_WEEKS: Final = 40
RANKED_MAX: Final = 40
"""Signals told in full; a deck with more has another trouble than its metrics."""


class Weekly(NamedTuple):
    """All weeks of a table up to the deck's: values and denominators [M, W], the last day of each week [W]."""

    value: F64
    size: F64
    ends: NDArray[np.int64]


class Found(NamedTuple):
    """What was judged and what stood out."""

    signals: tuple[Signal, ...]
    flagged: dict[str, str]
    judged: int
    expected_false: float


class _Group(NamedTuple):
    """Metrics that share a base: their places, the first week, how many base weeks, whether their own limits judge."""

    places: list[int]
    first: int
    base: int
    own: bool


class _Outcome(NamedTuple):
    """What one group's judges said of the deck's week: [m] each."""

    group: _Group
    chance: F64
    kind: list[str]
    score: F64
    expected: F64
    low: F64
    high: F64
    up: NDArray[np.bool_]
    since: NDArray[np.int64]  # column of the weekly table
    scale: list[str]


def weekly(table: Table, metrics: list[Metric], end: int, sums: Running | None = None) -> Weekly:
    """Every whole week from the table's first day to `end`, at most WEEKS_MAX of them."""
    count = min(WEEKS_MAX, max(0, (end + 1 - table.first_day) // 7))
    ends = np.arange(end - 7 * (count - 1), end + 1, 7, dtype=np.int64) if count else np.zeros(0, np.int64)
    found = totals(table, metrics, [Span(int(each) - 6, int(each), "") for each in ends], sums)
    return Weekly(found.value, found.denominator, ends)


def find(calendar: Calendar, metrics: list[Metric], weeks: Weekly, day_of_text: dict[str, int]) -> Found:
    """Judge every metric's last week. `day_of_text`: days of the limits that definitions state."""
    if not len(weeks.ends):
        return Found((), {}, 0, 0.0)
    outcomes = []
    expected = 0.0
    for group in _groups(calendar, metrics, weeks, day_of_text):
        found, false = (_own_limits if group.own else _individual)(metrics, weeks, group)
        stated = np.isfinite(weeks.value[group.places, -1])
        expected += false * int(stated.sum())
        outcomes.append(found)
    chance = np.full(len(metrics), np.nan)
    for found in outcomes:
        chance[found.group.places] = np.where(np.isfinite(found.score), found.chance, np.nan)
    judged = np.flatnonzero(np.isfinite(chance))
    rate = np.ones(len(metrics))
    rate[judged] = false_discovery(chance[judged]) if len(judged) else rate[judged]
    told = []
    for found in outcomes:
        for at, place in enumerate(found.group.places):
            if found.kind[at] and np.isfinite(found.score[at]):
                told.append(_signal(metrics[place], weeks, place, (found, at), float(rate[place]), calendar))
    told.sort(key=lambda signal: (signal.chance, signal.key))
    flagged = {signal.key: signal.kind for signal in told}
    return Found(tuple(told[:RANKED_MAX]), flagged, len(judged), expected)


def _groups(calendar: Calendar, metrics: list[Metric], weeks: Weekly, day_of_text: dict[str, int]) -> list[_Group]:
    last = len(weeks.ends) - 1
    year_start = year_bounds(calendar, year_of(calendar, int(weeks.ends[-1])))[0]
    before_year = int(np.searchsorted(weeks.ends, year_start - 1, side="right"))  # weeks that ended before this year
    there = np.isfinite(weeks.value)
    first_week = np.where(there.any(axis=1), there.argmax(axis=1), last + 1)
    places: dict[tuple[int, int, bool], list[int]] = defaultdict(list)
    for at, metric in enumerate(metrics):
        first = int(first_week[at])
        stated = [day_of_text[text] for text in (metric.limits_from, metric.limits_to) if text in day_of_text]
        if len(stated) == 2:  # noqa: PLR2004 - from and to
            first, stop = (int(np.searchsorted(weeks.ends, day)) for day in (stated[0], stated[1] + 1))
            base = stop - first
        else:
            first, base = _base(first, before_year, last)
        held = int(there[at, first : first + base].sum())
        if held >= signals.LIMITS_WEEKS_MIN and first + base <= last:
            places[first, base, held >= signals.SIGNAL_WEEKS_MIN].append(at)
    return [_Group(found, *key) for key, found in sorted(places.items())]


def _base(first: int, before_year: int, last: int) -> tuple[int, int]:
    """First week and length of the base of a metric that begins at week `first`."""
    if before_year - first >= signals.SIGNAL_WEEKS_MIN and before_year <= last:
        start = max(first, before_year - BASE_WEEKS_MAX)
        return start, before_year - start
    history = last - first
    if history >= signals.SIGNAL_WEEKS_MIN + signals.LIMITS_WEEKS_MIN:
        return first, signals.SIGNAL_WEEKS_MIN
    return first, max(signals.LIMITS_WEEKS_MIN, history // 2)


def _noise(metric: Metric) -> str:
    """A share is a rate unless something else is said; everything else asks its base."""
    if metric.noise == "auto" and metric.kind in RATIOS and metric.unit == "share":
        return "rate"
    return metric.noise


def _own_limits(metrics: list[Metric], weeks: Weekly, group: _Group) -> tuple[_Outcome, float]:
    values = weeks.value[group.places, group.first :]
    sizes = weeks.size[group.places, group.first :]
    noise = [_noise(metrics[place]) for place in group.places]
    limits = signals.fit(values, group.base, noise, sizes)
    # The last base week is judged only to be remembered by the first that comes after it.
    judged = signals.judge(values, limits, group.base - 1)
    seen = watch.watch(judged.score[:, 1:])
    point, drift = seen.point[:, -1], seen.drift[:, -1] != 0
    kind = [("both" if d else "point") if p else ("drift" if d else "") for p, d in zip(point, drift, strict=True)]
    score = judged.score[:, -1]
    found = _Outcome(
        group, seen.chance[:, -1], kind, score, judged.expected[:, -1], judged.low[:, -1], judged.high[:, -1],
        np.where(drift, seen.drift[:, -1] > 0, score > 0), seen.since[:, -1] + group.first + group.base,
        [signals.SCALE_WORDS[scale] for scale in limits.scale],
    )  # fmt: skip
    return found, watch.false_a_week(limits.regressors.shape[1], group.base)


def _individual(metrics: list[Metric], weeks: Weekly, group: _Group) -> tuple[_Outcome, float]:
    del metrics
    values = weeks.value[group.places, group.first :]
    limits = xmr.limits(values[:, : group.base])
    now = values[:, -1]
    score = xmr.scores(values[:, -1:], limits)[:, 0]
    beyond = (now > limits.upper) | (now < limits.lower)
    chance = 2 * chances.upper_tail(np.abs(np.where(np.isfinite(score), score, 0.0)))
    week = np.full(len(now), len(weeks.ends) - 1, np.int64)
    found = _Outcome(
        group, chance, ["point" if far else "" for far in beyond], score, limits.centre, limits.lower, limits.upper,
        score > 0, week, ["as it is"] * len(now),
    )  # fmt: skip
    return found, xmr.false_a_week(group.base)


def _signal(
    metric: Metric, weeks: Weekly, place: int, found: tuple[_Outcome, int], rate: float, calendar: Calendar
) -> Signal:
    outcome, at = found
    first, base = outcome.group.first, outcome.group.base
    drawn = xmr.limits(weeks.value[place : place + 1, first : first + base])
    begin = max(0, len(weeks.ends) - HISTORY_WEEKS)
    history = [None if not np.isfinite(value) else float(value) for value in weeks.value[place, begin:]]
    # What was never below zero is not expected there: no week sells less than nothing.
    least = 0.0 if not (weeks.value[place] < 0).any() else -np.inf
    return Signal(
        key=metric.key, title=metric.title, unit=metric.unit, decimals=metric.decimals, owner=metric.owner,
        better=metric.better, kind=outcome.kind[at], direction="up" if outcome.up[at] else "down",
        value=float(weeks.value[place, -1]), expected=float(outcome.expected[at]),
        low=max(least, float(outcome.low[at])), high=float(outcome.high[at]),
        score=float(outcome.score[at]), chance=float(outcome.chance[at]),
        false_discovery=rate, since=week_label(calendar, int(weeks.ends[outcome.since[at]])),
        scale=outcome.scale[at],
        base=f"{base} weeks, {week_label(calendar, int(weeks.ends[first]))} to "
        f"{week_label(calendar, int(weeks.ends[first + base - 1]))}",
        history=tuple(history), history_first=int(weeks.ends[begin]), centre=float(drawn.centre[0]),
        lower=max(least, float(drawn.lower[0])), upper=float(drawn.upper[0]),
    )  # fmt: skip


def edges(metrics: list[Metric], weeks: Weekly) -> tuple[EdgeLine, ...]:
    """Every edge that the definitions draw, tested on all weeks up to the deck's."""
    place = {metric.key: at for at, metric in enumerate(metrics)}
    drawn = [(metric, metrics[place[led]]) for metric in metrics for led in metric.leads if led in place]
    if not drawn or len(weeks.ends) < signals.LIMITS_WEEKS_MIN:
        return ()
    used = sorted({place[each.key] for pair in drawn for each in pair})
    row = {at: index for index, at in enumerate(used)}
    values = weeks.value[used]
    noise = [_noise(metrics[at]) for at in used]
    limits = signals.fit(values, values.shape[1], noise, weeks.size[used])
    score = signals.judge(values, limits).score
    found = []
    for cause, effect in drawn:
        verdict = causal.edge(score[row[place[cause.key]]], score[row[place[effect.key]]])
        known = verdict.verdict != causal.UNKNOWN
        found.append(
            EdgeLine(
                cause=cause.key, cause_title=cause.title, effect=effect.key, effect_title=effect.title,
                verdict=verdict.verdict, lead=verdict.lead, lead_low=verdict.lead_low, lead_high=verdict.lead_high,
                sign=verdict.sign, correlation=verdict.correlation if known else None,
                low=verdict.low if known else None, high=verdict.high if known else None, weeks=verdict.weeks,
            )
        )  # fmt: skip
    return tuple(found)
