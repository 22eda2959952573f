"""How many later values lie in their 90 % band, and what that says of a fit."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.draws import uniforms

F64 = NDArray[np.float64]

BAND: Final = 0.90
COVER_LOW: Final = 0.85
COVER_HIGH: Final = 0.95
_EDGE: Final = 73
"""What draws are for."""


class Tried(NamedTuple):
    """A back-test: how many later values lie in their 90 % band."""

    values: int
    covered: float
    origins: int = 1  # fits that forecast them

    @property
    def holds(self) -> bool:
        """Within 85 to 95 %."""
        return COVER_LOW <= self.covered <= COVER_HIGH


def inside(below: F64, upto: F64, origins: int = 1) -> Tried:
    """How many lie in the middle 90 %; where a value holds a part of the chance, a keyed draw places it within.

    `below`, `upto`: [n] chance of less than each value, and of as much or less.
    """
    draw = uniforms(1, np.arange(len(below), dtype=np.uint64), _EDGE, 0)
    place = below + draw * (upto - below)
    tail = (1 - BAND) / 2
    held = (place >= tail) & (place <= 1 - tail)
    return Tried(len(below), float(held.mean()), origins)
