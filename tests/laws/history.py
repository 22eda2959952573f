"""One history of a world: the loop over it, what it sealed, and the log of what the outside said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.loop import Adoption, Loop, Ports
from firstbest.operate.ports import Change, Tick
from firstbest.operate.rows import block_of
from firstbest.rehearse.outside import Physics
from firstbest.store.columns import Columns, sizes
from firstbest.world import facts as f
from firstbest.world.commands import Batch, empty
from firstbest.world.facts import FACTS, Block, FactType
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US
from firstbest.world.words import Fill, Kind

AFTER_DOOR = (
    Kind.RETURN_ASKED, Kind.RETURNED, Kind.INSPECTED, Kind.CONTACTED, Kind.CLAIM_ANSWERED, Kind.JOIN, Kind.LEAVE,
)  # fmt: skip
NOT_THERE = 10**15
"""An order that nobody placed."""
Rows = NDArray[np.void]


class Outside(Protocol):
    """As in operate.ports."""

    def until(self, instant: int) -> Batch: ...
    def accept(self, blocks: Sequence[Block], now: int) -> None: ...


class AtOnce:
    """A clock that jumps."""

    def reach(self, instant: int) -> int:
        return instant


class Kept:
    """A book in memory; passes each tick on to another where there is one."""

    def __init__(self, onward: object = None) -> None:
        self.blocks: dict[str, list[Rows]] = {fact.name: [] for fact in FACTS}
        self.ticks: list[Tick] = []
        self.onward = onward

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        self.ticks.append(tick)
        for block in blocks:
            self.blocks[block.fact.name].append(block.rows.copy())
        if self.onward is not None:
            self.onward.seal(tick, blocks, changes)  # type: ignore[attr-defined]

    def rows(self, fact: FactType) -> Rows:
        parts = self.blocks[fact.name]
        return np.concatenate(parts) if parts else np.zeros(0, fact.dtype)


class Recorded:
    """Passes commands and facts through and keeps the commands."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.log: list[tuple[int, Batch]] = []

    def until(self, instant: int) -> Batch:
        batch = self.outside.until(instant)
        if len(batch.commands):
            self.log.append((instant, Batch(batch.commands.copy(), batch.lines.copy())))
        return batch

    def accept(self, blocks: Sequence[Block], now: int) -> None:
        self.outside.accept(blocks, now)


class Replayed:
    """Gives a recorded log again, deaf to what is decided: no physics at all."""

    def __init__(self, log: list[tuple[int, Batch]]) -> None:
        self.log = dict(log)

    def until(self, instant: int) -> Batch:
        batch = self.log.get(instant, empty())
        return Batch(batch.commands.copy(), batch.lines.copy())

    def accept(self, blocks: Sequence[Block], now: int) -> None:
        pass


class Meddler:
    """An outside that repeats commands, cancels at odd moments and speaks of orders that nobody placed."""

    def __init__(self, outside: Outside, seed: int) -> None:
        self.outside = outside
        self.random = np.random.default_rng(seed)
        self.after = np.random.default_rng(seed + 1)
        self.past: list[Batch] = []
        self.held: list[Rows] = []

    def accept(self, blocks: Sequence[Block], now: int) -> None:
        self.outside.accept(blocks, now)

    def until(self, instant: int) -> Batch:
        batch = self.outside.until(instant)
        commands, lines = batch
        if not len(commands):
            return batch
        self._wish(commands)
        extra = [self._again(commands), self._again(self.past[0].commands) if self.past else commands[:0]]
        told = np.isin(commands["kind"], (Kind.PLACE, Kind.PICKED, Kind.PACKED, Kind.DELIVERED))
        if told.any():
            self.past = [Batch(commands[told][-3:].copy(), lines.copy())]
        back = commands[np.isin(commands["kind"], AFTER_DOOR)]
        extra.append(back[self.after.random(len(back)) < 0.15].copy())
        added = np.concatenate([extra[0], extra[1][extra[1]["lines"] == 0], extra[2]])
        strange = self.random.random(len(added)) < 0.1
        added["order"][strange & (added["kind"] != Kind.PLACE)] = NOT_THERE
        first, last = int(commands["at"][0]), int(commands["at"][-1])
        added["at"] = self.random.integers(first, last + 1, len(added))
        return merged_batch(commands, without_revivals(commands, added), lines)

    def _wish(self, commands: Rows) -> None:
        """Some customers would wait for stock, some will not have it from everywhere."""
        placed = commands["kind"] == Kind.PLACE
        waits = placed & (self.random.random(len(commands)) < 0.6)
        commands["flag"][waits] = self.random.integers(Fill.REFUSE, Fill.WHOLE_WAITS + 1, int(waits.sum()))
        hours = self.random.integers(-1, 72, len(commands))
        commands["expected"][waits] = commands["at"][waits] + hours[waits] * HOUR_US
        barred = placed & (self.random.random(len(commands)) < 0.1)
        commands["node"][barred] = self.random.integers(0, 4, int(barred.sum()))
        commands["item"][barred] = self.random.integers(0, 4, int(barred.sum()))

    def _again(self, commands: Rows) -> Rows:
        """Some of the commands once more, or a cancel of their orders."""
        kinds = (Kind.PLACE, Kind.PICKED, Kind.PACKED, Kind.DELIVERED)
        chosen = commands[np.isin(commands["kind"], kinds) & (self.random.random(len(commands)) < 0.08)].copy()
        draw = self.random.random(len(chosen))
        chosen["kind"][draw < 0.5] = Kind.CANCEL
        chosen["kind"][draw < 0.3] = Kind.HOLD
        held = chosen[draw < 0.3].copy()
        held["kind"] = np.where(self.random.random(len(held)) < 0.5, Kind.RESUME, Kind.HOLD)
        chosen["lines"][draw < 0.5], held["lines"] = 0, 0
        return np.concatenate([chosen, held, *self._resumed(held)])

    def _resumed(self, held: Rows) -> list[Rows]:
        """Orders held before go on some time later; one in four is forgotten."""
        due, self.held = [*self.held[:-1]], [*self.held[-1:], held.copy()]
        due = [rows[rows["tie"] % np.uint64(4) != 0] for rows in due]
        for rows in due:
            rows["kind"] = Kind.RESUME
        return due


