"""What a membership is worth: who joins, what they order, what they cost, what stays.

Customers order at rates that differ: r orders a year with a gamma distribution of shape k (with Poisson orders this is
the negative binomial of Ehrenberg 1959). What membership gives a customer a year is

    b(r) = r x (charge saved + days sooner x worth of a day) + perks of the year

and a customer joins with chance 1 / (1 + (fee / b)^(1 / t)), t how much tastes differ. So those who order often join:
they ordered more *before*, which is selection and no effect. The effect is on top: orders of a member answer the charge
saved as they answer price, and the promise as they answer days:

    lift = ((value - saved) / value)^price x (1 + speed)^days sooner - 1

The worth of a day is the share of the price that would win as many orders: ln(1 + speed) / -price of the order's value.

What is measured comes from pairs of rehearsals, mean and spread of the mean (Student's t); how people answer is drawn
from its range. All money in whole currency units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.futures import placed, shares, stream_of
from firstbest.flywheel.model import Constant
from firstbest.world.membership import Bundle

F64 = NDArray[np.float64]

DRAWS: Final = 4_000
MEASURED_DRAW: Final = 2
ANSWER_DRAW: Final = 3
GRID: Final = 400
ENDS: Final = (0.025, 0.975)
MEASURED: Final = ("days_sooner", "extra_cost", "cost_to_serve", "order_value", "owner_gross", "others_value")
"""What pairs of rehearsals measure, by order: days that a member's promise is sooner, cost added by it, cost to serve a
member's order, value, what is left of the owner's goods before serving, value of other sellers' goods."""
OUTCOMES: Final = (
    "joining", "orders_before", "orders_others", "lift", "orders_member", "orders_share", "cost_to_serve",
    "extra_cost", "given_a_year", "subsidy", "gain_a_year", "worth_a_year", "break_even", "customer_break_even",
    "lifetime", "cannibalised", "worth_of_all",
)  # fmt: skip


class Told(NamedTuple):
    """One outcome: its middle, its interval by the rehearsals alone, and with what is assumed of people."""

    name: str
    value: float
    measured: tuple[float, float]
    all_in: tuple[float, float]


Quantile = tuple[Sequence[float], Sequence[float]]
"""Shares and the quantiles of Student's t at them."""


def economics(
    bundle: Bundle, replications: Mapping[str, Sequence[float]], customers: float, seed: int, student: Quantile
) -> tuple[Told, ...]:
    """Every outcome. `replications`: by name of MEASURED one value for each pair; `orders_customer` is one number."""
    middle = {name: np.full(1, float(np.mean(replications[name]))) for name in (*MEASURED, "orders_customer")}
    answers = {each.name: np.full(1, each.value) for each in bundle.answers}
    best = worth(bundle, {**middle, **answers}, customers)
    varied = dict(middle)
    for name in MEASURED:
        values = np.asarray(replications[name], np.float64)
        spread = float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        share = shares(stream_of(seed, name), MEASURED_DRAW, DRAWS)
        varied[name] = float(values.mean()) + spread * np.interp(share, *student)
    drawn = {
        each.name: placed(
            Constant(each.name, each.value, each.low, each.high, each.unit, each.mark, each.source),
            shares(stream_of(seed, each.name), ANSWER_DRAW, DRAWS),
        )
        for each in bundle.answers
    }
    alone = worth(bundle, {**varied, **answers}, customers)
    both = worth(bundle, {**varied, **drawn}, customers)
    return tuple(Told(name, float(best[name][0]), ends(alone[name]), ends(both[name])) for name in OUTCOMES)


def ends(values: F64) -> tuple[float, float]:
    """The middle 95 of 100; infinities are numbers like others."""
    low, high = np.quantile(values, ENDS, method="nearest").tolist()
    return (low, high)


