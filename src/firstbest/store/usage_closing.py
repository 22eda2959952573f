"""Months closed in the billing book: what each was given, what it made, and whether it comes out the same again.

A closing's record holds all that it was computed from, by digest where it is large: the cards' texts stand in records
of their own, the usage in a file. So a month can be closed again from the book alone (`replayed`), and the bytes of its
lines, invoices and entries compared with those that were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from firstbest.rent.card import Card
from firstbest.rent.close import Books, Closing, Owed, close_month
from firstbest.rent.compile import compile_cards
from firstbest.rent.disputes import Dispute, DisputeState
from firstbest.rent.ledger import Account, Entry, EntryKind, Ledger, Posting
from firstbest.rent.lines import EventSpan, Invoice, InvoiceKind, Line, LineKind, month_name
from firstbest.rent.meters import METER_CODES
from firstbest.rent.post import payouts, sales_taken
from firstbest.rent.price import Draft, LineKey
from firstbest.rent.program import SlotName
from firstbest.rent.tally import Counted, Period
from firstbest.rent.usage import OWNER, Measure, Names, Usage
from firstbest.store.usage_book import BillingBook, BillingError, Taken, usage_path
from firstbest.store.usage_codec import Codec
from firstbest.store.usage_kept import keep_usage, kept_usage
from firstbest.store.usage_state import read, written

CLOSING: Final = "closing"
CARD: Final = "card"
DISPUTES: Final = "disputes"


class Closed(NamedTuple):
    """The record of a closing: what it was given, and what it made."""

    period: Period
    names: Names
    services: tuple[str, ...]
    cards: tuple[str, ...]  # digests of their texts
    facts: str  # digest of the facts it was metered from
    usage: str  # digest of the usage it was given
    events: int
    lines: tuple[Line, ...]
    invoices: tuple[Invoice, ...]
    entries: tuple[Entry, ...]
    scale: str = "1"

    @property
    def label(self) -> str:
        """The month, as 2026-10."""
        return month_name(self.period.month)


class Given(NamedTuple):
    """What a closing is given."""

    period: Period
    usage: Usage
    names: Names
    services: tuple[str, ...]
    cards: tuple[Card, ...]
    texts: tuple[str, ...]  # of the cards
    facts: str
    scale: str = "1"
    taken: tuple[int, ...] = ()  # numbers of the outside events in the usage
    carried: bytes = b""  # what the meters leave to the next month


class Told(NamedTuple):
    """What a replay found of one month."""

    label: str
    lines: int
    differences: int  # lines, invoices and entries that came out otherwise


TYPES: Final = (
    Closed, Period, Names, Line, LineKind, EventSpan, Invoice, InvoiceKind, Entry, EntryKind, Posting, Account,
    Dispute, DisputeState, Draft, LineKey, Owed, Counted, SlotName,
)  # fmt: skip
CODEC: Final = Codec(TYPES)
ReadCards = Callable[[Sequence[str]], tuple[Card, ...]]
"""Cards of their texts, as one folder holds them."""


def card_digest(text: str) -> str:
    """What a card's text is known by, as `store.rate_cards` has it."""
    return sha256(text.encode()).hexdigest()


def computed(given: Given, books: Books) -> Closing:
    """Close a month and settle it: invoices posted, sales taken, tenants paid what is left. A pure function."""
    closing = close_month(given.period, [given.usage], compile_cards(given.cards, given.names), books)
    month = given.period.month
    ledger = sales_taken(closing.books.ledger, month, sales_of(given.usage))
    tenants = [code for code in range(len(given.names.tenants)) if code != OWNER]
    ledger = payouts(ledger, month, tenants)
    entries = ledger.entries[len(books.ledger.entries) :]
    return closing._replace(entries=entries, books=closing.books._replace(ledger=ledger))


def sales_of(usage: Usage) -> dict[int, int]:
    """Money taken for each tenant less what was paid back, millionths; the owner's own stays with the owner."""
    money = usage.measures[:, Measure.QUANTITY] * usage.measures[:, Measure.VALUE]
    sign = (usage.meter == METER_CODES["sales"]).astype(np.int64) - (usage.meter == METER_CODES["sales_returned"])
    moved = (sign != 0) & (usage.tenant != OWNER)
    found: dict[int, int] = {}
    for tenant in np.unique(usage.tenant[moved]).tolist():
        mine = moved & (usage.tenant == tenant)
        found[tenant] = int((money[mine] * sign[mine]).sum())
    return found


def close(book: BillingBook, folder: Path, given: Given, books: Books) -> tuple[Closed, Books]:
    """Close a month and write it down: the usage's file first, then one transaction."""
    closing = computed(given, books)
    for text, card in zip(given.texts, given.cards, strict=True):
        _keep_card(book, text, card)
    label = month_name(given.period.month)
    digest = keep_usage(usage_path(folder, label), given.usage)
    closed = Closed(
        given.period, given.names, given.services, tuple(map(card_digest, given.texts)), given.facts, digest,
        given.usage.rows, closing.lines, closing.invoices, closing.entries, given.scale,
    )  # fmt: skip
    book.add(CLOSING, label, CODEC.pack(closed), Taken(given.taken, written((closing.books, given.carried))))
    return closed, closing.books


