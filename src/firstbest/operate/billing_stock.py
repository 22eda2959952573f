"""Meters of what stands: cubic centimetres a day, pallet places, ages, days of supply, receipts.

Units on shelves are folded from the same facts as the book's stock. At each day's close they stand in a matrix of items
by nodes; its volume by node is what the fact `day_closed` says of the building, to the cubic centimetre (a law of the
tests), so what the tenants are charged for adds up to what stands there.

Ages are those of the network: a unit is as old as its receipt from a supplier (or the opening of the book), the oldest
leave first, and a transfer between buildings makes nothing younger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import PALLET_CM3, Basis, Records, Window, events, some, with_item, with_node
from firstbest.operate.billing_orders import Supply
from firstbest.rent.usage import Measure, Usage
from firstbest.world import facts as f
from firstbest.world.network import I64
from firstbest.world.units import DAY_US

TRAILING_DAYS: Final = 30
"""Days of sales by which days of supply are counted; the trade uses 30 and 90."""
SUPPLY_MOST: Final = 9_999
"""Days of supply of what does not sell."""
AGE_BITS: Final = 16


class Layers(NamedTuple):
    """Units by the instant they came from outside: [n], in order of item, then instant."""

    item: I64
    at: I64
    quantity: I64


class Shelves(NamedTuple):
    """What stands at the end of a month."""

    on_hand: I64  # [I, N]
    held: I64  # [I] the same over all buildings, with what is between two of them
    picked: I64  # [TRAILING_DAYS, I] units picked on each of the last days, by day modulo TRAILING_DAYS
    days: int  # closed so far
    layers: Layers


class Standing(NamedTuple):
    """A day's close: its fact's number, instant and local day, units on shelves [I, N] and of the network [I]."""

    number: int
    at: int
    day: int
    on_hand: I64
    held: I64


class Moves(NamedTuple):
    """Units onto shelves and off them: [m] in order of number. `held`: into the network and out of it."""

    number: I64
    item: I64
    node: I64
    units: I64
    held: I64
    picked: I64

    def between(self, start: int, stop: int) -> Moves:
        """Some of them."""
        return Moves._make(column[start:stop] for column in self)


class Stored(NamedTuple):
    """What a month's storage came to."""

    supply: Supply
    shelves: Shelves
    usage: list[Usage]


def empty_shelves(basis: Basis) -> Shelves:
    """Before the first fact."""
    items, nodes, none = len(basis.item_tenant), len(basis.bulk), np.zeros(0, np.int64)
    return Shelves(
        np.zeros((items, nodes), np.int64),
        np.zeros(items, np.int64),
        np.zeros((TRAILING_DAYS, items), np.int64),
        0,
        Layers(none, none, none),
    )


def moves_of(facts: Mapping[str, Records]) -> Moves:
    """Every fact that changes what is on a shelf, as `operate.folds` has it."""
    picked, counted, transfer = facts[f.PICKED.name], facts[f.COUNTED.name], facts[f.REPLENISHED.name]
    transfer = transfer[transfer["bought"] == 0]
    opened, received, again = facts[f.OPENED.name], facts[f.RECEIVED.name], facts[f.RESTOCKED.name]
    over = facts[f.EXPIRED.name]
    inward = np.where(bought(received), received["quantity"], received["quantity"] - received["expected"])
    off = -(picked["quantity"] + picked["written_off"])
    put_right = counted["quantity"] - counted["book"]
    parts = (
        (opened, "node", opened["quantity"], opened["quantity"], 0),
        (received, "node", received["quantity"], inward, 0),
        (picked, "node", off, off, picked["quantity"]),
        (counted, "node", put_right, put_right, 0),
        (again, "node", again["quantity"], again["quantity"], 0),
        (over, "node", -over["quantity"], -over["quantity"], 0),
        (transfer, "from_node", -transfer["quantity"], 0, 0),
    )
    columns: list[list[I64]] = [[], [], [], [], [], []]
    for rows, node, units, held, sold in parts:
        for column, values in zip(columns, (rows["number"], rows["item"], rows[node], units, held, sold), strict=True):
            column.append(np.broadcast_to(np.asarray(values, np.int64), len(rows)))
    joined = [np.concatenate(column) for column in columns]
    order = np.argsort(joined[0], kind="stable")
    return Moves._make(column[order] for column in joined)


