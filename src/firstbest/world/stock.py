"""Where units stand, as accounts: the ten buckets that a seller sees, and what lies outside them.

Units move from one account to another, never appear: over all accounts every movement sums to nothing. What is on a
shelf, what is promised and what is on the way are sums over the movements, at whatever instant is asked about.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np


class Bucket(IntEnum):
    """Accounts of an item at a node. A number once given is never given again."""

    FULFILLABLE = 0
    """On the shelf and promised to nobody."""
    RESERVED_ORDER = 1
    """Promised to an order that waits for its wave."""
    RESERVED_TRANSFER = 2
    """Promised to another node; a transfer leaves the shelf as it is decided, so nothing stands here yet."""
    RESERVED_PROCESSING = 3
    """Being picked for an order."""
    INBOUND_WORKING = 4
    """Ordered from a supplier or another node, not yet on its way."""
    INBOUND_SHIPPED = 5
    """On its way here."""
    INBOUND_RECEIVING = 6
    """On the dock here, until it is received."""
    RESEARCHING = 7
    """Written off at a short pick and neither found nor given up by a count since; not on hand."""
    UNFULFILLABLE_CUSTOMER = 8
    """Came back from customers in a state that cannot be sold."""
    UNFULFILLABLE_HOUSE = 9
    """Damaged in the house or on the way."""
    OUTSIDE_OPENING = 10
    """Was there before the first instant (the other side of it)."""
    OUTSIDE_SUPPLIER = 11
    OUTSIDE_CUSTOMER = 12
    """Left for customers."""
    OUTSIDE_DIFFERENCE = 13
    """Counted or received otherwise than the book said."""
    OUTSIDE_DISPOSED = 14
    """Came back from customers and was sold off, sent to its supplier or thrown away; or its lot was over."""


SEEN: Final = 10
"""Buckets below this number are a seller's; the rest is outside."""
ON_HAND: Final = (
    Bucket.FULFILLABLE, Bucket.RESERVED_ORDER, Bucket.RESERVED_TRANSFER, Bucket.RESERVED_PROCESSING,
)  # fmt: skip
RESERVED: Final = (Bucket.RESERVED_ORDER, Bucket.RESERVED_TRANSFER, Bucket.RESERVED_PROCESSING)
INBOUND: Final = (Bucket.INBOUND_WORKING, Bucket.INBOUND_SHIPPED, Bucket.INBOUND_RECEIVING)

POSTING: Final = np.dtype(
    [
        ("tenant", "<i8"),  # seller of the item
        ("item", "<i8"),
        ("node", "<i8"),
        ("bucket", "<i8"),
        ("quantity", "<i8"),  # into the account, negative: out of it
        ("at", "<i8"),
        ("number", "<i8"),  # of the command or timer, and the place of the fact, that moved it
        ("ordinal", "<i8"),
    ]
)
