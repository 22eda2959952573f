"""More or fewer orders in a log that is replayed: a day's further orders are drawn from its own.

An order comes once, and once more for each whole of the factor above 1; the rest is a share of the orders, by the hash
of their names. So a higher factor only adds orders, and those of the log stay as they are. A further order has its
own name, hash and instant of its model, and the same customer and lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firstbest.world.nature import Log
from firstbest.world.network import I64, Network

_AGAIN = 0x9E3779B97F4A7C15


class Days(Protocol):
    """Local days (since the epoch, the second excluded) whose orders are multiplied."""

    @property
    def first(self) -> int:
        """First day."""

    @property
    def until(self) -> int:
        """Day after the last."""

    @property
    def factor(self) -> float:
        """Of the orders."""


def raised_log(log: Log, network: Network, surges: Iterable[Days]) -> Log:
    """The log with the orders of some days multiplied; an empty one stays empty."""
    times = np.ones(len(log.at_us), np.int64)
    for each in surges:
        times = np.where(_within(log, network, each), _times(log, each.factor, times), times)
    if (times == 1).all():
        return log
    source = np.repeat(np.arange(len(times)), times)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(times) - times, times)
    order = log.order[source].copy()
    order[nth > 0] = len(times) + np.arange(int((nth > 0).sum()))
    with np.errstate(over="ignore"):
        tie = log.tie[source] ^ (nth.astype(np.uint64) * np.uint64(_AGAIN))
    lines = log.lines[source]
    first = np.cumsum(lines, dtype=np.int64) - lines
    at = np.arange(int(lines.sum())) - np.repeat(first, lines) + np.repeat(log.first_line[source], lines)
    return log._replace(
        at_us=log.at_us[source],
        order=order,
        tie=tie,
        customer=log.customer[source],
        place=log.place[source],
        service=log.service[source],
        first_line=first,
        lines=lines,
        item=log.item[at],
        quantity=log.quantity[at],
        price=log.price[at],
    )


def _within(log: Log, network: Network, days: Days) -> NDArray[np.bool_]:
    """Whether each order falls on the days, by the first time zone: [O]."""
    midnight = network.calendar.midnight_us[0]
    last = len(midnight) - 1
    start, end = (min(max(day - network.calendar.first_day, 0), last) for day in (days.first, days.until))
    found: NDArray[np.bool_] = (log.at_us >= midnight[start]) & (log.at_us < midnight[end])
    return found


def _times(log: Log, factor: float, before: I64) -> I64:
    """How often each order comes: [O]."""
    whole = int(factor)
    share = (log.tie >> np.uint64(11)).astype(np.float64) / 2.0**53 < factor - whole
    found: I64 = before * (whole + share.astype(np.int64))
    return found
