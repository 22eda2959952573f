"""Kernels of the arrival step: orders kept back and let go, lines that wait for stock or are sent from elsewhere.

A held order keeps its stock and gives its packing slots back; when it goes on, each shipment is promised anew from its
own node by its own carrier. Lines without stock wait in the order of their placing; a wave asks again for them
(`operate.backorders`), and what it sends is a further attempt of the order, promised from that instant.
"""

from __future__ import annotations

from firstbest.decide.promise import free_ship_day, promise_days, ship_day_from
from firstbest.decide.source import Basket, choose, mark_kits
from firstbest.decide.terms import PLACE_ZONE, Terms
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_place import allocate, filled_lines, head, load_shipment, plan, send, wish_of
from firstbest.operate.arrive_state import FILLED, HELD, LAPSED, PLANNED, Asks, Local, Out, Row
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE

WAITING = 1
HELD_BACK = 9
NO_STOCK = 4
RESOURCED = 9
FILL_WHOLE = 3


@compiled
def find_shipment(local: Local, order_row: int, node: int, attempt: int) -> int:
    """Local row of an order's shipment, -1: not there."""
    spot = int(local.chain_head[order_row])
    while spot >= 0:
        shipment = local.shipments[spot]
        if shipment.node == node and shipment.key % MAX_ATTEMPT == attempt:
            return spot
        spot = int(local.chain_next[spot])
    return -1


@compiled
def tell_held(out: Out, command: Row, of: Row, on: int, shipment: tuple[int, int]) -> None:
    """An order or a shipment of it is kept back or goes on, with the promise it has; shipment: (node, attempt)."""
    row = out.held[out.n[HELD]]
    head(row, out, HELD, command)
    row.order, row.node, row.attempt, row.on = command.order, shipment[0], shipment[1], on
    row.ship_by, row.deliver_by = of.ship_by, of.deliver_by


@compiled
def add_slot(local: Local, node: int, day: int, count: int) -> None:
    """Take a packing slot of a day, or give it back (count -1)."""
    w = day - local.window.first
    if 0 <= w < local.window.taken.shape[1]:
        local.window.taken[node, w] += count


@compiled
def hold(asks: Asks, local: Local, out: Out, c: int) -> None:
    """Keep an order back: what waits for a wave waits on, out of its sight; what is on the floor goes on."""
    command = asks.commands[c]
    order_row = asks.order_row[c]
    order = local.orders[order_row]
    base = local.line_base[order_row]
    if order.live == 0 or base < 0 or order.held != 0:
        return
    order.held = 1
    tell_held(out, command, order, 1, (-1, 0))
    for spot in range(base, base + order.lines):
        line = local.lines[spot]
        found = find_shipment(local, order_row, line.node, line.attempt) if line.live != 0 and line.node >= 0 else -1
        if found < 0 or local.shipments[found].stage != WAITING:
            continue
        shipment = local.shipments[found]
        shipment.stage = HELD_BACK
        add_slot(local, shipment.node, shipment.day, -1)
        tell_held(out, command, shipment, 1, (shipment.node, shipment.key % MAX_ATTEMPT))
        out.held[out.n[HELD] - 1].day = shipment.day


@compiled
def resume(terms: Terms, asks: Asks, local: Local, out: Out, c: int) -> None:
    """Let a held order go on: its shipments are promised anew, and the order with the latest of them."""
    command = asks.commands[c]
    order_row = asks.order_row[c]
    order = local.orders[order_row]
    base = local.line_base[order_row]
    if order.live == 0 or base < 0 or order.held == 0:
        return
    order.held = 0
    for spot in range(base, base + order.lines):
        line = local.lines[spot]
        found = find_shipment(local, order_row, line.node, line.attempt) if line.live != 0 and line.node >= 0 else -1
        if found < 0 or local.shipments[found].stage != HELD_BACK:
            continue
        shipment = local.shipments[found]
        promise_again(terms, local, command, order, shipment)
        shipment.stage = WAITING
        add_slot(local, shipment.node, shipment.day, 1)
        tell_held(out, command, shipment, 0, (shipment.node, shipment.key % MAX_ATTEMPT))
        out.held[out.n[HELD] - 1].day = shipment.day
        order.ship_by = max(order.ship_by, shipment.ship_by)
        order.deliver_by = max(order.deliver_by, shipment.deliver_by)
    tell_held(out, command, order, 0, (-1, 0))


@compiled
def promise_again(terms: Terms, local: Local, command: Row, order: Row, shipment: Row) -> None:
    """The promise of a shipment from now, by its node and carrier; it stays as it was where no day can be found."""
    wish = wish_of(terms, local.window, command.at, order, (0, 0))
    day = free_ship_day(terms, local.window, shipment.node, shipment.carrier, wish)
    if day < 0:
        day = ship_day_from(terms, local.window, shipment.node, shipment.carrier, wish)
    if day < 0 or day <= shipment.day:
        return
    days = promise_days(terms, wish.service, terms.transit[shipment.carrier, shipment.zone])
    door_day = terms.business_after[shipment.carrier, day, days]
    shipment.day = day
    shipment.ship_by = terms.pick_up[shipment.carrier, shipment.node, day]
    shipment.deliver_by = terms.door_closes[terms.place[order.place, PLACE_ZONE], door_day]


