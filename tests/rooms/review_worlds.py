"""Small tables of days for tests of the weekly review."""

import numpy as np

from firstbest.mechanisms.aggregate import Table
from firstbest.mechanisms.calendar import Calendar, day_of, week_end_of
from firstbest.mechanisms.deck import Card, Deck
from firstbest.mechanisms.deck_make import Given, make
from firstbest.mechanisms.metrics import Absence, Metric

SATURDAY = week_end_of(Calendar(), day_of(2023, 9, 30))
FIRST = day_of(2021, 1, 1)


def metric(key: str = "m", **more: object) -> Metric:
    given: dict[str, object] = {"key": key, "title": key.title(), "kind": "sum", "numerator": "s.n", **more}
    if given["kind"] in {"ratio", "cohort"}:
        given.setdefault("denominator", "s.d")
    return Metric(**given)  # type: ignore[arg-type]


def table(values: np.ndarray, below: np.ndarray | None = None, first: int = FIRST) -> Table:
    """One metric's days; nan is missing, and late behind the last that is there."""
    here = np.isfinite(values)
    last = int(np.flatnonzero(here)[-1])
    absence = np.where(here, Absence.HERE, np.where(np.arange(len(values)) > last, Absence.LATE, Absence.MISSING))
    divided = np.where(here, 1.0 if below is None else below, 0.0)
    return Table(first, np.where(here, values, 0.0)[None], divided[None], absence[None].astype(np.int8))


def deck(days: Table, listed: Metric, end: int = SATURDAY, **more: object) -> Deck:
    return make(Given("T", more.pop("calendar", Calendar()), [listed], days, end, 0, **more))  # type: ignore[arg-type]


def card(days: Table, listed: Metric, end: int = SATURDAY, **more: object) -> Card:
    return deck(days, listed, end, **more).cards[0]


def constant(end: int = SATURDAY, value: float = 100.0) -> np.ndarray:
    return np.full(end - FIRST + 1, value)
