"""From days to spans, for all metrics at once: values, how sure they are, and what is missing behind them.

Shapes: M metrics, D days, P spans. A span's value comes from running sums over days, so that any number of spans costs
two look-ups each. The variance of a ratio is that of its linear form (the delta method): with e = n - R d for each
day, Var(R) = k / (k - 1) * sum(e^2) / sum(d)^2 over the k days that are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms import sketches
from firstbest.mechanisms.calendar import NO_DAY, Span
from firstbest.mechanisms.metrics import RATIOS, Absence, Metric

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I8 = NDArray[np.int8]
Bools = NDArray[np.bool_]


class Table(NamedTuple):
    """Daily numbers as they were known at one instant. Where `absence` is not HERE the numbers are 0 and mean nothing.

    `sketch`: for metrics of kind quantile or distinct, by their place, a summary for each day.
    """

    first_day: int
    numerator: F64  # [M, D]
    denominator: F64  # [M, D]; 1 where the kind has none
    absence: I8  # [M, D] of metrics.Absence
    sketch: Mapping[int, NDArray[np.generic]] = {}  # [D, bins] or [D, registers]


class Totals(NamedTuple):
    """What spans hold. `value` is nan where it is not stated: nothing came, too little came, or nothing was divided."""

    value: F64  # [M, P]
    variance: F64  # [M, P] of a ratio's value; nan for other kinds
    denominator: F64  # [M, P]
    here: I64  # [M, P] days that are there
    closed: I64
    late: I64
    missing: I64
    before: I64

    @property
    def due(self) -> I64:
        """Days that should be there: all but the closed ones. [M, P]."""
        return self.here + self.late + self.missing + self.before


class Running(NamedTuple):
    """Running sums over days with a leading 0, made once for any number of spans: [M, D + 1].

    Squares and products begin at column `exact`: spans that begin before it have no variance.
    """

    numerator: F64
    denominator: F64
    squares: F64
    products: F64
    denominator_squares: F64
    exact: int
    absences: tuple[I64 | None, ...]  # by metrics.Absence; None where no day is so, and for days that are there


def totals(table: Table, metrics: Sequence[Metric], spans: Sequence[Span], sums: Running | None = None) -> Totals:
    """Values of spans [M, P]; days outside the table count as before its first or after its last row."""
    days = table.numerator.shape[1]
    start = np.array([span.start for span in spans], np.int64) - table.first_day
    stop = np.array([span.end + 1 for span in spans], np.int64) - table.first_day
    low, high = np.clip(start, 0, days), np.clip(stop, 0, days)
    high = np.maximum(high, low)
    running = running_sums(table) if sums is None else sums
    none = np.zeros((len(metrics), len(spans)), np.int64)
    counts = [none if each is None else each[:, high] - each[:, low] for each in running.absences]
    here = (high - low)[None, :] - sum(counts[1:], none)
    counts[Absence.BEFORE] = counts[Absence.BEFORE] + np.clip(np.minimum(stop, 0) - start, 0, None)
    counts[Absence.LATE] = counts[Absence.LATE] + np.clip(stop - np.maximum(start, days), 0, None)
    top = running.numerator[:, high] - running.numerator[:, low]
    below = running.denominator[:, high] - running.denominator[:, low]
    scale = np.array([metric.scale for metric in metrics])[:, None]
    ratio = np.array([metric.kind in RATIOS for metric in metrics])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(below != 0, top / below, np.nan)
    variance = _variance(running, (low, high), quotient, here)
    value = np.where(ratio, quotient, top) * scale
    for place, metric in enumerate(metrics):
        if metric.kind not in RATIOS and metric.kind != "sum":
            value[place] = _other(table, place, metric, (low, high)) * metric.scale
    found = Totals(value, np.where(ratio, variance * scale**2, np.nan), below, here, *counts[1:])
    needed = np.array([metric.needed for metric in metrics])[:, None]
    due = found.due
    all_closed = (due == 0) & (found.closed > 0)
    stated = (here >= needed * due - 1e-9) & (here > 0)
    value[~stated] = np.nan
    # A span that was closed from end to end sold nothing, and that is known; a ratio of nothing stays nothing.
    adds = np.array([metric.kind == "sum" for metric in metrics])[:, None]
    value[all_closed & adds] = 0.0
    return found


def running_sums(table: Table, exact: int = 0) -> Running:
    """The running sums of a table; squares from column `exact` on."""

    def run(values: F64) -> F64:
        found = np.zeros((values.shape[0], values.shape[1] + 1))
        np.cumsum(values, axis=1, out=found[:, 1:])
        return found

    top, below = table.numerator, table.denominator
    absences: list[I64 | None] = []
    for kind in Absence:
        such = table.absence == kind
        if kind == Absence.HERE or not such.any():
            absences.append(None)
            continue
        found = np.zeros((top.shape[0], top.shape[1] + 1), np.int64)
        np.cumsum(such, axis=1, out=found[:, 1:])
        absences.append(found)
    late, under = top[:, exact:], below[:, exact:]
    return Running(
        run(top), run(below), run(late * late), run(late * under), run(under * under), exact, tuple(absences)
    )


def _variance(running: Running, ends: tuple[I64, I64], ratio: F64, here: I64) -> F64:
    """The delta method's variance of sum(n) / sum(d): [M, P]; nan below two days."""
    low, high = ends
    known = low >= running.exact
    from_, to = np.maximum(low - running.exact, 0), np.maximum(high - running.exact, 0)
    squares, products, below_squares = (
        sums[:, to] - sums[:, from_] for sums in (running.squares, running.products, running.denominator_squares)
    )
    below = running.denominator[:, high] - running.denominator[:, low]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.maximum(squares - 2 * ratio * products + ratio * ratio * below_squares, 0.0)
        found: F64 = np.where((here > 1) & known[None, :], here / (here - 1) * spread / (below * below), np.nan)
    return found


