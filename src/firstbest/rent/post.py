"""Invoices, sales, payments and payouts as entries of the ledger. Every entry adds up to zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from firstbest.rent.ledger import Account, Entry, EntryKind, Ledger, Posting
from firstbest.rent.lines import Invoice, Line, LineKind
from firstbest.rent.usage import OWNER

HOUSE: Final = -1
"""In place of a tenant, for accounts of the house."""
_AGAINST: Final = {
    LineKind.SERVICE_CREDIT: Account.SERVICE_CREDITS,
    LineKind.DISPUTE: Account.CREDITS,
}
"""Where the other side of a line stands, if not with revenue."""


def entries_of(invoices: Iterable[Invoice], lines: Iterable[Line], before: int) -> Iterator[Entry]:
    """One entry for each document: what the tenant owes in whole coins, what was earned to the millionth, the rest.

    `before`: entries already in the ledger; numbers go on from there.
    """
    by_number = {line.number: line for line in lines}
    for place, invoice in enumerate(invoices, start=before + 1):
        sides: dict[tuple[Account, int], int] = {}

        def move(account: Account, tenant: int, amount: int, sides: dict[tuple[Account, int], int] = sides) -> None:
            sides[account, tenant] = sides.get((account, tenant), 0) + amount

        debtor = Account.INTERNAL if invoice.tenant == OWNER else Account.RECEIVABLE
        for number in invoice.lines:
            line = by_number[number]
            move(debtor, invoice.tenant, line.rounded)
            move(_AGAINST.get(line.kind, Account.REVENUE), invoice.tenant, -line.micros)
            move(Account.ROUNDING, HOUSE, line.micros - line.rounded)
        yield _entry(place, invoice.month, EntryKind.INVOICE, invoice.number, sides)


def _entry(number: int, month: int, kind: EntryKind, cause: str, sides: Mapping[tuple[Account, int], int]) -> Entry:
    """An entry of the sides that are not zero, in the order of account and tenant."""
    postings = tuple(Posting(number, account, tenant, sides[account, tenant]) for account, tenant in sorted(sides))
    return Entry(number, month, kind, cause, tuple(posting for posting in postings if posting.amount))


def sales_taken(ledger: Ledger, month: int, taken: Mapping[int, int]) -> Ledger:
    """Money that the house took from customers on tenants' behalf, less refunds: by tenant, millionths."""
    first = len(ledger.entries) + 1
    return ledger.with_entries(
        _entry(
            place, month, EntryKind.SALES, f"sales {month}/{tenant}",
            {(Account.COLLECTED, tenant): amount, (Account.PAYABLE, tenant): -amount},
        )
        for place, (tenant, amount) in enumerate(sorted(taken.items()), start=first)
    )  # fmt: skip


def payouts(ledger: Ledger, month: int, tenants: Iterable[int]) -> Ledger:
    """Pays tenants their sales less what they owe: first set off, then paid out.

    A tenant who owes more than was taken keeps owing the rest. Money collected goes to the bank as it is paid out or
    set off.
    """
    for tenant in sorted(tenants):
        held = -ledger.balance(Account.PAYABLE, tenant)
        owed = max(ledger.balance(Account.RECEIVABLE, tenant), 0)
        if held <= 0:
            continue
        set_off = min(held, owed)
        number = len(ledger.entries) + 1
        entries = []
        if set_off:
            sides = {(Account.PAYABLE, tenant): set_off, (Account.RECEIVABLE, tenant): -set_off}
            entries.append(_entry(number, month, EntryKind.SET_OFF, f"set off {month}/{tenant}", sides))
        if held > set_off:
            sides = {(Account.PAYABLE, tenant): held - set_off, (Account.BANK, HOUSE): set_off - held}
            entries.append(_entry(number + len(entries), month, EntryKind.PAYOUT, f"payout {month}/{tenant}", sides))
        collected = ledger.balance(Account.COLLECTED, tenant)
        if collected:
            sides = {(Account.BANK, HOUSE): collected, (Account.COLLECTED, tenant): -collected}
            entries.append(_entry(number + len(entries), month, EntryKind.PAYMENT, f"cleared {month}/{tenant}", sides))
        ledger = ledger.with_entries(entries)
    return ledger


def paid(ledger: Ledger, month: int, tenant: int, amount: int) -> Ledger:
    """A tenant pays what he owes, in whole or in part, or too much: millionths."""
    sides = {(Account.BANK, HOUSE): amount, (Account.RECEIVABLE, tenant): -amount}
    entry = _entry(len(ledger.entries) + 1, month, EntryKind.PAYMENT, f"payment {month}/{tenant}", sides)
    return ledger.with_entries([entry])
