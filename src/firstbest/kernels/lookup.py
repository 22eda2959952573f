"""A hash table from a 64-bit name to a small number: open addressing, linear probing, removal by shifting back."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import scramble
from firstbest.kernels.near import near

I64 = NDArray[np.int64]

EMPTY: Final = -1
NAME: Final = 0
NUMBER: Final = 1

Lookup: TypeAlias = I64
"""[M, 2] name and number, M a power of two; names are 0 or more, -1 marks an empty place."""


def new_lookup(room: int) -> Lookup:
    """An empty table that holds `room` names at half its size or less."""
    return np.full((_places(room), 2), EMPTY, np.int64)


def _places(room: int) -> int:
    return 1 << max(4, (2 * room - 1).bit_length())


def grown_lookup(lookup: Lookup, room: int) -> Lookup:
    """The same content with room for so many, in the same place where there is room already."""
    if len(lookup) >= _places(room):
        return lookup
    more = new_lookup(room)
    _copy_names(lookup, more)
    return more


@compiled
def _home(name: int, mask: int) -> int:
    """Where the search for a name begins."""
    return np.int64(scramble(np.uint64(name)) & np.uint64(mask))  # type: ignore[return-value]


@compiled
def near_name(lookup: Lookup, name: int) -> None:
    """Ask for the place of a name, some time before it is found, kept or forgotten."""
    near(lookup, _home(name, len(lookup) - 1))


@compiled
def find(lookup: Lookup, name: int) -> int:
    """The number under a name, -1 if there is none."""
    mask = len(lookup) - 1
    place = _home(name, mask)
    while lookup[place, NAME] != EMPTY:
        if lookup[place, NAME] == name:
            return int(lookup[place, NUMBER])
        place = (place + 1) & mask
    return -1


@compiled
def keep(lookup: Lookup, name: int, number: int) -> None:
    """Puts a number under a name, in place of one that was there."""
    mask = len(lookup) - 1
    place = _home(name, mask)
    while lookup[place, NAME] != EMPTY and lookup[place, NAME] != name:
        place = (place + 1) & mask
    lookup[place, NAME] = name
    lookup[place, NUMBER] = number


@compiled
def forget(lookup: Lookup, name: int) -> None:
    """Removes a name; nothing happens if it is not there."""
    mask = len(lookup) - 1
    hole = _home(name, mask)
    while lookup[hole, NAME] != name:
        if lookup[hole, NAME] == EMPTY:
            return
        hole = (hole + 1) & mask
    place = (hole + 1) & mask
    while lookup[place, NAME] != EMPTY:
        # A name may move back to the hole unless its home lies after the hole.
        if ((place - _home(lookup[place, NAME], mask)) & mask) >= ((place - hole) & mask):
            lookup[hole, NAME] = lookup[place, NAME]
            lookup[hole, NUMBER] = lookup[place, NUMBER]
            hole = place
        place = (place + 1) & mask
    lookup[hole, NAME] = EMPTY


@compiled
def _copy_names(source: Lookup, target: Lookup) -> None:
    """Puts all of `source` into `target`."""
    for place in range(len(source)):
        if source[place, NAME] != EMPTY:
            keep(target, source[place, NAME], source[place, NUMBER])
