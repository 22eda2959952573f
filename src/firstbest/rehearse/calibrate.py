"""Fits to a log what a rehearsal draws: arrivals by day, handling, transit; says how well, and tries itself out.

Durations: lognormal or gamma by their mean and spread where times are known to better than a day and one of them lies
within the Kolmogorov-Smirnov distance of chance; else the log's own distribution.

Arrivals: `rehearse.calibrate_arrivals`.

The back-test fits on the first part of the days and forecasts the rest, never looking at it: each later day's count,
and each later shipment's duration, has a 90 % band. That of arrivals also rolls week by week through the log. Where
values are whole, a value on the edge of its band counts by its part inside (a keyed draw for each), so that 90 % means
90 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rehearse.calibrate_arrivals import (
    DAYS_LEAST,
    WORKING,
    Arrivals,
    days_of,
    fit_arrivals,
    roll_arrivals,
    try_arrivals,
    weekday_of,
    weekdays,
)
from firstbest.rehearse.calibrate_tried import Tried, inside
from firstbest.world.units import DAY_US, HOUR_US

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

UNKNOWN: Final = np.iinfo(np.int64).min
"""An instant that the log does not give."""
FIRST_PART: Final = 0.7
USUAL: Final = 0.99
KS_5_PERCENT: Final = 1.358
"""Kolmogorov's 95 % point, over the root of the number of values."""


class Shipments(NamedTuple):
    """A log, a row a shipment: instants in microseconds or UNKNOWN, [n]."""

    placed: I64
    planned: I64
    left: I64
    delivered: I64

    @property
    def arrival(self) -> I64:
        """When each was asked for: placed, or else planned."""
        return np.where(self.placed == UNKNOWN, self.planned, self.placed)


class Duration(NamedTuple):
    """How long something takes, in hours or days."""

    unit: str
    kind: str  # "lognormal", "gamma" or "as in the log"
    mean: float
    spread: float  # standard deviation
    values: F64  # [n] sorted
    distance: float  # Kolmogorov-Smirnov: of the fit; "as in the log": between its first and second half
    limit: float  # what chance stays below in 95 of 100


class Fitted(NamedTuple):
    """One thing that was fitted; `tried` is None where too little of the log is later."""

    name: str  # arrivals, handling, transit
    arrivals: Arrivals | None
    duration: Duration | None
    tried: Tried | None
    rolled: Tried | None = None  # arrivals: week by week through the log


