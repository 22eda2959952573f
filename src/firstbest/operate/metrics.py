"""What each fact adds to the daily cubes, the spreads and the flows: numerators and denominators, never ratios.

The many facts of orders are counted row by row in `operate.metrics_rows`, what happens after the door in
`operate.metrics_after`; here stand all others, column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbest.decide.ground import Ground
from firstbest.kernels.index import local_days
from firstbest.operate import metrics_after, metrics_again, metrics_rows
from firstbest.operate.ports import Add, Change
from firstbest.operate.rows import by_fact
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.metrics import BINS, METRICS, Metric, Spread
from firstbest.world.network import I64
from firstbest.world.units import HOUR_US, PPM
from firstbest.world.words import NodeKind, Process, Reason, ReturnWay

Records = NDArray[np.void]


class Cells:
    """Gathers additions to cells of one day, node and seller."""

    def __init__(self, ground: Ground) -> None:
        """Start empty."""
        self.ground = ground
        self.sellers = ground.sellers
        self.keys: list[I64] = []
        self.numerators: list[I64] = []
        self.denominators: list[I64] = []
        self.spreads: list[I64] = []

    def where(self, day: ArrayLike, node: ArrayLike, seller: ArrayLike) -> I64:
        """First key of each row's cells."""
        nodes = len(self.ground.nodes.kind)
        of_node = np.asarray(day, np.int64) * nodes + np.asarray(node, np.int64)
        base: I64 = of_node * self.sellers + np.asarray(seller, np.int64)
        return base * METRICS

    def add(self, where: I64, metric: Metric | I64, numerator: ArrayLike, denominator: ArrayLike = 0) -> None:
        """Add to a metric's numerator and denominator, a row each."""
        size = len(where)
        self.keys.append(where + np.asarray(metric, np.int64))
        self.numerators.append(np.broadcast_to(np.asarray(numerator, np.int64), size))
        self.denominators.append(np.broadcast_to(np.asarray(denominator, np.int64), size))

    def spread(self, measure: Spread, bins: I64) -> None:
        """Count one in each bin."""
        self.spreads.append(int(measure) * BINS + np.clip(bins, 0, BINS - 1))

    def days(self, at: I64, node: I64) -> I64:
        """Local day of instants at nodes."""
        zone = self.ground.nodes.time_zone[node].astype(np.int64)
        return local_days(self.ground.calendar.midnight_us, zone, np.ascontiguousarray(at))

    def changes(self) -> list[Change]:
        """All that was gathered."""
        made: list[Change] = []
        if self.keys:
            columns = {
                "numerator": np.concatenate(self.numerators),
                "denominator": np.concatenate(self.denominators),
            }
            made.append(Add.of(t.CUBE_T, np.concatenate(self.keys), columns))
        if self.spreads:
            bins = np.concatenate(self.spreads)
            made.append(Add.of(t.SPREAD_T, bins, {"count": np.ones(len(bins), np.int64)}))
        return made


def withdrawn(cells: Cells, rows: Records) -> None:
    """What is promised for another day, or from elsewhere, is not promised here."""
    cells.add(cells.where(rows["day"], rows["node"], rows["seller"]), Metric.CAPACITY, -1)


def refused(cells: Cells, rows: Records) -> None:
    """Lines refused, and what they would have brought."""
    rows = rows[rows["reason"] != Reason.DUPLICATE]
    node = np.maximum(rows["nearest"], 0)
    where = cells.where(cells.days(rows["at"], node), node, cells.ground.items.seller[rows["item"]])
    cells.add(where, Metric.LINES_FILLED, 0, 1)
    cells.add(where, Metric.LOST_SALES, rows["quantity"] * rows["price"], rows["quantity"])


def cancelled(cells: Cells, rows: Records) -> None:
    """Lines cancelled, by whom."""
    rows = rows[rows["granted"] == 1]
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], cells.ground.items.seller[rows["item"]])
    short = rows["reason"] == Reason.SHORT_EVERYWHERE
    cells.add(where, Metric.CANCELLED_STOCK, short)
    cells.add(where, Metric.CANCELLED_CUSTOMER, ~short)


def filled(cells: Cells, rows: Records) -> None:
    """Lines promised after they waited for stock."""
    nearest = np.maximum(rows["nearest"], 0)
    where = cells.where(cells.days(rows["at"], nearest), nearest, rows["seller"])
    cells.add(where, Metric.LINES_FILLED, rows["lines"], rows["lines"])


def lapsed(cells: Cells, rows: Records) -> None:
    """Lines that waited in vain are refused; those cancelled meanwhile are the customer's."""
    refused(cells, rows[rows["reason"] != Reason.GRANTED])


