"""Weeks and years of a business calendar against the standard library, the retail federation, and their own laws."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.mechanisms.calendar import (
    NO_DAY,
    WEEKDAYS,
    YEARS,
    Calendar,
    Span,
    WeekUnknown,
    day_of,
    days_before,
    first_week_end,
    iso_day,
    months_of_year,
    parse_week,
    to_date,
    trailing_months,
    week_end_of,
    week_label,
    week_of,
    weeks_in,
    year_before,
    year_bounds,
    year_of,
)

RETAIL = Calendar(week_end="saturday", year="4-5-4", first_month=2, year_ends="nearest", named_by="start")
DAYS = st.integers(min_value=day_of(1980, 1, 1), max_value=day_of(2090, 1, 1))
CALENDARS = st.builds(
    Calendar,
    week_end=st.sampled_from(WEEKDAYS),
    year=st.sampled_from(YEARS),
    first_month=st.integers(1, 12),
    year_ends=st.sampled_from(("last", "nearest")),
    named_by=st.sampled_from(("start", "end")),
)


@given(DAYS)
def test_weeks_that_end_on_sunday_are_iso_weeks(day: int) -> None:
    date = dt.date(1970, 1, 1) + dt.timedelta(day)
    calendar = Calendar(week_end="sunday")

    assert week_of(calendar, week_end_of(calendar, day)) == date.isocalendar()[:2]


@pytest.mark.parametrize(
    ("year", "first", "last", "weeks"),
    [(2012, "2012-01-29", "2013-02-02", 53), (2017, "2017-01-29", "2018-02-03", 53),
     (2022, "2022-01-30", "2023-01-28", 52), (2023, "2023-01-29", "2024-02-03", 53),
     (2024, "2024-02-04", "2025-02-01", 52)],
)  # fmt: skip
def test_retail_years_are_those_of_the_federation(year: int, first: str, last: str, weeks: int) -> None:
    """National Retail Federation, 4-5-4 calendar: fiscal 2012, 2017 and 2023 have 53 weeks."""
    assert [iso_day(day) for day in year_bounds(RETAIL, year)] == [first, last]
    assert weeks_in(RETAIL, year) == weeks


@given(CALENDARS, st.integers(1985, 2085))
def test_years_follow_each_other_and_are_made_of_their_months(calendar: Calendar, name: int) -> None:
    first, last = year_bounds(calendar, name)
    months = months_of_year(calendar, name)

    assert year_bounds(calendar, name + 1)[0] == last + 1
    assert (months[0].start, months[-1].end, len(months)) == (first, last, 12)
    assert all(a.end + 1 == b.start for a, b in pairwise(months))
    assert weeks_in(calendar, name) in (52, 53)
    assert year_of(calendar, first) == year_of(calendar, last) == name


@given(CALENDARS, DAYS)
def test_a_week_is_found_by_the_label_it_is_given(calendar: Calendar, day: int) -> None:
    end = week_end_of(calendar, day)

    assert 0 <= end - day < 7
    assert parse_week(calendar, week_label(calendar, end)) == end


@pytest.mark.parametrize("text", ["2026", "2026-W00", "2026-W54", "W46", "2026-46", "99999-W01"])
def test_a_text_that_names_no_week_is_refused(text: str) -> None:
    with pytest.raises(WeekUnknown, match="expected"):
        parse_week(Calendar(), text)


@given(CALENDARS, DAYS)
def test_months_that_are_over_and_spans_to_date(calendar: Calendar, day: int) -> None:
    end = week_end_of(calendar, day)
    months = trailing_months(calendar, end, 12)
    month, quarter, year = to_date(calendar, end)

    assert len(months) == 12
    assert months[-1].end <= end < months[-1].end + 42
    assert year.start <= quarter.start <= month.start <= end
    assert year.start == year_bounds(calendar, year_of(calendar, end))[0]


def test_the_53rd_week_restated_and_by_number() -> None:
    """Fiscal 2024's week 1 meets week 2 of 2023 when restated, week 1 by number; week 53 meets nothing in 52 weeks."""
    week_1 = first_week_end(RETAIL, 2024)
    day = np.array([week_1], np.int64)
    by_number = Calendar(**{**{f: getattr(RETAIL, f) for f in RETAIL.__struct_fields__}, "comparison": "fiscal week"})

    assert week_of(RETAIL, int(days_before(RETAIL, day, {})[0])) == (2023, 2)
    assert week_of(RETAIL, int(days_before(by_number, day, {})[0])) == (2023, 1)
    week_53 = np.array([week_1 - 7], np.int64)
    assert week_of(RETAIL, week_1 - 7) == (2023, 53)
    assert days_before(by_number, week_53, {})[0] == NO_DAY


def test_holidays_meet_themselves_and_every_day_is_met_once() -> None:
    calendar = Calendar(comparison="holidays")
    easter = {"Easter": [day_of(2022, 4, 17), day_of(2023, 4, 9), day_of(2024, 3, 31)]}
    days = np.arange(day_of(2023, 1, 1), day_of(2025, 1, 1), dtype=np.int64)
    before = days_before(calendar, days, easter)

    assert before[days == day_of(2024, 3, 31)] == day_of(2023, 4, 9)
    assert before[days == day_of(2023, 4, 9)] == day_of(2022, 4, 17)
    assert sorted(before.tolist()) == (days - 364).tolist()
    assert (before != days - 364).sum() == 4


@pytest.mark.parametrize("names", [("eve", "feast"), ("feast", "eve")])
def test_holidays_in_a_row_meet_themselves_whatever_they_are_called(names: tuple[str, str]) -> None:
    """24 and 25 December move by a day, so each holiday stands where the other's counterpart would have."""
    calendar = Calendar(comparison="holidays")
    fell = {name: [day_of(year, 12, day) for year in (2025, 2026)] for name, day in zip(names, (24, 25), strict=True)}
    days = np.arange(day_of(2026, 12, 1), day_of(2027, 1, 1), dtype=np.int64)
    before = days_before(calendar, days, fell)

    for day in (24, 25):
        assert before[days == day_of(2026, 12, day)] == day_of(2025, 12, day)
    assert sorted(before.tolist()) == (days - 364).tolist()


def test_a_holiday_of_several_days_meets_itself_day_by_day() -> None:
    calendar = Calendar(comparison="holidays")
    feast = {"Feast": [day_of(2025, 3, 30 + at) for at in range(3)] + [day_of(2026, 3, 20 + at) for at in range(4)]}
    days = np.arange(day_of(2026, 1, 1), day_of(2026, 6, 1), dtype=np.int64)
    before = days_before(calendar, days, feast)

    met = [before[days == day_of(2026, 3, 20 + at)][0] - day_of(2025, 3, 30 + at) for at in range(3)]
    assert met == [0, 0, 0]
    assert sorted(before.tolist()) == (days - 364).tolist()


def test_the_same_dates_a_year_earlier() -> None:
    civil = Calendar()

    assert year_before(civil, Span(day_of(2024, 2, 1), day_of(2024, 2, 29), ""))[:2] == (
        day_of(2023, 2, 1), day_of(2023, 2, 28),
    )  # fmt: skip
    assert year_before(civil, Span(day_of(2023, 2, 1), day_of(2023, 2, 14), ""))[:2] == (
        day_of(2022, 2, 1), day_of(2022, 2, 14),
    )  # fmt: skip
