"""Which card version holds for whom and when: by family, instant and tenant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.card import ANYONE, Card
from firstbest.rent.usage import Names

I32 = NDArray[np.int32]


class Overlap(NamedTuple):
    """Two cards of a family that hold for the same tenant at the same time."""

    family: str
    versions: tuple[int, int]
    tenant: str
    begins: int
    ends: int


def overlaps(cards: Sequence[Card]) -> Iterator[Overlap]:
    """Every pair of cards that contradict each other: the first tenant of both, and the span in which both hold.

    A card for a named tenant goes before one for anyone; that is no contradiction.
    """
    for first, second in combinations(sorted(cards, key=lambda card: (card.family, card.begins, card.version)), 2):
        shared = sorted(set(first.tenants) & set(second.tenants))
        begins, ends = max(first.begins, second.begins), min(first.ends, second.ends)
        if first.family == second.family and shared and begins < ends:
            yield Overlap(first.family, (first.version, second.version), shared[0], begins, ends)


def segments_of(cards: Sequence[Card]) -> list[int]:
    """Instants at which a card begins or ends; between two of them nothing changes. The first is before all."""
    return sorted({-(2**62), *(card.begins for card in cards), *(card.ends for card in cards)})


def assignment(cards: Sequence[Card], names: Names) -> I32:
    """[segments, families, tenants] place of the card in `cards`, -1 where none holds. Families in order of name."""
    starts = segments_of(cards)
    families = sorted({card.family for card in cards})
    assigned = np.full((len(starts), len(families), len(names.tenants)), -1, np.int32)
    codes = {name: code for code, name in enumerate(names.tenants)}
    for named in (False, True):
        for place, card in enumerate(cards):
            held = [at for at, start in enumerate(starts) if card.begins <= start < card.ends]
            family = families.index(card.family)
            if not named and ANYONE in card.tenants:
                assigned[held, family, :] = place
            elif named:
                of = [codes[name] for name in card.tenants if name in codes]
                assigned[np.ix_(held, [family], of)] = place
    return assigned
