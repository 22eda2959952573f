"""A slow, obvious interpreter of rate cards: event by event, in fractions, straight from what the card says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil

from firstbest.rent.card import (
    ANYONE,
    Blocks,
    Card,
    Charge,
    Dimension,
    Percent,
    Pick,
    Priced,
    Quality,
    Rule,
    Table,
)
from firstbest.rent.meters import METERS
from firstbest.rent.tally import Period
from firstbest.rent.usage import Attribute, Names, Usage

Event = dict[str, object]
Amounts = dict[tuple[int, str, int, str], Fraction]
"""By tenant, family, version and charge."""


def card_for(cards: Sequence[Card], family: str, tenant: str, at: int) -> Card | None:
    """The card of a family that holds: the tenant's own before the one for anyone."""
    for who in (tenant, ANYONE):
        for card in cards:
            if card.family == family and who in card.tenants and card.begins <= at < card.ends:
                return card
    return None


def numbers_of(card: Card, usage: Usage, row: int) -> dict[Quality, int]:
    """Every number of an event, -1 where it is not stated."""
    numbers = {Quality(column): int(usage.measures[row, column]) for column in range(10)}
    sides = [numbers[Quality.LONGEST], numbers[Quality.MEDIAN], numbers[Quality.SHORTEST]]
    numbers[Quality.GIRTH] = sides[0] + 2 * (sides[1] + sides[2]) if min(sides) >= 0 else -1
    weight, volume = numbers[Quality.WEIGHT], numbers[Quality.VOLUME]
    numbers[Quality.BILLED] = weight
    if card.g_per_cm3 and weight >= 0:
        by_volume = int(volume * card.g_per_cm3 + Fraction(1, 2))
        numbers[Quality.BILLED] = max(weight, by_volume) if volume >= 0 else -1
    numbers[Quality.AT] = int(usage.at[row])
    return numbers


def names_of(card: Card, names: Names, usage: Usage, row: int, numbers: dict[Quality, int]) -> dict[Dimension, str]:
    """Every name of an event, empty where it is not stated."""
    found = {}
    for column in range(5):
        code = int(usage.codes[row, column])
        found[Dimension(column)] = names.of(Attribute(column))[code] if code >= 0 else ""
    found[Dimension.TENANT] = names.tenants[usage.tenant[row]]
    found[Dimension.SIZE] = ""
    for size in card.sizes:
        if any(numbers[quality] < 0 for quality in size.most):
            break
        if all(numbers[quality] <= most for quality, most in size.most.items()):
            found[Dimension.SIZE] = size.name
            break
    found[Dimension.SEASON] = ""
    for season in card.seasons:
        if season.begins <= usage.at[row]:
            found[Dimension.SEASON] = season.name
    return found


def holds(rule: Rule, numbers: dict[Quality, int], names: dict[Dimension, str]) -> bool:
    """Whether a condition holds, *otherwise* aside."""
    return all(names[key] in asked for key, asked in rule.when.names.items()) and all(
        low <= numbers[quality] <= high and (numbers[quality] >= 0) for quality, (low, high) in rule.when.ranges.items()
    )


def rule_for(charge: Charge, numbers: dict[Quality, int], names: dict[Dimension, str]) -> Rule | None:
    """The first rule that fits, else the one that is for all others."""
    fits = [rule for rule in charge.rules if not rule.when.otherwise and holds(rule, numbers, names)]
    rest = [rule for rule in charge.rules if rule.when.otherwise]
    return (fits or rest or [None])[0]


def price_of(table: Table, numbers: dict[Quality, int], days: int) -> Fraction:
    """What a table says for one event: price of one times quantity, or of the event where it runs over quantity."""
    x = numbers[table.quality] if table.quality is not None else 0
    assert x >= 0
    step = next(step for step in table.steps if x <= step.upto)
    begun = max(0, ceil((x - Fraction(1, 2) - step.over) / step.step)) if x else 0
    one = step.base + step.each * begun
    if table.by_month:
        one /= days
    return one if table.quality == Quality.QUANTITY else one * numbers[Quality.QUANTITY]


def one_price(table: Table, numbers: dict[Quality, int]) -> Fraction:
    """What is compared where the greater or lesser of several holds: the price of one."""
    alone = {**numbers, Quality.QUANTITY: numbers[Quality.QUANTITY] if table.quality == Quality.QUANTITY else 1}
    return price_of(table, alone, 1)


def event_price(amount: Priced, numbers: dict[Quality, int], days: int) -> Fraction:
    """The price of an event under a rule."""
    if amount.pick == Pick.ONE:
        return price_of(amount.tables[0], numbers, days)
    best = (max if amount.pick == Pick.GREATER else min)(amount.tables, key=lambda table: one_price(table, numbers))
    return price_of(best, numbers, days)


