"""Kernels of the arrival step: placing an order, and planning what it is sent in."""

from __future__ import annotations

from firstbest.decide.arms import arm_of
from firstbest.decide.promise import NONE, Asked, Window, nearest_open, wanted_day_of
from firstbest.decide.source import Basket, choose, mark_kits, verdicts_of, wins
from firstbest.decide.terms import CARTON_TARE, ITEM_SELLER, ITEM_WEIGHT, NODE_ZONE, PLACE_ZONE, POLICY_WAIT_DAYS, Terms
from firstbest.kernels.compiled import compiled, written_in
from firstbest.kernels.index import local_day
from firstbest.operate.arrive_state import (
    ALLOCATED,
    BACKORDERED,
    BEGIN,
    ORDERED,
    PLANNED,
    REFUSED,
    WIDTH,
    Asks,
    Local,
    Out,
    Row,
    shipment_key,
)
from firstbest.world.units import DAY_US

WAITING = 1
CHEAPEST_IN_TIME = 1
SOONEST = 2
SPLIT = 3
NO_STOCK = 4
NOT_SERVED = 5
DUPLICATE = 6
NO_CAPACITY = 15
WAITS = 16
STAGE_NONE = 0
FILL_HOUSE = 0
FILL_REFUSE = 1
FILL_REST = 2
FILL_WHOLE = 3
MORE_STOCK = 1
OTHER_NODE = 3
MORE_HEADS = 5
VERDICT_NO_CAPACITY = 5
TOO_SLOW = 4
PPM = 1_000_000
SERVICES = 3


@compiled
@written_in
def head(row: Row, out: Out, kind: int, command: Row) -> None:
    """Begin a fact with zeros, and name it by its cause: number, ordinal, instant."""
    width = out.spots[kind, WIDTH]
    start = out.spots[kind, BEGIN] + out.n[kind] * width
    out.words[start : start + width] = 0
    row.number = command.number
    row.ordinal = out.n[kind] - out.before[kind]
    row.at = command.at
    out.n[kind] += 1


@compiled
def refuse(terms: Terms, out: Out, command: Row, line: Row, why: tuple[int, int, int]) -> None:
    """A line that is not promised; why: (reason, remedy, nearest node)."""
    row = out.refused[out.n[REFUSED]]
    head(row, out, REFUSED, command)
    row.order = command.order
    row.quantity = line.quantity
    row.price = line.price
    row.line = line.line
    row.item = line.item
    row.reason = why[0]
    row.remedy = why[1]
    row.nearest = why[2]
    row.binding = -1


@compiled
@written_in
def runner_up(terms: Terms, local: Local, chosen: int, place: int) -> int:
    """The centre whose way scored least after the chosen one's (ties: the nearer), -1: none."""
    best = -1
    options = local.scratch.options
    for centre in range(len(local.scratch.verdict)):
        if centre == chosen or options[centre, 0] == NONE or local.scratch.verdict[centre] == 0:
            continue
        if wins(terms, local.scratch, centre, best, place):
            best = centre
    return best


@compiled
@written_in
def allocate(
    local: Local,
    out: Out,
    command: Row,
    goods: tuple[int, int, int, int],
    spot: tuple[int, int, int, int, int],
) -> None:
    """Reserve one line; goods: (line, item, quantity, price), spot: (node, attempt, nearest, shelf, local line)."""
    row = out.allocated[out.n[ALLOCATED]]
    head(row, out, ALLOCATED, command)
    row.order = command.order
    row.line, row.item, row.quantity, row.price = goods
    row.node, row.attempt, row.nearest = spot[0], spot[1], spot[2]
    local.shelves[spot[3]].reserved += goods[2]
    local.free[spot[3]] -= goods[2]
    state = local.lines[spot[4]]
    state.live = 1
    state.item, state.quantity, state.price = goods[1], goods[2], goods[3]
    state.node, state.attempt, state.stage, state.kit = spot[0], spot[1], WAITING, 0


