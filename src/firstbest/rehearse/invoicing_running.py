"""The bill that runs: months that nobody closed yet, priced as if they were closed now; and where this month goes.

What is owed by now is what a closing would say: the same pure function, given the usage up to now; nothing is written.
The forecast gives the month's closing more: each of the last weeks in turn is repeated until the month ends, as if
tenants went on as in that week. The least and the greatest of these months are its span, their mean its middle; steps,
minimums and tiers of a card are those of the whole month, since the whole month is priced.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from firstbest.rehearse.invoicing import (
    Cards,
    House,
    carried_from,
    given_of,
    metered,
    periods,
)
from firstbest.rent.close import Books, Closing
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.quotas import Used, owed_by
from firstbest.rent.tally import Period
from firstbest.rent.usage import Measure, Usage, joined, rows_of
from firstbest.store.usage_book import BillingBook, Event, usage_path
from firstbest.store.usage_closing import Given, computed, last_closing, working_state
from firstbest.store.usage_files import events_of
from firstbest.store.usage_kept import kept_usage
from firstbest.world.units import DAY_US

WEEK_US: Final = 7 * DAY_US
WEEKS_MOST: Final = 4
ONCE: Final = frozenset({"aged_units", "member_months", "account_months", "accounts_set_up"})
"""Meters that count once a month or once at all: a week of them is not repeated."""


class Running(NamedTuple):
    """Months not closed yet, the one that runs last, and what each would come to now."""

    months: tuple[Given, ...]
    closings: tuple[Closing, ...]
    before: Books
    past: Usage  # of the last closed month, for the forecast

    @property
    def period(self) -> Period:
        """The month that runs."""
        return self.months[-1].period

    @property
    def books(self) -> Books:
        """The books as they would be."""
        return self.closings[-1].books


class Forecast(NamedTuple):
    """What a tenant's running month comes to, millionths: by now, and at its end."""

    by_now: int
    low: int
    mean: int
    high: int
    weeks: int  # that were repeated


def running(house: House, book: BillingBook, cards: Cards) -> Running:
    """Months since the last closing up to now. Raises `tally.Unrated` where an event has no price."""
    books, state = working_state(book)
    last = last_closing(book)
    after = (books.periods[-1], carried_from(state)) if books.periods and state else None
    current = periods(house, running=True)[-1]
    everything = book.events(waiting=False)
    given: list[Given] = []
    closings: list[Closing] = []
    reached = books
    for month in metered(house, current, after):
        now = month.period._replace(ends=min(month.period.ends, house.now))
        waiting = [event for event in book.events() if _at(event) < month.period.ends and not _given(event, given)]
        waiting += [
            event._replace(number=-place) for place, event in enumerate(events_of(book, now), start=1)
        ]  # fmt: skip
        given.append(given_of(house, month, cards, (waiting, [*everything, *waiting])))
        closings.append(computed(given[-1], reached))
        reached = closings[-1].books
    past = kept_usage(usage_path(house.bills, last.label), last.usage) if last else joined([])
    return Running(tuple(given), tuple(closings), books, past)


def _at(event: Event) -> int:
    return int(json.loads(event.body)["at"])


def _given(event: Event, given: Sequence[Given]) -> bool:
    """Whether a month before was given it."""
    return any(event.number in month.taken for month in given)


# ---------------------------------------------------------------------------------------------------- used and owed
def used_of(found: Running, tenants: int) -> Used:
    """What was used in the running month by tenant and meter, and what each tenant owes, billed or not."""
    usage = found.months[-1].usage
    mine = (usage.at >= found.period.begins) & (usage.at < found.period.ends)
    key = usage.tenant[mine].astype(np.int64) * len(METERS) + usage.meter[mine]
    known, place = np.unique(key, return_inverse=True)
    sums = np.zeros(len(known), np.int64)
    np.add.at(sums, place, usage.measures[mine, Measure.QUANTITY])
    quantity = {divmod(int(each), len(METERS)): int(total) for each, total in zip(known, sums, strict=True)}
    return Used(quantity, {tenant: owed_by(found.books.ledger, tenant, 0) for tenant in range(tenants)})


def events_by_meter(found: Running, tenant: int) -> dict[str, tuple[int, int]]:
    """A tenant's running month by meter: events and quantity."""
    usage = found.months[-1].usage
    mine = (usage.tenant == tenant) & (usage.at >= found.period.begins) & (usage.at < found.period.ends)
    told = {}
    for code in np.unique(usage.meter[mine]).tolist():
        rows = mine & (usage.meter == code)
        told[METERS[code].name] = (int(rows.sum()), int(usage.measures[rows, Measure.QUANTITY].sum()))
    return told


# --------------------------------------------------------------------------------------------------------- forecast
def forecasts(house: House, found: Running) -> Mapping[int, Forecast]:
    """Each tenant's running month at its end."""
    reached, period = house.reached, found.period
    history = joined([found.past, *(month.usage for month in found.months)])
    begins = int(history.at.min()) if history.rows else reached
    age = max(reached - begins, 1)
    span = min(WEEK_US, age)
    weeks = max(min(age // WEEK_US, WEEKS_MOST), 1)
    books = found.closings[-2].books if len(found.closings) > 1 else found.before
    month = found.months[-1]
    totals: list[Mapping[int, int]] = []
    for week in range(weeks):
        more = repeated(history, (reached - (week + 1) * span, reached - week * span), (reached, period.ends))
        totals.append(_totals(computed(month._replace(usage=joined([month.usage, more])), books)))
    now = _totals(found.closings[-1])
    told = {}
    for tenant in sorted({*now, *(each for total in totals for each in total)}):
        ends = [total.get(tenant, 0) for total in totals]
        told[tenant] = Forecast(now.get(tenant, 0), min(ends), round(sum(ends) / len(ends)), max(ends), weeks)
    return told


def repeated(usage: Usage, source: tuple[int, int], target: tuple[int, int]) -> Usage:
    """Usage of the instants source[0] <= at < source[1], again and again over the instants of `target`.

    Each copy has a number of its own, below all real ones, so that no event is counted as one that came before.
    """
    once = np.isin(usage.meter, [METER_CODES[name] for name in ONCE])
    rows = rows_of(usage, (usage.at >= source[0]) & (usage.at < source[1]) & ~once)
    span, made, shift = source[1] - source[0], list[Usage](), target[0] - source[0]
    while rows.rows and source[0] + shift < target[1]:
        at = rows.at + shift
        number = -(np.arange(rows.rows, dtype=np.int64) + 1 + len(made) * rows.rows) - 2**40
        copy = rows._replace(at=at, known_at=at, number=number)
        made.append(rows_of(copy, at < target[1]))
        shift += span
    return joined(made)


def _totals(closing: Closing) -> dict[int, int]:
    return {invoice.tenant: invoice.total for invoice in closing.invoices}
