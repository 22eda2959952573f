"""People for a log: permanent heads for the mean working day, from rates by process; peaks are for overtime and temps.

heads = work of a mean working day / (rate x productive share x hours of a shift), rounded up. Receiving is reckoned
by deliveries: an item is received as often as its cases were sold, but not more than once between two reviews.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from firstbest.store.import_items import Goods
from firstbest.store.import_network import Chosen
from firstbest.store.import_sales import Sales


class Crew(NamedTuple):
    """One process: how much of it a mean working day holds, at which rate, by how many heads."""

    process: str
    work_day: float
    rate: float
    heads: int


def crews(network: Chosen, goods: Goods, sales: Sales, working_days: int) -> tuple[Crew, ...]:
    """The people of the one building."""
    reviews = max(sales.days / network.of("review_days"), 1)
    receipts = float(np.minimum(-(-goods.units // goods.case), reviews).sum())
    work = (
        ("receive", receipts, network.of("receive_lines_hour")),
        ("pick", float(goods.lines.sum()), network.of("pick_lines_hour")),
        ("pack", float(sales.orders), network.of("pack_orders_hour")),
    )
    hours = network.of("shift_hours") * network.of("productive_percent") / 100
    found = [
        Crew(process, amount / working_days, rate, max(math.ceil(amount / working_days / (rate * hours)), 1))
        for process, amount, rate in work
    ]
    indirect = sum(each.heads for each in found) * network.of("indirect_percent") / 100
    return (*found, Crew("indirect", 0.0, 0.0, max(round(indirect), 1)))
