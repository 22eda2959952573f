"""What the many facts of orders and goods change, row by row: the folds of `operate.folds` in one pass over their rows.

A kernel is given the fact's rows and, for each change, rows to fill in: a whole new row (its other columns are zeros)
or a part of one, key first. Rows of which only some facts have one are written from the front, and counted.
"""

from __future__ import annotations

from firstbest.decide.wave import pack_ms_of
from firstbest.kernels.compiled import compiled, straight
from firstbest.kernels.index import local_day
from firstbest.operate.arrive_state import Records, shipment_key
from firstbest.world.network import I8, I64
from firstbest.world.units import MAX_LINE
from firstbest.world.words import Mode, Reason, Stage

RESOURCED = int(Reason.RESOURCED)
TOGETHER = int(Reason.TOGETHER)
GRANTED = int(Reason.GRANTED)
DUPLICATE = int(Reason.DUPLICATE)
WAITING = int(Stage.WAITING)
HELD = int(Stage.HELD)
RELEASED = int(Stage.RELEASED)
PICKED = int(Stage.PICKED)
PACKED = int(Stage.PACKED)
DEPARTED = int(Stage.DEPARTED)
AT_STATION = int(Stage.AT_STATION)
OWN_VAN = int(Mode.OWN_VAN)


@straight
@compiled
def ordered(rows: Records, orders: Records) -> int:
    """Orders that have a shipment, or wait for stock, are open; how many."""
    count = 0
    for n in range(len(rows)):
        row = rows[n]
        if row.shipments == 0 and row.waiting == 0:
            continue
        new = orders[count]
        new.key, new.live, new.tie, new.placed_at = row.order, 1, row.tie, row.at
        new.ship_by, new.deliver_by, new.value = row.ship_by, row.deliver_by, row.value
        new.open_lines, new.lines, new.waiting, new.fill = row.filled, row.lines, row.waiting, row.fill
        new.place, new.service, new.nearest, new.seller = row.place, row.service, row.nearest, row.seller
        count += 1
    return count


@straight
@compiled
def planned(rows: Records, shipments: Records) -> None:
    """Shipments wait for their wave."""
    for n in range(len(rows)):
        row, new = rows[n], shipments[n]
        new.key, new.live, new.stage = shipment_key(row.order, row.node, row.attempt), 1, WAITING
        new.tie, new.placed_at, new.ship_by, new.deliver_by = row.tie, row.placed_at, row.ship_by, row.deliver_by
        new.cost, new.weight_g, new.billed_g, new.volume_cm3 = row.cost, row.weight_g, row.billed_g, row.volume_cm3
        new.value, new.units, new.lines, new.cartons = row.value, row.units, row.lines, row.cartons
        new.place, new.day, new.lane, new.node = row.place, row.day, row.lane, row.node
        new.carrier, new.carton, new.service, new.zone = row.carrier, row.carton, row.service, row.zone
        new.seller, new.nearest, new.reason = row.seller, row.nearest, row.reason


Sent = tuple[Records, Records, Records, Records]


@straight
@compiled
def sent(rows: Records, midnight_us: I64, time_zone: I8, to: Sent) -> int:
    """What a planned shipment takes of its day and gives its order; how many are promised for the first time.

    `to`: packing slots, the profile of the day on which it leaves, that of the day on which it was asked for, orders.
    """
    slots, leaves, asked, orders = to
    days, new = midnight_us.shape[1], 0
    for n in range(len(rows)):
        row = rows[n]
        slot, profile, order = slots[n], leaves[n], orders[n]
        slot.key = profile.key = row.node * days + row.day
        slot.taken = profile.shipments = 1
        profile.lines, profile.single = row.lines, row.units == 1
        again = row.reason == RESOURCED
        order.key, order.open_shipments = row.order, 1
        order.resourced, order.value = again, row.value if again else 0
        if not again and row.reason != TOGETHER:
            asked[new].key = row.node * days + local_day(midnight_us, time_zone[row.node], row.at)
            asked[new].asked = 1
            new += 1
    return new


@straight
@compiled
def allocated(rows: Records, nodes: int, to: tuple[Records, Records, Records]) -> int:
    """Stock is reserved for lines; how many are promised for the first time: what was sold, and where it was wanted.

    `to`: lines, stock where it leaves, stock where it was wanted.
    """
    lines, stock, wanted = to
    first = 0
    for n in range(len(rows)):
        row = rows[n]
        line, shelf = lines[n], stock[n]
        line.key, line.live, line.stage = row.order * MAX_LINE + row.line, 1, WAITING
        line.quantity, line.price, line.item, line.kit = row.quantity, row.price, row.item, row.kit
        line.node, line.attempt = row.node, row.attempt
        shelf.key, shelf.reserved, shelf.sold = row.item * nodes + row.node, row.quantity, 0
        if row.attempt == 0:
            shelf.sold = wanted[first].wanted = row.quantity
            wanted[first].key = row.item * nodes + row.nearest
            first += 1
    return first


@straight
@compiled
def refused(rows: Records, nodes: int, wanted: Records) -> int:
    """What could not be had was wanted all the same; how many such rows."""
    count = 0
    for n in range(len(rows)):
        row = rows[n]
        if row.reason != DUPLICATE and row.nearest >= 0:
            wanted[count].key, wanted[count].wanted = row.item * nodes + row.nearest, row.quantity
            count += 1
    return count


Picks = tuple[Records, Records, Records, Records, Records]


