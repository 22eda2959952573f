"""A real log, imported and rehearsed: UCI Online Retail II, 525,461 invoice lines of a UK wholesaler, one year.

`import_s` is from the file to the workspace; `rehearse_s` from the workspace to the record, its reading and compiling
included. Kernels are compiled (or read from their cache) in a rehearsal of four weeks before, told as `warm_up_s`.
What a practitioner expects of such a firm (practice: 20 to 60 GBP an order, 5 to 12 % of sales, 8 to 14 people) stands
among the bounds; a figure outside is reported, not called wrong.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result, needed
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.rehearse.bounds import judge
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store import workspace
from firstbest.store.compile_network import compile_network
from firstbest.store.import_log import Imported, import_log

PUBLIC_SET = "UCI Online Retail II (doi 10.24432/C5CG6D), year 2009-2010 as Parquet"
LOG = "orders/online_retail_2009_2010.parquet"
MAP = Path(__file__).resolve().parent.parent / "examples/maps/online_retail.toml"
LINES = 525_461
ORDERS = 20_573
QUICK_DAYS = 28


def run(quick: bool, data: Path | None) -> Result:
    """Imports the log and rehearses it; `quick` rehearses its first four weeks."""
    log = needed(data, LOG, PUBLIC_SET)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "workspace"
        began = time.perf_counter()
        imported = import_log(log, MAP, folder)
        import_s = time.perf_counter() - began

        began = time.perf_counter()
        _rehearsed(folder, QUICK_DAYS)
        warm_up_s = time.perf_counter() - began

        began = time.perf_counter()
        record = _rehearsed(folder, QUICK_DAYS if quick else None)
        rehearse_s = time.perf_counter() - began
        bounds = [each for each in judge(record, folder) if each.applies]
    found = figures(record)
    total = sum(each.rows for each in imported.buckets)
    working = int(record.network.labour.work_days.max(axis=0)[1 : record.days + 1].sum())
    hours = float(record.network.labour.shift_minutes.max()) / 60
    return Result(
        figures={
            "lines": imported.rows,
            "buckets_total": total,
            "import_s": round(import_s, 2),
            "warm_up_s": round(warm_up_s, 2),
            "rehearse_s": round(rehearse_s, 2),
            "import_and_rehearse_s": round(import_s + rehearse_s, 2),
            "orders": int(found["orders_placed"]),
            "facts": record.facts,
            "cost_per_order": round(found["cost_to_serve_per_order"], 2),
            "cost_share_of_sales": round(found["cost_to_serve_of_sales"], 4),
            "cartons_per_order": round(found["parcels_per_order"], 2),
            "people": round(found["paid_hours"] / hours / max(working, 1), 1),
            "shipped_on_time": round(found["shipped_on_time"], 4),
            "fill_rate": round(found["fill_rate"], 4),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000,
            "bounds_inside": sum(each.inside for each in bounds),
            "bounds_total": len(bounds),
        },
        wrong=tuple(_wrong(imported, total, found, quick)),
    )


def _rehearsed(folder: Path, days: int | None) -> Record:
    read = workspace.load(folder)
    network, nature = compile_network(read, days=days)
    result = rehearse(Scenario(network, nature), Settings(seed=read.seed))
    return record_of(result, read.name, 1.0, Assumed(0, 0))


def _wrong(imported: Imported, total: int, found: dict[str, float], quick: bool) -> list[str]:
    faults = []
    if imported.rows != LINES or total != LINES:
        faults.append(f"the log has {LINES:,} lines; {imported.rows:,} were read and {total:,} are in buckets")
    if imported.profile.orders != ORDERS:
        faults.append(f"the log has {ORDERS:,} orders, {imported.profile.orders:,} were made")
    if not quick and int(found["orders_placed"]) != imported.profile.orders:
        faults.append(f"{imported.profile.orders:,} orders were imported, {found['orders_placed']:,.0f} were placed")
    return faults
