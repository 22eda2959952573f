"""Levels: which cases are opened and which pallets taken apart for the lines of a wave, in the order of picking.

Where the house keeps pallets a line takes whole pallets as far as it asks for them and they are there, then whole
cases, then single units. What lies singly goes first; when it does not reach a case is opened, and when no case stands
beside the pallets a pallet is taken apart. A line that asks for a pallet and finds none whole takes cases.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.kernels.compiled import compiled
from firstbest.world.network import I64


def opened(shelf: I64, quantity: I64, loose: I64, case: I64) -> I64:
    """[m] Cases that each line opens on its shelf: what lines before it left loose goes first.

    `loose` and `case` are those of the line's shelf before the wave and of its item.
    """
    if not len(shelf):
        return quantity
    order = np.argsort(shelf, kind="stable")
    key, wanted = shelf[order], quantity[order]
    sums = np.cumsum(wanted)
    first = np.searchsorted(key, key)
    so_far = sums - (sums - wanted)[first]
    # Cases opened up to and with each line, and up to the line before it on the same shelf.
    total = -(-np.maximum(so_far - loose[order], 0) // case[order])
    before = np.where(first == np.arange(len(key)), 0, np.concatenate([[0], total[:-1]]))
    found = np.empty(len(key), np.int64)
    found[order] = total - before
    return found


class There(NamedTuple):
    """What stands on the shelf of each line before the wave: [m]."""

    whole: I64
    cases: I64
    single: I64


class Packs(NamedTuple):
    """Units of the item of each line: [m]; 0: none of that level. A pallet is a multiple of a case."""

    case: I64
    pallet: I64


class Taken(NamedTuple):
    """What each line takes and has taken apart: [m]."""

    pallets: I64  # whole
    cases: I64  # whole
    broken: I64  # pallets
    opened: I64  # cases
    missing: I64  # units that are in no level


def taken(shelf: I64, quantity: I64, there: There, packs: Packs) -> Taken:
    """What lines take, those of one shelf one after the other in their order; a shelf's rows of `there` are alike."""
    found = Taken(*(np.zeros(len(shelf), np.int64) for _ in Taken._fields))
    take(np.argsort(shelf, kind="stable"), shelf, quantity, (there, packs), found)
    return found


@compiled
def take(order: I64, shelf: I64, quantity: I64, known: tuple[There, Packs], found: Taken) -> None:
    """Write what lines take; `order`: the lines, shelf by shelf."""
    there, packs = known
    last, whole, cases, single = -1, 0, 0, 0
    for place in range(len(order)):
        n = order[place]
        if shelf[n] != last:
            last, whole, cases, single = shelf[n], there.whole[n], there.cases[n], there.single[n]
        left, case, pallet = quantity[n], packs.case[n], packs.pallet[n]
        if pallet > 0:
            found.pallets[n] = min(left // pallet, whole)
            whole -= found.pallets[n]
            left -= found.pallets[n] * pallet
        while left > 0:
            if case > 0:
                going = min(left // case, cases)
                found.cases[n] += going
                cases -= going
                left -= going * case
            if left <= single:
                single -= left
                break
            if cases > 0:
                # Less than a case is wanted here: one that is opened reaches.
                found.opened[n] += 1
                cases -= 1
                single += case
            elif whole > 0:
                found.broken[n] += 1
                whole -= 1
                cases += pallet // case if case > 0 else 0
                single += 0 if case > 0 else pallet
            else:
                found.missing[n] = left - single
                single = 0
                break
