"""Facts as packed rows: what was decided and what happened, in the past tense.

A fact is named by (number, ordinal): the number of the command or timer that caused it, and its place
among the rows of its type from that cause. Columns are only ever added, at the end, with a default.
The bytes of a fact stream are the bytes of these rows in (number, ordinal) order.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_HEAD: Final = [("number", "<i8"), ("ordinal", "<i4"), ("spare", "<i4"), ("at", "<i8")]
_OF_SHIPMENT: Final = [("order", "<i8"), ("node", "<i4"), ("attempt", "<i4")]


class FactType(NamedTuple):
    """A declared type of fact."""

    name: str
    dtype: np.dtype[np.void]


def _fact(name: str, *columns: tuple[str, str]) -> FactType:
    return FactType(name, np.dtype([*_HEAD, *columns]))


ORDERED: Final = _fact(
    "ordered",
    ("order", "<i8"), ("tie", "<u8"), ("customer", "<i8"), ("ship_by", "<i8"), ("deliver_by", "<i8"), ("value", "<i8"),
    ("wanted_by", "<i8"),  # the end of the window that the service asks for, before capacity and stock moved it
    ("chance_ppm", "<i4"), ("lines", "<i4"), ("place", "<i4"), ("shipments", "<i4"), ("service", "<i4"),
    ("reason", "<i4"), ("filled", "<i4"), ("nearest", "<i4"), ("seller", "<i4"), ("pad", "<i4"),
    ("waiting", "<i4"), ("fill", "<i4"),  # lines that wait for stock; words.Fill
)  # fmt: skip
PLANNED: Final = _fact(
    "planned", *_OF_SHIPMENT,
    ("tie", "<u8"), ("ship_by", "<i8"), ("deliver_by", "<i8"), ("placed_at", "<i8"), ("cost", "<i8"),
    ("verdicts", "<u8"),  # words.Verdict of each fulfilment node in code order, four bits each, first in the lowest
    ("runner_up_cost", "<i8"), ("weight_g", "<i8"), ("billed_g", "<i8"), ("volume_cm3", "<i8"), ("value", "<i8"),
    ("units", "<i4"), ("lines", "<i4"), ("place", "<i4"), ("cartons", "<i4"), ("day", "<i4"), ("lane", "<i4"),
    ("carrier", "<i4"), ("carton", "<i4"), ("service", "<i4"), ("zone", "<i4"), ("seller", "<i4"), ("runner_up", "<i4"),
    ("reason", "<i4"), ("nearest", "<i4"),
)  # fmt: skip
ALLOCATED: Final = _fact(
    "allocated", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("line", "<i4"), ("item", "<i4"),
    ("node", "<i4"), ("attempt", "<i4"), ("nearest", "<i4"), ("kit", "<i4"),  # see world.tables.LINE_STATE
)  # fmt: skip
REFUSED: Final = _fact(
    "refused", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("line", "<i4"), ("item", "<i4"),
    ("reason", "<i4"), ("remedy", "<i4"), ("nearest", "<i4"), ("binding", "<i4"),  # node whose limit bound, -1: all
)  # fmt: skip
CANCELLED: Final = _fact(
    "cancelled", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("line", "<i4"), ("item", "<i4"),
    ("node", "<i4"), ("attempt", "<i4"), ("reason", "<i4"), ("granted", "<i4"),
)  # fmt: skip
UNPLANNED: Final = _fact(
    "unplanned", *_OF_SHIPMENT, ("day", "<i4"), ("reason", "<i4"), ("stage", "<i4"), ("units", "<i4"),
    ("lines", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""A shipment that will not leave: all its lines were cancelled or found short."""
