"""Cards compiled for the kernel: flat arrays that lead from an event to the slots in which it is counted.

A *slot* is the smallest thing that has one price: one step of one table of one rule of one charge of one card version
(for a percentage with a condition: one such step of the charge that it is taken of). A slot's money is linear in what
is counted, `quantity x rate + quantity x steps x step_rate`, so the kernel adds whole numbers and no money: prices are
applied to the sums, in exact fractions (`rent/price`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.card import Card
from firstbest.rent.usage import Names

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

CODED: Final = 100
"""Kinds of axis from here on are dimensions, below it qualities."""


class SlotName(NamedTuple):
    """What a slot stands for; it means the same in every program made from the same card version.

    `of` and `of_rule` name the charge and rule that a percentage is taken of, else they are empty. `table`, `step`:
    which step of which table of the rule (of `of_rule`, for a percentage).
    """

    family: str
    version: int
    charge: str
    rule: str
    of: str
    of_rule: str
    table: int
    step: int


class Views(NamedTuple):
    """How a card version sees an event.

    `versions`: [versions + 1, VERSION_*] dimensional grams of a cubic centimetre as top and bottom of a fraction, where
    its sizes and its seasons begin. `sizes`: [sizes, QUALITIES] bounds. `seasons`: [n, 2] first instant, code.
    """

    versions: I64
    sizes: I64
    seasons: I64


class Spaces(NamedTuple):
    """Which rule of a charge holds for an event.

    `charges`: [charges + 1, CHARGE_*] where its axes, cells and slots begin. `axes`: [axes, AXIS_*] kind (a quality, or
    CODED + a dimension), where its classes or cuts begin, how many classes it has, its stride. `cells`: rule,
    space.HOLE or space.FREE.
    """

    charges: I64
    axes: I64
    classes: I32
    cuts: I64
    cells: I32


class Prices(NamedTuple):
    """Which slot of a rule an event is counted in.

    `rules`: [rules + 1, RULE_*] mode (a card.Pick or PERCENT), in how many parts the rests of its money are counted,
    where its tables and pairs begin. `tables`: [tables + 1, TABLE_*] quality (-1: the same price for all), where its
    slots begin. `slots`: [slots of tables, SLOT_*] up to which number (in it), then steps =
    ceil((x * scale - over) / step), at most steps_most; base and each as whole millionths and a rest in parts.
    `pairs`: [pairs, PAIR_*] of which charge, the first slot that mirrors its slots.
    """

    rules: I64
    tables: I64
    slots: I64
    pairs: I64


class Program(NamedTuple):
    """Compiled cards; arrays only, so that kernels take it. What has parts names where they begin.

    `assigned`: [segments, families, tenants] card version or -1. `starts`: [segments] the first instant of each.
    `plan_first`: [versions x meters + 1] into `plan`, the charges of a version over a meter, percentages last.
    """

    assigned: I32
    starts: I64
    plan_first: I32
    plan: I32
    views: Views
    spaces: Spaces
    prices: Prices


PERCENT: Final = 3
"""A rule's mode beside card.Pick: it counts in the slots of the charges that it is a percentage of."""


class Compiled(NamedTuple):
    """A program with what its numbers stand for: slots, charges (label of the card, charge), names and cards."""

    program: Program
    slots: tuple[SlotName, ...]
    charges: tuple[tuple[str, str], ...]
    names: Names
    cards: tuple[Card, ...]

    def card(self, family: str, version: int) -> Card:
        """A card of the program by its name."""
        return next(card for card in self.cards if (card.family, card.version) == (family, version))


def as_i32(values: Sequence[int]) -> I32:
    """A list as 32-bit integers."""
    return np.array(values, np.int32)


def as_i64(values: Sequence[int]) -> I64:
    """A list as 64-bit integers."""
    return np.array(values, np.int64)
