"""Dimensional analysis: every equation of a model has a unit, and both sides must agree.

A unit is a product of powers of base units (`order/month`, `dollar/order`, `1` for a pure number). A literal zero fits
every unit; other literals are pure numbers. An exponent must be a pure number; a base with a unit needs a literal one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, TypeAlias

from firstbest.flywheel.expressions import (
    COMPARISONS,
    STATEFUL,
    Binary,
    Call,
    Choice,
    Expression,
    Name,
    Number,
    Unary,
    written,
)

Unit: TypeAlias = tuple[tuple[str, Fraction], ...]
"""Base units with their powers, in order of their names; powers of zero are left out."""

PURE: Final[Unit] = ()
_FACTOR: Final = re.compile(r"^([A-Za-z]\w*)(?:\^(-?\d+))?$")


class UnitFaulty(ValueError):  # noqa: N818 - it names a state of the text
    """A unit cannot be read."""


def unit_of(text: str) -> Unit:
    """`order/month`, `dollar*km^-1`, `1/month`, `1`. Raises `UnitFaulty`."""
    found, pieces = PURE, re.split(r"\s*([*/])\s*", text.strip())
    for place in range(0, len(pieces), 2):
        sign = -1 if place and pieces[place - 1] == "/" else 1
        if pieces[place] == "1":
            continue
        match = _FACTOR.match(pieces[place])
        if match is None:
            raise UnitFaulty(f"expected units like order/month, found '{text}'")
        found = product(found, ((match[1], Fraction(sign * int(match[2] or 1))),))
    return found


def unit_text(unit: Unit) -> str:
    """The unit as a person writes it."""
    above = [_power(name, power) for name, power in unit if power > 0]
    below = [_power(name, -power) for name, power in unit if power < 0]
    return "/".join(["*".join(above) or "1", *below])


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power}"


def product(left: Unit, right: Unit, sign: int = 1) -> Unit:
    """Units multiplied, or divided with sign -1."""
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, Fraction(0)) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def raised(unit: Unit, power: Fraction) -> Unit:
    """A unit to a power."""
    return tuple((name, each * power) for name, each in unit if power)


class Judge:
    """Finds the unit of expressions and tells what does not fit to `tell(expected, found)`."""

    def __init__(self, known: Mapping[str, Unit], time: Unit, tell: Callable[[str, str], None]) -> None:
        """Units of names (lookups by their names with the unit of what they answer), and of time."""
        self.known, self.time, self.tell = known, time, tell

    def unit(self, tree: Expression) -> Unit | None:
        """The unit of an expression; None fits every unit: a literal zero, or what was told already."""
        if isinstance(tree, Number):
            return None if tree.value == 0 else PURE
        if isinstance(tree, Name):
            return self.time if tree.text == "time" else self.known.get(tree.text)
        if isinstance(tree, Unary):
            found = self.unit(tree.of)
            return PURE if tree.sign == "not" else found
        if isinstance(tree, Choice):
            self.unit(tree.condition)
            return self.alike(tree.then, tree.other, tree)
        if isinstance(tree, Binary):
            return self.of_sign(tree)
        return self.of_call(tree)

    def of_sign(self, tree: Binary) -> Unit | None:
        """Sums need like units; products multiply them."""
        if tree.sign in ("+", "-"):
            return self.alike(tree.left, tree.right, tree)
        if tree.sign in COMPARISONS:
            self.alike(tree.left, tree.right, tree)
            return PURE
        left, right = self.unit(tree.left), self.unit(tree.right)
        if tree.sign in ("and", "or"):
            return PURE
        if tree.sign in ("*", "/"):
            return None if left is None or right is None else product(left, right, 1 if tree.sign == "*" else -1)
        if right:
            self.tell(f"a pure number as the power in '{written(tree)}'", unit_text(right))
            return None
        if not left:
            return left
        if isinstance(tree.right, Number):
            return raised(left, Fraction(tree.right.value).limit_denominator(1000))
        self.tell(f"a pure number below the power in '{written(tree)}'", unit_text(left))
        return None

    def of_call(self, tree: Call) -> Unit | None:
        """Functions keep, strip or need units."""
        first, *others = tree.arguments
        if tree.function in ("exp", "ln"):
            unit = self.unit(first)
            if unit:
                self.tell(f"a pure number in '{written(tree)}'", unit_text(unit))
            return PURE
        if tree.function == "sqrt":
            unit = self.unit(first)
            return unit if unit is None else raised(unit, Fraction(1, 2))
        if tree.function in ("min", "max"):
            return self.alike(first, others[0], tree)
        if tree.function == "step" or (tree.function in STATEFUL and others):
            unit = self.unit(others[0])
            if unit is not None and unit != self.time:
                self.tell(f"{unit_text(self.time)} in '{written(tree)}'", unit_text(unit))
            return self.alike(first, others[1], tree) if len(others) > 1 else self.unit(first)
        found = self.unit(first)
        if tree.function in self.known:
            wanted = self.known[f"{tree.function}()"]
            if found is not None and found != wanted:
                self.tell(f"{unit_text(wanted)} in '{written(tree)}'", unit_text(found))
            return self.known[tree.function]
        return found

    def alike(self, left: Expression, right: Expression, whole: Expression) -> Unit | None:
        """The unit that both sides share."""
        one, two = self.unit(left), self.unit(right)
        if one is not None and two is not None and one != two:
            self.tell(f"like units in '{written(whole)}'", f"{unit_text(one)} and {unit_text(two)}")
            return None
        return two if one is None else one
