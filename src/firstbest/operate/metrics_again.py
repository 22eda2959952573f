"""What orders that send lost and damaged goods again count as: work and parcels like any, but no orders and no sales.

Their goods, at cost, and what carriers and vans take for them stand with the loss (`Metric.COST_AFTER`) and nowhere
else. Packaging and hours stand with all other packaging and hours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbest.decide.ground import Ground
from firstbest.operate.folds_again import first_time, sends_again
from firstbest.operate.rows import stacked
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.metrics import Metric
from firstbest.world.network import I64
from firstbest.world.words import Mode

Records = NDArray[np.void]


class Cells(Protocol):
    """Where additions to the daily cube are gathered (`operate.metrics.Cells`)."""

    ground: Ground

    def where(self, day: ArrayLike, node: ArrayLike, seller: ArrayLike) -> I64:
        """First key of each row's cells."""

    def days(self, at: I64, node: I64) -> I64:
        """Local day of instants at nodes."""

    def add(self, where: I64, metric: Metric | I64, numerator: ArrayLike, denominator: ArrayLike = 0) -> None:
        """Add to a metric's numerator and denominator, a row each."""


def lost(cells: Cells, where: I64, money: NDArray[np.integer]) -> None:
    """Money that a loss takes."""
    cells.add(where, Metric.COST_AFTER, money)
    cells.add(where, Metric.REPLACED, money)


def no_order(cells: Cells, rows: Records) -> Records:
    """No customer's order: not counted."""
    return rows[:0]


def picked(cells: Cells, rows: Records) -> Records:
    """Goods that were bought to be given away."""
    items = cells.ground.items
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], items.seller[rows["item"]])
    lost(cells, where, rows["quantity"] * items.cost[rows["item"]])
    return rows


def departed(cells: Cells, rows: Records) -> Records:
    """A parcel like any other, which brings nothing and is paid for by the loss."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], rows["seller"])
    own = cells.ground.carriers.mode[rows["carrier"]] == Mode.OWN_VAN
    lost(cells, where, np.where(own, 0, rows["cost"]))
    # What is counted as any parcel is taken off again: it is none that the cost to serve pays for.
    cells.add(where, Metric.COST_PARCEL, 0, -np.where(own, 0, rows["cartons"]))
    cells.add(where, Metric.SALES, 0, -rows["units"])
    rows = rows.copy()
    rows["cost"] = rows["value"] = 0
    return rows


def vanned(cells: Cells, rows: Records) -> Records:
    """Its share of a van's route and of the station."""
    lost(cells, cells.where(cells.days(rows["at"], rows["station"]), rows["station"], 0), rows["cost"])
    rows = rows.copy()
    rows["cost"] = 0
    return rows


AGAIN: dict[str, Callable[[Cells, Records], Records]] = {
    f.ORDERED.name: no_order, f.REFUSED.name: no_order, f.ALLOCATED.name: no_order, f.COMPLETED.name: no_order,
    f.PICKED.name: picked, f.DEPARTED.name: departed, f.VANNED.name: vanned,
}  # fmt: skip


def counted(cells: Cells, blocks: Sequence[Block]) -> Sequence[Block]:
    """Count what is sent again as loss; answers the facts as all else is to be counted from them."""
    if not sends_again(cells.ground):
        return blocks
    return [Block(block.fact, _counted(cells, block)) for block in blocks]


def _counted(cells: Cells, block: Block) -> Records:
    function, rows = AGAIN.get(block.fact.name), block.rows
    if function is None:
        return rows
    mine = first_time(rows)
    return rows if mine.all() else stacked([rows[mine], function(cells, rows[~mine])])
