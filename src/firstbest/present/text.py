"""Numbers and dates as a person reads them; the same on the screen, in the report and in the story of an order."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

MISSING: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
THIN: Final = "\N{NO-BREAK SPACE}"
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SYMBOLS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}
_STATE: Final = 2
_EPOCH: Final = dt.date(1970, 1, 1)


def number(value: float, decimals: int = 0) -> str:
    """`12,345.6`, with a true minus sign; a dash where there is no number."""
    if math.isnan(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}"
    return (MINUS if value < 0 and text.strip("0.,") else "") + text


def count(value: float) -> str:
    """Whole numbers up to a million in full, above that to three figures: `812,400`, `2.91 million`."""
    if math.isnan(value) or abs(value) < 1e6:
        return number(value)
    return f"{number(value / 1e6, 2 if abs(value) < 1e7 else 1)}{THIN}million"


def short_count(value: float) -> str:
    """Three figures for tight places: `812k`, `2.91M`, and small numbers in full."""
    if math.isnan(value) or abs(value) < 10_000:
        return number(value)
    if abs(value) < 1e6:
        return f"{number(value / 1e3, 1 if abs(value) < 1e5 else 0)}k"
    return f"{number(value / 1e6, 2 if abs(value) < 1e7 else 1)}M"


def share(value: float, decimals: int = 1) -> str:
    """A share of one as per cent: `95.2 %`."""
    return MISSING if math.isnan(value) else f"{number(value * 100, decimals)}{THIN}%"


def money(value: float, currency: str, decimals: int = 2) -> str:
    """`$9.26`, `£12.00`, `9.26 CHF`; a million and more to three figures."""
    if math.isnan(value):
        return MISSING
    sign = MINUS if value < 0 else ""
    text = count(abs(value)) if abs(value) >= 1e6 else f"{abs(value):,.{0 if abs(value) >= 10_000 else decimals}f}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text}{THIN}{currency}"


def written(value: float, unit: str, currency: str) -> str:
    """A figure in its unit, as `catalog.Meaning.unit` names it."""
    if math.isnan(value):
        return MISSING
    if unit == "share":
        return share(value)
    if unit == "money":
        return money(value, currency)
    if unit == "count":
        return count(value)
    if unit == "days":
        return f"{number(value, 1)}{THIN}days"
    if unit == "hours":
        return f"{number(value, 1)}{THIN}h"
    if unit == "grams":
        return weight(value)
    return number(value, 2 if abs(value) < 10 else 1)


def brief(value: float, unit: str, currency: str) -> str:
    """As `written`, with large numbers to three figures: `2.91M`, `$1.28M`."""
    if unit == "money" and abs(value) >= 10_000:
        sign, symbol = MINUS if value < 0 else "", _SYMBOLS.get(currency, "")
        return f"{sign}{symbol}{short_count(abs(value))}"
    return short_count(value) if unit == "count" else written(value, unit, currency)


def difference(value: float, unit: str, currency: str) -> str:
    """A difference with its sign: `+6.1 points`, `-$0.28` with a true minus."""
    if math.isnan(value):
        return MISSING
    if unit == "share":
        text = f"{number(value * 100, 1)}{THIN}points"
    elif unit == "money" and abs(value) < 1_000:
        text = money(value, currency, 2)
    elif unit == "days" and abs(value) < 1:
        text = f"{number(value, 2)}{THIN}days"
    else:
        text = written(value, unit, currency)
    if not any(digit in text for digit in "123456789"):
        return text.removeprefix(MINUS)
    return text if value < 0 else f"+{text}"


def weight(grams: float) -> str:
    """`840 g`, `1.24 kg`."""
    return f"{number(grams)}{THIN}g" if abs(grams) < 1000 else f"{number(grams / 1000, 2)}{THIN}kg"


def date_of(day: int) -> dt.date:
    """The date of a day since the epoch."""
    return _EPOCH + dt.timedelta(days=day)


def day_text(day: int) -> str:
    """`30 Nov`."""
    date = date_of(day)
    return f"{date.day} {_MONTHS[date.month - 1][:3]}"


def long_day(day: int) -> str:
    """`30 November 2026`."""
    date = date_of(day)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def span(first: int, days: int) -> str:
    """`1 January to 31 December 2026`."""
    start, end = date_of(first), date_of(first + days - 1)
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day} {_MONTHS[start.month - 1]}{year} to {end.day} {_MONTHS[end.month - 1]} {end.year}"


def month_short(day: int) -> str:
    """`Nov`."""
    return _MONTHS[date_of(day).month - 1][:3]


def weekday_short(day: int) -> str:
    """`Mon`."""
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[date_of(day).weekday()]


def week_of(day: int) -> int:
    """Number of the week as calendars print it (ISO 8601)."""
    return date_of(day).isocalendar().week


def named(text: str) -> str:
    """A code as a name: `allentown_fc` and `fc-allentown` become `Allentown fc`, `Fc allentown`; capitals are kept."""
    plain = text.replace("_", " ").replace("-", " ").strip()
    return plain[:1].upper() + plain[1:]


def place(code: str) -> str:
    """A code as the name of a place: `ho_chi_minh` becomes `Ho Chi Minh`, `port_la` becomes `Port LA`."""
    words = named(code).split()
    last = words[-1].upper() if len(words) > 1 and len(words[-1]) == _STATE else words[-1] if words else ""
    return " ".join([each[:1].upper() + each[1:] for each in words[:-1]] + [last[:1].upper() + last[1:]])


def joined(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]
