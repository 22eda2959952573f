"""The finite space of a charge: what its rules can tell apart, and which rule holds where.

A rule asks for names and bounds numbers. Events that no rule of a charge tells apart behave alike, so each dimension
falls into few classes: the names that are asked for and *any other*, the ranges between all bounds and *not stated*. A
charge is then a table over combinations of classes, and overlaps, holes and rules that never hold can be counted.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.card import MOST, Card, Charge, Dimension, Quality, Rule

I32 = NDArray[np.int32]
Mask = NDArray[np.bool_]

HOLE: Final = -1
FREE: Final = -2
CELLS_MAX: Final = 2_000_000
"""Combinations of one charge."""


class TooWide(Exception):  # noqa: N818 - it names a state of a card
    """The rules of a charge tell too many combinations apart."""


class Axis(NamedTuple):
    """One dimension of a charge's space, or one quality, and its classes.

    By name: class 0 is any other name, class i is `names[i - 1]`. By number: class i holds the numbers from
    `cuts[i - 1]` to below `cuts[i]`; class 0 is what lies below the first cut (not stated, or before the card begins).
    """

    dimension: Dimension | None
    quality: Quality | None
    names: tuple[str, ...]
    cuts: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many classes."""
        return 1 + (len(self.names) if self.quality is None else len(self.cuts))

    def range_of(self, place: int) -> tuple[int, int]:
        """Least and greatest number of a class from 1."""
        return self.cuts[place - 1], (self.cuts[place] - 1 if place < len(self.cuts) else MOST)


class Space(NamedTuple):
    """A charge's axes, the mask of each rule along each axis, and the cells that an event can be in."""

    axes: tuple[Axis, ...]
    masks: tuple[tuple[Mask, ...], ...]  # [rules][axes]
    possible: Mask  # shape of the axes

    def held(self, rule: int) -> Mask:
        """Cells in which the condition of a rule holds; the rule *otherwise* holds in all."""
        shape = self.possible.shape
        held = np.ones(shape, np.bool_)
        for place, mask in enumerate(self.masks[rule]):
            along = [1] * len(shape)
            along[place] = len(mask)
            held &= mask.reshape(along)
        return held


def space_of(card: Card, charge: Charge) -> Space:
    """The space of a charge. Raises `TooWide` beyond `CELLS_MAX` combinations."""
    dimensions = sorted({name for rule in charge.rules for name in rule.when.names})
    qualities = sorted({name for rule in charge.rules for name in rule.when.ranges})
    axes = [_named(card, charge, dimension) for dimension in dimensions]
    axes += [_numbered(card, charge, quality) for quality in qualities]
    shape = tuple(axis.size for axis in axes)
    if np.prod(np.array(shape, np.float64)) > CELLS_MAX:
        raise TooWide(
            f"{card.label}, charge '{charge.name}': expected rules that tell {CELLS_MAX:,} combinations apart or "
            f"fewer, found {' x '.join(map(str, shape))}"
        )
    masks = tuple(tuple(_mask(rule, axis) for axis in axes) for rule in charge.rules)
    return Space(tuple(axes), masks, _possible(card, axes, shape))


def _named(card: Card, charge: Charge, dimension: Dimension) -> Axis:
    """Names asked for; sizes and seasons are the card's own, so all of them."""
    if dimension == Dimension.SIZE:
        names = tuple(size.name for size in card.sizes)
    elif dimension == Dimension.SEASON:
        names = tuple(dict.fromkeys(season.name for season in card.seasons))
    else:
        names = tuple(sorted({n for rule in charge.rules for n in rule.when.names.get(dimension, ())}))
    return Axis(dimension, None, names, ())


def _numbered(card: Card, charge: Charge, quality: Quality) -> Axis:
    """Cuts at all bounds; the first is where the domain begins."""
    begins = card.begins if quality == Quality.AT else 0
    cuts = {begins}
    for rule in charge.rules:
        low, high = rule.when.ranges.get(quality, (begins, MOST))
        cuts |= {max(low, begins), *([high + 1] if begins <= high < MOST else [])}
    return Axis(None, quality, (), tuple(sorted(cuts)))


def _mask(rule: Rule, axis: Axis) -> Mask:
    """Classes of an axis at which a rule's condition holds."""
    mask = np.ones(axis.size, np.bool_)
    if axis.dimension is not None and axis.dimension in rule.when.names:
        asked = rule.when.names[axis.dimension]
        mask[:] = [False, *(name in asked for name in axis.names)]
    elif axis.quality is not None and axis.quality in rule.when.ranges:
        low, high = rule.when.ranges[axis.quality]
        mask[0] = False
        for place in range(1, axis.size):
            least, most = axis.range_of(place)
            mask[place] = low <= least and most <= high
    return mask


def _possible(card: Card, axes: list[Axis], shape: tuple[int, ...]) -> Mask:
    """Cells that an event can be in: a small parcel is never heavy, and a card's own names are complete."""
    possible = np.ones(shape, np.bool_)
    tiers = next((place for place, axis in enumerate(axes) if axis.dimension == Dimension.SIZE), None)
    for place, axis in enumerate(axes):
        cells = np.moveaxis(possible, place, 0)
        complete = (axis.dimension == Dimension.SIZE and not card.sizes[-1].most) or (
            axis.dimension == Dimension.SEASON and card.seasons[0].begins <= card.begins
        )
        if complete or axis.quality is not None:
            cells[0] = False
        if axis.quality == Quality.AT and axis.cuts[-1] >= card.ends:
            cells[-1] = False
        if axis.quality is not None and tiers is not None:
            _beyond_tiers(card, axis, np.moveaxis(possible, (tiers, place), (0, 1)))
    return possible


def _beyond_tiers(card: Card, axis: Axis, cells: Mask) -> None:
    """Takes out the cells of a tier whose range lies above the tier's bound. `cells`: [tiers, ranges, ...]."""
    assert axis.quality is not None
    for tier, size in enumerate(card.sizes, start=1):
        most = size.most.get(axis.quality, MOST)
        above = [place for place in range(1, axis.size) if axis.range_of(place)[0] > most]
        cells[tier, above] = False


def table_of(charge: Charge, space: Space) -> I32:
    """Which rule holds in each cell: its place in the charge, HOLE, or FREE. Flat, last axis fastest."""
    cells = np.full(space.possible.shape, FREE if charge.free else HOLE, np.int32)
    order = [place for place, rule in enumerate(charge.rules) if rule.when.otherwise]
    order += [place for place, rule in reversed(list(enumerate(charge.rules))) if not rule.when.otherwise]
    for place in order:
        cells[space.held(place)] = place
    return cells.reshape(-1)


def strides_of(space: Space) -> list[int]:
    """How far apart neighbours along each axis lie in the flat table."""
    sizes = [axis.size for axis in space.axes]
    strides = [1] * (len(sizes) + 1)
    for place in reversed(range(len(sizes))):
        strides[place] = strides[place + 1] * sizes[place]
    return strides[1:]