RELEASED: Final = _fact(
    "released", *_OF_SHIPMENT, ("tie", "<u8"), ("ship_by", "<i8"), ("lines", "<i4"), ("units", "<i4"), ("day", "<i4"),
    ("seller", "<i4"), ("held", "<i4"), ("pad", "<i4"),
)  # fmt: skip
TASKED: Final = _fact("tasked", *_OF_SHIPMENT, ("quantity", "<i8"), ("line", "<i4"), ("item", "<i4"))
PICKED: Final = _fact(
    "picked", *_OF_SHIPMENT, ("quantity", "<i8"), ("short", "<i8"), ("written_off", "<i8"), ("price", "<i8"),
    ("line", "<i4"), ("item", "<i4"),
)  # fmt: skip
"""`written_off`: units the book held that the shelf did not (negative: found). `short`: units that do not go: they were
not found, or go back to the shelf because the kit they are part of would not be whole."""
PACKED: Final = _fact(
    "packed", *_OF_SHIPMENT, ("cartons", "<i4"), ("carton", "<i4"), ("seller", "<i4"), ("units", "<i4"),
    ("lines", "<i4"), ("short", "<i4"),
)  # fmt: skip
DEPARTED: Final = _fact(
    "departed", *_OF_SHIPMENT, ("cost", "<i8"), ("ship_by", "<i8"), ("placed_at", "<i8"), ("packed_at", "<i8"),
    ("released_at", "<i8"), ("deliver_by", "<i8"), ("weight_g", "<i8"), ("billed_g", "<i8"), ("value", "<i8"),
    ("volume_cm3", "<i8"), ("tie", "<u8"), ("units", "<i4"), ("lines", "<i4"),
    ("cartons", "<i4"), ("lane", "<i4"), ("carrier", "<i4"), ("zone", "<i4"), ("place", "<i4"), ("carton", "<i4"),
    ("seller", "<i4"), ("reason", "<i4"), ("ship_cause", "<i4"), ("nearest", "<i4"), ("service", "<i4"), ("day", "<i4"),
)  # fmt: skip
"""`reason` is UPGRADED where a faster lane was taken; `ship_cause` is the words.LateCause of leaving after ship_by."""
ROLLED: Final = _fact("rolled", *_OF_SHIPMENT, ("lane", "<i4"), ("reason", "<i4"))
DELIVERED: Final = _fact(
    "delivered", *_OF_SHIPMENT, ("placed_at", "<i8"), ("deliver_by", "<i8"), ("value", "<i8"), ("departed_at", "<i8"),
    ("outcome", "<i4"), ("failed_attempts", "<i4"), ("place", "<i4"), ("seller", "<i4"), ("cause", "<i4"),
    ("carrier", "<i4"), ("service", "<i4"), ("zone", "<i4"), ("ship_late", "<i4"), ("order_cause", "<i4"),
)  # fmt: skip
COMPLETED: Final = _fact(
    "completed", ("order", "<i8"), ("placed_at", "<i8"), ("deliver_by", "<i8"), ("value", "<i8"),
    ("ship_late", "<i4"), ("door_late", "<i4"), ("cause", "<i4"), ("node", "<i4"), ("seller", "<i4"),
    ("service", "<i4"), ("door_day", "<i4"), ("days", "<i4"),  # business days from order to door
    ("place", "<i4"), ("shipments", "<i4"),
)  # fmt: skip
CLOSED: Final = _fact("closed", ("order", "<i8"), ("reason", "<i4"), ("pad", "<i4"))
"""An order that ends without a delivery."""
RETURNED: Final = _fact(
    "returned", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("item", "<i4"), ("line", "<i4")
)
REPLENISHED: Final = _fact(
    "replenished", ("cargo", "<i8"), ("quantity", "<i8"), ("volume_cm3", "<i8"), ("weight_g", "<i8"),
    ("ready_at", "<i8"), ("due_at", "<i8"), ("position", "<i8"), ("target", "<i8"),
    ("item", "<i4"), ("from_node", "<i4"), ("to_node", "<i4"),
    ("lane", "<i4"), ("bought", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""An order to a supplier (`bought` 1) or a transfer between nodes; `position` and `target` are its reasons."""
MOVED: Final = _fact(
    "moved", ("cargo", "<i8"), ("quantity", "<i8"), ("cost", "<i8"), ("duty", "<i8"), ("lane", "<i4"), ("item", "<i4"),
    ("to_node", "<i4"), ("vehicle", "<i4"),
)  # fmt: skip
VEHICLE: Final = _fact(
    "vehicle", ("volume_cm3", "<i8"), ("weight_g", "<i8"), ("cost", "<i8"), ("carbon_g", "<i8"), ("lane", "<i4"),
    ("vehicles", "<i4"), ("loads", "<i4"), ("left_behind", "<i4"), ("carrier", "<i4"), ("pad", "<i4"),
)  # fmt: skip
ARRIVED: Final = _fact("arrived", ("cargo", "<i8"), ("node", "<i4"), ("item", "<i4"), ("lane", "<i4"), ("last", "<i4"))
"""`lane`: the next leg, -1 where the cargo is at its last node."""
RECEIVED: Final = _fact(
    "received", ("cargo", "<i8"), ("quantity", "<i8"), ("expected", "<i8"), ("docked_at", "<i8"), ("node", "<i4"),
    ("item", "<i4"),
)  # fmt: skip
COUNT_ASKED: Final = _fact("count_asked", ("node", "<i4"), ("item", "<i4"), ("reason", "<i4"), ("pad", "<i4"))
COUNTED: Final = _fact(
    "counted", ("quantity", "<i8"), ("book", "<i8"), ("suspect", "<i8"), ("node", "<i4"), ("item", "<i4"),
)  # fmt: skip
FORECASTED: Final = _fact(
    "forecasted", ("wanted", "<i8"), ("rate_x1000", "<i8"), ("spread_x1000", "<i8"), ("weeks", "<i8"), ("node", "<i4"),
    ("item", "<i4"),
)  # fmt: skip
ROSTERED: Final = _fact(
    "rostered", ("node", "<i4"), ("process", "<i4"), ("day", "<i4"), ("shift", "<i4"), ("heads", "<i4"),
    ("temps", "<i4"), ("overtime_min", "<i4"), ("needed_min", "<i4"),
    ("lent", "<i4"), ("pad", "<i4"),  # heads who come from the other of picking and packing, below 0: who go there
)  # fmt: skip
LIMITED: Final = _fact("limited", ("node", "<i4"), ("day", "<i4"), ("limit", "<i8"))
"""How many shipments a node may promise to pack on a day, from its roster."""
WORKED: Final = _fact(
    "worked", ("paid_min", "<i8"), ("overtime_min", "<i8"), ("temp_min", "<i8"), ("busy_s", "<i8"), ("money", "<i8"),
    ("node", "<i4"), ("process", "<i4"), ("day", "<i4"), ("shift", "<i4"),
    ("above_min", "<i8"),  # minutes of heads beyond the week's sustainable pace
    ("injured", "<i4"), ("pad", "<i4"),
    ("lent_min", "<i8"),  # of the paid minutes, those of heads lent by another process; below 0: own heads' there
)  # fmt: skip
ROUTED: Final = _fact(
    "routed", ("cost", "<i8"), ("carbon_g", "<i8"), ("node", "<i4"), ("routes", "<i4"), ("stops", "<i4"),
    ("left", "<i4"), ("distance_km", "<i4"), ("pad", "<i4"),
)  # fmt: skip
VANNED: Final = _fact(
    "vanned", *_OF_SHIPMENT, ("station", "<i4"), ("route", "<i4"), ("cost", "<i8"), ("tie", "<u8"), ("place", "<i4"),
    ("stop", "<i4"),
)  # fmt: skip
"""A shipment given to a van at its delivery station; `cost` is its share of the route and of the station."""
DAY_CLOSED: Final = _fact(
    "day_closed", ("units", "<i8"), ("value", "<i8"), ("aged_units", "<i8"), ("cost", "<i8"), ("holding", "<i8"),
    ("backlog", "<i8"), ("packed_waiting", "<i8"), ("floor", "<i8"), ("volume_cm3", "<i8"), ("node", "<i4"),
    ("day", "<i4"),
)  # fmt: skip
OPENED: Final = _fact("opened", ("quantity", "<i8"), ("node", "<i4"), ("item", "<i4"))
"""Stock that was there before the first instant."""
ADOPTED: Final = _fact("adopted", ("digest", "<u8"), ("policy", "<i4"), ("pad", "<i4"))
HELD: Final = _fact(
    "held", *_OF_SHIPMENT, ("ship_by", "<i8"), ("deliver_by", "<i8"), ("day", "<i4"), ("on", "<i4"),
)  # fmt: skip
"""A shipment is kept back (`on` 1) or goes on (0) with the promise given here; node -1: the order itself."""
BACKORDERED: Final = _fact(
    "backordered", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("until", "<i8"), ("tie", "<u8"),
    ("placed_at", "<i8"), ("line", "<i4"), ("item", "<i4"), ("nearest", "<i4"), ("lines", "<i4"),
    ("kit", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""A line waits for stock until an instant; `lines` are all lines of its order."""
FILLED: Final = _fact(
    "filled", ("order", "<i8"), ("ship_by", "<i8"), ("deliver_by", "<i8"), ("value", "<i8"), ("lines", "<i4"),
    ("left", "<i4"), ("shipments", "<i4"), ("attempt", "<i4"), ("nearest", "<i4"), ("seller", "<i4"),
)  # fmt: skip
"""Lines that waited are sent; `left` still wait. `ship_by` and `deliver_by` are the order's from now."""
LAPSED: Final = _fact(
    "lapsed", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("line", "<i4"), ("item", "<i4"),
    ("reason", "<i4"), ("nearest", "<i4"),
)  # fmt: skip
"""A line that waited waits no more: nothing came in time (NO_STOCK), or it was cancelled (GRANTED)."""
FEATURED: Final = _fact(
    "featured", ("price", "<i8"), ("runner_up_price", "<i8"), ("score", "<i8"), ("runner_up_score", "<i8"),
    ("product", "<i4"), ("item", "<i4"), ("before", "<i4"), ("runner_up", "<i4"), ("days_x1000", "<i4"),
    ("runner_up_days_x1000", "<i4"), ("defects_ppm", "<i4"), ("runner_up_defects_ppm", "<i4"), ("offers", "<i4"),
    ("in_stock", "<i4"), ("reason", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""Which offer of a product customers are shown first; `price` is the landed one, `before` and `runner_up` -1: none."""

RETURN_AUTHORISED: Final = _fact(
    "return_authorised", *_OF_SHIPMENT, ("tie", "<u8"), ("quantity", "<i8"), ("price", "<i8"), ("refund", "<i8"),
    ("lapses_at", "<i8"), ("line", "<i4"), ("item", "<i4"), ("reason", "<i4"), ("way", "<i4"), ("to_node", "<i4"),
    ("seller", "<i4"),
)  # fmt: skip
"""A customer may send a line back to `to_node`, or keep it; `refund` is what is paid at once, `price` what a unit cost
the customer."""
RETURN_REFUSED: Final = _fact(
    "return_refused", *_OF_SHIPMENT, ("quantity", "<i8"), ("line", "<i4"), ("item", "<i4"), ("reason", "<i4"),
    ("why", "<i4"),
)  # fmt: skip
INSPECTED: Final = _fact(
    "inspected", ("order", "<i8"), ("quantity", "<i8"), ("line", "<i4"), ("item", "<i4"), ("node", "<i4"),
    ("grade", "<i4"), ("reason", "<i4"), ("last", "<i4"),  # 1: nothing of the line is left to inspect
)  # fmt: skip
REFUNDED: Final = _fact(
    "refunded", ("order", "<i8"), ("amount", "<i8"), ("quantity", "<i8"), ("line", "<i4"), ("item", "<i4"),
    ("node", "<i4"), ("seller", "<i4"), ("when", "<i4"), ("reason", "<i4"),
)  # fmt: skip
"""Money to a customer; below 0: charged again. `node` shipped what it is for."""
DISPOSED: Final = _fact(
    "disposed", ("order", "<i8"), ("quantity", "<i8"), ("value", "<i8"), ("cost", "<i8"), ("second_value", "<i8"),
    ("ready_at", "<i8"), ("line", "<i4"), ("item", "<i4"), ("node", "<i4"), ("grade", "<i4"), ("disposition", "<i4"),
    ("second", "<i4"), ("reason", "<i4"), ("seller", "<i4"),
)  # fmt: skip
"""What was decided of returned units: `value` is what they are worth that way, `cost` what it takes to get it; what
came second is told by its value less its cost."""
RESTOCKED: Final = _fact(
    "restocked",
    ("order", "<i8"),
    ("quantity", "<i8"),
    ("line", "<i4"),
    ("item", "<i4"),
    ("node", "<i4"),
    ("pad", "<i4"),
)
"""Returned units stand on the shelf again."""
RETURN_ENDED: Final = _fact("return_ended", ("order", "<i8"), ("quantity", "<i8"), ("line", "<i4"), ("lapsed", "<i4"))
"""A return of which nothing is left to do; `lapsed`: it never came."""
LET_GO: Final = _fact("let_go", *_OF_SHIPMENT)
"""A delivered shipment of which nothing can be asked any more."""

CONTACTED: Final = _fact("contacted", *_OF_SHIPMENT, ("cost", "<i8"), ("reason", "<i4"), ("seller", "<i4"))
MADE_GOOD: Final = _fact(
    "made_good",
    *_OF_SHIPMENT,
    ("amount", "<i8"),
    ("outcome", "<i4"),
    ("carrier", "<i4"),
    ("seller", "<i4"),
    ("pad", "<i4"),
)
"""What was paid for a lost or damaged shipment is paid back."""
CLAIM_FILED: Final = _fact(
    "claim_filed", *_OF_SHIPMENT, ("tie", "<u8"), ("amount", "<i8"), ("value", "<i8"), ("carrier", "<i4"),
    ("outcome", "<i4"),
)  # fmt: skip
CLAIM_SETTLED: Final = _fact(
    "claim_settled", *_OF_SHIPMENT, ("amount", "<i8"), ("claimed", "<i8"), ("carrier", "<i4"), ("seller", "<i4")
)
"""A carrier has answered a claim: `amount` is paid, 0 where it is refused."""

REPLACED: Final = _fact(
    "replaced", *_OF_SHIPMENT, ("again", "<i8"), ("amount", "<i8"), ("units", "<i4"), ("outcome", "<i4"),
    ("carrier", "<i4"), ("seller", "<i4"),
)  # fmt: skip
"""A lost or damaged shipment is sent again by the order `again`: so many units, for which `amount` had been paid."""
REPLACEMENT_ENDED: Final = _fact(
    "replacement_ended", *_OF_SHIPMENT, ("amount", "<i8"), ("seller", "<i4"), ("pad", "<i4")
)
"""The order that sends a shipment again is over; `amount` is paid back for what of it never left."""
CONTENTS_FORGOTTEN: Final = _fact("contents_forgotten", *_OF_SHIPMENT, ("lines", "<i8"))
"""What was in a shipment need not be known any more: it came well, or was made good."""

LOTTED: Final = _fact(
    "lotted", ("made", "<i8"), ("used", "<i8"), ("expired", "<i8"), ("left", "<i8"), ("item", "<i4"), ("expires", "<i4")
)
"""A day of a lot: units of an item that expire on one local day; what came, left, was written off, and is left."""
EXPIRED: Final = _fact("expired", ("quantity", "<i8"), ("value", "<i8"), ("item", "<i4"), ("node", "<i4"))
"""Units taken off a node's shelf because their lot is over; `value` is what they had cost."""

CASE_BROKEN: Final = _fact("case_broken", *_OF_SHIPMENT, ("cases", "<i8"), ("line", "<i4"), ("item", "<i4"))
"""Cases that a picker opens for a line, since the loose units do not reach."""
PALLET_BROKEN: Final = _fact("pallet_broken", *_OF_SHIPMENT, ("pallets", "<i8"), ("line", "<i4"), ("item", "<i4"))
"""Pallets that are taken apart into cases for a line, since the cases beside them do not reach; order -1: for what left
otherwise than by an order."""
LEVELLED: Final = _fact(
    "levelled", *_OF_SHIPMENT, ("pallets", "<i8"), ("cases", "<i8"), ("missing", "<i8"), ("line", "<i4"),
    ("item", "<i4"),
)  # fmt: skip
"""What of a line goes as whole pallets and whole cases. `missing` units were asked for and lie in no level; below 0 so
many that had left before are taken out of their levels (order -1)."""

MEMBER_JOINED: Final = _fact(
    "member_joined", ("customer", "<i8"), ("until", "<i8"), ("fee", "<i8"), ("place", "<i4"), ("before", "<i4")
)
"""A customer is a member until an instant, and is promised what members are; `before` 1: he was one already."""
MEMBER_RENEWED: Final = _fact(
    "member_renewed", ("customer", "<i8"), ("until", "<i8"), ("fee", "<i8"), ("before", "<i8")
)
"""A membership goes on; `before` is when it would have ended."""
MEMBER_LEAVES: Final = _fact("member_leaves", ("customer", "<i8"), ("until", "<i8"))
"""A membership will not be renewed; it ends at `until`."""
MEMBER_LAPSED: Final = _fact("member_lapsed", ("customer", "<i8"), ("since", "<i8"), ("until", "<i8"), ("paid", "<i8"))
"""A membership has ended; `paid` is what it brought in all."""

KITTED: Final = _fact(
    "kitted", ("order", "<i8"), ("quantity", "<i8"), ("price", "<i8"), ("line", "<i4"), ("item", "<i4"),
    ("rest", "<i4"), ("parts", "<i4"), ("seller", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""A line of an order asked for a kit. Its first part stands in this line, the others from line `rest` on."""
SLOTTED: Final = _fact("slotted", *_OF_SHIPMENT, ("fast", "<i4"), ("medium", "<i4"), ("slow", "<i4"), ("seller", "<i4"))
"""How many lines of a released shipment are picked from fast, medium and slow shelves."""
RESLOTTED: Final = _fact(
    "reslotted", ("lines", "<i8"), ("units", "<i8"), ("node", "<i4"), ("item", "<i4"), ("before", "<i4"),
    ("zone", "<i4"), ("other", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""An item changes places with `other`; `lines` were picked of it since the last review, `units` are carried."""
SHELVES_REVIEWED: Final = _fact("shelves_reviewed", ("lines", "<i8"), ("moves", "<i4"), ("pad", "<i4"))
"""Shelves were looked at; from here lines are counted anew."""
ASSEMBLED: Final = _fact("assembled", *_OF_SHIPMENT, ("kits", "<i8"), ("item", "<i4"), ("line", "<i4"))
"""Kits that somebody puts together for a shipment; `line` is that of the first part."""

WITHDRAWN: Final = _fact(
    "withdrawn", *_OF_SHIPMENT, ("cost", "<i8"), ("day", "<i4"), ("units", "<i4"), ("lines", "<i4"), ("carrier", "<i4"),
    ("seller", "<i4"), ("pad", "<i4"),
)  # fmt: skip
"""A shipment nobody worked on yet, given up since its order goes otherwise."""
FREED: Final = _fact("freed", *_OF_SHIPMENT, ("quantity", "<i8"), ("line", "<i4"), ("item", "<i4"))
"""Units of a line that are not reserved any more where they were; the line is allocated anew at the same instant."""
RECHOSEN: Final = _fact(
    "rechosen", ("order", "<i8"), ("ship_by", "<i8"), ("deliver_by", "<i8"), ("cost", "<i8"), ("cost_before", "<i8"),
    ("shipments", "<i4"), ("shipments_before", "<i4"), ("attempt", "<i4"), ("seller", "<i4"),
)  # fmt: skip
"""An order goes otherwise than planned, chosen with all that waited; `cost` is of its journeys, `deliver_by` as it was
promised."""

FACTS: Final = (
    ORDERED, PLANNED, ALLOCATED, REFUSED, CANCELLED, UNPLANNED, RELEASED, TASKED, PICKED, PACKED, DEPARTED, ROLLED,
    DELIVERED, COMPLETED, CLOSED, RETURNED, REPLENISHED, MOVED, VEHICLE, ARRIVED, RECEIVED, COUNT_ASKED, COUNTED,
    FORECASTED, ROSTERED, LIMITED, WORKED, ROUTED, VANNED, DAY_CLOSED, OPENED, ADOPTED,
    HELD, BACKORDERED, FILLED, LAPSED, FEATURED,
    RETURN_AUTHORISED, RETURN_REFUSED, INSPECTED, REFUNDED, DISPOSED, RESTOCKED, RETURN_ENDED, LET_GO,
    CONTACTED, MADE_GOOD, CLAIM_FILED, CLAIM_SETTLED, LOTTED, EXPIRED, CASE_BROKEN, PALLET_BROKEN, LEVELLED,
    MEMBER_JOINED, MEMBER_RENEWED, MEMBER_LEAVES, MEMBER_LAPSED,
    KITTED, ASSEMBLED, SLOTTED, RESLOTTED, SHELVES_REVIEWED, WITHDRAWN, FREED, RECHOSEN,
    REPLACED, REPLACEMENT_ENDED, CONTENTS_FORGOTTEN,
)  # fmt: skip


class Block(NamedTuple):
    """Rows of one fact type from one step."""

    fact: FactType
    rows: NDArray[np.void]
