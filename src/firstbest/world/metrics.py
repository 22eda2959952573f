"""Daily cubes: what is counted by local day, node and seller, as numerator and denominator.

Ratios are never stored. Node -1 does not exist: what belongs to no building stands at the node that
shipped; what belongs to no seller stands with seller 0, the owner. Spreads (hours to the door ...) are
counts by bin in a table of their own, flows by place in another.
"""

from __future__ import annotations

from enum import IntEnum


class Metric(IntEnum):
    """Cells of the cube. `n` numerator, `d` denominator; money is in millionths."""

    ORDERS_PLACED = 0  # n orders, d lines; by day placed; node: the first shipment's (or the nearest)
    ORDERS_REFUSED = 1  # n orders of which no line could be promised
    SALES = 2  # n money of lines shipped, d units shipped; by day of departure
    SHIPMENTS = 3  # n shipments departed, d their lines
    CARTONS = 4  # n cartons (parcels) departed, d orders' shipments beyond the first of their order
    COMPLETED = 5  # n orders completed (all shipments delivered or lost)
    SHIPPED_ON_TIME = 6  # n orders all of whose shipments left by ship_by, d orders completed
    DELIVERED_ON_TIME = 7  # n orders all at the door by deliver_by, d orders completed
    LATE_NO_STOCK = 8  # n late orders by cause, in the order of words.LateCause 1 to 8
    LATE_RELEASE = 9
    LATE_NO_LABOUR = 10
    LATE_MISSED_PICK_UP = 11
    LATE_LINEHAUL = 12
    LATE_LAST_MILE = 13
    LATE_ADDRESS = 14
    LATE_PROMISE = 15
    TWO_DAYS = 16  # n orders at the door within two business days of the order, d orders completed
    COST_INBOUND = 17  # n money: freight, drayage, transfers between nodes (d units)
    COST_DUTY = 18
    COST_RECEIVE = 19  # n money of paid hours (d paid minutes)
    COST_PICK = 20
    COST_PACK = 21
    COST_LOAD = 22
    COST_INDIRECT = 23
    COST_BUILDING = 24  # n money a day
    COST_SYSTEMS = 25
    COST_MATERIAL = 26
    COST_PARCEL = 27  # n money to carriers (d cartons); own vans' share stands in COST_VAN
    COST_VAN = 28  # n money of routes and stations (d shipments)
    COST_LINEHAUL = 29  # n money of trucks to stations
    COST_RETURNS = 30  # n labels and processing (d units)
    COST_RETURN_LOSS = 31  # n value lost on returned units
    COST_AFTER = 32  # n contacts, claims (d contacts in millionths)
    COST_HOLDING = 33  # n capital cost of stock, reported beside cost to serve
    ZONE = 34  # n zone x cartons, d cartons
    WEIGHT = 35  # n billed grams, d scale grams
    PAID_RECEIVE = 36  # n paid minutes, d busy seconds
    PAID_PICK = 37
    PAID_PACK = 38
    PAID_LOAD = 39
    PAID_INDIRECT = 40
    OVERTIME = 41  # n overtime minutes, d paid minutes
    TEMPS = 42  # n temporary minutes
    NEEDED_PICK = 43  # n minutes needed by the roster's forecast, d minutes rostered
    NEEDED_PACK = 44
    LINES_FILLED = 45  # n lines promised in full, d lines asked for
    LOST_SALES = 46  # n money refused for stock, d units
    CANCELLED_STOCK = 47  # n lines promised and then cancelled because the shelf was short, d lines picked
    CANCELLED_CUSTOMER = 48  # n lines
    NEAREST = 49  # n lines promised from the nearest open node, d lines promised
    SHORT = 50  # n lines found short at the shelf, d lines picked
    STOCK_UNITS = 51  # n units on hand at the day's end
    STOCK_VALUE = 52  # n money at cost, d cubic centimetres
    AGED = 53  # n units older than 180 days of sales cover, d units
    BACKLOG = 54  # n shipments due that were not packed at the day's end; what was due is the numerator of CAPACITY
    ROLLED = 55  # n shipments packed and left behind
    RETURNED = 56  # n units returned, d units delivered
    CARBON = 57  # n grams CO2e, outbound and buildings
    CARBON_INBOUND = 58  # n grams
    RECEIVED = 59  # n receipt lines, d units
    DISCREPANCY = 60  # n receipt lines whose count was not as expected
    VEHICLES = 61  # n vehicles departed, d parts per million of their volume used, summed
    ROUTES = 62  # n van routes, d stops
    CAPACITY = 63  # n shipments promised for the day, d limit
    COUNTS = 64  # n counts, d counts that found a difference
    UPGRADED = 65  # n shipments sent faster than planned, to keep their promise
    LOST_PARCELS = 66  # n shipments lost or damaged
    COMPLETED_DAYS = 67  # n business days to the door, summed over completed orders
    REPLACED = 68  # n money of goods and parcels sent again for lost and damaged ones, d such shipments
    LENT = 69  # n minutes of heads who came from the other of picking and packing
    ABOVE_PACE = 70  # n minutes of heads beyond the week's sustainable pace, d minutes of heads
    INJURED = 71  # n heads hurt at work


