"""What each of the many facts of orders adds to the daily cubes, the spreads and the flows, row by row.

Nine of ten facts that count are these: one pass over the rows, compiled, with sums made by cell on the way, where
columns would take a pass and an array for every step of every metric. What else counts stands in `operate.metrics`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled, straight
from firstbest.kernels.index import local_day
from firstbest.kernels.sums import Sums, new_sums, room_left, row_of, taken
from firstbest.operate.ports import Add, Change
from firstbest.operate.rows import as_made
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.metrics import BINS, METRICS, Metric, Spread
from firstbest.world.network import I8, I32, I64
from firstbest.world.units import DAY_US, G_PER_LB_X1000, HOUR_US, PPM
from firstbest.world.words import LateCause, Mode, Reason

Records = NDArray[np.void]
SOON_DAYS = 2
"""Business days of `Metric.TWO_DAYS`."""
OWN_VAN = int(Mode.OWN_VAN)
UPGRADED = int(Reason.UPGRADED)
NO_STOCK = int(LateCause.NO_STOCK)
CELLS_MOST = 4_096
FLOWS_MOST = 65_536
"""Days, nodes and sellers, and flows, whose sums are kept at once, so that they stay in the processor's cache."""
PIECE_LEAST = 512
"""Where there is room for fewer rows than this, sums are handed on first."""


class Known(NamedTuple):
    """What counting has to know of the ground."""

    midnight_us: I64
    time_zone: I8  # [N]
    sellers: int
    seller: I32  # [I] of each item
    carton_cost: I64
    mode: I8  # [C] of each carrier
    system_cost_order: I64  # [N]
    carbon_g_parcel: I64  # [N]
    distance_km: I32  # [N, P]
    carbon_mg_kg_km: I64  # [C]
    carbon_g_drop: I64  # [C]
    # Where care is told by facts of its own, nothing is reckoned for it here: 0.
    claim_ppm: int
    contacts_ppm: int
    contacts_late_ppm: int
    contact_cost: int


class Counts(NamedTuple):
    """Sums that are being made."""

    cube: Sums  # by (day, node, seller): numerator and denominator of each metric
    flow: Sums  # by (place, node): shipments, days, cost
    spreads: I64  # [SPREADS * BINS]


def known_of(ground: Ground) -> Known:
    """What a ground says of it."""
    nodes, carriers, policy = ground.nodes, ground.carriers, ground.policy
    care = (policy.loss_claim_ppm, policy.contacts_ppm, policy.contacts_late_ppm, policy.contact_cost)
    return Known(
        ground.calendar.midnight_us,
        nodes.time_zone,
        ground.sellers,
        ground.items.seller,
        ground.cartons.cost,
        carriers.mode,
        nodes.system_cost_order,
        nodes.carbon_g_parcel,
        ground.arcs.distance_km,
        carriers.carbon_mg_kg_km,
        carriers.carbon_g_drop,
        *(care if ground.detail.care is None else (0, 0, 0, 0)),
    )


@compiled
def day_of(known: Known, at: int, node: int) -> int:
    """The local day of an instant at a node."""
    return local_day(known.midnight_us, known.time_zone[node], at)


@compiled
def cell_of(counts: Counts, known: Known, day: int, node: int, seller: int) -> int:
    """Where the sums of a day, node and seller are."""
    return row_of(counts.cube, (day * len(known.time_zone) + node) * known.sellers + seller)


@compiled
def add(counts: Counts, cell: int, metric: int, numerator: int, denominator: int) -> None:
    """Add to a metric's numerator and denominator."""
    counts.cube.words[cell, 1 + 2 * metric] += numerator
    counts.cube.words[cell, 2 + 2 * metric] += denominator


@compiled
def spread(counts: Counts, measure: int, place: int) -> None:
    """Count one in a bin."""
    counts.spreads[measure * BINS + min(max(place, 0), BINS - 1)] += 1


@compiled
def flow(counts: Counts, known: Known, place: int, node: int, amounts: tuple[int, int, int]) -> None:
    """Add (shipments, days x 100, cost) to the flow from a node to a place."""
    shipments, days, cost = amounts
    row = row_of(counts.flow, place * len(known.time_zone) + node)
    counts.flow.words[row, 1] += shipments
    counts.flow.words[row, 2] += days
    counts.flow.words[row, 3] += cost


