"""Kernels of the arrival step: cancel, picked, packed, delivered, received, counted."""

from __future__ import annotations

from firstbest.decide.lateness import cause_at_door
from firstbest.decide.terms import ITEM_WEIGHT, PLACE_ZONE, Terms
from firstbest.kernels.compiled import compiled, straight, written_in
from firstbest.kernels.index import local_day
from firstbest.kernels.near import near
from firstbest.operate.arrive_place import head, place
from firstbest.operate.arrive_state import (
    CANCELLED,
    CLOSED,
    COMPLETED,
    COUNTED,
    DELIVERED,
    PACKED,
    PICKED,
    RECEIVED,
    UNPLANNED,
    Asks,
    Local,
    Out,
    Row,
)
from firstbest.operate.arrive_wait import fill, find_shipment, hold, lapse, resource, resume
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE

WAITING = 1
RELEASED = 2
STAGE_PICKED = 3
STAGE_PACKED = 4
DEPARTED = 5
AT_STATION = 6
DONE = 7
STAGE_CANCELLED = 8
DOCKED = 3
NO_STOCK = 4
TOO_LATE = 7
GRANTED = 8
SHORT_EVERYWHERE = 10
K_PLACE = 1
K_CANCEL = 2
K_PICKED = 3
K_PACKED = 4
K_DELIVERED = 5
K_RECEIVED = 7
K_COUNTED = 8
K_HOLD = 12
K_RESUME = 13
K_FILL = 14
HELD_BACK = 9
SPAN = 16


@compiled
def cancelled(local: Local, out: Out, command: Row, spot: int, what: tuple[int, int, int]) -> None:
    """One line cancelled, or not; what: (quantity, reason, granted)."""
    state = local.lines[spot]
    row = out.cancelled[out.n[CANCELLED]]
    head(row, out, CANCELLED, command)
    row.order, row.line, row.item = command.order, state.key % MAX_LINE, state.item
    row.node, row.attempt, row.price = state.node, state.attempt, state.price
    row.quantity, row.reason, row.granted = what


@compiled
def drop_shipment(local: Local, out: Out, command: Row, spot: int, reason: int) -> None:
    """A shipment that will not leave."""
    shipment = local.shipments[spot]
    row = out.unplanned[out.n[UNPLANNED]]
    head(row, out, UNPLANNED, command)
    row.order, row.node = command.order, shipment.node
    row.attempt = shipment.key % MAX_ATTEMPT
    row.day, row.reason, row.stage = shipment.day, reason, shipment.stage
    row.units, row.lines = shipment.units, shipment.lines
    w = shipment.day - local.window.first
    if shipment.stage != HELD_BACK and 0 <= w < local.window.taken.shape[1]:
        local.window.taken[shipment.node, w] -= 1
    shipment.stage = STAGE_CANCELLED
    shipment.live = 0


@compiled
def end_order(terms: Terms, local: Local, out: Out, command: Row, why: tuple[int, int]) -> None:
    """An order whose shipments are all done: completed if anything was delivered, else closed; why: (row, reason)."""
    order_row, reason = why
    order = local.orders[order_row]
    if order.open_shipments > 0 or order.waiting > 0 or order.live == 0:
        return
    order.live = 0
    if order.delivered == 0:
        row = out.closed[out.n[CLOSED]]
        head(row, out, CLOSED, command)
        row.order, row.reason = command.order, reason
        return
    row = out.completed[out.n[COMPLETED]]
    head(row, out, COMPLETED, command)
    row.order, row.placed_at, row.deliver_by = command.order, order.placed_at, order.deliver_by
    row.value, row.ship_late, row.door_late = order.value, order.ship_late, order.door_late
    row.cause, row.node, row.seller = order.cause, order.nearest, order.seller
    row.service, row.place, row.shipments = order.service, order.place, order.delivered
    zone = terms.place[order.place, PLACE_ZONE]
    row.door_day = local_day(terms.midnight, zone, command.at)
    row.days = business_days(terms, local_day(terms.midnight, zone, order.placed_at), row.door_day)


