"""Rate cards as files: TOML in, with all faults of all cards at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.rent.assign import overlaps
from firstbest.rent.card import (
    ANYONE,
    MOST,
    QUALITY_UNITS,
    Bound,
    Card,
    Charge,
    Percent,
    Rule,
    Season,
    ServiceCredit,
    Size,
)  # fmt: skip
from firstbest.rent.check import Finding, findings
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.trade import UNITS, read_measure
from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.rate_cards_amounts import instant, read_amount, read_when
from firstbest.store.rate_cards_tree import MICROS, Node, number, parse
from firstbest.store.rate_cards_words import (
    BOUND,
    CARD,
    CHARGE,
    QUALITIES,
    RULE,
    SEASON,
    SECTIONS,
    SERVICE_CREDIT,
    SIZE,
)  # fmt: skip

FOLDER: Final = "rate_cards"
CARDS_MAX: Final = 500
CHARGES_MAX: Final = 200
RULES_MAX: Final = 2_000
_YEAR_US: Final = 31_556_952_000_000
YEARS: Final = 30
"""Seasons of an open card are laid out for so many years."""


class ReadCards(NamedTuple):
    """Cards with the files they came from, and where each rule stands."""

    cards: tuple[Card, ...]
    files: Mapping[tuple[str, int], str]  # family and version
    lines: Mapping[tuple[str, int, str, str], int]  # family, version, charge, rule


class CardsFaulty(Exception):  # noqa: N818 - it names a state of the folder
    """The rate cards cannot be used; `faults` holds everything that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: Final = tuple(faults)
        count = len(self.faults)
        head = f"the rate cards have {count} {'fault' if count == 1 else 'faults'}"
        super().__init__("\n".join([head, *map(str, self.faults)]))


def read_cards(paths: Sequence[Path], zone: ZoneInfo) -> ReadCards:
    """The cards of these files, checked: raises `CardsFaulty` with every fault of every file.

    `zone`: in which days begin. Overlaps, holes, rules that never hold and prices that fall are faults as well.
    """
    faults: list[Fault] = []
    cards: dict[tuple[str, int], Card] = {}
    files: dict[tuple[str, int], str] = {}
    lines: dict[tuple[str, int, str, str], int] = {}
    for path in paths[:CARDS_MAX]:
        file = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
        card = _read_file(path, file, zone, faults, lines)
        if card is None:
            continue
        name = (card.family, card.version)
        if name in cards:
            faults.append(Fault(file, 0, "card", f"a version that {files[name]} does not have", card.label))
        cards[name], files[name] = card, file
    if len(paths) > CARDS_MAX:
        faults.append(Fault(FOLDER, 0, "", f"{CARDS_MAX} files or fewer", f"{len(paths):,}"))
    read = ReadCards(tuple(cards[name] for name in sorted(cards)), files, lines)
    faults += _overlapping(read)
    faults += (_told(read, finding) for card in read.cards for finding in findings(card))
    if faults:
        raise CardsFaulty(faults)
    return read


def cards_of(folder: Path, zone: ZoneInfo) -> ReadCards:
    """All cards of a workspace, from its folder `rate_cards`."""
    return read_cards(sorted((folder / FOLDER).glob("*.toml")), zone)


def _overlapping(read: ReadCards) -> Iterator[Fault]:
    for twice in overlaps(read.cards):
        first, second = (read.files[twice.family, version] for version in twice.versions)
        who = "everybody" if twice.tenant == ANYONE else f"'{twice.tenant}'"
        expected = f"one card of family '{twice.family}' at a time for {who}"
        yield Fault(second, 0, "card, from", expected, f"{first} also holds")


def _told(read: ReadCards, finding: Finding) -> Fault:
    card = finding.card
    file = read.files[card.family, card.version]
    line = read.lines.get((card.family, card.version, finding.charge, finding.rule), 0)
    rule = f", rule '{finding.rule}'" if finding.rule else ""
    return Fault(file, line, f"charge '{finding.charge}'{rule}", finding.expected, finding.found)


def _read_file(
    path: Path, file: str, zone: ZoneInfo, faults: list[Fault], lines: dict[tuple[str, int, str, str], int]
) -> Card | None:
    """One card; None where the file as a whole is no card, or anything in it is a fault."""
    parsed = parse(path, file, faults)
    if parsed is None:
        return None
    tree, where = parsed
    before = len(faults)
    top = Node(file, "", tree, (), where, faults)
    top.known([name for name in SECTIONS if "." not in name])
    given = tree.get("card")
    if not isinstance(given, dict):
        top.fault("card", "a section [card]", None)
        return None
    card = _card(top, top.child("card", given, "card"), zone)
    card = card._replace(digest=hashlib.sha256(path.read_bytes()).hexdigest())
    for number_, charge in enumerate(card.charges):
        lines[card.family, card.version, charge.name, ""] = where.get(("charge", number_), 0)
        for place, rule in enumerate(charge.rules):
            lines[card.family, card.version, charge.name, rule.name] = where.get(("charge", number_, "rule", place), 0)
    return card if len(faults) == before else None


