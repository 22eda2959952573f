"""The fan of sealed forecasts: what a locked bet promised of its metric, laid over the weeks and months of its window.

A forecast is of a whole window, thirteen weeks as a rule: of its mean, or of the mean of its weeks where days add up.
One week varies more. The verdict takes all of the forecast's spread s as weekly noise, so that the mean of the first n
of N weeks has the variance s^2 N / n (`verdict.py`); the fan is drawn by the same words. Of a span of d days in a
window of D, a share lies within p10 - m to p90 - m, each times sqrt(D / d), about the median m; a sum has d / 7 times
that, since its forecast is of one week. Spans that reach beyond the window have no fan, and neither have kinds
that are neither sums nor ratios: the greatest of a quarter says nothing of a week.

What is drawn is what judges: forecasts that were sealed with the lock, all sources or the chosen one, read by their
past as it was known then. After a *yes* it is the world with the bet; before a decision and after a *no* it is the
world without, since nothing has changed. A metric that was defined anew after the seal gets no fan, and is told so.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from firstbest.mechanisms.bets import judging
from firstbest.mechanisms.calendar import Span, iso_day
from firstbest.mechanisms.calibration import read_by
from firstbest.mechanisms.deck_make import Fan
from firstbest.mechanisms.metrics import RATIOS, Metric
from firstbest.mechanisms.quantiles import HIGH, LOW, median, pooled, value_at
from firstbest.mechanisms.records import Quantile, State, SuccessMetric
from firstbest.mechanisms.verdict import judges
from firstbest.mechanisms.verdict_of_bets import Scored, Sealed, known_at_lock, locked_us, window
from firstbest.world.units import DAY_US

WEEK_DAYS: Final = 7
DRAWN: Final = frozenset({"sum", *RATIOS})

Meanings = Mapping[str, Mapping[str, Any]]
"""By key of a metric what it means now, as a lock keeps it."""


class Drawn(NamedTuple):
    """Fans, and by metric a sentence on whose they are or why there is none."""

    fans: tuple[Fan, ...]
    notes: dict[str, tuple[str, ...]]


def drawn(
    bets: Sequence[Sealed], scored: Sequence[Scored], metrics: Sequence[Metric], meanings: Meanings, spans: list[Span]
) -> Drawn:
    """Fans of every locked bet over the spans of a deck; where two bets meet in a span, the one sealed last stands."""
    by_key = {metric.key: metric for metric in metrics}
    fans: dict[tuple[str, int, int], Fan] = {}
    notes: dict[str, list[str]] = defaultdict(list)
    locked = [each for each in bets if each.progress.lock is not None]
    for sealed in sorted(locked, key=lambda each: each.progress.lock.number if each.progress.lock else 0):
        for success in sealed.page.bet.success:
            metric = by_key.get(success.metric)
            if metric is None or metric.kind not in DRAWN:
                continue
            found = _fans(sealed, success, metric, scored, spans)
            if not found:
                continue
            if _meant(sealed).get(metric.key) != meanings.get(metric.key):
                said = f"no forecast is drawn of {sealed.page.bet.bet}: the metric was defined anew after it was sealed"
                notes[metric.key].append(said)
                continue
            fans |= {(each.metric, each.start, each.end): each for each in found}
    for metric_key, source in dict.fromkeys((fan.metric, fan.source) for fan in fans.values()):
        notes[metric_key].append(f"forecast: {source}")
    return Drawn(tuple(fans.values()), {key: tuple(said) for key, said in notes.items()})


def _meant(sealed: Sealed) -> Meanings:
    assert sealed.progress.sealed is not None, "a locked bet is sealed"
    found: Meanings = sealed.progress.sealed.body["definitions"]
    return found


def _fans(
    sealed: Sealed, success: SuccessMetric, metric: Metric, scored: Sequence[Scored], spans: list[Span]
) -> list[Fan]:
    by = judges(judging(sealed.progress), success.metric, sealed.page.bet.judge)
    if not by:
        return []
    with_it = sealed.progress.state in (State.GO, State.JUDGED)
    known = known_at_lock(sealed, scored)
    expected = pooled([read_by(each.with_ if with_it else each.without, known, each.source) for each in by])
    first, last = (_day(text) for text in window(success, locked_us(sealed))[:2])
    assert sealed.progress.lock is not None, "a locked bet"
    who = by[0].source if len(by) == 1 else f"{len(by)} sources alike"
    on = iso_day(sealed.progress.lock.at_us // DAY_US)
    source = f"{sealed.page.bet.bet}, the world {'with' if with_it else 'without'} it, {who}, sealed {on}"
    return [
        _fan(metric, span, expected, last - first + 1, source)
        for span in spans
        if first <= span.start and span.end <= last
    ]


def _fan(metric: Metric, span: Span, expected: Sequence[Quantile], days: int, source: str) -> Fan:
    """The forecast of a window of so many days, as one of a span within it."""
    own = span.end - span.start + 1
    middle = median(expected)
    times = own / WEEK_DAYS if metric.kind == "sum" else 1.0
    reach = math.sqrt(days / own)
    low, high = (times * (middle + reach * (value_at(expected, level) - middle)) for level in (LOW, HIGH))
    return Fan(metric.key, span.start, span.end, low, times * middle, high, source)


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))
