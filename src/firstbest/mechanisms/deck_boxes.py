"""Box scores: last week, week on week, year on year, and month, quarter and year to date, each with its year on year.

A share is compared in basis points with the interval of the delta method, anything else in per cent. Nothing is divided
by nothing: where last year is absent or zero the difference is absent too. To-date comparisons are like for like: each
day meets the day 364 days before, so that as many Saturdays stand on both sides; the same by calendar dates is kept
beside it where it differs.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms.aggregate import Totals
from firstbest.mechanisms.chances import student_quantile
from firstbest.mechanisms.deck import BEFORE, CLOSED, LATE, MISSING, NOTHING, Box
from firstbest.mechanisms.metrics import Metric

F64 = NDArray[np.float64]

LEVEL: Final = 0.975
BASIS_POINTS: Final = 10_000
LABELS: Final = ("Last week", "WoW", "YoY", "MTD", "YoY", "QTD", "YoY", "YTD", "YoY")
LAST, BEFORE_LAST, MONTH, QUARTER, YEAR = 0, 1, 2, 3, 4
"""Columns of the totals that `boxes` is given: last week, the one before, month, quarter and year to date."""


class Sides(NamedTuple):
    """What is compared: this year's five spans, last year's like for like, last year's by dates (nan where alike)."""

    now: Totals  # [M, 5]
    prior: Totals  # [M, 5]; column 1 is not read
    dated: Totals  # [M, 5]; columns 2 to 4 are read


class Differences(NamedTuple):
    """Differences with their intervals: [M]."""

    value: F64
    low: F64
    high: F64


def differences(now: Totals, then: Totals, columns: tuple[int, int], shares: NDArray[np.bool_]) -> Differences:
    """Now's column less then's: basis points for shares [M], per cent for the rest; nan where either side is absent."""
    a, b = now.value[:, columns[0]], then.value[:, columns[1]]
    variance_a, variance_b = now.variance[:, columns[0]], then.variance[:, columns[1]]
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(b != 0, (a - b) / np.abs(b) * 100, np.nan)
        value = np.where(shares, (a - b) * BASIS_POINTS, percent)
        error = np.sqrt(variance_a + variance_b) * BASIS_POINTS
        relative = np.sqrt(variance_a / b**2 + variance_b * a**2 / b**4) * 100
        spread = np.where(shares, error, relative)
        freedom = np.maximum(now.here[:, columns[0]] + then.here[:, columns[1]] - 2, 3)
        reach = student_quantile(LEVEL, freedom) * spread
    return Differences(value, value - reach, value + reach)


def boxes(metrics: list[Metric], sides: Sides) -> list[tuple[Box, ...]]:
    """The nine boxes of each metric."""
    shares = np.array([metric.unit == "share" for metric in metrics])
    now, prior, dated = sides
    found = [
        _values(now, LAST),
        _compared(metrics, differences(now, now, (LAST, BEFORE_LAST), shares), (now, LAST), (now, BEFORE_LAST)),
        _compared(metrics, differences(now, prior, (LAST, LAST), shares), (now, LAST), (prior, LAST)),
    ]
    for column in (MONTH, QUARTER, YEAR):
        by_date = differences(now, dated, (column, column), shares)
        like = differences(now, prior, (column, column), shares)
        found.append(_values(now, column))
        found.append(_compared(metrics, like, (now, column), (prior, column), by_date))
    return [
        tuple(Box(label=label, **fields[at]) for label, fields in zip(LABELS, found, strict=True))
        for at in range(len(metrics))
    ]


def _values(totals: Totals, column: int) -> list[dict[str, Any]]:
    values = totals.value[:, column].tolist()
    return [
        {"kind": "value", "value": value}
        if math.isfinite(value)
        else {"kind": "value", "absent": why(totals, at, column)}
        for at, value in enumerate(values)
    ]


def _compared(
    metrics: list[Metric],
    found: Differences,
    now: tuple[Totals, int],
    then: tuple[Totals, int],
    dated: Differences | None = None,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    value, low, high = (each.tolist() for each in found)
    by_date = dated.value.tolist() if dated is not None else [math.nan] * len(metrics)
    for at, metric in enumerate(metrics):
        row: dict[str, Any] = {"kind": "bps" if metric.unit == "share" else "percent"}
        if math.isfinite(value[at]):
            row["value"] = value[at]
            if math.isfinite(low[at]):
                row |= {"low": low[at], "high": high[at]}
            if math.isfinite(by_date[at]) and abs(by_date[at] - value[at]) > 1e-9 * max(1.0, abs(value[at])):
                row["dated"] = by_date[at]
        else:
            row["absent"] = _why_not(now, then, at)
        rows.append(row)
    return rows


def _why_not(now: tuple[Totals, int], then: tuple[Totals, int], at: int) -> str:
    """The side that is absent speaks; if both are there, last year was zero."""
    for totals, column in (now, then):
        if not math.isfinite(totals.value[at, column]):
            return why(totals, at, column)
    return NOTHING


def why(totals: Totals, at: int, column: int) -> str:
    """Why a span has no value: the gravest absence in it."""
    if totals.missing[at, column]:
        return MISSING
    if totals.late[at, column]:
        return LATE
    if totals.before[at, column]:
        return BEFORE
    if totals.closed[at, column] and not totals.here[at, column]:
        return CLOSED
    return NOTHING