@straight
@compiled
def ordered(counts: Counts, known: Known, rows: Records) -> None:
    """Orders placed and refused."""
    for n in range(len(rows)):
        row = rows[n]
        node = max(row["nearest"], 0)
        cell = cell_of(counts, known, day_of(known, row["at"], node), node, row["seller"])
        add(counts, cell, Metric.ORDERS_PLACED, 1, row["lines"])
        add(counts, cell, Metric.ORDERS_REFUSED, row["shipments"] == 0 and row["waiting"] == 0, 0)
        spread(counts, Spread.ORDER_LINES, row["lines"])
        spread(counts, Spread.PLACED_HOUR, row["at"] % DAY_US // HOUR_US)


@straight
@compiled
def planned(counts: Counts, known: Known, rows: Records) -> None:
    """Promised shipments against the day's limit."""
    for n in range(len(rows)):
        row = rows[n]
        add(counts, cell_of(counts, known, row["day"], row["node"], row["seller"]), Metric.CAPACITY, 1, 0)


@straight
@compiled
def allocated(counts: Counts, known: Known, rows: Records) -> None:
    """Lines promised, and from where; what is promised again is the same promise."""
    for n in range(len(rows)):
        row = rows[n]
        if row["attempt"] == 0:
            node = row["node"]
            cell = cell_of(counts, known, day_of(known, row["at"], node), node, known.seller[row["item"]])
            add(counts, cell, Metric.LINES_FILLED, 1, 1)
            add(counts, cell, Metric.NEAREST, node == row["nearest"], 1)


@straight
@compiled
def picked(counts: Counts, known: Known, rows: Records) -> None:
    """Short picks."""
    for n in range(len(rows)):
        row = rows[n]
        node = row["node"]
        cell = cell_of(counts, known, day_of(known, row["at"], node), node, known.seller[row["item"]])
        add(counts, cell, Metric.SHORT, row["short"] > 0, 1)
        add(counts, cell, Metric.CANCELLED_STOCK, 0, 1)


@straight
@compiled
def packed(counts: Counts, known: Known, rows: Records) -> None:
    """Cartons, void and labels."""
    for n in range(len(rows)):
        row = rows[n]
        node, carton = row["node"], row["carton"]
        cell = cell_of(counts, known, day_of(known, row["at"], node), node, row["seller"])
        cost = known.carton_cost[carton] * row["cartons"] if carton >= 0 else 0
        add(counts, cell, Metric.COST_MATERIAL, cost, row["cartons"])


@straight
@compiled
def departed(counts: Counts, known: Known, rows: Records) -> None:
    """What left, by whom, at what cost."""
    for n in range(len(rows)):
        row = rows[n]
        node, place, cartons = row["node"], row["place"], row["cartons"]
        cell = cell_of(counts, known, day_of(known, row["at"], node), node, row["seller"])
        add(counts, cell, Metric.SALES, row["value"], row["units"])
        add(counts, cell, Metric.RETURNED, 0, row["units"])
        add(counts, cell, Metric.SHIPMENTS, 1, row["lines"])
        add(counts, cell, Metric.CARTONS, cartons, 0)
        if known.mode[row["carrier"]] != OWN_VAN:
            add(counts, cell, Metric.COST_PARCEL, row["cost"], cartons)
            add(counts, cell, Metric.ZONE, row["zone"] * cartons, cartons)
        add(counts, cell, Metric.COST_SYSTEMS, known.system_cost_order[node], 0)
        add(counts, cell, Metric.WEIGHT, row["billed_g"], row["weight_g"])
        add(counts, cell, Metric.UPGRADED, row["reason"] == UPGRADED, 0)
        packing = known.carbon_g_parcel[node] * cartons
        add(counts, cell, Metric.CARBON, journey_g(known, node, place, row["carrier"], row["weight_g"]) + packing, 0)
        flow(counts, known, place, node, (0, 0, row["cost"]))
        spread(counts, Spread.CLICK_TO_SHIP_H, (row["at"] - row["placed_at"]) // HOUR_US)
        # A billed weight is whole steps in whole grams: so many pounds may lack a gram.
        spread(counts, Spread.BILLED_LB, (row["billed_g"] // max(cartons, 1) + 1) * 1000 // G_PER_LB_X1000)
        spread(counts, Spread.ORDER_UNITS, row["units"])


@compiled
def journey_g(known: Known, node: int, place: int, carrier: int, weight_g: int) -> int:
    """Grams of CO2e of a journey: weight x distance x the carrier's factor, and a share a drop."""
    carried = weight_g * known.distance_km[node, place] // 1000
    return int(carried * known.carbon_mg_kg_km[carrier] // 1000 + known.carbon_g_drop[carrier])


@straight
@compiled
def delivered(counts: Counts, known: Known, rows: Records) -> None:
    """Journeys ended: lost parcels and what they cost, and the flow from node to place."""
    for n in range(len(rows)):
        row = rows[n]
        node = row["node"]
        cell = cell_of(counts, known, day_of(known, row["at"], node), node, row["seller"])
        if row["outcome"] != 0:
            add(counts, cell, Metric.LOST_PARCELS, 1, 0)
            add(counts, cell, Metric.COST_AFTER, row["value"] * known.claim_ppm // PPM, 0)
        flow(counts, known, row["place"], node, (1, (row["at"] - row["placed_at"]) * 100 // DAY_US, 0))


@straight
@compiled
def completed(counts: Counts, known: Known, rows: Records) -> None:
    """Orders completed: in time or not, and why not; contacts."""
    for n in range(len(rows)):
        row = rows[n]
        cell = cell_of(counts, known, row["door_day"], row["node"], row["seller"])
        late = row["door_late"] > 0
        add(counts, cell, Metric.COMPLETED, 1, 0)
        add(counts, cell, Metric.SHIPPED_ON_TIME, row["ship_late"] == 0, 1)
        add(counts, cell, Metric.DELIVERED_ON_TIME, not late, 1)
        if late:
            add(counts, cell, Metric.LATE_NO_STOCK + row["cause"] - NO_STOCK, 1, 0)
        add(counts, cell, Metric.TWO_DAYS, row["days"] <= SOON_DAYS, 1)
        add(counts, cell, Metric.COMPLETED_DAYS, row["days"], 0)
        add(counts, cell, Metric.CARTONS, 0, max(row["shipments"] - 1, 0))
        contacts = known.contacts_ppm + (known.contacts_late_ppm if late else 0)
        add(counts, cell, Metric.COST_AFTER, contacts * known.contact_cost // PPM, contacts)
        spread(counts, Spread.BUSINESS_DAYS, row["days"])
        spread(counts, Spread.CLICK_TO_DOOR_H, (row["at"] - row["placed_at"]) // HOUR_US)


BY_ROW: dict[str, Callable[[Counts, Known, Records], None]] = {
    f.ORDERED.name: ordered, f.PLANNED.name: planned, f.ALLOCATED.name: allocated, f.PICKED.name: picked,
    f.PACKED.name: packed, f.DEPARTED.name: departed, f.DELIVERED.name: delivered, f.COMPLETED.name: completed,
}  # fmt: skip


def gathered(blocks: Sequence[Block], ground: Ground) -> list[Change]:
    """All that the facts of `BY_ROW` among these add to cubes, spreads and flows; a fact may have any number of blocks.

    Where a block has more cells than there is room for, sums are handed on before all is counted: a change more.
    """
    mine = [block for block in blocks if block.fact.name in BY_ROW and len(block.rows)]
    if not mine:
        return []
    count = sum(len(block.rows) for block in mine)
    cube, flows = new_sums(min(CELLS_MOST, count), 2 * METRICS), new_sums(min(FLOWS_MOST, count), 3)
    counts, known = Counts(cube, flows, np.zeros(len(Spread) * BINS, np.int64)), known_of(ground)
    changes: list[Change] = []
    for block in mine:
        start, rows = 0, as_made(block.rows)
        while start < len(rows):
            # A row takes at most one new place of each.
            left = min(room_left(cube), room_left(flows))
            if left < min(PIECE_LEAST, len(rows) - start):
                changes += told(counts)
                left = min(room_left(cube), room_left(flows))
            BY_ROW[block.fact.name](counts, known, rows[start : start + left])
            start += left
    changes += told(counts)
    bins = np.flatnonzero(counts.spreads)
    return [*changes, *([Add.of(t.SPREAD_T, bins, {"count": counts.spreads[bins]})] if len(bins) else [])]


def told(counts: Counts) -> list[Change]:
    """The sums as changes, without those that are 0; none are left behind."""
    changes: list[Change] = []
    keys, (up, down) = taken(counts.cube, 2)
    if len(keys):
        changes.append(Add.of(t.CUBE_T, keys, {"numerator": up, "denominator": down}))
    keys, (shipments, days, cost) = taken(counts.flow, 3)
    if len(keys):
        changes.append(Add.of(t.FLOW_T, keys, {"shipments": shipments, "days": days, "cost": cost}))
    return changes
