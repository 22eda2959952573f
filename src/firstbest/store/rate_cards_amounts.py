"""Conditions and amounts of a rate card's rules, from text to typed."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from firstbest.rent.card import (
    MOST,
    QUALITY_UNITS,
    Amount,
    Blocks,
    Dimension,
    Percent,
    Pick,
    Priced,
    Quality,
    Step,
    Table,
    When,
)  # fmt: skip
from firstbest.rent.trade import read_measure, read_unit, units_for
from firstbest.store.faults import nearest, shown
from firstbest.store.rate_cards_tree import Node
from firstbest.store.rate_cards_words import DIMENSIONS, QUALITIES, THEN

STEPS_MAX: Final = 500
_KINDS: Final = ("each", "table", "percent", "greater", "lesser", "blocks", "volume")
_BOUND: Final = re.compile(r"\s*(>=|<=|>|<|=)\s*(.+?)\s*")
_MONEY_PER: Final = "1"


def instant(value: Any, zone: ZoneInfo) -> int | None:
    """A date or a moment as microseconds since the epoch, UTC; a date is its first instant in the zone."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=zone)
    elif isinstance(value, date):
        moment = datetime.combine(value, time(), zone)
    else:
        return None
    return int(moment.timestamp()) * 1_000_000


def read_when(rule: Node, zone: ZoneInfo, sizes: set[str], seasons: set[str]) -> When:
    """A rule's condition; everything always where there is none."""
    given = rule.values.get("when", {})
    if given == "otherwise":
        return When({}, {}, otherwise=True)
    if not isinstance(given, dict):
        rule.fault("when", 'a table of conditions, or "otherwise"', shown(given))
        return When({}, {})
    node = rule.child("when", given, f"{rule.label}, when")
    node.known([*DIMENSIONS, *QUALITIES, "from", "until"])
    names: dict[Dimension, frozenset[str]] = {}
    ranges: dict[Quality, tuple[int, int]] = {}
    for key in given:
        if key in DIMENSIONS:
            asked = node.texts(key, required=True)
            own = {"size": sizes, "season": seasons}.get(key, set(asked))
            for name in sorted(set(asked) - own):
                known = ", ".join(sorted(own)) or "none"
                node.fault(key, f"a {key} of this card ({known})", shown(name) + nearest(name, own))
            names[DIMENSIONS[key]] = frozenset(asked)
        elif key in QUALITIES:
            ranges[QUALITIES[key]] = _range(node, key)
    if "from" in given or "until" in given:
        ranges[Quality.AT] = (_moment(node, "from", zone, -MOST), _moment(node, "until", zone, MOST + 1) - 1)
    return When(names, ranges)


def _moment(node: Node, key: str, zone: ZoneInfo, default: int) -> int:
    if key not in node.values:
        return default
    found = instant(node.values[key], zone)
    if found is None:
        node.fault(key, "a date, such as 2026-04-17", node.values[key])
    return default if found is None else found


def _range(node: Node, key: str) -> tuple[int, int]:
    """Bounds such as ">= 10, < 50" as the least and greatest whole number."""
    given = node.values[key]
    unit = QUALITY_UNITS.get(QUALITIES[key], "unit")
    expected = f'bounds such as ">= 10, < 50" in {", ".join(filter(None, units_for(unit))) or "money"}'
    low, high = 0, MOST
    for part in given.split(",") if isinstance(given, str) and given.strip() else [""]:
        found = _BOUND.fullmatch(part)
        at = None if found is None else _measure(found[2], unit)
        if found is None or at is None:
            node.fault(key, expected, shown(given))
            return 0, MOST
        low = max(low, {">=": at, ">": at + 1, "=": at}.get(found[1], low))
        high = min(high, {"<=": at, "<": at - 1, "=": at}.get(found[1], high))
    if low > high:
        node.fault(key, "bounds that a number can meet", shown(given))
        return 0, MOST
    return low, high


def _measure(text: str, unit: str) -> int | None:
    """A bound in the house's unit. Days, nodes and counts may stand without their unit."""
    bare = re.fullmatch(r"\d[\d_]*", text.strip())
    if bare and unit in {"day", "node", "unit"}:
        return int(bare[0].replace("_", ""))
    return read_measure(text, unit)


def read_amount(rule: Node, unit: str, *, credit: bool) -> Amount:
    """A rule's amount; exactly one kind of it must be there. `unit`: of the charge's meter."""
    kinds = [kind for kind in _KINDS if kind in rule.values]
    if len(kinds) != 1:
        rule.fault("", f"exactly one of {', '.join(_KINDS)}", " and ".join(kinds) or "none")
        return Priced(Pick.ONE, (Table(None, (Step(MOST, Fraction(0)),)),))
    kind = kinds[0]
    if kind == "percent":
        sign = -1 if credit else 1
        return Percent(rule.share("percent", rule.values["percent"], 1000) * sign, rule.texts("of", required=True))
    if kind in {"blocks", "volume"}:
        return _blocks(rule, unit, kind, credit=credit)
    if kind in {"greater", "lesser"}:
        pick = Pick.GREATER if kind == "greater" else Pick.LESSER
        given = rule.values[kind]
        if not isinstance(given, list) or len(given) < 2 or not all(isinstance(each, dict) for each in given):  # noqa: PLR2004
            rule.fault(kind, "a list of two prices or more", given)
            return Priced(pick, ())
        nodes = [rule.child(kind, each, f"{rule.label}, {kind} {place}") for place, each in enumerate(given, start=1)]
        for node in nodes:
            node.known(["each", "per", "of", "started", "table", "then"])
        tables = tuple(_table(node, unit, credit=credit) for node in nodes)
        if any(table.by_month for table in tables):
            rule.fault(kind, "prices that are not for a month, as they are compared event by event", "one for a month")
        return Priced(pick, tables)
    return Priced(Pick.ONE, (_table(rule, unit, credit=credit),))


