"""What became of a metric between two days: the fact by which a bet is judged."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import numpy as np

from firstbest.mechanisms.aggregate import running_sums, totals
from firstbest.mechanisms.calendar import Span
from firstbest.mechanisms.records import Measured
from firstbest.store.metrics import Loaded, given
from firstbest.store.metrics_file import day_of_text

WEEK_DAYS = 7


def measure_of(loaded: Loaded, as_of_us: int | None = None) -> Callable[[str, str, str], Measured | None]:
    """A function of metric, first day and last day (both in, as ISO dates) that answers what the folder holds.

    None where the metric is unknown, a day cannot be read, or days are absent. `error`: for a ratio that of the delta
    method; for a sum, that of its whole weeks, as if they were independent; 0 where fewer than two weeks are there.
    """
    known = given(loaded, None, as_of_us)
    place = {metric.key: at for at, metric in enumerate(known.metrics)}
    sums = running_sums(known.table)

    def measure(metric: str, start: str, end: str) -> Measured | None:
        first, last = day_of_text(start), day_of_text(end)
        at = place.get(metric)
        if at is None or first is None or last is None or last < first:
            return None
        weeks = [
            Span(day, day + WEEK_DAYS - 1, "") for day in range(first, last - WEEK_DAYS + 2, WEEK_DAYS)
        ]  # fmt: skip
        found = totals(known.table, known.metrics, [Span(first, last, ""), *weeks], sums)
        value = float(found.value[at, 0])
        if not math.isfinite(value):
            return None
        weekly = found.value[at, 1:]
        variance = float(found.variance[at, 0])
        if not math.isfinite(variance):
            whole = weekly[np.isfinite(weekly)]
            additive = known.metrics[at].kind == "sum"
            enough = len(whole) > 1
            variance = float(whole.var(ddof=1)) * (len(whole) if additive else 1 / len(whole)) if enough else 0.0
        return Measured(
            metric=metric, value=value, error=math.sqrt(variance), weekly=tuple(weekly[np.isfinite(weekly)].tolist()),
            start=start, end=end, source="metrics", at_us=known.as_of_us,
            provenance={"data": known.data, "definition": msgspec.json.encode(known.metrics[at]).decode()},
        )  # fmt: skip

    return measure
