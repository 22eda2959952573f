"""When a score is a signal: one week that is far out, or several that lean the same way.

Scores are standard normal while nothing changes. Two tests run beside each other, each with its known rate of false
alarms, so that a deck can print how many to expect:

- a *point*: a score beyond 3.3, which happens by chance in 0.97 of 1,000 weeks;
- a *drift*: a cumulative sum (Page 1954) with reference 0.75, quickest for shifts of one and a half standard
  deviations, and a limit of 3.5. Siegmund's approximation, 2k^2 / (exp(2kb) - 2kb - 1) with b = h + 1.166, gives one
  false alarm in 486 weeks for both sides together, were the limits known. After an alarm the sum starts again.

Limits are estimated, and an error of the level leans the same way every week. So the rate is averaged over that error,
which is normal with variance K / n for K coefficients from n base weeks: 2.8 false signals among 500 metric-weeks at
104 base weeks, 1.5 were the base endless. Simulated: 2.5 (benchmarks/review.py).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms.chances import both_tails, false_discovery

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

POINT: Final = 3.3
REFERENCE: Final = 0.75
LIMIT: Final = 3.5
_OVERSHOOT: Final = 1.166
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_POINT_CHANCE: Final = 0.000967


class Watched(NamedTuple):
    """The tests, week by week."""

    point: Bools  # [M, W]
    drift: NDArray[np.int8]  # [M, W] 1 up, -1 down, 0 none
    chance: F64  # [M, W] how rarely so much is seen by chance; 1 where a week is not judged
    since: NDArray[np.int64]  # [M, W] week in which the present lean began; the week itself where there is none


def watch(score: F64) -> Watched:
    """Run both tests over scores [M, W], which begin where the base ends."""
    metrics, weeks = score.shape
    known = np.isfinite(score)
    safe = np.where(known, score, 0.0)
    drift = np.zeros((metrics, weeks), np.int8)
    chance = np.ones((metrics, weeks))
    since = np.zeros((metrics, weeks), np.int64)
    up, down = np.zeros(metrics), np.zeros(metrics)
    up_from, down_from = np.zeros(metrics, np.int64), np.zeros(metrics, np.int64)
    told = np.zeros(metrics, np.int8)
    for week in range(weeks):
        step = np.where(known[:, week], REFERENCE, 0.0)
        # A sum that starts again after an alarm goes on with the same lean, unless it stays at rest.
        up_from = np.where((up > 0) | (told == 1), up_from, week)
        down_from = np.where((down > 0) | (told == -1), down_from, week)
        up = np.maximum(up + safe[:, week] - step, 0.0)
        down = np.maximum(down - safe[:, week] - step, 0.0)
        alarm = np.where(up > LIMIT, 1, np.where(down > LIMIT, -1, 0)).astype(np.int8)
        drift[:, week] = alarm * known[:, week]
        lean = np.maximum(up, down)
        since[:, week] = np.where(lean == 0, week, np.where(up >= down, up_from, down_from))
        # In the long run a sum exceeds c with a chance that falls as exp(-2k(c + 1.166)) does.
        leaning = np.minimum(1.0, 2 * np.exp(-2 * REFERENCE * (lean + _OVERSHOOT)))
        far = both_tails(safe[:, week])
        chance[:, week] = np.where(known[:, week], np.minimum(far, leaning), 1.0)
        told = alarm
        up[alarm != 0] = 0.0
        down[alarm != 0] = 0.0
    return Watched(known & (np.abs(safe) > POINT), drift, chance, since)


def ranked(chance: F64) -> tuple[NDArray[np.int64], F64]:
    """Places of metrics from the greatest surprise down, and each one's false discovery rate [M]."""
    return np.argsort(chance, kind="stable"), false_discovery(chance)


def false_a_week(coefficients: int, base: int) -> float:
    """Chance of a signal in one week while nothing changes, for limits of so many coefficients from so many weeks."""
    error = math.sqrt(coefficients / base)
    drift = sum(
        float(weight) * 2 * _alarm_rate(REFERENCE - error * float(node))
        for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True)
    )
    return _POINT_CHANCE + drift


def _alarm_rate(reference: float) -> float:
    """Alarms a week of one side of the sum, when scores lean by REFERENCE less `reference` (Siegmund 1985)."""
    b = LIMIT + _OVERSHOOT
    power = 2 * reference * b
    return 2 * reference**2 / (math.exp(power) - power - 1) if abs(reference) > 1e-4 else 1 / b**2  # noqa: PLR2004
