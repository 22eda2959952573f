"""How long what is paid once takes to come back, on cost alone."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from firstbest.present import text
from firstbest.present.comparison import Estimate
from firstbest.rehearse.compare import Pairs, estimate, paired

YEAR: Final = 365
COSTS: Final = ("cost_to_serve_per_order", "holding_per_order")
"""What is saved: cost to serve, and the capital cost of stock, which a change may move the other way."""


class Payback(NamedTuple):
    """Money is in whole currency units; years are nan where nothing is saved, their high end may be infinite."""

    one_off: float
    saving_year: Estimate
    years: Estimate
    sentence: str


class Span(NamedTuple):
    """What was rehearsed: days, and the share of the full volume."""

    days: int
    scale: float


def payback(pairs: Pairs, one_off: float, span: Span, currency: str) -> Payback | None:
    """Payback of a one-off cost; None where there is none, or the costs were not measured.

    The saving of a pair is the fall of cost to serve and holding cost an order, times the orders shipped without the
    change, for a year at full scale. Sales won or lost are left out: they are no cost.
    """
    if one_off <= 0 or not {*COSTS, "orders_shipped"} <= set(pairs.without):
        return None
    changes = zip(*(paired(pairs.without[key], pairs.with_[key]) for key in COSTS), strict=True)
    yearly = YEAR / max(span.days, 1) / span.scale
    savings = [
        -sum(change) * orders * yearly for change, orders in zip(changes, pairs.without["orders_shipped"], strict=True)
    ]
    saving = estimate(savings)
    years = _years(one_off, saving)
    return Payback(one_off, saving, years, _sentence(one_off, saving, years, currency))


def _years(one_off: float, saving: Estimate) -> Estimate:
    """One-off over saving; the ends change places, and a saving that may be none makes the high end infinite."""
    mean = one_off / saving.mean if saving.mean > 0 else math.nan
    low = one_off / saving.high if saving.high > 0 else math.nan
    high = one_off / saving.low if saving.low > 0 else (math.nan if math.isnan(saving.low) else math.inf)
    return Estimate(mean, low, high)


def _sentence(one_off: float, saving: Estimate, years: Estimate, currency: str) -> str:
    def money(value: float) -> str:
        return text.money(value, currency, 0)

    paid = f"{money(one_off)} once"
    if saving.high <= 0 or (math.isnan(saving.high) and saving.mean <= 0):
        return f"{paid}: not paid back on cost, which rises by {money(-saving.mean)} a year"
    if math.isnan(saving.low):
        return f"{paid}: paid back in {text.number(years.mean, 1)} years in one pair: no interval is known"
    bounds = f"{money(saving.low)} to {money(saving.high)}"
    if saving.low <= 0:
        return (
            f"{paid}: whether cost pays it back cannot be told; it saves {bounds} a year (95{text.THIN}% interval), "
            f"so {text.number(years.low, 1)} years at the soonest"
        )
    between = f"{text.number(years.low, 1)} to {text.number(years.high, 1)}"
    return f"{paid}: paid back in {text.number(years.mean, 1)} years, 95{text.THIN}% interval {between}"
