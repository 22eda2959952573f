"""Rate card files: what ships is whole, what is wrong is told all at once with file, line, rule, expected and found."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from firstbest.rent.card import MOST, Blocks, Dimension, Percent, Pick, Priced, Quality
from firstbest.rent.close import Books, close_month
from firstbest.rent.compile import compile_cards
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.trade import read_measure, read_unit
from firstbest.rent.usage import Measure, Names, Usage, blank_usage
from firstbest.store.init import BUILTIN
from firstbest.store.rate_cards import CardsFaulty, ReadCards, cards_of, read_cards
from firstbest.store.rate_cards_words import DIMENSIONS, QUALITIES, SECTIONS
from firstbest.store.rate_log import period_of
from tests.tidy.sources import ROOT

ZONE = ZoneInfo("America/New_York")
HEAD = '[card]\nfamily = "fees"\nversion = 1\ncurrency = "USD"\nfrom = 2026-01-01\n'
PLAIN = '[[charge]]\nname = "shipping"\nmeter = "units_shipped"\n[[charge.rule]]\neach = "1"\n'
OCTOBER = period_of(12 * 2026 + 9, ZONE)


def read(folder: Path, *texts: str) -> ReadCards:
    """Cards of texts, each in a file of its own."""
    paths = []
    for number, text in enumerate(texts, start=1):
        paths.append(folder / f"card_{number}.toml")
        paths[-1].write_text(text, encoding="utf-8")
    return read_cards(paths, ZONE)


def faults(folder: Path, *texts: str) -> list[str]:
    """What is wrong with them, without the folder."""
    with pytest.raises(CardsFaulty) as caught:
        read(folder, *texts)
    return [str(fault).partition("/")[2] for fault in caught.value.faults]


def shipped_rules() -> ReadCards:
    """The two cards that init writes."""
    return cards_of(Path(str(BUILTIN)), ZONE)


def one(meter: str, **told: int) -> Usage:
    """One event of tenant 1 on 20 October 2026, at noon."""
    usage = blank_usage(1)
    usage.tenant[0], usage.meter[0] = 1, METER_CODES[meter]
    usage.at[0] = OCTOBER.begins + 19 * 86_400_000_000 + 43_200_000_000
    usage.measures[0, Measure.QUANTITY] = 1
    for name, value in told.items():
        usage.measures[0, Measure[name.upper()]] = value
    return usage


def charged(usage: Usage) -> dict[str, str]:
    """What the shipped cards charge tenant 1 (beauty) for it, by charge, rounded."""
    compiled = compile_cards(shipped_rules().cards, Names(("homeware", "beauty"), ("apparel",)))
    lines = close_month(OCTOBER, [usage], compiled, Books()).lines
    return {line.charge: f"{line.rounded / 1e6:.2f}" for line in lines if line.rounded}


def test_the_shipped_cards_are_whole_and_every_figure_has_its_source() -> None:
    cards = shipped_rules().cards

    assert [card.label for card in cards] == ["fulfilment/1", "fulfilment/26"]
    rules = [rule for card in cards for charge in card.charges for rule in charge.rules]
    assert len(rules) >= 40
    assert [rule.name for rule in rules if not rule.source or not rule.certainty] == []


@pytest.mark.parametrize(
    ("told", "fee"),
    [
        ({"weight_g": 57}, "3.32"),  # two ounces are 56.7 g, 57 in the data
        ({"weight_g": 58}, "3.41"),
        ({"weight_g": 454}, "3.96"),
        ({"weight_g": 455}, "5.04"),  # a pound and a gram: large standard
        ({"weight_g": 1361}, "6.67"),  # three pounds
        ({"weight_g": 1362}, "7.05"),  # 6.97 and one step of 0.08
        ({"weight_g": 1475}, "7.13"),
        ({"weight_g": 500, "volume_cm3": 6000}, "6.26"),  # 2.63 lb by volume
    ],
)
def test_a_marketplace_fee_is_the_one_of_its_step(told: dict[str, int], fee: str) -> None:
    sides = {"longest_mm": 200, "median_mm": 100, "shortest_mm": 10, "volume_cm3": 200, "value": 20_000_000}
    lines = charged(one("units_shipped", **{**sides, **told}))

    assert lines["fulfilment"] == fee
    assert lines["fuel and logistics surcharge"] == f"{round(float(fee) * 0.035, 2):.2f}"
    assert lines["peak"] == "0.25"


def test_charges_of_all_kinds_come_to_what_a_clerk_computes() -> None:
    sides = {"longest_mm": 200, "median_mm": 100, "shortest_mm": 10, "weight_g": 300, "value": 20_000_000}
    cubic_foot = 28_316_846_592 * 31  # micro-cm3 days of a cubic-foot month

    storage = one("storage_cm3_days", quantity=cubic_foot // 10**3, volume_cm3=200, **sides)
    assert charged(storage) == {"storage": "2400.00"}
    assert charged(one("sales", value=1_000_000)) == {"commission": "0.30"}
    assert charged(one("sales", value=20_000_000)) == {"commission": "3.00"}
    assert charged(one("sales_returned", value=20_000_000)) == {"commission given back": "-2.40"}
    assert charged(one("aged_units", age_days=400, volume_cm3=100)) == {"aged stock": "0.15"}
    assert charged(one("aged_units", age_days=400, volume_cm3=28_317)) == {"aged stock": "6.90"}


def test_every_kind_of_amount_is_read(tmp_path: Path) -> None:
    rules = """
