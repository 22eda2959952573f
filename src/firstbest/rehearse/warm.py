"""Compiling every kernel a rehearsal needs, once: physics in one process, decisions in another, at the same time.

Kernels land in the cache on disk, from which every later process loads them. Each is called on nothing, or on
next to nothing, with the types of a real run.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from firstbest.decide import freight, wave
from firstbest.decide.freight import Loads
from firstbest.decide.ground import Ground, ground_of
from firstbest.decide.rate import journey_cost
from firstbest.operate import arrivals, fold_rows
from firstbest.operate.floor import due
from firstbest.operate.folds import fold
from firstbest.operate.freight import arrive, load_parcels
from firstbest.operate.loop import run_step, without_echo
from firstbest.operate.metrics import cubes
from firstbest.operate.metrics_rows import BY_ROW
from firstbest.operate.ports import Add, End, Put, Set, Staged
from firstbest.operate.ranks import last_rows
from firstbest.rehearse.outside import AT_NEXT_TIMER, AT_ONCE, Physics
from firstbest.rehearse.run import Settings, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store.columns import Columns, sizes
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.workspace import load
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.facts import FACTS, ROSTERED, Block
from firstbest.world.tables import SHIPMENT_T, STOCK_T
from firstbest.world.units import DAY_US
from firstbest.world.words import Kind

SCALE = 0.005
DAYS = 4


def small_scenario() -> Scenario:
    """The built-in network with hardly any orders, for a few days."""
    with TemporaryDirectory() as folder:
        write_builtin(Path(folder) / "warm")
        return Scenario(*compile_network(load(Path(folder) / "warm"), SCALE, DAYS))


def warm_physics() -> None:
    """Call every kernel of the physics."""
    scenario = small_scenario()
    physics = Physics(scenario.network, scenario.nature, 1)
    for fact in AT_ONCE:
        rows = np.zeros(1 if fact is ROSTERED else 0, fact.dtype)
        physics._takers[fact.name](rows)  # noqa: SLF001 - kernels with no other way in
    start = scenario.network.calendar.start_us
    for fact in AT_NEXT_TIMER:
        physics._later.append((start, fact, np.zeros(0, fact.dtype)))  # noqa: SLF001
    physics._take_effect(start)  # noqa: SLF001
    physics.until(start + DAY_US // 2)


def warm_decisions() -> None:
    """Call every kernel of the decisions and the columns."""
    network = small_scenario().network
    ground, state = ground_of(network), Columns(sizes(network))
    commands, lines = np.zeros(2, COMMAND), np.zeros(1, LINE)
    commands["kind"], commands["lines"] = (Kind.PLACE, Kind.RECEIVED), (1, 0)
    commands["at"], lines["quantity"] = network.calendar.start_us, 1
    run_step(arrivals.take(Batch(commands, lines), ground), state)
    commands["kind"] = Kind.ARRIVED, Kind.ANNOUNCED
    without_echo(Batch(commands, lines))
    run_step(arrive(Batch(commands[:1], lines), ground), state)
    warm_columns(ground, state)
    state.apply(cubes([Block(fact, np.zeros(1, fact.dtype)) for fact in FACTS if fact.name in BY_ROW], ground))
    none = np.zeros(0, np.int64)
    last_rows(none)
    freight.fill(Loads(none, none, none), freight.room_of(ground.lanes))
    load_parcels(0, network.calendar.start_us, ground, np.zeros(1, SHIPMENT_T.dtype))
    journey_cost(ground.terms, 0, 0, 0, 0, (1, 1))


def warm_columns(ground: Ground, state: Columns) -> None:
    """Call what takes changes and answers reads, and the wave on what it answers."""
    shipments, stock, zero = np.zeros(1, SHIPMENT_T.dtype), np.zeros(1, STOCK_T.dtype), np.zeros(1, np.int64)
    shipments["live"] = 1
    added = Add.of(SHIPMENT_T, zero, {"rolled": zero})
    state.apply([Put(SHIPMENT_T, shipments), Put(STOCK_T, stock), added])
    quota = np.zeros(len(ground.nodes.kind), np.int64)
    waiting = state.read(due(ground, quota, 0)).rows
    wave.choose(ground, waiting, quota)
    wave.pack_ms(ground, waiting)
    state.read(Staged(SHIPMENT_T, 0, "day", 0))
    state.apply([Set.of(SHIPMENT_T, zero, {"stage": zero}), End.of(SHIPMENT_T, zero)])
    fold([Block(fact, np.zeros(1, fact.dtype)) for fact in FACTS if hasattr(fold_rows, fact.name)], ground)


def warm() -> None:
    """Compile everything; what little is left is compiled by a tiny rehearsal at the end."""
    context = multiprocessing.get_context("spawn")
    parts: tuple[Callable[[], None], ...] = (warm_physics, warm_decisions)
    running = [context.Process(target=part) for part in parts]
    for process in running:
        process.start()
    for process in running:
        process.join()
    rehearse(small_scenario(), Settings(1))