@compiled
def may_stop(local: Local, shipment: int) -> bool:
    """Is a shipment still where nobody works on it?"""
    return bool(local.shipments[shipment].stage in (WAITING, HELD_BACK))


@compiled
def business_days(terms: Terms, placed: int, door: int) -> int:
    """Business days of the first carrier from one local day to another, 15 at most."""
    for days in range(SPAN):
        if terms.business_after[0, placed, days] >= door:
            return days
    return SPAN - 1


@compiled
def cancel(terms: Terms, asks: Asks, local: Local, out: Out, c: int) -> None:
    """Cancel an order's lines: granted while they wait for stock or their shipment for a wave, refused after."""
    command = asks.commands[c]
    order_row = asks.order_row[c]
    order = local.orders[order_row]
    base = local.line_base[order_row]
    if order.live == 0 or base < 0:
        return
    for spot in range(base, base + order.lines):
        state = local.lines[spot]
        if state.live == 0:
            continue
        if state.node < 0:
            lapse(local, out, command, (order_row, spot, GRANTED))
            continue
        shipment = find_shipment(local, order_row, state.node, state.attempt)
        if shipment < 0 or not may_stop(local, shipment):
            cancelled(local, out, command, spot, (state.quantity, TOO_LATE, 0))
            continue
        cancelled(local, out, command, spot, (state.quantity, GRANTED, 1))
        shelf = local.line_shelf[spot] + terms.centre_of[state.node]
        local.shelves[shelf].reserved -= state.quantity
        local.free[shelf] += state.quantity
        state.live = 0
        order.open_lines -= 1
        order.value -= state.quantity * state.price
    for spot in range(base, base + order.lines):
        shipment = find_shipment(local, order_row, local.lines[spot].node, local.lines[spot].attempt)
        if shipment < 0 or not may_stop(local, shipment) or local.shipments[shipment].live == 0:
            continue
        drop_shipment(local, out, command, shipment, GRANTED)
        order.open_shipments -= 1
    end_order(terms, local, out, command, (order_row, GRANTED))


@compiled
@written_in
def pick_line(terms: Terms, asks: Asks, local: Local, out: Out, what: tuple[int, int, int]) -> int:
    """Book what a picker found of one line; what: (command, batch line, shipment). Answers units picked."""
    c, n, shipment = what
    command = asks.commands[c]
    line = asks.lines[n]
    spot = local.line_base[asks.order_row[c]] + line.line
    state = local.lines[spot]
    node = command.node
    shelf = local.shelves[asks.line_shelf[n] + terms.centre_of[node]]
    wanted = state.quantity
    found = found_of(asks, local, c, n)
    quantity = sent_of(asks, local, c, spot, found)
    before = shelf.on_hand
    # What is put back never left the shelf.
    after = max(before - wanted, 0) + found - quantity
    row = out.picked[out.n[PICKED]]
    head(row, out, PICKED, command)
    row.order, row.node, row.attempt = command.order, node, command.attempt
    row.line, row.item, row.quantity = line.line, line.item, quantity
    row.short, row.written_off, row.price = wanted - quantity, before - quantity - after, state.price
    if quantity < wanted:
        lighten(terms, local, asks.order_row[c], shipment, (line.item, wanted - quantity, state.price))
    shelf.on_hand = after
    shelf.reserved -= wanted
    shelf.suspect += wanted - quantity
    local.free[asks.line_shelf[n] + terms.centre_of[node]] = after - shelf.reserved
    state.live = 0
    if quantity < wanted:
        lose(terms, asks, local, out, (c, spot, asks.line_shelf[n], quantity))
    return int(quantity)