def _other(table: Table, place: int, metric: Metric, ends: tuple[I64, I64]) -> F64:
    """Values [P] of a kind that does not add up."""
    found = np.full(len(ends[0]), np.nan)
    here = table.absence[place] == Absence.HERE
    numbers = table.numerator[place]
    for at, (low, high) in enumerate(zip(*ends, strict=True)):
        chosen = here[low:high]
        if not chosen.any():
            continue
        if metric.kind == "last":
            found[at] = numbers[low:high][chosen][-1]
        elif metric.kind in {"max", "min"}:
            found[at] = (np.max if metric.kind == "max" else np.min)(numbers[low:high][chosen])
        elif metric.kind == "quantile":
            counts = np.asarray(table.sketch[place], np.float64)[low:high].sum(axis=0)
            found[at] = sketches.quantile(counts, metric.level)
        else:
            found[at] = sketches.distinct(np.asarray(table.sketch[place], np.uint8)[low:high].max(axis=0))
    return found


def moved(table: Table, shown: I64, before: I64) -> Table:
    """A table of the days `shown` [E] in a row, each with the numbers of its counterpart `before` [E] of last year.

    Counterparts outside the table are late or before, as elsewhere; a day without a counterpart is before.
    """
    days = table.numerator.shape[1]
    place = np.where(before == NO_DAY, -1, before - table.first_day)
    inside = (place >= 0) & (place < days)
    safe = np.clip(place, 0, days - 1)
    absence = table.absence[:, safe]
    absence[:, ~inside] = np.where(place[~inside] < 0, Absence.BEFORE, Absence.LATE)
    top, below = table.numerator[:, safe], table.denominator[:, safe]
    top[:, ~inside] = below[:, ~inside] = 0.0
    sketch = {}
    for metric, summary in table.sketch.items():
        taken = summary[safe]
        taken[~inside] = 0
        sketch[metric] = taken
    return Table(int(shown[0]), top, below, absence, sketch)


def missing_days(table: Table, place: int, span: Span) -> list[tuple[int, Absence]]:
    """The days of a span that are due and not there, with why."""
    found = []
    for day in range(span.start, span.end + 1):
        at = day - table.first_day
        if at >= table.absence.shape[1]:
            found.append((day, Absence.LATE))
        elif at < 0:
            found.append((day, Absence.BEFORE))
        elif table.absence[place, at] not in (Absence.HERE, Absence.CLOSED):
            found.append((day, Absence(int(table.absence[place, at]))))
    return found