def rolled(cells: Cells, rows: Records) -> None:
    """Packed and left behind."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], 0)
    cells.add(where, Metric.ROLLED, 1)


def returned(cells: Cells, rows: Records) -> None:
    """Units that came back: label, processing, value lost."""
    policy, ground = cells.ground.policy, cells.ground
    node = np.full(len(rows), ground.centres[0])
    where = cells.where(cells.days(rows["at"], node), node, ground.items.seller[rows["item"]])
    cells.add(where, Metric.RETURNED, rows["quantity"])
    parcel = np.where(rows["ordinal"] == 0, policy.return_label + policy.return_process, 0)
    cells.add(where, Metric.COST_RETURNS, parcel, rows["quantity"])
    if ground.detail.returns is None:
        cells.add(where, Metric.COST_RETURN_LOSS, rows["quantity"] * (rows["price"] * policy.return_loss_ppm // PPM))


def disposed(cells: Cells, rows: Records) -> None:
    """What returned units lost of what they had cost, and what it took to lose no more."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], rows["seller"])
    cells.add(where, Metric.COST_RETURNS, rows["cost"])
    cells.add(where, Metric.COST_RETURN_LOSS, rows["quantity"] * cells.ground.items.cost[rows["item"]] - rows["value"])


def authorised(cells: Cells, rows: Records) -> None:
    """What customers keep is lost whole."""
    rows = rows[rows["way"] == ReturnWay.KEEP]
    where = cells.where(cells.days(rows["at"], rows["to_node"]), rows["to_node"], rows["seller"])
    cells.add(where, Metric.COST_RETURN_LOSS, rows["quantity"] * cells.ground.items.cost[rows["item"]])


def contacted(cells: Cells, rows: Records) -> None:
    """What a contact costs."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], rows["seller"])
    cells.add(where, Metric.COST_AFTER, rows["cost"], PPM)


def paid_back(cells: Cells, rows: Records) -> None:
    """Harm made good; `claim_settled` takes off what carriers pay of it."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], rows["seller"])
    cells.add(where, Metric.COST_AFTER, rows["amount"])


def replaced(cells: Cells, rows: Records) -> None:
    """Shipments sent again; what that takes is counted as it is spent (`operate.metrics_again`)."""
    cells.add(cells.where(cells.days(rows["at"], rows["node"]), rows["node"], rows["seller"]), Metric.REPLACED, 0, 1)


