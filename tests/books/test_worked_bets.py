"""The two bets that ship: whole, judged by computed facts, one confirmed and one refuted, and told on a page."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firstbest.mechanisms.records import Judgement, Placed, Room, State
from firstbest.mechanisms.seals import broken
from firstbest.mechanisms.verdict_of_bets import measured_in, verdict_on
from firstbest.present.bets import Paper, portfolio, shown
from firstbest.present.catalog import CATALOG
from firstbest.present.deck_rooms import reason_of
from firstbest.store.bets import shelf_of
from firstbest.store.bets_check import check_mechanisms
from firstbest.store.bets_read import facts_for, room_as_of, standing_of
from firstbest.store.init import BUILTIN
from firstbest.store.record import read_record

FOLDER = Path(str(BUILTIN))
FIGURES = {each.key: each._asdict() for each in CATALOG.values()}
LATER = 4_000_000_000_000_000  # in the year 2096


@pytest.fixture(scope="module")
def room() -> Room:
    """Everything that is known of them."""
    return room_as_of(FOLDER, LATER, FIGURES)


def bet(room: Room, name: str) -> Placed:
    """The bet of that name."""
    return next(placed for placed in room.bets if placed.verdict.bet == name)


def test_one_is_confirmed_and_one_refuted(room: Room) -> None:
    assert {placed.verdict.bet: placed.verdict.judgement for placed in room.bets} == {
        "cut_off_17": Judgement.CONFIRMED,
        "sunday_couriers": Judgement.REFUTED,
    }
    assert {placed.verdict.state for placed in room.bets} == {State.JUDGED}


def test_an_assumption_that_nobody_measured_decides_nothing_and_is_told_so() -> None:
    shelf = shelf_of(FOLDER, FIGURES)
    standing = standing_of(shelf, LATER)
    sealed = next(each for each in standing.bets if each.page.bet.bet == "cut_off_17")
    facts = facts_for(sealed.progress, None)
    whole = verdict_on(sealed, facts, standing.scored)
    blind = verdict_on(
        sealed, lambda metric, *days: None if metric == "orders_per_day" else facts(metric, *days), standing.scored
    )
    assert whole.judgement == Judgement.CONFIRMED
    assert [each.state for each in whole.metrics[0].assumed] == ["held"]
    assert blind.judgement == Judgement.INCONCLUSIVE
    assert [each.state for each in blind.metrics[0].assumed] == ["not measured"]
    assert "but not measured: orders_per_day" in blind.reason

    now = room_as_of(FOLDER, LATER, FIGURES)
    for verdict, said in ((whole, "held (657"), (blind, "not measured")):
        placed = msgspec.structs.replace(now.bets[0], verdict=verdict)
        page = shown(placed, now, Paper(80, "USD", FIGURES)).plain
        assert f"assumed: orders a day 500 to 900: {said}" in " ".join(page.split())
        assert f"Assumed: orders_per_day 500 to 900, {said}" in reason_of(verdict.metrics[0], {}, "USD")


def test_their_facts_are_rehearsals_that_no_forecast_has_seen() -> None:
    entries = read_record(FOLDER)
    facts = measured_in(entries)
    seeds = {
        each.body["provenance"]["seeds"]
        for each in entries
        if each.kind == "forecast" and "seeds" in each.body["provenance"]
    }
    kinds = [each.kind for each in entries]

    assert broken(entries) == []
    assert seeds == {"11-20"}
    assert {fact.provenance["seeds"] for fact in facts} == {"2026"}
    assert {fact.source for fact in facts} == {"rehearsal"}
    assert (
        max(place for place, kind in enumerate(kinds) if kind == "locked")
        < kinds.index("decided")
        < kinds.index("measured")
    )
    assert len(facts) >= 6


def test_the_person_and_the_twin_are_scored_alike(room: Room) -> None:
    found = {each.source: each for each in room.calibrations}

    assert found["twin"].forecasts == 2
    assert set(found) == {"twin", "stated by Ana Ruiz", "stated by Marcus Bell"}
    assert found["stated by Marcus Bell"].covered == 0.0
    assert found["stated by Marcus Bell"].widen > found["twin"].widen


def test_a_new_workspace_has_no_fault_however_late_it_is_made() -> None:
    assert check_mechanisms(FOLDER, FIGURES, LATER).faults == []


@pytest.mark.parametrize("width", [80, 120])
def test_the_pages_keep_to_their_width(room: Room, width: int) -> None:
    paper = Paper(width, "USD", FIGURES)
    pages = [portfolio(room, paper).plain, *(shown(placed, room, paper).plain for placed in room.bets)]

    assert [line for page in pages for line in page.split("\n") if len(line) > width] == []
    assert "confirmed" in pages[0]
    assert "refuted" in pages[0]
    assert "judged by stated by Marcus Bell" in pages[2]


def test_what_was_known_at_each_day_of_the_story(room: Room) -> None:
    december, february = (
        room_as_of(FOLDER, instant, FIGURES) for instant in (1_766_000_000_000_000, 1_770_200_000_000_000)
    )

    assert {placed.verdict.state for placed in december.bets} == {State.LOCKED}
    assert {placed.verdict.judgement for placed in february.bets} == {Judgement.NOT_DUE}
    assert sum(placed.cash.spent for placed in february.bets) == 73_500
    assert bet(room, "cut_off_17").cash.crosses_year == 2027
    assert [question.metric for question in room.questions] == ["two_day_share"]
    assert len(room.anecdotes) == 5
