"""Sums over the cube of one rehearsal, and the ratios made of them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.present.record import Record
from firstbest.world.metrics import Metric
from firstbest.world.network import I64
from firstbest.world.units import MONEY
from firstbest.world.words import NodeKind

F64 = NDArray[np.float64]


class Totals(NamedTuple):
    """Numerators and denominators of the whole cube: [METRICS]."""

    n: I64
    d: I64

    def ratio(self, metric: Metric) -> float:
        """Numerator over denominator."""
        return over(float(self.n[metric]), float(self.d[metric]))

    def money(self, *metrics: Metric) -> float:
        """Numerators of money cells, in whole currency units."""
        return float(sum(int(self.n[metric]) for metric in metrics)) / MONEY

    @property
    def orders(self) -> float:
        """Orders shipped: shipments less those beyond the first of their order."""
        return float(self.n[Metric.SHIPMENTS] - self.d[Metric.CARTONS])


def over(numerator: float, denominator: float) -> float:
    """A ratio, nan where there is nothing to divide by."""
    return numerator / denominator if denominator else math.nan


def percentile(counts: I64, part: float) -> float:
    """The value below which a part of the counts lies, in bins, straight inside the bin. Counts: [BINS]."""
    total = int(counts.sum())
    if not total:
        return math.nan
    goal = part * total
    sums = np.cumsum(counts)
    place = int(np.searchsorted(sums, goal))
    before = int(sums[place]) - int(counts[place])
    return place + (goal - before) / int(counts[place])


def by_day(record: Record, metric: Metric, side: int = 0) -> F64:
    """One cell summed over nodes and sellers: [D]."""
    summed: I64 = record.cube[:, :, :, metric, side].sum(axis=(1, 2))
    return summed.astype(np.float64)


def by_day_node(record: Record, metric: Metric, side: int = 0) -> F64:
    """One cell summed over sellers: [D, N]."""
    summed: I64 = record.cube[:, :, :, metric, side].sum(axis=2)
    return summed.astype(np.float64)


def peak_window(record: Record, length: int) -> tuple[int, int]:
    """First and last-but-one day index of the busiest run of `length` days by orders placed."""
    placed = by_day(record, Metric.ORDERS_PLACED)[: record.days]
    if len(placed) <= length:
        return 0, len(placed)
    sums = np.convolve(placed, np.ones(length), "valid")
    first = int(sums.argmax())
    return first, first + length


def node_codes(record: Record, kind: NodeKind) -> list[int]:
    """Codes of the nodes of a kind, in code order."""
    return [int(code) for code in np.flatnonzero(np.asarray(record.network.nodes.kind) == kind)]
