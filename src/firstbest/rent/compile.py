"""Compile cards into a program of flat arrays (`rent/program`).

Raises `Uncompilable` where a card is beyond what whole numbers hold exactly, and `space.TooWide`. A card that passed
`rent/check` and the reader of card files compiles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.assign import assignment, overlaps, segments_of
from firstbest.rent.card import (
    MOST,
    QUALITIES,
    QUALITY_MAX,
    Card,
    Charge,
    Dimension,
    Percent,
    Pick,
    Priced,
    Quality,
    Rule,
    Step,
    Table,
    When,
    flat,
)
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.program import CODED, PERCENT, Compiled, Prices, Program, SlotName, Spaces, Views, as_i32, as_i64
from firstbest.rent.space import Axis, space_of, strides_of, table_of
from firstbest.rent.usage import Attribute, Names

_EXACT: Final = 2**62
_ONE: Final = Table(None, (Step(MOST, Fraction(0)),))
"""What a rule without a table of its own counts in."""


class Uncompilable(Exception):  # noqa: N818 - it names a state of a card
    """A card's figures cannot be held exactly in 64 bits."""


class _Parts:
    """The lists that become the program's arrays."""

    def __init__(self) -> None:
        self.lists: Final[dict[str, list[int]]] = defaultdict(list)
        self.slots: Final[list[SlotName]] = []
        self.charges: Final[list[tuple[str, str]]] = []
        self.sizes: Final[list[list[int]]] = []
        self.money: Final[list[tuple[tuple[int, int], tuple[int, int]]]] = []
        self.pairs: Final[list[tuple[Card, Charge, Rule, str]]] = []
        self.number: Final[dict[tuple[str, str], int]] = {}
        self.charge_slots: Final[dict[tuple[str, str], tuple[int, int]]] = {}

    def add(self, name: str, *values: int) -> None:
        """Appends to a list."""
        self.lists[name].extend(values)

    def of(self, *names: str) -> list[list[int]]:
        """Several lists."""
        return [self.lists[name] for name in names]

    def size(self, name: str) -> int:
        """Length of a list."""
        return len(self.lists[name])


def compile_cards(cards: Sequence[Card], names: Names) -> Compiled:
    """The program of these cards for these names. Cards in any order: the program is the same."""
    ordered = tuple(sorted(cards, key=lambda card: (card.family, card.version)))
    for twice in overlaps(ordered):
        raise Uncompilable(f"family '{twice.family}': versions {twice.versions[0]} and {twice.versions[1]} both hold")
    parts = _Parts()
    for card in ordered:
        _add_card(parts, card, names)
    parts.add("size_first", len(parts.sizes))
    parts.add("season_first", parts.size("season_starts"))
    parts.add("axis_first", parts.size("axis_kind"))
    parts.add("table_first", parts.size("table_quality"))
    parts.add("slot_first", len(parts.slots))
    _add_pairs(parts)
    _add_plans(parts, ordered)
    program = Program(
        assigned=assignment(ordered, names),
        starts=as_i64(segments_of(ordered)),
        plan_first=as_i32(parts.lists["plan_first"]),
        plan=as_i32(parts.lists["plan"]),
        views=_views(parts, ordered),
        spaces=_spaces(parts),
        prices=_prices(parts),
    )
    return Compiled(program, tuple(parts.slots), tuple(parts.charges), names, ordered)


def _views(parts: _Parts, cards: Sequence[Card]) -> Views:
    ratios = [card.g_per_cm3.as_integer_ratio() for card in cards] + [(0, 1)]
    versions = [[top for top, _ in ratios], [bottom for _, bottom in ratios], *parts.of("size_first", "season_first")]
    sizes = np.array(parts.sizes, np.int64).reshape(-1, QUALITIES)
    return Views(_table(versions), sizes, _table(parts.of("season_starts", "season_codes")))


def _spaces(parts: _Parts) -> Spaces:
    for name in ("cell_first", "slot_base"):
        parts.add(name, 0)
    return Spaces(
        charges=_table(parts.of("axis_first", "cell_first", "slot_base")),
        axes=_table(parts.of("axis_kind", "axis_at", "axis_size", "axis_stride")),
        classes=as_i32(parts.lists["classes"]),
        cuts=as_i64(parts.lists["cuts"]),
        cells=as_i32(parts.lists["cells"]),
    )


