"""What a person writes in a cell, as a value: one parser for each declared type."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.store.faults import nearest
from firstbest.store.schema_words import Column, Type
from firstbest.world.units import SECOND_US

NO_DAY: Final = -(2**62)
"""A date that was left open, among days since the epoch."""
NO_CLOCK: Final = -1
"""A time of day that was left open, among minutes of the day."""
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_DAY: Final = 0b111_1111
_EPOCH: Final = date(1970, 1, 1).toordinal()
_YEARS: Final = (1990, 2100)
_WEEK: Final = 7
_MONTHS: Final = 12
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MONTH_DAY: Final = re.compile(r"(\d\d)-(\d\d)")
_CLOCK: Final = re.compile(r"(\d\d?):(\d\d)(?::00)?")
_PARTS: Final = re.compile(r"[\s,;]+")
_LEAP_YEAR: Final = 2024
_UNIT: Final = re.compile(r"""([+-]?\d+(?:[.,]\d+)?)\s*([A-Za-z]+|")\.?""")
_UNITS: Final = {
    "kg": (1.0, "kg"), "g": (0.001, "kg"), "lb": (0.45359237, "kg"), "lbs": (0.45359237, "kg"),
    "oz": (0.028349523, "kg"), "cm": (1.0, "cm"), "mm": (0.1, "cm"), "m": (100.0, "cm"), "in": (2.54, "cm"),
    "inch": (2.54, "cm"), '"': (2.54, "cm"), "ft": (30.48, "cm"), "l": (1.0, "litres"), "ml": (0.001, "litres"),
}  # fmt: skip
"""Units that people write into cells: in kilograms, centimetres, litres (international pound and inch)."""


class Wrong(ValueError):  # noqa: N818 - says of a cell what `Fault` then says of a file
    """The text is no such value; `hint` may say what it looks like."""

    def __init__(self, hint: str = "") -> None:
        super().__init__(hint)
        self.hint: Final = hint


class Departure(NamedTuple):
    """A time of day on some weekdays."""

    days: int  # bit 0 Monday
    minute: int


class SeasonDate(NamedTuple):
    """A date, or with year 0 the same date of every year."""

    year: int
    month: int
    day: int


def expectation(column: Column) -> str:
    """What a cell of the column should hold, in words."""
    match column.type:
        case Type.CHOICE | Type.CHOICES:
            some = "one of" if column.type is Type.CHOICE else "some of"
            return f"{some} {', '.join(column.choices)}"
        case Type.INTEGER | Type.NUMBER | Type.MONEY:
            return f"{column.type.value} {_range(column)}"
        case Type.NUMBERS:
            least, most = column.length
            count = f"{least}" if least == most else f"{least} to {most}"
            return f"a list of {count} numbers {_range(column)}"
        case _:
            return column.type.value


def _range(column: Column) -> str:
    low = "" if column.low is None else f"{column.low:,.10g}"
    return (
        f"from {low} to {column.high:,.10g}" if column.high is not None and column.high < 10**9 else f"of {low} or more"
    )


def parser(column: Column, zone: ZoneInfo) -> Callable[[str], Any]:
    """The function from a cell's text to its value; it raises `Wrong`. `zone` reads local instants."""
    simple = _PARSERS.get(column.type)
    if simple:
        return simple
    match column.type:
        case Type.INTEGER | Type.NUMBER | Type.MONEY:
            return lambda written: in_range(column, _number(written))
        case Type.CHOICE:
            return lambda written: _chosen(column, written)
        case Type.CHOICES:
            return lambda written: tuple(_chosen(column, each) for each in _names(written))
        case Type.INSTANT:
            return lambda written: _instant(written, zone)
        case _:
            raise AssertionError(f"{column.type} has no form as text")


def in_range(column: Column, value: float) -> float:
    """The number, if it is of the column's type and range."""
    low = -math.inf if column.low is None else column.low
    high = math.inf if column.high is None else column.high
    if not math.isfinite(value) or not low <= value <= high:
        raise Wrong
    if column.type is Type.INTEGER and value != int(value):
        raise Wrong
    return value


def days_of(year: int, month: int, day: int) -> int:
    """Days since the epoch; raises `Wrong` for a date that does not exist."""
    try:
        found = date(year, month, day)
    except ValueError as error:
        swapped = month > _MONTHS >= day
        raise Wrong(" (day and month swapped?)" if swapped else f" ({error})") from error
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise Wrong(f" (years {_YEARS[0]} to {_YEARS[1]})")
    return found.toordinal() - _EPOCH