@compiled
@written_in
def found_of(asks: Asks, local: Local, c: int, n: int) -> int:
    """Units that the shelf gave for a batch line of a pick, no more than were wanted."""
    line = asks.lines[n]
    wanted = local.lines[local.line_base[asks.order_row[c]] + line.line].quantity
    return int(min(max(line.quantity, 0), wanted))


@compiled
@written_in
def sent_of(asks: Asks, local: Local, c: int, spot: int, found: int) -> int:
    """Of the units found for a local line those that go: of a kit sent whole, as many as all its parts reach for."""
    units = local.kit_units[spot]
    if units == 0:
        return found
    command, base = asks.commands[c], local.line_base[asks.order_row[c]]
    kits = found // units
    for n in range(command.first_line, command.first_line + command.lines):
        other = base + asks.lines[n].line
        if local.kit_units[other] > 0 and local.lines[other].kit == local.lines[spot].kit:
            kits = min(kits, found_of(asks, local, c, n) // local.kit_units[other])
    return int(kits * units)


@compiled
@written_in
def lighten(terms: Terms, local: Local, order_row: int, spot: int, goods: tuple[int, int, int]) -> None:
    """Take what was found short (item, units, price) off its shipment and its order."""
    item, short, price = goods
    shipment = local.shipments[spot]
    shipment.short += short
    shipment.value -= short * price
    shipment.weight_g -= short * terms.item[item, ITEM_WEIGHT]
    local.orders[order_row].value -= short * price


@compiled
def lose(terms: Terms, asks: Asks, local: Local, out: Out, what: tuple[int, int, int, int]) -> None:
    """A line found short: sent from elsewhere if none of it goes, else what is missing is cancelled.

    A part of a kit that is sent whole is never sent on its own.
    """
    c, spot, first, found = what
    state = local.lines[spot]
    if found == 0 and local.kit_units[spot] == 0 and resource(terms, asks, local, out, (c, spot, first)):
        return
    cancelled(local, out, asks.commands[c], spot, (state.quantity - found, SHORT_EVERYWHERE, 1))


@compiled
@written_in
def picked(terms: Terms, asks: Asks, local: Local, out: Out, c: int) -> None:
    """Book what was picked; a shipment of which nothing was found does not leave."""
    command = asks.commands[c]
    order_row = asks.order_row[c]
    shipment = find_shipment(local, order_row, command.node, command.attempt)
    if shipment < 0 or local.shipments[shipment].stage != RELEASED or local.line_base[order_row] < 0:
        return
    total = 0
    for n in range(command.first_line, command.first_line + command.lines):
        total += pick_line(terms, asks, local, out, (c, n, shipment))
    local.shipments[shipment].stage = STAGE_PICKED
    if total == 0:
        drop_shipment(local, out, command, shipment, SHORT_EVERYWHERE)
        local.orders[order_row].open_shipments -= 1
        end_order(terms, local, out, command, (order_row, SHORT_EVERYWHERE))


@compiled
@written_in
def packed(asks: Asks, local: Local, out: Out, c: int) -> None:
    """A shipment stands packed at the dock."""
    command = asks.commands[c]
    spot = asks.shipment_row[c]
    shipment = local.shipments[spot]
    if shipment.live == 0 or shipment.stage != STAGE_PICKED:
        return
    row = out.packed[out.n[PACKED]]
    head(row, out, PACKED, command)
    row.order, row.node, row.attempt = command.order, command.node, command.attempt
    row.cartons, row.carton, row.seller = shipment.cartons, shipment.carton, shipment.seller
    row.units, row.lines, row.short = shipment.units, shipment.lines, shipment.short
    shipment.units -= shipment.short
    shipment.stage = STAGE_PACKED


@compiled
@written_in
def delivered(terms: Terms, asks: Asks, local: Local, out: Out, c: int) -> None:
    """A shipment's journey has ended: at the door, lost or damaged; its order may be complete."""
    command = asks.commands[c]
    shipment = local.shipments[asks.shipment_row[c]]
    order = local.orders[asks.order_row[c]]
    if shipment.live == 0 or shipment.stage not in (DEPARTED, AT_STATION):
        return
    late = command.at > order.deliver_by or command.service != 0
    cause = cause_at_door(shipment, command, order.ship_by) if late else 0
    row = out.delivered[out.n[DELIVERED]]
    head(row, out, DELIVERED, command)
    row.order, row.node, row.attempt = command.order, command.node, command.attempt
    row.placed_at, row.deliver_by, row.departed_at = order.placed_at, order.deliver_by, shipment.departed_at
    row.value, row.outcome, row.failed_attempts = shipment.value, command.service, command.quantity
    row.place, row.seller, row.cause = shipment.place, shipment.seller, cause
    row.carrier, row.service, row.zone = shipment.carrier, shipment.service, shipment.zone
    row.ship_late = 1 if shipment.departed_at > order.ship_by else 0
    shipment.live = 0
    shipment.stage = DONE
    order.open_shipments -= 1
    order.delivered += 1
    order.ship_late += row.ship_late
    if late:
        order.door_late += 1
        order.cause = cause if order.cause == 0 else order.cause
    row.order_cause = order.cause
    end_order(terms, local, out, command, (asks.order_row[c], 0))


@compiled
@written_in
def received(asks: Asks, local: Local, out: Out, c: int) -> None:
    """Goods counted and put away: sellable from now."""
    command = asks.commands[c]
    cargo = local.cargo[asks.cargo_row[c]]
    if cargo.live == 0:
        return
    row = out.received[out.n[RECEIVED]]
    head(row, out, RECEIVED, command)
    row.cargo, row.quantity, row.expected = command.order, command.quantity, cargo.quantity
    row.docked_at, row.node, row.item = min(cargo.ready_at, command.at), command.node, command.item
    local.shelves[asks.shelf[c]].on_hand += command.quantity
    local.free[asks.shelf[c]] += command.quantity
    cargo.live = 0


@compiled
def counted(asks: Asks, local: Local, out: Out, c: int) -> None:
    """A count: the book is set to what was found."""
    command = asks.commands[c]
    shelf = local.shelves[asks.shelf[c]]
    row = out.counted[out.n[COUNTED]]
    head(row, out, COUNTED, command)
    row.node, row.item = command.node, command.item
    row.quantity, row.book = command.quantity, shelf.on_hand
    row.suspect = shelf.suspect
    shelf.suspect = 0
    shelf.on_hand = command.quantity
    local.free[asks.shelf[c]] = command.quantity - shelf.reserved


@straight
@compiled
def decide(terms: Terms, asks: Asks, local: Local, out: Out) -> None:
    """Every command of the batch in arrival order."""
    for n in range(len(asks.lines)):
        near(terms.item, asks.lines[n].item)
    for shelf in range(len(local.free)):
        local.free[shelf] = local.shelves[shelf].on_hand - local.shelves[shelf].reserved
    for c in range(len(asks.commands)):
        for fact in range(len(out.n)):
            out.before[fact] = out.n[fact]
        kind = asks.commands[c].kind
        if kind == K_PLACE:
            place(terms, asks, local, out, c)
        elif kind == K_CANCEL:
            cancel(terms, asks, local, out, c)
        elif kind == K_PICKED:
            picked(terms, asks, local, out, c)
        elif kind == K_PACKED:
            packed(asks, local, out, c)
        elif kind == K_DELIVERED:
            delivered(terms, asks, local, out, c)
        elif kind == K_RECEIVED:
            received(asks, local, out, c)
        elif kind == K_COUNTED:
            counted(asks, local, out, c)
        elif kind == K_HOLD:
            hold(asks, local, out, c)
        elif kind == K_RESUME:
            resume(terms, asks, local, out, c)
        elif kind == K_FILL:
            fill(terms, asks, local, out, c)
            end_order(terms, local, out, asks.commands[c], (asks.order_row[c], NO_STOCK))
