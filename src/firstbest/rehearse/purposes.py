"""What the draws of the physics are for: a number once given is never given again, so that a seed stays comparable."""

from __future__ import annotations

from typing import Final

ORDERS_OF_DAY: Final = 1
CUSTOMER: Final = 2
PLACE_OF: Final = 3
MEMBER: Final = 4
ECONOMY: Final = 5
HOUR: Final = 6
MOMENT: Final = 7
SELLER: Final = 8
LINES: Final = 9
ITEM: Final = 10
UNITS: Final = 11
CANCELS: Final = 12
CANCEL_DELAY: Final = 13
WORK: Final = 14
ABSENCE: Final = 15
MISPICK: Final = 16
DAMAGE: Final = 17
LATE: Final = 18
DOOR: Final = 19
ATTEMPT: Final = 20
LOST: Final = 21
DAMAGED: Final = 22
TRANSIT: Final = 23
PRODUCTION: Final = 24
SHORT: Final = 25
OVER: Final = 26
COUNT: Final = 27
RETURNS: Final = 28
RETURN_DELAY: Final = 29
LEAVES: Final = 40
HIRED: Final = 41
INJURY: Final = 42
REST: Final = 43
"""How much of a job is done when a rehearsal begins in its midst."""
ANSWERS: Final = 44
FEATURED: Final = 45
RETURN_REASON: Final = 60
NEVER_SENT: Final = 61
RETURN_TRAVEL: Final = 62
RETURN_DESK: Final = 63
RETURN_GRADE: Final = 64
CONTACT: Final = 65
CONTACT_DELAY: Final = 66
CLAIM_PAID: Final = 67
CLAIM_DELAY: Final = 68
MEMBER_TERM: Final = 80
MEMBER_JOINS: Final = 81
MEMBER_LEAVES: Final = 82
MEMBER_SAYS: Final = 83

DAY_HASH: Final = 0x6461790000000000
CUSTOMER_HASH: Final = 0x6375730000000000
AGAIN_HASH: Final = 0x6167000000000000
FORK_HASH: Final = 0x666F000000000000
"""Salts of the hashes of things without a text: the n-th day since the epoch, the n-th customer, the n-th draw of
what is known not to be done yet, the orders that come after a fork."""
