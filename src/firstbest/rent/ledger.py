"""The double-entry ledger: money moves between accounts, it is never set.

An entry is a set of postings that add up to zero; a debit is positive, a credit negative. Entries are only added. What
was wrong is put right by a further entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple


class Account(IntEnum):
    """Accounts; each stands once for each tenant, but for those of the house."""

    RECEIVABLE = 1
    """What a tenant owes."""
    REVENUE = 2
    """Earned from a tenant, to the millionth."""
    ROUNDING = 3
    """Between exact and rounded amounts; of the house."""
    INTERNAL = 4
    """What the owner's own shop is charged on the same card."""
    PAYABLE = 5
    """Sales money held for a tenant."""
    COLLECTED = 6
    """Money taken from customers on a tenant's behalf."""
    BANK = 7
    """Of the house: paid in by tenants, paid out to them."""
    SERVICE_CREDITS = 8
    """Given back because a promise was missed."""
    DISPUTED = 9
    """The part of a receivable that is under dispute."""
    CREDITS = 10
    """Given back for disputes that were accepted."""


class EntryKind(IntEnum):
    """Why money moved."""

    INVOICE = 1
    SALES = 2
    SET_OFF = 3
    PAYOUT = 4
    PAYMENT = 5
    DISPUTE = 6
    DISPUTE_DECIDED = 7


class Posting(NamedTuple):
    """One side of an entry. `amount` in millionths: debit positive, credit negative."""

    entry: int
    account: Account
    tenant: int
    amount: int


class Entry(NamedTuple):
    """What moved together: number, month, kind, the document or line that caused it."""

    number: int
    month: int
    kind: EntryKind
    cause: str
    postings: tuple[Posting, ...]


class Unbalanced(Exception):  # noqa: N818 - it names a state of an entry
    """An entry's postings do not add up to zero."""


class Ledger(NamedTuple):
    """Entries in order, and what every account of every tenant holds after the last. Immutable."""

    entries: tuple[Entry, ...] = ()
    balances: Mapping[tuple[Account, int], int] = {}

    def balance(self, account: Account, tenant: int) -> int:
        """What an account of a tenant holds, millionths."""
        return self.balances.get((account, tenant), 0)

    def with_entries(self, entries: Iterable[Entry]) -> Ledger:
        """The ledger with these entries behind the others. Raises `Unbalanced`, and then nothing was added."""
        added = tuple(entries)
        balances = dict(self.balances)
        for entry in added:
            total = sum(posting.amount for posting in entry.postings)
            if total != 0:
                raise Unbalanced(
                    f"entry {entry.number} ({entry.cause}): expected postings that add up to 0, found {total}"
                )
            for posting in entry.postings:
                key = (posting.account, posting.tenant)
                balances[key] = balances.get(key, 0) + posting.amount
        return Ledger(self.entries + added, balances)