def _keep_card(book: BillingBook, text: str, card: Card) -> None:
    """Keep a card's text once; a version that was used and then edited is refused."""
    for record in book.records(CARD):
        if record.label == card.label and record.body.decode() != text:
            raise BillingError(
                f"rate card {card.label} was edited since a month was closed with it: give the new text a version of "
                f"its own, {card.family}/{card.version + 1}, that begins later"
            )
        if record.label == card.label:
            return
    book.add(CARD, card.label, text.encode())


# ---------------------------------------------------------------------------------------------------- read back
def closings(book: BillingBook) -> list[Closed]:
    """Every month closed, in order."""
    return [CODEC.unpack(record.body) for record in book.records(CLOSING)]


def closed_month(book: BillingBook, label: str) -> Closed:
    """One closed month. Raises `BillingError` where it is not closed."""
    found = [record for record in book.records(CLOSING) if record.label == label]
    if not found:
        known = [record.label for record in book.records(CLOSING)]
        told = f"{known[0]} to {known[-1]} are closed" if known else "no month is closed"
        raise BillingError(f"month {label}: expected one that is closed, found none; {told}")
    closed: Closed = CODEC.unpack(found[0].body)
    return closed


def card_texts(book: BillingBook, closed: Closed) -> list[str]:
    """The texts of the cards that a month was closed with."""
    texts = {card_digest(record.body.decode()): record.body.decode() for record in book.records(CARD)}
    return [texts[digest] for digest in closed.cards]


def last_closing(book: BillingBook) -> Closed | None:
    """The last month closed."""
    found = book.records(CLOSING)
    return CODEC.unpack(found[-1].body) if found else None


def books_of(book: BillingBook) -> Books:
    """The books after the last closing, with the disputes as they stand."""
    return working_state(book)[0]


def working_state(book: BillingBook) -> tuple[Books, bytes]:
    """The books, and what the meters left at the end of the last closed month: nothing before the first."""
    number, state = book.state()
    labels = [record.label for record in book.records(CLOSING)]
    if not labels:
        return Books(disputes=_disputes_after(book, 0, ())), b""
    books, carried = read(state, (*TYPES, Books, Ledger))
    if [month_name(period.month) for period in books.periods] != labels:
        raise BillingError(f"'{book.path}': its working state is not that of its last closing")
    return books._replace(disputes=_disputes_after(book, number, books.disputes)), carried


def _disputes_after(book: BillingBook, number: int, disputes: tuple[Dispute, ...]) -> tuple[Dispute, ...]:
    """Disputes as the last record after a closing has them."""
    later = [record for record in book.records(DISPUTES) if record.number > number]
    return CODEC.unpack(later[-1].body) if later else disputes


def disputed(book: BillingBook, disputes: tuple[Dispute, ...], about: str, after: int | None = None) -> None:
    """Write down the disputes as they stand now; `after` as in `BillingBook.add`."""
    book.add(DISPUTES, about, CODEC.pack(disputes), after=after)


# ------------------------------------------------------------------------------------------------------ computed again
def replayed(book: BillingBook, folder: Path, read_cards: ReadCards) -> Iterator[Told]:
    """Compute every closed month again from the book alone, in order, and compare the bytes of what comes out."""
    texts = {card_digest(record.body.decode()): record.body.decode() for record in book.records(CARD)}
    books = Books()
    for record in book.records():
        if record.kind == DISPUTES:
            books = books._replace(disputes=CODEC.unpack(record.body))
        if record.kind != CLOSING:
            continue
        closed: Closed = CODEC.unpack(record.body)
        again, books = again_computed(closed, folder, read_cards([texts[digest] for digest in closed.cards]), books)
        yield Told(closed.label, len(closed.lines), differences(closed, again))


def again_computed(closed: Closed, folder: Path, cards: tuple[Card, ...], books: Books) -> tuple[Closing, Books]:
    """One closing once more, from what its record holds."""
    usage = kept_usage(usage_path(folder, closed.label), closed.usage)
    given = Given(closed.period, usage, closed.names, closed.services, cards, (), closed.facts)
    made = computed(given, books)
    return made, made.books


def differences(closed: Closed, again: Closing) -> int:
    """How many lines, invoices and entries are not, byte by byte, what was written."""
    found = 0
    for before, after in (
        (closed.lines, again.lines),
        (closed.invoices, again.invoices),
        (closed.entries, again.entries),
    ):
        found += abs(len(before) - len(after))
        found += sum(CODEC.pack(one) != CODEC.pack(two) for one, two in zip(before, after, strict=False))
    return found
