"""The fourteen traps of facts on reviews, T1 to T14: what a deck must say where others mislead.

Input is a constant 100 a day unless said. T5, T6, T7, T10, T13 and T14 are about a deck's configuration, so they are
put to the importer of such decks; the others to our own metrics.
"""

from pathlib import Path

import numpy as np
import pytest

from firstbest.mechanisms.calendar import Calendar, day_of, parse_week, week_end_of, week_label
from firstbest.mechanisms.deck import Card, Deck
from firstbest.mechanisms.metrics import wrongs
from firstbest.store.wbr_app import read_wbr
from firstbest.store.wbr_deck import deck_of
from tests.rooms.review_worlds import FIRST, SATURDAY, card, constant, metric, table

SETUP = "setup:\n  week_ending: {end}\n  week_number: {week}\n  fiscal_year_end_month: {month}\n"
BODY = """metrics:
  M:
    column: M
    aggf: sum
{more}
deck:
  - block:
      ui_type: 6_12Graph
      title: M
      metrics:
        M:
          line_style: primary
{blocks}
"""


def box(found: Card, at: int) -> float | None:
    return found.boxes[at].value


def written(folder: Path, setup: str, more: str = "", blocks: str = "", rows: list[str] | None = None) -> Deck:
    (folder / "deck.yaml").write_text(setup + BODY.format(more=more, blocks=blocks))
    days = np.datetime64("2021-01-01") + np.arange(1096)
    lines = rows if rows is not None else [f"{day},{100}" for day in days]
    (folder / "data.csv").write_text("Date,M\n" + "\n".join(lines) + "\n")
    return deck_of(read_wbr(folder / "deck.yaml", folder / "data.csv"))


def test_t1_three_days_that_have_not_come_leave_the_week_incomplete() -> None:
    values = constant()
    values[-3:] = np.nan
    found = card(table(values), metric())

    assert (box(found, 0), box(found, 1), found.boxes[0].absent) == (None, None, "late")
    assert found.notes[0] == "incomplete: 4 of 7 days; not yet arrived: Thu 28 Sep, Fri 29 Sep, Sat 30 Sep"
    assert found.weeks[5].days == (4, 7)


def test_t2_one_empty_day_is_named_and_nothing_is_zero() -> None:
    values = constant()
    values[-4] = np.nan
    found = card(table(values), metric())

    assert [each.value for each in found.boxes] == [None] * 9
    assert {each.absent for each in found.boxes} == {"missing"}
    assert found.notes[0] == "incomplete: 6 of 7 days; missing: Wed 27 Sep"


def test_t3_a_true_fall_to_zero_is_minus_a_hundred_per_cent() -> None:
    values = constant()
    values[-7:] = 0
    assert box(card(table(values), metric()), 1) == -100.0


def test_t4_a_year_that_was_truly_zero_divides_nothing() -> None:
    values = constant()
    ago = SATURDAY - 364 - FIRST
    values[ago - 6 : ago + 1] = 0
    found = card(table(values), metric())

    assert (found.boxes[2].value, found.boxes[2].absent) == (None, "nothing")
    assert found.weeks[5].prior == 0.0


@pytest.mark.parametrize(("end", "month"), [("30-DEC-2023", "NOV"), ("30-DEC-2023", "JUN"), ("09-DEC-2023", "DEC")])
def test_t5_a_fiscal_year_may_end_in_any_month(tmp_path: Path, end: str, month: str) -> None:
    found = written(tmp_path, SETUP.format(end=end, week=52, month=month)).cards[0]

    assert box(found, 0) == 700.0
    assert box(found, 7) == 100.0 * {"NOV": 30, "JUN": 183, "DEC": 343}[month]


def test_t6_week_53_is_called_53(tmp_path: Path) -> None:
    found = written(tmp_path, SETUP.format(end="02-JAN-2021", week=53, month="DEC")).cards[0]
    sundays = Calendar(week_end="sunday")

    assert found.weeks[5].label == "53"
    assert week_label(sundays, parse_week(sundays, "2020-W53")) == "2020-W53"


def test_t7_the_documented_comparison_is_accepted(tmp_path: Path) -> None:
    more = "    metric_comparison_method: '%'"
    assert box(written(tmp_path, SETUP.format(end="30-SEP-2023", week=39, month="DEC"), more).cards[0], 1) == 0.0


def test_t8_a_rate_is_sum_over_sum_and_a_mean_of_rates_is_refused() -> None:
    below = np.tile([10.0, 1000.0, 1000.0, 1000.0, 1000.0, 1000.0, 10.0], 160)[: len(constant())]
    above = np.where(below == 10, 2.0, 15.0)
    found = card(table(above, below), metric(kind="ratio", unit="share"))

    assert box(found, 0) == pytest.approx((5 * 15 + 2 * 2) / (5 * 1000 + 2 * 10))
    assert "mean of daily ratios" in next(iter(wrongs([metric(kind="mean")]))).expected


