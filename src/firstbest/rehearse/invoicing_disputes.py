"""Disputes of a house: a line is contested, a dispute is decided, both written down in the billing book at once.

The clock of a rehearsal's billing book stands at the end of its last closed month, that of a live one on the wall.
"""

from __future__ import annotations

from typing import NamedTuple

from firstbest.rehearse.invoicing import House
from firstbest.rehearse.invoicing_trace import line_of
from firstbest.rent.disputes import Dispute, DisputeRefused, DisputeState, decided, opened
from firstbest.store.usage_book import BillingBook, BillingError
from firstbest.store.usage_closing import books_of, closed_month, disputed


class Claim(NamedTuple):
    """A line that is contested: its label, how much of it in millionths (None: all), and why."""

    line: str
    claimed: int | None
    reason: str


def contest(house: House, book: BillingBook, claim: Claim) -> Dispute:
    """Open a dispute. Raises `BillingError` where there is no such line, `DisputeRefused` where it is closed."""
    head, books = book.head(), books_of(book)
    closed = closed_month(book, claim.line.partition("/")[0])
    _, _, line = line_of(closed, claim.line)
    claimed = line.rounded if claim.claimed is None else claim.claimed
    now = house.now if house.live else books.periods[-1].ends
    made = Dispute(0, (line.month, line.number), line.tenant, claimed, claim.reason, now)
    after = opened(books.disputes, line, made, closed.period.ends, claim.line)
    disputed(book, after, claim.line, head)
    return after[-1]


def decide(house: House, book: BillingBook, number: int, state: DisputeState, granted: int | None) -> Dispute:
    """Accept (for all that was claimed where `granted` is None), reject or withdraw a dispute."""
    head, books = book.head(), books_of(book)
    claimed = next((each.claimed for each in books.disputes if each.number == number), 0)
    after = decided(books.disputes, number, state, claimed if granted is None else granted)
    now = house.now if house.live else books.periods[-1].ends
    after = tuple(each._replace(decided_at=now) if each.number == number else each for each in after)
    disputed(book, after, f"dispute {number}", head)
    return after[number - 1]


def disputes_of(book: BillingBook, tenant: int | None = None) -> list[Dispute]:
    """All disputes, or a tenant's."""
    return [each for each in books_of(book).disputes if tenant is None or each.tenant == tenant]


def label_of(book: BillingBook, dispute: Dispute) -> str:
    """The contested line as an invoice names it: 2026-10/apparel/3."""
    month, number = dispute.line
    for record in book.records("closing"):
        closed = closed_month(book, record.label)
        if closed.period.month == month:
            invoice = next(each for each in closed.invoices if number in each.lines)
            return f"{invoice.number}/{invoice.lines.index(number) + 1}"
    raise BillingError(f"dispute {dispute.number}: expected a line of a closed month, found none")


__all__ = ["Claim", "DisputeRefused", "contest", "decide", "disputes_of", "label_of"]
