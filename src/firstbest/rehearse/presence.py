"""Little's law and the length of the start, held on every rehearsal from the facts as they pass.

A shipment is there from the fact that plans it to the fact that says it left. How many are there is counted from these
two streams of facts without joining them; how long each stayed is told by the fact of leaving, which carries the
instant of the order through the state. Both go different ways, so a shipment lost or left twice on the way shows.
Shipments that were taken back are credited with the mean stay of the others; second attempts are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.rehearse.steady import BATCHES, Little, TooShortError, judged, mser
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.units import DAY_US, HOUR_US

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

PART_US: Final = 6 * HOUR_US
_IN, _OUT, _BACK = 0, 1, 2
_KIND: Final = {f.PLANNED.name: _IN, f.DEPARTED.name: _OUT, f.UNPLANNED.name: _BACK, f.WITHDRAWN.name: _BACK}

FACTS: Final = frozenset(_KIND)
"""Facts that are looked at."""


class Checked(NamedTuple):
    """What one rehearsal says of itself; None with the reason where it is too short to say."""

    little: Little | None
    start_days: float | None
    why: str  # a sentence where either is None


@compiled
def note(
    rows: tuple[I64, NDArray[np.signedinteger], I64], start_us: int, count: I64, rest_us: F64, stay_us: F64
) -> None:
    """Add the first attempts among rows (instant, attempt, since when) to the parts they fall in.

    Where they say since when, they leave, and their stay is added too.
    """
    ats, attempts, sinces = rows
    for n in range(len(ats)):
        at = ats[n]
        part = (at - start_us) // PART_US
        if attempts[n] != 0 or part < 0 or part >= len(count):
            continue
        count[part] += 1
        rest_us[part] += (part + 1) * PART_US - (at - start_us)
        if len(sinces) > 0:
            stay_us[part] += at - sinces[n]


class Presence:
    """Comings and goings by quarter of a day."""

    def __init__(self, start_us: int, end_us: int) -> None:
        self.start_us = start_us
        parts = max((end_us - start_us) // PART_US, 1)
        self.parts = int(parts)
        self.count = np.zeros((3, self.parts), np.int64)
        self.rest_us = np.zeros((3, self.parts), np.float64)  # time of the part behind each instant, summed
        self.stay_us = np.zeros(self.parts, np.float64)

    def take(self, blocks: Sequence[Block]) -> None:
        """Facts, those of a type in the order of sealing."""
        for block in blocks:
            kind = _KIND.get(block.fact.name)
            if kind is None or not len(block.rows):
                continue
            at, attempt = block.rows["at"], block.rows["attempt"]
            since = block.rows["placed_at"] if kind == _OUT else at[:0]
            note((at, attempt, since), self.start_us, self.count[kind], self.rest_us[kind], self.stay_us)

    def checked(self) -> Checked:
        """Little's law in 20 parts, and where MSER-5 sees the end of the start, on the mean stay."""
        size = self.parts // BATCHES
        left = int(self.count[_OUT].sum())
        if size == 0 or left == 0:
            need = BATCHES * PART_US // DAY_US
            return Checked(None, None, f"{need} days or more are needed to hold Little's law and to see the start end")
        mean = self.stay_us.sum() / left
        flow = self.count[_IN] - self.count[_OUT] - self.count[_BACK]
        rest = self.rest_us[_IN] - self.rest_us[_OUT] - self.rest_us[_BACK]
        there = (np.cumsum(flow) - flow) * float(PART_US) + rest
        stays = self.stay_us + self.count[_BACK] * mean
        first = self.parts - size * BATCHES
        cut = [each[first:].reshape(BATCHES, size).sum(axis=1) for each in (there, stays)]
        little = judged(cut[0], cut[1], float(size * PART_US))
        some = self.count[_OUT] > 0
        try:
            out = mser(self.stay_us[some] / self.count[_OUT][some])
        except TooShortError as short:
            return Checked(little, None, f"{short} (mean stays by quarters of a day)")
        return Checked(little, int(np.flatnonzero(some)[out]) * PART_US / DAY_US if out else 0.0, "")


def sentences(checked: Checked) -> tuple[str, ...]:
    """What was checked, in words."""
    told = []
    if checked.little is not None:
        found = checked.little
        verdict = "holds" if found.holds else "DOES NOT HOLD: believe nothing of this run"
        gap = f"{found.gap.low:,.0f} to {found.gap.high:,.0f}"
        told.append(
            f"Little's law {verdict}: {found.there:,.0f} shipments in the buildings on average; their arrivals, times "
            f"their stay, give {found.come_times_stay:,.0f}; difference {gap}"
        )
    if checked.start_days is not None:
        told.append(f"the start is over after {checked.start_days:.1f} days (MSER-5 on the hours from order to ship)")
    else:
        told.append(f"how long the start lasts is not known: {checked.why}")
    return tuple(told)
