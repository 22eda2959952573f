"""Drawn cards and drawn usage for the laws of rating: small, and full of edges."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from firstbest.rent.card import (
    ANYONE,
    MOST,
    Amount,
    Blocks,
    Bound,
    Card,
    Charge,
    Dimension,
    Percent,
    Pick,
    Priced,
    Quality,
    Rule,
    Season,
    ServiceCredit,
    Size,
    Step,
    Table,
    When,
)  # fmt: skip
from firstbest.rent.meters import METER_CODES
from firstbest.rent.tally import Period
from firstbest.rent.usage import Measure, Names, Usage, blank_usage

DAY = 86_400_000_000
NAMES = Names(("owner", "acme", "birch"), ("standard", "apparel"), ("east", "west"), ("coast",), ("fast",), ("shop",))
OCTOBER = Period(12 * 2026 + 9, 0, 31 * DAY, 31)
NOVEMBER = Period(12 * 2026 + 10, 31 * DAY, 61 * DAY, 30)
DECEMBER = Period(12 * 2026 + 11, 61 * DAY, 92 * DAY, 31)
METERS_DRAWN = ("units_shipped", "storage_cm3_days", "orders_shipped")
SIZES = (
    Size("small", {Quality.WEIGHT: 450, Quality.LONGEST: 300}),
    Size("large", {Quality.BILLED: 5000}),
    Size("bulky", {}),
)
SEASONS = (Season(0, "plain"), Season(20 * DAY, "peak"), Season(50 * DAY, "plain"))
G_PER_CM3 = Fraction("453.59237") / (139 * Fraction("16.387064"))

money = st.integers(0, 9_000_000).map(lambda micros: Fraction(micros, 1)) | st.fractions(0, 100, max_denominator=997)
tabled = st.sampled_from([Quality.WEIGHT, Quality.BILLED, Quality.VOLUME, Quality.PRICE, Quality.QUANTITY])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table of one to four steps, complete; prices may fall."""
    quality = draw(st.none() | tabled)
    by_month = draw(st.booleans())
    if quality is None:
        return Table(None, (Step(MOST, draw(money)),), by_month)
    bounds = sorted(draw(st.sets(st.integers(1, 3000), max_size=3)))
    steps = [Step(bound, draw(money)) for bound in bounds]
    over = draw(st.fractions(0, 500, max_denominator=8))
    step = draw(st.fractions(Fraction(1, 2), 50, max_denominator=8))
    each = draw(st.sampled_from([Fraction(0), Fraction(70_000)]) | money)
    return Table(quality, (*steps, Step(MOST, draw(money), over, step, each)), by_month)


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    """One table, the greater or lesser of two, or blocks."""
    kind = draw(st.sampled_from(["table", "table", "compared", "blocks"]))
    if kind == "table":
        return Priced(Pick.ONE, (draw(tables()),))
    if kind == "compared":
        both = tuple(_comparable(table) for table in draw(st.tuples(tables(), tables())))
        return Priced(draw(st.sampled_from([Pick.GREATER, Pick.LESSER])), both)
    bounds = sorted(draw(st.sets(st.integers(1, 60), max_size=3)))
    blocks = [(Fraction(bound), draw(money)) for bound in bounds] + [(Fraction(MOST), draw(money))]
    return Blocks(draw(st.booleans()), tuple(blocks), draw(st.booleans()))


def _comparable(table: Table) -> Table:
    """Prices in quarters of a millionth: fractions of many denominators are refused where they are compared."""
    steps = [
        step._replace(base=Fraction(round(step.base * 4), 4), each=Fraction(round(step.each * 4) % 4000, 4))
        for step in table.steps
    ]
    return Table(table.quality, tuple(steps))


@st.composite
def conditions(draw: st.DrawFn) -> When:
    """Some names and some ranges; seldom both of one kind."""
    names, ranges = {}, {}
    if draw(st.booleans()):
        names[Dimension.CLASS] = frozenset(draw(st.sets(st.sampled_from(["standard", "apparel", "other"]), min_size=1)))
    if draw(st.booleans()):
        names[Dimension.SIZE] = frozenset(draw(st.sets(st.sampled_from(["small", "large", "bulky"]), min_size=1)))
    if draw(st.integers(0, 3)) == 0:
        names[Dimension.SEASON] = frozenset([draw(st.sampled_from(["plain", "peak"]))])
    if draw(st.integers(0, 3)) == 0:
        names[Dimension.TENANT] = frozenset([draw(st.sampled_from(["owner", "acme"]))])
    for quality in (Quality.PRICE, Quality.AGE, Quality.AT):
        if draw(st.integers(0, 3)) == 0:
            ends = sorted(draw(st.tuples(st.integers(0, 40), st.integers(0, 60))))
            unit = DAY if quality == Quality.AT else 50 if quality == Quality.PRICE else 5
            ranges[quality] = (ends[0] * unit, draw(st.sampled_from([ends[1] * unit, MOST])))
    return When(names, ranges)