@compiled
@written_in
def plan(terms: Terms, local: Local, out: Out, command: Row, what: tuple[int, int, int, int, int]) -> int:
    """Plan one shipment from a chosen centre; what: (centre, attempt, reason, order row, nearest). Answers its row."""
    centre, attempt, reason, order_row, nearest = what
    option = local.scratch.options[centre]
    node = terms.centres[centre]
    order = local.orders[order_row]
    row = out.planned[out.n[PLANNED]]
    head(row, out, PLANNED, command)
    row.order = command.order
    row.node = node
    row.attempt = attempt
    row.tie = order.tie
    row.placed_at = order.placed_at
    row.place = order.place
    row.service = order.service
    row.carrier = option[2]
    row.day = option[3]
    row.zone = option[11]
    row.carton = option[7]
    row.cartons = option[8]
    row.billed_g = option[9] * option[8]
    row.volume_cm3 = option[10] * option[8]
    row.weight_g = terms.carton[option[7], CARTON_TARE] * option[8] if option[7] >= 0 else 0
    row.cost = option[1]
    row.lane = terms.lane_of[option[2], node]
    row.ship_by = terms.pick_up[option[2], node, option[3]]
    row.deliver_by = terms.door_closes[terms.place[order.place, PLACE_ZONE], option[4]]
    row.verdicts = verdicts_of(local.scratch)
    second = runner_up(terms, local, centre, order.place)
    row.runner_up = -1 if second < 0 else terms.centres[second]
    row.runner_up_cost = 0 if second < 0 else local.scratch.options[second, 1]
    row.reason = reason
    row.nearest = nearest
    local.window.taken[node, option[3] - local.window.first] += 1
    return keep_shipment(local, order_row, row)


@compiled
@written_in
def keep_shipment(local: Local, order_row: int, row: Row) -> int:
    """Note a planned shipment among the local rows, at the head of its order's chain."""
    spot = int(local.used[0])
    local.used[0] += 1
    shipment = local.shipments[spot]
    shipment.key = shipment_key(row.order, row.node, row.attempt)
    shipment.live = 1
    shipment.stage = WAITING
    shipment.node = row.node
    shipment.carrier = row.carrier
    shipment.zone = row.zone
    shipment.day = row.day
    shipment.ship_by = row.ship_by
    shipment.deliver_by = row.deliver_by
    shipment.lines = 0
    local.chain_next[spot] = local.chain_head[order_row]
    local.chain_head[order_row] = spot
    return spot


@compiled
@written_in
def load_shipment(terms: Terms, local: Local, planned: Row, goods: tuple[int, int, int, int], spot: int) -> None:
    """Add a line's goods (line, item, quantity, price) to a planned shipment."""
    item, quantity, price = goods[1], goods[2], goods[3]
    planned.lines += 1
    planned.units += quantity
    planned.weight_g += terms.item[item, ITEM_WEIGHT] * quantity
    planned.value += price * quantity
    planned.seller = terms.item[item, ITEM_SELLER]
    local.shipments[spot].lines += 1
    local.shipments[spot].units += quantity


@compiled
@written_in
def wish_of(terms: Terms, window: Window, at: int, order: Row, barred: tuple[int, int]) -> Asked:
    """What an order asks at an instant, goods aside; barred: nodes and carriers that may not be used, a bit each."""
    zone = terms.node[terms.centres[0], NODE_ZONE]
    day = local_day(terms.midnight, zone, at) - 1
    arm = arm_of(terms, order.tie)
    service = order.service + arm * SERVICES
    bare = Asked(order.place, service, at, day, 0, 0, 0, 0, arm, 0, 0)
    wanted = wanted_day_of(terms, window, bare)
    return Asked(order.place, service, at, day, 0, 0, 0, wanted, arm, barred[0], barred[1])


@compiled
@written_in
def why_refused(local: Local) -> tuple[int, int]:
    """(reason, remedy) when no centre could send anything."""
    for centre in range(len(local.scratch.verdict)):
        if local.scratch.verdict[centre] == VERDICT_NO_CAPACITY:
            return NO_CAPACITY, MORE_HEADS
    for centre in range(len(local.scratch.verdict)):
        if local.scratch.covers[centre] > 0:
            return NOT_SERVED, OTHER_NODE
    return NO_STOCK, MORE_STOCK