def interpret(cards: Sequence[Card], names: Names, period: Period, usage: Usage) -> Amounts:
    """What every charge of a month comes to, minimums, caps and credits included under their own names."""
    amounts: Amounts = defaultdict(Fraction)
    quantities: dict[tuple[int, str, int, str, str], int] = defaultdict(int)
    counts: dict[tuple[int, str, int, str], int] = defaultdict(int)
    for row, card in _held(cards, names, period, usage):
        tenant, family, meter = int(usage.tenant[row]), card.family, METERS[usage.meter[row]].name
        # Who used what the card prices, or counts for a credit, owes its minimum.
        priced = {charge.meter for charge in card.charges if not _monthly(charge) and not charge.free}
        watched = {name for credit in card.service_credits for name in (credit.due, credit.kept)}
        if meter in priced | watched:
            counts[tenant, family, card.version, meter] += int(usage.measures[row, 0])
        numbers = numbers_of(card, usage, row)
        named = names_of(card, names, usage, row, numbers)
        of_event: dict[str, Fraction] = {}
        for charge in sorted(card.charges, key=lambda each: isinstance(each.rules[0].amount, Percent)):
            if charge.meter != meter or _monthly(charge):
                continue
            rule = rule_for(charge, numbers, named)
            key = (tenant, family, card.version, charge.name)
            if rule is None:
                assert charge.free
            elif isinstance(rule.amount, Percent):
                amounts[key] += rule.amount.share * sum(of_event.get(name, 0) for name in rule.amount.of)
            elif isinstance(rule.amount, Blocks):
                quantities[*key, rule.name] += numbers[Quality.QUANTITY]
            else:
                of_event[charge.name] = event_price(rule.amount, numbers, period.days)
                amounts[key] += of_event[charge.name]
    _add_blocks(cards, period, quantities, amounts)
    _add_month(cards, names, period, counts, amounts)
    return dict(amounts)


def _held(cards: Sequence[Card], names: Names, period: Period, usage: Usage) -> Iterator[tuple[int, Card]]:
    """Every event of the month with every card that holds for it."""
    for row in range(usage.rows):
        at, tenant = int(usage.at[row]), names.tenants[usage.tenant[row]]
        for family in sorted({card.family for card in cards}):
            card = card_for(cards, family, tenant, at)
            if card is not None and period.begins <= at < period.ends:
                yield row, card


def _monthly(charge: Charge) -> bool:
    return isinstance(charge.rules[0].amount, Percent) and not (
        charge.rules[0].when.names or charge.rules[0].when.ranges
    )


def share_of(card: Card, period: Period) -> Fraction:
    """The part of the month for which a card holds."""
    held = min(card.ends, period.ends) - max(card.begins, period.begins)
    return Fraction(1) if card.whole else Fraction(held, period.ends - period.begins)


def _add_blocks(cards: Sequence[Card], period: Period, quantities: dict, amounts: Amounts) -> None:
    for (tenant, family, version, charge_name, rule_name), quantity in quantities.items():
        card = next(card for card in cards if (card.family, card.version) == (family, version))
        rule = next(rule for rule in card.charge(charge_name).rules if rule.name == rule_name)
        assert isinstance(rule.amount, Blocks)
        days = period.days if rule.amount.by_month else 1
        bounds = [upto * share_of(card, period) * days for upto, _ in rule.amount.blocks[:-1]]
        rates = [rate / days for _, rate in rule.amount.blocks]
        total, below = Fraction(0), Fraction(0)
        if rule.amount.whole:
            total = quantity * rates[sum(quantity > bound for bound in bounds)]
        else:
            for bound, rate in zip([*bounds, Fraction(10**30)], rates, strict=True):
                total += max(min(Fraction(quantity), bound) - below, Fraction(0)) * rate
                below = bound
        amounts[tenant, family, version, charge_name] += total


def _add_month(cards: Sequence[Card], names: Names, period: Period, counts: dict, amounts: Amounts) -> None:
    parts = {key[:3] for key in counts}
    for card in cards:
        if card.bounds and card.begins < period.ends and period.begins < card.ends:
            parts |= {(names.tenants.index(t), card.family, card.version) for t in card.tenants if t in names.tenants}
    for tenant, family, version in sorted(parts):
        card = next(card for card in cards if (card.family, card.version) == (family, version))
        own = (tenant, family, version)
        for charge in card.charges:
            if _monthly(charge):
                percent = charge.rules[0].amount
                assert isinstance(percent, Percent)
                amounts[*own, charge.name] += percent.share * sum(amounts.get((*own, name), 0) for name in percent.of)
        base = {charge.name: amounts.get((*own, charge.name), Fraction(0)) for charge in card.charges}
        for credit in card.service_credits:
            due, kept = counts[*own, credit.due], counts[*own, credit.kept]
            back = next((share for below, share in credit.bands if due and Fraction(kept, due) < below), Fraction(0))
            amounts[*own, credit.name] -= back * sum(base[name] for name in credit.of or base)
        for bound in card.bounds:
            gap = bound.amount * share_of(card, period) - sum(base[name] for name in bound.of or base)
            if (gap > 0) == bound.least:
                amounts[*own, bound.name] += gap
