"""What a deck knows of one metric, in sentences: what a question about it is opened with."""

from __future__ import annotations

from firstbest.mechanisms.deck import Card, Deck
from firstbest.present import deck_words

LAST, WEEK, YEAR = 0, 1, 2
"""Boxes of a card: last week, against the week before, against last year."""


def evidence(deck: Deck, key: str) -> list[str]:
    """The last week and how it compares, whether it is a signal and since when, what leads it, what is absent."""
    card = next((each for each in deck.cards if each.key == key), None)
    if card is None or len(card.boxes) <= YEAR:
        return []
    found = [_week(deck, card)]
    for signal in deck.signals:
        if signal.key == key:
            low, expected, high = (
                deck_words.value(number, card.unit, deck.currency, card.decimals)
                for number in (signal.low, signal.expected, signal.high)
            )
            said = f"A signal since {signal.since}: expected was {expected} ({low} to {high})"
            found.append(f"{said}; by chance {deck_words.chance(signal.chance)}.")
    found += [f"{each.cause_title}: {each.verdict} ({each.weeks} weeks)." for each in deck.edges if each.effect == key]
    return found + [f"{note[0].upper()}{note[1:]}." for note in card.notes]


def _week(deck: Deck, card: Card) -> str:
    last, week, year = card.boxes[LAST], card.boxes[WEEK], card.boxes[YEAR]
    shown = deck_words.score(last, card, deck.currency)
    told = [f"week on week {deck_words.difference(week)}", f"year on year {deck_words.difference(year)}"]
    return f"Week {deck.week}: {shown}, {', '.join(told)}."