@st.composite
def charges(draw: st.DrawFn, number: int) -> Charge:
    """One to three rules and one for all others, the first that fits."""
    listed = draw(st.lists(conditions(), max_size=3))
    rules = [Rule(f"rule {place}", when, draw(amounts())) for place, when in enumerate(listed)]
    rules.append(Rule("rest", When({}, {}, otherwise=True), draw(amounts())))
    return Charge(f"charge {number}", draw(st.sampled_from(METERS_DRAWN)), tuple(rules), first=True)


@st.composite
def cards(draw: st.DrawFn, family: str = "fees") -> tuple[Card, ...]:
    """One or two versions, and at times one for a tenant of its own."""
    change = draw(st.integers(3, 80)) * DAY + draw(st.integers(0, DAY))
    spans = [(0, MOST)] if draw(st.booleans()) else [(0, change), (change, MOST)]
    made = [draw(_versions(family, version, span, (ANYONE,))) for version, span in enumerate(spans, start=1)]
    if draw(st.booleans()):
        made.append(draw(_versions(family, 9, (0, MOST), ("acme",))))
    return tuple(made)


@st.composite
def _versions(draw: st.DrawFn, family: str, version: int, span: tuple[int, int], tenants: tuple[str, ...]) -> Card:
    listed = [draw(charges(number)) for number in range(draw(st.integers(1, 3)))]
    linear = [each for each in listed if all(isinstance(rule.amount, Priced) for rule in each.rules)]
    if linear and draw(st.booleans()):
        of = draw(st.sampled_from(linear))
        when = draw(conditions())
        if when.names or when.ranges:
            rule = Rule("share", when, Percent(Fraction(35, 1000), (of.name,)))
            listed.append(Charge("surcharge", of.meter, (rule,), free=True))
    named = tuple(each.name for each in listed)
    if draw(st.booleans()):
        rule = Rule("share", When({}, {}), Percent(draw(st.fractions(0, 1, max_denominator=40)), named))
        listed.append(Charge("handling", listed[0].meter, (rule,)))
    bounds = []
    if draw(st.booleans()):
        bounds.append(Bound("least", least=True, amount=draw(money) * 30, of=named[:1]))
    if draw(st.booleans()):
        bounds.append(Bound("most", least=False, amount=draw(money) * 50, of=()))
    bands = ((Fraction(1, 2), Fraction(1, 4)), (Fraction(9, 10), Fraction(1, 10)))
    back = (ServiceCredit("late credit", "promises_due", "promises_kept", named[:1], bands),)
    return Card(
        family, version, "USD", 10_000, *span, tenants, tuple(listed), SIZES, SEASONS, tuple(bounds), back,
        G_PER_CM3, draw(st.booleans()),
    )  # fmt: skip


@st.composite
def events(draw: st.DrawFn, least: int = 1, most: int = 30) -> Usage:
    """Events over three months, with numbers near the bounds of the drawn cards."""
    count = draw(st.integers(least, most))
    usage = blank_usage(count)
    meters = [METER_CODES[name] for name in (*METERS_DRAWN, "promises_due", "promises_kept")]
    small = st.sampled_from([0, 1, 2, 7, 250, 299, 300, 301, 450, 451, 999, 2999, 3000, 3001, 5001])
    for row in range(count):
        usage.tenant[row] = draw(st.integers(0, 2))
        usage.meter[row] = draw(st.sampled_from(meters))
        usage.at[row] = draw(st.integers(0, 91)) * DAY + draw(st.sampled_from([0, 1, DAY // 2, DAY - 1]))
        usage.number[row] = row
        usage.measures[row] = [draw(small) for _ in range(len(Measure))]
        usage.measures[row, Measure.QUANTITY] = draw(st.integers(0, 40))
        usage.codes[row] = [draw(st.integers(-1, size - 1)) for size in (2, 2, 1, 1, 1)]
    return usage


def of_month(usage: Usage, period: Period) -> np.ndarray:
    """Rows of a month."""
    return (usage.at >= period.begins) & (usage.at < period.ends)
