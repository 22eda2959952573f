"""Reconciliation: usage is what was rated, rated is what was invoiced, invoiced is what the ledger holds.

Each stage is added up by its own way, so an error in one shows as a difference. All are in millionths.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from firstbest.rent.close import Books, Closing
from firstbest.rent.ledger import Account, EntryKind
from firstbest.rent.lines import LineKind
from firstbest.rent.price import price_month
from firstbest.rent.program import Compiled
from firstbest.rent.tally import count_usage
from firstbest.rent.usage import Usage


class Reconciled(NamedTuple):
    """Sums of all closings. `usage` is rated anew from the events; `lines` leave out credits of disputes."""

    usage: Fraction
    lines: Fraction
    usage_micros: int
    lines_micros: int
    rounded: int
    invoices: int
    ledger_owed: int
    ledger_earned: int
    rounding: int

    @property
    def difference_micros(self) -> int:
        """The sum of all differences without their signs: 0, or something was lost or made."""
        exact = 0 if self.usage == self.lines else max(1, abs(int(self.usage - self.lines)))
        return (
            exact
            + abs(self.usage_micros - self.lines_micros)
            + abs(self.rounded - self.invoices)
            + abs(self.invoices - self.ledger_owed)
            + abs(self.ledger_owed - self.ledger_earned - self.rounding)
        )


def reconciled(compiled: Compiled, usage: Sequence[Usage], closings: Sequence[Closing], books: Books) -> Reconciled:
    """Sums of every stage. `usage`: all events of all closings, in any order; `books`: after the last."""
    tallies = count_usage(compiled, books.periods, usage)
    exact, micros = Fraction(0), 0
    for period in books.periods:
        for draft in price_month(compiled, period, tallies.get(period.month, {})).values():
            exact += draft.exact
            micros += round(draft.exact)
    lines = [line for closing in closings for line in closing.lines]
    rated = [line for line in lines if line.kind != LineKind.DISPUTE]
    disputes = sum(line.micros for line in lines if line.kind == LineKind.DISPUTE)
    postings = [
        posting for entry in books.ledger.entries if entry.kind == EntryKind.INVOICE for posting in entry.postings
    ]

    def held(*accounts: Account) -> int:
        return sum(posting.amount for posting in postings if posting.account in accounts)

    return Reconciled(
        usage=exact,
        lines=sum((line.exact for line in rated), Fraction(0)),
        usage_micros=micros,
        lines_micros=sum(line.micros for line in lines) - disputes,
        rounded=sum(line.rounded for line in lines),
        invoices=sum(invoice.total for closing in closings for invoice in closing.invoices),
        ledger_owed=held(Account.RECEIVABLE, Account.INTERNAL),
        ledger_earned=-held(Account.REVENUE, Account.SERVICE_CREDITS, Account.CREDITS),
        rounding=-held(Account.ROUNDING),
    )
