"""Queues that theory knows, through the calendar: does the 95 % interval hold the truth as often as it says?

M/M/3 at 70 %, M/G/1 with lognormal work at 70 %, M/M/4/10 at 80 %, and a Jackson network of three stations in which
work comes back. Each of 1,000 macro-replications is one run from empty; MSER-5 finds where its start is over, 20 batch
means give the interval (rehearse.steady), and Little's law is held on the run. `within_percent_NAME` has to lie in 93
to 97. Then the same runs a hundred times shorter: `refused_percent_NAME_short` of them the tool refuses to answer, and
`within_percent_NAME_short` says how often those that it does answer hold the truth (context, no bar).
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from benchmarks.result import Result
from firstbest.rehearse.calendar import timetable
from firstbest.rehearse.steady import TooShortError, little, steady
from tests.rehearsals.theory import QUEUES, Queue, jackson_jobs

MACRO = 1_000
MACRO_QUICK = 30
CUSTOMERS = {"mmc": 60_000, "mg1": 60_000, "mmck": 30_000, "jackson": 30_000}
SHORTER = 100
LITTLE = 200


def coverage(queue: Queue, macro: int, customers: int) -> tuple[int, int, float]:
    """(runs whose interval holds the truth, runs refused, mean of the answers over the truth)."""
    within = refused = 0
    means = []
    for seed in range(macro):
        try:
            found = steady(queue.run(seed, customers)).estimate
        except TooShortError:
            refused += 1
            continue
        within += found.low <= queue.truth_s <= found.high
        means.append(found.mean / queue.truth_s)
    return within, refused, float(np.mean(means)) if means else 0.0


def little_held(runs: int) -> int:
    """Runs of the Jackson network on which Little's law holds within its interval."""
    held = 0
    for seed in range(runs):
        network, jobs = jackson_jobs(seed, 5_000)
        left = timetable(network, jobs).end.max(axis=1)
        held += little(jobs.at, left, left - jobs.at, (0, int(jobs.at[-1]))).holds
    return held


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - arrivals are drawn
    """Wrong where fewer than 93 or more than 97 in a hundred intervals hold the truth, or Little's law does not."""
    macro, wrong = MACRO_QUICK if quick else MACRO, []
    figures: dict[str, int | float] = {"macro_replications": macro}
    began = time.perf_counter()
    for queue in QUEUES:
        within, refused, mean = coverage(queue, macro, CUSTOMERS[queue.name])
        share = 100 * within / max(macro - refused, 1)
        figures[f"within_percent_{queue.name}"] = round(share, 1)
        figures[f"refused_percent_{queue.name}"] = round(100 * refused / macro, 1)
        figures[f"mean_to_truth_{queue.name}"] = round(mean, 4)
        if not quick and not 93 <= share <= 97:
            wrong.append(f"{queue.name}: {share:.1f} % of intervals hold the truth, 93 to 97 were expected")
        within, refused, _ = coverage(queue, macro, CUSTOMERS[queue.name] // SHORTER)
        figures[f"refused_percent_{queue.name}_short"] = round(100 * refused / macro, 1)
        figures[f"within_percent_{queue.name}_short"] = round(100 * within / max(macro - refused, 1), 1)
    runs = MACRO_QUICK if quick else LITTLE
    figures["little_held_percent"] = round(100 * little_held(runs) / runs, 1)
    figures["run_s"] = round(time.perf_counter() - began, 1)
    if figures["little_held_percent"] < 100:
        wrong.append("Little's law does not hold on every run")
    return Result(figures=figures, wrong=tuple(wrong))