@compiled
@written_in
def open_order(terms: Terms, asks: Asks, local: Local, c: int, nearest: int) -> None:
    """Write the local order row."""
    command = asks.commands[c]
    order = local.orders[asks.order_row[c]]
    order.live = 1
    order.tie = command.tie
    order.placed_at = command.at
    order.place = command.place
    order.service = command.service
    order.lines = command.lines
    order.nearest = nearest
    order.seller = terms.item[asks.lines[command.first_line].item, ITEM_SELLER]


@compiled
@written_in
def place(terms: Terms, asks: Asks, local: Local, out: Out, c: int) -> None:
    """Promise an order: plan its shipments, reserve its lines, refuse what cannot be had."""
    command = asks.commands[c]
    order = local.orders[asks.order_row[c]]
    first, count = command.first_line, command.lines
    wish = wish_of(terms, local.window, command.at, command, (command.node, command.item))
    nearest = nearest_open(terms, command.place, command.at)
    if order.live != 0:
        refuse(terms, out, command, asks.lines[first], (DUPLICATE, 0, nearest))
        return
    open_order(terms, asks, local, c, nearest)
    stop = first + count
    basket = Basket(asks.lines["item"][first:stop], asks.line_shelf[first:stop], asks.lines["quantity"][first:stop])
    mark_kits(local.scratch, asks.line_kit[first:stop])
    chosen = choose(terms, local.window, basket, local.free, local.scratch, wish)
    until, fill = patience(terms, command)
    order.fill = fill
    why = why_refused(local) if chosen == 0 else (NO_STOCK, MORE_STOCK)
    if fill == FILL_WHOLE and chosen > 0 and filled_lines(local, count) < count:
        chosen = 0
        local.scratch.assigned[:count] = -1
    send(terms, asks, local, out, (c, chosen, nearest, 0))
    if fill > FILL_REFUSE and why[0] == NO_STOCK:
        wait_for_stock(asks, local, out, (c, chosen, until))
    close_promise(terms, asks, local, out, (c, chosen, wish.wanted_day, why[0], why[1]))


@compiled
@written_in
def patience(terms: Terms, command: Row) -> tuple[int, int]:
    """Until when lines without stock may wait, and what waits: as the customer says, else as the house does."""
    days = terms.policy[POLICY_WAIT_DAYS]
    if command.flag == FILL_HOUSE:
        return command.at + days * DAY_US, FILL_REST if days > 0 else FILL_REFUSE
    return command.expected, command.flag if command.expected > command.at else FILL_REFUSE


@compiled
@written_in
def filled_lines(local: Local, lines: int) -> int:
    """How many of an order's lines found a node."""
    filled = 0
    for n in range(lines):
        if local.scratch.assigned[n] >= 0:
            filled += 1
    return filled


@compiled
def wait_for_stock(asks: Asks, local: Local, out: Out, what: tuple[int, int, int]) -> None:
    """Lines that found no stock wait for it; what: (command, shipments, until)."""
    c, chosen, until = what
    command = asks.commands[c]
    order = local.orders[asks.order_row[c]]
    base = local.line_base[asks.order_row[c]]
    for n in range(command.lines):
        if chosen > 0 and local.scratch.assigned[n] >= 0:
            continue
        line = asks.lines[command.first_line + n]
        row = out.backordered[out.n[BACKORDERED]]
        head(row, out, BACKORDERED, command)
        row.order, row.line, row.item = command.order, line.line, line.item
        row.quantity, row.price, row.until = line.quantity, line.price, until
        row.tie, row.placed_at, row.nearest, row.lines = command.tie, command.at, order.nearest, command.lines
        row.kit = asks.line_kit[command.first_line + n]
        state = local.lines[base + n]
        state.live, state.node, state.attempt, state.stage = 1, -1, 0, STAGE_NONE
        state.item, state.quantity, state.price, state.kit = line.item, line.quantity, line.price, row.kit
        local.line_shelf[base + n] = asks.line_shelf[command.first_line + n]
        order.waiting += 1


