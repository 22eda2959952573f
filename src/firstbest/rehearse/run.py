"""A rehearsal: the same loop on a virtual clock, with physics behind the port to the outside.

`rehearse` runs a scenario and hands back the state that its facts came to; `record_of` lays it out for the
pages. Where the facts go is the book's business: a sink that streams them to files, or one that counts.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from firstbest.operate.ports import Book
from firstbest.present.record import STOCK_ITEM, Assumed, Moved, Need, Record
from firstbest.rehearse.banner import NOT_COMPARED
from firstbest.rehearse.demand_answers import CAUSES, ON, Answered
from firstbest.rehearse.hours import Hours
from firstbest.rehearse.presence import Checked, sentences
from firstbest.rehearse.running import Running
from firstbest.rehearse.scenario import Scenario
from firstbest.store.columns import Columns
from firstbest.world.metrics import AFTERS, BINS, METRICS, Metric, Spread
from firstbest.world.network import I64
from firstbest.world.units import DAY_US

STEP_TOLD = 1 / 400
"""How far a rehearsal goes between two calls of `progress`."""


class Settings(NamedTuple):
    """How to rehearse: the seed, where facts go, whom to tell how far it is (0 to 1)."""

    seed: int = 1
    book: Book | None = None
    progress: Callable[[float], None] | None = None
    batch_most: int = 200_000  # commands of one tick; changes no byte


class Result(NamedTuple):
    """What a rehearsal left behind."""

    scenario: Scenario
    state: Columns
    stock_days: np.ndarray[tuple[int, ...], np.dtype[np.void]]
    facts: int
    ticks: int
    seconds: float
    seed: int
    answered: Answered | None = None  # what came of customers' answers, where they answer
    checked: Checked | None = None
    hours: Hours | None = None  # what was due and packed by the hour


@contextmanager
def at_rest() -> Iterator[None]:
    """Have the collector of cycles leave alone what is there: a tick makes no cycles, and the compiler's are many."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def rehearse(scenario: Scenario, settings: Settings) -> Result:
    """Run a scenario from its first instant to its last."""
    return finished(Running(scenario, settings.seed, settings.book), settings)


def finished(running: Running, settings: Settings) -> Result:
    """Run what is under way to its last instant; its book is its own."""
    began = time.perf_counter()
    scenario = running.scenario
    running.loop.batch_most = settings.batch_most
    calendar = scenario.network.calendar
    span = max(calendar.end_us - calendar.start_us, 1)
    told = 0.0
    with at_rest():
        while (due := running.advance()) is not None:
            done = (due - calendar.start_us) / span
            if settings.progress is not None and done - told >= STEP_TOLD:
                settings.progress(done)
                told = done
        running.finish()
    if settings.progress is not None:
        settings.progress(1.0)
    watch, closings = running.watch, running.closings()
    spent = time.perf_counter() - began
    counted = (watch.facts, running.loop.ticks, spent, settings.seed)
    answered = running.physics.answered
    return Result(scenario, running.state, closings, *counted, answered, watch.presence.checked(), watch.hours)


def record_of(result: Result, name: str, scale: float, assumed: Assumed, digest: str = "") -> Record:
    """Lay a result out for the pages; bounds and suggestions are added by whoever judges it."""
    network, tables = result.scenario.network, result.state.tables
    days, nodes, sellers = network.calendar.midnight_us.shape[1], len(network.nodes.kind), len(network.texts.sellers)
    cube = tables["cube"].rows
    shape = (days, nodes, sellers, METRICS)
    flow = tables["flow"].rows
    pairs = np.stack([cube[part].reshape(shape) for part in ("numerator", "denominator")], axis=-1)
    end = round((network.calendar.end_us - network.calendar.start_us) / DAY_US)
    return Record(
        name=name,
        network=network,
        cube=whole_hours(pairs, scale),
        spread=tables["spread"].rows["count"].reshape(len(Spread), BINS).copy(),
        flow=np.stack(
            [
                flow["shipments"].reshape(-1, nodes),
                flow["days"].reshape(-1, nodes) // 100,
                flow["cost"].reshape(-1, nodes),
            ],
            axis=-1,
        ),
        stock_days=result.stock_days,
        first_day=network.calendar.first_day,
        days=end,
        scale=scale,
        seed=result.seed,
        seconds=result.seconds,
        facts=result.facts,
        digest=digest,
        assumed=assumed,
        bounds=(),
        suggestions=(),
        banner=NOT_COMPARED,
        stock_items=stock_items(result),
        needs=needs_of(result),
        levels=levels_of(result),
        after=after_cells(result, shape[:3]),
        planned=0 if result.answered is None else int(result.answered.planned.sum()),
        gone=0 if result.answered is None else int(result.answered.gone.sum()),
        moved=moved_of(result),
        checks=() if result.checked is None else sentences(result.checked),
        due_hours=None if result.hours is None else result.hours.due,
        packed_hours=None if result.hours is None else result.hours.packed,
    )


