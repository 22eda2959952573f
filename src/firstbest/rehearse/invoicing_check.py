"""Usage = rated = invoiced = ledger: a closed month's figures added up along four ways that share no code.

What was used is counted from the kept usage; what was rated from the lines' quantities and events; what is owed is
computed from each line's own price in exact fractions; what was invoiced and posted is read from invoices and entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from firstbest.rent.card import Card, Charge, Percent
from firstbest.rent.ledger import Account, EntryKind
from firstbest.rent.lines import Line, LineKind
from firstbest.rent.meters import METERS
from firstbest.rent.usage import Usage
from firstbest.store.usage_closing import Closed


class Reconciled(NamedTuple):
    """Differences between the four, each 0 where they agree; money in millionths."""

    events: int  # counted against on lines
    quantity: int
    rated: int  # the lines' own arithmetic against their exact amounts
    invoiced: int  # lines against invoices
    posted: int  # invoices and lines against the ledger
    unbalanced: int  # entries whose postings do not add up to zero

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


def reconciled(closed: Closed, usage: Usage, cards: Sequence[Card]) -> Reconciled:
    """The differences of one closing. Corrections are left out of the first two: they restate an earlier month."""
    now = (usage.at >= closed.period.begins) & (usage.at < closed.period.ends)
    events, quantity = _counted(usage, now, closed, cards)
    return Reconciled(
        events,
        quantity,
        sum(_misrated(line) for line in closed.lines),
        _misinvoiced(closed),
        _misposted(closed),
        sum(bool(sum(posting.amount for posting in entry.postings)) for entry in closed.entries),
    )


def _misrated(line: Line) -> int:
    """Millionths between a line's own arithmetic and what it says."""
    exact = line.exact
    if line.kind in {LineKind.USAGE, LineKind.CORRECTION} and line.meter:
        exact = (line.quantity + line.of) * line.rate + line.steps * line.step_rate
    elif line.kind in {LineKind.PERCENT, LineKind.SERVICE_CREDIT, LineKind.DISPUTE}:
        exact = line.of * line.rate
    if line.kind == LineKind.CORRECTION:
        return 0 if exact == line.exact else 1
    return abs(round(exact) - line.micros)


def _misinvoiced(closed: Closed) -> int:
    by_number = {line.number: line for line in closed.lines}
    found = sum(abs(sum(by_number[each].rounded for each in bill.lines) - bill.total) for bill in closed.invoices)
    told = [number for bill in closed.invoices for number in bill.lines]
    return found + abs(len(told) - len(closed.lines)) + (len(told) - len(set(told)))


def _misposted(closed: Closed) -> int:
    """Between documents and ledger: what is owed, what was earned, and the rounding between them."""
    held: dict[Account, int] = defaultdict(int)
    for entry in closed.entries:
        if entry.kind == EntryKind.INVOICE:
            for posting in entry.postings:
                held[posting.account] += posting.amount
    owed = held[Account.RECEIVABLE] + held[Account.INTERNAL]
    earned = -(held[Account.REVENUE] + held[Account.SERVICE_CREDITS] + held[Account.CREDITS])
    total = sum(bill.total for bill in closed.invoices)
    micros = sum(line.micros for line in closed.lines)
    return abs(owed - total) + abs(earned - micros) + abs(held[Account.ROUNDING] - (micros - total))


def _counted(usage: Usage, now: np.ndarray, closed: Closed, cards: Sequence[Card]) -> tuple[int, int]:
    """Events and quantities that a charge has to count, against those on its lines; charges that are free of holes."""
    lines: Counter[Key] = Counter()
    amounts: dict[Key, Fraction] = defaultdict(Fraction)
    for line in closed.lines:
        if line.kind == LineKind.USAGE:
            amounts[line.family, line.version, line.charge] += line.quantity + line.of
            if not line.step.startswith("block") or line.step == "block 1":
                lines[line.family, line.version, line.charge] += line.events.events
    wanted, quantities = _wanted(usage, now, closed, cards)
    events = sum(abs(wanted[key] - lines[key]) for key in wanted)
    quantity = sum((abs(quantities[key] - amounts[key]) for key in quantities), Fraction(0))
    return events, int(quantity) + (quantity.denominator > 1)


Key = tuple[str, int, str]
"""Family, version and charge: two cards may call different prices alike."""
Keyed = Mapping[Key, int]


def _wanted(usage: Usage, now: np.ndarray, closed: Closed, cards: Sequence[Card]) -> tuple[Keyed, Keyed]:
    """By card and charge: how many events its card holds for, and their quantity."""
    codes = {meter.name: code for code, meter in enumerate(METERS)}
    events: dict[Key, int] = defaultdict(int)
    quantity: dict[Key, int] = defaultdict(int)
    named: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        named[card.family] |= set(card.tenants) - {"*"}
    for card in cards:
        held = now & (usage.at >= card.begins) & (usage.at < card.ends)
        own = [closed.names.tenants.index(name) for name in card.tenants if name in closed.names.tenants]
        others = [closed.names.tenants.index(name) for name in named[card.family] if name in closed.names.tenants]
        held &= ~np.isin(usage.tenant, others) if "*" in card.tenants else np.isin(usage.tenant, own)
        for charge in card.charges:
            if not counts_all(charge):
                continue
            rows = held & (usage.meter == codes[charge.meter])
            events[card.family, card.version, charge.name] += int(rows.sum())
            quantity[card.family, card.version, charge.name] += int(usage.measures[rows, 0].sum())
    return events, quantity


def counts_all(charge: Charge) -> bool:
    """Whether a charge prices every event of its meter by its quantity: no hole is free, no price is for the event."""
    if charge.free or charge.hidden:
        return False
    return not any(_of_event(rule.amount) for rule in charge.rules)


def _of_event(amount: object) -> bool:
    if isinstance(amount, Percent):
        return True
    tables = getattr(amount, "tables", ())
    return any(table.quality == 0 for table in tables)
