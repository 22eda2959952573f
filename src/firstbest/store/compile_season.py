"""The season: what the firm plans for, and what will come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

from firstbest.store.compile_plan import Plan
from firstbest.store.workspace_cells import SeasonDate
from firstbest.store.workspace_settings import Entry
from firstbest.store.workspace_tables import F64
from firstbest.world.network import I64
from firstbest.world.units import PPM

YEAR: Final = 365
_EPOCH_DAY: Final = date(1970, 1, 1)


def holds(entry: Entry, day: date) -> bool:
    """Whether a period holds on a day; without a year it may run over New Year."""
    first, last = entry["from"], entry["until"]
    assert isinstance(first, SeasonDate)
    if first.year:
        return tuple(first) <= (day.year, day.month, day.day) <= tuple(last)
    return tuple(first[1:]) <= (day.month, day.day) <= tuple(last[1:])


def season(plan: Plan) -> F64:
    """Planned factor of each local day, weekday included: [D]; its mean over the year from the start is 1.

    The day's factor is that of the last period that holds, else the month's, times the weekday's. A surge or a
    boost is no part of the plan.
    """
    shape = plan.workspace.section("demand", "shape")
    periods = plan.workspace.entries("demand", "period")
    months, weekdays = shape["month"], shape["weekday"]
    length = max(plan.span, YEAR + 1)
    found = np.empty(length, np.float64)
    for index in range(length):
        day = _EPOCH_DAY + timedelta(days=plan.first_day + index)
        factor, weekday = months[day.month - 1], weekdays[day.weekday()]
        for period in periods:
            if holds(period, day):
                factor = period["factor"]
                weekday = weekdays[day.weekday()] if period["weekday"] else 1.0
        found[index] = factor * weekday
    mean = float(found[1 : 1 + YEAR].mean())
    return found[: plan.span] / (mean or 1.0)


def season_ppm(planned: F64) -> I64:
    """The planned season as parts per million, 1 at least: [D]."""
    return np.maximum(np.rint(planned * PPM), 1).astype(np.int64)


def orders_day(plan: Plan, planned: F64) -> I64:
    """Mean orders of each local day: [D]; season, growth and surges, rounded so that sums stay right.

    Growth starts with the first day; the mean over the year without surges is orders_per_day.
    """
    orders = plan.workspace.section("demand", "orders")
    grown = (1 + orders["growth_percent_year"] / 100) ** ((np.arange(max(plan.span, YEAR + 1)) - 1) / YEAR)
    factor = planned * grown[: plan.span] / float(grown[1 : 1 + YEAR].mean())
    for surge in plan.workspace.entries("demand", "surge"):
        if surge["on"]:
            factor[plan.day_index(surge["from"]) : plan.day_index(surge["until"] + 1)] *= surge["factor"]
    total = np.cumsum(factor * orders["orders_per_day"] * plan.scale)
    found: I64 = np.diff(np.rint(total), prepend=0.0).astype(np.int64)
    return found
