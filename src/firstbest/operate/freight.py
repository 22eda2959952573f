"""Freight: departures by every lane (timed, all lanes of an instant together) and arrivals (as they come)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import freight
from firstbest.decide.freight import Loads, Room, Row
from firstbest.decide.ground import Ground
from firstbest.decide.lateness import cause_at_dock
from firstbest.decide.terms import Terms
from firstbest.decide.wave import today_of
from firstbest.kernels.compiled import compiled
from firstbest.operate.fold_keys import Records
from firstbest.operate.ports import ByKey, Staged, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I32, I64
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE, PPM
from firstbest.world.words import CargoStage, NodeKind, Reason, Stage

FULL = int(Reason.FULL)
UPGRADED = int(Reason.UPGRADED)
MOVING = int(CargoStage.MOVING)
WAITING = int(CargoStage.WAITING)
NO_LANE = -1
NEAR = 64
"""Parcels that are brought near at a time: few enough to stay there, enough to be waited for together."""


def depart(number: int, now: int, ground: Ground, lanes: I64) -> Step:
    """Departures of some lanes at one instant: parcels that are packed, cargo that is ready."""
    leave = np.zeros(len(ground.lanes.origin), np.bool_)
    leave[lanes] = True
    parcels = (yield Staged(t.SHIPMENT_T, Stage.PACKED, "packed_at", now, among=("lane", leave))).rows
    cargo = (yield Staged(t.CARGO_T, CargoStage.WAITING, "ready_at", now, among=("lane", leave))).rows
    return [*load_parcels(number, now, ground, parcels), *load_cargo(number, now, ground, cargo)]


class Loaded(NamedTuple):
    """Room for the facts of parcels that leave, of those that stay, and of the vehicles."""

    departed: Records
    rolled: Records
    vehicle: Records


def load_parcels(number: int, now: int, ground: Ground, parcels: Records) -> list[f.Block]:
    """Load what is packed, soonest ship-by first; the rest rolls over to the next pick-up."""
    if not len(parcels):
        return []
    # Parcels come by key, which so decides between those of one hash.
    order = np.lexsort((parcels["tie"], parcels["ship_by"], parcels["lane"]))
    size, lanes = len(parcels), len(ground.lanes.origin)
    sizes = zip((f.DEPARTED, f.ROLLED, f.VEHICLE), (size, size, min(size, lanes)), strict=True)
    made = Loaded(*(np.zeros(most, fact.dtype) for fact, most in sizes))
    told = (number, now, today_of(ground, now))
    known, near = (ground.terms, freight.room_of(ground.lanes)), np.empty(NEAR, parcels.dtype)
    counts = load(known, (parcels, order, near), freight.nothing_filled(), made, told)
    gone, left, vehicles = (rows[:n] for rows, n in zip(made, counts, strict=True))
    lane = vehicles["lane"].astype(np.int64)
    # A carrier's pick-up costs nothing beside the parcels.
    inside = ground.lanes.destination[lane] >= 0
    vehicles["cost"] = np.where(inside, vehicles["vehicles"] * ground.lanes.cost_vehicle[lane], 0)
    vehicles["carbon_g"] = np.where(inside, carbon_of(ground, lane, vehicles["weight_g"]), 0)
    blocks = (f.Block(f.DEPARTED, gone), f.Block(f.VEHICLE, vehicles), f.Block(f.ROLLED, left))
    return [block for block in blocks if len(block.rows)]


@compiled
def load(
    known: tuple[Terms, Room],
    parcels: tuple[Records, I64, Records],
    filling: I64,
    made: Loaded,
    told: tuple[int, int, int],
) -> tuple[int, int, int]:
    """Write what becomes of parcels, in the order of loading; how many depart, stay, and vehicles' rows, one a lane.

    parcels: (rows, order of loading: lane by lane, room to bring some near); told: number, instant and local day.
    """
    (terms, room), (rows, order, near), (number, now, day) = known, parcels, told
    gone, left, used = 0, 0, 0
    for n in range(len(order)):
        if n % NEAR == 0:
            bring(rows, order[n:], near)
        parcel = near[n % NEAR]
        spot = freight.vehicle_for(room, parcel.lane, parcel.volume_cm3, parcel.weight_g, filling)
        if spot < 0:
            row = made.rolled[left]
            row.number, row.at, row.ordinal = number, now, left
            name_shipment(row, parcel)
            row.lane, row.reason = parcel.lane, FULL
            left += 1
            continue
        row = made.departed[gone]
        row.number, row.at, row.ordinal = number, now, gone
        name_shipment(row, parcel)
        write_departed(row, parcel, terms, now, day)
        gone += 1
        if used == 0 or made.vehicle[used - 1].lane != parcel.lane:
            opened = made.vehicle[used]
            opened.number, opened.at, opened.ordinal = number, now, used
            opened.lane, opened.carrier = parcel.lane, parcel.carrier
            used += 1
        vehicle = made.vehicle[used - 1]
        vehicle.vehicles = spot + 1
        vehicle.loads += 1
        vehicle.volume_cm3 += parcel.volume_cm3
        vehicle.weight_g += parcel.weight_g
    return gone, left, used


@compiled
def bring(rows: Records, order: I64, near: Records) -> None:
    """Copy the next rows in an order: they lie here and there, and many are asked for at once."""
    for n in range(min(len(order), NEAR)):
        near[n] = rows[order[n]]


@compiled
def name_shipment(row: Row, parcel: Row) -> None:
    """Name a fact's shipment: by its order, node and attempt."""
    sent = parcel.key // MAX_ATTEMPT
    row.order, row.node, row.attempt = sent // MAX_NODE, sent % MAX_NODE, parcel.key % MAX_ATTEMPT