@straight
@compiled
def picked(rows: Records, weight_g: I64, nodes: int, to: Picks) -> tuple[int, int]:
    """Goods leave the shelf by the book; lines are done. How many fell short, and of how many shipments they are.

    `to`: stock, lines that end, what shipments lack, what orders lack, shipments. Lines of one are picked together.
    """
    stock, lines, lacking, owed, shipments = to
    short, count = 0, 0
    for n in range(len(rows)):
        row, shelf = rows[n], stock[n]
        shelf.key, shelf.suspect = row.item * nodes + row.node, row.short
        shelf.on_hand = -(row.quantity + row.written_off)
        shelf.reserved = -(row.quantity + row.short)
        lines[n].key = row.order * MAX_LINE + row.line
        shipment = shipment_key(row.order, row.node, row.attempt)
        if count == 0 or shipments[count - 1].key != shipment:
            shipments[count].key, shipments[count].stage = shipment, PICKED
            count += 1
        if row.short != 0:
            lost, order = lacking[short], owed[short]
            lost.key, lost.short = shipment, row.short
            lost.value, lost.weight_g = -row.short * row.price, -row.short * weight_g[row.item]
            order.key, order.value = row.order, -row.short * row.price
            short += 1
    return short, count


@straight
@compiled
def cancelled(rows: Records, nodes: int, to: tuple[Records, Records, Records]) -> int:
    """Stock of granted cancellations is free again; how many lines. `to`: stock, orders, lines that end."""
    stock, orders, lines = to
    count = 0
    for n in range(len(rows)):
        row = rows[n]
        if row.granted != 1 or row.reason != GRANTED:
            continue
        stock[count].key, stock[count].reserved = row.item * nodes + row.node, -row.quantity
        order = orders[count]
        order.key, order.open_lines, order.value = row.order, -1, -row.quantity * row.price
        lines[count].key = row.order * MAX_LINE + row.line
        count += 1
    return count


@straight
@compiled
def unplanned(rows: Records, packing: I64, days: int, to: Sent) -> tuple[int, int]:
    """Shipments end before they left: how many packing slots are free, and how many were work on the floor.

    One that is kept back has given its slot back before. `to`: slots, the load of nodes, orders, shipments that end.
    """
    slots, loads, orders, shipments = to
    free, on_floor = 0, 0
    for n in range(len(rows)):
        row, held = rows[n], rows[n].stage == HELD
        orders[n].key, orders[n].open_shipments = row.order, -1
        shipments[n].key = shipment_key(row.order, row.node, row.attempt)
        if not held:
            slots[free].key, slots[free].taken = row.node * days + row.day, -1
            free += 1
        if not held and row.stage != WAITING:
            load = loads[on_floor]
            load.key, load.floor, load.floor_ms = row.node, -1, -pack_ms_of(packing, row.node, row.units)
            on_floor += 1
    return free, on_floor


@straight
@compiled
def released(rows: Records, packing: I64, shipments: Records, loads: Records) -> None:
    """Shipments are work on the floor."""
    for n in range(len(rows)):
        row, shipment, load = rows[n], shipments[n], loads[n]
        shipment.key, shipment.stage = shipment_key(row.order, row.node, row.attempt), RELEASED
        shipment.released_at, shipment.held = row.at, row.held
        load.key, load.floor, load.floor_ms = row.node, 1, pack_ms_of(packing, row.node, row.units)


@straight
@compiled
def packed(rows: Records, packing: I64, shipments: Records, loads: Records) -> None:
    """Shipments stand at the dock."""
    for n in range(len(rows)):
        row, shipment, load = rows[n], shipments[n], loads[n]
        shipment.key, shipment.stage = shipment_key(row.order, row.node, row.attempt), PACKED
        shipment.packed_at, shipment.units = row.at, row.units - row.short
        load.key, load.floor, load.floor_ms = row.node, -1, -pack_ms_of(packing, row.node, row.units)
        load.dock = 1


@straight
@compiled
def departed(rows: Records, mode: I8, shipments: Records, loads: Records) -> None:
    """Shipments are on their way; by own van, on their way to the station."""
    for n in range(len(rows)):
        row, shipment = rows[n], shipments[n]
        shipment.key = shipment_key(row.order, row.node, row.attempt)
        shipment.stage = AT_STATION if mode[row.carrier] == OWN_VAN else DEPARTED
        shipment.departed_at, shipment.cause = row.at, row.ship_cause
        shipment.carrier, shipment.cost = row.carrier, row.cost
        loads[n].key, loads[n].dock = row.node, -1


@straight
@compiled
def delivered(rows: Records, to: tuple[Records, Records, Records]) -> int:
    """Journeys have ended, and each order has one shipment less to wait for; of how many the order was late.

    An order keeps the cause of its first lateness. `to`: orders, what orders are late for, shipments that end.
    """
    orders, causes, shipments = to
    late = 0
    for n in range(len(rows)):
        row, order = rows[n], orders[n]
        order.key, order.open_shipments, order.delivered = row.order, -1, 1
        order.door_late, order.ship_late = row.cause != 0, row.ship_late
        shipments[n].key = shipment_key(row.order, row.node, row.attempt)
        if row.order_cause != 0:
            causes[late].key, causes[late].cause = row.order, row.order_cause
            late += 1
    return late


@straight
@compiled
def received(rows: Records, nodes: int, stock: Records, cargo: Records) -> None:
    """Goods can be sold."""
    for n in range(len(rows)):
        row, shelf = rows[n], stock[n]
        shelf.key, shelf.on_hand, shelf.inbound = row.item * nodes + row.node, row.quantity, -row.expected
        cargo[n].key = row.cargo


@straight
@compiled
def counted(rows: Records, nodes: int, stock: Records, seen: Records) -> None:
    """The book is what was counted."""
    for n in range(len(rows)):
        row, shelf = rows[n], stock[n]
        shelf.key = seen[n].key = row.item * nodes + row.node
        shelf.on_hand, shelf.suspect = row.quantity - row.book, -row.suspect
        seen[n].counted_us = row.at
