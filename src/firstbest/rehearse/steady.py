"""What one run says of the long run: where its start is over, its mean with an interval, and Little's law.

The start of a run from empty is not the long run. MSER-5 (White 1997; White, Cobb and Spratt 2000) averages the values
in fives and leaves out as many at the front as makes the squared standard error of the rest smallest: with n averages
of which d are left out, the sum of squares about the mean of the rest over (n - d)^2. Where the smallest value lies in
the second half the run is too short to have a long run in it, and `warm_up` says so instead of answering.

What is left is cut into batches, whose means are nearly independent where a batch is long against the memory of the
queue; their mean has Student's interval. That memory is estimated from the run (the sum of its autocorrelations, by the
initial positive sequence of Geyer 1992); where the run is not 300 times as long, it is too short for an interval, which
is said as well.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.present.comparison import Estimate
from firstbest.rehearse.compare_student import quantile

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FIVE: Final = 5
BATCHES: Final = 20
AVERAGES_LEFT: Final = 2 * BATCHES
"""Averages of five of which a spread can be told."""
LENGTHS: Final = 300
"""A run has an interval if it is so many times as long as what it remembers: a batch is then 15 times as long."""


class TooShortError(Exception):
    """A run is too short for what is asked of it; says how long it is and what it would need."""


class Steady(NamedTuple):
    """The long run's mean, told by one run."""

    estimate: Estimate
    left_out: int  # values at the front
    values: int  # values that count


def mser(values: F64) -> int:
    """How many values [n] at the front MSER-5 leaves out; a multiple of five, least first where several are best.

    Fewer than 40 averages left would make their spread a matter of chance, so no more are left out. Raises
    TooShortError where the best lies in the second half, or where there are fewer than 80 averages of five.
    """
    averages = values[: len(values) // FIVE * FIVE].reshape(-1, FIVE).mean(axis=1)
    count = len(averages)
    if count < 2 * AVERAGES_LEFT:
        need = 2 * AVERAGES_LEFT * FIVE
        raise TooShortError(f"{need} values are needed to see where it is over, there are {len(values)}")
    # Sums from the back: of what is left when d are left out. Centred first, so that squares do not cancel.
    centred = averages - averages.mean()
    left = count - np.arange(count - AVERAGES_LEFT)
    sums = np.cumsum(centred[::-1])[::-1][: len(left)]
    squares = np.cumsum(centred[::-1] ** 2)[::-1][: len(left)]
    error = (squares - sums * sums / left) / (left.astype(np.float64) ** 2)
    best = int(error.argmin())
    if best > count // 2:
        raise TooShortError(
            f"{len(values)} values are too short a run: at {best * FIVE} its start is not over yet (MSER-5)"
        )
    return best * FIVE


def remembered(values: F64) -> float:
    """For how many values [n] what happens is remembered: 1 + 2 x the sum of autocorrelations, 1 where there are none.

    On averages of five, up to the first pair of lags whose correlations sum to less than zero (Geyer 1992).
    """
    averages = values[: len(values) // FIVE * FIVE].reshape(-1, FIVE).mean(axis=1)
    centred = averages - averages.mean()
    room = 1 << (2 * len(centred) - 1).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(centred, room)) ** 2, room)[: len(centred)]
    if products[0] <= 0:
        return 1.0
    alike = products[: len(products) // 2 * 2].reshape(-1, 2).sum(axis=1) / products[0]
    below = np.flatnonzero(alike < 0)
    upto = int(below[0]) if len(below) else len(alike)
    return max(FIVE * (2 * float(alike[:upto].sum()) - 1), 1.0)


def steady(values: F64, batches: int = BATCHES) -> Steady:
    """The long run's mean of values in order of time, with its 95 % interval by batch means.

    Raises TooShortError where the start is not over by the middle, or where the run is short against its memory.
    """
    out = mser(values)
    size = (len(values) - out) // batches
    out = len(values) - size * batches
    rest = values[out:]
    memory = remembered(rest)
    if len(rest) < LENGTHS * memory:
        raise TooShortError(
            f"{len(values)} values are too short a run for an interval: what happens is remembered for "
            f"{memory:.0f} of them, and {LENGTHS} times as many as that are needed"
        )
    means = rest.reshape(batches, size).mean(axis=1)
    half = quantile(0.975, batches - 1) * float(means.std(ddof=1)) / math.sqrt(batches)
    mean = float(means.mean())
    return Steady(Estimate(mean, mean - half, mean + half), out, size * batches)


class Little(NamedTuple):
    """Little's law on one run: mean number there against how many come in a unit of time, times how long each stays."""

    there: float  # time-average of the number there, counted from comings and goings
    come_times_stay: float  # from the stay of each that left
    gap: Estimate  # of the difference, with its interval

    @property
    def holds(self) -> bool:
        """Whether the interval of the difference holds zero."""
        return self.gap.low <= 0 <= self.gap.high


def little(came: I64, left: I64, stay: I64, span: tuple[int, int], parts: int = BATCHES) -> Little:
    """Holds L = lambda W on a span of instants, cut into parts whose differences give the interval.

    `came` and `left` are instants, in any order and not joined; `stay` [len(left)] is how long each that left had been
    there, as it was told by whoever saw both ends. What was there before is in `came` with its own instant.
    """
    edges = np.linspace(span[0], span[1], parts + 1)
    there = _area(np.sort(came), edges) - _area(np.sort(left), edges)
    stays = np.histogram(left, bins=edges, weights=stay.astype(np.float64))[0]
    return judged(there, stays, float(span[1] - span[0]) / parts)


def judged(there: F64, stays: F64, width: float) -> Little:
    """The law from parts of equal width: time spent there by all, and stays of those that left in it."""
    gaps = (there - stays) / width
    mean = float(gaps.mean())
    half = quantile(0.975, len(gaps) - 1) * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return Little(float(there.mean()) / width, float(stays.mean()) / width, Estimate(mean, mean - half, mean + half))


def _area(instants: I64, edges: F64) -> F64:
    """For each part, the sum over instants of the part's time that lies behind them."""
    sums = np.concatenate([[0.0], np.cumsum(instants - edges[0], dtype=np.float64)])
    count = np.searchsorted(instants, edges)
    upto = count * (edges - edges[0]) - sums[count]
    return np.diff(upto)
