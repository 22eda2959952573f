"""The network day of `twin` with ten million orders, alone in a process of its own, its facts streamed to files.

It takes about ten times what the day of a million takes, in time and in memory beyond the first gigabyte, and needs
some gigabytes of disk in the folder for temporary files: a machine with nothing beside it, and therefore a benchmark of
its own. `orders_per_cpu_s_10m` counts the CPU of the process that decides, as `orders_per_cpu_s_1m` of `twin` does;
what writing takes in the process beside it is `cpu_s_writer`. `--quick`: a hundredth.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.result import Result, tell
from benchmarks.twin_memory import ROOT, peak_mb
from benchmarks.twin_world import network_day
from firstbest.operate.ports import Book, Change, Tick
from firstbest.rehearse.run import at_rest
from firstbest.rehearse.running import Running
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.warm import warm
from firstbest.store.compile_network import compile_network
from firstbest.store.sink import ParquetSink
from firstbest.store.workspace import load
from firstbest.world.facts import Block

ORDERS: Final = 10_000_000
QUICK: Final = 100_000
ALONE: Final = """
from firstbest.store.kernel_cache import use_cache
use_cache()  # before Numba is imported: a kernel compiled from other sources is never used
import json, sys
from benchmarks.twin_large import main
print(json.dumps(main(int(sys.argv[1]))))
"""


class Counted:
    """A book that counts facts on their way to another."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rows: dict[str, int] = {}

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Count and hand on."""
        for block in blocks:
            self.rows[block.fact.name] = self.rows.get(block.fact.name, 0) + len(block.rows)
        self.book.seal(tick, blocks, changes)


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the day is made here
    """Wrong where hardly any order was placed. `departed`: shipments that left within the three days."""
    orders = QUICK if quick else ORDERS
    tell(f"a day of {orders:,} orders: about {max(orders // 1_800_000, 1)} minutes")
    command = [sys.executable, "-c", ALONE, str(orders)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    wrong = []
    if found["orders"] < 0.9 * orders:
        wrong.append(f"{orders:,} orders or so were expected, {found['orders']:,} were placed")
    return Result(figures=found, wrong=tuple(wrong))


def main(orders: int) -> dict[str, float]:
    """Live the day; megabytes of 2^20 bytes."""
    warm()
    with tempfile.TemporaryDirectory() as parent:
        workspace = load(network_day(Path(parent) / "day", orders))
        world = Scenario(*compile_network(workspace))
        del workspace
        began, wall = time.process_time(), time.perf_counter()
        with ParquetSink(Path(parent) / "facts") as sink:
            book = Counted(sink)
            running = Running(world, 1, book)
            with at_rest():
                running.finish()
            cpu_s = time.process_time() - began
        run_s = time.perf_counter() - wall
        disk = sum(path.stat().st_size for path in (Path(parent) / "facts").rglob("*.parquet"))
    writer = resource.getrusage(resource.RUSAGE_CHILDREN)
    placed = book.rows["ordered"]
    return {
        f"orders_per_cpu_s_{'10m' if orders == ORDERS else '100k'}": round(placed / cpu_s),
        "orders": placed,
        "departed": book.rows.get("departed", 0),
        "facts": sum(book.rows.values()),
        "cpu_s": round(cpu_s, 1),
        "cpu_s_writer": round(writer.ru_utime + writer.ru_stime, 1),
        "run_s": round(run_s, 1),
        "peak_memory_mb_streamed": peak_mb(),
        "memory_mb_writer": writer.ru_maxrss >> 10,
        "facts_disk_mb": disk >> 20,
        "ticks": running.loop.ticks,
    }
