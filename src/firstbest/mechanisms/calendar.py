"""Weeks, months, quarters and years of a business calendar, in whole days since 1 January 1970.

One rule names every week: a week belongs to the fiscal year that holds its Thursday. With weeks that end on Sunday
and a year that starts in January this is ISO 8601; a week that ends on Saturday has the number of the ISO week that
it shares six days with. Years of the 4-4-5 family are made of whole weeks instead: 52 of them, or 53 where the year
would otherwise end too early; the 53rd belongs to the last period (National Retail Federation, 4-5-4 calendar).

Last year's days are not last year's dates. A week is compared with the one 364 days before, so that a Saturday meets a
Saturday; a fiscal week with the week of the same number; and where holidays move, a holiday meets itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PATTERNS: Final[dict[str, tuple[int, ...]]] = {
    "4-4-5": (4, 4, 5) * 4,
    "4-5-4": (4, 5, 4) * 4,
    "5-4-4": (5, 4, 4) * 4,
}
YEARS: Final = ("civil", *PATTERNS)
COMPARISONS: Final = ("364 days", "fiscal week", "holidays")
YEAR_DAYS: Final = 364
THURSDAY: Final = 3
NO_DAY: Final = -(10**6)
"""A day that has no counterpart; before any that data can hold."""
_MONTH_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a firm calls a week and a year.

    `year_ends`: for the 4-4-5 family, whether the year ends with the last week that ends within its last month, or
    with the week end nearest to that month's end. `named_by`: whether a year that spans two is named by the one in
    which it ends or starts.
    """

    week_end: str = "saturday"
    year: str = "civil"
    first_month: int = 1
    year_ends: str = "last"
    named_by: str = "end"
    comparison: str = "364 days"


class Span(NamedTuple):
    """Days from `start` to `end`, both in it, with the words on an axis."""

    start: int
    end: int
    label: str


class WeekUnknown(Exception):  # noqa: N818 - it names what is the matter
    """A text that names no week of the calendar."""


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


def week_end_of(calendar: Calendar, day: int) -> int:
    """The last day of the week that holds a day."""
    return day + (WEEKDAYS.index(calendar.week_end) - weekday(day)) % 7


def day_of(year: int, month: int, day: int = 1) -> int:
    """Days since the epoch; months beyond 12 or below 1 run into other years."""
    months = (year - 1970) * 12 + month - 1
    return int(np.datetime64(months, "M").astype("datetime64[D]").astype(np.int64)) + day - 1


def month_of(day: int) -> tuple[int, int]:
    """Civil year and month, 1 to 12, of a day."""
    year, month = divmod(int(np.datetime64(day, "D").astype("datetime64[M]").astype(np.int64)), 12)
    return year + 1970, month + 1


def iso_day(day: int) -> str:
    """`2026-11-14`."""
    return str(np.datetime64(day, "D"))


def short_day(day: int) -> str:
    """`Thu 12 Nov`."""
    year, month = month_of(day)
    return f"{WEEKDAYS[weekday(day)][:3].title()} {day - day_of(year, month) + 1} {_MONTH_NAMES[month - 1]}"


def same_date(day: int, years: int) -> int:
    """The same date some years away; 29 February becomes the 28th where it has to."""
    year, month = month_of(day)
    start, stop = day_of(year + years, month), day_of(year + years, month + 1)
    return min(start + day - day_of(year, month), stop - 1)


def year_bounds(calendar: Calendar, name: int) -> tuple[int, int]:
    """First and last day of the fiscal year called `name`."""
    starts = name if calendar.first_month == 1 or calendar.named_by == "start" else name - 1
    if calendar.year == "civil":
        return day_of(starts, calendar.first_month), day_of(starts + 1, calendar.first_month) - 1
    return _year_end(calendar, starts) + 1, _year_end(calendar, starts + 1)


def _year_end(calendar: Calendar, starts: int) -> int:
    """The last day of a year of whole weeks, of the year before the one that starts in civil year `starts`."""
    month_end = day_of(starts, calendar.first_month) - 1
    if calendar.year_ends == "last":
        return week_end_of(calendar, month_end - 6)
    return week_end_of(calendar, month_end - 3)


def year_of(calendar: Calendar, day: int) -> int:
    """The name of the fiscal year that holds a day."""
    guess = month_of(day)[0]
    for name in (guess - 1, guess, guess + 1, guess + 2):
        first, last = year_bounds(calendar, name)
        if first <= day <= last:
            return name
    raise AssertionError(f"every day is in a fiscal year, {day} was in none")


def week_of(calendar: Calendar, end: int) -> tuple[int, int]:
    """Fiscal year and number of the week that ends on `end`."""
    name = year_of(calendar, _thursday(end))
    return name, (end - first_week_end(calendar, name)) // 7 + 1


def first_week_end(calendar: Calendar, name: int) -> int:
    """The last day of week 1: the first week whose Thursday is in the year."""
    start = year_bounds(calendar, name)[0]
    if calendar.year != "civil":
        return start + 6
    return week_end_of(calendar, start + (THURSDAY - weekday(start)) % 7)


def _thursday(end: int) -> int:
    """The Thursday of the week that ends on a day."""
    return end - (weekday(end) - THURSDAY) % 7


def weeks_in(calendar: Calendar, name: int) -> int:
    """52 or 53."""
    return (first_week_end(calendar, name + 1) - first_week_end(calendar, name)) // 7