@pytest.mark.parametrize("end", [day_of(2023, 9, 30), day_of(2023, 8, 5), day_of(2023, 9, 2)])
def test_t9_a_pure_weekday_pattern_has_not_grown(end: int) -> None:
    days = np.arange(FIRST, end + 1)
    saturday = (days + 3) % 7 == 5
    found = card(table(np.where(saturday, 400.0, 100.0), first=FIRST), metric(), end)

    assert box(found, 4) == pytest.approx(0.0)
    assert found.boxes[4].dated is not None
    assert abs(found.boxes[4].dated) > 4


def test_t10_an_unrelated_metric_changes_nothing(tmp_path: Path) -> None:
    setup = SETUP.format(end="30-SEP-2023", week=39, month="DEC")
    rows = [f"{np.datetime64('2021-01-01') + at},{100 + at}" for at in range(1096)]
    chart = "  - block:\n      ui_type: 6_12Graph\n      title: Y\n      metrics:\n        MYOY:\n          axes: 1"
    rate = "    metric_comparison_method: bps"
    alone = written(tmp_path, setup, rate, chart, rows)
    other = (
        "\n  R:\n    column: M\n    aggf: mean\n    metric_comparison_method: bps\n  S:\n    column: M\n    aggf: max"
    )
    beside = written(tmp_path, setup, rate + other, chart, rows)

    assert [each.value for each in alone.cards[1].boxes] == [each.value for each in beside.cards[1].boxes]
    assert alone.cards[1].boxes[1].value == pytest.approx(0.0, abs=1e-6)


def test_t11_data_that_end_weeks_before_are_stale_and_stay_in_their_weeks() -> None:
    values = constant()
    values[-21:] = np.nan
    found = card(table(values), metric())

    assert [point.value for point in found.weeks] == [700.0, 700.0, 700.0, None, None, None]
    assert [point.absent for point in found.weeks[3:]] == ["late"] * 3
    assert found.notes[-1] == "stale: the last row is of 2023-09-09, 3 weeks before the week's end"


def test_t12_a_closed_week_is_closed_not_the_week_before(tmp_path: Path) -> None:
    from firstbest.mechanisms.metrics import Absence

    values = constant()
    values[-7:] = np.nan
    days = table(values)
    absence = days.absence.copy()
    absence[0, -7:] = Absence.CLOSED
    found = card(days._replace(absence=absence), metric())

    assert (found.weeks[5].value, found.weeks[5].absent) == (0.0, "closed")
    assert found.notes == ()


def test_t13_the_shipped_sample_runs_with_its_csv(data_dir: Path) -> None:
    folder = data_dir / "review/wbr_app"
    found = deck_of(read_wbr(folder / "1-wbr-sample-config.yaml", folder / "1-wbr-sample-dataset.csv"))

    assert [each.title for each in found.cards][:2] == ["Ad Impressions (Millions)", "Clicks from Ads (Thousands)"]
    assert all(each.boxes[0].value for each in found.cards)


def test_t14_two_events_on_one_metric_are_both_told(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "Date,MetricName,EventDescription\n2023-09-26,M,a campaign\n2023-09-27,M,an outage\n2020-01-01,M,long ago\n"
    )
    setup = "annotations:\n  - events.csv\n" + SETUP.format(end="30-SEP-2023", week=39, month="DEC")

    assert written(tmp_path, setup).cards[0].notes == ("Tue 26 Sep: a campaign", "Wed 27 Sep: an outage")


def test_imported_decks_say_what_is_absent_too(tmp_path: Path) -> None:
    """T1 to T4, T11 and T12 as the importer answers them: no zero stands for what is not known."""
    setup = SETUP.format(end="30-SEP-2023", week=39, month="DEC")
    days = [np.datetime64("2021-01-01") + at for at in range(1003)]
    late = written(tmp_path, setup, rows=[f"{day},100" for day in days[:1000]]).cards[0]
    empty = written(tmp_path, setup, rows=[f"{d},{'' if at == 999 else 100}" for at, d in enumerate(days)]).cards[0]
    fallen = written(tmp_path, setup, rows=[f"{d},{0 if at > 995 else 100}" for at, d in enumerate(days)]).cards[0]
    stale = written(tmp_path, setup, rows=[f"{day},100" for day in days[:982]]).cards[0]

    assert late.notes[0] == "incomplete: 4 of 7 days; without Thu 28 Sep, Fri 29 Sep, Sat 30 Sep"
    assert [each.value for each in empty.boxes] == [None] * 9
    assert box(fallen, 1) == -100.0
    assert [point.value is None for point in stale.weeks] == [False, False, False, True, True, True]


def test_the_last_week_of_the_tests_ends_on_a_saturday() -> None:
    assert week_end_of(Calendar(), SATURDAY) == SATURDAY
