"""A week's review, brought together: the deck, what was sealed before, money, bets and questions, overrulings."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from firstbest.mechanisms.calendar import week_label
from firstbest.mechanisms.deck import Deck
from firstbest.mechanisms.deck_make import make
from firstbest.mechanisms.restatement import restated
from firstbest.store import metrics, reviews
from firstbest.store.bets_read import room_as_of
from firstbest.store.metrics_measure import measure_of
from firstbest.store.review_costs import week_costs


class Review(NamedTuple):
    """A deck, and what its reader must be told besides."""

    deck: Deck
    warnings: tuple[str, ...]


def review(folder: Path, week: str | None = None, as_of_us: int | None = None) -> Review:
    """The review of a week of the folder, as known at an instant. Raises `WorkspaceFaulty` and `WeekUnknown`."""
    loaded = metrics.load(folder)
    given = metrics.given(loaded, week, as_of_us)
    before = reviews.sealed(folder)
    label = week_label(given.calendar, given.end)
    earlier = [deck for seal, deck in before if seal.as_of_us < given.as_of_us and deck.week != label]
    deck = restated(make(given), earlier)
    deck = reviews.with_overrulings(deck, reviews.overrulings(folder), earlier)
    rehearsals = [source.rehearsal for source in loaded.definitions.sources if source.rehearsal]
    room = room_as_of(folder, given.as_of_us, measure=measure_of(loaded, given.as_of_us))
    filled = bool(room.bets or room.questions or room.anecdotes)
    deck = msgspec.structs.replace(deck, room=room if filled else None)
    if rehearsals:
        deck = _with_money(deck, folder, rehearsals[0])
    warnings = tuple(reviews.rewritten(before, lambda instant: metrics.data_digest(loaded, instant)))
    return Review(msgspec.structs.replace(deck, notes=warnings), warnings)


def _with_money(deck: Deck, folder: Path, rehearsal: str) -> Deck:
    """The deck of a rehearsal: marked so, with the costs that no promise needed."""
    rehearsed = "a rehearsal's days, not the books': not compared with any actuals"
    found = week_costs(folder, rehearsal, deck.start, deck.end)
    if found is None:
        return msgspec.structs.replace(deck, rehearsed=rehearsed)
    return msgspec.structs.replace(
        deck, rehearsed=rehearsed, costs=found.lines, costs_total=found.total, costs_note=found.note
    )
