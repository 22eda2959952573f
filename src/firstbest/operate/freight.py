"""Freight: departures by every lane (timed, all lanes of an instant together) and arrivals (as they come)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import freight
from firstbest.decide.freight import Journeys, Loads
from firstbest.decide.ground import Ground
from firstbest.decide.lateness import cause_at_dock
from firstbest.decide.wave import today_of
from firstbest.operate.fold_keys import Records
from firstbest.operate.ports import ByKey, Staged, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE, PPM
from firstbest.world.words import CargoStage, NodeKind, Reason, Stage


def depart(number: int, now: int, ground: Ground, lanes: I64) -> Step:
    """Departures of some lanes at one instant: parcels that are packed, cargo that is ready."""
    parcels = (yield Staged(t.SHIPMENT_T, Stage.PACKED, "packed_at", now)).rows
    parcels = parcels[np.isin(parcels["lane"], lanes)]
    cargo = (yield Staged(t.CARGO_T, CargoStage.WAITING, "ready_at", now)).rows
    cargo = cargo[np.isin(cargo["lane"], lanes)]
    return [*load_parcels(number, now, ground, parcels), *load_cargo(number, now, ground, cargo)]


def load_parcels(number: int, now: int, ground: Ground, parcels: Records) -> list[f.Block]:
    """Load what is packed, soonest ship-by first; the rest rolls over to the next pick-up."""
    if not len(parcels):
        return []
    parcels = parcels[np.lexsort((parcels["key"], parcels["tie"], parcels["ship_by"], parcels["lane"]))]
    lane = parcels["lane"].astype(np.int64)
    lanes = ground.lanes
    spot = freight.fill(
        Loads(lane, parcels["volume_cm3"].copy(), parcels["weight_g"].copy()),
        lanes.capacity_cm3, lanes.capacity_g, lanes.vehicles.astype(np.int64),
    )  # fmt: skip
    gone = spot >= 0
    left = parcels[~gone]
    blocks = [departed(number, now, ground, parcels[gone]), vehicles(number, now, ground, parcels[gone], spot[gone])]
    if len(left):
        blocks.append(block_of(f.ROLLED, number, now, **of_shipment(left), lane=left["lane"], reason=Reason.FULL))
    return [block for block in blocks if len(block.rows)]


def of_shipment(rows: Records) -> dict[str, I64]:
    """Order, node and attempt from shipment keys."""
    sent, attempt = np.divmod(rows["key"], MAX_ATTEMPT)
    return {"order": sent // MAX_NODE, "node": sent % MAX_NODE, "attempt": attempt}


TAKEN_OVER = (
    "ship_by", "placed_at", "packed_at", "released_at", "deliver_by", "weight_g", "billed_g", "value", "volume_cm3",
    "tie", "units", "lines", "cartons", "lane", "place", "carton", "seller", "nearest", "service", "day",
)  # fmt: skip


def departed(number: int, now: int, ground: Ground, rows: Records) -> f.Block:
    """The shipments that leave, each by its own carrier or a faster one."""
    day = today_of(ground, now)
    own = rows["carrier"].astype(np.int64)
    faster, cost = own.copy(), np.zeros(len(rows), np.int64)
    wide = {name: rows[name].astype(np.int64) for name in ("node", "place", "cartons")}
    journeys = Journeys(
        own, wide["node"], wide["place"], rows["deliver_by"].copy(), wide["cartons"],
        rows["weight_g"].copy(), rows["volume_cm3"].copy(), rows["cost"].copy(),
    )  # fmt: skip
    freight.better_carrier(ground.terms, journeys, day, faster, cost)
    late = np.flatnonzero(now > rows["ship_by"])
    cause = np.zeros(len(rows), np.int64)
    for n in late:
        row = rows[n]
        cause[n] = cause_at_dock(row["reason"], row["held"], row["released_at"], row["packed_at"], row["ship_by"])
    return block_of(
        f.DEPARTED, number, now, **of_shipment(rows), **{name: rows[name] for name in TAKEN_OVER},
        cost=cost, carrier=faster, zone=ground.arcs.zone[faster, rows["node"], rows["place"]],
        reason=np.where(faster == own, rows["reason"], Reason.UPGRADED), ship_cause=cause,
    )  # fmt: skip


def vehicles(number: int, now: int, ground: Ground, rows: Records, spot: I64) -> f.Block:
    """The vehicles that parcels left in, one row a lane; a carrier's pick-up costs nothing beside the parcels."""
    lane, first, loads = np.unique(rows["lane"], return_index=True, return_counts=True)
    count = np.zeros(len(lane), np.int64)
    group = np.searchsorted(lane, rows["lane"])
    np.maximum.at(count, group, spot + 1)
    volume, weight = np.zeros(len(lane), np.int64), np.zeros(len(lane), np.int64)
    np.add.at(volume, group, rows["volume_cm3"])
    np.add.at(weight, group, rows["weight_g"])
    inside = ground.lanes.destination[lane] >= 0
    cost = np.where(inside, count * ground.lanes.cost_vehicle[lane], 0)
    carbon = np.where(inside, carbon_of(ground, lane.astype(np.int64), weight), 0)
    return block_of(
        f.VEHICLE, number, now, lane=lane, vehicles=count, loads=loads, volume_cm3=volume, weight_g=weight,
        cost=cost, carbon_g=carbon, carrier=rows["carrier"][first],
    )  # fmt: skip


