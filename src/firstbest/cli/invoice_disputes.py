"""invoice dispute: contest a line, decide, list."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import typer

from firstbest.cli.invoice_house import Place, opened
from firstbest.cli.invoice_options import Dispute as Options
from firstbest.cli.making import stop

if TYPE_CHECKING:
    from firstbest.rent.close import Books
    from firstbest.rent.disputes import Dispute
    from firstbest.store.usage_book import BillingBook


def decide_or_open(asked: Options) -> None:
    """One of: decide a dispute, open one, list all."""
    if asked.accept is not None and asked.reject is not None:
        raise stop("--accept and --reject: one of the two")
    with opened(Place(asked.folder, asked.source)) as (house, book):
        from firstbest.store.usage_closing import books_of

        books = books_of(book)
        if asked.accept is not None or asked.reject is not None:
            _decide(book, books, asked)
        elif asked.line is not None:
            _open(book, books, asked)
        for dispute in books_of(book).disputes:
            typer.echo(told(dispute, house.names.tenants[dispute.tenant], house.workspace.currency))
        if not books_of(book).disputes:
            typer.echo("no dispute: firstbest invoice dispute DIR 2026-10/NAME/3 --claim 120.00 --reason WHY opens one")


def _open(book: BillingBook, books: Books, asked: Options) -> None:
    """Open a dispute; the clock of the billing book stands at the end of the last closed month."""
    from firstbest.rehearse.invoicing_trace import line_of
    from firstbest.rent.disputes import Dispute, opened
    from firstbest.store.usage_closing import closed_month, disputed

    label = asked.line or ""
    closed = closed_month(book, label.partition("/")[0])
    _, _, line = line_of(closed, label)
    claimed = line.rounded if asked.claim is None else money(asked.claim)
    now = books.periods[-1].ends
    claim = Dispute(0, (line.month, line.number), line.tenant, claimed, asked.reason, now)
    after = opened(books.disputes, line, claim, closed.period.ends)
    disputed(book, after, label)


def _decide(book: BillingBook, books: Books, asked: Options) -> None:
    """Accept, for what `--claim` says or all that was claimed; or reject."""
    from firstbest.rent.disputes import DisputeState, decided
    from firstbest.store.usage_closing import disputed

    number = asked.accept if asked.accept is not None else asked.reject
    assert number is not None
    claimed = next((each.claimed for each in books.disputes if each.number == number), 0)
    granted = claimed if asked.claim is None else money(asked.claim)
    state = DisputeState.ACCEPTED if asked.accept is not None else DisputeState.REJECTED
    disputed(book, decided(books.disputes, number, state, granted), f"dispute {number}")


def money(text: str) -> int:
    """An amount such as 120.00 in millionths."""
    try:
        found = Decimal(text) * 1_000_000
    except InvalidOperation:
        raise stop(f"--claim: expected an amount such as 120.00, found '{text}'") from None
    if not found.is_finite() or found != int(found):
        raise stop(f"--claim: expected an amount such as 120.00, found '{text}'")
    return int(found)


def told(dispute: Dispute, tenant: str, currency: str) -> str:
    """A dispute on one line."""
    from firstbest.present.invoice import amount
    from firstbest.rent.lines import month_name

    parts = [f"dispute {dispute.number}", f"{month_name(dispute.line[0])}/{tenant}", dispute.state.name.lower()]
    parts.append(f"claimed {amount(dispute.claimed, currency)}")
    if dispute.granted:
        parts.append(f"granted {amount(dispute.granted, currency)}")
    if dispute.credited:
        parts.append(f"credited in {month_name(dispute.credited)}")
    return "  ".join([*parts, dispute.reason])
