"""Cards, cells and amounts in words, for those who read a finding or a line."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from firstbest.rent.card import MOST, QUALITY_UNITS, Amount, Blocks, Percent, Pick, Quality, Table
from firstbest.rent.space import Axis, Space

_SAID: Final = {
    Quality.QUANTITY: "quantity", Quality.WEIGHT: "weight", Quality.VOLUME: "volume", Quality.LONGEST: "longest side",
    Quality.MEDIAN: "median side", Quality.SHORTEST: "shortest side", Quality.PRICE: "price", Quality.AGE: "age",
    Quality.SUPPLY: "days of supply", Quality.SPLITS: "splits", Quality.BILLED: "billed weight",
    Quality.GIRTH: "length and girth", Quality.AT: "date",
}  # fmt: skip
_DAY_US: Final = 86_400_000_000
_CENTS: Final = 100


def amount_of(micros: Fraction) -> str:
    """An amount of money in words: two digits behind the point, more where it has more, six at most."""
    if (micros * _CENTS / 1_000_000).denominator == 1:
        return f"{float(micros / 1_000_000):,.2f}"
    return f"{float(micros / 1_000_000):,.6f}".rstrip("0")


def number_words(quality: Quality, x: int) -> str:
    """A number of a quality with its unit."""
    if x >= MOST:
        return "any"
    unit = QUALITY_UNITS.get(quality, "")
    if unit == "money":
        return amount_of(Fraction(x))
    return f"{x:,} {unit}".strip()


def cell_words(space: Space, place: Sequence[int]) -> str:
    """A cell as "size small, price 10.00 to 50.00"; "every event" where nothing is told apart."""
    said = [_class_words(axis, at) for axis, at in zip(space.axes, place, strict=True)]
    return ", ".join(said) or "every event"


def _class_words(axis: Axis, at: int) -> str:
    if axis.dimension is not None:
        name = axis.dimension.name.lower()
        return f"{name} {axis.names[at - 1]}" if at else f"any other {name}"
    assert axis.quality is not None
    name = _SAID[axis.quality]
    if at == 0:
        return f"{name} not stated"
    low, high = axis.range_of(at)
    if axis.quality == Quality.AT:
        return f"{name} from day {low // _DAY_US} after 1970-01-01"
    if high >= MOST:
        return f"{name} {number_words(axis.quality, low)} or more"
    return f"{name} {number_words(axis.quality, low)} to {number_words(axis.quality, high)}"


def amount_words(amount: Amount) -> str:
    """An amount in a few words, for a list of rules."""
    if isinstance(amount, Percent):
        return f"{float(amount.share * 100):g} % of {', '.join(amount.of)}"
    if isinstance(amount, Blocks):
        how = "all at the rate reached" if amount.whole else "each block at its rate"
        return f"{len(amount.blocks)} blocks, {how}"
    joint = {Pick.ONE: "", Pick.GREATER: ", the greater", Pick.LESSER: ", the lesser"}[amount.pick]
    return " or ".join(map(_table_words, amount.tables)) + joint


def _table_words(table: Table) -> str:
    step = table.steps[0]
    if len(table.steps) > 1:
        assert table.quality is not None
        return f"{len(table.steps)} steps by {_SAID[table.quality]}"
    if table.quality is None:
        return f"{amount_of(step.base)} each"
    return f"{amount_of(step.base)} and {amount_of(step.each)} by {_SAID[table.quality]}"
