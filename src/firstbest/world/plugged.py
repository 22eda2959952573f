"""What other packages put into the house: the port of a decision, and the digest of all code that came from outside.

A wave is the one timed decision that another package may take whole: what to release to the floor, and in which order.
It is told what waits as columns without names, and the time of hands each building has left, and answers places in
those columns. What it may not do is judged with every answer (`decide.plugged.chosen`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


class Waiting(NamedTuple):
    """Shipments that wait for their wave, columns of one length: [n]. They cannot be written to."""

    node: I64  # code of the building, a place in quota_ms
    units: I64
    lines: I64
    ship_by: I64  # instant, microseconds since the epoch, UTC
    tie: NDArray[np.uint64]  # hash of the order's text: settles ties, whatever order files were loaded in
    pack_ms: I64  # paid packing time, as the house reckons it


WaveChoice = Callable[[Waiting, I64], NDArray[np.integer]]
"""`choose(waiting, quota_ms)`: places in `waiting`, [m], in the order of release; quota_ms: [N] packing time left."""


class Plugged(NamedTuple):
    """What decides in place of the house's own code, and the digest of all packages that bear on facts or bills."""

    wave: WaveChoice | None = None
    digest: bytes = b""


NOTHING = Plugged()
"""A house of its own code alone."""


class BrokenLaw(RuntimeError):  # noqa: N818 - it names what happened
    """Code of another package answered what no code of its port may answer."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        """All three in the sentence."""
        self.where, self.expected, self.found = where, expected, found
        super().__init__(f"{where}: expected {expected}, found {found}")
