"""A week's review, brought together: the deck, what was sealed before, money, bets and questions, overrulings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from firstbest.mechanisms.calendar import week_label
from firstbest.mechanisms.deck import Deck
from firstbest.mechanisms.deck_make import Given, make, spans_of
from firstbest.mechanisms.fans import drawn
from firstbest.mechanisms.restatement import restated
from firstbest.store import metrics, record, reviews
from firstbest.store.bets import Shelf, meaning_of, shelf_of
from firstbest.store.bets_measure import measure_in
from firstbest.store.bets_read import Standing, room_of, standing_of
from firstbest.store.review_costs import Costs, week_costs

REHEARSED: Final = "days of a rehearsal, not of the book: nothing here is an actual"


Desk = Callable[[int, int], Costs | None]
"""The door desk of the days from one to another, both in."""


class Review(NamedTuple):
    """A deck, and what its reader must be told besides."""

    deck: Deck
    warnings: tuple[str, ...]


def review(folder: Path, week: str | None = None, as_of_us: int | None = None, desk: Desk | None = None) -> Review:
    """The review of a week of the folder, as known at an instant; without one, of all that rows and record know.

    `desk`: where the live book's costs come from. Raises `WorkspaceFaulty` and `WeekUnknown`.
    """
    loaded = metrics.load(folder)
    instant = _latest_us(folder, loaded) if as_of_us is None else as_of_us
    given = metrics.given(loaded, week, instant)
    shelf = shelf_of(folder, {})
    measure = measure_in(folder, instant, loaded)
    before = reviews.sealed(folder)
    label = week_label(given.calendar, given.end)
    earlier = [deck for seal, deck in before if seal.as_of_us < instant and deck.week != label]
    deck = restated(make(_with_fans(given, shelf, standing_of(shelf, instant, measure))), earlier)
    deck = reviews.with_overrulings(deck, reviews.overrulings(folder), earlier)
    room = room_of(shelf, instant, measure)
    filled = bool(room.bets or room.questions or room.anecdotes)
    deck = msgspec.structs.replace(deck, room=room if filled else None)
    rehearsals = [source.rehearsal for source in loaded.definitions.sources if source.rehearsal]
    if rehearsals:
        deck = msgspec.structs.replace(deck, rehearsed=REHEARSED)
    costs = week_costs(folder, rehearsals[0], deck.start, deck.end) if rehearsals else None
    costs = desk(deck.start, deck.end) if costs is None and desk is not None else costs
    if costs is not None:
        deck = msgspec.structs.replace(deck, costs=costs.lines, costs_total=costs.total, costs_note=costs.note)
    warnings = tuple(reviews.rewritten(before, lambda at_us: metrics.data_digest(loaded, at_us)))
    return Review(msgspec.structs.replace(deck, notes=warnings), warnings)


def _latest_us(folder: Path, loaded: metrics.Loaded) -> int:
    """When the last thing became known that a deck is made of."""
    return max(metrics.latest_us(loaded), record.latest_us(folder), reviews.last_word_us(folder))


def _with_fans(given: Given, shelf: Shelf, standing: Standing) -> Given:
    """Sealed forecasts laid over the weeks and months they speak of; a row of forecast.csv for the very span stands."""
    meanings = {metric.key: meaning_of(shelf, metric.key) for metric in given.metrics if metric.key in shelf.metrics}
    spans = spans_of(given.calendar, given.end)
    found = drawn(standing.bets, standing.scored, given.metrics, meanings, spans)
    notes = {key: (*given.notes.get(key, ()), *found.notes.get(key, ())) for key in {*given.notes, *found.notes}}
    return given._replace(fans=(*found.fans, *given.fans), notes=notes)
