"""Forecasts as a few quantiles, of whatever source: between them and beyond them they are read on the normal scale.

A value is taken to be linear in the normal score of its level between two given levels, and to go on with the last
slope beyond them. Three quantiles p10, p50, p90 are then exactly two halves of normal curves about the median, and a
normal forecast is kept exactly, however few of its quantiles are written down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

from firstbest.mechanisms.records import Quantile

LOW: Final = 0.1
MIDDLE: Final = 0.5
HIGH: Final = 0.9
KEPT: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Levels that a machine's forecast is kept at."""
LEVELS_MIN: Final = 3
LEVELS_MAX: Final = 99
Z_HIGH: Final = NormalDist().inv_cdf(HIGH)
_NORMAL: Final = NormalDist()


def wrong(quantiles: Sequence[Quantile]) -> str:
    """What keeps a list from being a forecast, in words; nothing if it is one."""
    if not LEVELS_MIN <= len(quantiles) <= LEVELS_MAX:
        return f"expected {LEVELS_MIN} to {LEVELS_MAX} quantiles, found {len(quantiles)}"
    if any(not 0 < each.level < 1 or not math.isfinite(each.value) for each in quantiles):
        return "expected levels above 0 and below 1 and finite values, found others"
    levels = [each.level for each in quantiles]
    if levels != sorted(set(levels)):
        return f"expected levels that rise, found {', '.join(f'{level:g}' for level in levels)}"
    values = [each.value for each in quantiles]
    if values != sorted(values):
        return f"expected values that do not fall, found {', '.join(f'{value:g}' for value in values)}"
    if levels[0] > LOW or levels[-1] < HIGH or MIDDLE not in levels:
        return f"expected p10 or lower, p50, and p90 or higher, found {', '.join(f'{level:g}' for level in levels)}"
    return ""


def of(values: Sequence[float], levels: Sequence[float] = (LOW, MIDDLE, HIGH)) -> tuple[Quantile, ...]:
    """Quantiles from values and their levels."""
    return tuple(Quantile(level, float(value)) for level, value in zip(levels, values, strict=True))


def value_at(quantiles: Sequence[Quantile], level: float) -> float:
    """The value at a level, read on the normal scale."""
    scores = [_NORMAL.inv_cdf(each.level) for each in quantiles]
    wanted = _NORMAL.inv_cdf(level)
    right = next((index for index, score in enumerate(scores) if score >= wanted), len(scores) - 1)
    right = min(max(right, 1), len(scores) - 1)
    left = right - 1
    slope = (quantiles[right].value - quantiles[left].value) / (scores[right] - scores[left])
    if math.isclose(scores[right], wanted):
        return quantiles[right].value
    return quantiles[left].value + slope * (wanted - scores[left])


def median(quantiles: Sequence[Quantile]) -> float:
    """The value at one half."""
    return value_at(quantiles, MIDDLE)


def width(quantiles: Sequence[Quantile]) -> float:
    """From p10 to p90: four times in five the truth lies there, says the forecast."""
    return value_at(quantiles, HIGH) - value_at(quantiles, LOW)


def scale(quantiles: Sequence[Quantile]) -> float:
    """The standard deviation of the normal curve of the same width."""
    return width(quantiles) / (2 * Z_HIGH)


def pooled(forecasts: Sequence[Sequence[Quantile]]) -> tuple[Quantile, ...]:
    """All forecasts weighted alike: the mean of their values, level by level (Vincent averaging)."""
    if len(forecasts) == 1:
        return tuple(forecasts[0])
    return tuple(
        Quantile(level, math.fsum(value_at(each, level) for each in forecasts) / len(forecasts)) for level in KEPT
    )


def predicted(values: Sequence[float], multipliers: Sequence[float]) -> tuple[Quantile, ...]:
    """Where the next draw will lie, from draws of the same world: mean + multiplier x deviation x sqrt(1 + 1/n).

    `multipliers` are quantiles of Student's t with n - 1 degrees of freedom at `KEPT`.
    """
    count = len(values)
    assert count >= 2, f"two draws or more, was {count}"  # noqa: PLR2004 - a spread needs two
    mean = math.fsum(values) / count
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1) * (1 + 1 / count))
    return of([mean + multiplier * spread for multiplier in multipliers], KEPT)