@compiled
def write_departed(row: Row, parcel: Row, terms: Terms, now: int, day: int) -> None:
    """The shipment that leaves, by its own carrier or a faster one, and why it leaves late if it does."""
    row.carrier, row.cost = freight.better_carrier(terms, parcel, day)
    row.zone = terms.zone[row.carrier, parcel.node, parcel.place]
    row.reason = parcel.reason if row.carrier == parcel.carrier else UPGRADED
    if now > parcel.ship_by:
        row.ship_cause = cause_at_dock(parcel.reason, parcel.held, parcel.released_at, parcel.packed_at, parcel.ship_by)
    row.ship_by, row.placed_at, row.packed_at = parcel.ship_by, parcel.placed_at, parcel.packed_at
    row.released_at, row.deliver_by, row.tie = parcel.released_at, parcel.deliver_by, parcel.tie
    row.weight_g, row.billed_g, row.volume_cm3 = parcel.weight_g, parcel.billed_g, parcel.volume_cm3
    row.value, row.units, row.lines, row.cartons = parcel.value, parcel.units, parcel.lines, parcel.cartons
    row.lane, row.place, row.carton, row.seller = parcel.lane, parcel.place, parcel.carton, parcel.seller
    row.nearest, row.service, row.day = parcel.nearest, parcel.service, parcel.day


def of_shipment(rows: Records) -> dict[str, I64]:
    """Order, node and attempt from shipment keys."""
    sent, attempt = np.divmod(rows["key"], MAX_ATTEMPT)
    return {"order": sent // MAX_NODE, "node": sent % MAX_NODE, "attempt": attempt}


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
    spot = freight.fill(loads, freight.room_of(lanes))
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
    told = np.ascontiguousarray(batch.commands["order"])
    answer = yield ByKey(t.CARGO_T, told)
    rows = np.zeros(len(told), f.ARRIVED.dtype)
    lanes, known = ground.lanes, answer.found & first_of_each(told)
    rows = rows[: write_arrived((lanes.path_next, lanes.destination), batch.commands, answer.rows, known, rows)]
    return [f.Block(f.ARRIVED, rows)] if len(rows) else []


@compiled
def write_arrived(
    ways: tuple[I32, I32], commands: Records, cargo: Records, known: NDArray[np.bool_], rows: Records
) -> int:
    """Write where each cargo is that is `known` and on its way; how many. ways: (next lane, destination) of lanes."""
    path_next, destination = ways
    count = 0
    for n in range(len(commands)):
        here, lane = cargo[n], cargo[n].lane
        if not known[n] or here.stage != (MOVING if lane >= 0 else WAITING):
            continue
        end = destination[lane] if lane >= 0 else here.to_node
        following = path_next[lane] if lane >= 0 and end != here.to_node else NO_LANE
        row = rows[count]
        row.number, row.at = commands[n].number, commands[n].at
        row.cargo, row.item, row.node = here.key, here.item, end
        row.lane, row.last = following, following < 0
        count += 1
    return count


def first_of_each(keys: I64) -> NDArray[np.bool_]:
    """Whether each row is the first with its key."""
    first = np.zeros(len(keys), np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    return first
