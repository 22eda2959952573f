"""What the checker finds is what trying every event finds."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.rent.card import (
    ANYONE,
    MOST,
    Amount,
    Blocks,
    Card,
    Charge,
    Dimension,
    Percent,
    Pick,
    Priced,
    Quality,
    Rule,
    Season,
    Size,
    Step,
    Table,
    When,
    flat,
)  # fmt: skip
from firstbest.rent.check import Finding, findings, value_at

CLASSES = ("standard", "apparel", "any other")
TOP = 12


def card_of(*charges: Charge, sizes: tuple[Size, ...] = ()) -> Card:
    """A card that holds always."""
    return Card("fees", 1, "USD", 10_000, 0, MOST, (ANYONE,), charges, sizes, (Season(0, "plain"),))


def found(*charges: Charge, sizes: tuple[Size, ...] = ()) -> list[Finding]:
    """Findings of a card of these charges."""
    return list(findings(card_of(*charges, sizes=sizes)))


ONE = flat(Fraction(1))


def rule(name: str, amount: Amount = ONE, **when: object) -> Rule:
    """A rule with ranges by the name of their quality, and `kinds` as classes."""
    kinds = when.pop("kinds", None)
    names = {Dimension.CLASS: frozenset(kinds)} if kinds is not None else {}  # type: ignore[arg-type]
    ranges = {Quality[key.upper()]: bounds for key, bounds in when.items()}
    return Rule(name, When(names, ranges), amount)  # type: ignore[arg-type]


@st.composite
def drawn_rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Up to four rules over classes, price and age, with bounds from 0 to 12."""
    rules = []
    for number in range(draw(st.integers(1, 4))):
        when: dict[str, object] = {}
        if draw(st.booleans()):
            when["kinds"] = draw(st.sets(st.sampled_from(CLASSES[:2]), min_size=1))
        for quality in ("price", "age"):
            if draw(st.booleans()):
                low, high = sorted(draw(st.tuples(st.integers(0, TOP), st.integers(0, TOP))))
                when[quality] = (low, draw(st.sampled_from([high, MOST])))
        rules.append(rule(f"rule {number}", **when))
    return tuple(rules)


def fitting(rules: tuple[Rule, ...], kind: str, price: int, age: int) -> list[str]:
    """Names of the rules that hold for one event."""
    numbers = {Quality.PRICE: price, Quality.AGE: age}
    return [
        each.name
        for each in rules
        if kind in each.when.names.get(Dimension.CLASS, {kind})
        and all(low <= numbers[quality] <= high for quality, (low, high) in each.when.ranges.items())
    ]


@given(rules=drawn_rules(), first=st.booleans(), free=st.booleans())
@settings(max_examples=150)
def test_overlaps_holes_and_idle_rules_are_those_of_every_event(
    rules: tuple[Rule, ...], first: bool, free: bool
) -> None:
    """Every class, price and age from 0 to beyond the last bound is tried."""
    events = [fitting(rules, *event) for event in product(CLASSES, range(TOP + 3), range(TOP + 3))]
    told = found(Charge("shipping", "units_shipped", rules, first, free))
    overlapping = {(one, other) for fits in events for one, other in product(fits, fits) if one < other}
    idle = {each.name for each in rules} - {fits[0] if first else name for fits in events if fits for name in fits}

    assert {(each.found.split("'")[1], each.rule) for each in told if "as well" in each.found} == (
        set() if first else overlapping
    )
    assert any(each.found.startswith("none for") for each in told) == (not free and any(not fits for fits in events))
    assert {each.rule for each in told if "never holds" in each.found} == idle


def test_a_hole_is_told_in_words() -> None:
    rules = (rule("cheap", price=(0, 9_999_999)), rule("dear", price=(20_000_000, MOST)))
    (hole,) = found(Charge("shipping", "units_shipped", rules))

    assert (hole.expected, hole.found) == ("a rule for every case", "none for price 10.00 to 19.999999")


def test_a_table_must_go_as_far_as_its_size_tier() -> None:
    sizes = (Size("small", {Quality.WEIGHT: 454}), Size("large", {}))
    table = Priced(Pick.ONE, (Table(Quality.WEIGHT, (Step(400, Fraction(3)), Step(454, Fraction(4)))),))
    short = Priced(Pick.ONE, (Table(Quality.WEIGHT, (Step(400, Fraction(3)),)),))
    small = When({Dimension.SIZE: frozenset(["small"])}, {})
    large = Rule("large", When({Dimension.SIZE: frozenset(["large"])}, {}), flat(Fraction(9)))

    assert found(Charge("shipping", "units_shipped", (Rule("small", small, table), large)), sizes=sizes) == []
    (ends,) = found(Charge("shipping", "units_shipped", (Rule("small", small, short), large)), sizes=sizes)
    assert (ends.expected, ends.found) == ("a table that goes on to 454 g", "an end at 400 g")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (
            Priced(
                Pick.ONE, (Table(Quality.WEIGHT, (Step(100, Fraction(5_420_000)), Step(MOST, Fraction(5_000_000)))),)
            ),
            "5.42 up to 100 g and 5.00 above",
        ),
        (
            Blocks(True, ((Fraction(1000), Fraction(500_000)), (Fraction(MOST), Fraction(400_000)))),
            "500.00 for 1000 and 400.00 for a little more",
        ),
    ],
)
def test_prices_that_fall_are_told_unless_they_are_meant(amount: Amount, words: str) -> None:
    plain = rule("one", amount)

    (falls,) = found(Charge("shipping", "units_shipped", (plain,)))
    assert falls.found == words
    assert found(Charge("shipping", "units_shipped", (plain._replace(falls=True),))) == []


def test_a_price_that_falls_from_rule_to_rule_is_told() -> None:
    rules = (
        rule("young", flat(Fraction(2_000_000)), age=(0, 9)),
        rule("old", flat(Fraction(1_000_000)), age=(10, MOST)),
    )

    (falls,) = found(Charge("aged", "aged_units", rules))
    assert (falls.rule, falls.found) == ("old", "2.00 in 'young' and 1.00 above it")


def test_a_percentage_with_a_condition_is_of_charges_of_its_meter() -> None:
    storage = Charge("storage", "storage_cm3_days", (rule("all"),))
    fuel = Charge(
        "fuel", "units_shipped", (rule("old", Percent(Fraction(1, 10), ("storage",)), age=(5, MOST)),), free=True
    )

    (wrong,) = found(storage, fuel)
    assert wrong.found == "'storage' over storage_cm3_days"


steps = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), min_size=1, max_size=4)


@given(rows=steps, each=st.integers(0, 5), first=st.integers(0, 250), second=st.integers(0, 250))
def test_rating_is_monotone_where_the_checker_says_so(
    rows: list[tuple[int, int]], each: int, first: int, second: int
) -> None:
    bounds = sorted({upto for upto, _ in rows})
    table = Table(
        Quality.WEIGHT,
        (
            *(Step(bound, Fraction(price)) for bound, (_, price) in zip(bounds, rows, strict=False)),
            Step(MOST, Fraction(rows[-1][1]), Fraction(bounds[-1]), Fraction(3), Fraction(each)),
        ),
    )
    falls = found(Charge("shipping", "units_shipped", (rule("one", Priced(Pick.ONE, (table,))),)))
    low, high = sorted((first, second))

    if not falls:
        assert value_at(table, low) <= value_at(table, high)
    else:
        assert any(value_at(table, x) > value_at(table, x + 1) for x in range(60))