METRICS = 72
"""Cells kept for each day, node and seller; some are spare."""


class After(IntEnum):
    """Cells of what happens after the door, in a cube of its own: by local day, node and seller of the item.

    `n` numerator, `d` denominator; money is in millionths.
    """

    ASKED = 0  # n units that customers asked to send back, d of them refused
    KEPT = 1  # n units refunded that stay with the customer, d what they had cost
    PALLETS = 2  # n pallets that went whole with orders, d pallets taken apart
    CAME = 3  # n units received back and inspected
    REFUNDED = 4  # n money refunded (less what was charged again), d units
    VALUE = 5  # n what units were worth as they were disposed of, d what they had cost
    HANDLED = 6  # n money that dispositions cost, d units disposed of
    RESLOTTED = 7  # n items that changed places, d units carried
    RESTOCKED = 8  # n units by disposition, d value, in the order of words.Disposition
    REFURBISHED = 9
    TO_SUPPLIER = 10
    LIQUIDATED = 11
    DISPOSED = 12
    SELLABLE = 13  # n units inspected by grade, in the order of words.Grade
    OPENED = 14
    BROKEN = 15
    CHANGED_MIND = 16  # n units authorised by reason, in the order of words.ReturnReason
    DOES_NOT_FIT = 17
    NOT_AS_DESCRIBED = 18
    DEFECTIVE = 19
    DAMAGED = 20
    WRONG_ITEM = 21
    TOO_LATE = 22
    QUESTIONS = 24  # n contacts, d money they cost, by words.ContactReason
    WHERE_IS_IT = 25
    HARM_TOLD = 26
    MADE_GOOD = 27  # n money paid back for lost and damaged shipments, d shipments
    CLAIMED = 28  # n money claimed from carriers, d claims
    CLAIMS_PAID = 29  # n money paid by carriers, d claims answered
    CLAIMS_REFUSED = 30  # n claims refused
    CASES = 23  # n cases opened for picks
    EXPIRED = 31  # n units written off because their lot was over, d what they had cost
    JOINED = 32  # n customers who became members, d fees they paid
    RENEWED = 33  # n memberships renewed, d fees
    LAPSED_MEMBERS = 34  # n memberships that ended
    MEMBER_ORDERS = 35  # n orders promised as to members, d their value
    MEMBERS_BEFORE = 36  # n members who were there before
    KITS = 37  # n kits asked for, d their price
    ASSEMBLED = 38  # n kits put together
    FAST_LINES = 39  # n lines handed out from fast shelves, d from all


AFTERS = 40
"""Cells kept of what happens after the door; some are spare."""


class Spread(IntEnum):
    """Histograms; bins of the unit named, the last bin holds what is beyond."""

    CLICK_TO_SHIP_H = 0
    CLICK_TO_DOOR_H = 1
    DOCK_TO_STOCK_H = 2
    BUSINESS_DAYS = 3
    BILLED_LB = 4
    ORDER_LINES = 5
    ORDER_UNITS = 6
    PLACED_HOUR = 7


BINS = 512
"""Bins of each spread."""
