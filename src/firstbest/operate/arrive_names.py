"""Kernels that find what a batch of arrivals touches: its orders, their lines and shipments, the items of all of them.

Each answers the keys to be read, once each as they are first named, and for every row that might name something where
its own will stand among them, -1 where it names nothing. No fact depends on where a row stands.
"""

from __future__ import annotations

import numpy as np

from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.index import local_day
from firstbest.operate.arrive_state import Records, Row, shipment_key
from firstbest.operate.ranks import once_each
from firstbest.world.network import I64
from firstbest.world.units import MAX_LINE
from firstbest.world.words import Kind

PLACE = int(Kind.PLACE)
CANCEL = int(Kind.CANCEL)
PICKED = int(Kind.PICKED)
PACKED = int(Kind.PACKED)
DELIVERED = int(Kind.DELIVERED)
RECEIVED = int(Kind.RECEIVED)
COUNTED = int(Kind.COUNTED)
HOLD = int(Kind.HOLD)
RESUME = int(Kind.RESUME)
FILL = int(Kind.FILL)
KINDS = int(max(Kind)) + 1
LARGEST = 2
"""Where the lines of the largest command stand in a kind's counts."""


@compiled
@makes_arrays
def orders_of(commands: Records, counts: I64) -> tuple[I64, I64]:
    """The orders [O] that commands look at, and where the order of each command [n] is among them, -1: of none.

    Counts the commands and their lines by kind (`count_kinds`).
    """
    count_kinds(commands, counts)
    named = np.empty(len(commands), np.int64)
    for c in range(len(commands)):
        # What is packed is looked up as a shipment, and its order does not change.
        of_order = commands[c].kind in (PLACE, CANCEL, PICKED, DELIVERED, HOLD, RESUME, FILL)
        named[c] = commands[c].order if of_order else -1
    return once_each(named)


@compiled
@makes_arrays
def lines_of(commands: Records, order_row: I64, orders: Records) -> tuple[I64, I64]:
    """Where the lines of each order [O] begin that are wanted, -1: none are; and the key of each such line [M].

    Lines that stand are wanted by cancels, picks, holds and what asks again for stock; an order that is placed gets
    room for all that is placed, also where another of its name may end before it in the same batch.
    """
    span, base = np.zeros(len(orders), np.int64), np.full(len(orders), -1, np.int64)
    for c in range(len(commands)):
        kind, row = commands[c].kind, order_row[c]
        if kind == PLACE:
            span[row] = max(span[row], commands[c].lines)
        elif kind in (CANCEL, PICKED, HOLD, RESUME, FILL) and orders[row].live != 0:
            span[row] = max(span[row], orders[row].lines)
    keys, end = np.empty(span.sum(), np.int64), 0
    for row in range(len(orders)):
        if span[row] > 0:
            base[row] = end
        for line in range(span[row]):
            keys[end + line] = orders[row].key * MAX_LINE + line
        end += span[row]
    return base, keys


@compiled
@makes_arrays
def shelves_of(
    commands: Records, batch_lines: Records, lines: Records, centres: I64, centre_of: I64
) -> tuple[I64, I64, I64, I64]:
    """The stock row of each local shelf [S], and which shelves are those of the batch's lines, commands and lines.

    An item that is named at a centre has a shelf at every centre [F], one behind the other, and `batch_lines` [m] and
    `lines` [M] are told its first; each item elsewhere has one, and `commands` [n] are told their own. -1: none. A
    shelf's stock row is -1 where the batch can only add to it, and no fact says what it comes to.
    """
    m, n = len(batch_lines), len(commands)
    named = np.empty(m + n + len(lines), np.int64)
    name_items(commands, batch_lines, lines, centre_of, named)
    items, shelf = once_each(named)
    first, count = np.empty(len(items), np.int64), 0
    for item in range(len(items)):
        first[item] = count
        count += 1 if items[item] % (len(centre_of) + 1) > 0 else len(centres)
    for spot in range(len(shelf)):
        shelf[spot] = first[shelf[spot]] if shelf[spot] >= 0 else -1
    keys = np.full(count, -1, np.int64)
    for c in range(n):
        if commands[c].kind in (RECEIVED, COUNTED):
            shelf[m + c] += max(centre_of[commands[c].node], 0)
            keys[shelf[m + c]] = commands[c].item * len(centre_of) + commands[c].node
        elif commands[c].kind in (PLACE, PICKED, FILL):
            ask_shelves(commands[c], batch_lines, (centres, centre_of), shelf, keys)
    return keys, shelf[:m], shelf[m : m + n], shelf[m + n :]


@compiled
def name_items(commands: Records, batch_lines: Records, lines: Records, centre_of: I64, named: I64) -> None:
    """The items [m + n + M] of `shelves_of`: item * (N + 1), and above it by node + 1 where that is no centre; -1."""
    step = len(centre_of) + 1
    for n in range(len(batch_lines)):
        named[n] = batch_lines[n].item * step
    for c in range(len(commands)):
        command, spot = commands[c], len(batch_lines) + c
        named[spot] = -1
        if command.kind in (RECEIVED, COUNTED):
            named[spot] = command.item * step + (0 if centre_of[command.node] >= 0 else command.node + 1)
    for spot in range(len(lines)):
        named[len(batch_lines) + len(commands) + spot] = lines[spot].item * step if lines[spot].live != 0 else -1


