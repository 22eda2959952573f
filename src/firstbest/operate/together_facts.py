"""What a joint choice says in facts: shipments withdrawn, reservations given back, orders planned anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.decide.ahead import Chosen
from firstbest.decide.ahead_ways import P_CARRIER, P_COST, P_DAY, P_LINES, P_NODE, Waiting, asked_of
from firstbest.decide.promise import pieces_of
from firstbest.decide.terms import CARTON_TARE, ITEM_SELLER, ITEM_WEIGHT, NODE_SYSTEM, Terms
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Row
from firstbest.operate.fold_keys import Records
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import Reason

TOGETHER = int(Reason.TOGETHER)
CHOSEN = 1


class Open(NamedTuple):
    """Orders that may go otherwise, by instant and hash, and what belongs to them, one order after the other."""

    orders: Records  # [O] of tables.ORDER
    lines: Records  # [M] of tables.LINE_STATE, by number
    owner: I64  # [M] place of each line's order
    shipments: Records  # [Q] of tables.SHIPMENT, the first attempt first, then the nearest
    sender: I64  # [Q] place of each shipment's order
    brings: I64  # [Q] which of its order's lines, a bit each


class Anew(NamedTuple):
    """Parcels [P] of the orders that go otherwise, as `decide.ahead_ways` writes them, and whose each is."""

    order: I64  # [P] place among the open orders
    parcel: I64  # [P, 5]


def facts_of(terms: Terms, waiting: Waiting, chosen: Chosen, found: Open, told: tuple[int, int]) -> list[f.Block]:
    """Facts of the orders whose choice is another than what was planned; told: the number and the instant."""
    options = chosen.options
    moved = np.flatnonzero(chosen.option != options.first[:-1])
    if not len(moved):
        return []
    picked = chosen.option[moved]
    counts = options.of[picked + 1] - options.of[picked]
    spot = np.repeat(options.of[picked] - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
    anew = Anew(np.repeat(moved, counts), options.parcel[spot])
    leaves = np.isin(found.sender, moved)
    lines = np.flatnonzero(np.isin(found.owner, moved))
    planned, allocated = np.zeros(len(spot), f.PLANNED.dtype), np.zeros(len(lines), f.ALLOCATED.dtype)
    plan_anew(terms, waiting, (anew.order, anew.parcel), (found.orders, found.lines), (planned, allocated))
    for rows in (planned, allocated):
        rows["number"], rows["at"], rows["ordinal"] = *told, np.arange(len(rows))
    return [
        withdrawn(found.shipments[leaves], told),
        freed(found.lines[lines], told),
        f.Block(f.PLANNED, planned),
        f.Block(f.ALLOCATED, allocated),
        rechosen(found, moved, anew, (planned, told)),
    ]


def withdrawn(rows: Records, told: tuple[int, int]) -> f.Block:
    """Shipments that will not be."""
    return block_of(
        f.WITHDRAWN, *told, order=rows["key"] // MAX_ATTEMPT // MAX_NODE, attempt=rows["key"] % MAX_ATTEMPT,
        node=rows["node"], cost=rows["cost"], day=rows["day"], units=rows["units"], lines=rows["lines"],
        carrier=rows["carrier"], seller=rows["seller"],
    )  # fmt: skip


def freed(rows: Records, told: tuple[int, int]) -> f.Block:
    """Reservations given back."""
    return block_of(
        f.FREED, *told, order=rows["key"] // MAX_LINE, line=rows["key"] % MAX_LINE, node=rows["node"],
        attempt=rows["attempt"], quantity=rows["quantity"], item=rows["item"],
    )  # fmt: skip


def rechosen(found: Open, moved: I64, anew: Anew, what: tuple[Records, tuple[int, int]]) -> f.Block:
    """The orders that go otherwise, and what their journeys cost; what: (what was planned, number and instant)."""
    planned, told = what
    orders, count = found.orders[moved], len(found.orders)
    before, cost, ship_by = (np.zeros(count, np.int64) for _ in range(3))
    np.add.at(before, found.sender, found.shipments["cost"])
    np.add.at(cost, anew.order, planned["cost"])
    np.maximum.at(ship_by, anew.order, planned["ship_by"])
    return block_of(
        f.RECHOSEN, *told, order=orders["key"], ship_by=ship_by[moved], deliver_by=orders["deliver_by"],
        cost=cost[moved], cost_before=before[moved], shipments=np.bincount(anew.order, minlength=count)[moved],
        shipments_before=np.bincount(found.sender, minlength=count)[moved], attempt=orders["resourced"] + 1,
        seller=orders["seller"],
    )  # fmt: skip


@compiled
def plan_anew(
    terms: Terms,
    waiting: Waiting,
    anew: tuple[I64, I64],
    before: tuple[Records, Records],
    made: tuple[Records, Records],
) -> None:
    """Write the shipments planned anew [P] and the lines allocated anew, number and instant aside.

    anew: (place of each parcel's order, parcels); before: (orders, lines as they stood); made: (planned, allocated).
    """
    end = 0
    for p in range(len(anew[0])):
        order, parcel = anew[0][p], anew[1][p]
        plan_parcel(terms, waiting, (order, parcel), before[0][order], made[0][p])
        base, planned = waiting.first_line[order], made[0][p]
        for n in range(waiting.first_line[order + 1] - base):
            if (parcel[P_LINES] >> n) & 1 != 0:
                load_line(terms, before[1][base + n], planned, made[1][end])
                end += 1


@compiled
def plan_parcel(terms: Terms, waiting: Waiting, which: tuple[int, I64], order: Row, row: Row) -> None:
    """Write a shipment without its lines; which: (place of the order, parcel)."""
    place, parcel = which
    node, carrier, day = parcel[P_NODE], parcel[P_CARRIER], parcel[P_DAY]
    carton, cartons, billed, outer = pieces_of(terms, carrier, asked_of(terms, waiting, place, parcel[P_LINES]))
    row.order, row.tie, row.placed_at, row.place = order.key, order.tie, order.placed_at, order.place
    row.service, row.nearest, row.attempt = order.service, order.nearest, order.resourced + 1
    row.node, row.carrier, row.day = node, carrier, day
    row.zone, row.lane = terms.zone[carrier, node, order.place], terms.lane_of[carrier, node]
    row.carton, row.cartons, row.billed_g, row.volume_cm3 = carton, cartons, billed * cartons, outer * cartons
    row.weight_g = terms.carton[carton, CARTON_TARE] * cartons if carton >= 0 else 0
    row.cost = parcel[P_COST] - terms.node[node, NODE_SYSTEM]
    row.ship_by = terms.pick_up[carrier, node, day]
    # What the customer was told, which the option keeps.
    row.deliver_by = order.deliver_by
    row.verdicts = chosen_alone(terms, node)
    row.runner_up = -1
    row.reason = TOGETHER


@compiled
def chosen_alone(terms: Terms, node: int) -> np.uint64:
    """Verdicts that name the chosen centre and say nothing of the others: they were weighed for all orders at once."""
    word = np.uint64(0)
    for centre in range(len(terms.centres)):
        if terms.centres[centre] == node:
            word |= np.uint64(CHOSEN) << np.uint64(4 * centre)
    return word


@compiled
def load_line(terms: Terms, line: Row, planned: Row, row: Row) -> None:
    """Add a line to a shipment planned anew, and write that it is allocated."""
    planned.lines += 1
    planned.units += line.quantity
    planned.weight_g += terms.item[line.item, ITEM_WEIGHT] * line.quantity
    planned.value += line.price * line.quantity
    planned.seller = terms.item[line.item, ITEM_SELLER]
    row.order, row.line, row.item = line.key // MAX_LINE, line.key % MAX_LINE, line.item
    row.quantity, row.price, row.kit = line.quantity, line.price, line.kit
    row.node, row.attempt, row.nearest = planned.node, planned.attempt, planned.nearest
