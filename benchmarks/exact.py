"""The calendar against SimPy: networks drawn at random, the same numbers given to both, every instant compared.

27 networks (tandem, feedback, priorities, shifts, breakdowns, trucks that fill up, split orders, limited rooms, all but
the last at once), three of each kind. `max_abs_difference_s` is the largest difference of any start, end or wait of
any visit and has to be 0. The time of both is told as context; the ratio of the twin is measured by `twin`.

A full run also rehearses a small network on Numba's generic processor (`exact_generic`): facts are the same bytes.
"""

from __future__ import annotations

import time
from pathlib import Path

import simpy

from benchmarks.exact_generic import differing
from benchmarks.result import Result, Value
from firstbest.rehearse.calendar import timetable
from tests.rehearsals.calendar_simpy import TRAITS, drawn, simulated

NETWORKS = 27
JOBS = 4_000
JOBS_QUICK = 200


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - networks are drawn
    """Wrong where any instant differs at all."""
    worst = dict.fromkeys(TRAITS, 0.0)
    ours_s = theirs_s = 0.0
    visits = 0
    timetable(*drawn(1, 20)[1:])
    for seed in range(NETWORKS):
        name, network, jobs = drawn(seed, JOBS_QUICK if quick else JOBS)
        began = time.process_time()
        ours = timetable(network, jobs)
        middle = time.process_time()
        theirs = simulated(network, jobs)
        ours_s, theirs_s = ours_s + middle - began, theirs_s + time.process_time() - middle
        visits += int((ours.start >= 0).sum())
        trait = name.split()[0]
        difference = max(int(abs(a - b).max()) for a, b in zip(ours, theirs, strict=True)) / 1e6
        worst[trait] = max(worst[trait], difference)
    figures: dict[str, int | float] = {"max_abs_difference_s": max(worst.values()), "networks": NETWORKS}
    figures |= {f"max_abs_difference_s_{trait}": value for trait, value in worst.items()}
    figures |= {"visits": visits, "cpu_s": round(ours_s, 4), "ratio_simpy_exact": round(theirs_s / ours_s, 1)}
    wrong = [f"{trait}: SimPy differs by {value} s" for trait, value in worst.items() if value]
    if not quick:
        compared, apart = differing()
        figures |= {"generic_processor_compared": compared, "generic_processor_differ": len(apart)}
        wrong += [f"{name} differs on Numba's generic processor" for name in apart]
    peers: dict[str, dict[str, Value]] = {"simpy": {"version": simpy.__version__, "cpu_s": round(theirs_s, 3)}}
    return Result(figures=figures, peers=peers, wrong=tuple(wrong))
