"""Meters of what leaves and comes back: units, lines, orders, cartons, parcels, sales, returns, promises."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import Basis, Records, Window, events, inside, renamed, some, with_item, with_node
from firstbest.operate.fold_keys import shipment_keys
from firstbest.rent.usage import Attribute, Measure, Usage
from firstbest.world.network import I64
from firstbest.world.words import Disposition, LateCause

PARCELS_MAX: Final = 4_096
"""Parcels of one shipment that can be named; more than any order's lines can fill."""

REFUND_PARTS: Final = 2
REMOVED_BY: Final = 2
GONE: Final = (Disposition.TO_SUPPLIER, Disposition.LIQUIDATE, Disposition.DISPOSE)
"""What becomes of returned units that do not come back on the shelf."""


class Supply:
    """Days of supply of every item at each day's close: what `units_shipped` tells of the item."""

    def __init__(self, closed_at: I64, days: I64) -> None:
        """`closed_at`: [D] instants in order; `days`: [D, I], -1 where there is no history yet."""
        self.closed_at = closed_at
        self.days = days

    def of(self, item: I64, at: I64) -> I64:
        """Of items at instants: as of the last close before; -1 before the first."""
        spot = np.searchsorted(self.closed_at, at) - 1
        found: I64 = np.where(spot >= 0, self.days[np.maximum(spot, 0), item], -1) if len(self.closed_at) else spot
        return found


def left_with(picked: Records, departed: Records) -> tuple[Records, Records]:
    """Picked lines that left, and the departure of each: [n], [n]."""
    order = np.argsort(shipment_keys(departed), kind="stable")
    keys = shipment_keys(departed)[order]
    asked = shipment_keys(picked)
    spot = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    known = (keys[spot] == asked) if len(keys) else np.zeros(len(picked), np.bool_)
    gone = known & (picked["quantity"] > 0)
    return picked[gone], departed[order[spot[gone]]] if len(keys) else departed[:0]


def shipped_units(departed: Records, picked: Records, basis: Basis, supply: Supply) -> list[Usage]:
    """Units of each line that left, and what they were sold for; named by the pick, at the departure."""
    lines, of = left_with(picked, departed)
    item = lines["item"].astype(np.int64)
    made = with_item(events("units_shipped", lines, basis.item_tenant[item], lines["quantity"]), basis, item)
    made.at[:] = of["at"]
    made.known_at[:] = of["at"]
    made.measures[:, Measure.VALUE] = lines["price"]
    made.measures[:, Measure.SUPPLY_DAYS] = supply.of(item, of["at"])
    made.codes[:, Attribute.SERVICE] = of["service"]
    with_node(made, basis, lines["node"])
    return [made, renamed(made, "sales")]


def of_departures(meter: str, departed: Records, basis: Basis, quantity: NDArray[np.integer]) -> Usage:
    """An event of each shipment that left."""
    made = with_node(events(meter, departed, departed["seller"], quantity), basis, departed["node"])
    made.codes[:, Attribute.SERVICE] = departed["service"]
    return made


def shipped_lines(departed: Records, basis: Basis) -> list[Usage]:
    """Order lines of each shipment."""
    return [of_departures("lines_shipped", departed, basis, departed["lines"])]


def orders_shipped(departed: Records, ordered: Records, window: Window, basis: Basis) -> Usage:
    """Orders whose first shipment left in the month. `departed` holds earlier shipments of the same orders too."""
    place = np.lexsort((departed["ordinal"], departed["number"]))
    first = place[np.unique(departed["order"][place], return_index=True)[1]]
    rows = inside(departed[np.sort(first)], window)
    made = of_departures("orders_shipped", rows, basis, np.ones(len(rows), np.int64))
    if len(ordered):
        # A name that was placed twice was refused the second time: the shipments are those of the first.
        known, at = np.unique(ordered["order"], return_index=True)
        spot = np.minimum(np.searchsorted(known, rows["order"]), len(known) - 1)
        told = known[spot] == rows["order"]
        made.measures[:, Measure.SPLITS] = np.where(told, ordered["shipments"][at[spot]], -1)
    made.measures[:, Measure.VALUE] = rows["value"]
    return made