@compiled
def lapse(local: Local, out: Out, command: Row, what: tuple[int, int, int]) -> None:
    """A line that waited for stock waits no more; what: (order row, local line, reason)."""
    order_row, spot, reason = what
    state = local.lines[spot]
    order = local.orders[order_row]
    row = out.lapsed[out.n[LAPSED]]
    head(row, out, LAPSED, command)
    row.order, row.line, row.item = command.order, state.key % MAX_LINE, state.item
    row.quantity, row.price, row.reason, row.nearest = state.quantity, state.price, reason, order.nearest
    state.live = 0
    order.waiting -= 1


@compiled
def fill(terms: Terms, asks: Asks, local: Local, out: Out, c: int) -> None:
    """Ask again for the lines of an order that wait for stock, or refuse them when their time is over."""
    command = asks.commands[c]
    order_row = asks.order_row[c]
    order = local.orders[order_row]
    base = local.line_base[order_row]
    first, count = command.first_line, command.lines
    if order.live == 0 or base < 0:
        return
    if command.flag != 0:
        for n in range(first, first + count):
            lapse(local, out, command, (order_row, base + asks.lines[n].line, NO_STOCK))
        return
    if order.held != 0 or order.resourced >= MAX_ATTEMPT - 1:
        return
    wish = wish_of(terms, local.window, command.at, order, (0, 0))
    stop = first + count
    basket = Basket(asks.lines["item"][first:stop], asks.line_shelf[first:stop], asks.lines["quantity"][first:stop])
    mark_kits(local.scratch, asks.line_kit[first:stop])
    chosen = choose(terms, local.window, basket, local.free, local.scratch, wish)
    filled = filled_lines(local, count)
    if chosen == 0 or (order.fill == FILL_WHOLE and filled < count):
        return
    order.resourced += 1
    order.open_shipments += chosen
    order.open_lines += filled
    order.waiting -= filled
    before = out.n[PLANNED]
    send(terms, asks, local, out, (c, chosen, order.nearest, order.resourced))
    tell_filled(asks, local, out, (c, before, filled))


@compiled
def tell_filled(asks: Asks, local: Local, out: Out, what: tuple[int, int, int]) -> None:
    """What waited is sent, and the order's promise moves with it; what: (command, first plan, lines)."""
    c, before, filled = what
    order = local.orders[asks.order_row[c]]
    value = 0
    for k in range(before, out.n[PLANNED]):
        planned = out.planned[k]
        order.ship_by = max(order.ship_by, planned.ship_by)
        order.deliver_by = max(order.deliver_by, planned.deliver_by)
        value += planned.value
    order.value += value
    row = out.filled[out.n[FILLED]]
    head(row, out, FILLED, asks.commands[c])
    row.order, row.ship_by, row.deliver_by, row.value = order.key, order.ship_by, order.deliver_by, value
    row.lines, row.left, row.shipments = filled, order.waiting, out.n[PLANNED] - before
    row.attempt, row.nearest, row.seller = order.resourced, order.nearest, order.seller


@compiled
def resource(terms: Terms, asks: Asks, local: Local, out: Out, what: tuple[int, int, int]) -> bool:
    """Send a line found short from another node; what: (command, local line, first shelf). False: none has it."""
    c, spot, shelf = what
    command = asks.commands[c]
    order_row = asks.order_row[c]
    order = local.orders[order_row]
    state = local.lines[spot]
    if order.resourced >= MAX_ATTEMPT - 1:
        return False
    wish = wish_of(terms, local.window, command.at, order, (0, 0))
    one = local.one_line
    one[0].item, one[0].quantity, local.one_shelf[0] = state.item, state.quantity, shelf
    basket = Basket(one["item"][0:1], local.one_shelf[0:1], one["quantity"][0:1])
    local.scratch.grouped[0] = 0
    if choose(terms, local.window, basket, local.free, local.scratch, wish) == 0:
        return False
    order.resourced += 1
    order.open_shipments += 1
    centre = local.scratch.order[0]
    fact = out.n[PLANNED]
    what_next = (centre, order.resourced, RESOURCED, order_row, order.nearest)
    shipment = plan(terms, local, out, command, what_next)
    goods = (state.key % MAX_LINE, state.item, state.quantity, state.price)
    planned = out.planned[fact]
    # The same on the local row: who holds the order in this batch is told of the promise that the fold will keep.
    planned.deliver_by = local.shipments[shipment].deliver_by = order.deliver_by
    order.value += state.quantity * state.price
    load_shipment(terms, local, planned, goods, shipment)
    allocate(local, out, command, goods, (terms.centres[centre], order.resourced, order.nearest, shelf + centre, spot))
    return True
