"""One question of the built-in network at full scale: a change, ten pairs of a quarter on the same random numbers.

`what_if_s` is from the workspace's files to the report on disk, as `firstbest rehearse --against --replications 10`
does it, spread over the processors of the machine; kernels are compiled (or read from their cache) before. Twenty
rehearsals of 91 days are done and no fact file is written. `--quick` does two pairs of two weeks.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result
from firstbest.present.figures import figures
from firstbest.rehearse.against import rehearse_against
from firstbest.rehearse.folder import Options
from firstbest.rehearse.warm import warm
from firstbest.store.init import write_builtin

CHANGE = "changes/couriers_on_sundays.toml"
PAIRS, DAYS = 10, 91
PAIRS_QUICK, DAYS_QUICK = 2, 14
ORDERS_A_DAY = 5_000
"""At least, in the first quarter: 8,000 is the mean of the year."""


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Wrong where a pair is missing, or hardly any order was placed."""
    pairs, days = (PAIRS_QUICK, DAYS_QUICK) if quick else (PAIRS, DAYS)
    workers = min(len(os.sched_getaffinity(0)), 2 * pairs)
    warm()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "demo"
        write_builtin(folder)
        began = time.perf_counter()
        answer = rehearse_against(folder, folder / CHANGE, Options(days=days), (pairs, workers, None), None)
        what_if_s = time.perf_counter() - began
        report_kb = answer.report_path.stat().st_size / 1000
    orders, told = figures(answer.record)["orders_placed"], answer.compared.differences
    wrong = []
    if answer.compared.replications != pairs:
        wrong.append(f"{pairs} pairs were expected, {answer.compared.replications} were made")
    if orders < days * ORDERS_A_DAY:
        wrong.append(f"{days * ORDERS_A_DAY} orders or more were expected in a rehearsal, {orders:.0f} were placed")
    usage = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Result(
        figures={
            "what_if_s": round(what_if_s, 1),
            "pairs": pairs,
            "days": days,
            "workers": workers,
            "orders_a_rehearsal": int(orders),
            "orders_per_s": round(2 * pairs * orders / what_if_s),
            "figures_compared": len(told),
            "figures_that_differ": sum(one.distinguishable for one in told),
            "report_kb": round(report_kb),
            "peak_memory_mb": round(usage[0]),
            "peak_memory_mb_worker": round(usage[1]),
        },
        wrong=tuple(wrong),
    )
