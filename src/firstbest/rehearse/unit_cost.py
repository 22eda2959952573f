"""What an order costs at ten volumes, measured in the twin: the flywheel's unit-cost curve.

A world of a volume has that many times the orders, the customers and the opening stock, and people, stations, vehicles
and vans to match, as after some months of growth; buildings, lanes, prices of carriers and the calendar stay. So the
curve holds what volume does by itself: fuller vehicles, denser routes, smaller or larger teams. What buildings cost is
told apart, and what is learned over years is not in it.

The volume of a point is measured too: orders a day over the mean of the year, whatever the season rehearsed. Days are
counted from `FILL_DAYS` on, when returns and goods at sea are under way (`flywheel.quarter`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.quarter import DAYS, FILL_DAYS
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.rehearse.compare import run_each
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store.compile_network import compile_network
from firstbest.store.flywheel_book import LEVELS
from firstbest.store.flywheel_curve import Curve, Measured
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import load
from firstbest.world.metrics import Metric
from firstbest.world.nature import Nature
from firstbest.world.network import Network

VOLUMES: Final = (0.3, 0.45, 0.6, 0.8, 1.0, 1.25, 1.5, 1.9, 2.4, 3.0)
QUARTER_DAYS: Final = DAYS
QUARTER: Final = "quarter"
MINUTES: Final = (
    Metric.PAID_RECEIVE, Metric.PAID_PICK, Metric.PAID_PACK, Metric.PAID_LOAD, Metric.PAID_INDIRECT,
)  # fmt: skip


@dataclass(frozen=True)
class At:
    """Calling it with a volume as text (or "quarter") and a seed answers what an order came to."""

    folder: Path
    scale: float
    days: int

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """One rehearsal."""
        volume, days = (1.0, QUARTER_DAYS) if which == QUARTER else (float(which), self.days)
        scenario, mean = _scenario(self, volume, FILL_DAYS + days)
        result = rehearse(scenario, Settings(seed))
        return of_order(later(record_of(result, "", self.scale, Assumed(0, 0)), FILL_DAYS), mean)


@lru_cache(maxsize=2)
def _scenario(at: At, volume: float, days: int) -> tuple[Scenario, float]:
    workspace = load(at.folder)
    network, nature = compile_network(workspace, at.scale, days)
    mean = float(workspace.section("demand", "orders")["orders_per_day"]) * at.scale
    return (Scenario(network, nature) if volume == 1.0 else at_volume(network, nature, volume)), mean


def at_volume(network: Network, nature: Nature, volume: float) -> Scenario:
    """The same world with so many times the orders, and people, vehicles and stock to match."""

    def more(values: NDArray[np.integer]) -> NDArray[np.int64]:
        return np.where(values > 0, np.maximum(np.ceil(values * volume - 1e-9), 1), values).astype(np.int64)

    labour, fleet, demand, opening = network.labour, network.fleet, nature.demand, nature.opening
    network = network._replace(
        labour=labour._replace(
            heads=more(labour.heads).astype(np.int32),
            stations=more(labour.stations).astype(np.int32),
            temps_max=more(labour.temps_max).astype(np.int32),
        ),
        lanes=network.lanes._replace(vehicles=more(network.lanes.vehicles).astype(np.int32)),
        fleet=fleet._replace(vans=more(fleet.vans).astype(np.int32)),
    )
    nature = nature._replace(
        demand=demand._replace(
            orders_day=np.rint(demand.orders_day * volume).astype(np.int64),
            customers=max(1, round(demand.customers * volume)),
        ),
        opening=opening._replace(
            quantity=more(opening.quantity), wrong=np.rint(opening.wrong * volume).astype(np.int64)
        ),
    )
    return Scenario(network, nature)


def later(record: Record, days: int) -> Record:
    """A record without its first days: local day 0 is the day before the start."""
    rest = slice(days + 1, record.days + 1)
    after = None if record.after is None else record.after[rest]
    return record._replace(cube=record.cube[rest], after=after, days=record.days - days)


def of_order(record: Record, mean: float) -> dict[str, float]:
    """Costs of an order as the flywheel parts them, and its days, hours and carbon; `mean` orders a day.

    Work and freight are shared by orders that left, buildings by orders that were promised.
    """
    sums = record.cube.sum(axis=(0, 1, 2), dtype=np.int64)[:, 0].astype(np.float64)
    told = figures(record)
    promised = max(told["orders_placed"] - told["orders_refused"], 1.0)
    left, done = max(told["orders_shipped"], 1.0), max(float(sums[Metric.COMPLETED]), 1.0)
    shared = {"building_cost": promised, "days_to_door": done}
    found = {
        name: math.fsum(sums[Metric[part.upper()]] for part in parts) / unit / shared.get(name, left)
        for name, (parts, unit) in LEVELS.items()
    }
    return {
        **found,
        "volume": told["orders_placed"] / record.days / mean,
        "orders": told["orders_placed"],
        "refused": told["orders_refused"] / max(told["orders_placed"], 1.0),
        "hours": math.fsum(sums[metric] for metric in MINUTES) / 60 / left,
        "carbon_g": told["carbon_g_per_order"],
    }


def measure(
    at: At, seeds: tuple[int, int, int], workers: int, progress: Callable[[float], None] | None = None
) -> Curve:
    """Rehearse every volume with some seeds, and the first quarter with others: `seeds` = (first, curve, quarter)."""
    first, count, quarters = seeds
    tasks = [(str(volume), first + number) for volume in VOLUMES for number in range(count)]
    # The quarter is what the curve is judged by: other luck.
    tasks += [(QUARTER, first + count + number) for number in range(quarters)]
    found = run_each(at, tasks, workers, progress)
    rows = [Measured(which, seed, dict(each)) for (which, seed), each in zip(tasks, found, strict=True)]
    network, _ = compile_network(load(at.folder), at.scale, at.days)
    curve = [row for row in rows if row.which != QUARTER]
    return Curve(
        digest=network_digest(network).hex(),
        days=at.days,
        scale=at.scale,
        points=tuple(curve),
        quarter=tuple(row for row in rows if row.which == QUARTER),
    )
