"""The closed lists of the house: kinds, stages, reasons, remedies, causes.

A number once given is never given again; a new meaning is a new name.
"""

from __future__ import annotations

from enum import IntEnum


class NodeKind(IntEnum):
    """What a node is for."""

    SUPPLIER = 1
    PORT = 2
    STORAGE = 3
    FULFILMENT = 4
    STATION = 5
    LOCKER = 6


class Mode(IntEnum):
    """How a lane moves what it carries."""

    OCEAN = 1
    AIR = 2
    TRUCK = 3
    PART_LOAD = 4
    PARCEL = 5
    PARCEL_AIR = 6
    OWN_VAN = 7
    PALLET = 8


class Service(IntEnum):
    """What the customer asked for at checkout."""

    STANDARD = 0
    MEMBER = 1
    ECONOMY = 2


class Process(IntEnum):
    """Work in a building; each has its own hands, rates and roster."""

    RECEIVE = 0
    PICK = 1
    PACK = 2
    LOAD = 3
    INDIRECT = 4


class Kind(IntEnum):
    """Kinds of command. Within one instant timers go first, then commands in arrival order."""

    PLACE = 1
    CANCEL = 2
    PICKED = 3
    PACKED = 4
    DELIVERED = 5
    ARRIVED = 6
    RECEIVED = 7
    COUNTED = 8
    RETURNED = 9
    WORKED = 10
    ANNOUNCED = 11
    HOLD = 12
    RESUME = 13
    FILL = 14
    """Of the house itself, in a wave: ask again for what waits for stock."""
    RETURN_ASKED = 30
    INSPECTED = 31
    CONTACTED = 32
    CLAIM_ANSWERED = 33
    JOIN = 40
    LEAVE = 41


class Timer(IntEnum):
    """Kinds of timed step, in their rank within one instant."""

    ADOPT = 1
    STAFF = 2
    FORECAST = 3
    REPLENISH = 4
    COUNT = 5
    DISPATCH = 6
    WAVE = 7
    DEPART = 8
    CLOSE_DAY = 9
    OFFER = 10
    TOGETHER = 11
    SETTLE = 30
    RESLOT = 31


class Zone(IntEnum):
    """How near the picker an item stands: words of items.csv."""

    FAST = 0
    MEDIUM = 1
    SLOW = 2


class Stage(IntEnum):
    """The life of a shipment."""

    WAITING = 1
    RELEASED = 2
    PICKED = 3
    PACKED = 4
    DEPARTED = 5
    AT_STATION = 6
    DELIVERED = 7
    CANCELLED = 8
    HELD = 9
    """Kept back by the customer's or the seller's wish, its stock reserved."""


class CargoStage(IntEnum):
    """The life of a cargo between buildings."""

    WAITING = 1
    """For a departure of its next leg."""
    MOVING = 2
    DOCKED = 3
    """On the dock of its last node, until it is received."""


class Reason(IntEnum):
    """Why a decision came out as it did."""

    NONE = 0
    CHEAPEST_IN_TIME = 1
    """The cheapest way that keeps the promise of the service asked for."""
    SOONEST = 2
    """No way keeps the service's promise; this one comes soonest."""
    SPLIT = 3
    """No single node holds all lines."""
    NO_STOCK = 4
    NOT_SERVED = 5
    DUPLICATE = 6
    TOO_LATE = 7
    GRANTED = 8
    RESOURCED = 9
    """The shelf was short; another node sends it."""
    SHORT_EVERYWHERE = 10
    UPGRADED = 11
    """Late at the dock; a faster lane still keeps the promise at a price the policy allows."""
    FULL = 12
    THIN = 13
    UNKNOWN = 14
    NO_CAPACITY = 15
    BACKORDERED = 16
    """Waits for stock, or was sent once there was some."""
    TOGETHER = 17
    """Chosen again with all that waited: cheaper for all of it, and the promise kept."""


class Fill(IntEnum):
    """What is to happen with lines that cannot be promised when an order is placed."""

    HOUSE = 0
    """As the house does by its policy (`backorders.days`)."""
    REFUSE = 1
    REST_WAITS = 2
    """What is there is sent, the rest waits for stock up to an instant."""
    WHOLE_WAITS = 3
    """Nothing is sent before all lines can be promised."""


