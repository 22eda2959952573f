"""invoice dispute: contest a line, decide, list."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import typer

from firstbest.cli.invoice_house import Place, opened
from firstbest.cli.invoice_options import Dispute as Options
from firstbest.cli.making import stop

if TYPE_CHECKING:
    from firstbest.rent.disputes import Dispute


def decide_or_open(asked: Options) -> None:
    """One of: decide a dispute, open one, list all."""
    if asked.accept is not None and asked.reject is not None:
        raise stop("expected --accept or --reject, found both")
    with opened(Place(asked.folder, asked.source)) as (house, book):
        from firstbest.rehearse.invoicing_disputes import Claim, contest, decide, disputes_of, label_of
        from firstbest.rent.disputes import DisputeState

        amount = None if asked.claim is None else money(asked.claim)
        if asked.accept is not None:
            decide(house, book, asked.accept, DisputeState.ACCEPTED, amount)
        elif asked.reject is not None:
            decide(house, book, asked.reject, DisputeState.REJECTED, 0)
        elif asked.line is not None:
            contest(house, book, Claim(asked.line, amount, asked.reason))
        found = disputes_of(book)
        for dispute in found:
            typer.echo(told(dispute, label_of(book, dispute), house.workspace.currency))
        if not found:
            typer.echo("no dispute: firstbest invoice dispute DIR 2026-10/NAME/3 --claim 120.00 --reason WHY opens one")


def money(text: str) -> int:
    """An amount such as 120.00 in millionths."""
    try:
        found = Decimal(text) * 1_000_000
    except InvalidOperation:
        raise stop(f"--claim: expected an amount such as 120.00, found '{text}'") from None
    if not found.is_finite() or found != int(found):
        raise stop(f"--claim: expected an amount such as 120.00, found '{text}'")
    return int(found)


def told(dispute: Dispute, line: str, currency: str) -> str:
    """A dispute on one line."""
    from firstbest.present.invoice import amount
    from firstbest.rent.lines import month_name

    parts = [f"dispute {dispute.number}", line, dispute.state.name.lower()]
    parts.append(f"claimed {amount(dispute.claimed, currency)}")
    if dispute.granted:
        parts.append(f"granted {amount(dispute.granted, currency)}")
    if dispute.credited:
        parts.append(f"credited in {month_name(dispute.credited)}")
    return "  ".join([*parts, dispute.reason])
