"""What the commands on rate cards say: cards in short, changes by tenant and charge, learned rates. Text only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from textwrap import wrap
from typing import Final

import numpy as np

from firstbest.operate.billing import UNFED
from firstbest.rent.card import ANYONE, Card
from firstbest.rent.compare import Change, by_tenant
from firstbest.rent.learn import Bill, Learned, said
from firstbest.rent.space import space_of
from firstbest.rent.usage import Names

ROWS: Final = 20
_WIDTH: Final = 80
_MICROS: Final = 1_000_000
_EVEN: Final = Fraction(5000)


def _money(micros: Fraction) -> str:
    return f"{float(micros / _MICROS):,.2f}"


def check_lines(cards: Sequence[Card]) -> Iterator[str]:
    """A line for each card and charge, and that nothing is wrong."""
    for card in cards:
        who = "everybody without a card of his own" if ANYONE in card.tenants else ", ".join(card.tenants)
        yield f"{card.label}  {card.title}  ({card.currency}; for {who})"
        for charge in card.charges:
            cells = int(space_of(card, charge).possible.sum())
            rules = f"{len(charge.rules)} {'rule' if len(charge.rules) == 1 else 'rules'}"
            cases = f"{cells:,} {'case' if cells == 1 else 'cases'}"
            yield f"  {charge.name:<30.30}  {charge.meter:<20.20}  {rules:>9}  {cases:>12}"
    yield from unfed_lines(cards)
    count = len(cards)
    yield f"{count} {'card' if count == 1 else 'cards'}: every case has one price, every rule holds, no price falls."


def unfed_lines(cards: Sequence[Card]) -> Iterator[str]:
    """Charges over meters that the book does not feed, each with why: they bill what is sent in, else nothing."""
    for card in cards:
        for charge in card.charges:
            if charge.meter in UNFED:
                said = f"{card.label}, charge '{charge.name}': the book feeds no {charge.meter}: {UNFED[charge.meter]}"
                yield from wrap(f"{said}. It bills usage events, or a package's meter, and else nothing.", _WIDTH)


def compare_lines(names: Names, found: Sequence[Change], currency: str, size: tuple[int, int]) -> Iterator[str]:
    """Tenants with old, new and change, the largest change first; then by charge."""
    events, months = size
    yield f"{events:,} events over {months} {'month' if months == 1 else 'months'}, in {currency}"
    yield ""
    yield f"{'tenant':<24}  {'old':>14}  {'new':>14}  {'change':>14}  {'':>7}"
    listed = by_tenant(found)
    for tenant, old, new in listed[:ROWS]:
        yield _row(names.tenants[tenant], old, new)
    if len(listed) > ROWS:
        yield f"and {len(listed) - ROWS:,} more"
    zero = Fraction(0)
    yield _row("all", sum((old for _, old, _ in listed), zero), sum((new for _, _, new in listed), zero))
    more = sum(new - old > _EVEN for _, old, new in listed)
    less = sum(old - new > _EVEN for _, old, new in listed)
    yield f"{more} pay more, {less} pay less, {len(listed) - more - less} the same."
    yield ""
    yield f"{'tenant, charge':<44}  {'old':>14}  {'new':>14}  {'change':>14}"
    for change in [each for each in found if each.old != each.new][:ROWS]:
        label = f"{names.tenants[change.tenant]}, {change.charge}"
        moved = change.new - change.old
        yield f"{label:<44.44}  {_money(change.old):>14}  {_money(change.new):>14}  {_signed(moved):>14}"


def _row(label: str, old: Fraction, new: Fraction) -> str:
    share = f"{float((new - old) / old):+.1%}" if old else ""
    return f"{label:<24.24}  {_money(old):>14}  {_money(new):>14}  {_signed(new - old):>14}  {share:>7}"


def _signed(micros: Fraction) -> str:
    return f"{float(micros / _MICROS):+,.2f}"


def _in_short(bill: Bill, found: Sequence[Learned]) -> Iterator[str]:
    """What a shipment costs and in which zone it goes on average; each charge's money, share, and how many bear it."""
    shipments = {name: place for place, name in reversed(list(enumerate(bill.references))) if name}
    if not shipments:
        return
    count = len(shipments)
    firsts = sorted(shipments.values())
    said_of = [f"{count:,} shipments, {float(bill.amounts.sum()) / count:,.2f} each"]
    for name, column in bill.numbers.items():
        if any(word in name.casefold() for word in ("zone", "weight", "lb", "kg")):
            said_of.append(f"average {name.strip().casefold()} {float(np.nanmean(column[firsts])):.1f}")
    yield from wrap("; ".join(said_of), _WIDTH)
    yield f"  {'charge':<34}{'in all':>14}{'share':>8}{'a shipment':>12}{'borne by':>10}"
    total = float(bill.amounts.sum()) or 1.0
    for each in found:
        at = [place for place, name in enumerate(bill.charges) if name == each.charge]
        money = float(bill.amounts[at].sum())
        bearing = len({bill.references[place] for place in at} - {""}) / count
        yield f"  {each.charge[:33]:<34}{money:>14,.2f}{money / total:>8.1%}{money / count:>12,.2f}{bearing:>10.0%}"


def _indented(line: str) -> list[str]:
    """A line below its charge, broken where a screen ends."""
    return wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")


def learn_lines(bill: Bill, found: Sequence[Learned]) -> Iterator[str]:
    """Each charge with its form, its rates and how well they fit; then what they do not explain."""
    total = float(bill.amounts.sum())
    yield f"{len(bill.amounts):,} lines, {total:,.2f}"
    yield from _in_short(bill, found)
    for each in found:
        by = f", apart by {' and '.join(each.by)}" if each.by else ""
        lines = sum(rate.lines for rate in each.rates)
        yield ""
        over = f" {'of' if each.form == 'percent' else 'over'} {each.over}" if each.over else ""
        yield from wrap(f"{each.charge}: {each.form}{over}{by}", _WIDTH, subsequent_indent="  ")
        for rate in each.rates[:ROWS]:
            group = f"{', '.join(rate.group)}: " if rate.group else ""
            told = f"{group}{said(rate, each.form, each.over)}  ({rate.explained:,} of {rate.lines:,} lines)"
            yield from _indented(told)
        if len(each.rates) > ROWS:
            yield f"  and {len(each.rates) - ROWS:,} more"
        yield f"  explains {each.fit:.1%} of {lines:,} lines within a coin"
        if each.unexplained:
            shown = ", ".join(f"row {place + 2} ({bill.amounts[place]:,.2f})" for place in each.unexplained[:5])
            rest = len(each.unexplained) - 5
            yield from _indented(f"not explained: {shown}" + (f" and {rest:,} more" if rest > 0 else ""))