def _prices(parts: _Parts) -> Prices:
    for name in ("mode", "parts", "table_quality"):
        parts.add(name, 0)
    figures = parts.of("upto", "scale", "over", "step", "steps_most")
    money = [[each[place][part] for each in parts.money] for place in range(2) for part in range(2)]
    return Prices(
        rules=_table(parts.of("mode", "parts", "table_first", "pair_first")),
        tables=_table(parts.of("table_quality", "slot_first")),
        slots=_table([*figures, *money]),
        pairs=_table(parts.of("pair_charge", "pair_slot")),
    )


def _table(columns: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Columns side by side, rows together in memory."""
    return np.ascontiguousarray(np.array(columns, np.int64).reshape(len(columns), -1).T)


def is_monthly(charge: Charge) -> bool:
    """Whether a charge is a percentage for all events alike: taken of the month's lines, not of events."""
    conditions = [rule.when for rule in charge.rules]
    return isinstance(charge.rules[0].amount, Percent) and not any(each.names or each.ranges for each in conditions)


def counted(card: Card) -> list[Charge]:
    """A card's charges that count events, with the hidden ones of its service credits."""
    hidden = {meter for credit in card.service_credits for meter in (credit.due, credit.kept)}
    shown = [charge for charge in card.charges if not is_monthly(charge)]
    return shown + [hidden_charge(meter) for meter in sorted(hidden)]


def hidden_charge(meter: str) -> Charge:
    """A charge that only counts a meter."""
    rule = Rule("counted", When({}, {}), flat(Fraction(0)))
    return Charge(f"counted {meter}", meter, (rule,), hidden=True)


def _add_card(parts: _Parts, card: Card, names: Names) -> None:
    if card.g_per_cm3.numerator * QUALITY_MAX[Quality.VOLUME] * 2 >= _EXACT:
        raise Uncompilable(f"{card.label}: expected a divisor of fewer digits, found {card.g_per_cm3} g per cm3")
    parts.add("size_first", len(parts.sizes))
    parts.sizes.extend([size.most.get(quality, MOST) for quality in Quality] for size in card.sizes)
    parts.add("season_first", parts.size("season_starts"))
    known = list(dict.fromkeys(season.name for season in card.seasons))
    for season in card.seasons:
        parts.add("season_starts", season.begins)
        parts.add("season_codes", known.index(season.name))
    for charge in counted(card):
        parts.number[card.label, charge.name] = len(parts.charges)
        parts.charges.append((card.label, charge.name))
        begins = len(parts.slots)
        parts.add("slot_base", begins)
        _add_space(parts, card, charge, names)
        for rule in charge.rules:
            _add_rule(parts, card, charge, rule)
        parts.charge_slots[card.label, charge.name] = (begins, len(parts.slots))


def _add_space(parts: _Parts, card: Card, charge: Charge, names: Names) -> None:
    """The charge's axes and its table from cells to rules, which are numbered through all cards."""
    space = space_of(card, charge)
    parts.add("axis_first", parts.size("axis_kind"))
    for axis, stride in zip(space.axes, strides_of(space), strict=True):
        parts.add("axis_stride", stride)
        parts.add("axis_size", axis.size)
        if axis.quality is not None:
            parts.add("axis_kind", axis.quality)
            parts.add("axis_at", parts.size("cuts"))
            parts.add("cuts", *axis.cuts)
        else:
            assert axis.dimension is not None
            parts.add("axis_kind", CODED + axis.dimension)
            parts.add("axis_at", parts.size("classes"))
            parts.add("classes", 0, *(_class_of(axis, name) for name in _listed(axis.dimension, card, names)))
    parts.add("cell_first", parts.size("cells"))
    cells = table_of(charge, space)
    parts.add("cells", *np.where(cells >= 0, cells + parts.size("mode"), cells).tolist())


def _listed(dimension: Dimension, card: Card, names: Names) -> Sequence[str]:
    """Names behind the codes of a dimension."""
    if dimension == Dimension.TENANT:
        return names.tenants
    if dimension == Dimension.SIZE:
        return [size.name for size in card.sizes]
    if dimension == Dimension.SEASON:
        return list(dict.fromkeys(season.name for season in card.seasons))
    return names.of(Attribute(int(dimension)))


def _class_of(axis: Axis, name: str) -> int:
    return axis.names.index(name) + 1 if name in axis.names else 0


def _add_rule(parts: _Parts, card: Card, charge: Charge, rule: Rule) -> None:
    """The rule's mode and its slots. Percentages get theirs when all charges of the card are known."""
    amount = rule.amount
    parts.add("table_first", parts.size("table_quality"))
    if isinstance(amount, Percent):
        parts.add("mode", PERCENT)
        parts.add("parts", 1)
        parts.pairs.append((card, charge, rule, card.label))
        return
    tables = amount.tables if isinstance(amount, Priced) else (_ONE,)
    pick = amount.pick if isinstance(amount, Priced) else Pick.ONE
    parts.add("mode", pick)
    shared = lcm(*(f.denominator for t in tables for s in t.steps for f in (s.base, s.each))) if pick else 1
    parts.add("parts", shared)
    parts.pairs.append((card, charge, rule, ""))
    for place, table in enumerate(tables):
        parts.add("table_quality", -1 if table.quality is None else table.quality)
        parts.add("slot_first", len(parts.slots))
        for number, step in enumerate(table.steps):
            parts.slots.append(SlotName(card.family, card.version, charge.name, rule.name, "", "", place, number))
            _add_step(parts, rule, table, step)


def _add_step(parts: _Parts, rule: Rule, table: Table, step: Step) -> None:
    """Steps begun beyond `over`: ceil((x - 1/2 - over) / step), as data hold whole numbers, rounded halves up."""
    shared = parts.lists["parts"][-1]
    scale = 2 * lcm(step.over.denominator, step.step.denominator)
    most = QUALITY_MAX[table.quality] if table.quality is not None else 0
    compared = isinstance(rule.amount, Priced) and rule.amount.pick != Pick.ONE
    base, each = ((step.base // 1, step.base % 1), (step.each // 1, step.each % 1)) if compared else ((0, 0), (0, 0))
    # The quantity of an event has no natural bound, so the kernel looks at each; other measures do.
    open_end = table.quality == Quality.QUANTITY and step.upto == MOST
    steps_max = 0 if open_end or not step.each else int(min(most, step.upto) / step.step) + 1
    steps_most = (_EXACT - shared - abs(int(base[0]))) // max(shared, abs(int(each[0])))
    if most * scale >= _EXACT or steps_max > steps_most:
        label = f"{parts.charges[-1][0]}, charge '{parts.charges[-1][1]}', rule '{rule.name}'"
        raise Uncompilable(f"{label}: expected figures of fewer digits where amounts are compared, found {step}")
    parts.add("upto", step.upto)
    parts.add("scale", scale)
    parts.add("over", int(step.over * scale) + scale // 2)
    parts.add("step", int(step.step * scale))
    parts.add("steps_most", steps_most)
    parts.money.append(((base[0], int(base[1] * shared)), (each[0], int(each[1] * shared))))


def _add_pairs(parts: _Parts) -> None:
    """Slots of percentages: one for each slot of each charge that they are taken of."""
    for card, charge, rule, percent in parts.pairs:
        parts.add("pair_first", parts.size("pair_charge"))
        if not percent:
            continue
        assert isinstance(rule.amount, Percent)
        for name in rule.amount.of:
            begins, ends = parts.charge_slots[card.label, name]
            parts.add("pair_charge", parts.number[card.label, name])
            parts.add("pair_slot", len(parts.slots))
            for slot in parts.slots[begins:ends]:
                of = SlotName(card.family, card.version, charge.name, rule.name, name, slot.rule, slot.table, slot.step)
                parts.slots.append(of)
    parts.add("pair_first", parts.size("pair_charge"))


def _add_plans(parts: _Parts, cards: Sequence[Card]) -> None:
    """For each version and meter its charges, percentages last."""
    for card in cards:
        by_meter: dict[int, list[tuple[bool, int]]] = {}
        for charge in counted(card):
            percent = isinstance(charge.rules[0].amount, Percent)
            entry = (percent, parts.number[card.label, charge.name])
            by_meter.setdefault(METER_CODES[charge.meter], []).append(entry)
        for meter in range(len(METERS)):
            parts.add("plan_first", parts.size("plan"))
            parts.add("plan", *(number for _, number in sorted(by_meter.get(meter, ()))))
    parts.add("plan_first", parts.size("plan"))