def carbon_of(ground: Ground, lane: I64, weight_g: I64) -> I64:
    """Grams of CO2e of a weight moved along a lane, well to wheel: weight x distance x factor."""
    lanes = ground.lanes
    grams: I64 = weight_g // 1000 * lanes.distance_km[lane] * lanes.carbon_mg_kg_km[lane] // 1000
    return grams


def load_cargo(number: int, now: int, ground: Ground, cargo: Records) -> list[f.Block]:
    """Load cargo, soonest due first, where the lane leaves at all; share each vehicle's cost by space."""
    if not len(cargo):
        return []
    cargo = cargo[freight.goes(ground, cargo, now)]
    item, end = ground.items.tie[cargo["item"]], ground.nodes.tie[cargo["to_node"]]
    cargo = cargo[np.lexsort((cargo["ordered_at"], end, item, cargo["due_at"], cargo["lane"]))]
    lane = cargo["lane"].astype(np.int64)
    lanes = ground.lanes
    loads = Loads(lane, cargo["volume_cm3"].copy(), cargo["weight_g"].copy())
    spot = freight.fill(loads, lanes.capacity_cm3, lanes.capacity_g, lanes.vehicles.astype(np.int64))
    gone = spot >= 0
    left = np.bincount(lane[~gone], minlength=len(lanes.origin))
    cargo, spot = cargo[gone], spot[gone]
    if not len(cargo):
        return []
    return move(number, now, ground, cargo, (spot, left))


def move(number: int, now: int, ground: Ground, cargo: Records, how: tuple[I64, I64]) -> list[f.Block]:
    """Facts of cargo that leaves; how: (vehicle of each, loads left behind by lane)."""
    spot, left = how
    lanes, lane_of = ground.lanes, cargo["lane"].astype(np.int64)
    lane, group, loads = np.unique(lane_of, return_inverse=True, return_counts=True)
    count = np.zeros(len(lane), np.int64)
    np.maximum.at(count, group, spot + 1)
    volume, weight = np.zeros(len(lane), np.int64), np.zeros(len(lane), np.int64)
    np.add.at(volume, group, cargo["volume_cm3"])
    np.add.at(weight, group, cargo["weight_g"])
    cost = count * lanes.cost_vehicle[lane] + weight * lanes.cost_g_x1000[lane] // 1000
    parts = freight.shares(cost, group.astype(np.int64), cargo["volume_cm3"].copy())
    item = cargo["item"]
    kind = ground.nodes.kind
    leaves_supplier = kind[lanes.origin[lane_of]] == NodeKind.SUPPLIER
    value = ground.items.cost[item] * cargo["quantity"]
    duty = np.where(leaves_supplier, value * ground.items.duty_ppm[item] // PPM, 0)
    moved = block_of(
        f.MOVED, number, now, cargo=cargo["key"], quantity=cargo["quantity"], cost=parts, duty=duty, lane=lane_of,
        item=item, to_node=lanes.destination[lane_of], vehicle=spot,
    )  # fmt: skip
    vehicle = block_of(
        f.VEHICLE, number, now, lane=lane, vehicles=count, loads=loads, volume_cm3=volume, weight_g=weight, cost=cost,
        carbon_g=carbon_of(ground, lane, weight), left_behind=left[lane], carrier=-1,
    )  # fmt: skip
    return [moved, vehicle]


def arrive(batch: Batch, ground: Ground) -> Step:
    """Legs that have ended: the cargo waits for its next leg, or stands on the dock of its last node.

    Goods that were announced come by ways of their sender (lane -1) and are at their last node. What is told twice
    happens once.
    """
    c = batch.commands
    answer = yield ByKey(t.CARGO_T, c["order"].copy())
    own = answer.rows["lane"] >= 0
    waits = np.where(own, CargoStage.MOVING, CargoStage.WAITING)
    known = answer.found & (answer.rows["stage"] == waits) & first_of_each(c["order"])
    c, cargo, own = c[known], answer.rows[known], own[known]
    following = np.where(own, ground.lanes.path_next[cargo["lane"]], -1)
    end = np.where(own, ground.lanes.destination[cargo["lane"]], cargo["to_node"])
    last = (end == cargo["to_node"]) | (following < 0)
    rows = np.zeros(len(c), f.ARRIVED.dtype)
    rows["number"], rows["at"], rows["cargo"], rows["item"] = c["number"], c["at"], c["order"], cargo["item"]
    rows["node"] = end
    rows["lane"], rows["last"] = np.where(last, -1, following), last
    return [f.Block(f.ARRIVED, rows)] if len(rows) else []


def first_of_each(keys: I64) -> NDArray[np.bool_]:
    """Whether each row is the first with its key."""
    first = np.zeros(len(keys), np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    return first
