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


def answered(asked: Asked, used: Used, limits: Limits) -> tuple[I8, Used]:
    """An answer for each request, and what is used after those that were granted."""
    quantity, owed = dict(used.quantity), dict(used.owed)
    answers = np.zeros(len(asked.tenant), np.int8)
    columns = zip(*(column.tolist() for column in asked), strict=True)
    for row, (tenant, meter, wanted, price) in enumerate(columns):
        quota, credit = limits.quotas.get((tenant, meter)), limits.credit.get(tenant)
        after, owes = quantity.get((tenant, meter), 0) + wanted, owed.get(tenant, 0) + price
        if quota is not None and after > quota:
            answers[row] = Answer.OVER_QUOTA
        elif credit is not None and owes > credit:
            answers[row] = Answer.OVER_CREDIT
        else:
            quantity[tenant, meter], owed[tenant] = after, owes
            near = (quota is not None and after * _PPM >= quota * WARNED_PPM) or (
                credit is not None and owes * _PPM >= credit * WARNED_PPM
            )
            answers[row] = Answer.NEARLY_USED_UP if near else Answer.GRANTED
    return answers, Used(quantity, owed)


def owed_by(ledger: Ledger, tenant: int, unbilled: int) -> int:
    """What a tenant owes: receivable and disputed, less sales held for him, and what is used and not yet billed."""
    billed = sum(ledger.balance(account, tenant) for account in (Account.RECEIVABLE, Account.DISPUTED))
    return billed + ledger.balance(Account.PAYABLE, tenant) + unbilled
