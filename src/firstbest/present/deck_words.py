"""Numbers of a deck in words: short on charts, full in tables, with the signs that a reader trusts."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from firstbest.mechanisms.deck import BEFORE, CLOSED, COMING, LATE, MISSING, NOTHING, Box, Card
from firstbest.present import text

ABSENT_SHORT: Final = {
    CLOSED: "closed", LATE: "late", MISSING: "missing", BEFORE: "no history", NOTHING: "n/a", COMING: "",
}  # fmt: skip
"""What stands where a number cannot."""


def value(number: float | None, unit: str, currency: str = "", decimals: int | None = None, scaling: str = "") -> str:
    """A value in its unit: `95.2 %`, `$1.28M`, `412,330`."""
    if number is None or not math.isfinite(number):
        return text.MISSING
    if scaling:
        return scaled(number, scaling)
    if unit == "share":
        return text.share(number, 1 if decimals is None else decimals)
    if unit == "money":
        return money(number, currency, decimals)
    if unit == "days":
        return f"{text.number(number, 1 if decimals is None else decimals)}{text.THIN}days"
    if unit == "hours":
        return f"{text.number(number, 1 if decimals is None else decimals)}{text.THIN}h"
    if unit == "grams":
        return text.weight(number)
    if unit == "count":
        return text.short_count(number) if decimals is None else text.number(number, decimals)
    return text.number(number, _places(number) if decimals is None else decimals)


def money(number: float, currency: str, decimals: int | None = None) -> str:
    """`$9.26`, `$412k`, `$1.28M`."""
    if abs(number) < 10_000:
        return text.money(number, currency, (2 if abs(number) < 1_000 else 0) if decimals is None else decimals)
    return text.brief(number, "money", currency)


def _places(number: float) -> int:
    size = abs(number)
    return 3 if size < 1 else 2 if size < 10 else 1 if size < 1_000 else 0


def scaled(number: float, scaling: str) -> str:
    """A value as an imported deck writes it: `##.2MM` is millions with two places."""
    shape = scaling.strip().lstrip("#")
    places, unit = 0, shape
    if shape.startswith("."):
        digits = "".join(each for each in shape[1:3] if each.isdigit())
        places, unit = int(digits or 0), shape[1 + len(digits) :]
    factor, behind = {
        "BB": (1e-9, "B"), "MM": (1e-6, "M"), "KK": (1e-3, "K"), "%": (100.0, f"{text.THIN}%"),
        "bps": (10_000.0, f"{text.THIN}bps"),
    }.get(unit, (1.0, unit))  # fmt: skip
    return text.number(number * factor, places) + behind


def tick(number: float, unit: str, currency: str, scaling: str = "") -> str:
    """A value at an axis, as short as it can be."""
    if scaling:
        return scaled(number, scaling)
    if unit == "share":
        return f"{number * 100:.4g}{text.THIN}%".replace("-", text.MINUS)
    size = abs(number)
    short = f"{number / 1e6:.4g}M" if size >= 1e6 else f"{number / 1e3:.4g}k" if size >= 10_000 else f"{number:,.6g}"
    symbol = {"USD": "$", "GBP": "£", "EUR": "€"}.get(currency, "") if unit == "money" else ""
    return f"{text.MINUS if number < 0 else ''}{symbol}{short.lstrip('-')}"


def difference(box: Box) -> str:
    """`+2.1 %`, `-31 bps` with a true minus, or why there is none."""
    if box.value is None:
        return ABSENT_SHORT.get(box.absent, text.MISSING)
    return _signed(box.value, box.kind)


def _signed(number: float, kind: str) -> str:
    places = 0 if kind == "bps" or abs(number) >= 100 else 1
    written = text.number(number, places)
    sign = "+" if number > 0 and any(digit in written for digit in "123456789") else ""
    return f"{sign}{written}{text.THIN}{'bps' if kind == 'bps' else '%'}"


def interval(box: Box) -> str:
    """`±18`: half the width of the 95 per cent interval, in the unit of the difference."""
    if box.value is None or box.low is None or box.high is None:
        return ""
    half = (box.high - box.low) / 2
    return f"\N{PLUS-MINUS SIGN}{text.number(half, 0 if box.kind == 'bps' or half >= 100 else 1)}"


def score(box: Box, card: Card, currency: str) -> str:
    """The words of one box."""
    if box.kind != "value":
        return difference(box)
    if box.value is None:
        return ABSENT_SHORT.get(box.absent, text.MISSING)
    return value(box.value, card.unit, currency, card.decimals, card.scaling)


def favour(box: Box, better: str) -> int:
    """1 where a difference is for the better and its interval leaves out zero (or has none), -1 for the worse."""
    if box.value is None or box.kind == "value" or better == "neither" or box.value == 0:
        return 0
    if box.low is not None and box.high is not None and box.low <= 0 <= box.high:
        return 0
    return 1 if (box.value > 0) == (better == "up") else -1


FLAGS: Final = {"point": "signal: this week", "drift": "signal: drift", "both": "signal: week and drift"}
"""What stands beside the title of a metric that is a signal."""


def plural(count: int, one: str) -> str:
    """`1 signal`, `2 signals`."""
    return f"{text.number(count)} {one}{'s' * (count != 1)}"


def instant(as_of_us: int) -> str:
    """`16 November 2026, 07:00 UTC`."""
    found = datetime.fromtimestamp(as_of_us // 1_000_000, UTC)
    return f"{found.day} {found:%B} {found.year}, {found:%H:%M} UTC"


def expected(count: float) -> str:
    """How many signals to expect: `2.8`, `0.04`."""
    return text.number(count, 1 if count >= 1 else 2)


def chance(part: float) -> str:
    """`1 in 4,200`, rounded to two figures."""
    if part <= 0:
        return "less than 1 in a billion"
    times = 1 / part
    if times > 1e9:
        return "less than 1 in a billion"
    digits = max(0, math.floor(math.log10(times)) - 1)
    return f"1 in {text.number(round(times / 10**digits) * 10**digits)}"
