"""An order log of 5,000,000 lines as CSV becomes a workspace, in a process of its own so that its memory is its own.

The log is made before the clock starts: 2,000,000 orders of a year, 4,800 items, 700,000 customers, US ZIPs, with a
map. The quick run takes a fiftieth. Wrong: rows in no bucket, other orders or units than were written.

The peak is VmHWM of /proc/self/status: what getrusage answers is carried over a fork and exec, so that a child would
be told the memory that its parent took to write the log.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.result import Result

LINES = 5_000_000
QUICK_LINES = 100_000
IMPORT_S_MAX = 60
MEMORY_MB_MAX = 1_000
MAP = """
[log]
name = "five million lines"
network = "us_consumer"
[columns]
order = "order"
placed_at = "placed_at"
item = "item"
quantity = "quantity"
price = "price"
customer = "customer"
country = "country"
postcode = "zip"
"""
CHILD = """
import json, sys, time
from pathlib import Path
from firstbest.store.import_log import import_log
began = time.perf_counter()
made = import_log(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
spent = time.perf_counter() - began
told = {each.name: each.rows for each in made.buckets}
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps([spent, peak, made.rows, sum(told.values()), made.profile.orders, made.profile.units]))
"""


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the log is made here
    """Import the log; wrong when rows, orders or units differ from what was written."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        log, made = folder / "log.csv", folder / "map.toml"
        made.write_text(MAP, encoding="utf-8")
        expected = write_log(log, QUICK_LINES if quick else LINES)
        command = [sys.executable, "-c", CHILD, str(log), str(made), str(folder / "workspace")]
        found = subprocess.run(command, check=True, capture_output=True, text=True)
        spent, peak, rows, told, orders, units = json.loads(found.stdout.strip().splitlines()[-1])
        size = log.stat().st_size / 1e6
    wrong = []
    if (rows, told, orders, units) != (expected[0], expected[0], *expected[1:]):
        wrong.append(f"expected lines, orders, units {expected}, found {(rows, orders, units)}, {told} rows in buckets")
    if not quick and (spent > IMPORT_S_MAX or peak > MEMORY_MB_MAX):
        wrong.append(f"expected {IMPORT_S_MAX} s and {MEMORY_MB_MAX} MB at most, took {spent:.1f} s and {peak:.0f} MB")
    figures = {
        "import_s": round(spent, 2), "peak_memory_mb": round(peak, 1), "lines": rows, "orders": orders,
        "log_mb": round(size, 1), "lines_per_s": round(rows / spent),
    }  # fmt: skip
    return Result(figures=figures, wrong=tuple(wrong))


def write_log(path: Path, lines: int) -> tuple[int, int, int]:
    """Writes the log; answers its lines, orders and units."""
    orders = lines * 2 // 5
    rows = f"""
        WITH asked AS (SELECT range AS i, 1 + (hash(range * 7) % 4)::INT AS lines FROM range({orders})),
        line AS (SELECT i, unnest(range(lines)) AS k FROM asked)
        SELECT '#' || (100000 + i) AS "order",
            strftime(TIMESTAMP '2024-01-01' + to_microseconds((i * (366 * 86400.0 * 1e6) / {orders})::BIGINT),
                '%Y-%m-%d %H:%M:%S') AS placed_at,
            'SKU-' || lpad(((hash(i * 10 + k) % 1000) * (hash(i * 10 + k + 1) % 1000) / 200)::BIGINT::VARCHAR, 6, '0')
                AS item,
            1 + (hash(i + k * 31) % 3)::INT AS quantity,
            (5 + (hash(i * 10 + k) % 9000) / 100.0)::DECIMAL(9, 2) AS price,
            'customer ' || (hash(i) % 700000) AS customer, 'US' AS country,
            lpad((1000 + hash(i * 3) % 98950)::VARCHAR, 5, '0') AS zip
        FROM line ORDER BY i, k LIMIT {lines}
    """
    with duckdb.connect() as db:
        db.execute("SET threads = 2")
        db.execute(f"COPY ({rows}) TO '{path}' (HEADER)")
        found = db.execute(
            'SELECT count(*), count(DISTINCT "order"), sum(quantity)::BIGINT'
            f" FROM read_csv('{path}', types = {{'zip': 'VARCHAR'}})"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1]), int(found[2])
