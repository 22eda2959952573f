"""Does an input really lead its output? Each edge that somebody has drawn is put to the test.

Two series that share a season, or that each remember their own past, move together without any cause. So both are
reduced to what their own past and the season could not foretell (the scores of `signals`, fitted on all weeks), and
the scores are laid over each other at every lead from 0 to 13 weeks (Haugh 1976). If nothing leads, each is
normal with variance 1/n, and the greatest of all leads exceeds its limit in 5 per cent of edges and no more (Sidak).

The strongest lead is stated with the leads that are not distinguishable from it, an interval found by inverting a
likelihood ratio: lead l belongs to it if n ln((1 - r_l^2) / (1 - r_best^2)) is at most 3.84. The strength is the
correlation with Fisher's interval, widened by the same correction for having looked at many leads.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms.chances import both_tails, normal_quantile

F64 = NDArray[np.float64]

LEAD_WEEKS_MAX: Final = 13
WEEKS_MIN: Final = 30
"""Pairs of weeks below which no verdict is given."""
ALPHA: Final = 0.05
_CHI_SQUARE_95: Final = 3.841

LEADS, TOGETHER, FOLLOWS, DOES_NOT, UNKNOWN = "leads", "moves together", "follows", "does not lead", "too few weeks"


class Edge(NamedTuple):
    """The verdict on one edge. Leads are in weeks; `low` and `high` bound the correlation."""

    verdict: str
    lead: int
    lead_low: int
    lead_high: int
    sign: int
    correlation: float
    low: float
    high: float
    weeks: int
    chance: float  # of a correlation so strong at any lead, were there none


def edge(cause: F64, effect: F64, lead_max: int = LEAD_WEEKS_MAX) -> Edge:
    """Test whether scores `cause` [W] foretell scores `effect` [W]; nan where a week has none."""
    forward, counts = _correlations(cause, effect, lead_max)
    backward, counts_back = _correlations(effect, cause, lead_max)
    if counts.min() < WEEKS_MIN:
        return Edge(UNKNOWN, 0, 0, 0, 0, math.nan, math.nan, math.nan, int(counts[0]), 1.0)
    strength = np.abs(forward) * np.sqrt(counts)
    best = int(strength.argmax())
    chance = _any_of(float(both_tails(strength[best : best + 1])[0]), len(forward))
    back = np.abs(backward[1:]) * np.sqrt(counts_back[1:])
    r, n = float(forward[best]), int(counts[best])
    low, high = _fisher(r, n, len(forward))
    if chance > ALPHA:
        back_chance = _any_of(float(both_tails(back[back.argmax()][None])[0]), len(back))
        verdict = FOLLOWS if back_chance <= ALPHA else DOES_NOT
        return Edge(verdict, 0, 0, 0, 0, r, low, high, n, chance)
    near = counts * np.log((1 - forward**2) / (1 - r * r)) <= _CHI_SQUARE_95
    first, last = best, best
    while first > 0 and near[first - 1] and np.sign(forward[first - 1]) == np.sign(r):
        first -= 1
    while last < lead_max and near[last + 1] and np.sign(forward[last + 1]) == np.sign(r):
        last += 1
    return Edge(LEADS if best > 0 else TOGETHER, best, first, last, 1 if r > 0 else -1, r, low, high, n, chance)


def _correlations(cause: F64, effect: F64, lead_max: int) -> tuple[F64, F64]:
    """Correlation at each lead 0 to lead_max, and how many pairs of weeks it rests on."""
    found, counts = np.zeros(lead_max + 1), np.zeros(lead_max + 1)
    for lead in range(lead_max + 1):
        early, late = cause[: len(cause) - lead], effect[lead:]
        both = np.isfinite(early) & np.isfinite(late)
        counts[lead] = both.sum()
        if counts[lead] < 4:  # noqa: PLR2004 - fewer say nothing
            continue
        a, b = early[both] - early[both].mean(), late[both] - late[both].mean()
        below = math.sqrt(float(a @ a) * float(b @ b))
        found[lead] = min(0.999999, max(-0.999999, float(a @ b) / below)) if below > 0 else 0.0
    return found, counts


def _any_of(chance: float, tried: int) -> float:
    """The chance that the rarest of so many independent ones is so rare."""
    return -math.expm1(tried * math.log1p(-min(chance, 1 - 1e-12)))


def _fisher(r: float, pairs: int, tried: int) -> tuple[float, float]:
    """Fisher's interval of a correlation at 95 per cent, corrected for the leads that were tried."""
    reach = normal_quantile(1 - (1 - (1 - ALPHA) ** (1 / tried)) / 2) / math.sqrt(max(pairs - 3, 1))
    middle = math.atanh(r)
    return math.tanh(middle - reach), math.tanh(middle + reach)
