"""Which nodes send an order: one that holds all of it, else as few as hold most of it, four at most.

Among nodes that hold every line, the one whose way scores least (decide.promise) wins; ties go to the nearer
node, then by declared rank, then by the hash of the node's text. Where no node holds every line, the node that
covers most of the remaining lines is taken in turn (ties: least score). A line that no open node holds is refused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.decide.promise import NONE, Asked, Option, Window, best_from, comes_before, is_open, is_out, lay_out
from firstbest.decide.terms import ITEM_LONGEST, ITEM_VOLUME, ITEM_WEIGHT, Terms
from firstbest.kernels.compiled import compiled, written_in
from firstbest.world.network import I64
from firstbest.world.units import MAX_KIT

CHOSEN = 1
NO_STOCK = 3
CLOSED = 6
PARTLY = 8
SHIPMENTS_MAX = 4
EVERY = -2
FITS = 1
FITS_NOT = 2


class Basket(NamedTuple):
    """The lines of one order: [n]."""

    item: I64
    row: I64  # first shelf of the item in `free`, the centres' shelves one after the other
    quantity: I64


class Scratch(NamedTuple):
    """Room for one order's answer, used again for the next: lines [n], centres [F]."""

    assigned: I64  # centre of each line, -1: refused
    covers: I64  # lines each centre can fill
    verdict: I64
    options: I64  # [F, 12] the fields of promise.Option
    order: I64  # centres chosen, in the order chosen
    pieces: I64  # [C, 4] what each carrier would be given (decide.promise.lay_out)
    group: I64  # of each line, which kit of the order it is part of, 0: none
    fits: I64  # of each line, whether a centre can fill it beside those before it
    grouped: I64  # [1] 1: some line is part of a kit


@compiled
@written_in
def load_of(terms: Terms, basket: Basket, assigned: I64, centre: int) -> tuple[int, int, int]:
    """(weight, volume, longest side) of the lines assigned to a centre; all lines where centre is EVERY."""
    weight, volume, longest = 0, 0, 0
    for n in range(len(basket.item)):
        if centre != EVERY and assigned[n] != centre:
            continue
        item = basket.item[n]
        weight += terms.item[item, ITEM_WEIGHT] * basket.quantity[n]
        volume += terms.item[item, ITEM_VOLUME] * basket.quantity[n]
        longest = max(longest, terms.item[item, ITEM_LONGEST])
    return weight, volume, longest


@compiled
def with_load(asked: Asked, load: tuple[int, int, int]) -> Asked:
    """The same wish for other goods."""
    return Asked(
        asked.place, asked.service, asked.at, asked.day, load[0], load[1], load[2], asked.wanted_day, asked.arm,
        asked.nodes_out, asked.carriers_out,
    )  # fmt: skip


@compiled
@written_in
def keep(scratch: Scratch, centre: int, option: Option) -> None:
    """Note a centre's option."""
    scratch.options[centre, 0] = option.score
    scratch.options[centre, 1] = option.cost
    scratch.options[centre, 2] = option.carrier
    scratch.options[centre, 3] = option.ship_day
    scratch.options[centre, 4] = option.door_day
    scratch.options[centre, 5] = option.slack
    scratch.options[centre, 6] = option.verdict
    scratch.options[centre, 7] = option.carton
    scratch.options[centre, 8] = option.cartons
    scratch.options[centre, 9] = option.billed_g
    scratch.options[centre, 10] = option.volume_cm3
    scratch.options[centre, 11] = option.zone
    scratch.verdict[centre] = option.verdict


@compiled
@written_in
def wins(terms: Terms, scratch: Scratch, centre: int, best: int, place: int) -> bool:
    """Does a centre's option beat the best so far; equal scores go to the nearer node."""
    if best < 0:
        return True
    if scratch.options[centre, 0] != scratch.options[best, 0]:
        return bool(scratch.options[centre, 0] < scratch.options[best, 0])
    return comes_before(terms, terms.centres[centre], terms.centres[best], place)


@compiled
def mark_kits(scratch: Scratch, kit: I64) -> None:
    """Note which lines of an order must come from one node together; kit: [n] as in tables.LINE_STATE."""
    scratch.grouped[0] = 0
    for n in range(len(kit)):
        scratch.group[n] = kit[n] // MAX_KIT
        if kit[n] > 0:
            scratch.grouped[0] = 1


@compiled
def holds_beside(basket: Basket, free: I64, scratch: Scratch, centre: int, n: int) -> bool:
    """Does a centre hold a line beside all that fits so far?"""
    wanted = basket.quantity[n]
    for other in range(len(basket.item)):
        if scratch.fits[other] == FITS and basket.row[other] == basket.row[n]:
            wanted += basket.quantity[other]
    return bool(free[basket.row[n] + centre] >= wanted)


@compiled
def fit_kits(basket: Basket, free: I64, scratch: Scratch, centre: int) -> int:
    """Mark the unassigned lines that a centre can fill beside each other, kits whole or not at all; how many."""
    scratch.fits[: len(basket.item)] = 0
    covered = 0
    for n in range(len(basket.item)):
        group = scratch.group[n]
        if scratch.assigned[n] != -1 or scratch.fits[n] != 0:
            continue
        whole, count = True, 0
        for m in range(n, len(basket.item)):
            if m == n or (group != 0 and scratch.group[m] == group):
                whole = whole and holds_beside(basket, free, scratch, centre, m)
                scratch.fits[m] = FITS
                count += 1
        if whole:
            covered += count
            continue
        for m in range(n, len(basket.item)):
            if m == n or (group != 0 and scratch.group[m] == group):
                scratch.fits[m] = FITS_NOT
    return covered


