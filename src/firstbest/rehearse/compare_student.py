"""Quantiles of Student's t: the core needs no more of statistics than this, so it needs no SciPy.

The tail is the regularised incomplete beta function, P(T > t) = I_x(n/2, 1/2) / 2 with x = n / (n + t^2), by its
continued fraction (Abramowitz and Stegun 26.5.8, in the modified method of Lentz). The quantile is found by halving:
slow, plain, and right to the last places. Tests hold it to SciPy's.
"""

from __future__ import annotations

import math
from functools import lru_cache

STEPS_MAX = 500
_SMALL = 1e-300


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for 0 <= x <= 1."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(1 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...))), A&S 26.5.8, until it stands still."""
    value = c = 1.0
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _SMALL else _SMALL)
    value = d
    for m in range(1, STEPS_MAX):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 + term * d
            d = 1 / (d if abs(d) > _SMALL else _SMALL)
            c = 1 + term / c
            c = c if abs(c) > _SMALL else _SMALL
            change = c * d
            value *= change
        if abs(change - 1) < 1e-15:  # noqa: PLR2004 - a last place of a float
            break
    return value


def tail(t: float, freedom: float) -> float:
    """P(T > t) for t >= 0."""
    return beta_share(freedom / (freedom + t * t), freedom / 2, 0.5) / 2


@lru_cache(maxsize=1_000)
def quantile(part: float, freedom: float) -> float:
    """The t with P(T <= t) = part, for part above one half and below one."""
    assert 0.5 < part < 1, f"a part above one half and below one, was {part}"  # noqa: PLR2004
    assert freedom > 0, f"degrees of freedom above 0, was {freedom}"
    low, high = 0.0, 1.0
    while tail(high, freedom) > 1 - part:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if tail(middle, freedom) > 1 - part:
            low = middle
        else:
            high = middle
    return (low + high) / 2