def week_label(calendar: Calendar, end: int) -> str:
    """`2026-W46`."""
    name, number = week_of(calendar, end)
    return f"{name}-W{number:02d}"


def parse_week(calendar: Calendar, text: str) -> int:
    """The last day of the week that a text names, as `2026-W46`. Raises `WeekUnknown`."""
    year, mark, number = text.upper().partition("-W")
    if not (mark and year.isdigit() and number.isdigit() and 1900 <= int(year) <= 2200):  # noqa: PLR2004 - years that data can be of
        raise WeekUnknown(f"week: expected a year and a week such as 2026-W46, found '{text}'")
    most = weeks_in(calendar, int(year))
    if not 1 <= int(number) <= most:
        raise WeekUnknown(f"week: expected W01 to W{most} of {year}, found '{text}'")
    return first_week_end(calendar, int(year)) + 7 * (int(number) - 1)


def months_of_year(calendar: Calendar, name: int) -> list[Span]:
    """The twelve months, or periods of whole weeks, of a fiscal year."""
    first, last = year_bounds(calendar, name)
    if calendar.year == "civil":
        year, month = month_of(first)
        starts = [day_of(year, month + step) for step in range(13)]
    else:
        starts = [first, *(first + 7 * int(weeks) for weeks in np.cumsum(PATTERNS[calendar.year])[:-1]), last + 1]
    return [
        Span(start, stop - 1, _MONTH_NAMES[month_of((start + stop - 1) // 2)[1] - 1])
        for start, stop in pairwise(starts)
    ]


def trailing_weeks(calendar: Calendar, end: int, count: int) -> list[Span]:
    """The last weeks up to the one that ends on `end`, the oldest first."""
    ends = range(end - 7 * (count - 1), end + 1, 7)
    return [Span(each - 6, each, f"{week_of(calendar, each)[1]}") for each in ends]


def trailing_months(calendar: Calendar, end: int, count: int) -> list[Span]:
    """The last months that are over by `end`, the oldest first."""
    name = year_of(calendar, end)
    spans = [span for back in range(-(count // 12) - 2, 1) for span in months_of_year(calendar, name + back)]
    return [span for span in spans if span.end <= end][-count:]


def to_date(calendar: Calendar, end: int) -> tuple[Span, Span, Span]:
    """Month, quarter and year to date."""
    months = months_of_year(calendar, year_of(calendar, end))
    at = next(index for index, span in enumerate(months) if span.start <= end <= span.end)
    return (
        Span(months[at].start, end, "MTD"),
        Span(months[at // 3 * 3].start, end, "QTD"),
        Span(months[0].start, end, "YTD"),
    )


def year_before(calendar: Calendar, span: Span) -> Span:
    """The same dates, or the same period of whole weeks, a fiscal year earlier."""
    if calendar.year == "civil":
        whole = month_of(span.end + 1)[1] != month_of(span.end)[1]
        end = same_date(span.end, -1) if not whole else same_date(span.end + 1, -1) - 1
        return Span(same_date(span.start, -1), end, span.label)
    if calendar.comparison != "fiscal week":
        return Span(span.start - YEAR_DAYS, span.end - YEAR_DAYS, span.label)
    name = year_of(calendar, span.end)
    before = year_bounds(calendar, name - 1)
    back = year_bounds(calendar, name)[0] - before[0]
    return Span(span.start - back, min(span.end - back, before[1]), span.label)


def days_before(calendar: Calendar, days: I64, holidays: Mapping[str, Sequence[int]]) -> I64:
    """For each day [D] its counterpart a year earlier, weekday for weekday; NO_DAY where there is none.

    `holidays`: name to the days it fell on. With comparison "holidays" a holiday's counterpart is the same holiday, and
    the day that would have met it meets the day that lost it: nothing is counted twice and nothing is left out.
    """
    if calendar.comparison == "fiscal week":
        return _fiscal_days_before(calendar, days)
    found = days - YEAR_DAYS
    if calendar.comparison != "holidays":
        return found
    place = {int(day): index for index, day in enumerate(days)}
    # Holidays that follow each other change places in turn, so whom a day meets by now is looked up, not reckoned.
    meets = {int(day): index for index, day in enumerate(found)}
    for now, before in (pair for name in sorted(holidays) for pair in _years_apart(holidays[name])):
        here, there = place.get(now), meets.get(before)
        if here is None or there is None:
            continue
        given = int(found[here])
        found[here], found[there] = before, given
        meets[before], meets[given] = here, there
    return found


def _years_apart(fell: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Days of a holiday with the same days of the one a year before, give or take two months.

    Of a holiday of several days in a row the first meets the first; a day beyond those of the year before meets nobody.
    """
    runs: list[list[int]] = []
    for day in sorted(set(fell)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        before = [each for each in runs if 300 <= run[0] - each[0] <= 430]  # noqa: PLR2004 - a year, as said above
        if before:
            yield from zip(run, before[-1], strict=False)


def _fiscal_days_before(calendar: Calendar, days: I64) -> I64:
    """Day for day of the week of the same number; a 53rd week that the year before has not has no counterpart."""
    found = np.full_like(days, NO_DAY)
    ends = np.array([week_end_of(calendar, int(day)) for day in days], np.int64)
    for end in np.unique(ends):
        name, number = week_of(calendar, int(end))
        if number <= weeks_in(calendar, name - 1):
            met = first_week_end(calendar, name - 1) + 7 * (number - 1)
            found[ends == end] = days[ends == end] - (end - met)
    return found
