"""May a tenant use this? Asked before a job, a file or a query of the house's own services, by limits.toml.

What was used in the month is counted from the billing book's events, which alone feed these meters. What is owed is
what was billed and not set off; a live house adds what is used and not billed yet, as a closing would price it now.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from firstbest.rehearse.invoicing import House, cards_of_house
from firstbest.rehearse.invoicing_running import running
from firstbest.rent.meters import METER_CODES
from firstbest.rent.quotas import Limits, Refused, Used, Wish, grant, owed_by, refused
from firstbest.store.limits import NOTHING, read_limits
from firstbest.store.usage_book import BillingBook
from firstbest.store.usage_closing import books_of
from firstbest.world.units import SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LimitReached(Exception):  # noqa: N818 - it names what became of a request
    """A tenant may not; says what bound and what lifts it."""

    def __init__(self, why: Refused) -> None:
        super().__init__(f"{why.code}: {why.bound}; what lifts it: {why.remedy.replace('_', ' ')}")
        self.why = why


def month_of(house: House, at: int) -> tuple[int, int]:
    """First instant of the month that holds an instant, and of the next, in the workspace's time zone."""
    day = (_EPOCH + timedelta(microseconds=at)).astimezone(house.zone)
    first = datetime(day.year, day.month, 1, tzinfo=house.zone)
    after = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=house.zone)
    return tuple(round((each - _EPOCH).total_seconds()) * SECOND_US for each in (first, after))  # type: ignore[return-value]


def used_in_month(house: House, book: BillingBook, wish: Wish, at: int) -> int:
    """What the tenant's events of a meter come to in the month of an instant."""
    begins, ends = month_of(house, at)
    total = 0
    for event in book.events(waiting=False):
        body = json.loads(event.body)
        mine = event.tenant == house.names.tenants[wish.tenant] and METER_CODES[body["meter"]] == wish.meter
        total += int(body["quantity"]) if mine and begins <= body["at"] < ends else 0
    return total


def owed(house: House, book: BillingBook, tenant: int) -> int:
    """What a tenant owes, millionths."""
    books = running(house, book, cards_of_house(house)).books if house.live else books_of(book)
    return owed_by(books.ledger, tenant, 0)


def require(house: House, book: BillingBook, wish: Wish, at: int) -> int | None:
    """Raise `LimitReached` where the tenant may not; answers what is left of the quota, None where there is none."""
    limits: Limits = read_limits(house.folder, house.names.tenants, house.zone)
    key = (wish.tenant, wish.meter)
    if limits is NOTHING or (key not in limits.quotas and wish.tenant not in limits.credit):
        return None
    used = used_in_month(house, book, wish, at)
    owes = owed(house, book, wish.tenant) if wish.tenant in limits.credit else 0
    quantity, debts = {key: used}, {wish.tenant: owes}
    answer = grant(wish, quantity, debts, limits)
    why = refused(wish, answer, Used({key: used}, debts), limits)
    if why is not None:
        raise LimitReached(why)
    return limits.quotas[key] - used if key in limits.quotas else None