def bought(received: Records) -> NDArray[np.bool_]:
    """Receipts from suppliers; the others come from another building of the network (`operate.storage`)."""
    mask: NDArray[np.bool_] = received["cargo"] & 1 == 1
    return mask


def storage(facts: Mapping[str, Records], basis: Basis, window: Window, shelves: Shelves) -> Stored:
    """What stood on shelves at each close of the month: volume, pallet places, ages; and the shelves at its end."""
    moves = moves_of(facts)
    closed = facts[f.DAY_CLOSED.name]
    closed = closed[np.unique(closed["number"], return_index=True)[1]]
    layers = _grown(shelves.layers, facts)
    standing, usage, supplied, start = shelves, [], [], 0
    for row in closed:
        stop = int(np.searchsorted(moves.number, row["number"]))
        standing, start = _next_day(standing, moves.between(start, stop)), stop
        seen = Standing(
            int(row["number"]), int(row["at"]), window.first_day + int(row["day"]), standing.on_hand, standing.held
        )
        supplied.append(supply_days(standing))
        usage += _shelved(seen, basis)
        if seen.day in window.snapshots:
            usage.append(aged(seen, layers, basis))
    on_hand, held = _moved(standing, moves.between(start, len(moves.number)))
    days = np.stack(supplied) if supplied else np.zeros((0, len(held)), np.int64)
    rest = Shelves(on_hand, held, standing.picked, standing.days, left_of(layers, held))
    return Stored(Supply(closed["at"], days), rest, usage)


def _moved(shelves: Shelves, moves: Moves) -> tuple[I64, I64]:
    on_hand, held = shelves.on_hand.copy(), shelves.held.copy()
    np.add.at(on_hand, (moves.item, moves.node), moves.units)
    np.add.at(held, moves.item, moves.held)
    return on_hand, held


def _next_day(shelves: Shelves, moves: Moves) -> Shelves:
    on_hand, held = _moved(shelves, moves)
    picked = shelves.picked.copy()
    picked[shelves.days % TRAILING_DAYS] = 0
    np.add.at(picked[shelves.days % TRAILING_DAYS], moves.item, moves.picked)
    return Shelves(on_hand, held, picked, shelves.days + 1, shelves.layers)


def supply_days(shelves: Shelves) -> I64:
    """[I] Days that units on all shelves last at the pace of the last 30 days; -1 before there are 30."""
    if shelves.days < TRAILING_DAYS:
        return np.full(len(shelves.held), -1, np.int64)
    sold = shelves.picked.sum(axis=0)
    lasts = shelves.on_hand.sum(axis=1) * TRAILING_DAYS // np.maximum(sold, 1)
    found: I64 = np.where(sold > 0, np.minimum(lasts, SUPPLY_MOST), SUPPLY_MOST)
    return found


def _at(standing: Standing, count: int) -> Records:
    """Causes of that many events at a day's close, ordinals yet to be stated."""
    cause = np.zeros(count, f.DAY_CLOSED.dtype)
    cause["number"], cause["at"] = standing.number, standing.at
    return cause


def _shelved(standing: Standing, basis: Basis) -> list[Usage]:
    """An event for each item that stands in a building: its volume, and in bulk storage its pallet places."""
    item, node = np.nonzero(standing.on_hand > 0)
    units = standing.on_hand[item, node]
    made = events("storage_cm3_days", _at(standing, len(item)), basis.item_tenant[item], units * basis.volume_cm3[item])
    made.ordinal[:] = item * len(basis.bulk) + node
    with_node(with_item(made, basis, item), basis, node)
    pallets = with_node(
        events("pallet_days", _at(standing, len(item)), basis.item_tenant[item], pallets_of(units, basis, item)),
        basis,
        node,
    )
    pallets.ordinal[:] = made.ordinal
    bulk = np.where(basis.bulk[node], pallets.measures[:, Measure.QUANTITY], 0)
    pallets.measures[:, Measure.QUANTITY] = bulk
    return [made, some(pallets)]


