"""Days without work: bank holidays by rule, and days on which the log shows that nobody worked.

Rules: `12-25` a date of every year; `2011-04-29` one date; `easter-2` days from Easter Sunday; `first Mon 05`,
`fourth Thu 11`, `last Mon 08` a weekday of a month. A substitute moves a day that falls on a weekend to the next
weekday that is not taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from firstbest.store.import_network import Holiday
from firstbest.store.workspace_cells import DAYS

_ORDINALS: Final = ("first", "second", "third", "fourth")
_SATURDAY: Final = 5
_EPOCH: Final = date(1970, 1, 1)


class DayOff(NamedTuple):
    """A day without work in a building or everywhere; `who` as calendars.csv has it."""

    day: date
    name: str
    who: str = "all"


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, as in Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays(rules: tuple[Holiday, ...], first: date, last: date) -> list[DayOff]:
    """Holidays from `first` to `last`, with substitutes, by date."""
    found: dict[date, str] = {}
    # The year before, since its last days may be made up for after New Year.
    for year in range(first.year - 1, last.year + 1):
        dated = sorted((day, each) for each in rules if (day := _day(each.rule, year)))
        for day, each in dated:
            found.setdefault(day, each.name)
        for day, each in dated:
            if each.substitute and day.weekday() >= _SATURDAY:
                moved = next(later for later in _days_from(day) if later.weekday() < _SATURDAY and later not in found)
                found[moved] = f"{each.name} (substitute)"
    return [DayOff(day, name) for day, name in sorted(found.items()) if first <= day <= last]


def _days_from(day: date) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        yield day


def _day(rule: str, year: int) -> date | None:
    """The date of a rule in a year, None where it has none."""
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule.removeprefix("easter") or "0"))
    parts = rule.split()
    if len(parts) > 1:
        return _weekday_of_month(parts[0], DAYS.index(parts[1]), (year, int(parts[2])))
    if len(rule) == len("2011-04-29"):
        found = date.fromisoformat(rule)
        return found if found.year == year else None
    return date(year, int(rule[:2]), int(rule[3:]))


def _weekday_of_month(which: str, weekday: int, when: tuple[int, int]) -> date:
    year, month = when
    if which == "last":
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * _ORDINALS.index(which))


def closed_days(by_day: dict[int, int], known: list[DayOff], least: float, node: str) -> list[DayOff]:
    """Weekdays within the log on which nobody ordered, although such days hold `least` orders or more on average.

    `by_day`: orders by day since the epoch.
    """
    weekdays = [
        day for day in range(min(by_day), max(by_day) + 1) if (_EPOCH + timedelta(days=day)).weekday() < _SATURDAY
    ]
    if not weekdays or sum(by_day.get(day, 0) for day in weekdays) / len(weekdays) < least:
        return []
    off = {each.day for each in known}
    days = [_EPOCH + timedelta(days=day) for day in weekdays if day not in by_day]
    return [DayOff(day, "no order in the log", node) for day in days if day not in off]
