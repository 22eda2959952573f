"""Meters: what each tenant did that has a price, folded from the book's facts.

A meter is a pure function from facts to usage rows, written once here and in `billing_orders`, `billing_stock` and
`billing_freight`. A row is named by the fact that caused it (its number and ordinal), so a meter counts nothing twice,
however often facts are read again. Facts are metered month by month in order: what one month leaves to the next (units
on shelves, their ages, parts of containers) is the `Carried` that comes out and goes in again.

Meters of `rent.meters` that no fact feeds yet stand in `UNFED`, each with what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import Basis, Window, inside, of_customers
from firstbest.operate.billing_freight import containers_moved, containers_received, distance, van_time, weight_moved
from firstbest.operate.billing_orders import (
    cartons_and_parcels,
    orders_shipped,
    packed,
    promises,
    removed,
    sent_back,
    shipped_lines,
    shipped_units,
)
from firstbest.operate.billing_stock import Shelves, empty_shelves, receipts, storage
from firstbest.rent.usage import Usage, joined
from firstbest.world import facts as f
from firstbest.world.network import I64

Records = NDArray[np.void]

CAUSES: Final = (
    f.DEPARTED, f.PACKED, f.COMPLETED, f.RETURNED, f.REFUNDED, f.DISPOSED, f.RECEIVED, f.MOVED, f.ARRIVED, f.ROUTED,
    f.VANNED, f.DELIVERED, f.DAY_CLOSED,
)  # fmt: skip
"""Facts whose instant lies in the month cause its events."""
STOCK: Final = (f.OPENED, f.PICKED, f.RECEIVED, f.COUNTED, f.REPLENISHED, f.RESTOCKED, f.EXPIRED, f.DAY_CLOSED)
"""Facts that move units on and off shelves, and the day's end; all of the month are needed."""
RELATED: Final = (f.PICKED, f.ORDERED, f.DEPARTED)
"""Facts of earlier months that this one's departures and van stops belong to: those of the same orders."""
OF_VANS: Final = (f.VANNED, f.DELIVERED)
"""Facts of vans are needed from a day before the month on; of deliveries, only those by van."""
SAILED: Final = f.MOVED
"""Of departures to sea in earlier months, those of what arrived in this one, with all that left beside it."""

FED: Final[dict[str, str]] = {
    "units_shipped": "picked, at the departure of its shipment",
    "lines_shipped": "departed",
    "orders_shipped": "departed, the first of an order",
    "units_picked": "packed",
    "cartons_shipped": "departed, in cartons",
    "pallets_shipped": "departed, on pallets",
    "parcels_carried": "departed; own vans are a carrier at the price they quoted",
    "storage_cm3_days": "opened, received, picked, counted, replenished, at each day_closed",
    "pallet_days": "the same, at buildings of bulk storage",
    "aged_units": "the same, oldest first, on snapshot days",
    "units_received": "received",
    "cartons_received": "received, in cases of packs.csv; a case that is not full is a case",
    "pallets_received": "received, at buildings of bulk storage",
    "containers_received": "arrived, at the end of a way by sea, shared as in moved; shares are gathered until whole",
    "receipts": "received",
    "labels_printed": "packed",
    "units_returned": "returned",
    "units_removed": "disposed (to the supplier, sold off, destroyed) and expired",
    "weight_moved_g": "moved",
    "containers_moved": "moved, at sea; shares of a container are gathered until they make a whole one",
    "distance_m": "routed, shared by the stops of vanned",
    "van_s": "vanned and delivered: from the door before on the route, or from the station; not the way back",
    "sales": "picked, at the departure of its shipment; refunded, where it is charged again",
    "sales_returned": "refunded; returned, in a house that keeps no returns",
    "promises_due": "completed, but for orders late by the customer's own doing",
    "promises_kept": "completed",
}
"""Meters that facts feed today, and by which."""

UNFED: Final[dict[str, str]] = {
    "dock_s": "received tells when goods came and were counted in: the house's own queue, not time at a door",
    "labour_s": "worked tells hours by building and process, not by tenant; a standard time of another package can",
    "robot_s": "no robots report minutes yet",
}
"""Meters that no fact feeds yet, and why; an outside service may send them as usage events."""


class Carried(NamedTuple):
    """What one month leaves to the next."""

    shelves: Shelves
    container_ppm: I64  # [S] parts of containers moved, not yet charged
    received_ppm: I64  # [S] parts of containers received


class Metered(NamedTuple):
    """A month's usage, and what is carried on."""

    usage: Usage
    carried: Carried


def nothing_carried(basis: Basis) -> Carried:
    """Before the first month."""
    return Carried(empty_shelves(basis), *(np.zeros(basis.tenants, np.int64) for _ in range(2)))


def meter_month(facts: Mapping[str, Records], basis: Basis, window: Window, carried: Carried) -> Metered:
    """The usage of one month.

    `facts`: by name of fact type, rows in (number, ordinal) order: those of CAUSES and STOCK with their instant in the
    window, and those of RELATED whenever they were: picks, orders and other shipments of the orders that departed in
    the month, and departures of the shipments that went by van. With them come OF_VANS and SAILED.
    """
    found = {name: inside(rows, window) for name, rows in facts.items()}
    departed, all_departed = of_customers(found[f.DEPARTED.name]), facts[f.DEPARTED.name]
    stored = storage(found, basis, window, carried.shelves)
    containers, parts = containers_moved(found[f.MOVED.name], basis, carried.container_ppm)
    unloaded, received_parts = containers_received(
        found[f.ARRIVED.name], facts[f.MOVED.name], basis, carried.received_ppm
    )
    usage = [
        *shipped_units(departed, facts[f.PICKED.name], basis, stored.supply),
        *shipped_lines(departed, basis),
        orders_shipped(of_customers(all_departed), facts[f.ORDERED.name], window, basis),
        *cartons_and_parcels(departed, basis),
        *packed(of_customers(found[f.PACKED.name]), basis),
        *stored.usage,
        *receipts(found[f.RECEIVED.name], basis),
        *sent_back(found[f.RETURNED.name], found[f.REFUNDED.name], basis),
        *removed(found[f.DISPOSED.name], found[f.EXPIRED.name], basis),
        weight_moved(found[f.MOVED.name], basis),
        containers,
        unloaded,
        van_time(facts[f.VANNED.name], facts[f.DELIVERED.name], window, basis),
        distance(found[f.ROUTED.name], found[f.VANNED.name], all_departed, basis),
        *promises(of_customers(found[f.COMPLETED.name]), basis),
    ]
    return Metered(joined(usage), Carried(stored.shelves, parts, received_parts))
