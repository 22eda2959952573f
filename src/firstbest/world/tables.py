"""State as tables of integer rows: what the facts come to.

Each table names its key (one integer; packed where the key has parts), its columns and whether it is
dense (addressed by key, all rows exist) or sparse (rows come and go; a row whose `live` is 0 is gone).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE
from firstbest.world.words import Stage


class Queue(NamedTuple):
    """Rows of one stage in order, group by group: what is taken from its front is read without the rest."""

    value: int  # the stage
    group: str  # a column of codes below MAX_NODE
    by: tuple[str, str]  # soonest first: by a number, then by a hash, then by key
    until: str  # a column that grows with the order; a read may stop where it does


class Table(NamedTuple):
    """A declared table."""

    name: str
    dtype: np.dtype[np.void]  # first column: key
    dense: bool
    at_least_zero: tuple[str, ...]  # bounds, checked after the adds of a tick are summed
    staged_by: str = ""  # a column of small numbers (0 to below 64) by whose value rows can be read
    queue: Queue | None = None  # one stage of it, in order


STOCK: Final = np.dtype(
    [
        ("key", "<i8"),  # item * N + node
        ("on_hand", "<i8"),  # on the shelves, by the book
        ("reserved", "<i8"),  # of these, promised to orders
        ("inbound", "<i8"),  # ordered or on the way here
        ("sold", "<i8"),  # units ever promised from here
        ("wanted", "<i8"),  # units ever asked for whose nearest open node is here (lost sales included)
        ("suspect", "<i8"),  # short picks since the last count
        ("counted_us", "<i8"),  # instant of the last count
    ]
)
SLOT: Final = np.dtype(
    [("key", "<i8"), ("taken", "<i8"), ("limit", "<i8")]  # node * D + local day; shipments to pack
)
ORDER: Final = np.dtype(
    [
        ("key", "<i8"),  # order code
        ("live", "<i8"),
        ("tie", "<u8"),
        ("placed_at", "<i8"),
        ("ship_by", "<i8"),
        ("deliver_by", "<i8"),
        ("value", "<i8"),
        ("open_shipments", "<i4"),
        ("open_lines", "<i4"),
        ("lines", "<i4"),
        ("place", "<i4"),
        ("service", "<i2"),
        ("ship_late", "<i2"),  # shipments that left after ship_by
        ("door_late", "<i2"),  # shipments delivered after deliver_by
        ("cause", "<i2"),  # words.LateCause of the first late shipment
        ("delivered", "<i2"),  # shipments
        ("resourced", "<i2"),  # lines sent again from another node after a short pick
        ("nearest", "<i2"),
        ("seller", "<i2"),
        ("waiting", "<i2"),  # lines that wait for stock
        ("fill", "<i2"),  # words.Fill
        ("held", "<i2"),  # 1: kept back
        ("spare", "<i2"),
    ]
)
LINE_STATE: Final = np.dtype(
    [
        ("key", "<i8"),  # order * MAX_LINE + line
        ("live", "<i8"),
        ("quantity", "<i8"),
        ("price", "<i8"),
        ("item", "<i4"),
        ("node", "<i4"),  # -1: waits for stock
        ("attempt", "<i2"),
        ("stage", "<i2"),  # words.Stage
        ("kit", "<i4"),  # which of the order's kits it is part of, from 1, times MAX_KIT, + number of the kit; 0: none
    ]
)
WAIT: Final = np.dtype(
    [
        ("key", "<i8"),  # order code
        ("live", "<i8"),
        ("tie", "<u8"),
        ("placed_at", "<i8"),
        ("until", "<i8"),  # then the lines that still wait are refused
        ("lines", "<i4"),  # that wait
        ("span", "<i4"),  # lines of the order
    ]
)
SHIPMENT: Final = np.dtype(
    [
        ("key", "<i8"),  # (order * MAX_NODE + node) * MAX_ATTEMPT + attempt
        ("live", "<i8"),
        ("tie", "<u8"),  # of the order
        ("ship_by", "<i8"),
        ("deliver_by", "<i8"),
        ("placed_at", "<i8"),
        ("released_at", "<i8"),
        ("packed_at", "<i8"),
        ("departed_at", "<i8"),
        ("cost", "<i8"),  # quoted for the journey
        ("weight_g", "<i8"),
        ("billed_g", "<i8"),
        ("volume_cm3", "<i8"),  # outer
        ("value", "<i8"),
        ("units", "<i4"),
        ("lines", "<i4"),
        ("place", "<i4"),
        ("cartons", "<i4"),
        ("day", "<i4"),  # local ship day promised
        ("lane", "<i4"),
        ("short", "<i4"),  # units found short at the shelf
        ("spare", "<i4"),
        ("node", "<i2"),
        ("carrier", "<i2"),
        ("carton", "<i2"),
        ("stage", "<i2"),
        ("service", "<i2"),
        ("rolled", "<i2"),  # times left behind at a departure
        ("zone", "<i2"),
        ("seller", "<i2"),
        ("cause", "<i2"),  # words.LateCause of leaving after ship_by
        ("held", "<i2"),  # 1: an earlier wave held it back, the floor had its fill
        ("nearest", "<i2"),
        ("reason", "<i2"),  # words.Reason of the plan
    ]
)
CARGO: Final = np.dtype(
    [
        ("key", "<i8"),  # ((review number * N + node) * I + item) * 2 + bit
        ("live", "<i8"),
        ("quantity", "<i8"),
        ("volume_cm3", "<i8"),
        ("weight_g", "<i8"),
        ("ready_at", "<i8"),  # from this instant it may be loaded
        ("ordered_at", "<i8"),
        ("due_at", "<i8"),  # needed by; before this it may wait for a fuller load
        ("item", "<i4"),
        ("lane", "<i4"),  # next leg
        ("to_node", "<i4"),
        ("stage", "<i4"),  # words.CargoStage
    ]
)
FORECAST: Final = np.dtype(
    [
        ("key", "<i8"),  # item * N + node
        ("wanted_before", "<i8"),
        ("rate_x1000", "<i8"),  # units a day, season taken out, thousandths
        ("spread_x1000", "<i8"),  # mean absolute error a week, units, thousandths
        ("weeks", "<i8"),
    ]
)
ROSTER: Final = np.dtype(
    [
        ("key", "<i8"),  # ((node * 5 + process) * D + local day) * 2 + shift
        ("heads", "<i8"),
        ("temps", "<i8"),
        ("overtime_min", "<i8"),
        ("lent", "<i8"),  # heads who come from another process, below 0: who go there
    ]
)
HOURS: Final = np.dtype(
    [
        ("key", "<i8"),  # ((node * 5 + process) * 2 + shift) * weeks + week, as `decide.pace.week_keys` names them
        ("head_min", "<i8"),  # minutes of permanent heads
    ]
)
LOAD: Final = np.dtype(
    [
        ("key", "<i8"),  # node
        ("floor", "<i8"),  # shipments released and not yet packed
        ("floor_ms", "<i8"),  # packing time in them, as the house reckons
        ("dock", "<i8"),  # packed and not yet departed
        ("rolled", "<i8"),  # left behind today
    ]
)
PROFILE: Final = np.dtype(
    [
        ("key", "<i8"),  # node * D + local day
        ("shipments", "<i8"),  # promised to leave from the node this day
        ("asked", "<i8"),  # promised on this day, whatever the day they leave
        ("lines", "<i8"),
        ("single", "<i8"),
        ("received_lines", "<i8"),
    ]
)
CUBE: Final = np.dtype(
    [("key", "<i8"), ("numerator", "<i8"), ("denominator", "<i8")]  # ((day * N + node) * S + seller) * M + metric
)
SPREAD: Final = np.dtype([("key", "<i8"), ("count", "<i8")])  # metrics.Spread * BINS + bin
FLOW: Final = np.dtype(
    [("key", "<i8"), ("shipments", "<i8"), ("days", "<i8"), ("cost", "<i8")]  # place * N + node; days: hundredths
)
FEATURED: Final = np.dtype([("key", "<i8"), ("item_next", "<i8"), ("since", "<i8")])  # product; item + 1, 0: none yet
RECORD: Final = np.dtype(
    [
        ("key", "<i8"),  # month * S + seller
        ("lines", "<i8"),  # asked for, of items that others offer too
        ("refused", "<i8"),  # of them, for want of stock
        ("returned", "<i8"),  # of them, sent back
        ("orders", "<i8"),  # completed, of all its items
        ("late", "<i8"),  # of them, for want of stock
    ]
)

SENT: Final = np.dtype(
    [
        ("key", "<i8"),  # of the shipment
        ("live", "<i8"),
        ("tie", "<u8"),  # of the order
        ("departed_at", "<i8"),
        ("delivered_at", "<i8"),
        ("units", "<i8"),  # sent, less those that were given back
        ("value", "<i8"),  # the same, in money
        ("claimed", "<i8"),  # from its carrier
        ("place", "<i4"),
        ("seller", "<i4"),
        ("stage", "<i2"),  # words.SentStage
        ("outcome", "<i2"),  # words.Outcome
        ("carrier", "<i2"),
        ("zone", "<i2"),
    ]
)
"""What left and can still be asked about; kept where returns are."""
RETURN: Final = np.dtype(
    [
        ("key", "<i8"),  # order * MAX_LINE + line
        ("live", "<i8"),
        ("tie", "<u8"),  # of the order
        ("quantity", "<i8"),  # authorised, later received
        ("price", "<i8"),
        ("refunded", "<i8"),  # at once
        ("ready_at", "<i8"),  # authorised: lapses; received, inspected: since; being refurbished: until
        ("sellable", "<i8"),
        ("opened", "<i8"),
        ("broken", "<i8"),
        ("item", "<i4"),
        ("from_node", "<i4"),
        ("node", "<i4"),  # to which it comes
        ("reason", "<i2"),
        ("stage", "<i2"),  # words.ReturnStage
    ]
)
CONTENTS: Final = np.dtype(
    [
        ("key", "<i8"),  # shipment * MAX_LINE + place: 0 heads it, its picked lines stand behind
        ("live", "<i8"),
        ("quantity", "<i8"),
        ("price", "<i8"),
        ("item", "<i4"),
        ("lines", "<i4"),  # of the head: lines that were picked
        ("kits", "<i4"),  # of the head: kits put together in it
        ("service", "<i2"),  # of the head
        ("stage", "<i2"),  # words.ContentStage
    ]
)
"""What is in a shipment from its wave to its door; kept where lost and damaged ones are sent again."""
AGAIN: Final = np.dtype(
    [
        ("key", "<i8"),  # code of the order that sends goods again
        ("live", "<i8"),
        ("owed", "<i8"),  # money that was paid for what has not left
        ("seller", "<i4"),
        ("stage", "<i4"),  # words.AgainStage
    ]
)
LOT: Final = np.dtype(
    [("key", "<i8"), ("live", "<i8"), ("units", "<i8")]  # item * MAX_DAY + local day on which they expire
)
LOOSE: Final = np.dtype([("key", "<i8"), ("units", "<i8")])  # item * N + node; out of opened cases
PALLET: Final = np.dtype(
    [
        ("key", "<i8"),  # item * N + node
        ("whole", "<i8"),  # pallets
        ("cases", "<i8"),  # beside them, not opened
        ("single", "<i8"),  # units beside them
        ("owed", "<i8"),  # units that have left, and no level was told
    ]
)
INTAKE: Final = np.dtype([("key", "<i8"), ("units", "<i8")])  # item; came from outside since the last settling
SHELF: Final = np.dtype(
    [("key", "<i8"), ("lines", "<i8"), ("zone", "<i8")]  # item * N + node; zone: words.Zone + 1, 0: as at first
)
MEMBER: Final = np.dtype(
    [
        ("key", "<i8"),  # customer
        ("live", "<i8"),
        ("since", "<i8"),
        ("until", "<i8"),
        ("paid", "<i8"),  # fees, ever
        ("renewals", "<i4"),
        ("stage", "<i2"),  # words.MemberStage
        ("spare", "<i2"),
    ]
)
AFTER: Final = np.dtype(
    [("key", "<i8"), ("numerator", "<i8"), ("denominator", "<i8")]  # ((day * N + node) * S + seller) * A + metric
)

STOCK_T: Final = Table("stock", STOCK, dense=True, at_least_zero=("on_hand", "reserved", "inbound"))
SLOT_T: Final = Table("slot", SLOT, dense=True, at_least_zero=("taken",))
ORDER_T: Final = Table("order", ORDER, dense=False, at_least_zero=("open_shipments", "open_lines"))
LINE_T: Final = Table("line", LINE_STATE, dense=False, at_least_zero=("quantity",))
WAIT_T: Final = Table("wait", WAIT, dense=False, at_least_zero=("lines",))
# Within a node a later ship day has later pick-ups, so that the order by pick-up is also one by ship day.
TO_RELEASE: Final = Queue(int(Stage.WAITING), "node", ("ship_by", "tie"), "day")
SHIPMENT_T: Final = Table("shipment", SHIPMENT, dense=False, at_least_zero=(), staged_by="stage", queue=TO_RELEASE)
CARGO_T: Final = Table("cargo", CARGO, dense=False, at_least_zero=("quantity",), staged_by="stage")
LOAD_T: Final = Table("load", LOAD, dense=True, at_least_zero=("floor", "floor_ms", "dock"))
FORECAST_T: Final = Table("forecast", FORECAST, dense=True, at_least_zero=())
ROSTER_T: Final = Table("roster", ROSTER, dense=True, at_least_zero=("heads", "temps", "overtime_min"))
HOURS_T: Final = Table("hours", HOURS, dense=True, at_least_zero=("head_min",))
PROFILE_T: Final = Table("profile", PROFILE, dense=True, at_least_zero=())
CUBE_T: Final = Table("cube", CUBE, dense=True, at_least_zero=())
SPREAD_T: Final = Table("spread", SPREAD, dense=True, at_least_zero=("count",))
FLOW_T: Final = Table("flow", FLOW, dense=True, at_least_zero=())
FEATURED_T: Final = Table("featured", FEATURED, dense=True, at_least_zero=())
RECORD_T: Final = Table("record", RECORD, dense=True, at_least_zero=())

SENT_T: Final = Table("sent", SENT, dense=False, at_least_zero=("units", "value"), staged_by="stage")
RETURN_T: Final = Table(
    "return", RETURN, dense=False, at_least_zero=("quantity", "sellable", "opened", "broken"), staged_by="stage"
)
CONTENTS_T: Final = Table("contents", CONTENTS, dense=False, at_least_zero=("lines",), staged_by="stage")
AGAIN_T: Final = Table("again", AGAIN, dense=False, at_least_zero=("owed",), staged_by="stage")
LOT_T: Final = Table("lot", LOT, dense=False, at_least_zero=("units",))
INTAKE_T: Final = Table("intake", INTAKE, dense=True, at_least_zero=("units",))
LOOSE_T: Final = Table("loose", LOOSE, dense=True, at_least_zero=("units",))
PALLET_T: Final = Table("pallet", PALLET, dense=True, at_least_zero=("whole", "cases", "single", "owed"))
SHELF_T: Final = Table("shelf", SHELF, dense=True, at_least_zero=("lines",))
MEMBER_T: Final = Table("member", MEMBER, dense=False, at_least_zero=("paid",), staged_by="stage")
AFTER_T: Final = Table("after", AFTER, dense=True, at_least_zero=())

TABLES: Final = (
    STOCK_T, SLOT_T, ORDER_T, LINE_T, SHIPMENT_T, CARGO_T, LOAD_T, FORECAST_T, ROSTER_T, PROFILE_T, CUBE_T, SPREAD_T,
    FLOW_T, HOURS_T, WAIT_T, FEATURED_T, RECORD_T, SENT_T, RETURN_T, AFTER_T, LOT_T, INTAKE_T, LOOSE_T,
    MEMBER_T, SHELF_T, PALLET_T, CONTENTS_T, AGAIN_T,
)  # fmt: skip


def shipment_key(order: int, node: int, attempt: int) -> int:
    """Name of a shipment: its order, its node and which time the order is sent from there."""
    return (order * MAX_NODE + node) * MAX_ATTEMPT + attempt


def line_key(order: int, line: int) -> int:
    """Name of an order line."""
    return order * MAX_LINE + line
