"""Close a month: usage to rated lines, invoices and entries of the ledger. A pure function of what it is given.

The months before are given as `Books`; what becomes known of them later comes in as usage whose instant lies in a month
that is closed, and comes out as corrections on this month's invoices. A month closed late, early or in two pieces comes
to the same: a correction is what the month would have cost with all that is known, less what was invoiced of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from firstbest.rent.card import Card
from firstbest.rent.disputes import Dispute, DisputeState
from firstbest.rent.ledger import Entry, Ledger
from firstbest.rent.lines import EventSpan, Invoice, Line, LineKind, invoice_kind, month_name
from firstbest.rent.post import entries_of
from firstbest.rent.price import Draft, LineKey, price_month
from firstbest.rent.program import Compiled
from firstbest.rent.tally import Period, Tally, count_usage, tallies_joined
from firstbest.rent.usage import Usage

__all__ = ["Books", "Closing", "Period", "close_month"]

_ZERO: Final = Fraction(0)


class Owed(NamedTuple):
    """What was invoiced of one line of a month up to now, corrections included."""

    draft: Draft
    micros: int
    rounded: int


class Books(NamedTuple):
    """All that earlier closings left behind. Immutable; `Books()` before the first.

    `tallies` and `invoiced` by the month of use. `disputes` by their number; those accepted become credits in the next
    closing. `lines`: every line, by (month, number).
    """

    ledger: Ledger = Ledger()
    periods: tuple[Period, ...] = ()
    tallies: Mapping[int, Tally] = {}
    invoiced: Mapping[int, Mapping[LineKey, Owed]] = {}
    disputes: tuple[Dispute, ...] = ()
    lines: Mapping[tuple[int, int], Line] = {}


class Closing(NamedTuple):
    """What one closing made."""

    period: Period
    invoices: tuple[Invoice, ...]
    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    books: Books


class MonthOutOfTurn(Exception):  # noqa: N818 - it names a state of the books
    """The month to be closed does not follow the last one closed."""


def close_month(period: Period, usage: Iterable[Usage], compiled: Compiled, books: Books) -> Closing:
    """Rate what became known since the closing before, write the invoices, post them.

    `usage`: batches in any order and any cut: every admitted event known before this closing that no earlier closing
    was given. The same arguments give the same bytes. Raises `MonthOutOfTurn`, or `tally.Unrated` where an event has no
    price; then nothing was closed.
    """
    if books.periods and period.month != books.periods[-1].month + 1:
        last = books.periods[-1].month
        raise MonthOutOfTurn(
            f"expected {month_name(last + 1)} after {month_name(last)}, found {month_name(period.month)}"
        )
    periods = (*books.periods, period)
    found = count_usage(compiled, periods, usage)
    tallies, invoiced, lines = dict(books.tallies), dict(books.invoiced), list[Line]()
    for each in periods:
        late = found.get(each.month, {})
        if not late and each.month != period.month:
            continue
        tallies[each.month] = tallies_joined(books.tallies.get(each.month, {}), late)
        drafts = price_month(compiled, each, tallies[each.month])
        news = {} if each.month == period.month else price_month(compiled, each, late)
        before = books.invoiced.get(each.month, {})
        invoiced[each.month] = _owed(drafts, before, compiled)
        lines += _lines(period, each, (invoiced[each.month], before, news))
    disputes = tuple(_credited(books.disputes, period.month))
    lines += _credits(books, period.month)
    numbered = _numbered(lines)
    invoices = tuple(_invoices(numbered, compiled))
    entries = tuple(entries_of(invoices, numbered, len(books.ledger.entries)))
    kept = {**books.lines, **{(line.month, line.number): line for line in numbered}}
    ledger = books.ledger.with_entries(entries)
    after = Books(ledger, periods, tallies, invoiced, disputes, kept)
    return Closing(period, invoices, numbered, entries, after)


def rounded_to(exact: Fraction, coin: int) -> int:
    """The amount in whole coins, millionths; ties to the even coin."""
    parts = exact.denominator * coin
    whole, rest = divmod(exact.numerator, parts)
    up = 2 * rest > parts or (2 * rest == parts and whole % 2)
    return (whole + bool(up)) * coin


def _coins(compiled: Compiled) -> dict[tuple[str, int], Card]:
    return {(card.family, card.version): card for card in compiled.cards}


def _owed(drafts: Mapping[LineKey, Draft], before: Mapping[LineKey, Owed], compiled: Compiled) -> dict[LineKey, Owed]:
    """What a month comes to now, by line; a line that is no longer owed stays, with nothing."""
    cards = _coins(compiled)
    found = {key: Owed(_nothing(owed.draft), 0, 0) for key, owed in before.items()}
    for key, draft in drafts.items():
        coin = cards[key.family, key.version].coin
        found[key] = Owed(draft, rounded_to(draft.exact, 1), rounded_to(draft.exact, coin))
    return found


def _nothing(draft: Draft) -> Draft:
    return draft._replace(quantity=0, steps=0, of=_ZERO, exact=_ZERO, events=EventSpan())


def _changed(draft: Draft, old: Draft) -> Draft:
    """The difference of two drafts of one line."""
    return draft._replace(
        quantity=draft.quantity - old.quantity,
        steps=draft.steps - old.steps,
        of=draft.of - old.of,
        exact=draft.exact - old.exact,
    )


_Month = tuple[Mapping[LineKey, Owed], Mapping[LineKey, Owed], Mapping[LineKey, Draft]]
"""What is owed of a month now, what was owed of it before, and drafts of what became known of it since."""


def _lines(period: Period, used: Period, month: _Month) -> Iterator[Line]:
    """Lines of a month of use: all of it where it is this month, else what changed."""
    now, before, news = month
    for key, owed in now.items():
        draft = owed.draft
        old = before.get(key)
        corrects = used.month != period.month
        change = draft if old is None else _changed(draft, old.draft)
        events = news[key].events if key in news else EventSpan()
        same = not (change.quantity or change.steps or change.of or change.exact or events.events)
        if corrects and same:
            continue
        yield Line(
            0, key.tenant, period.month, used.month, LineKind.CORRECTION if corrects else key.kind, key.family,
            key.version, key.charge, key.rule, key.step, draft.meter, change.quantity, draft.rate, change.steps,
            draft.step_rate, change.of, change.exact, owed.micros - (old.micros if old else 0),
            owed.rounded - (old.rounded if old else 0),
            events if corrects else draft.events,
        )  # fmt: skip


def _credited(disputes: Sequence[Dispute], month: int) -> Iterator[Dispute]:
    """Disputes after this closing: those accepted are credited in it."""
    for dispute in disputes:
        accepted = dispute.state == DisputeState.ACCEPTED
        yield dispute._replace(state=DisputeState.CREDITED, credited=month) if accepted else dispute


def _credits(books: Books, month: int) -> Iterator[Line]:
    """A line for each accepted dispute: its line's tenant and charge, the amount granted, negative."""
    for dispute in books.disputes:
        if dispute.state == DisputeState.ACCEPTED:
            line = books.lines[dispute.line]
            back = -dispute.granted
            yield line._replace(
                number=0, month=month, kind=LineKind.DISPUTE, step=f"dispute {dispute.number}", quantity=0, steps=0,
                of=Fraction(back), rate=Fraction(1), step_rate=_ZERO, exact=Fraction(back), micros=back, rounded=back,
            )  # fmt: skip


def _numbered(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines in the order of tenant, month of use and what they are about, numbered from 1."""
    ordered = sorted(lines, key=lambda line: (*line[1:4], line.family, line.version, line.kind, *line[7:10]))
    return tuple(line._replace(number=number) for number, line in enumerate(ordered, start=1))


def _invoices(lines: Iterable[Line], compiled: Compiled) -> Iterator[Invoice]:
    """One document for each tenant with a line."""
    by_tenant: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_tenant[line.tenant].append(line)
    cards = _coins(compiled)
    for tenant, own in sorted(by_tenant.items()):
        total = sum(line.rounded for line in own)
        card = cards[own[0].family, own[0].version]
        number = f"{month_name(own[0].month)}/{compiled.names.tenants[tenant]}"
        kind = invoice_kind(tenant, total)
        yield Invoice(number, tenant, own[0].month, kind, card.currency, total, tuple(line.number for line in own))
