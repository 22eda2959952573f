"""Kill criteria of applied changes: looked at once a day, on the day that was closed last; they end the change.

A change in stages is judged where it holds: at its buildings, or for the orders that are treated. A criterion is
`METRIC < VALUE` or `METRIC > VALUE`, where the metric is a cell of the daily cubes and its value is the day's numerator
over its denominator, all nodes and sellers together. A day on which nothing was counted says nothing.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

from firstbest.operate.ports import Range, State
from firstbest.world import tables as t
from firstbest.world.metrics import METRICS, Metric
from firstbest.world.network import I64, Network

_WRITTEN: Final = re.compile(r"^\s*([a-z_]+)\s*([<>])\s*(-?\d+(?:\.\d+)?)\s*$")


class Criterion(NamedTuple):
    """One criterion."""

    metric: Metric
    below: bool
    value: float


def criterion(text: str) -> Criterion:
    """A criterion as it is written; raises ValueError in words."""
    found = _WRITTEN.match(text)
    names = {metric.name.lower(): metric for metric in Metric}
    if found is None or found[1] not in names:
        raise ValueError(f"expected a criterion like 'shipped_on_time < 0.9' on a metric of the cubes, found '{text}'")
    return Criterion(names[found[1]], found[2] == "<", float(found[3]))


def met(text: str, network: Network, state: State, day: int, nodes: frozenset[int] = frozenset()) -> float | None:
    """The value of a criterion's metric on a local day at some nodes (none: all), if the criterion holds; else None."""
    sellers = len(network.texts.sellers)
    cells = len(network.nodes.kind) * sellers * METRICS
    rows = state.read(Range(t.CUBE_T, day * cells, (day + 1) * cells)).rows
    node = np.arange(len(rows)) // (sellers * METRICS)
    chosen = rows[np.isin(node, list(nodes))] if nodes else rows
    pairs = np.stack([chosen["numerator"], chosen["denominator"]], axis=-1).reshape(-1, METRICS, 2)
    return met_by(text, pairs.sum(axis=0))


def met_by(text: str, cells: I64) -> float | None:
    """The value of a criterion's metric of cells [METRICS, 2], if the criterion holds; else None."""
    wanted = criterion(text)
    numerator, denominator = (int(each) for each in cells[int(wanted.metric)])
    if denominator == 0:
        return None
    value = numerator / denominator
    return value if (value < wanted.value if wanted.below else value > wanted.value) else None


def closed_day(network: Network, now: int) -> int:
    """The local day of the firm before the one of `now`."""
    return int(np.searchsorted(network.calendar.midnight_us[0], now, side="right")) - 2