def _table(node: Node, unit: str, *, credit: bool) -> Table:
    """A price for each, or a table with what comes beyond it."""
    quality = _quality(node)
    if "table" in node.values:
        return _steps(node, quality, unit, credit=credit)
    each = node.money("each", node.values.get("each"), credit=credit)
    house = unit if quality in (None, Quality.QUANTITY) else QUALITY_UNITS[quality]
    default = _MONEY_PER if house == "money" else house
    per = str(node.values.get("per", default))
    found = read_unit(per, house)
    if found is None:
        node.fault("per", f"so many of {', '.join(filter(None, units_for(house))) or 'money'}", shown(per))
        return Table(None, (Step(MOST, each),))
    if node.flag("started"):
        if found.by_month:
            node.fault("started", "a `per` that is not for a month", shown(per))
        over = Step(MOST, Fraction(0), Fraction(0), found.of, each)
        return Table(quality or Quality.QUANTITY, (over,))
    if quality in (None, Quality.QUANTITY):
        return Table(None, (Step(MOST, each / found.of),), found.by_month)
    return Table(quality, (Step(MOST, Fraction(0), Fraction(0), Fraction(1), each / found.of),), found.by_month)


def _quality(node: Node) -> Quality | None:
    """The quality that a price runs over, None where the price is the same for all."""
    given = node.values.get("of")
    if given is None:
        return None
    if not isinstance(given, str) or given not in QUALITIES:
        node.fault("of", f"one of {', '.join(QUALITIES)}", shown(given) + nearest(str(given), QUALITIES))
        return None
    return QUALITIES[given]


def _steps(node: Node, quality: Quality | None, unit: str, *, credit: bool) -> Table:
    """Rows of a table, rising, and what comes beyond the last."""
    if quality is None:
        node.fault("of", "the quality that the table runs over", None)
        return Table(None, (Step(MOST, Fraction(0)),))
    house = unit if quality == Quality.QUANTITY else QUALITY_UNITS[quality]
    rows = _rows(node, "table")
    steps: list[Step] = []
    for bound, price in rows:
        upto = MOST if bound == "" else _measure(str(bound), house)
        if upto is None:
            node.fault("table", f"a bound in {', '.join(filter(None, units_for(house))) or 'money'}", shown(bound))
        elif steps and upto <= steps[-1].upto:
            node.fault("table", f"bounds that rise, so one above {shown(rows[len(steps) - 1][0])}", shown(bound))
        else:
            steps.append(Step(upto, node.money("table", price, credit=credit)))
    given = node.values.get("then")
    if isinstance(given, dict) and steps:
        then = node.child("then", given, f"{node.label}, then")
        then.known(THEN)
        over, step = (_exact(then, key, house) for key in ("over", "step"))
        base = then.money("base", given["base"], credit=credit) if "base" in given else steps[-1].base
        each = then.money("each", given.get("each"), credit=credit)
        steps.append(Step(MOST, base, over, step or Fraction(1), each))
    elif given is not None:
        node.fault("then", "a table of base, over, step, each", given)
    return Table(quality, tuple(steps) or (Step(MOST, Fraction(0)),))


def _exact(node: Node, key: str, house: str) -> Fraction:
    """A length of the trade in the house's unit, exactly."""
    given = node.values.get(key)
    bare = re.fullmatch(r"\d+", str(given).strip())
    found = read_unit(f"{given} {house}" if bare and house != "money" else str(given), house)
    if str(given).strip() == "0" and key == "over":
        return Fraction(0)
    if found is None or found.by_month:
        node.fault(key, f"a number of {', '.join(filter(None, units_for(house))) or 'money'}", given)
        return Fraction(0)
    return found.of


def _rows(node: Node, key: str) -> list[tuple[Any, Any]]:
    """Rows of two."""
    given = node.values[key]
    if not isinstance(given, list) or not given or not all(isinstance(e, list) and len(e) == 2 for e in given):  # noqa: PLR2004
        node.fault(key, 'rows of a bound and a price, such as [["2 oz", "3.32"]]', given)
        return []
    if len(given) > STEPS_MAX:
        node.fault(key, f"{STEPS_MAX} rows or fewer", f"{len(given):,}")
    return [(bound, price) for bound, price in given[:STEPS_MAX]]


def _blocks(node: Node, unit: str, key: str, *, credit: bool) -> Blocks:
    """Blocks by the month's quantity; bounds and prices in `per`, by default one of the meter."""
    per = str(node.values.get("per", unit))
    found = read_unit(per, unit)
    if found is None:
        node.fault("per", f"so many of {', '.join(units_for(unit))}", shown(per))
        return Blocks(key == "volume", ())
    rows = _rows(node, key)
    blocks: list[tuple[Fraction, Fraction]] = []
    for place, (bound, price) in enumerate(rows):
        last = place == len(rows) - 1
        upto = _exact_bound(bound)
        if (upto is None) != (last and bound == ""):
            node.fault(key, "a number, and nothing in the last row", shown(bound))
        elif upto is not None and (last or (blocks and upto * found.of <= blocks[-1][0])):
            node.fault(key, "bounds that rise, and nothing in the last row", shown(bound))
        else:
            top = Fraction(MOST) if upto is None else upto * found.of
            blocks.append((top, node.money(key, price, credit=credit) / found.of))
    return Blocks(key == "volume", tuple(blocks), found.by_month)


def _exact_bound(bound: Any) -> Fraction | None:
    found = re.fullmatch(r"\d[\d_,]*(?:\.\d+)?", str(bound).strip())
    return Fraction(found[0].replace("_", "").replace(",", "")) if found else None