def pallets_of(units: I64, basis: Basis, item: I64) -> I64:
    """Whole pallet places that units of an item take as they come in, one item a pallet."""
    places: I64 = -(-units * basis.inbound_cm3[item] // PALLET_CM3)
    return places


# ------------------------------------------------------------------------------------------------------------- ages
def _grown(layers: Layers, facts: Mapping[str, Records]) -> Layers:
    """Layers with what came from outside during the month: opening stock, cargo that was bought, returns put back."""
    opened, received, again = facts[f.OPENED.name], facts[f.RECEIVED.name], facts[f.RESTOCKED.name]
    received = received[bought(received)]
    item = np.concatenate([layers.item, opened["item"], received["item"], again["item"]])
    at = np.concatenate([layers.at, opened["at"], received["at"], again["at"]])
    quantity = np.concatenate([layers.quantity, opened["quantity"], received["quantity"], again["quantity"]])
    order = np.lexsort((at, item))
    return Layers(item[order], at[order], quantity[order])


def left_of(layers: Layers, held: I64) -> Layers:
    """Layers of which something is left where `held` [I] units are there and the oldest left first.

    Units beyond all layers (a count found them) are as old as the item's oldest layer.
    """
    if not len(layers.item):
        return layers
    ends = np.cumsum(layers.quantity)
    younger = ends[np.searchsorted(layers.item, layers.item, side="right") - 1] - ends
    room = held[layers.item] - younger
    first = np.searchsorted(layers.item, layers.item) == np.arange(len(layers.item))
    left = np.where(first, np.maximum(room, 0), np.clip(room, 0, layers.quantity))
    kept = left > 0
    return Layers(layers.item[kept], layers.at[kept], left[kept])


def aged(standing: Standing, layers: Layers, basis: Basis) -> Usage:
    """Units of the network on a snapshot day by their age in days, an event for each item and age."""
    there = layers.at <= standing.at
    left = left_of(Layers._make(column[there] for column in layers), standing.held)
    age = (standing.at - left.at) // DAY_US
    names, group = np.unique((left.item << AGE_BITS) | age, return_inverse=True)
    units = np.zeros(len(names), np.int64)
    np.add.at(units, group, left.quantity)
    item, age = names >> AGE_BITS, names & ((1 << AGE_BITS) - 1)
    made = with_item(events("aged_units", _at(standing, len(names)), basis.item_tenant[item], units), basis, item)
    made.ordinal[:] = names
    made.measures[:, Measure.AGE_DAYS] = age
    return made


# --------------------------------------------------------------------------------------------------------- receipts
def receipts(received: Records, basis: Basis) -> list[Usage]:
    """Receipts from suppliers: how many, their units, their cases, and in bulk storage their pallets.

    A case that is not full is a case. An item without a case comes as single units, and counts none.

    What the house moves between its own buildings is its own decision, and no receipt of the tenant's.
    """
    rows = received[bought(received)]
    item = rows["item"].astype(np.int64)
    tenant, units = basis.item_tenant[item], rows["quantity"]
    pallets = np.where(basis.bulk[rows["node"]], pallets_of(units, basis, item), 0)
    case = basis.case_units[item]
    cases = np.where(case > 0, -(-units // np.maximum(case, 1)), 0)
    made = []
    for meter, quantity in (
        ("receipts", np.ones(len(rows), np.int64)),
        ("units_received", units),
        ("cartons_received", cases),
        ("pallets_received", pallets),
    ):
        each = with_node(with_item(events(meter, rows, tenant, quantity), basis, item), basis, rows["node"])
        each.measures[:, Measure.SPLITS] = 1
        made.append(some(each))
    return made
