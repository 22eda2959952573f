"""Quotas and credit limits: what a tenant may still use before the month ends or the bill is paid.

Requests are decided in their order, each at what is left after those before it, so cutting a batch changes no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.ledger import Account, Ledger
from firstbest.rent.meters import METERS
from firstbest.world.units import MONEY

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]

WARNED_PPM: Final = 800_000
"""From four fifths of a limit on, its tenant is warned."""
_PPM: Final = 1_000_000


class Answer(IntEnum):
    """What a request is told."""

    GRANTED = 0
    NEARLY_USED_UP = 1
    """Granted; four fifths of the quota or of the credit are used."""
    OVER_QUOTA = 2
    OVER_CREDIT = 3


class Limits(NamedTuple):
    """Quotas by tenant and meter code, in the meter's unit a month; credit by tenant, millionths. Absent: no limit."""

    quotas: Mapping[tuple[int, int], int]
    credit: Mapping[int, int]


class Asked(NamedTuple):
    """Requests as columns, [n] each, in the order in which they came; `price`: the least it will cost, millionths."""

    tenant: I64
    meter: I64
    quantity: I64
    price: I64


class Used(NamedTuple):
    """What was used this month by tenant and meter code, and what each tenant owes, billed or not, millionths."""

    quantity: Mapping[tuple[int, int], int]
    owed: Mapping[int, int]


class Wish(NamedTuple):
    """One request: a tenant would use so much of a meter; `price`: the least it will cost, millionths."""

    tenant: int
    meter: int
    quantity: int
    price: int = 0


class Refused(NamedTuple):
    """Why a tenant may not: a code, the constraint that bound, and what lifts it, one of a closed list."""

    code: str  # "over_quota" or "over_credit"
    bound: str
    remedy: str


REMEDIES: Final = {Answer.OVER_QUOTA: "next_month_or_higher_quota", Answer.OVER_CREDIT: "pay_or_higher_credit_limit"}


def grant(wish: Wish, quantity: dict[tuple[int, int], int], owed: dict[int, int], limits: Limits) -> Answer:
    """The answer to one request; where it is granted, what it uses is added to `quantity` and `owed`."""
    key = (wish.tenant, wish.meter)
    quota, credit = limits.quotas.get(key), limits.credit.get(wish.tenant)
    after, owes = quantity.get(key, 0) + wish.quantity, owed.get(wish.tenant, 0) + wish.price
    if quota is not None and after > quota:
        return Answer.OVER_QUOTA
    if credit is not None and owes > credit:
        return Answer.OVER_CREDIT
    quantity[key], owed[wish.tenant] = after, owes
    near = (quota is not None and after * _PPM >= quota * WARNED_PPM) or (
        credit is not None and owes * _PPM >= credit * WARNED_PPM
    )
    return Answer.NEARLY_USED_UP if near else Answer.GRANTED


def answered(asked: Asked, used: Used, limits: Limits) -> tuple[I8, Used]:
    """An answer for each request, and what is used after those that were granted."""
    quantity, owed = dict(used.quantity), dict(used.owed)
    answers = np.zeros(len(asked.tenant), np.int8)
    columns = zip(*(column.tolist() for column in asked), strict=True)
    for row, wish in enumerate(columns):
        answers[row] = grant(Wish(*wish), quantity, owed, limits)
    return answers, Used(quantity, owed)


def refused(wish: Wish, answer: Answer, used: Used, limits: Limits) -> Refused | None:
    """Why a request is refused, in words; None where it was granted."""
    if answer not in REMEDIES:
        return None
    meter = METERS[wish.meter]
    if answer == Answer.OVER_QUOTA:
        before, most = used.quantity.get((wish.tenant, wish.meter), 0), limits.quotas[wish.tenant, wish.meter]
        bound = f"{meter.name} of a month: {most:,} {meter.unit}, used {before:,}, asked for {wish.quantity:,}"
        return Refused("over_quota", bound, REMEDIES[answer])
    owes, most = used.owed.get(wish.tenant, 0), limits.credit[wish.tenant]
    bound = f"credit limit {most / MONEY:,.2f}, owed {owes / MONEY:,.2f}"
    return Refused("over_credit", bound, REMEDIES[answer])


def owed_by(ledger: Ledger, tenant: int, unbilled: int) -> int:
    """What a tenant owes: receivable and disputed, less sales held for him, and what is used and not yet billed."""
    billed = sum(ledger.balance(account, tenant) for account in (Account.RECEIVABLE, Account.DISPUTED))
    return billed + ledger.balance(Account.PAYABLE, tenant) + unbilled