def cartons_and_parcels(departed: Records, basis: Basis) -> list[Usage]:
    """Cartons or pallets of each shipment, and its parcels one by one: their bills add up to the shipment's cost."""
    boxed = departed["carton"] >= 0
    cartons = [
        of_departures("cartons_shipped", departed[boxed], basis, departed["cartons"][boxed]),
        of_departures("pallets_shipped", departed[~boxed], basis, departed["cartons"][~boxed]),
    ]
    for made, rows in zip(cartons, (departed[boxed], departed[~boxed]), strict=True):
        made.measures[:, Measure.WEIGHT_G] = rows["weight_g"] // np.maximum(rows["cartons"], 1)
        made.measures[:, Measure.VOLUME_CM3] = rows["volume_cm3"] // np.maximum(rows["cartons"], 1)
    count = np.maximum(departed["cartons"].astype(np.int64), 1)
    assert not len(count) or count.max() <= PARCELS_MAX, f"a shipment has {PARCELS_MAX} parcels at most"
    owner = np.repeat(np.arange(len(departed)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    rows = departed[owner]
    parcels = of_departures("parcels_carried", rows, basis, np.ones(len(rows), np.int64))
    parcels.ordinal[:] = rows["ordinal"].astype(np.int64) * PARCELS_MAX + place
    cost, parts = rows["cost"], count[owner]
    parcels.measures[:, Measure.VALUE] = (place + 1) * cost // parts - place * cost // parts
    parcels.measures[:, Measure.WEIGHT_G] = rows["billed_g"] // parts
    parcels.measures[:, Measure.VOLUME_CM3] = rows["volume_cm3"] // parts
    return [*cartons, parcels]


def packed(rows: Records, basis: Basis) -> list[Usage]:
    """Units picked together for one shipment, and the labels of its cartons."""
    units = with_node(events("units_picked", rows, rows["seller"], rows["units"] - rows["short"]), basis, rows["node"])
    labels = with_node(events("labels_printed", rows, rows["seller"], rows["cartons"]), basis, rows["node"])
    return [some(units), some(labels)]


def sent_back(returned: Records, refunded: Records, basis: Basis) -> list[Usage]:
    """Units that came back, and what was paid back for them.

    A house that keeps returns refunds by facts of their own: in part, at once, or for what the customer keeps. In any
    other, a unit that came back was refunded in full.
    """
    item = returned["item"].astype(np.int64)
    made = with_item(events("units_returned", returned, basis.item_tenant[item], returned["quantity"]), basis, item)
    with_node(made, basis, np.full(len(returned), basis.centre))
    made.measures[:, Measure.VALUE] = returned["price"]
    return [made, *refunds(refunded, basis)] if basis.refunds else [made, renamed(made, "sales_returned")]


def refunds(refunded: Records, basis: Basis) -> list[Usage]:
    """Money paid back to customers; what was charged again, because nothing came of it, is sold once more."""
    made = []
    for meter, rows in (
        ("sales_returned", refunded[refunded["amount"] > 0]),
        ("sales", refunded[refunded["amount"] < 0]),
    ):
        amount, units = np.abs(rows["amount"]), np.maximum(rows["quantity"], 1)
        item, rest = rows["item"].astype(np.int64), amount % units
        # Units at one price and units at a millionth more: together they come to the amount.
        for place, quantity, value in ((0, units - rest, amount // units), (1, rest, amount // units + 1)):
            each = with_item(events(meter, rows, basis.item_tenant[item], quantity), basis, item)
            each.ordinal[:] = rows["ordinal"].astype(np.int64) * REFUND_PARTS + place
            each.measures[:, Measure.VALUE] = value
            made.append(some(with_node(each, basis, rows["node"])))
    return made


def removed(disposed: Records, expired: Records, basis: Basis) -> list[Usage]:
    """Units that left for good without being sold: back to whom they came from, sold off, destroyed, or expired."""
    gone = disposed[np.isin(disposed["disposition"], GONE)]
    made = []
    for place, rows in enumerate((gone, expired[expired["quantity"] > 0])):
        item = rows["item"].astype(np.int64)
        each = with_item(events("units_removed", rows, basis.item_tenant[item], rows["quantity"]), basis, item)
        # Both are settled at one instant, so under one number.
        each.ordinal[:] = rows["ordinal"].astype(np.int64) * REMOVED_BY + place
        made.append(with_node(each, basis, rows["node"]))
    return made


def promises(completed: Records, basis: Basis) -> list[Usage]:
    """Orders whose promise the house had to keep, and those it kept.

    An order that was late by the customer's own doing (nobody at home, a wrong address) is in neither.
    """
    late = completed["door_late"] > 0
    own = late & (completed["cause"] == LateCause.ADDRESS_OR_CUSTOMER)
    made = []
    for meter, rows in (("promises_due", completed[~own]), ("promises_kept", completed[~late])):
        each = with_node(events(meter, rows, rows["seller"], np.ones(len(rows), np.int64)), basis, rows["node"])
        each.codes[:, Attribute.SERVICE] = rows["service"]
        each.measures[:, Measure.VALUE] = rows["value"]
        made.append(each)
    return made
