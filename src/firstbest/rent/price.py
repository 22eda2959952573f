"""Prices applied to a month's tally: drafts of lines, in exact fractions of a millionth.

The order of a card: what events cost; percentages of it, as the card lists them; credits for promises missed; what is
missing to a minimum or above a cap. Percentages, credits, minimums and caps look at the lines of usage and percentages
of the same tenant, month and card version, before minimums and caps.

Where a version holds for part of a month, its minimums, caps and block bounds are shortened in proportion to the time,
unless the card says that they hold whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from firstbest.rent.card import ANYONE, Blocks, Card, Charge, Percent, Priced, Rule
from firstbest.rent.compile import counted, hidden_charge, is_monthly
from firstbest.rent.lines import EventSpan, LineKind
from firstbest.rent.program import Compiled, SlotName
from firstbest.rent.tally import Counted, Period, Tally, spans_joined


class LineKey(NamedTuple):
    """What a line of a month is about; no two lines of a month share it."""

    tenant: int
    family: str
    version: int
    kind: LineKind
    charge: str
    rule: str
    step: str


class Draft(NamedTuple):
    """A line before it is rounded."""

    meter: str
    quantity: int
    rate: Fraction
    steps: int
    step_rate: Fraction
    of: Fraction
    exact: Fraction
    events: EventSpan


Drafts = Mapping[LineKey, Draft]
_ZERO = Fraction(0)


class _Prices:
    """What is looked up for every tenant: rules by name, and rates of slots, divided by the days of the month."""

    def __init__(self, compiled: Compiled, period: Period) -> None:
        self.period: Final = period
        self.rules: Final = {
            (card.family, card.version, charge.name, rule.name): (charge, rule)
            for card in compiled.cards
            for charge in counted(card)
            for rule in charge.rules
        }
        self._rates: dict[SlotName, tuple[Fraction, Fraction]] = {}

    def rates(self, slot: SlotName) -> tuple[Fraction, Fraction]:
        """Millionths for one, and for each step of one, of the slot (or of the one that a percentage mirrors)."""
        known = self._rates.get(slot)
        if known is None:
            key = (slot.family, slot.version, slot.of or slot.charge, slot.of_rule or slot.rule)
            amount = self.rules[key][1].amount
            assert isinstance(amount, Priced)
            table = amount.tables[slot.table]
            step, days = table.steps[slot.step], self.period.days if table.by_month else 1
            known = self._rates[slot] = (step.base / days, step.each / days)
        return known


class _Part(NamedTuple):
    """A tenant's tally under one card version, by charge."""

    card: Card
    tenant: int
    counted: dict[str, dict[SlotName, Counted]]
    prices: _Prices


def price_month(compiled: Compiled, period: Period, tally: Tally) -> dict[LineKey, Draft]:
    """Drafts of all lines of a month, in the order of tenant, card and charge."""
    cards = {(card.family, card.version): card for card in compiled.cards}
    parts: dict[tuple[int, str, int], dict[str, dict[SlotName, Counted]]] = defaultdict(lambda: defaultdict(dict))
    for (tenant, slot), entry in tally.items():
        parts[tenant, slot.family, slot.version][slot.charge][slot] = entry
    for tenant, card in _held(compiled, period):
        parts[tenant, card.family, card.version]
    prices = _Prices(compiled, period)
    drafts: dict[LineKey, Draft] = {}
    for tenant, family, version in sorted(parts):
        card = cards[family, version]
        drafts |= _price_part(_Part(card, tenant, parts[tenant, family, version], prices))
    return drafts


def _held(compiled: Compiled, period: Period) -> Iterator[tuple[int, Card]]:
    """Tenants who owe a minimum without having used anything: those whom a card names."""
    codes = {name: code for code, name in enumerate(compiled.names.tenants)}
    for card in compiled.cards:
        if card.bounds and card.begins < period.ends and period.begins < card.ends:
            yield from ((codes[name], card) for name in card.tenants if name != ANYONE and name in codes)


def _price_part(part: _Part) -> dict[LineKey, Draft]:
    card = part.card
    share = _share(card, part.prices.period)
    drafts: dict[LineKey, Draft] = {}
    for charge in card.charges:
        drafts |= _monthly(part, charge, drafts) if is_monthly(charge) else _usage(part, charge, share)
    base = dict(drafts)
    drafts |= _service_credits(part, base)
    drafts |= _bounds(part, base, share)
    return drafts


def _share(card: Card, period: Period) -> Fraction:
    """The part of the month in which the card holds; the whole month where the card says so."""
    if card.whole:
        return Fraction(1)
    return Fraction(min(card.ends, period.ends) - max(card.begins, period.begins), period.ends - period.begins)


def _key(part: _Part, kind: LineKind, charge: str, rule: str = "", step: str = "") -> LineKey:
    return LineKey(part.tenant, part.card.family, part.card.version, kind, charge, rule, step)


