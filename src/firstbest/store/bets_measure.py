"""Facts of bets from a metrics folder: what its days hold of a metric, week by week, as of an instant.

A forecast is of the number that a window will show, so the noise of its weeks is in the forecast and not in the fact:
no error is added. Of a metric that adds up, the value is the mean of its weeks. A window not yet over is told by the
whole weeks that are. Days of a rehearsal are no facts; a rehearsal is brought in by name (`firstbest bet measure`).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from firstbest.mechanisms.records import Measured
from firstbest.store import metrics
from firstbest.store.bets import METRICS
from firstbest.store.metrics_measure import WEEK_DAYS, measure_of
from firstbest.world.units import DAY_US

EPOCH: Final = date(1970, 1, 1)
_SOURCE: Final = re.compile(r"([A-Za-z_]\w*)\.")

Measure = Callable[[str, str, str], Measured | None]
"""(metric, first day, last day), both days in."""


def measure_in(folder: Path, as_of_us: int, loaded: metrics.Loaded | None = None) -> Measure | None:
    """What the folder's days hold, as known at an instant; None where it has no days that are facts.

    `loaded`: the days, where they have been read already.
    Raises `WorkspaceFaulty` where `metrics.toml` or its sources cannot be read.
    """
    kinds = factual(_tree(folder / METRICS))
    if not kinds:
        return None
    known = measure_of(loaded or metrics.load(folder), as_of_us)

    def measure(metric: str, start: str, end: str) -> Measured | None:
        kind = kinds.get(metric)
        if kind is None:
            return None
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        weeks = ((last - first).days + 1) // WEEK_DAYS
        ends = [last, *(first + timedelta(WEEK_DAYS * count - 1) for count in range(weeks - 1, 0, -1))]
        for day in ends:
            found = known(metric, start, day.isoformat())
            if found is not None:
                return _as_fact(found, kind, day)
        return None

    return measure


def _tree(path: Path) -> dict[str, Any]:
    """A TOML file; nothing where it is absent or broken, which is told elsewhere."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def factual(tree: dict[str, Any]) -> dict[str, str]:
    """Kinds of metrics whose every source is a file, a query or the book; a rehearsal is none."""
    listed = [each for each in tree.get("source", []) if isinstance(each, dict)]
    rehearsed = {str(each.get("name")) for each in listed if each.get("rehearsal")}
    found = {}
    for each in tree.get("metric", []):
        terms = f"{each.get('numerator', '')} {each.get('denominator', '')}"
        if "key" in each and not set(_SOURCE.findall(terms)) & rehearsed:
            found[str(each["key"])] = str(each.get("kind", ""))
    return found


def _as_fact(found: Measured, kind: str, last: date) -> Measured:
    value = math.fsum(found.weekly) / len(found.weekly) if kind == "sum" and found.weekly else found.value
    known_us = ((last - EPOCH).days + 1) * DAY_US
    return msgspec.structs.replace(found, value=value, error=0.0, at_us=known_us)