def calibrate(
    log: Shipments, first_part: float = FIRST_PART, closed: frozenset[int] = frozenset()
) -> tuple[Fitted, ...]:
    """Everything that the log can tell; measures that it lacks are left out. Raises ValueError if it is too short.

    `closed`: holidays, as days since the epoch. The log's ragged ends, days with less than a fifth of the usual one,
    are no arrivals of anybody but the way in which the log was cut; they are left out.
    """
    asked = log.arrival
    some = days_of(asked[asked != UNKNOWN] // DAY_US, closed)
    if len(some.counts) < DAYS_LEAST:
        raise ValueError(f"expected a log of {DAYS_LEAST} days or more, found {len(some.counts)}")
    known = int(len(some.counts) * first_part)
    cut = some.first + known
    found = [Fitted("arrivals", fit_arrivals(some), None, try_arrivals(some, known), roll_arrivals(some))]
    for name, begins, ends in (("handling", asked, log.left), ("transit", log.left, log.delivered)):
        known = (begins != UNKNOWN) & (ends != UNKNOWN)
        if known.sum() < 2 * DAYS_LEAST:
            continue
        begun, took = begins[known], ends[known] - begins[known]
        order = np.argsort(begun, kind="stable")
        begun, took = begun[order], took[order]
        whole = (begins == UNKNOWN).sum() + known.sum() == len(begins)
        fair = np.ones(len(begun), np.bool_) if whole else _fair(begun, took, int((begun + took).max()) + 1)
        earlier = begun // DAY_US < cut
        told, later = _fair(begun, took, cut * DAY_US), fair & ~earlier
        tried = try_duration(took[told], took[later]) if told.sum() and later.sum() else None
        found.append(Fitted(name, None, fit_duration(took[fair]), tried))
    return tuple(found)


def _fair(begun: I64, took: I64, until: int) -> NDArray[np.bool_]:
    """[n] What is known at an instant of how long things take, without favour to short ones.

    Of what began shortly before only the short has ended: those that began less than the longest usual duration before
    (USUAL of what has ended) are left out, long and short alike. Where hardly any began before that, all that ended.
    """
    ended = begun + took < until
    if not ended.any():
        return ended
    longest = np.quantile(took[ended], USUAL)
    fair: NDArray[np.bool_] = ended & (begun + longest < until)
    return fair if fair.sum() >= 2 * DAYS_LEAST else ended


def empty_days(log: Shipments, closed: frozenset[int]) -> tuple[int, ...]:
    """Days since the epoch on which nothing came although their weekday has arrivals, and that no calendar closes."""
    asked = log.arrival
    some = days_of(asked[asked != UNKNOWN] // DAY_US, closed)
    works = weekdays(some)[weekday_of(some.first, len(some.counts))] > WORKING
    return tuple((some.first + np.flatnonzero(works & (some.counts == 0) & ~some.closed)).tolist())


# --------------------------------------------------------------------------------------------------- durations
def fit_duration(took: I64) -> Duration:
    """A distribution for durations in microseconds, in the order in which they began."""
    by_day = bool((took % DAY_US == 0).all())
    unit, size = ("days", DAY_US) if by_day else ("hours", HOUR_US)
    values = np.sort(took / size)
    mean, spread = float(values.mean()), float(values.std())
    limit = KS_5_PERCENT / math.sqrt(len(values))
    best = Duration(unit, "as in the log", mean, spread, values, *_halves(took / size))
    if by_day or values[0] <= 0 or spread == 0:
        return best
    distances = {kind: _distance(values, _parametric(kind, values)) for kind in ("lognormal", "gamma")}
    kind = min(distances, key=lambda each: distances[each])
    if distances[kind] <= limit:
        return Duration(unit, kind, mean, spread, values, distances[kind], limit)
    return best


def _parametric(kind: str, values: F64) -> F64:
    """[n] The fitted distribution function at sorted values, by the method of moments (lognormal: of logarithms)."""
    if kind == "lognormal":
        logs = np.log(values)
        return _normal((logs - logs.mean()) / logs.std())
    # Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal.
    shape = (values.mean() / values.std()) ** 2
    return _normal((np.cbrt(values / values.mean()) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape))


def _normal(z: F64) -> F64:
    return np.array([0.5 * math.erfc(-each / math.sqrt(2)) for each in z.tolist()])


def _distance(values: F64, at: F64) -> float:
    steps = np.arange(len(values) + 1) / len(values)
    return float(max((steps[1:] - at).max(), (at - steps[:-1]).max()))


def _halves(values: F64) -> tuple[float, float]:
    """Distance between the first and second half of the values, and what chance stays below."""
    half = len(values) // 2
    one, two = np.sort(values[:half]), np.sort(values[half:])
    every = np.unique(values)
    apart = np.searchsorted(one, every, "right") / len(one) - np.searchsorted(two, every, "right") / len(two)
    return float(np.abs(apart).max()), KS_5_PERCENT * math.sqrt(1 / len(one) + 1 / len(two))


def try_duration(earlier: I64, later: I64) -> Tried:
    """Later durations in the band of the earlier ones' distribution."""
    fit = fit_duration(earlier)
    size = DAY_US if fit.unit == "days" else HOUR_US
    below, upto = (share(fit, later / size, side) for side in ("left", "right"))
    return inside(below, upto)


def share(fit: Duration, at: F64, side: str) -> F64:
    """[n] Share of the fitted distribution below values, or up to them."""
    if fit.kind == "as in the log":
        how: Callable[..., I64] = np.searchsorted
        return how(fit.values, at, side) / len(fit.values)
    if fit.kind == "lognormal":
        logs = np.log(fit.values)
        return _normal((np.log(np.maximum(at, 1e-9)) - logs.mean()) / logs.std())
    shape = (fit.mean / fit.spread) ** 2
    return _normal((np.cbrt(np.maximum(at, 0) / fit.mean) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape))
