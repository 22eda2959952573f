"""The ledger as a text that other tools read: plain-text accounting in the form of beancount 3."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from firstbest.rent.ledger import Account, Entry, Ledger
from firstbest.rent.usage import Names

_PLACES: Final = {
    Account.RECEIVABLE: "Assets:Receivable",
    Account.REVENUE: "Income:Rent",
    Account.ROUNDING: "Expenses:Rounding",
    Account.INTERNAL: "Expenses:InternalCharge",
    Account.PAYABLE: "Liabilities:HeldFor",
    Account.COLLECTED: "Assets:Collected",
    Account.BANK: "Assets:Bank",
    Account.SERVICE_CREDITS: "Expenses:ServiceCredits",
    Account.DISPUTED: "Assets:Disputed",
    Account.CREDITS: "Expenses:Credits",
}
_MICROS: Final = 1_000_000


def beancount(ledger: Ledger, names: Names, currency: str, days: Mapping[int, int]) -> str:
    """Every account and entry. Amounts stand to the millionth, so each entry adds up to exactly nothing.

    `days`: how many days each month has; entries stand on the last.
    """
    return "\n".join(_lines(ledger, names, currency, days)) + "\n"


def _lines(ledger: Ledger, names: Names, currency: str, days: Mapping[int, int]) -> Iterator[str]:
    yield 'option "title" "firstbest"'
    yield f'option "operating_currency" "{currency}"'
    yield f'option "inferred_tolerance_default" "{currency}:0"'
    yield ""
    used = {(p.account, p.tenant) for entry in ledger.entries for p in entry.postings}
    for account, tenant in sorted(used):
        yield f"1970-01-01 open {_account(account, tenant, names)} {currency}"
    for entry in ledger.entries:
        yield ""
        yield from _entry(entry, names, currency, days)


def _entry(entry: Entry, names: Names, currency: str, days: Mapping[int, int]) -> Iterator[str]:
    date = f"{entry.month // 12:04}-{entry.month % 12 + 1:02}-{days.get(entry.month, 28):02}"
    cause = entry.cause.replace('"', "'")
    yield f'{date} * "{entry.kind.name.lower().replace("_", " ")}" "{cause}"'
    yield f"  entry: {entry.number}"
    for posting in entry.postings:
        yield f"  {_account(posting.account, posting.tenant, names):<60}  {_amount(posting.amount)} {currency}"


def _amount(micros: int) -> str:
    sign = "-" if micros < 0 else ""
    return f"{sign}{abs(micros) // _MICROS}.{abs(micros) % _MICROS:06}"


def _account(account: Account, tenant: int, names: Names) -> str:
    """An account's name; a tenant's stands as its number and its name in letters that an account may have."""
    if tenant < 0:
        return _PLACES[account]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", names.tenants[tenant]).strip("-")
    return f"{_PLACES[account]}:T{tenant}-{plain}".rstrip("-")
