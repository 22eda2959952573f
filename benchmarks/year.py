"""The built-in year at full scale: every decision, facts streamed to Parquet, bounds judged, report written.

`rehearse_s` is from the workspace's files to the report on disk, as the command does it; kernels are compiled (or read
from their cache) before, told as `compile_s`. `--quick` runs four weeks. Peak memory is that of the whole process.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result
from firstbest.present.figures import figures
from firstbest.rehearse.folder import Options, rehearse_folder
from firstbest.rehearse.warm import warm
from firstbest.store.init import write_builtin

QUICK_DAYS = 28
ORDERS_YEAR = 2_800_000
TOLD = (
    "shipped_on_time", "delivered_on_time", "two_day_share", "fill_rate", "cost_to_serve_per_order",
    "click_to_door_cost_per_order", "in_building_cost_per_order", "labour_cost_per_order", "building_cost_per_order",
    "material_cost_per_order", "inbound_cost_per_order", "parcel_cost_per_parcel", "average_zone", "parcels_per_order",
    "return_cost_per_order", "orders_per_person_hour", "overtime_share", "days_of_stock", "turns",
)  # fmt: skip


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Rehearse the built-in network; wrong when late causes do not add up or hardly any order was placed."""
    began = time.perf_counter()
    warm()
    compile_s = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "demo"
        write_builtin(folder)
        began = time.perf_counter()
        outcome = rehearse_folder(folder, Options(days=QUICK_DAYS if quick else None))
        rehearse_s = time.perf_counter() - began
        report_kb = outcome.report_path.stat().st_size / 1000
    found = figures(outcome.record)
    judged = [bound for bound in outcome.record.bounds if bound.applies]
    late = sum(value for key, value in found.items() if key.startswith("late_") and key != "late_orders")
    wrong = []
    if late != found["late_orders"]:
        wrong.append(f"late orders by cause add up to {late:.0f}, late orders are {found['late_orders']:.0f}")
    if not quick and found["orders_placed"] < ORDERS_YEAR:
        wrong.append(f"{ORDERS_YEAR} orders or more were expected, {found['orders_placed']:.0f} were placed")
    return Result(
        figures={
            "rehearse_s": round(rehearse_s, 1),
            "loop_s": round(outcome.result.seconds, 1),
            "compile_s": round(compile_s, 1),
            "orders": int(found["orders_placed"]),
            "facts": outcome.record.facts,
            "ticks": outcome.result.ticks,
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "bounds_inside": sum(bound.inside for bound in judged),
            "bounds_total": len(judged),
            "report_kb": round(report_kb),
            **{key: round(found[key], 4) for key in TOLD},
        },
        wrong=tuple(wrong),
    )