@compiled
@written_in
def count_cover(terms: Terms, basket: Basket, free: I64, scratch: Scratch) -> None:
    """How many unassigned lines each centre can fill."""
    for centre in range(len(terms.centres)):
        if scratch.grouped[0] != 0:
            scratch.covers[centre] = fit_kits(basket, free, scratch, centre)
            continue
        covered = 0
        for n in range(len(basket.item)):
            if scratch.assigned[n] == -1 and free[basket.row[n] + centre] >= basket.quantity[n]:
                covered += 1
        scratch.covers[centre] = covered


@compiled
@written_in
def from_one(terms: Terms, window: Window, basket: Basket, scratch: Scratch, asked: Asked) -> int:
    """The best centre that holds every line, -1 where there is none; verdicts for all."""
    best = -1
    lines = len(basket.item)
    whole = with_load(asked, load_of(terms, basket, scratch.assigned, EVERY))
    lay_out(terms, whole, scratch.pieces)
    for centre in range(len(terms.centres)):
        scratch.options[centre, 0] = NONE
        if is_out(asked.nodes_out, centre):
            continue
        if not is_open(terms, terms.centres[centre], asked.at):
            scratch.verdict[centre] = CLOSED
        elif scratch.covers[centre] < lines:
            scratch.verdict[centre] = PARTLY if scratch.covers[centre] > 0 else NO_STOCK
        else:
            keep(scratch, centre, best_from(terms, window, terms.centres[centre], whole, scratch.pieces))
            if scratch.options[centre, 0] != NONE and wins(terms, scratch, centre, best, asked.place):
                best = centre
    return best


@compiled
def next_in_split(terms: Terms, window: Window, basket: Basket, scratch: Scratch, asked: Asked) -> int:
    """The centre that fills most unassigned lines; ties: least score. -1: none."""
    best, most = -1, 0
    whole = with_load(asked, load_of(terms, basket, scratch.assigned, -1))
    lay_out(terms, whole, scratch.pieces)
    for centre in range(len(terms.centres)):
        if scratch.covers[centre] == 0 or scratch.covers[centre] < most or scratch.verdict[centre] == CHOSEN:
            continue
        if is_out(asked.nodes_out, centre):
            continue
        option = best_from(terms, window, terms.centres[centre], whole, scratch.pieces)
        if option.score == NONE:
            scratch.verdict[centre] = option.verdict
            continue
        keep(scratch, centre, option)
        if scratch.covers[centre] > most or wins(terms, scratch, centre, best, asked.place):
            best, most = centre, scratch.covers[centre]
    return best


@compiled
def assign(basket: Basket, free: I64, scratch: Scratch, centre: int) -> None:
    """Give a centre every unassigned line it can fill."""
    if scratch.grouped[0] != 0:
        fit_kits(basket, free, scratch, centre)
        for n in range(len(basket.item)):
            if scratch.assigned[n] == -1 and scratch.fits[n] == FITS:
                scratch.assigned[n] = centre
        return
    for n in range(len(basket.item)):
        if scratch.assigned[n] == -1 and free[basket.row[n] + centre] >= basket.quantity[n]:
            scratch.assigned[n] = centre


@compiled
@written_in
def choose(terms: Terms, window: Window, basket: Basket, free: I64, scratch: Scratch, asked: Asked) -> int:
    """Assign an order's lines to centres; answers how many centres send something (0: refused).

    `free`: [U * F] units that can be promised, item by item of the batch. `scratch.options` then holds the way
    of each chosen centre for its own lines, `scratch.order` the centres in the order chosen.
    """
    scratch.assigned[: len(basket.item)] = -1
    scratch.verdict[:] = 0
    count_cover(terms, basket, free, scratch)
    best = from_one(terms, window, basket, scratch, asked)
    if best >= 0:
        scratch.assigned[: len(basket.item)] = best
        scratch.verdict[best] = CHOSEN
        scratch.order[0] = best
        return 1
    chosen = 0
    while chosen < SHIPMENTS_MAX:
        best = next_in_split(terms, window, basket, scratch, asked)
        if best < 0:
            break
        assign(basket, free, scratch, best)
        own = with_load(asked, load_of(terms, basket, scratch.assigned, best))
        lay_out(terms, own, scratch.pieces)
        option = best_from(terms, window, terms.centres[best], own, scratch.pieces)
        keep(scratch, best, option)
        scratch.verdict[best] = CHOSEN
        scratch.order[chosen] = best
        chosen += 1
        count_cover(terms, basket, free, scratch)
    return chosen


@compiled
def verdicts_of(scratch: Scratch) -> np.uint64:
    """All centres' verdicts in one word, four bits each, the first centre lowest."""
    word = np.uint64(0)
    for centre in range(len(scratch.verdict)):
        word |= np.uint64(scratch.verdict[centre]) << np.uint64(4 * centre)
    return word
