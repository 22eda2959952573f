"""The fan of sealed forecasts on a deck: what was promised, as known at the deck's instant, whatever comes later."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firstbest.mechanisms.deck import Card, Deck, packed
from firstbest.mechanisms.records import Measured
from firstbest.mechanisms.restatement import restated
from firstbest.present.deck_page import page
from firstbest.store import bets_acts as acts
from firstbest.store.bets_read import room_as_of
from firstbest.store.review import review
from tests.books.small_firm import DAY, MAY, METRIC, NAME, NOVEMBER, decided, decision, folder, locked, stated

__all__ = ["folder"]

AUGUST = "2026-W34"


def card(folder: Path, as_of_us: int, key: str = METRIC) -> Card:
    """The metric's card of a week in the bet's window, 6 July to 4 October."""
    return next(each for each in review(folder, AUGUST, as_of_us).deck.cards if each.key == key)


def fans(found: Card) -> dict[str, tuple[float, float, float]]:
    """Spans that have a fan."""
    points = (*found.weeks, *found.months)
    return {
        each.label: (each.low, each.middle, each.high)
        for each in points
        if each.low is not None and each.middle is not None and each.high is not None
    }


def promises_visits(folder: Path) -> None:
    """The bet is on a metric whose days add up."""
    path = folder / "bets" / f"{NAME}.md"
    path.write_text(path.read_text("utf-8").replace(f"metric: {METRIC}, direction", "metric: visits, direction"))


def test_a_sealed_forecast_is_drawn_over_its_window_as_wide_as_a_week_is(folder: Path) -> None:
    decided(folder)
    drawn = fans(card(folder, NOVEMBER))

    # The window begins on Monday 6 July and weeks on a Sunday, so its first whole week is that of 12 July, 29.
    assert list(drawn) == ["29", "30", "31", "32", "33", "34", "35", "36", "37", "38"]
    wide = math.sqrt(91 / 7)
    low, middle, high = drawn["34"]
    assert middle == pytest.approx(0.82)
    assert (low, high) == (pytest.approx(0.82 - 0.04 * wide), pytest.approx(0.82 + 0.04 * wide))
    notes = " ".join(card(folder, NOVEMBER).notes)
    assert "forecast: evening_answers, the world with it, stated by Ines, sealed 2026-05-02" in notes


def test_before_the_seal_there_is_no_fan_and_before_a_yes_it_is_the_world_without(folder: Path) -> None:
    decided(folder)
    seen = [fans(card(folder, MAY + days * DAY)) for days in (0, 1, 2)]

    assert seen[0] == {}
    assert {middle for _, middle, _ in seen[1].values()} == {0.71}
    assert {middle for _, middle, _ in seen[2].values()} == {0.82}


def test_a_no_leaves_the_world_without(folder: Path) -> None:
    decided(folder, yes=False, chosen="do not", reason="Nobody asked us for evenings.")

    assert {middle for _, middle, _ in fans(card(folder, NOVEMBER)).values()} == {0.71}


def test_later_forecasts_and_facts_move_no_fan(folder: Path) -> None:
    before = card(decided(folder), NOVEMBER)
    acts.add_forecasts(folder, NAME, "Ines Vogt", MAY + 9 * DAY, [stated((0.9, 0.95, 0.99))], {})
    acts.measure(folder, NAME, "Ines Vogt", NOVEMBER - DAY, [Measured(metric=METRIC, value=0.7, source="came.csv")])

    assert card(folder, NOVEMBER) == before


def test_a_metric_defined_anew_has_no_fan_and_is_told(folder: Path) -> None:
    path = decided(folder) / "metrics.toml"
    path.write_text(
        path.read_text("utf-8").replace('numerator = "days.answered_in_a_day"', 'numerator = "days.letters"')
    )
    found = card(folder, NOVEMBER)

    assert fans(found) == {}
    assert "no forecast is drawn of evening_answers: the metric was defined anew" in " ".join(found.notes)


def about_visits(folder: Path) -> None:
    """The bet of the folder is on visits, which add up."""
    path = folder / "bets" / f"{NAME}.md"
    told = path.read_text("utf-8").replace("metric: answered_in_a_day, direction", "metric: visits, direction")
    path.write_text(told)


def test_what_adds_up_is_forecast_by_the_week_and_drawn_by_the_span(folder: Path) -> None:
    about_visits(folder)
    week: dict[str, Any] = stated((30_000.0, 35_000.0, 40_000.0), (29_000.0, 34_000.0, 39_000.0)) | {"metric": "visits"}
    acts.add_forecasts(folder, NAME, "Ines Vogt", MAY, [week], {})
    acts.lock(folder, NAME, "Ines Vogt", MAY + DAY, {})
    drawn = fans(card(folder, NOVEMBER, "visits"))

    assert drawn["34"][1] == pytest.approx(34_000)
    assert drawn["34"][2] - drawn["34"][1] == pytest.approx(5_000 * math.sqrt(13))
    late = next(each for each in review(folder, "2026-W41", NOVEMBER).deck.cards if each.key == "visits")
    month = fans(late)["Aug"]
    assert month[1] == pytest.approx(34_000 * 31 / 7)
    assert month[2] - month[1] == pytest.approx(5_000 * 31 / 7 * math.sqrt(91 / 31))


def test_a_row_of_the_forecast_file_for_the_very_week_stands(folder: Path) -> None:
    (decided(folder) / "forecast.csv").write_text(
        f"metric,from,to,p10,p50,p90\n{METRIC},2026-08-16,2026-08-22,0.5,0.6,0.7\n"
    )
    path = folder / "metrics.toml"
    path.write_text('forecast = {file = "forecast.csv"}\n' + path.read_text("utf-8"))
    drawn = fans(card(folder, NOVEMBER))

    assert drawn["34"] == (0.5, 0.6, 0.7)
    assert drawn["33"][1] == pytest.approx(0.82)


def test_the_deck_judges_as_the_bet_does(folder: Path) -> None:
    """Facts of a deck are those of `bet show`, also where days add up: the mean of weeks, without a second error."""
    about_visits(folder)
    week: dict[str, Any] = stated((29_000.0, 30_000.0, 31_000.0), (9_000.0, 10_000.0, 11_000.0)) | {"metric": "visits"}
    acts.add_forecasts(folder, NAME, "Ines Vogt", MAY, [week], {})
    acts.lock(folder, NAME, "Ines Vogt", MAY + DAY, {})
    acts.decide(folder, decision(), (), (MAY + 2 * DAY, "2026-05-03"), {})
    deck = review(folder, "2026-W44", NOVEMBER).deck
    assert deck.room is not None

    assert deck.room.bets == room_as_of(folder, NOVEMBER).bets
    fact = deck.room.bets[0].verdict.metrics[0].fact
    assert fact is not None
    assert fact.value == pytest.approx(sum(fact.weekly) / len(fact.weekly))


def test_without_an_instant_a_deck_knows_all_that_is_on_record(folder: Path) -> None:
    far = NOVEMBER + 300 * DAY
    acts.add_forecasts(folder, NAME, "Ines Vogt", far, [stated()], {})
    deck = review(folder).deck

    assert deck.as_of_us == far
    assert deck.room is not None
    assert len(deck.room.bets[0].verdict.forecasts) == 1


def test_a_forecast_that_was_moved_after_its_week_is_a_restatement(folder: Path) -> None:
    sealed = review(locked(folder), AUGUST, NOVEMBER).deck

    def moved(by: float) -> Deck:
        cards = tuple(
            msgspec.structs.replace(
                each,
                weeks=tuple(
                    point if point.middle is None else msgspec.structs.replace(point, middle=point.middle + by)
                    for point in each.weeks
                ),
            )
            for each in sealed.cards
        )
        return msgspec.structs.replace(sealed, cards=cards)

    told = restated(moved(0.01), [sealed]).restatements

    assert packed(restated(moved(0.0), [sealed])) == packed(sealed)
    assert {each.label for each in told} == {
        f"forecast of week {week}" for week in ("29", "30", "31", "32", "33", "34")
    }
    assert (told[0].old, told[0].new) == (pytest.approx(0.71), pytest.approx(0.72))


def test_weeks_ahead_are_no_gap(folder: Path) -> None:
    deck = review(decided(folder), AUGUST, NOVEMBER).deck

    assert any(point.absent == "coming" for each in deck.cards for point in each.weeks)
    assert "Every metric's last week is whole" in page(deck)