def _usage(part: _Part, charge: Charge, share: Fraction) -> dict[LineKey, Draft]:
    """Lines of one charge: by rule and step, by block, or by the charge that a percentage is of."""
    drafts: dict[LineKey, Draft] = {}
    card, prices = part.card, part.prices
    for slot, entry in sorted(part.counted.get(charge.name, {}).items()):
        rule = prices.rules[card.family, card.version, charge.name, slot.rule][1]
        if isinstance(rule.amount, Percent):
            key = _key(part, LineKind.PERCENT, charge.name, rule.name, slot.of)
            of = _linear("", prices.rates(slot), entry).exact
            found = Draft("", 0, rule.amount.share, 0, _ZERO, of, of * rule.amount.share, entry.events)
            drafts[key] = _percents_joined(drafts[key], found) if key in drafts else found
        elif isinstance(rule.amount, Blocks):
            drafts |= _blocks(part, (charge, rule), rule.amount, entry, share)
        else:
            step = step_label(rule.amount, slot.table, slot.step)
            key = _key(part, LineKind.USAGE, charge.name, rule.name, step)
            drafts[key] = _linear(charge.meter, prices.rates(slot), entry)
    return drafts


def step_label(amount: Priced, table: int, step: int) -> str:
    """Which step of which table, as 2.3; nothing where the rule has one price."""
    if len(amount.tables) == 1 and len(amount.tables[0].steps) == 1:
        return ""
    return f"{table + 1}.{step + 1}" if len(amount.tables) > 1 else f"{step + 1}"


def _linear(meter: str, rates: tuple[Fraction, Fraction], entry: Counted) -> Draft:
    """Quantity x rate + steps x step rate; steps that cost nothing are not told."""
    rate, step_rate = rates
    exact = entry.quantity * rate
    if not step_rate:
        return Draft(meter, entry.quantity, rate, 0, step_rate, _ZERO, exact, entry.events)
    exact += entry.steps * step_rate
    return Draft(meter, entry.quantity, rate, entry.steps, step_rate, _ZERO, exact, entry.events)


def _percents_joined(first: Draft, second: Draft) -> Draft:
    events = spans_joined(first.events, second.events)
    return first._replace(of=first.of + second.of, exact=first.exact + second.exact, events=events)


def _blocks(
    part: _Part, where: tuple[Charge, Rule], amount: Blocks, entry: Counted, share: Fraction
) -> dict[LineKey, Draft]:
    """A line for each block that the month's quantity reaches, or one at the rate of the last."""
    charge, rule = where
    days = part.prices.period.days if amount.by_month else 1
    drafts: dict[LineKey, Draft] = {}
    begins = _ZERO
    for place, (upto, rate) in enumerate(amount.blocks, start=1):
        ends = upto * share * days if place < len(amount.blocks) else Fraction(entry.quantity)
        inside = min(Fraction(entry.quantity), ends) - begins
        reached = entry.quantity <= ends or place == len(amount.blocks)
        quantity = Fraction(entry.quantity) if amount.whole else inside
        if (reached if amount.whole else inside > 0) or (place == 1 and not entry.quantity and not amount.whole):
            price = rate / days
            # A shortened bound may fall between two units: what is counted in the block is then a fraction, and its
            # whole part stands on the line with a rate that gives the exact amount.
            whole = int(quantity) if quantity.denominator == 1 else 0
            key = _key(part, LineKind.USAGE, charge.name, rule.name, f"block {place}")
            of = _ZERO if quantity.denominator == 1 else quantity
            drafts[key] = Draft(charge.meter, whole, price, 0, _ZERO, of, quantity * price, entry.events)
        begins = max(begins, min(Fraction(entry.quantity), ends))
        if reached:
            break
    return drafts


def _sum(drafts: Drafts, charges: tuple[str, ...]) -> Fraction:
    return sum((draft.exact for key, draft in drafts.items() if not charges or key.charge in charges), _ZERO)


def _monthly(part: _Part, charge: Charge, drafts: Drafts) -> dict[LineKey, Draft]:
    """A percentage of the month's lines."""
    rule = charge.rules[0]
    assert isinstance(rule.amount, Percent)
    found: dict[LineKey, Draft] = {}
    for name in rule.amount.of:
        lines = [draft for key, draft in drafts.items() if key.charge == name]
        if lines:
            of = sum((draft.exact for draft in lines), _ZERO)
            events = lines[0].events
            for draft in lines[1:]:
                events = spans_joined(events, draft.events)
            key = _key(part, LineKind.PERCENT, charge.name, rule.name, name)
            found[key] = Draft("", 0, rule.amount.share, 0, _ZERO, of, of * rule.amount.share, events)
    return found


def _service_credits(part: _Part, base: Drafts) -> Iterator[tuple[LineKey, Draft]]:
    """Lines that give a share of charges back where too few promises were kept."""
    for credit in part.card.service_credits:
        due, kept = (
            sum(entry.quantity for entry in part.counted.get(hidden_charge(meter).name, {}).values())
            for meter in (credit.due, credit.kept)
        )
        if due == 0:
            continue
        back = next((share for below, share in credit.bands if Fraction(kept, due) < below), _ZERO)
        of = _sum(base, credit.of)
        if back:
            key = _key(part, LineKind.SERVICE_CREDIT, credit.name)
            yield key, Draft("", 0, -back, 0, _ZERO, of, -back * of, EventSpan())


def _bounds(part: _Part, base: Drafts, share: Fraction) -> Iterator[tuple[LineKey, Draft]]:
    """Lines that lift a month to its minimum or bring it down to its cap."""
    for bound in part.card.bounds:
        of = _sum(base, bound.of)
        missing = bound.amount * share - of
        if (missing > 0) == bound.least and missing:
            kind = LineKind.MINIMUM if bound.least else LineKind.CAP
            yield _key(part, kind, bound.name), Draft("", 0, _ZERO, 0, _ZERO, of, missing, EventSpan())