def _card(top: Node, node: Node, zone: ZoneInfo) -> Card:
    node.known(CARD)
    begins, ends = _days(node, zone)
    sizes = tuple(_sizes(top))
    seasons = tuple(_seasons(top, zone, begins, ends))
    card = Card(
        family=node.text("family"),
        version=_version(node),
        currency=_currency(node),
        coin=_coin(node),
        begins=begins,
        ends=ends,
        tenants=node.texts("tenants") or (ANYONE,),
        charges=(),
        sizes=sizes,
        seasons=seasons,
        g_per_cm3=_divisor(node),
        whole=node.choice("part_month", ("days", "whole")) == "whole",
        title=node.text("title", ""),
    )
    charges = tuple(_charges(top, zone, {size.name for size in sizes}, {season.name for season in seasons}))
    named = {charge.name for charge in charges}
    bounds = tuple(_bounds(top, named))
    return card._replace(charges=charges, bounds=bounds, service_credits=tuple(_service_credits(top, named)))


def _days(node: Node, zone: ZoneInfo) -> tuple[int, int]:
    begins = instant(node.values.get("from"), zone)
    ends = instant(node.values["until"], zone) if "until" in node.values else MOST
    if begins is None:
        node.fault("from", "a date, such as 2026-01-15", node.values.get("from"))
    if ends is None or (begins is not None and ends <= begins):
        node.fault("until", "a date after `from`", node.values.get("until"))
    return begins or 0, ends or MOST


def _version(node: Node) -> int:
    value = node.values.get("version")
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 10**6:
        node.fault("version", "a whole number from 1", value)
        return 0
    return value


def _currency(node: Node) -> str:
    value = node.values.get("currency")
    if not isinstance(value, str) or len(value) != 3 or not value.isalpha() or not value.isupper():  # noqa: PLR2004
        node.fault("currency", "three capital letters, such as USD", value)
        return ""
    return value


def _coin(node: Node) -> int:
    coin = number(node.values.get("coin", "0.01"))
    if coin is None or coin <= 0 or (coin * MICROS).denominator != 1:
        node.fault("coin", "an amount above 0 in millionths, such as 0.01", node.values.get("coin"))
        return 10_000
    return int(coin * MICROS)


def _divisor(node: Node) -> Fraction:
    """Grams that a cubic centimetre is billed as: "139 in3/lb" bills a pound for every 139 cubic inches."""
    if "divisor" not in node.values:
        return Fraction(0)
    given = node.values["divisor"]
    amount, _, per = str(given).partition(" ")
    volume, _, weight = per.strip().partition("/")
    times, of, by = number(amount), UNITS["cm3"].get(volume), UNITS["g"].get(weight)
    if times is None or times <= 0 or of is None or by is None:
        node.fault("divisor", 'a volume for a weight, such as "139 in3/lb" or "5000 cm3/kg"', shown(given))
        return Fraction(0)
    return by.of / (times * of.of)


def _sizes(top: Node) -> Iterator[Size]:
    seen = set[str]()
    for place, given in enumerate(top.tables("size", 50)):
        node = top.child("size", given, f"size {place + 1}", place)
        node.known([*SIZE, *QUALITIES])
        name = node.text("name")
        if name in seen:
            node.fault("name", "a name of its own", shown(name))
        seen.add(name)
        most = {}
        for key in [key for key in given if key in QUALITIES]:
            found = read_measure(str(given[key]), QUALITY_UNITS.get(QUALITIES[key], "unit"))
            if found is None:
                node.fault(key, "a bound with its unit", shown(given[key]))
            most[QUALITIES[key]] = found or 0
        yield Size(name, most)


def _seasons(top: Node, zone: ZoneInfo, begins: int, ends: int) -> Iterator[Season]:
    """Seasons of every year that the card touches, in order."""
    found: list[Season] = []
    first = _year(begins) - 1
    last = min(first + YEARS, _year(ends) + 1)
    for place, given in enumerate(top.tables("season", 50)):
        node = top.child("season", given, f"season {place + 1}", place)
        node.known(SEASON)
        name, day = node.text("name"), str(given.get("from", ""))
        try:
            starts = [date.fromisoformat(f"{year}-{day}") for year in range(first, last + 1)]
        except ValueError:
            node.fault("from", "a month and day of every year, such as 10-15", shown(day))
            continue
        found += [Season(instant(start, zone) or 0, name) for start in starts]
    ordered = sorted(found)
    for earlier, later in pairwise(ordered):
        if earlier.begins == later.begins:
            top.fault("season", "seasons that begin on different days", f"'{earlier.name}' and '{later.name}'")
            break
    yield from ordered


