"""Rated lines, invoices and credit notes: what is owed, and from what it was computed.

A line is `(quantity + of) x rate + steps x step_rate`, in exact fractions of a millionth (a minimum or a cap is what is
missing to it); it is rounded once, to the smallest coin of the currency. Its difference to the exact amount is a
posting of its own. Whoever holds the card and the events can add it up again.
"""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

from firstbest.rent.usage import OWNER


class LineKind(IntEnum):
    """Where a line comes from."""

    USAGE = 1
    PERCENT = 2
    """Of the lines of other charges."""
    MINIMUM = 3
    """What is missing to an agreed least amount."""
    CAP = 4
    """What is let go above an agreed most."""
    SERVICE_CREDIT = 5
    """A promise was missed."""
    CORRECTION = 6
    """A month already closed, rated again with what became known later."""
    DISPUTE = 7
    """A dispute that was accepted."""


class EventSpan(NamedTuple):
    """Which events a line was computed from: how many, the first and last name, and the sum of their hashes.

    The sum (modulo 2**64) does not depend on the order of the events. With no events, all are 0.
    """

    events: int = 0
    first: tuple[int, int, int] = (0, 0, 0)  # source, number, ordinal
    last: tuple[int, int, int] = (0, 0, 0)
    digest: int = 0


class Line(NamedTuple):
    """One line of one tenant. Money in millionths: `exact` a fraction, `rounded` whole coins.

    A correction is the difference of two amounts of the whole month; its `micros` and `rounded` are the differences of
    theirs, so that invoice and corrections together come to what one invoice would have said.
    """

    number: int  # within its closing, from 1
    tenant: int
    month: int  # in which it was invoiced: 12 x year + month - 1
    usage_month: int  # in which it was used; earlier than `month` for corrections
    kind: LineKind
    family: str  # of the card
    version: int
    charge: str
    rule: str
    step: str  # which step, block or branch of the rule, in words; "" where it has one price
    meter: str  # "" for lines that count no events
    quantity: int  # in the meter's unit
    rate: Fraction  # millionths for one of the meter's unit
    steps: int
    step_rate: Fraction
    of: Fraction  # what a percentage, minimum or cap looks at, millionths; of usage, a part of a unit in a cut block
    exact: Fraction
    micros: int  # the exact amount to the millionth, ties to even
    rounded: int
    events: EventSpan


class InvoiceKind(IntEnum):
    """What a document says to its reader."""

    INVOICE = 1
    CREDIT_NOTE = 2
    """The month's lines add up to less than nothing."""
    INTERNAL_CHARGE = 3
    """The owner's own, on the same card."""


class Invoice(NamedTuple):
    """One tenant's document of one month. Money in millionths, whole coins; lines by their numbers."""

    number: str  # month and tenant: 2026-10/acme
    tenant: int
    month: int
    kind: InvoiceKind
    currency: str
    total: int
    lines: tuple[int, ...]


def invoice_kind(tenant: int, total: int) -> InvoiceKind:
    """Which document a total makes."""
    if tenant == OWNER:
        return InvoiceKind.INTERNAL_CHARGE
    return InvoiceKind.CREDIT_NOTE if total < 0 else InvoiceKind.INVOICE


def month_name(month: int) -> str:
    """A month number (12 x year + month - 1) as 2026-10."""
    return f"{month // 12:04}-{month % 12 + 1:02}"
