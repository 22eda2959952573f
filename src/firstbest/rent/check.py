"""What is wrong with a card: overlaps, holes, rules that never hold, tables that end too soon, prices that fall.

The space of a charge is finite (`rent/space`), so this is decided exactly, not sampled: every combination of names and
every range between bounds is looked at. What an event can be is bounded by the card's own size tiers: a tier that ends
at a pound needs no price above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.card import MOST, Blocks, Card, Charge, Dimension, Percent, Priced, Quality, Rule, Table
from firstbest.rent.compile import is_monthly
from firstbest.rent.space import Space, TooWide, space_of, table_of
from firstbest.rent.words import amount_of, cell_words, number_words

CASES_MAX: Final = 3
"""Of one kind in one charge; the rest is told as a number."""


class Finding(NamedTuple):
    """One thing wrong with a card: where, what was expected, what was found. `rule` is empty for the whole charge."""

    card: Card
    charge: str
    rule: str
    expected: str
    found: str


def findings(card: Card) -> Iterator[Finding]:
    """Everything that is wrong with a card, charge by charge."""
    for charge in card.charges:
        mixed = {isinstance(rule.amount, Percent) for rule in charge.rules}
        if len(mixed) > 1:
            expected = "rules that are all percentages, or none"
            yield Finding(card, charge.name, "", expected, "both")
            continue
        yield from _percentages(card, charge)
        others = [rule for rule in charge.rules if rule.when.otherwise]
        if len(others) > 1:
            yield Finding(card, charge.name, others[1].name, "one rule for all others", f"'{others[0].name}' before it")
        if not is_monthly(charge):
            try:
                yield from _covered(card, charge, space_of(card, charge))
            except TooWide as wide:
                yield Finding(card, charge.name, "", "a charge of fewer combinations", str(wide))
                continue
        for rule in charge.rules:
            yield from _ends_too_soon(card, charge, rule)
            yield from _falls_within(card, charge, rule)
        yield from _falls_between(card, charge)


def _percentages(card: Card, charge: Charge) -> Iterator[Finding]:
    """A percentage with a condition is taken event by event, so of charges that price the same events."""
    for rule in charge.rules:
        if not isinstance(rule.amount, Percent) or is_monthly(charge):
            continue
        for name in rule.amount.of:
            of = card.charge(name)
            if of.meter != charge.meter:
                expected = f"charges over meter {charge.meter}, as the percentage has a condition"
                yield Finding(card, charge.name, rule.name, expected, f"'{name}' over {of.meter}")
            elif not all(isinstance(each.amount, Priced) for each in of.rules):
                expected = "charges without blocks or percentages, as the percentage has a condition"
                yield Finding(card, charge.name, rule.name, expected, f"'{name}'")


def _covered(card: Card, charge: Charge, space: Space) -> Iterator[Finding]:
    """Overlaps, holes, and rules that never hold."""
    plain = [place for place, rule in enumerate(charge.rules) if not rule.when.otherwise]
    rest = len(plain) < len(charge.rules)
    held = {place: space.held(place) & space.possible for place in plain}
    if not charge.first:
        for one, other in combinations(plain, 2):
            both = held[one] & held[other]
            if both.any():
                expected = "one rule for every case"
                found = f"'{charge.rules[one].name}' as well, for {_cases(space, both)}"
                yield Finding(card, charge.name, charge.rules[other].name, expected, found)
    covered = np.zeros(space.possible.shape, np.bool_)
    for mask in held.values():
        covered |= mask
    hole = space.possible & ~covered
    if hole.any() and not rest and not charge.free:
        yield Finding(card, charge.name, "", "a rule for every case", f"none for {_cases(space, hole)}")
    holding = np.unique(table_of(charge, space).reshape(space.possible.shape)[space.possible])
    for place, rule in enumerate(charge.rules):
        if place not in holding and (charge.first or rule.when.otherwise or not held[place].any()):
            expected = "a condition that some event meets and no rule above it takes"
            yield Finding(card, charge.name, rule.name, expected, "none, so the rule never holds")


def _cases(space: Space, mask: NDArray[np.bool_]) -> str:
    """The first cells of a mask in words, and how many more."""
    places = np.argwhere(mask)
    said = list(dict.fromkeys(cell_words(space, place.tolist()) for place in places[: 10 * CASES_MAX]))
    shown = "; ".join(said[:CASES_MAX])
    return shown + (f"; and {len(places) - CASES_MAX:,} more" if len(places) > CASES_MAX else "")


def _ends_too_soon(card: Card, charge: Charge, rule: Rule) -> Iterator[Finding]:
    """Tables whose last bound lies below what an event of the rule can say."""
    if not isinstance(rule.amount, Priced):
        return
    for table in rule.amount.tables:
        if table.quality is None:
            continue
        most = rule.when.ranges.get(table.quality, (0, MOST))[1]
        asked = rule.when.names.get(Dimension.SIZE)
        tiers = [size.most.get(table.quality, MOST) for size in card.sizes if asked is None or size.name in asked]
        most = min(most, max(tiers, default=MOST)) if asked is not None else most
        last = table.steps[-1].upto
        if last < most:
            expected = f"a table that goes on to {number_words(table.quality, most)}"
            yield Finding(card, charge.name, rule.name, expected, f"an end at {number_words(table.quality, last)}")


def value_at(table: Table, x: int) -> Fraction:
    """The price of a table at a number, millionths; its last step beyond its end."""
    step = next((step for step in table.steps if x <= step.upto), table.steps[-1])
    begun = max(0, ceil((x - Fraction(1, 2) - step.over) / step.step)) if x else 0
    return step.base + step.each * begun


def _falls_within(card: Card, charge: Charge, rule: Rule) -> Iterator[Finding]:
    """Prices that fall where the measure grows, within a rule."""
    if rule.falls or charge.credit:
        return
    tables = rule.amount.tables if isinstance(rule.amount, Priced) else ()
    for table in tables:
        for step, _ in pairwise(table.steps):
            before, after = value_at(table, step.upto), value_at(table, step.upto + 1)
            if after < before:
                assert table.quality is not None
                found = (
                    f"{amount_of(before)} up to {number_words(table.quality, step.upto)} and {amount_of(after)} above"
                )
                yield Finding(card, charge.name, rule.name, "prices that do not fall (else falls = true)", found)
    if isinstance(rule.amount, Blocks) and rule.amount.whole:
        for (upto, rate), (_, lower) in pairwise(rule.amount.blocks):
            if upto * lower < upto * rate:
                found = f"{amount_of(upto * rate)} for {upto} and {amount_of(upto * lower)} for a little more"
                yield Finding(card, charge.name, rule.name, "totals that do not fall (else falls = true)", found)


def _falls_between(card: Card, charge: Charge) -> Iterator[Finding]:
    """Prices that fall from one rule to the next range of the same quality, all else being equal."""
    priced = [rule for rule in charge.rules if isinstance(rule.amount, Priced) and len(rule.amount.tables) == 1]
    starts = {_but(rule, quality, low): rule for rule in priced for quality, (low, _) in rule.when.ranges.items()}
    for rule in priced:
        for quality, (_, high) in rule.when.ranges.items():
            later = starts.get(_but(rule, quality, high + 1)) if high < MOST else None
            if later is None or charge.credit or quality in (Quality.AT, Quality.SUPPLY) or later.falls:
                continue
            assert isinstance(rule.amount, Priced)
            assert isinstance(later.amount, Priced)
            tables = rule.amount.tables[0], later.amount.tables[0]
            if any(table.quality not in (None, quality) for table in tables):
                continue
            before, after = value_at(tables[0], high), value_at(tables[1], high + 1)
            if after < before:
                found = f"{amount_of(before)} in '{rule.name}' and {amount_of(after)} above it"
                yield Finding(card, charge.name, later.name, "prices that do not fall (else falls = true)", found)


def _but(rule: Rule, quality: Quality, low: int) -> tuple[object, ...]:
    """A rule's condition with one range named by where it begins."""
    others = tuple(sorted((q, bounds) for q, bounds in rule.when.ranges.items() if q != quality))
    names = tuple(sorted((d, tuple(sorted(asked))) for d, asked in rule.when.names.items()))
    return names, others, quality, low