def _year(at: int) -> int:
    """The year of an instant, to within one."""
    return 1970 + at // _YEAR_US


def _charges(top: Node, zone: ZoneInfo, sizes: set[str], seasons: set[str]) -> Iterator[Charge]:
    seen = set[str]()
    listed = top.tables("charge", CHARGES_MAX)
    if not listed:
        top.fault("charge", "one [[charge]] or more", None)
    for place, given in enumerate(listed):
        node = top.child("charge", given, f"charge {place + 1}", place)
        node.known(CHARGE)
        name = node.text("name")
        node.label = f"charge '{name}'" if name else node.label
        if name in seen:
            node.fault("name", "a name of its own", shown(name))
        meter = node.text("meter")
        if meter and meter not in METER_CODES:
            node.fault("meter", "a meter of the list (docs/rate-cards.md)", shown(meter) + nearest(meter, METER_CODES))
        unit = METERS[METER_CODES[meter]].unit if meter in METER_CODES else "unit"
        credit = node.flag("credit")
        rules = tuple(_rules(node, zone, unit, (sizes, seasons), credit=credit))
        named = [(rule.name, of) for rule in rules if isinstance(rule.amount, Percent) for of in rule.amount.of]
        for rule, of in named:
            if of not in seen:
                node.fault(f"rule '{rule}', of", "a charge that stands above", shown(of) + nearest(of, seen))
        seen.add(name)
        first = node.choice("match", ("one", "first")) == "first"
        free = node.choice("uncovered", ("fault", "free")) == "free"
        yield Charge(name, meter, rules, first, free, credit)


def _rules(node: Node, zone: ZoneInfo, unit: str, own: tuple[set[str], set[str]], *, credit: bool) -> Iterator[Rule]:
    listed = node.tables("rule", RULES_MAX)
    if not listed:
        node.fault("rule", "one [[charge.rule]] or more", None)
    seen = set[str]()
    for place, given in enumerate(listed):
        rule = node.child("rule", given, f"{node.label}, rule {place + 1}", place)
        rule.known(RULE)
        name = rule.text("name", f"rule {place + 1}")
        rule.label = f"{node.label}, rule '{name}'"
        if name in seen:
            rule.fault("name", "a name of its own", shown(name))
        seen.add(name)
        when = read_when(rule, zone, *own)
        amount = read_amount(rule, unit, credit=credit)
        yield Rule(name, when, amount, rule.flag("falls"), rule.text("source", ""), rule.text("certainty", ""))


def _of(node: Node, charges: set[str]) -> tuple[str, ...]:
    names = node.texts("of")
    for name in names:
        if name not in charges:
            node.fault("of", "a charge of this card", shown(name) + nearest(name, charges))
    return names


def _bounds(top: Node, charges: set[str]) -> Iterator[Bound]:
    for section in ("minimum", "cap"):
        for place, given in enumerate(top.tables(section, 50)):
            node = top.child(section, given, f"{section} {place + 1}", place)
            node.known(BOUND)
            amount = node.money("amount", given.get("amount"))
            yield Bound(node.text("name", section), section == "minimum", amount, _of(node, charges))


def _service_credits(top: Node, charges: set[str]) -> Iterator[ServiceCredit]:
    for place, given in enumerate(top.tables("service_credit", 20)):
        node = top.child("service_credit", given, f"service_credit {place + 1}", place)
        node.known(SERVICE_CREDIT)
        for key in ("due", "kept"):
            if given.get(key) not in METER_CODES:
                node.fault(key, "a meter of the list", given.get(key))
        rows: Any = given.get("bands", [])
        good = isinstance(rows, list) and rows and all(isinstance(row, list) and len(row) == 2 for row in rows)  # noqa: PLR2004
        if not good:
            node.fault("bands", 'rows of two percentages, such as [["97", "5"]]', rows)
        shares = [(node.share("bands", b), node.share("bands", g)) for b, g in (rows if good else [])]
        if shares != sorted(shares) or len({below for below, _ in shares}) < len(shares):
            node.fault("bands", "the deepest band first", rows)
        names = node.text("due"), node.text("kept")
        yield ServiceCredit(node.text("name"), *names, _of(node, charges), tuple(shares))