class OfferReason(IntEnum):
    """Why an offer is featured: what it had most ahead of the next best."""

    NOTHING_APART = 0
    """Equal in all; the hash of the item's text decided."""
    CHEAPER = 1
    SOONER = 2
    BETTER_RECORD = 3
    ALONE_IN_STOCK = 4
    NOBODY_IN_STOCK = 5


class Verdict(IntEnum):
    """What was said of each candidate node of a shipment; four bits each, sixteen candidates at most."""

    NOT_A_CANDIDATE = 0
    CHOSEN = 1
    DEARER = 2
    NO_STOCK = 3
    TOO_SLOW = 4
    NO_CAPACITY = 5
    CLOSED = 6
    NOT_SERVED = 7
    PARTLY = 8
    """Holds some lines of the order; used or passed over in a split."""


class Remedy(IntEnum):
    """What would have helped: a closed list."""

    NONE = 0
    MORE_STOCK = 1
    LATER_DATE = 2
    OTHER_NODE = 3
    LATER_CUT_OFF = 4
    MORE_HEADS = 5
    SPLIT = 6


class LateCause(IntEnum):
    """Every late order has exactly one."""

    NONE = 0
    NO_STOCK = 1
    LATE_RELEASE = 2
    NO_LABOUR = 3
    MISSED_PICK_UP = 4
    LINEHAUL = 5
    LAST_MILE = 6
    ADDRESS_OR_CUSTOMER = 7
    PROMISE_TOO_TIGHT = 8


class Outcome(IntEnum):
    """How a shipment's journey ended."""

    DELIVERED = 0
    LOST = 1
    DAMAGED = 2


class ReturnReason(IntEnum):
    """Why a customer sends something back."""

    CHANGED_MIND = 0
    DOES_NOT_FIT = 1
    NOT_AS_DESCRIBED = 2
    DEFECTIVE = 3
    DAMAGED = 4
    WRONG_ITEM = 5
    TOO_LATE = 6


class ReturnRefusal(IntEnum):
    """Why a return is not taken."""

    NONE = 0
    NOT_DELIVERED = 1
    """No such shipment is at the door: not yet, never, or its window is long over."""
    WINDOW_OVER = 2
    TOO_MANY = 3
    """More units than the shipment brought, less those sent back before."""
    ON_ITS_WAY = 4
    """A return of the same line is under way."""
    UNKNOWN_LINE = 5


class ReturnWay(IntEnum):
    """What a customer with an authorised return does."""

    SEND_BACK = 0
    KEEP = 1
    """Sending it back would cost more than it is worth."""


class ReturnStage(IntEnum):
    """The life of a return."""

    AUTHORISED = 1
    RECEIVED = 2
    INSPECTED = 3
    REFURBISHING = 4


class Grade(IntEnum):
    """What an inspector found a returned unit to be."""

    SELLABLE = 0
    OPENED = 1
    BROKEN = 2


class Disposition(IntEnum):
    """What becomes of a returned unit; equal values go by this rank."""

    RESTOCK = 0
    REFURBISH = 1
    TO_SUPPLIER = 2
    LIQUIDATE = 3
    DISPOSE = 4
    NOT_A_CANDIDATE = 15


class RefundWhen(IntEnum):
    """At which moment money goes to a customer, or comes back."""

    AT_ONCE = 0
    """When the return is authorised."""
    INSPECTED = 1
    KEPT = 2
    """The unit stays with the customer."""
    TAKEN_BACK = 3
    """Refunded at once, and the unit never came."""


class SentStage(IntEnum):
    """The life of a shipment that has left, as long as something can be asked about it."""

    AWAY = 1
    AT_DOOR = 2
    HARMED = 3
    """Lost or damaged, and not made good yet."""
    CLAIMED = 4
    """Made good, and claimed from its carrier."""


class ContentStage(IntEnum):
    """Of what is in a shipment: whether anybody may still need to know it."""

    LINE = 0
    """A line; the row that heads it says."""
    AWAY = 1
    CAME = 2
    """It is at its door, and well."""


class AgainStage(IntEnum):
    """The life of an order that sends goods again."""

    OPEN = 1
    OVER = 2
    """Completed or closed; what of it never left is to be paid back."""


class MemberStage(IntEnum):
    """The life of a membership."""

    MEMBER = 1
    """Renewed when its term ends."""
    LEAVING = 2
    """Lapses when its term ends."""


class ContactReason(IntEnum):
    """What a customer wants to know."""

    QUESTION = 0
    WHERE_IS_IT = 1
    HARMED = 2
