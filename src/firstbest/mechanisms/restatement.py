"""What has changed since it was shown: no number of a sealed deck may change in silence."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from firstbest.mechanisms.deck import COMING, Card, Deck, Point, Restatement

TOLERANCE = 1e-9
"""Relative; sums of the same days in another order differ by less."""


def restated(now: Deck, sealed: Iterable[Deck]) -> Deck:
    """The deck with a mark on each point that an earlier sealed deck showed otherwise, and the list of them.

    A forecast that was shown for a week that was over, and is another now, is listed too: a goal was moved.

    `sealed`: earlier decks, the oldest first. A point is compared with the last of them that showed it.
    """
    shown: dict[tuple[str, int, int], tuple[Point, str]] = {}
    for deck, card in ((each, card) for each in sealed for card in each.cards):
        points = (point for point in (*card.weeks, *card.months) if point.absent != COMING)
        shown |= {(card.key, point.start, point.end): (point, deck.week) for point in points}
    if not shown:
        return now
    listed: list[Restatement] = []
    cards = tuple(_card(card, shown, listed) for card in now.cards)
    return msgspec.structs.replace(now, cards=cards, restatements=tuple(listed))


def _card(card: Card, shown: dict[tuple[str, int, int], tuple[Point, str]], listed: list[Restatement]) -> Card:
    def marked(point: Point) -> Point:
        before = shown.get((card.key, point.start, point.end))
        if before is None:
            return point
        old, week = before
        if old.middle is not None and not same(old.middle, point.middle):
            listed.append(_of(card, (f"forecast of {_label(point)}", old.middle, point.middle), week))
        if same(old.value, point.value):
            return point
        listed.append(_of(card, (_label(point), old.value, point.value), week))
        return msgspec.structs.replace(point, was=old.value) if old.value is not None else point

    weeks, months = (tuple(marked(point) for point in points) for points in (card.weeks, card.months))
    return msgspec.structs.replace(card, weeks=weeks, months=months)


def _of(card: Card, told: tuple[str, float | None, float | None], week: str) -> Restatement:
    """One line: (what, was, is), and the deck that showed it otherwise."""
    label, old, new = told
    return Restatement(
        key=card.key, title=card.title, unit=card.unit, decimals=card.decimals, label=label, old=old, new=new,
        sealed_week=week,
    )  # fmt: skip


def _label(point: Point) -> str:
    return f"week {point.label}" if point.end - point.start == 6 else point.label  # noqa: PLR2004 - a week


def same(old: float | None, new: float | None) -> bool:
    """Whether two values are one, within the order of a sum."""
    if old is None or new is None:
        return old is new
    return abs(old - new) <= TOLERANCE * max(abs(old), abs(new), 1e-300)
