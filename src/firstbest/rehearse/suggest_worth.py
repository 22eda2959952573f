"""What a candidate is worth by its pairs: money of a year at full scale, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from firstbest.present.record import Record
from firstbest.present.suggested import Helps
from firstbest.rehearse.compare import estimate, paired
from firstbest.rehearse.compare_payback import COSTS
from firstbest.rehearse.suggest_files import Written
from firstbest.rehearse.suggest_words import yearly
from firstbest.world.units import MONEY

Figures = Mapping[str, float]
Pair = tuple[Sequence[Figures], Sequence[Figures]]
"""Figures without a change and with it, by seed."""


def ranked(record: Record, files: Sequence[Written], pairs: Sequence[Pair]) -> tuple[Helps, ...]:
    """What each candidate is worth a year at full scale, most first: money saved, sales won, late orders.

    What is saved is an order's; what is won is the rest of what is earned: sales less goods, cost to serve and the
    capital cost of stock. A late order is worth `late_day_penalty` of policies.toml; its contacts are in cost to serve.
    """
    penalty = record.network.policy.late_day_penalty / MONEY
    made = []
    for (each, file, _), (before, after) in zip(files, pairs, strict=True):
        orders = [one["orders_shipped"] * yearly(record) for one in before]
        saved = [-sum(_change(before, after, key)[n] for key in COSTS) * orders[n] for n in range(len(orders))]
        earned = paired([_earned(one) for one in before], [_earned(one) for one in after])
        won = [more * yearly(record) - less for more, less in zip(earned, saved, strict=True)]
        late = _change(before, after, "delivered_on_time")
        worth = [saved[n] + won[n] + late[n] * orders[n] * penalty for n in range(len(orders))]
        made.append(
            Helps(
                title=each.suggestion.text,
                path=file.as_posix(),
                estimated=each.suggestion.saving,
                worth=estimate(worth),
                saved=estimate(saved),
                won=estimate(won),
                on_time=estimate(late),
                two_days=estimate(_change(before, after, "two_day_share")),
                pairs=len(after),
            )
        )
    made.sort(key=lambda each: (-each.worth.mean, each.title))
    return tuple(made)


def _earned(known: Figures) -> float:
    """What the rehearsed orders left: sales less goods, cost to serve and the capital cost of stock."""
    costs = sum(known[key] for key in ("goods_cost_per_order", *COSTS))
    return known["net_sales"] - costs * known["orders_shipped"]


def _change(before: Sequence[Figures], after: Sequence[Figures], key: str) -> list[float]:
    return paired([each[key] for each in before], [each[key] for each in after])
