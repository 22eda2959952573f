"""The meters: a closed list of what can be counted and charged for.

A meter is a fold over facts of the book (`operate/billing`), or counts what an outside service reports. Its unit is an
integer; rate cards may price it in the trade's units, which are exact multiples (`rent/units_of_trade`).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Meter(NamedTuple):
    """A declared meter: its name, the unit of its quantity, what one event is, the facts it is folded from."""

    name: str
    unit: str
    what: str
    source: str


METERS: Final = (
    Meter("units_shipped", "unit", "units of one order line that left a building; one is one unit", "departed, picked"),
    Meter("lines_shipped", "line", "order lines of a shipment that left a building", "departed"),
    Meter("orders_shipped", "order", "an order whose first shipment left a building", "departed"),
    Meter("units_picked", "unit", "units of one shipment, picked together: first and next", "packed"),
    Meter("cartons_shipped", "carton", "cartons of a shipment; one is one carton", "departed"),
    Meter("pallets_shipped", "pallet", "pallets that left a building", "vehicle"),
    Meter("parcels_carried", "parcel", "parcels given to a carrier; value is the carrier's bill for one", "departed"),
    Meter("storage_cm3_days", "cm3_day", "volume of an item on a building's shelves over one day", "day_closed"),
    Meter("pallet_days", "pallet_day", "pallet places taken over one day", "day_closed"),
    Meter("aged_units", "unit", "units on a snapshot day, by age; one is one unit", "received, picked"),
    Meter("units_received", "unit", "units of one receipt, counted in", "received"),
    Meter("cartons_received", "carton", "cartons of one receipt", "received"),
    Meter("pallets_received", "pallet", "pallets of one receipt", "received"),
    Meter("containers_received", "container", "containers unloaded where a way by sea ends", "arrived, moved"),
    Meter("receipts", "receipt", "receipts closed; splits tells over how many nodes", "received"),
    Meter("labels_printed", "label", "labels put on units or cartons", "packed"),
    Meter("units_returned", "unit", "units of one returned line; one is one unit", "returned"),
    Meter("units_removed", "unit", "units sent back to a supplier, sold off or destroyed", "disposed, expired"),
    Meter("weight_moved_g", "g", "weight moved between buildings", "moved"),
    Meter("distance_m", "m", "distance driven for the tenant", "routed"),
    Meter("containers_moved", "container", "containers moved from port to building", "moved"),
    Meter("dock_s", "s", "time at a dock door", "arrived, vehicle"),
    Meter("labour_s", "s", "time of hands on work that has no price of its own", "worked"),
    Meter("robot_s", "s", "time of robots", "worked"),
    Meter("van_s", "s", "time of own vans on the way to a door", "vanned, delivered"),
    Meter("sales", "unit", "units sold for the tenant; value is what the customer paid for one", "departed"),
    Meter("sales_returned", "unit", "units refunded for the tenant; value is what was paid back for one", "returned"),
    Meter("member_months", "month", "a member's month", "an outside service"),
    Meter("account_months", "month", "a month of an account", "an outside service"),
    Meter("accounts_set_up", "account", "an account set up", "an outside service"),
    Meter("promises_due", "order", "orders whose promised day came", "completed"),
    Meter("promises_kept", "order", "orders at the door on or before the promised day", "completed"),
    Meter("api_calls", "call", "requests to the house's own service", "requests"),
    Meter("job_cpu_ms", "ms", "processor time of a tenant's rehearsals", "jobs"),
    Meter("file_byte_hours", "byte_hour", "files kept for the tenant", "files"),
    Meter("table_bytes", "byte", "bytes that a tenant's queries scanned", "queries"),
    Meter("object_requests", "call", "requests to an object store behind the proxy", "an outside service"),
    Meter("object_byte_hours", "byte_hour", "objects kept in an object store", "an outside service"),
    Meter("egress_bytes", "byte", "bytes sent out", "an outside service"),
    Meter("tokens_in", "token", "tokens read by an inference server; class is the model", "an outside service"),
    Meter("tokens_out", "token", "tokens written by an inference server; class is the model", "an outside service"),
    Meter("gpu_ms", "ms", "time of an accelerator", "an outside service"),
)
"""Codes are places in this list; a meter is only ever added at its end."""

METER_CODES: Final = {meter.name: code for code, meter in enumerate(METERS)}