def worth(bundle: Bundle, of: Mapping[str, F64], customers: float) -> dict[str, F64]:
    """All outcomes for each draw: [draws], or [1] where nothing varies."""
    charge, per_year, cost_year, cost_order = perks_of(bundle)
    saved: F64 = np.minimum(charge, 0.9 * of["order_value"])
    day_worth = np.log1p(of["speed"]) / np.maximum(-of["price"], 1e-9) * of["order_value"]
    per_order = np.maximum(saved + of["days_sooner"] * day_worth, 0.0)
    joining, before, others = who_joins(of, per_order, per_year, bundle.fee)
    lift = (1 - saved / of["order_value"]) ** of["price"] * (1 + of["speed"]) ** of["days_sooner"] - 1
    gross = of["owner_gross"] + of["commission"] * of["others_value"]
    each = saved + of["extra_cost"] + cost_order
    gain_order = lift * (gross - of["cost_to_serve"] - cost_order)
    given = before * each + cost_year
    worth_year = before * gain_order - given + bundle.fee
    loses = each - gain_order
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.where(loses > 0, (bundle.fee - cost_year) / loses, np.inf)
        own_even = np.where(per_order > 0, max(bundle.fee - per_year, 0.0) / per_order, np.inf)
    found = {
        "joining": joining,
        "orders_before": before,
        "orders_others": others,
        "lift": lift,
        "orders_member": before * (1 + lift),
        "orders_share": joining * before / (joining * before + (1 - joining) * others),
        "cost_to_serve": of["cost_to_serve"],
        "extra_cost": of["extra_cost"],
        "given_a_year": given,
        "subsidy": given - bundle.fee,
        "gain_a_year": before * gain_order,
        "worth_a_year": worth_year,
        "break_even": even,
        "customer_break_even": own_even,
        "lifetime": worth_year / (1 - of["renewal"] / (1 + of["discount"])),
        "cannibalised": 1 / (1 + lift),
        "worth_of_all": worth_year * joining * customers,
    }
    shape = np.broadcast_shapes(*(value.shape for value in found.values()))
    return {name: np.broadcast_to(value, shape) for name, value in found.items()}


def perks_of(bundle: Bundle) -> tuple[float, float, float, float]:
    """Money that a member saves an order and a year, and what that costs the house a year and an order."""
    orders = [each for each in bundle.perks if each.per == "order"]
    years = [each for each in bundle.perks if each.per == "year"]
    return (
        sum(each.use * each.others_pay for each in orders),
        sum(each.use * each.others_pay for each in years),
        sum(each.use * each.cost for each in years),
        sum(each.use * each.cost for each in orders),
    )


def who_joins(of: Mapping[str, F64], per_order: F64, per_year: float, fee: float) -> tuple[F64, F64, F64]:
    """Share of customers who join; orders a year of those who do and of those who do not, before any effect."""
    mean, shape, taste = (np.asarray(of[name])[None, :] for name in ("orders_customer", "shape", "taste"))
    steps = np.linspace(-14.0, 4.0, GRID)[:, None]
    rate = mean * np.exp(steps)
    # The gamma density times the rate: steps are even in its logarithm.
    logs = shape * (steps - np.exp(steps))
    weight = np.exp(logs - logs.max(axis=0))
    weight = weight / weight.sum(axis=0)
    gives = np.maximum(rate * per_order[None, :] + per_year, 1e-12)
    with np.errstate(over="ignore"):
        joins = 1 / (1 + (fee / gives) ** (1 / taste))
    share = (weight * joins).sum(axis=0)
    # What the grid leaves out of the mean is given back, so that members and others add up to all orders.
    mean_kept = (weight * rate).sum(axis=0)
    scale = mean[0] / mean_kept
    before = (weight * joins * rate).sum(axis=0) / np.maximum(share, 1e-300) * scale
    others = (weight * (1 - joins) * rate).sum(axis=0) / np.maximum(1 - share, 1e-300) * scale
    return share, before, others
