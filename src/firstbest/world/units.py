"""Units of the house: every quantity is an integer, and its unit stands in its name.

Instants are microseconds since the epoch, UTC. Money is millionths of the book's currency. Shares and
probabilities are parts per million. Weights are grams, volumes cubic centimetres, distances metres.
"""

from __future__ import annotations

from typing import Final

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
MONEY: Final = 1_000_000
PPM: Final = 1_000_000
EARLY_SHARE_PPM: Final = 550_000
"""Of a process's people, on the first of two shifts: the pick-up falls into the second."""
NEVER_US: Final = 2**62
"""An instant later than every other: a gate that stays shut."""
G_PER_LB_X1000: Final = 453_592
MAX_LINE: Final = 4096
"""Lines of one order are numbered 0 to MAX_LINE - 1."""
MAX_KIT: Final = 1 << 18
"""Kits are numbered below this; a line of an order keeps the kit that it is part of and which of the order's it is."""
MAX_NODE: Final = 128
MAX_DAY: Final = 8192
"""Local days on which lots expire are numbered below this."""
MAX_ATTEMPT: Final = 8
"""An order is sent from one node at most this many times (the first time, and after short picks)."""
SENT_AGAIN_FIRST: Final = 1 << 50
"""Codes of orders that send lost or damaged goods again begin here; the rest of such a code is the key of the shipment
that it makes good, for which an order's own code has to be below 2^40. A key of its lines still fits 64 bits."""
ANNOUNCED_FIRST: Final = 1 << 60
"""Codes of goods that sellers announce begin here: no order and no cargo of the house's own has such a code."""
