"""The cubes told again, one fact at a time: a slow oracle that shares no code with the folds.

Local days come from the time zones' names, rates and costs from the network; nothing is vectorised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from firstbest.operate.ports import All
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.metrics import BINS, METRICS, Metric, Spread
from firstbest.world.units import SENT_AGAIN_FIRST
from firstbest.world.words import Mode, NodeKind, Process, Reason
from tests.laws.conservation import Row, each
from tests.laws.history import History

Cell = tuple[int, int, int, int]  # metric, day, node, seller
EPOCH = date(1970, 1, 1)
HOUR_US = 3_600_000_000


class Recount:
    """Numerators and denominators by metric, day, node, seller."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.network = history.network
        self.cells: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
        self.spreads: dict[tuple[int, int], int] = defaultdict(int)
        self.flows: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])  # by place, node

    def day(self, at: int, node: int) -> int:
        """The local day index of an instant at a node."""
        zone = ZoneInfo(self.network.texts.time_zones[int(self.network.nodes.time_zone[node])])
        local = datetime.fromtimestamp(at // 1_000_000, zone).date()
        return (local - EPOCH - timedelta(days=self.network.calendar.first_day)).days

    def add(self, metric: Metric, where: tuple[int, int, int], numerator: int, denominator: int = 0) -> None:
        """Count into a cell; where: (day, node, seller)."""
        cell = self.cells[(int(metric), *where)]
        cell[0] += numerator
        cell[1] += denominator

    def spread(self, measure: Spread, value: int) -> None:
        """Count one; the last bin holds what is beyond."""
        self.spreads[int(measure), min(max(value, 0), BINS - 1)] += 1

    def here(self, row: Row, seller: int | None = None) -> tuple[int, int, int]:
        """The cell of a row's node at its instant; of its seller, or its item's."""
        if seller is None:
            seller = row["seller"] if "seller" in row else int(self.network.items.seller[row["item"]])
        return self.day(row["at"], row["node"]), row["node"], seller


def again(row: Row) -> bool:
    """Is it about an order that sends lost or damaged goods again: no customer's?"""
    return row["order"] >= SENT_AGAIN_FIRST


def ordered(count: Recount, row: Row) -> None:
    if again(row):
        return
    where = (count.day(row["at"], row["nearest"]), row["nearest"], row["seller"])
    count.add(Metric.ORDERS_PLACED, where, 1, row["lines"])
    count.add(Metric.ORDERS_REFUSED, where, int(row["shipments"] == 0 and row["waiting"] == 0))
    count.spread(Spread.ORDER_LINES, row["lines"])
    count.spread(Spread.PLACED_HOUR, datetime.fromtimestamp(row["at"] // 1_000_000, UTC).hour)


def planned(count: Recount, row: Row) -> None:
    count.add(Metric.CAPACITY, (row["day"], row["node"], row["seller"]), 1)


def withdrawn(count: Recount, row: Row) -> None:
    count.add(Metric.CAPACITY, (row["day"], row["node"], row["seller"]), -1)


def limited(count: Recount, row: Row) -> None:
    count.add(Metric.CAPACITY, (row["day"], row["node"], 0), 0, row["limit"])


def allocated(count: Recount, row: Row) -> None:
    if row["attempt"] == 0 and not again(row):
        count.add(Metric.LINES_FILLED, count.here(row), 1, 1)
        count.add(Metric.NEAREST, count.here(row), int(row["node"] == row["nearest"]), 1)


def refused(count: Recount, row: Row) -> None:
    if row["reason"] != Reason.DUPLICATE and not again(row):
        where = count.here({**row, "node": row["nearest"]})
        count.add(Metric.LINES_FILLED, where, 0, 1)
        count.add(Metric.LOST_SALES, where, row["quantity"] * row["price"], row["quantity"])


def filled(count: Recount, row: Row) -> None:
    where = (count.day(row["at"], row["nearest"]), row["nearest"], row["seller"])
    count.add(Metric.LINES_FILLED, where, row["lines"], row["lines"])


def lapsed(count: Recount, row: Row) -> None:
    if row["reason"] == Reason.NO_STOCK:
        refused(count, row)


def cancelled(count: Recount, row: Row) -> None:
    if row["granted"]:
        by_shelf = row["reason"] == Reason.SHORT_EVERYWHERE
        count.add(Metric.CANCELLED_STOCK if by_shelf else Metric.CANCELLED_CUSTOMER, count.here(row), 1)


def picked(count: Recount, row: Row) -> None:
    count.add(Metric.SHORT, count.here(row), int(row["short"] > 0), 1)
    count.add(Metric.CANCELLED_STOCK, count.here(row), 0, 1)
    if again(row):
        given = row["quantity"] * int(count.network.items.cost[row["item"]])
        count.add(Metric.COST_AFTER, count.here(row), given)
        count.add(Metric.REPLACED, count.here(row), given)


def packed(count: Recount, row: Row) -> None:
    each_cost = int(count.network.cartons.cost[row["carton"]])
    count.add(Metric.COST_MATERIAL, count.here(row), row["cartons"] * each_cost, row["cartons"])


def departed(count: Recount, row: Row) -> None:
    where = count.here(row)
    count.add(Metric.SHIPMENTS, where, 1, row["lines"])
    count.add(Metric.CARTONS, where, row["cartons"])
    if not again(row):
        count.add(Metric.SALES, where, row["value"], row["units"])
    if count.network.carriers.mode[row["carrier"]] != Mode.OWN_VAN:
        for metric in (Metric.COST_AFTER, Metric.REPLACED) if again(row) else (Metric.COST_PARCEL,):
            count.add(metric, where, row["cost"], 0 if again(row) else row["cartons"])
        count.add(Metric.ZONE, where, row["zone"] * row["cartons"], row["cartons"])
    count.add(Metric.WEIGHT, where, row["billed_g"], row["weight_g"])
    count.add(Metric.UPGRADED, where, int(row["reason"] == Reason.UPGRADED))
    nodes, carriers = count.network.nodes, count.network.carriers
    count.add(Metric.RETURNED, where, 0, row["units"])
    count.add(Metric.COST_SYSTEMS, where, int(nodes.system_cost_order[row["node"]]))
    km = int(count.network.arcs.distance_km[row["node"], row["place"]])
    grams = row["weight_g"] * km // 1000 * int(carriers.carbon_mg_kg_km[row["carrier"]]) // 1000
    grams += int(carriers.carbon_g_drop[row["carrier"]])
    count.add(Metric.CARBON, where, grams + int(nodes.carbon_g_parcel[row["node"]]) * row["cartons"])
    count.flows[row["place"], row["node"]][2] += 0 if again(row) else row["cost"]
    count.spread(Spread.CLICK_TO_SHIP_H, (row["at"] - row["placed_at"]) // HOUR_US)
    a_carton_g = row["billed_g"] // max(row["cartons"], 1)
    count.spread(Spread.BILLED_LB, (a_carton_g + 1) * 1000 // 453_592)
    count.spread(Spread.ORDER_UNITS, row["units"])


def rolled(count: Recount, row: Row) -> None:
    count.add(Metric.ROLLED, count.here(row, seller=0), 1)


def vanned(count: Recount, row: Row) -> None:
    station = row["station"]
    where = (count.day(row["at"], station), station, 0)
    count.add(Metric.COST_VAN, where, 0 if again(row) else row["cost"], 1)
    for metric in (Metric.COST_AFTER, Metric.REPLACED) if again(row) else ():
        count.add(metric, where, row["cost"])


def paid_back(count: Recount, row: Row) -> None:
    count.add(Metric.COST_AFTER, count.here(row), row["amount"])


def paid_by_carrier(count: Recount, row: Row) -> None:
    count.add(Metric.COST_AFTER, count.here(row), -row["amount"])


def contacted(count: Recount, row: Row) -> None:
    count.add(Metric.COST_AFTER, count.here(row), row["cost"], 1_000_000)


def replaced(count: Recount, row: Row) -> None:
    count.add(Metric.REPLACED, count.here(row), 0, 1)


def delivered(count: Recount, row: Row) -> None:
    if row["outcome"]:
        count.add(Metric.LOST_PARCELS, count.here(row), 1)
        if count.network.detail.care is None:
            claim = row["value"] * int(count.network.policy.loss_claim_ppm) // 1_000_000
            count.add(Metric.COST_AFTER, count.here(row), claim)
    flow = count.flows[row["place"], row["node"]]
    flow[0] += 1
    flow[1] += (row["at"] - row["placed_at"]) * 100 // (24 * HOUR_US)


def returned(count: Recount, row: Row) -> None:
    node = int(np.flatnonzero(count.network.nodes.kind == NodeKind.FULFILMENT)[0])
    count.add(Metric.RETURNED, count.here({**row, "node": node}), row["quantity"])


def vehicle(count: Recount, row: Row) -> None:
    node = int(count.network.lanes.origin[row["lane"]])
    count.add(Metric.CARBON, count.here({**row, "node": node}, seller=0), row["carbon_g"] * (row["carrier"] >= 0))


def routed(count: Recount, row: Row) -> None:
    count.add(Metric.CARBON, count.here(row, seller=0), row["carbon_g"])


def completed(count: Recount, row: Row) -> None:
    if again(row):
        return
    policy = count.network.policy
    if count.network.detail.care is None:
        likely = int(policy.contacts_ppm) + (int(policy.contacts_late_ppm) if row["door_late"] else 0)
        where = (row["door_day"], row["node"], row["seller"])
        count.add(Metric.COST_AFTER, where, likely * int(policy.contact_cost) // 1_000_000, likely)
    where = (row["door_day"], row["node"], row["seller"])
    count.add(Metric.COMPLETED, where, 1)
    count.add(Metric.SHIPPED_ON_TIME, where, int(row["ship_late"] == 0), 1)
    count.add(Metric.DELIVERED_ON_TIME, where, int(row["door_late"] == 0), 1)
    if row["door_late"]:
        count.add(Metric(Metric.LATE_NO_STOCK + row["cause"] - 1), where, 1)
    count.add(Metric.TWO_DAYS, where, int(row["days"] <= 2), 1)
    count.add(Metric.CARTONS, where, 0, row["shipments"] - 1)
    count.add(Metric.COMPLETED_DAYS, where, row["days"])
    count.spread(Spread.BUSINESS_DAYS, row["days"])
    count.spread(Spread.CLICK_TO_DOOR_H, (row["at"] - row["placed_at"]) // HOUR_US)


def received(count: Recount, row: Row) -> None:
    count.add(Metric.RECEIVED, count.here(row), 1, row["quantity"])
    count.add(Metric.DISCREPANCY, count.here(row), int(row["quantity"] != row["expected"]))
    count.spread(Spread.DOCK_TO_STOCK_H, (row["at"] - row["docked_at"]) // HOUR_US)


def counted(count: Recount, row: Row) -> None:
    count.add(Metric.COUNTS, count.here(row), 1, int(row["quantity"] != row["book"]))


def moved(count: Recount, row: Row) -> None:
    where = count.here({**row, "node": row["to_node"]})
    count.add(Metric.COST_INBOUND, where, row["cost"], row["quantity"])


def worked(count: Recount, row: Row) -> None:
    where = (row["day"], row["node"], 0)
    name = Process(row["process"]).name
    count.add(Metric[f"COST_{name}"], where, row["money"], row["paid_min"])
    count.add(Metric[f"PAID_{name}"], where, row["paid_min"], row["busy_s"])
    count.add(Metric.OVERTIME, where, row["overtime_min"], row["paid_min"])
    count.add(Metric.TEMPS, where, row["temp_min"])
    heads = 0 if row["process"] == Process.INDIRECT else row["paid_min"] - row["temp_min"] - row["lent_min"]
    count.add(Metric.LENT, where, max(row["lent_min"], 0))
    count.add(Metric.ABOVE_PACE, where, row["above_min"], heads)
    count.add(Metric.INJURED, where, row["injured"])


def day_closed(count: Recount, row: Row) -> None:
    where = (row["day"], row["node"], 0)
    count.add(Metric.STOCK_UNITS, where, row["units"])
    count.add(Metric.BACKLOG, where, row["backlog"])
    count.add(Metric.COST_HOLDING, where, row["holding"])


TELLERS: tuple[tuple[f.FactType, Callable[[Recount, Row], None]], ...] = (
    (f.ORDERED, ordered),
    (f.ALLOCATED, allocated),
    (f.REFUSED, refused),
    (f.CANCELLED, cancelled),
    (f.PICKED, picked),
    (f.PACKED, packed),
    (f.DEPARTED, departed),
    (f.ROLLED, rolled),
    (f.VANNED, vanned),
    (f.COMPLETED, completed),
    (f.DELIVERED, delivered),
    (f.MADE_GOOD, paid_back),
    (f.REPLACEMENT_ENDED, paid_back),
    (f.CLAIM_SETTLED, paid_by_carrier),
    (f.CONTACTED, contacted),
    (f.REPLACED, replaced),
    (f.RECEIVED, received),
    (f.COUNTED, counted),
    (f.MOVED, moved),
    (f.WORKED, worked),
    (f.DAY_CLOSED, day_closed),
    (f.FILLED, filled),
    (f.LAPSED, lapsed),
    (f.PLANNED, planned),
    (f.WITHDRAWN, withdrawn),
    (f.LIMITED, limited),
    (f.RETURNED, returned),
    (f.VEHICLE, vehicle),
    (f.ROUTED, routed),
)
RECOUNTED = frozenset(
    {
        *(
            Metric.ORDERS_PLACED,
            Metric.ORDERS_REFUSED,
            Metric.SALES,
            Metric.SHIPMENTS,
            Metric.CARTONS,
            Metric.COMPLETED,
        ),
        *(Metric.SHIPPED_ON_TIME, Metric.DELIVERED_ON_TIME, Metric.TWO_DAYS, Metric.COST_PARCEL, Metric.COST_VAN),
        *(Metric.COST_MATERIAL, Metric.COST_INBOUND, Metric.COST_HOLDING, Metric.LINES_FILLED, Metric.LOST_SALES),
        *(
            Metric.NEAREST,
            Metric.CANCELLED_STOCK,
            Metric.CANCELLED_CUSTOMER,
            Metric.SHORT,
            Metric.UPGRADED,
            Metric.WEIGHT,
        ),
        *(Metric.ROLLED, Metric.RECEIVED, Metric.DISCREPANCY, Metric.COUNTS, Metric.OVERTIME, Metric.STOCK_UNITS),
        *(metric for metric in Metric if metric.name.startswith(("LATE_", "PAID_"))),
        *(Metric[f"COST_{process.name}"] for process in Process),
        *(Metric.BACKLOG, Metric.TEMPS, Metric.ABOVE_PACE, Metric.INJURED, Metric.LENT, Metric.COMPLETED_DAYS),
        *(Metric.CAPACITY, Metric.COST_SYSTEMS, Metric.ZONE, Metric.LOST_PARCELS, Metric.CARBON, Metric.COST_AFTER),
        *(Metric.RETURNED, Metric.REPLACED),
    }
)
"""The metrics told again; the others are told by the same facts in the same way."""


def recounted(history: History) -> Recount:
    """All told metrics, fact by fact."""
    count = Recount(history)
    for fact, teller in TELLERS:
        for row in each(history, fact):
            teller(count, row)
    return count


def cube_of(history: History) -> dict[Cell, list[int]]:
    """The told metrics as the cube has them; cells that are zero are left out."""
    return {cell: pair for cell, pair in every_cell(history).items() if cell[0] in RECOUNTED}


def every_cell(history: History) -> dict[Cell, list[int]]:
    """All metrics as the cube has them; cells that are zero are left out."""
    nodes, sellers = len(history.network.nodes.kind), len(history.network.texts.sellers)
    found: dict[Cell, list[int]] = {}
    rows = history.state.read(All(t.CUBE_T)).rows
    for key, numerator, denominator in rows[(rows["numerator"] != 0) | (rows["denominator"] != 0)].tolist():
        cell, metric = divmod(key, METRICS)
        cell, seller = divmod(cell, sellers)
        day, node = divmod(cell, nodes)
        found[metric, day, node, seller] = [numerator, denominator]
    return found


def disagreements(history: History) -> list[str]:
    """Cells and bins in which the folds and the recount differ."""
    count, cube = recounted(history), cube_of(history)
    told = {cell: pair for cell, pair in count.cells.items() if pair != [0, 0]}
    wrong = [
        f"{Metric(cell[0]).name} of day, node, seller {cell[1:]}: {told.get(cell)} told, {cube.get(cell)} folded"
        for cell in sorted(told.keys() | cube.keys())
        if told.get(cell) != cube.get(cell)
    ]
    rows = history.state.read(All(t.SPREAD_T)).rows
    for spread in Spread:
        bins = {
            int(key) % BINS: int(n)
            for key, n in zip(rows["key"], rows["count"], strict=True)
            if key // BINS == spread and n
        }
        mine = {place: n for (kind, place), n in count.spreads.items() if kind == spread}
        wrong += [f"{spread.name}: {mine} told, {bins} folded"] * (bins != mine)
    return wrong + flows_apart(history, count)


def flows_apart(history: History, count: Recount) -> list[str]:
    """Flows from node to place in which the folds and the recount differ."""
    nodes = len(history.network.nodes.kind)
    flows = {}
    for key, *sums in history.state.read(All(t.FLOW_T)).rows[["key", "shipments", "days", "cost"]].tolist():
        if any(sums):
            flows[divmod(key, nodes)] = sums
    told = {way: sums for way, sums in count.flows.items() if any(sums)}
    return [
        f"flow to place, from node {way}: {told.get(way)} told, {flows.get(way)} folded"
        for way in sorted(told.keys() | flows.keys())
        if told.get(way) != flows.get(way)
    ]
