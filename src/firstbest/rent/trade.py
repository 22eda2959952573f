"""Units of the trade as exact multiples of the house's integers: pounds of grams, cubic-foot months of cm3 days.

Exact by definition: a pound is 453.59237 g, an inch 25.4 mm, a cubic foot 28,316.846592 cm3 (international yard and
pound agreement, 1959). A month has the days of the month in which the usage fell, so a price per cubic-foot month is
divided by them only when a line is priced.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, NamedTuple

_LB: Final = Fraction("453.59237")
_INCH: Final = Fraction("25.4")
_CUBIC_INCH_CM3: Final = Fraction("16.387064")
_CUBIC_FOOT_CM3: Final = _CUBIC_INCH_CM3 * 1728
_MONEY: Final = Fraction(1_000_000)


class Unit(NamedTuple):
    """How many of the house's unit it is, and whether that is to be multiplied by the days of the month."""

    of: Fraction
    by_month: bool = False


def _plain(**factors: Fraction | int | str) -> dict[str, Unit]:
    return {name: Unit(Fraction(factor)) for name, factor in factors.items()}


_BYTES: Final = {"byte": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "gib": 2**30, "tib": 2**40}
UNITS: Final[dict[str, dict[str, Unit]]] = {
    "g": _plain(g=1, kg=1000, t=10**6, oz=_LB / 16, lb=_LB, cwt=_LB * 100),
    "cm3": _plain(cm3=1, l=1000, m3=10**6, in3=_CUBIC_INCH_CM3, ft3=_CUBIC_FOOT_CM3),
    "mm": _plain(mm=1, cm=10, m=1000, ft=_INCH * 12) | {"in": Unit(_INCH)},
    "m": _plain(m=1, km=1000, mile="1609.344"),
    "day": _plain(day=1, week=7),
    "node": _plain(node=1),
    "money": {"": Unit(_MONEY)},
    "s": _plain(s=1, minute=60, hour=3600),
    "ms": _plain(ms=1, s=1000, minute=60_000, hour=3_600_000),
    "cm3_day": {
        **_plain(cm3_day=1, l_day=1000, m3_day=10**6, ft3_day=_CUBIC_FOOT_CM3),
        "m3_month": Unit(Fraction(10**6), by_month=True),
        "ft3_month": Unit(_CUBIC_FOOT_CM3, by_month=True),
    },
    "pallet_day": {**_plain(pallet_day=1, pallet_week=7), "pallet_month": Unit(Fraction(1), by_month=True)},
    "byte": _plain(**_BYTES),
    "byte_hour": {
        **_plain(**{f"{name}_hour": size for name, size in _BYTES.items()}),
        **{f"{name}_month": Unit(Fraction(24 * size), by_month=True) for name, size in _BYTES.items()},
    },
}
"""House unit to the trade's units of the same thing. A unit not listed here is counted: it knows itself alone."""

_AMOUNT: Final = re.compile(r"\s*(?:(\d[\d_,]*(?:\.\d+)?)\s*)?([A-Za-z][A-Za-z0-9_]*)?\s*")


def units_for(house: str) -> dict[str, Unit]:
    """The trade's units that a house unit can be priced in, by name."""
    return UNITS.get(house) or {house: Unit(Fraction(1))}


def read_unit(text: str, house: str) -> Unit | None:
    """A text such as "100 lb" or "ft3_month" as a multiple of a house unit; None where it is no unit of that thing."""
    found = _AMOUNT.fullmatch(text)
    if not found or not (found[1] or found[2]):
        return None
    known = units_for(house)
    name = found[2] or ""
    unit = known.get(name) or known.get(name.removesuffix("s")) or (known.get(name.removesuffix("es")))
    if unit is None:
        return None
    times = Fraction((found[1] or "1").replace(",", "").replace("_", ""))
    return Unit(unit.of * times, unit.by_month) if times > 0 else None


def read_measure(text: str, house: str) -> int | None:
    """A text such as "16 oz" as the nearest whole number of the house unit, halves up; 0 needs no unit.

    Data hold weights and sides in whole grams and millimetres; a bound is rounded in the same way, so an item of
    exactly one pound (454 g in the data) is no heavier than a bound of one pound (453.59 g). None where it is none.
    """
    if text.strip() == "0":
        return 0
    unit = read_unit(text, house)
    return None if unit is None or unit.by_month else int(unit.of + Fraction(1, 2))
