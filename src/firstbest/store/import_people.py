"""People for a log: permanent heads for the mean working day, from rates by process; peaks are for overtime and temps.

heads = work of a mean working day / (rate x productive share x hours of a shift), rounded up. Receiving is reckoned
by deliveries: an item is received as often as its cases were sold, but not more than once between two reviews.

Where one head of each process would wait for most of a whole shift, the shift is as long as the work of the busiest
and a fifth more, four hours at least: small shops have people for part of the day, and whoever is away is stood in for.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from firstbest.store.import_items import Goods
from firstbest.store.import_network import Chosen
from firstbest.store.import_sales import Sales

PART_HOURS: Final = 4.0
"""The shortest shift that people come for: ours."""
WHOLE_HOURS: Final = 8
_WHOLE_UNTIL: Final = 16
SPARE: Final = 1.2
"""How much longer than its work the shift of single heads is: days differ."""


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


def for_few(network: Chosen, found: tuple[Crew, ...]) -> Chosen:
    """The network with a shorter shift and nobody away, where every crew is one head who has that little to do.

    Hours that the user filled in stay as they are.
    """
    whole = network.fill["shift_hours"]
    working = [each for each in found if each.rate]
    longest = max(each.work_day / each.rate for each in working) / (network.of("productive_percent") / 100)
    hours = max(math.ceil(longest * SPARE * 2) / 2, PART_HOURS)
    if whole.mark == "own" or hours >= whole.value or max(each.heads for each in working) > 1:
        return network
    shift = whole._replace(
        value=hours,
        low=f"{PART_HOURS:g}",
        high=f"{whole.value:g}",
        note=f"one head of each process has at most {longest:.1f} paid hours of work a day: a part-time shift",
        source="[c] the work of the busiest and a fifth more, four hours at least",
    )
    away = network.fill["absence_percent"]
    if away.mark != "own":
        away = away._replace(value=0.0, low="0", note="crews of one: somebody stands in for whoever is away")
    return network._replace(fill=network.fill | {"shift_hours": shift, "absence_percent": away})


def shift_start(network: Chosen) -> str:
    """When the one shift begins: a whole one at eight, a shorter one so that it ends when a whole one would."""
    minutes = round((_WHOLE_UNTIL - min(network.of("shift_hours"), WHOLE_HOURS)) * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
