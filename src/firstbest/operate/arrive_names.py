"""Kernels that find what a batch of arrivals touches: its orders, their lines and shipments, the items of all of them.

Each writes one number for every row that might name something, -1 where it names nothing; `operate.ranks` then makes of
the numbers the sorted keys to be read and, for each row, where its own will stand among them.
"""

from __future__ import annotations

from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Records
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
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


@compiled
def name_orders(commands: Records, orders: I64) -> None:
    """The order that each command [n] is about."""
    for c in range(len(commands)):
        of_order = commands[c].kind in (PLACE, CANCEL, PICKED, PACKED, DELIVERED, HOLD, RESUME, FILL)
        orders[c] = commands[c].order if of_order else -1


@compiled
def span_lines(commands: Records, order_row: I64, orders: Records, span: I64) -> int:
    """Write how many lines of each order [O] are wanted; the sum.

    Lines that stand are wanted by cancels, picks, holds and what asks again for stock; an order that is placed gets
    room for all that is placed, also where another of its name may end before it in the same batch.
    """
    span[:] = 0
    for c in range(len(commands)):
        kind, row = commands[c].kind, order_row[c]
        if kind == PLACE:
            span[row] = max(span[row], commands[c].lines)
        elif kind in (CANCEL, PICKED, HOLD, RESUME, FILL) and orders[row].live != 0:
            span[row] = max(span[row], orders[row].lines)
    return int(span.sum())


@compiled
def name_lines(orders: Records, span: I64, base: I64, keys: I64) -> None:
    """Write where the lines of each order [O] begin, -1: none are wanted, and the key of each line [M]."""
    end = 0
    for row in range(len(span)):
        base[row] = end if span[row] > 0 else -1
        for line in range(span[row]):
            keys[end + line] = orders[row].key * MAX_LINE + line
        end += span[row]


@compiled
def name_items(commands: Records, batch_lines: Records, lines: Records, centre_of: I64, items: I64) -> None:
    """Items whose stock is weighed at every centre: [m + n + M], -1: none.

    Those of the batch's lines [m], of each command [n] that receives or counts at a centre, of lines that stand [M].
    """
    for n in range(len(batch_lines)):
        items[n] = batch_lines[n].item
    for c in range(len(commands)):
        of_item = commands[c].kind in (RECEIVED, COUNTED) and centre_of[commands[c].node] >= 0
        items[len(batch_lines) + c] = commands[c].item if of_item else -1
    for spot in range(len(lines)):
        items[len(batch_lines) + len(commands) + spot] = lines[spot].item if lines[spot].live != 0 else -1


@compiled
def name_elsewhere(commands: Records, centre_of: I64, keys: I64) -> None:
    """The stock row of what each command [n] receives or counts at a node that is no centre, -1."""
    for c in range(len(commands)):
        command = commands[c]
        elsewhere = command.kind in (RECEIVED, COUNTED) and centre_of[command.node] < 0
        keys[c] = command.item * len(centre_of) + command.node if elsewhere else -1


@compiled
def name_shelves(items: I64, elsewhere: I64, centres: I64, nodes: int, keys: I64) -> None:
    """The stock row of each local shelf: of each item [U] at every centre [F], then elsewhere [X]: [U * F + X]."""
    n = 0
    for item in items:
        for node in centres:
            keys[n] = item * nodes + node
            n += 1
    for key in elsewhere:
        keys[n] = key
        n += 1


@compiled
def place_shelves(commands: Records, rows: I64, elsewhere: I64, centre_of: I64, shelf: I64) -> None:
    """The shelf of each command [n], by the first shelf of its item `rows` [n] or by its shelf `elsewhere` [n]; -1."""
    for c in range(len(commands)):
        shelf[c] = rows[c] + centre_of[commands[c].node] if rows[c] >= 0 else elsewhere[c]


@compiled
def name_shipments(commands: Records, lines: Records, keys: I64) -> None:
    """The shipment of each command [n] and of each line that stands [M]: [n + M]."""
    for c in range(len(commands)):
        command = commands[c]
        named = command.kind in (PICKED, PACKED, DELIVERED)
        keys[c] = (command.order * MAX_NODE + command.node) * MAX_ATTEMPT + command.attempt if named else -1
    for spot in range(len(lines)):
        line = lines[spot]
        sent = (line.key // MAX_LINE * MAX_NODE + line.node) * MAX_ATTEMPT + line.attempt
        keys[len(commands) + spot] = sent if line.live != 0 and line.node >= 0 else -1


@compiled
def name_cargo(commands: Records, keys: I64) -> None:
    """The cargo of each receipt [n]."""
    for c in range(len(commands)):
        keys[c] = commands[c].order if commands[c].kind == RECEIVED else -1


@compiled
def chain_up(keys: I64, orders: Records, head: I64, following: I64) -> None:
    """Link the shipments (sorted keys [H]) of each order [O], the last first: `head` [O], `following` [H], -1 ends."""
    head[:] = -1
    following[:] = -1
    row = 0
    for spot in range(len(keys)):
        while orders[row].key != keys[spot] // (MAX_NODE * MAX_ATTEMPT):
            row += 1
        following[spot] = head[row]
        head[row] = spot


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
    """Spread slots by centre and day [F, D] into `taken` and `limit` by node and day [N, D]."""
    for centre in range(len(centres)):
        for day in range(rows.shape[1]):
            taken[centres[centre], day] = rows[centre, day].taken
            limit[centres[centre], day] = rows[centre, day].limit


@compiled
def count_kinds(commands: Records, counts: I64) -> None:
    """Add commands and their lines by kind: [K, 2]."""
    for c in range(len(commands)):
        counts[commands[c].kind, 0] += 1
        counts[commands[c].kind, 1] += commands[c].lines


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
