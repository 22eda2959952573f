"""A rehearsal: the same loop on a virtual clock, with physics behind the port to the outside.

`rehearse` runs a scenario and hands back the state that its facts came to; `record_of` lays it out for the
pages. Where the facts go is the book's business: a sink that streams them to files, or one that counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from firstbest.operate.loop import Adoption, Loop, Ports
from firstbest.operate.opening import opening
from firstbest.operate.ports import Book, Change, Tick
from firstbest.present.record import STOCK_ITEM, Assumed, Need, Record
from firstbest.rehearse.demand_answers import CAUSES, ON, Answered
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.presence import Checked, Presence, sentences
from firstbest.store.columns import Columns, sizes
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.metrics import AFTERS, BINS, METRICS, Metric, Spread
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network
from firstbest.world.units import DAY_US

STEP_TOLD = 1 / 400
"""How far a rehearsal goes between two calls of `progress`."""
CUBES_ROWS = 100_000
BANNER = "not compared with any actuals"


class Scenario(NamedTuple):
    """A world to rehearse: what decisions know, what nature does, and what is adopted when."""

    network: Network
    nature: Nature
    adoptions: tuple[Adoption, ...] = ()


class Settings(NamedTuple):
    """How to rehearse: the seed, where facts go, whom to tell how far it is (0 to 1)."""

    seed: int = 1
    book: Book | None = None
    progress: Callable[[float], None] | None = None


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


class VirtualClock:
    """Time jumps to the next instant."""

    def reach(self, instant: int) -> int:
        """Be there."""
        return instant


class Watch:
    """A book that counts facts, keeps the days' closings, and passes every tick on."""

    def __init__(self, book: Book | None, presence: Presence) -> None:
        """Pass ticks on to `book`, if there is one."""
        self.book = book
        self.presence = presence
        self.facts = 0
        self.closings: list[np.ndarray[tuple[int, ...], np.dtype[np.void]]] = []

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Count, keep, pass on."""
        self.presence.take(blocks)
        for block in blocks:
            self.facts += len(block.rows)
            if block.fact is f.DAY_CLOSED:
                self.closings.append(block.rows)
        if self.book is not None:
            self.book.seal(tick, blocks, changes)


def rehearse(scenario: Scenario, settings: Settings) -> Result:
    """Run a scenario from its first instant to its last."""
    began = time.perf_counter()
    network, nature = scenario.network, scenario.nature
    watch = Watch(settings.book, Presence(network.calendar.start_us, network.calendar.end_us))
    state = Columns(sizes(network))
    physics = Physics(network, nature, settings.seed)
    loop = Loop(network, Ports(VirtualClock(), state, watch, physics), cubes_rows=CUBES_ROWS)
    for adoption in scenario.adoptions:
        loop.adopt(adoption)
    calendar = network.calendar
    loop.open(opening(nature.opening, calendar.start_us), calendar.start_us)
    span = max(calendar.end_us - calendar.start_us, 1)
    told = 0.0
    while loop.advance():
        due = loop.next_due()
        done = 1.0 if due is None else (due - calendar.start_us) / span
        if settings.progress is not None and done - told >= STEP_TOLD:
            settings.progress(done)
            told = done
    loop.finish(calendar.end_us)
    closings = np.concatenate(watch.closings) if watch.closings else np.zeros(0, f.DAY_CLOSED.dtype)
    spent = time.perf_counter() - began
    counted = (watch.facts, loop.ticks, spent, settings.seed)
    return Result(scenario, state, closings, *counted, physics.answered, watch.presence.checked())


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
        banner=BANNER,
        stock_items=stock_items(result),
        needs=needs_of(result),
        after=after_cells(result, shape[:3]),
        planned=0 if result.answered is None else int(result.answered.planned.sum()),
        checks=() if result.checked is None else sentences(result.checked),
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
