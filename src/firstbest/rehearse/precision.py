"""As many pairs as a stated precision takes, and what the difference is in good and bad futures.

Pairs are added until the half-width of the 95 % interval of a figure's mean difference is at most what was asked for.
Looking after each pair would stop at lucky moments (a known fault of sequential intervals), so the interval that
decides is wider: Student's at a level of 95 % shared among the looks (Bonferroni), at 10, 15, 23, 35 ... pairs.

A quantile of the difference over futures has an interval without any assumption: two of the sorted differences, whose
places are quantiles of the binomial distribution (David and Nagaraja 2003, 7.1). Where there are too few pairs for one,
the answer says how many there have to be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from firstbest.present.comparison import Estimate
from firstbest.rehearse.compare import Pairs, RunOne, paired, run_pairs
from firstbest.rehearse.compare_student import quantile
from firstbest.rehearse.spread import Workers

FIRST: Final = 10
GROWTH: Final = 1.5
LOOKS_MAX: Final = 12
MISS: Final = 0.05


class Stopped(NamedTuple):
    """Pairs that a precision took."""

    pairs: Pairs
    half: float  # of the interval that decided
    reached: bool
    looks: int


def looks(most: int) -> list[int]:
    """Numbers of pairs after which one looks, up to the most."""
    found: list[int] = []
    count = FIRST
    while count < most and len(found) < LOOKS_MAX - 1:
        found.append(count)
        count = math.ceil(count * GROWTH)
    return [*found, most]


def until_precise(
    run_one: RunOne,
    figure: str,
    precision: float,
    how: tuple[int, Workers, int],
    progress: Callable[[float], None] | None = None,
) -> Stopped:
    """Rehearse pairs until the difference of `figure` is known to `precision`; how: (first seed, workers, most pairs).

    Raises KeyError where a rehearsal does not measure the figure.
    """
    seed, workers, most = how
    planned = looks(most)
    found = None
    for number, count in enumerate(planned, start=1):
        done = len(found.seeds) if found else 0
        more = run_pairs(run_one, range(seed + done, seed + count), workers, progress)
        found = more if found is None else joined(found, more)
        half = half_width(paired(found.without[figure], found.with_[figure]), MISS / len(planned))
        if half <= precision:
            return Stopped(found, half, reached=True, looks=number)
    assert found is not None, "there is one look or more"
    return Stopped(found, half, reached=False, looks=len(planned))


def joined(one: Pairs, other: Pairs) -> Pairs:
    """Pairs one after the other; figures that both measured."""
    keys = [key for key in one.without if key in other.without]
    return Pairs(
        (*one.seeds, *other.seeds),
        {key: (*one.without[key], *other.without[key]) for key in keys},
        {key: (*one.with_[key], *other.with_[key]) for key in keys},
    )


def half_width(values: Sequence[float], miss: float) -> float:
    """Half of Student's interval that misses with a chance of `miss`."""
    count = len(values)
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return quantile(1 - miss / 2, count - 1) * math.sqrt(variance / count)


def quantile_interval(values: Sequence[float], part: float, miss: float = MISS) -> Estimate | None:
    """A quantile of what values come from, with its interval by order statistics; None with too few values."""
    count, ordered = len(values), sorted(values)
    below = _binomial_place(count, part, miss / 2)
    above = count - 1 - _binomial_place(count, 1 - part, miss / 2)
    if below < 0 or above > count - 1:
        return None
    middle = (count - 1) * part
    left = math.floor(middle)
    right = min(left + 1, count - 1)
    return Estimate(ordered[left] + (middle - left) * (ordered[right] - ordered[left]), ordered[below], ordered[above])


def _binomial_place(count: int, part: float, miss: float) -> int:
    """The last place (from 0) of sorted values that lies above the quantile with a chance of at most `miss`, or -1."""
    total, place = 0.0, -1
    for below in range(count):
        total += math.comb(count, below) * part**below * (1 - part) ** (count - below)
        if total > miss:
            break
        place = below
    return place


def pairs_needed(part: float, miss: float = MISS) -> int:
    """The least number of values that a quantile's interval takes."""
    edge = min(part, 1 - part)
    return math.ceil(math.log(miss / 2) / math.log(1 - edge))