def without_revivals(commands: Rows, added: Rows) -> Rows:
    """Added commands but for repeated orders that are cancelled as well: no order code is ever given twice."""
    cancelled = np.concatenate([each["order"][each["kind"] == Kind.CANCEL] for each in (commands, added)])
    return added[(added["kind"] != Kind.PLACE) | ~np.isin(added["order"], cancelled)]


def merged_batch(commands: Rows, added: Rows, lines: Rows) -> Batch:
    """Two lots of commands over the same lines in order of arrival, lines laid one after the other."""
    both = np.concatenate([commands, added])
    order = np.argsort(both["at"], kind="stable")
    return Batch(both, lines).select(order.astype(np.int64))


class CutLoop(Loop):
    """A loop whose batches are cut differently from span to span."""

    cuts: tuple[int, ...] = (200_000,)

    @property
    def batch_most(self) -> int:
        return self.cuts[self.spot % len(self.cuts)]

    @batch_most.setter
    def batch_most(self, most: int) -> None:
        pass


class History(NamedTuple):
    """What came of one run."""

    network: Network
    nature: Nature
    state: Columns
    book: Kept
    outside: Recorded

    def rows(self, fact: FactType) -> Rows:
        return self.book.rows(fact)

    def bytes_by_type(self) -> dict[str, bytes]:
        return {fact.name: self.rows(fact).tobytes() for fact in FACTS}


class Run(NamedTuple):
    """How to run: batch limits in turn, another book behind, a meddler's seed, a log instead of physics, how far."""

    cuts: tuple[int, ...] = (200_000,)
    onward: object = None
    meddle: int = 0
    log: list[tuple[int, Batch]] | None = None
    wrap: Callable[[Outside], Outside] | None = None
    instants: int = 10**9  # timer instants to go through
    adopt: tuple[Adoption, ...] = ()  # networks that come into force on the way


def run(world: tuple[Network, Nature], seed: int, how: Run | None = None) -> History:
    """One history from the opening stock to the end of the calendar."""
    how = how or Run()
    network, nature = world
    outside: Outside = Replayed(how.log) if how.log is not None else Physics(network, nature, seed)
    outside = Meddler(outside, how.meddle) if how.meddle and how.log is None else outside
    recorded = Recorded(how.wrap(outside) if how.wrap else outside)
    state, book = Columns(sizes(network)), Kept(how.onward)
    loop = CutLoop(network, Ports(AtOnce(), state, book, recorded))
    loop.cuts = how.cuts
    for adoption in how.adopt:
        loop.adopt(adoption)
    opening, start = nature.opening, network.calendar.start_us
    stock = {"node": opening.node, "item": opening.item, "quantity": opening.quantity}
    loop.open([block_of(f.OPENED, 0, start, **stock)], start)
    for _ in range(how.instants):
        if not loop.advance():
            loop.finish(network.calendar.end_us)
            break
    return History(network, nature, state, book, recorded)