[[charge]]
name = "shipping"
meter = "units_shipped"
match = "first"
[[charge.rule]]
name = "table"
when = { weight = "> 1 lb, <= 20 lb", class = ["a", "b"], price = ">= 10" }
of = "weight"
table = [["2 lb", "3.32"], ["3 lb", "4"]]
then = { over = "3 lb", step = "4 oz", each = "0.08" }
[[charge.rule]]
name = "greater"
when = { age = "> 365", tenant = "acme", from = 2026-04-17 }
greater = [{ each = "6.90", per = "ft3", of = "volume" }, { each = "0.15" }]
[[charge.rule]]
name = "blocks"
when = { channel = "shop" }
blocks = [["1000", "0.5"], ["", "0.4"]]
[[charge.rule]]
name = "started"
when = "otherwise"
each = "2"
per = "100 unit"
started = true
[[charge]]
name = "fuel"
meter = "units_shipped"
[[charge.rule]]
percent = "3.5"
of = ["shipping"]
[[minimum]]
amount = "250"
of = "shipping"
[[service_credit]]
name = "late"
due = "promises_due"
kept = "promises_kept"
bands = [["85", "10"], ["97", "5"]]
"""
    (card,) = read(tmp_path, HEAD + rules).cards
    table, greater, blocks, started = (rule.amount for rule in card.charge("shipping").rules)
    when = card.charges[0].rules[0].when

    assert when.ranges == {Quality.WEIGHT: (455, 9072), Quality.PRICE: (10_000_000, MOST)}
    assert when.names == {Dimension.CLASS: frozenset(["a", "b"])}
    assert isinstance(table, Priced)
    assert table.tables[0].steps[-1].step == Fraction("113.3980925")
    assert isinstance(greater, Priced)
    assert greater.pick == Pick.GREATER
    assert isinstance(blocks, Blocks)
    assert blocks.blocks[0] == (1000, 500_000)
    assert isinstance(started, Priced)
    assert started.tables[0].steps[0].step == 100
    assert card.charge("fuel").rules[0].amount == Percent(Fraction(35, 1000), ("shipping",))
    assert (card.bounds[0].least, card.bounds[0].amount) == (True, 250_000_000)
    assert card.service_credits[0].bands[0] == (Fraction(85, 100), Fraction(1, 10))


WRONG = {
    "unknown meter": (
        PLAIN.replace("units_shipped", "units_shiped"),
        "line 8, charge 'shipping', meter: expected a meter of the list (docs/rate-cards.md), found 'units_shiped'",
    ),
    "a hole": (
        PLAIN.replace('each = "1"', 'when = { price = "< 10" }\neach = "1"'),
        "line 6, charge 'shipping': expected a rule for every case, found none for price 10.00 or more",
    ),
    "negative amount": (
        PLAIN.replace('each = "1"', 'each = "-1"'),
        "line 10, charge 'shipping', rule 'rule 1', each: expected an amount of 0 or more, such as",
    ),
    "two amounts": (
        PLAIN + 'percent = "3"\n',
        "blocks, volume, found each and percent",
    ),
    "unknown key": (
        PLAIN + 'eahc = "3"\n',
        "found 'eahc' (nearest: 'each')",
    ),
    "steps that do not rise": (
        PLAIN.replace('each = "1"', 'of = "weight"\ntable = [["2 lb", "3"], ["1 lb", "4"]]'),
        "rule 'rule 1', table: expected bounds that rise, so one above '2 lb', found '1 lb'",
    ),
    "unit of another kind": (
        PLAIN.replace('each = "1"', 'each = "1"\nper = "ft3_month"'),
        "per: expected so many of unit, found 'ft3_month'",
    ),
    "percentage of nothing": (
        PLAIN.replace('each = "1"', 'percent = "3"\nof = ["shiping"]'),
        "expected a charge that stands above, found 'shiping'",
    ),
    "no such size": (
        PLAIN.replace('each = "1"', 'when = { size = "small" }\neach = "1"'),
        "when, size: expected a size of this card (none), found 'small'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, words = WRONG[name]
    (found,) = faults(tmp_path, HEAD + text)

    assert words in found


def test_all_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    found = faults(tmp_path, HEAD + PLAIN + 'eahc = "3"\n', "not toml", HEAD.replace("USD", "dollars") + PLAIN)

    assert [each.partition(",")[0].partition(":")[0] for each in found] == ["card_1.toml", "card_2.toml", "card_3.toml"]


def test_versions_that_overlap_are_told(tmp_path: Path) -> None:
    second = HEAD.replace("version = 1", "version = 2").replace("2026-01-01", "2026-06-01")
    (twice,) = faults(tmp_path, HEAD + PLAIN, second + PLAIN)
    assert twice.startswith("card_2.toml, card, from: expected one card of family 'fees' at a time for everybody")
    ended = HEAD + "until = 2026-06-01\n"
    assert len(read(tmp_path, ended + PLAIN, second + PLAIN).cards) == 2
    own = second + 'tenants = ["acme"]\n'
    assert len(read(tmp_path, HEAD + PLAIN, own + PLAIN).cards) == 2


def test_units_of_the_trade_are_exact() -> None:
    assert read_measure("1 lb", "g") == 454
    assert read_measure("16 oz", "g") == 454
    assert read_measure("0.75 in", "mm") == 19
    assert read_unit("ft3_month", "cm3_day") == (Fraction("28316.846592"), True)
    assert read_unit("1,000 tokens", "token") == (Fraction(1000), False)
    assert read_unit("3 lb", "mm") is None


def test_the_page_tells_every_meter_section_and_key() -> None:
    page = (ROOT / "docs/rate-cards.md").read_text("utf-8")

    assert [meter.name for meter in METERS if f"`{meter.name}`" not in page] == []
    keys = {key for section in SECTIONS.values() for key in section} | {*DIMENSIONS, *QUALITIES}
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
    assert np.all([f"[{section}]" in page for section in SECTIONS])
