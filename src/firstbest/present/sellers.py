"""What each seller brings, what serving it costs, and what it was billed."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from firstbest.present.labels import STAGES
from firstbest.present.record import Record
from firstbest.world.metrics import Metric
from firstbest.world.units import MONEY

PARTS: Final = {"building": "in the building", "door": "delivery", "rest": "inbound, returns, after"}
_OWN: Final = frozenset(
    {
        Metric.COST_PARCEL,
        Metric.COST_VAN,
        Metric.COST_MATERIAL,
        Metric.COST_RETURNS,
        Metric.COST_RETURN_LOSS,
        Metric.COST_AFTER,
    }
)


class Seller(NamedTuple):
    """One seller: money in whole currency units."""

    name: str
    shipments: float
    sales: float
    costs: dict[str, float]  # by part
    billed: float

    @property
    def cost(self) -> float:
        """All of the cost to serve."""
        return sum(self.costs.values())


def sellers(record: Record) -> list[Seller]:
    """Sellers that shipped anything, in their order; hours, rent, systems, inbound are shared by lines shipped."""
    sums = record.cube.sum(axis=(0, 1), dtype=np.int64)  # [S, METRICS, 2]
    lines = sums[:, Metric.SHIPMENTS, 1].astype(np.float64)
    share = lines / max(float(lines.sum()), 1.0)
    found = []
    for seller, name in enumerate(record.network.texts.sellers[: len(sums)]):
        if not sums[seller, Metric.SHIPMENTS, 0]:
            continue
        costs = dict.fromkeys(PARTS, 0.0)
        for stage in STAGES:
            for metric in stage.metrics:
                own = (
                    float(sums[seller, metric, 0])
                    if metric in _OWN
                    else float(sums[:, metric, 0].sum() * share[seller])
                )
                costs[stage.part] += own / MONEY
        billed = record.billed[seller] / MONEY if record.billed else 0.0
        sales = float(sums[seller, Metric.SALES, 0]) / MONEY
        found.append(Seller(name, float(sums[seller, Metric.SHIPMENTS, 0]), sales, costs, billed))
    return found