def paid_by_carrier(cells: Cells, rows: Records) -> None:
    """What carriers pay for harm."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], rows["seller"])
    cells.add(where, Metric.COST_AFTER, -rows["amount"])


def moved(cells: Cells, rows: Records) -> None:
    """Freight and duty of goods on the way in."""
    node = rows["to_node"]
    where = cells.where(cells.days(rows["at"], node), node, cells.ground.items.seller[rows["item"]])
    cells.add(where, Metric.COST_INBOUND, rows["cost"], rows["quantity"])
    cells.add(where, Metric.COST_DUTY, rows["duty"], rows["quantity"])


def vehicle(cells: Cells, rows: Records) -> None:
    """Vehicles and how full they were."""
    lanes = cells.ground.lanes
    lane = rows["lane"]
    node = lanes.origin[lane]
    where = cells.where(cells.days(rows["at"], node), node, 0)
    space = np.maximum(lanes.capacity_cm3[lane] // 1000, 1)
    cells.add(where, Metric.VEHICLES, rows["vehicles"], rows["volume_cm3"] // 1000 * PPM // space)
    outbound = rows["carrier"] >= 0
    cells.add(where, Metric.COST_LINEHAUL, np.where(outbound, rows["cost"], 0))
    cells.add(where, Metric.CARBON, np.where(outbound, rows["carbon_g"], 0))
    cells.add(where, Metric.CARBON_INBOUND, np.where(outbound, 0, rows["carbon_g"]))


def received(cells: Cells, rows: Records) -> None:
    """Receipts, and how long they took from dock to shelf."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], cells.ground.items.seller[rows["item"]])
    cells.add(where, Metric.RECEIVED, 1, rows["quantity"])
    cells.add(where, Metric.DISCREPANCY, rows["quantity"] != rows["expected"])
    cells.spread(Spread.DOCK_TO_STOCK_H, (rows["at"] - rows["docked_at"]) // HOUR_US)


def counted(cells: Cells, rows: Records) -> None:
    """Counts, and which found a difference."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], cells.ground.items.seller[rows["item"]])
    cells.add(where, Metric.COUNTS, 1, rows["quantity"] != rows["book"])


def rostered(cells: Cells, rows: Records) -> None:
    """Minutes needed against minutes rostered, as planned for the week."""
    rows = rows[rows["needed_min"] > 0]
    labour = cells.ground.labour
    where = cells.where(rows["day"], rows["node"], 0)
    shift_min = labour.shift_minutes[rows["node"], rows["shift"]]
    minutes = rows["heads"] * (shift_min + rows["overtime_min"]) + rows["temps"] * shift_min
    for process, metric in ((Process.PICK, Metric.NEEDED_PICK), (Process.PACK, Metric.NEEDED_PACK)):
        mine = rows["process"] == process
        cells.add(where[mine], metric, rows["needed_min"][mine], minutes[mine])


def limited(cells: Cells, rows: Records) -> None:
    """The day's limit, for use of capacity."""
    cells.add(cells.where(rows["day"], rows["node"], 0), Metric.CAPACITY, 0, rows["limit"])


COST_OF = np.array(
    [Metric.COST_RECEIVE, Metric.COST_PICK, Metric.COST_PACK, Metric.COST_LOAD, Metric.COST_INDIRECT], np.int64
)
PAID_OF = np.array(
    [Metric.PAID_RECEIVE, Metric.PAID_PICK, Metric.PAID_PACK, Metric.PAID_LOAD, Metric.PAID_INDIRECT], np.int64
)


def worked(cells: Cells, rows: Records) -> None:
    """Hours and their money."""
    where = cells.where(rows["day"], rows["node"], 0)
    cells.add(where, COST_OF[rows["process"]], rows["money"], rows["paid_min"])
    cells.add(where, PAID_OF[rows["process"]], rows["paid_min"], rows["busy_s"])
    cells.add(where, Metric.OVERTIME, rows["overtime_min"], rows["paid_min"])
    cells.add(where, Metric.TEMPS, rows["temp_min"])
    heads = np.where(rows["process"] == Process.INDIRECT, 0, rows["paid_min"] - rows["temp_min"] - rows["lent_min"])
    cells.add(where, Metric.LENT, np.maximum(rows["lent_min"], 0))
    cells.add(where, Metric.ABOVE_PACE, rows["above_min"], heads)
    cells.add(where, Metric.INJURED, rows["injured"])


def routed(cells: Cells, rows: Records) -> None:
    """Van routes."""
    where = cells.where(cells.days(rows["at"], rows["node"]), rows["node"], 0)
    cells.add(where, Metric.ROUTES, rows["routes"], rows["stops"])
    cells.add(where, Metric.CARBON, rows["carbon_g"])


def vanned(cells: Cells, rows: Records) -> None:
    """What vans and stations cost."""
    where = cells.where(cells.days(rows["at"], rows["station"]), rows["station"], 0)
    cells.add(where, Metric.COST_VAN, rows["cost"], 1)


def day_closed(cells: Cells, rows: Records) -> None:
    """What stands in the buildings."""
    kind = cells.ground.nodes.kind[rows["node"]]
    where = cells.where(rows["day"], rows["node"], 0)
    cells.add(where, Metric.COST_BUILDING, rows["cost"], kind == NodeKind.FULFILMENT)
    cells.add(where, Metric.COST_HOLDING, rows["holding"])
    cells.add(where, Metric.STOCK_UNITS, rows["units"])
    cells.add(where, Metric.STOCK_VALUE, rows["value"], rows["volume_cm3"])
    cells.add(where, Metric.AGED, rows["aged_units"], rows["units"])
    cells.add(where, Metric.BACKLOG, rows["backlog"])


CUBES: dict[str, Callable[[Cells, Records], None]] = {
    f.REFUSED.name: refused, f.CANCELLED.name: cancelled, f.ROLLED.name: rolled, f.RETURNED.name: returned,
    f.MOVED.name: moved, f.VEHICLE.name: vehicle, f.RECEIVED.name: received, f.COUNTED.name: counted,
    f.ROSTERED.name: rostered, f.LIMITED.name: limited, f.WORKED.name: worked, f.ROUTED.name: routed,
    f.FILLED.name: filled, f.LAPSED.name: lapsed, f.VANNED.name: vanned, f.DAY_CLOSED.name: day_closed,
    f.DISPOSED.name: disposed, f.WITHDRAWN.name: withdrawn,
    f.RETURN_AUTHORISED.name: authorised, f.CONTACTED.name: contacted, f.MADE_GOOD.name: paid_back,
    f.CLAIM_SETTLED.name: paid_by_carrier, f.REPLACED.name: replaced, f.REPLACEMENT_ENDED.name: paid_back,
}  # fmt: skip
IN_CUBES = CUBES.keys() | metrics_rows.BY_ROW.keys()
"""Facts that count in the cubes of all days, nodes and sellers."""
COUNTED = IN_CUBES | metrics_after.CUBES.keys()
"""Facts that count."""


def cubes(blocks: Sequence[Block], ground: Ground) -> list[Change]:
    """All that facts add to cubes, spreads and flows; a fact may have any number of blocks."""
    cells = Cells(ground)
    blocks = metrics_again.counted(cells, blocks)
    of_orders = metrics_rows.gathered(blocks, ground)
    for block in by_fact([block for block in blocks if block.fact.name in CUBES]):
        CUBES[block.fact.name](cells, block.rows)
    return [*of_orders, *cells.changes(), *metrics_after.gathered(blocks, ground)]