@compiled
@written_in
def send(terms: Terms, asks: Asks, local: Local, out: Out, what: tuple[int, int, int, int]) -> None:
    """Plan the chosen centres' shipments with their lines; what: (command, centres chosen, nearest, attempt)."""
    c, chosen, nearest, attempt = what
    command = asks.commands[c]
    order_row = asks.order_row[c]
    base = local.line_base[order_row]
    for k in range(chosen):
        centre = local.scratch.order[k]
        reason = SPLIT if chosen > 1 else CHEAPEST_IN_TIME
        if chosen == 1 and local.scratch.options[centre, 6] == TOO_SLOW:
            reason = SOONEST
        if attempt > 0:
            reason = WAITS
        fact = out.n[PLANNED]
        spot = plan(terms, local, out, command, (centre, attempt, reason, order_row, nearest))
        node = terms.centres[centre]
        for n in range(command.lines):
            if local.scratch.assigned[n] != centre:
                continue
            line = asks.lines[command.first_line + n]
            shelf = asks.line_shelf[command.first_line + n]
            local.line_shelf[base + line.line] = shelf
            goods = (line.line, line.item, line.quantity, line.price)
            allocate(local, out, command, goods, (node, attempt, nearest, shelf + centre, base + line.line))
            kit = asks.line_kit[command.first_line + n]
            out.allocated[out.n[ALLOCATED] - 1].kit = local.lines[base + line.line].kit = kit
            load_shipment(terms, local, out.planned[fact], goods, spot)


@compiled
@written_in
def close_promise(terms: Terms, asks: Asks, local: Local, out: Out, what: tuple[int, int, int, int, int]) -> None:
    """State the order's promise, and what is refused; what: (command, shipments, wanted day, reason, remedy)."""
    c, chosen, wanted_day = what[:3]
    why = (what[3], what[4])
    command = asks.commands[c]
    order = local.orders[asks.order_row[c]]
    filled, value = 0, 0
    for n in range(command.lines):
        line = asks.lines[command.first_line + n]
        if chosen == 0 or local.scratch.assigned[n] < 0:
            if order.waiting > 0:
                continue
            refuse(terms, out, command, line, (why[0], why[1], order.nearest))
        else:
            filled += 1
            value += line.price * line.quantity
    ship_by, deliver_by, chance = 0, 0, PPM
    for k in range(out.n[PLANNED] - chosen, out.n[PLANNED]):
        ship_by = max(ship_by, out.planned[k].ship_by)
        deliver_by = max(deliver_by, out.planned[k].deliver_by)
        centre = local.scratch.order[k - out.n[PLANNED] + chosen]
        slack = min(max(local.scratch.options[centre, 5], 0), 15)
        chance = chance * (PPM - terms.chance_late[slack]) // PPM
    order.ship_by, order.deliver_by, order.value = ship_by, deliver_by, value
    order.open_shipments, order.open_lines = chosen, filled
    if chosen == 0 and order.waiting == 0:
        order.live = 0
    row = out.ordered[out.n[ORDERED]]
    head(row, out, ORDERED, command)
    row.order, row.tie, row.customer = command.order, command.tie, command.customer
    row.ship_by, row.deliver_by, row.value = ship_by, deliver_by, value
    row.chance_ppm, row.lines, row.place = chance, command.lines, command.place
    row.shipments, row.service = chosen, command.service
    row.wanted_by = wanted_instant(terms, command.place, wanted_day)
    row.filled, row.nearest, row.seller = filled, order.nearest, order.seller
    row.waiting, row.fill = order.waiting, order.fill
    reason = WAITS if order.waiting > 0 else why[0]
    row.reason = reason if chosen == 0 else out.planned[out.n[PLANNED] - 1].reason


@compiled
@written_in
def wanted_instant(terms: Terms, place: int, day: int) -> int:
    """The end of a delivery day at a place; 0 where no day could be named."""
    if day >= terms.door_closes.shape[1]:
        return 0
    return int(terms.door_closes[terms.place[place, PLACE_ZONE], day])
