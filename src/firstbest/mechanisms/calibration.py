"""How past forecasts came out, source by source, and how the next one of a source is to be read.

Each forecast that met its fact leaves a score z = (fact - median) / scale. From n scores of a source two numbers
follow. The *shift* is the mean score, drawn towards zero as if `PRIOR` scores of exactly zero had been seen as well.
The *widening* is what the half-width p50 to p90 has to be multiplied by so that four in five of the scores, shifted,
lie inside: the quantile 0.8 of |z - shift| (Hazen's rule between two), over scores and `PRIOR` perfect ones together,
against that of the normal curve. It is what conformal prediction does, begun with ten perfect forecasts. A source
without a past is read as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Final, NamedTuple

from firstbest.mechanisms.quantiles import HIGH, LOW, MIDDLE, Z_HIGH, median, scale, value_at, width
from firstbest.mechanisms.records import Calibration, Quantile

PRIOR: Final = 10
"""Perfect scores assumed of every source beforehand, so that one miss does not triple an interval. A choice."""
SCORE_MAX: Final = 1_000.0
"""So far out a miss counts at most, in standard deviations. A choice."""
COVER: Final = HIGH - LOW
WIDEN_MIN: Final = 0.5
"""No past makes an interval narrower than half: a lucky streak is no knowledge."""
LEVELS: Final = (LOW, 0.25, MIDDLE, 0.75, HIGH)
_PERFECT: Final = tuple(NormalDist().inv_cdf((1 + (rank + 0.5) / PRIOR) / 2) for rank in range(PRIOR))
"""Sizes of ten scores that lie as those of a right forecast do."""


class Met(NamedTuple):
    """A forecast that met its fact."""

    source: str
    quantiles: tuple[Quantile, ...]
    fact: float


def score(met: Met) -> float:
    """How many of its own standard deviations the fact lay above the median."""
    spread = scale(met.quantiles)
    miss = met.fact - median(met.quantiles)
    if spread > 0:
        return miss / spread
    return 0.0 if miss == 0 else math.copysign(math.inf, miss)


def pinball(quantiles: Sequence[Quantile], fact: float) -> float:
    """Mean pinball loss of five levels; twice its integral over all is the CRPS (Gneiting and Raftery 2007)."""
    losses = []
    for level in LEVELS:
        miss = fact - value_at(quantiles, level)
        losses.append(level * miss if miss >= 0 else (level - 1) * miss)
    return math.fsum(losses) / len(losses)


def shift_of(scores: Sequence[float]) -> float:
    """The mean score, drawn towards zero; scores beyond ten count as ten."""
    return math.fsum(max(-10.0, min(10.0, each)) for each in scores) / (len(scores) + PRIOR)


def widening(scores: Sequence[float], shift: float) -> float:
    """By how much the interval has to be widened to hold four facts in five.

    A forecast without width that missed is infinitely far out, which no number widens: it counts as `SCORE_MAX`.
    """
    if not scores:
        return 1.0
    sizes = sorted([*(min(abs(each - shift), SCORE_MAX) for each in scores), *_PERFECT])
    place = COVER * len(sizes) - 0.5
    below = math.floor(place)
    size = sizes[below] + (place - below) * (sizes[below + 1] - sizes[below])
    return max(WIDEN_MIN, size / Z_HIGH)


def calibrations(past: Sequence[Met]) -> tuple[Calibration, ...]:
    """Every source that has met facts, the one with most first, then by name."""
    by_source: dict[str, list[Met]] = {}
    for each in past:
        by_source.setdefault(each.source, []).append(each)
    found = [calibration(source, mets) for source, mets in by_source.items()]
    return tuple(sorted(found, key=lambda each: (-each.forecasts, each.source)))


def calibration(source: str, mets: Sequence[Met]) -> Calibration:
    """One source; of a forecast without width, the loss is told against the size of the fact."""
    scores = [score(each) for each in mets]
    shift = shift_of(scores)
    return Calibration(
        source=source,
        forecasts=len(mets),
        covered=sum(abs(_inside(each)) == 0 for each in mets) / len(mets),
        above=sum(each.fact > median(each.quantiles) for each in mets) / len(mets),
        pinball=math.fsum(pinball(each.quantiles, each.fact) / _unit(each) for each in mets) / len(mets),
        bias=math.fsum((each.fact - median(each.quantiles)) / _unit(each) for each in mets) / len(mets),
        shift=shift,
        widen=widening(scores, shift),
    )


def _inside(met: Met) -> int:
    """-1 below p10, 1 above p90, else 0."""
    return int(met.fact > value_at(met.quantiles, HIGH)) - int(met.fact < value_at(met.quantiles, LOW))


def _unit(met: Met) -> float:
    return width(met.quantiles) or abs(met.fact) or 1.0


def read_by(quantiles: Sequence[Quantile], known: Mapping[str, Calibration], source: str) -> tuple[Quantile, ...]:
    """A forecast as its source's past says it is to be read: shifted and widened about its median."""
    past = known.get(source)
    if past is None:
        return tuple(quantiles)
    middle, spread = median(quantiles), scale(quantiles)
    centre = middle + past.shift * spread
    return tuple(Quantile(each.level, centre + past.widen * (each.value - middle)) for each in quantiles)
