"""What the network day takes in memory: the twin alone, in a process of its own, without SimPy or a record beside it.

`kept`: all facts stay in memory, as they were sealed. `streamed`: they go to Parquet files by
the sink that `firstbest rehearse` uses, whose writer is a process of its own and told apart. The peak is that of the
whole life of the process: Python, what it imports, compiled kernels, reading and compiling the workspace, the day.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.twin_world import network_day
from firstbest.kernels.packed import words_of
from firstbest.operate.ports import Book, Change, Tick
from firstbest.rehearse.run import at_rest
from firstbest.rehearse.running import Running
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.warm import warm
from firstbest.store.compile_network import compile_network
from firstbest.store.sink import ParquetSink
from firstbest.store.workspace import load
from firstbest.world.facts import Block

KEPT: Final = "kept"
STREAMED: Final = "streamed"
ROOT: Final = Path(__file__).resolve().parent.parent
ALONE: Final = """
from firstbest.store.kernel_cache import use_cache
use_cache()  # before Numba is imported: a kernel compiled from other sources is never used
import json, sys
from benchmarks.twin_memory import main
print(json.dumps(main(int(sys.argv[1]), sys.argv[2])))
"""


class Facts:
    """A book that keeps every fact as it was sealed."""

    def __init__(self) -> None:
        self.rows: list[NDArray[np.int64]] = []

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:  # noqa: ARG002
        """Keep them; of its own, since a block may be a part of something larger."""
        self.rows += [words_of(np.ascontiguousarray(block.rows)).copy() for block in blocks]


def measured(orders: int, kind: str) -> dict[str, int]:
    """The day in a process of its own: its peak, that of the process that writes for it, and the bytes of its facts."""
    command = [sys.executable, "-c", ALONE, str(orders), kind]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(orders: int, kind: str) -> dict[str, int]:
    """Live the day; megabytes of 2^20 bytes."""
    warm()
    with tempfile.TemporaryDirectory() as parent:
        workspace = load(network_day(Path(parent) / "day", orders))
        world = Scenario(*compile_network(workspace))
        del workspace
        facts_mb = 0
        if kind == KEPT:
            kept = Facts()
            _live(world, kept)
            facts_mb = sum(rows.nbytes for rows in kept.rows) >> 20
        else:
            with ParquetSink(Path(parent) / "facts") as sink:
                _live(world, sink)
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    return {"peak_mb": peak_mb(), "writer_mb": others if kind == STREAMED else 0, "facts_mb": facts_mb}


def peak_mb() -> int:
    """The peak since this program began: what getrusage says of a new process begins with its parent's size."""
    told = Path("/proc/self/status")
    if not told.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    line = next(line for line in told.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) >> 10


def _live(world: Scenario, book: Book) -> None:
    running = Running(world, 1, book)
    with at_rest():
        running.finish()
