"""The twin on one great day, and SimPy on the same physics with the same numbers in the same run.

A million orders on one day and two days to bring them home: a hundred nodes, twenty thousand items, waves each minute,
every decision switched on, facts made and folded (`twin_world`). `cpu_s_per_day` is all of it; `cpu_s_physics` what is
spent behind the port to the outside. SimPy gets the physics alone, with all choices made for it (`twin_simpy`), so
`ratio_simpy` sets a SimPy model without any decision against the twin with all of them, `ratio_simpy_physics` like
against like. Every instant of both has to be the same.

Beside it, tandem queues (two stages of ten hands, 90 % busy) in `timetable`, SimPy, Ciw and salabim; the last two draw
for themselves and are context. And forks: `fork_ms` forks the rehearsal at noon, `fork_ratio_copy` is against a copy of
the bytes of its columns as one array.

`events_per_order` are commands that the outside gave (placed, picked, packed, delivered ...), `decisions_per_order`
facts that are a choice (`twin_record.DECIDED`), `ns_per_event` all the CPU time by event.

Memory is that of the twin alone: the largest day once more in a process of its own (`twin_memory`), with all its facts
kept in memory (`peak_memory_mb`) and with its facts streamed to files (`peak_memory_mb_streamed`; the process that
writes them is `memory_mb_writer`). SimPy and its record of the day take more beside it and are not counted.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import simpy

from benchmarks.result import Result
from benchmarks.twin_memory import KEPT, STREAMED, measured
from benchmarks.twin_record import Day, Listener, Notes, day_of
from benchmarks.twin_simpy import World, differences
from benchmarks.twin_tandem import tandem
from benchmarks.twin_world import network_day
from firstbest.operate.loop import Loop
from firstbest.operate.ports import Book
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.run import at_rest
from firstbest.rehearse.running import Running
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.warm import warm
from firstbest.store.columns_dense import Dense
from firstbest.store.compile_network import compile_network
from firstbest.store.workspace import load
from firstbest.world.commands import Batch
from firstbest.world.facts import Block
from firstbest.world.units import DAY_US
from firstbest.world.words import Kind

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
QUICK = {"10k": 10_000}


class Timed(Physics):
    """The physics, with a watch on what it takes."""

    spent_s = 0.0
    events = 0
    orders = 0

    def until(self, instant: int) -> Batch:
        """As the physics does."""
        began = time.process_time()
        batch = super().until(instant)
        self.spent_s += time.process_time() - began
        self.events += len(batch.commands)
        self.orders += int((batch.commands["kind"] == int(Kind.PLACE)).sum())
        return batch

    def accept(self, blocks: list[Block], now: int) -> None:  # type: ignore[override]
        """As the physics does."""
        began = time.process_time()
        super().accept(blocks, now)
        self.spent_s += time.process_time() - began


def scenario(orders: int) -> Scenario:
    """The network day, compiled from its files."""
    with tempfile.TemporaryDirectory() as parent:
        workspace = load(network_day(Path(parent) / "day", orders))
    return Scenario(*compile_network(workspace))


def lived(world: Scenario, physics: Physics, book: Book, at_noon: Callable[[Running], None] | None = None) -> Loop:
    """Run a day; what `at_noon` does is not of its time."""
    running, calendar = Running(world, 1, book), world.network.calendar
    running.physics = physics
    running.loop.ports = running.loop.ports._replace(outside=physics)
    with at_rest():
        running.lead(calendar.start_us + DAY_US // 2)
        if at_noon is not None:
            at_noon(running)
        running.finish()
    return running.loop


class Fork:
    """Forks the rehearsal and sets the time against that of a plain copy of as many bytes as its columns have."""

    def __init__(self) -> None:
        self.ms = self.ratio = self.spent_s = 0.0

    def __call__(self, running: Running) -> None:
        """Three of each, the best counts."""
        began = time.process_time()
        count = sum(sum(array.nbytes for array in arrays_of(table)) for table in running.state.tables.values())
        plain = np.ones(count, np.uint8)
        forks, copies = [], []
        for _ in range(3):
            start = time.perf_counter()
            forked = running.forked()
            middle = time.perf_counter()
            copied = plain.copy()
            copies.append(time.perf_counter() - middle)
            forks.append(middle - start)
            del forked, copied
        self.ms, self.ratio = 1e3 * min(forks), min(forks) / min(copies)
        self.spent_s = time.process_time() - began


def arrays_of(table: object) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    """What a table holds."""
    if isinstance(table, Dense):
        return [table.rows]
    held = table.held  # type: ignore[attr-defined]
    return [table.rows, held.marks, held.free, held.slot_of]  # type: ignore[attr-defined]


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the day is made here
    """Wrong where any instant of SimPy's differs, or hardly any order was placed."""
    warm()
    figures: dict[str, int | float] = {}
    wrong = []
    sizes_run = QUICK if quick else SIZES
    for name, orders in sizes_run.items():
        world = scenario(orders)
        fork, physics, notes = Fork(), Timed(world.network, world.nature, 1), Notes()
        began = time.process_time()
        loop = lived(world, physics, notes, fork)
        cpu_s = time.process_time() - began - fork.spent_s
        figures[f"orders_per_cpu_s_{name}"] = round(physics.orders / cpu_s)
        if physics.orders < orders * 0.9:
            wrong.append(f"{orders} orders or so were expected, {physics.orders} were placed")
    figures |= {
        "cpu_s_per_day": round(cpu_s * orders / physics.orders, 2),
        "cpu_s_physics": round(physics.spent_s, 2),
        "orders": physics.orders,
        "events_per_order": round(physics.events / physics.orders, 2),
        "decisions_per_order": round(notes.decided / physics.orders, 2),
        "facts_per_order": round(notes.facts / physics.orders, 2),
        "ns_per_event": round(1e9 * cpu_s / physics.events),
        "ticks": loop.ticks,
        "fork_ms": round(fork.ms, 1),
        "fork_ratio_copy": round(fork.ratio, 2),
    }
    figures |= memory(orders)
    day = recorded(world)
    began = time.process_time()
    theirs = World(day)
    theirs.run()
    simpy_s = time.process_time() - began
    apart_s = float(differences(theirs).max()) / 1e6
    if apart_s:
        wrong.append(f"SimPy differs by {apart_s} s at most")
    figures |= {
        "max_abs_difference_s": apart_s,
        "instants_compared": int((day.picked >= 0).sum() + (day.packed >= 0).sum() + (day.at_door >= 0).sum()),
        "ratio_simpy": round(simpy_s / cpu_s, 2),
        "ratio_simpy_physics": round(simpy_s / physics.spent_s, 1),
    }
    ratios, peers = tandem(quick=quick)
    peers["simpy"] = {"version": simpy.__version__, "cpu_s": round(simpy_s, 1), **peers["simpy"]}
    return Result(figures=figures | ratios, peers=peers, wrong=tuple(wrong))


def memory(orders: int) -> dict[str, int]:
    """What the day takes when it is alone."""
    kept, streamed = measured(orders, KEPT), measured(orders, STREAMED)
    return {
        "peak_memory_mb": kept["peak_mb"],
        "facts_mb": kept["facts_mb"],
        "peak_memory_mb_streamed": streamed["peak_mb"],
        "memory_mb_writer": streamed["writer_mb"],
    }


def recorded(world: Scenario) -> Day:
    """The same day once more, with an ear at its door."""
    physics, notes = Listener(world.network, world.nature, 1), Notes()
    lived(world, physics, notes)
    return day_of(physics, notes)