def _number(written: str) -> float:
    try:
        if "_" not in written:
            return float(written)
    except ValueError:
        pass
    if re.fullmatch(r"[+-]?\d+,\d{1,2}", written):
        raise Wrong(" (a decimal comma? write a point)")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", written):
        raise Wrong(" (write it without commas)")
    unit = _UNIT.fullmatch(written)
    if unit and unit[2].casefold() in _UNITS:
        factor, metric = _UNITS[unit[2].casefold()]
        told = f"{float(unit[1].replace(',', '.')) * factor:.4g} {metric}"
        raise Wrong(f" (a unit in the cell: {told}; write the number alone, in the unit of the column)")
    if re.fullmatch(r"[^\w\s]?\s*[\d.,]+\s*[^\d]{0,4}", written):
        raise Wrong(" (write the number alone)")
    raise Wrong


def _yes_no(written: str) -> bool:
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    try:
        return known[written.casefold()]
    except KeyError:
        raise Wrong from None


def _date(written: str) -> int:
    found = _DATE.fullmatch(written) or re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[ T]00:00:00(?:\.0+)?", written)
    if found:
        return days_of(int(found[1]), int(found[2]), int(found[3]))
    raise Wrong(_date_hint(written))


def _date_hint(written: str) -> str:
    """What a text that is no date looks like."""
    slashed = re.match(r"(\d\d?)[./](\d\d?)[./]\d{2,4}", written)
    if not slashed:
        return ""
    if int(slashed[1]) <= _MONTHS and int(slashed[2]) <= _MONTHS:
        return " (write year-month-day; which of the two is the month it does not say)"
    return " (write year-month-day)"


def _season_date(written: str) -> SeasonDate:
    found = _MONTH_DAY.fullmatch(written)
    if found:
        days_of(_LEAP_YEAR, int(found[1]), int(found[2]))
        return SeasonDate(0, int(found[1]), int(found[2]))
    _date(written)
    return SeasonDate(*(int(each) for each in written[:10].split("-")))


def _moment(written: str) -> int:
    """Local minutes since the epoch."""
    day, _, clock = written.replace("T", " ").partition(" ")
    return _date(day) * 1_440 + _clock(clock.strip())


def _instant(written: str, zone: ZoneInfo) -> int:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        iso = _DATE.match(written)
        if iso:
            days_of(int(iso[1]), int(iso[2]), int(iso[3]))
        raise Wrong(_date_hint(written)) from None
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise Wrong(f" (years {_YEARS[0]} to {_YEARS[1]})")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    since = aware.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def _clock(written: str) -> int:
    found = _CLOCK.fullmatch(written)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004 - a day of 24 hours
        raise Wrong
    return int(found[1]) * 60 + int(found[2])


def _weekday(written: str) -> int:
    for index, name in enumerate(DAYS):
        if written[:3].casefold() == name.casefold():
            return index
    raise Wrong(f" ('{written}' is no day; days are {', '.join(DAYS)})")


def _weekdays(written: str) -> int:
    """A set of weekdays as bits, bit 0 Monday."""
    if written.casefold() in {"daily", "all", "every day"}:
        return EVERY_DAY
    if written.casefold() == "none":
        return 0
    days = 0
    for part in _names(written):
        first, dash, last = part.partition("-")
        start = _weekday(first)
        length = (_weekday(last) - start) % _WEEK if dash else 0
        for step in range(length + 1):
            days |= 1 << (start + step) % _WEEK
    return days


def _departures(written: str) -> tuple[Departure, ...]:
    found = []
    for part in written.split(";"):
        days, _, clock = part.strip().rpartition(" ")
        plain = days.strip().removeprefix("weekly").strip() or "daily"
        found.append(Departure(_weekdays(plain), _clock(clock)))
    return tuple(found)


def _time_zone(written: str) -> str:
    try:
        ZoneInfo(written)
    except (KeyError, ValueError, OSError):
        raise Wrong from None
    return written


def _names(written: str) -> tuple[str, ...]:
    return tuple(each for each in _PARTS.split(written) if each)


def _chosen(column: Column, written: str) -> str:
    if written not in column.choices:
        raise Wrong(nearest(written, column.choices))
    return written


_PARSERS: Final[dict[Type, Callable[[str], Any]]] = {
    Type.TEXT: str,
    Type.YES_NO: _yes_no,
    Type.DATE: _date,
    Type.SEASON_DATE: _season_date,
    Type.MOMENT: _moment,
    Type.CLOCK: _clock,
    Type.WEEKDAYS: _weekdays,
    Type.DEPARTURES: _departures,
    Type.TIME_ZONE: _time_zone,
    Type.NAMES: _names,
}

OPEN: Final[dict[Type, Any]] = {
    Type.TEXT: "",
    Type.CHOICE: "",
    Type.TIME_ZONE: "",
    Type.INTEGER: math.nan,
    Type.NUMBER: math.nan,
    Type.MONEY: math.nan,
    Type.DATE: NO_DAY,
    Type.CLOCK: NO_CLOCK,
    Type.NAMES: (),
    Type.CHOICES: (),
}
"""What an empty cell comes to where its column leaves the value open."""
