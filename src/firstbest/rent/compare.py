"""Two sets of cards on one log: who would pay more, who less, and for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from firstbest.rent.card import ANYONE, MOST, Card
from firstbest.rent.compile import compile_cards
from firstbest.rent.price import price_month
from firstbest.rent.tally import Period, count_usage
from firstbest.rent.usage import Names, Usage


class Change(NamedTuple):
    """What one tenant pays for one charge under both, millionths, over all months."""

    tenant: int
    charge: str
    old: Fraction
    new: Fraction


def as_if_always(card: Card, begins: int) -> Card:
    """A card for anyone, from an instant on and without end: to rate a log that is older than the card."""
    return card._replace(tenants=(ANYONE,), begins=min(begins, card.begins), ends=MOST)


def rated(
    cards: Sequence[Card], names: Names, periods: Sequence[Period], usage: Usage
) -> dict[tuple[int, str], Fraction]:
    """Exact amounts by tenant and charge over all months; minimums and caps under their own names."""
    compiled = compile_cards(cards, names)
    totals: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    tallies = count_usage(compiled, periods, [usage])
    for period in periods:
        for key, draft in price_month(compiled, period, tallies.get(period.month, {})).items():
            totals[key.tenant, key.charge] += draft.exact
    return totals


def changes(
    old: Sequence[Card], new: Sequence[Card], names: Names, periods: Sequence[Period], usage: Usage
) -> list[Change]:
    """Every tenant and charge that either set of cards prices, the largest change first; ties by tenant and charge."""
    before, after = rated(old, names, periods, usage), rated(new, names, periods, usage)
    found = [
        Change(tenant, charge, before.get((tenant, charge), Fraction(0)), after.get((tenant, charge), Fraction(0)))
        for tenant, charge in sorted({*before, *after})
    ]
    return sorted(found, key=lambda change: -abs(change.new - change.old))


def summed(one: Sequence[Change], other: Sequence[Change]) -> list[Change]:
    """The changes of two spans of months together, in the order of `changes`."""
    totals: dict[tuple[int, str], tuple[Fraction, Fraction]] = {}
    for change in (*one, *other):
        old, new = totals.get((change.tenant, change.charge), (Fraction(0), Fraction(0)))
        totals[change.tenant, change.charge] = (old + change.old, new + change.new)
    found = [Change(*key, *totals[key]) for key in sorted(totals)]
    return sorted(found, key=lambda change: -abs(change.new - change.old))


def by_tenant(found: Sequence[Change]) -> list[tuple[int, Fraction, Fraction]]:
    """Totals of each tenant under both, the largest change first; ties by tenant."""
    totals: dict[int, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for change in found:
        totals[change.tenant][0] += change.old
        totals[change.tenant][1] += change.new
    listed = [(tenant, old, new) for tenant, (old, new) in sorted(totals.items())]
    return sorted(listed, key=lambda each: -abs(each[2] - each[1]))
