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


class Program(NamedTuple):
    """Compiled cards; arrays only, so that kernels take it. `*_first` arrays hold where a parent's parts begin.

    assigned: [segments, families, tenants] card version or -1. starts: [segments] the first instant of each.
    plan_first: [versions x meters + 1] into plan, the charges of a version over a meter, percentages last.
    divisor: [versions, 2] dimensional grams of a cubic centimetre as a fraction.
    size_first: [versions + 1] into size_most: [sizes, QUALITIES]. season_first: [versions + 1] into season_starts and
    season_codes. axis_first: [charges + 1] into axis_kind (a quality, or CODED + a dimension), axis_at (into classes or
    cuts), axis_size, axis_stride. cell_first: [charges] into cells: rule, space.HOLE or space.FREE.
    mode: [rules] a card.Pick, or PERCENT. table_first: [rules + 1] into table_quality: [tables] -1 where the price is
    the same for all. slot_first: [tables + 1] into the slots of tables: upto, and steps =
    ceil((x * scale - over) / step), at most steps_most; base and each as whole millionths and a
    rest in parts of the rule's `parts`.
    pair_first: [rules + 1] into pair_charge (of which charge) and pair_slot (its first slot of pairs); slot_base:
    [charges] the first slot of a charge.
    """

    assigned: I32
    starts: I64
    plan_first: I32
    plan: I32
    divisor: I64
    size_first: I32
    size_most: I64
    season_first: I32
    season_starts: I64
    season_codes: I32
    axis_first: I32
    axis_kind: I32
    axis_at: I32
    axis_size: I32
    axis_stride: I32
    classes: I32
    cuts: I64
    cell_first: I64
    cells: I32
    mode: I32
    table_first: I32
    table_quality: I32
    slot_first: I32
    upto: I64
    scale: I64
    over: I64
    step: I64
    steps_most: I64
    base: I64  # [slots, 2]
    each: I64  # [slots, 2]
    parts: I64
    pair_first: I32
    pair_charge: I32
    pair_slot: I32
    slot_base: I32


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