@compiled
def ask_shelves(command: Row, batch_lines: Records, nodes: tuple[I64, I64], shelf: I64, keys: I64) -> None:
    """Ask for the stock of a command's lines; nodes: (centres, the place of each node among them).

    It is weighed at every centre where a node is to be chosen, also for what a pick found nowhere. What a picker found
    concerns the shelf that it came from alone.
    """
    centres, centre_of = nodes
    for n in range(command.first_line, command.first_line + command.lines):
        row = batch_lines[n].item * len(centre_of)
        if command.kind != PICKED or batch_lines[n].quantity <= 0:
            for centre in range(len(centres)):
                keys[shelf[n] + centre] = row + centres[centre]
        elif centre_of[command.node] >= 0:
            keys[shelf[n] + centre_of[command.node]] = row + command.node


@compiled
@makes_arrays
def shipments_of(commands: Records, lines: Records, order_row: I64, orders: Records, room: int) -> tuple[I64, I64, I64]:
    """The shipments that commands and lines that stand name: [H], and behind them `room` keys of -1 for new ones.

    Also where the shipment of each command [n] is among them, -1: it names none; and the order's row of each [H], -1:
    nothing looks for it by its order.
    """
    named = np.empty(len(commands) + len(lines), np.int64)
    name_shipments(commands, lines, named)
    once, place = once_each(named)
    keys, of_order = np.full(len(once) + room, -1, np.int64), np.full(len(once), -1, np.int64)
    keys[: len(once)] = once
    for c in range(len(commands)):
        if place[c] >= 0 and order_row[c] >= 0:
            of_order[place[c]] = order_row[c]
    row = 0
    for spot in range(len(lines)):
        # Lines stand in the order of their orders' rows.
        while orders[row].key != lines[spot].key // MAX_LINE:
            row += 1
        if place[len(commands) + spot] >= 0:
            of_order[place[len(commands) + spot]] = row
    return keys, place[: len(commands)], of_order


@compiled
def name_shipments(commands: Records, lines: Records, keys: I64) -> None:
    """The shipment of each command [n] and of each line that stands [M]: [n + M]."""
    for c in range(len(commands)):
        command = commands[c]
        named = command.kind in (PICKED, PACKED, DELIVERED)
        keys[c] = shipment_key(command.order, command.node, command.attempt) if named else -1
    for spot in range(len(lines)):
        line = lines[spot]
        sent = shipment_key(line.key // MAX_LINE, line.node, line.attempt)
        keys[len(commands) + spot] = sent if line.live != 0 and line.node >= 0 else -1


@compiled
@makes_arrays
def chains_of(shipments: Records, of_order: I64, orders: int) -> tuple[I64, I64]:
    """Link the shipments that are there, [H] and room, by order: its first [O], the next of each; -1 ends.

    One that is named and not there is no link: it would stand for another, since its node is not known.
    """
    head, following = np.full(orders, -1, np.int64), np.full(len(shipments), -1, np.int64)
    for spot in range(len(of_order)):
        if shipments[spot].live != 0 and of_order[spot] >= 0:
            following[spot] = head[of_order[spot]]
            head[of_order[spot]] = spot
    return head, following


@compiled
@makes_arrays
def cargo_of(commands: Records) -> tuple[I64, I64]:
    """The cargo that is received, and where that of each command [n] is among it, -1."""
    named = np.empty(len(commands), np.int64)
    for c in range(len(commands)):
        named[c] = commands[c].order if commands[c].kind == RECEIVED else -1
    return once_each(named)


@compiled
@makes_arrays
def slots_of(commands: Records, midnight: I64, zone: int, days: int, centres: I64) -> tuple[int, I64]:
    """(First day, packing slots by centre and day [F * D]) from before the first command to `days` after the last."""
    first = max(local_day(midnight, zone, commands[0].at) - 2, 0)
    stop = min(local_day(midnight, zone, commands[len(commands) - 1].at) + days, midnight.shape[1])
    keys, count = np.empty(len(centres) * (stop - first), np.int64), 0
    for centre in centres:
        for day in range(first, stop):
            keys[count] = centre * midnight.shape[1] + day
            count += 1
    return first, keys


@compiled
def lines_missed(commands: Records, batch_lines: Records) -> int:
    """Lines of picks of which nothing was found."""
    count = 0
    for c in range(len(commands)):
        if commands[c].kind == PICKED:
            for n in range(commands[c].first_line, commands[c].first_line + commands[c].lines):
                count += batch_lines[n].quantity <= 0
    return count


@compiled
def lay_window(rows: Records, centres: I64, taken: I64, limit: I64) -> None:
    """Spread slots by centre and day [F * D] into `taken` and `limit` by node and day [N, D]."""
    spot = 0
    for centre in centres:
        for day in range(taken.shape[1]):
            taken[centre, day] = rows[spot].taken
            limit[centre, day] = rows[spot].limit
            spot += 1


@compiled
def count_kinds(commands: Records, counts: I64) -> None:
    """Count commands by kind, their lines, and those of the largest command: [K, 3]."""
    for c in range(len(commands)):
        kind, lines = commands[c].kind, commands[c].lines
        counts[kind, 0] += 1
        counts[kind, 1] += lines
        counts[kind, LARGEST] = max(counts[kind, LARGEST], lines)


@compiled
def lines_again(commands: Records, order_row: I64, base: I64, lines: int) -> int:
    """Lines that stand of the orders that cancels and holds are about, an order as often as it is named.

    `base` [O]: where each order's lines begin among the `lines` that stand, in this order, -1: none were read.
    """
    count = 0
    for c in range(len(commands)):
        row = order_row[c]
        if commands[c].kind not in (CANCEL, HOLD, RESUME) or base[row] < 0:
            continue
        end = row + 1
        while end < len(base) and base[end] < 0:
            end += 1
        count += (base[end] if end < len(base) else lines) - base[row]
    return count