def after_cells(result: Result, shape: tuple[int, ...]) -> I64 | None:
    """What happened after the door: [D, N, S, AFTERS, 2]; none where the house keeps nothing of it."""
    if not any(part is not None for part in result.scenario.network.detail):
        return None
    rows = result.state.tables["after"].rows
    return np.stack([rows[part].reshape(*shape, AFTERS) for part in ("numerator", "denominator")], axis=-1)


def needs_of(result: Result) -> tuple[Need, ...]:
    """Orders won and lost by what customers answer, in the order of their causes."""
    answers = result.scenario.nature.demand.answers
    if result.answered is None or answers is None or answers.on != ON:
        return ()
    won, lost = (each.sum(axis=0).tolist() for each in (result.answered.won, result.answered.lost))
    told = sorted(answers.told, key=lambda each: CAUSES.index(each[0]))
    return tuple(Need(*each, won[CAUSES.index(each[0])], lost[CAUSES.index(each[0])]) for each in told)


def levels_of(result: Result) -> tuple[str, str]:
    """Mark and source of the levels that customers answered against; empty where nobody answered."""
    answers = result.scenario.nature.demand.answers
    return ("", "") if answers is None or answers.on != ON else answers.levels


def moved_of(result: Result) -> tuple[Moved, ...]:
    """Sellers who came or left, in the order of days."""
    if result.answered is None:
        return ()
    network = result.scenario.network
    return tuple(
        Moved(network.texts.sellers[each.seller], network.calendar.first_day + each.day, each.came, each.margin)
        for each in result.answered.moves
    )


HOURS = (
    Metric.PAID_RECEIVE, Metric.PAID_PICK, Metric.PAID_PACK, Metric.PAID_LOAD, Metric.PAID_INDIRECT, Metric.OVERTIME,
    Metric.TEMPS, Metric.NEEDED_PICK, Metric.NEEDED_PACK, Metric.ABOVE_PACE, Metric.LENT,
)  # fmt: skip
HOURS_BELOW = (Metric.COST_RECEIVE, Metric.COST_PICK, Metric.COST_PACK, Metric.COST_LOAD, Metric.COST_INDIRECT)


def whole_hours(cube: I64, scale: float) -> I64:
    """A cube whose hours are those of the orders in it: at a scale below 1 whole teams worked on part of the orders."""
    if scale < 1:
        cube[..., list(HOURS), :] = np.rint(cube[..., list(HOURS), :] * scale)
        cube[..., list(HOURS_BELOW), 1] = np.rint(cube[..., list(HOURS_BELOW), 1] * scale)
    return cube


def stock_items(result: Result) -> np.ndarray[tuple[int, ...], np.dtype[np.void]]:
    """Stock and expected daily sales of each item at each node at the end."""
    nodes = len(result.scenario.network.nodes.kind)
    stock, expect = result.state.tables["stock"].rows, result.state.tables["forecast"].rows
    some = np.flatnonzero((stock["on_hand"] > 0) | (expect["rate_x1000"] > 0))
    made = np.zeros(len(some), STOCK_ITEM)
    made["item"], made["node"] = some // nodes, some % nodes
    made["on_hand"], made["rate_x1000"] = stock["on_hand"][some], expect["rate_x1000"][some]
    return made
