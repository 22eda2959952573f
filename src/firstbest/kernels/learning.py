"""Learning on the job: how fast a new hand is, and which temporary heads have been here before.

A new hand begins at a share of the standard rate and reaches it in a straight line over so many days at work.
Temporary heads are known by their rank: the agency sends those again who worked most here, so the k-th head of a crew
comes on every day on which k or more are asked for. A rank that nobody asked for in a long while is someone new.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays

I64 = NDArray[np.int64]


@compiled
def pace_ppm(days: int, start_ppm: int, ramp_days: int) -> int:
    """Share of the standard rate after so many days at work: a straight line from `start_ppm`; 0 ramp days: at once."""
    if days >= ramp_days or start_ppm >= 1_000_000:
        return 1_000_000
    return start_ppm + (1_000_000 - start_ppm) * max(days, 0) // ramp_days


@compiled
@makes_arrays
def days_known(asked: I64, ranks: int, gone_days: int) -> I64:
    """[ranks] Days at work that each temporary head brings to the day after the last of `asked` [D] heads by day.

    A head that was not asked for on more than `gone_days` days in a row has gone, and another comes without experience.
    """
    worked = np.zeros(ranks, np.int64)
    for rank in range(ranks):
        worked[rank] = _days_of_rank(asked, rank, gone_days)
    return worked


@compiled
def _days_of_rank(asked: I64, rank: int, gone_days: int) -> int:
    """Days at work of the head of one rank."""
    days, last = 0, len(asked)
    for day in range(len(asked)):
        if asked[day] <= rank:
            continue
        days = 1 if day - last > gone_days else days + 1
        last = day
    return 0 if len(asked) - last > gone_days else days


@compiled
@makes_arrays
def crew_ppm(worked: I64, start_ppm: int, ramp_days: int) -> I64:
    """[ranks + 1] Full-speed heads, ppm, in the first 0, 1, 2 ... of heads with so many days at work each: [ranks]."""
    total = np.zeros(len(worked) + 1, np.int64)
    for rank in range(len(worked)):
        total[rank + 1] = total[rank] + pace_ppm(worked[rank], start_ppm, ramp_days)
    return total
