"""The loop: admits what arrives, decides it, folds the facts, seals the tick; the same live and in the twin.

Between two timer instants everything that arrives is one batch, cut wherever the batch limit falls; at the
instant itself timers go first, in the rank of their kinds, all keys of one kind together. The loop alone
gives numbers and instants. What arrival steps decide reaches the outside only at the next timer instant,
since they create no physical work before it; so no cut of a batch can be seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from firstbest.decide.ground import Ground, ground_of
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.operate import (
    aftermath,
    arrivals,
    closing,
    floor,
    freight,
    labour,
    lastmile,
    members,
    offers,
    slots,
    storage,
    together,
)
from firstbest.operate.arrive_names import count_kinds
from firstbest.operate.arrive_state import Records
from firstbest.operate.folds import fold
from firstbest.operate.metrics import cubes
from firstbest.operate.ports import Book, Change, Clock, Counting, Outside, Rows, State, Step, Tick
from firstbest.operate.ranks import once_each
from firstbest.operate.rows import block_of, by_fact
from firstbest.world.commands import Batch
from firstbest.world.facts import ADOPTED, FACTS, Block
from firstbest.world.network import I64, Network
from firstbest.world.words import Kind, Timer

ARRIVALS: tuple[tuple[tuple[Kind, ...], Callable[[Batch, Ground], Step]], ...] = (
    (arrivals.KINDS, arrivals.take),
    ((Kind.ARRIVED,), freight.arrive),
    ((Kind.ANNOUNCED,), storage.announce),
    ((Kind.WORKED,), labour.work),
    (aftermath.KINDS, aftermath.take_back),
    (members.KINDS, members.take),
)
"""Families of commands; families touch no row in common, so they need no order among them."""

FAMILY_OF = np.zeros(max(Kind) + 1, np.int64)
"""The family of each kind, from 1."""
for _number, (_kinds, _) in enumerate(ARRIVALS, 1):
    FAMILY_OF[list(_kinds)] = _number
RECEIVED = int(Kind.RECEIVED)
ARRIVED = int(Kind.ARRIVED)
ANNOUNCED = int(Kind.ANNOUNCED)
JOIN, LEAVE = int(Kind.JOIN), int(Kind.LEAVE)
DELIVERED, RETURN_ASKED = int(Kind.DELIVERED), int(Kind.RETURN_ASKED)
RANK = {fact.name: rank for rank, fact in enumerate(FACTS)}


class Ports(NamedTuple):
    """What the loop stands on."""

    clock: Clock
    state: State
    book: Book
    outside: Outside


class Adoption(NamedTuple):
    """From an instant on, another network (policy, nodes, lanes) holds."""

    at: int
    network: Network
    digest: int = 0  # of the network, as the fact keeps it


def run_step(step: Step, state: State) -> list[Block]:
    """Drive a step: answer its reads from the state until it returns its facts."""
    try:
        read = next(step)
        while True:
            answer: Rows = state.read(read)
            read = step.send(answer)
    except StopIteration as done:
        blocks: list[Block] = done.value
        return blocks


class Loop:
    """One writer's loop over one book."""

    def __init__(
        self, network: Network, ports: Ports, counting: Counting | None = None, batch_most: int = 200_000
    ) -> None:
        """Stand before the network's first timer; `batch_most` limits the commands of one tick.

        Cubes are folded with every tick, or by `counting` when it likes.
        """
        self.counting = counting
        self.ports = ports
        self.ground = ground_of(network)
        self.batch_most = batch_most
        self.number = 0
        self.ticks = 0
        self.spot = 0
        self.adoptions: list[Adoption] = []

    def adopt(self, adoption: Adoption) -> None:
        """Plan for another network to hold from an instant on; timers after it are its own."""
        self.adoptions = sorted([*self.adoptions, adoption], key=lambda each: each.at)

    def next_due(self) -> int | None:
        """Instant of the next timer or adoption, None after the last timer."""
        calendar = self.ground.calendar
        if self.spot == len(calendar.timers_us):
            return None
        due = int(calendar.timers_us[self.spot])
        return min(due, self.adoptions[0].at) if self.adoptions else due

    def advance(self) -> bool:
        """Go to the next timer instant: decide what arrived before it, then its timers. False: nothing left."""
        due = self.next_due()
        if due is None:
            return False
        now = self.ports.clock.reach(due)
        self._arrivals(due)
        self._change_ground(due, now)
        self._timers(due, now)
        return True

    def resume(self, last: Tick) -> None:
        """Stand behind a tick that was sealed before, with the state that it left."""
        self.number, self.ticks = last.first_number + last.facts, last.tick + 1
        # Timers of its instant that rank behind it are still to be run; arrivals come after all of them, and the
        # opening before.
        calendar = self.ground.calendar
        start, stop = (int(np.searchsorted(calendar.timers_us, instant)) for instant in (last.due, last.due + 1))
        rank = last.kind if last.kind or not last.tick else max(Timer)
        self.spot = start + int(np.searchsorted(calendar.timers_kind[start:stop], rank + 1))

    def open(self, blocks: Sequence[Block], now: int) -> None:
        """Seal what was there before the first instant."""
        tick = Tick(self.ticks, 0, now, now, self.number, 1)
        for block in blocks:
            block.rows["number"] = self.number
        self.number += 1
        self._seal(tick, blocks)

    def note(self, now: int) -> None:
        """Seal a tick in which nothing was decided: the book has something to keep beside the facts."""
        self._seal(Tick(self.ticks, 0, now, now, self.number, 0), [])

    def finish(self, end: int) -> None:
        """Decide what arrives before the end."""
        self._arrivals(end)
        if self.counting is not None:
            self.counting.settle()

    def _change_ground(self, due: int, now: int) -> None:
        while self.adoptions and self.adoptions[0].at <= due:
            adoption = self.adoptions.pop(0)
            self.ground = ground_of(adoption.network)
            self.spot = int(np.searchsorted(self.ground.calendar.timers_us, due))
            fact = block_of(ADOPTED, self.number, due, digest=np.array([adoption.digest], np.uint64))
            tick = Tick(self.ticks, int(Timer.ADOPT), due, now, self.number, 1)
            self.number += 1
            self._seal(tick, [fact])

    def _arrivals(self, due: int) -> None:
        batch = self.ports.outside.until(due)
        told: list[Block] = []
        start = 0
        while start < (count := len(batch.commands)):
            whole = start == 0 and count <= self.batch_most
            part = without_echo(batch if whole else batch.upto(start, start + self.batch_most))
            start += len(part.commands)
            told.extend(self.admit(part, self.preview(part)))
        if told:
            self.ports.outside.accept(merged(told), due)

    def preview(self, batch: Batch) -> list[Block]:
        """What would be decided of a batch if it were admitted now; numbers its commands, changes no state."""
        count = len(batch.commands)
        family, sizes = np.empty(count, np.int64), np.zeros(len(ARRIVALS) + 1, np.int64)
        number_all(batch.commands, self.number, FAMILY_OF, family, sizes)
        blocks: list[Block] = []
        for number, size in enumerate(sizes.tolist()[1:], 1):
            if size:
                chosen = batch if size == count else batch.select(family == number)
                blocks.extend(run_step(ARRIVALS[number - 1][1](chosen, self.ground), self.ports.state))
        return blocks

    def admit(self, batch: Batch, blocks: Sequence[Block]) -> list[Block]:
        """Seal what `preview` decided of the same batch: one tick."""
        count, at = len(batch.commands), int(batch.commands["at"][-1])
        assert int(batch.commands["number"][0]) == self.number, "what is admitted was previewed last"
        tick = Tick(self.ticks, 0, at, at, self.number, count)
        self.number += count
        return self._seal(tick, blocks)

    def decide_again(self, tick: Tick, batch: Batch | None, ground: Ground) -> list[Block]:
        """What a tick that was sealed before comes to on the present state, on this or another ground."""
        own, self.ground, self.number = self.ground, ground, tick.first_number
        if batch is not None:
            blocks = self.preview(batch.upto(0, len(batch.commands)))
        else:
            calendar = ground.calendar
            start, stop = (int(np.searchsorted(calendar.timers_us, at)) for at in (tick.due, tick.due + 1))
            keys = calendar.timers_key[start:stop][calendar.timers_kind[start:stop] == tick.kind].astype(np.int64)
            blocks = run_step(self._timed(Timer(tick.kind), tick.due, keys), self.ports.state) if len(keys) else []
        self.ground = own
        return sorted((block for block in blocks if len(block.rows)), key=lambda block: RANK[block.fact.name])

    def take_sealed(self, tick: Tick, blocks: Sequence[Block]) -> None:
        """Bring the state to what a sealed tick left."""
        self.ticks, self.number = tick.tick, tick.first_number + tick.facts
        self._seal(tick, blocks)

    def _timers(self, due: int, now: int) -> None:
        calendar = self.ground.calendar
        stop = int(np.searchsorted(calendar.timers_us, due, side="right"))
        kinds, keys = calendar.timers_kind[self.spot : stop], calendar.timers_key[self.spot : stop]
        self.spot = stop
        for kind in sorted(set(kinds.tolist())):
            step = self._timed(Timer(kind), due, keys[kinds == kind].astype(np.int64))
            tick = Tick(self.ticks, int(kind), due, now, self.number, 1)
            self.number += 1
            blocks = self._seal(tick, run_step(step, self.ports.state))
            if blocks:
                self.ports.outside.accept(blocks, due)

    def _timed(self, kind: Timer, due: int, keys: I64) -> Step:
        number, ground = self.number, self.ground
        if kind == Timer.DEPART:
            return freight.depart(number, due, ground, keys)
        if kind == Timer.DISPATCH:
            return lastmile.dispatch(number, due, ground, keys)
        steps: dict[Timer, Callable[[int, int, Ground], Step]] = {
            Timer.STAFF: labour.roster,
            Timer.FORECAST: storage.forecast,
            Timer.REPLENISH: storage.replenish,
            Timer.COUNT: floor.ask_counts,
            Timer.WAVE: floor.release,
            Timer.CLOSE_DAY: closing.close_day,
            Timer.OFFER: offers.feature,
            Timer.TOGETHER: together.choose_again,
            Timer.SETTLE: aftermath.settle,
            Timer.RESLOT: slots.review,
        }
        return steps[kind](number, due, ground)

    def _seal(self, tick: Tick, blocks: Sequence[Block]) -> list[Block]:
        kept = sorted((block for block in blocks if len(block.rows)), key=lambda block: RANK[block.fact.name])
        self.ticks += 1
        changes: list[Change] = []
        if kept:
            changes = fold(kept, self.ground)
            if self.counting is None:
                changes.extend(cubes(kept, self.ground))
            else:
                self.counting.take(kept, self.ground)
            self.ports.state.apply(changes)
        self.ports.book.seal(tick, kept, changes)
        return kept


def without_echo(batch: Batch) -> Batch:
    """The batch up to the first command about a cargo, or a return, of which another family's speaks before it.

    Families must touch no row in common: goods are announced, arrive and are received in this order or not at all, and
    a return is asked for in a batch behind that of its delivery.
    """
    counts = np.zeros((len(FAMILY_OF), 2), np.int64)
    count_kinds(batch.commands, counts)
    told = counts[:, 0].tolist()
    if told[RETURN_ASKED] and told[DELIVERED]:
        batch = without_afterthought(batch)
    if told[JOIN] or told[LEAVE]:
        batch = members.before_newcomer(batch)
    if not (told[ANNOUNCED] or (told[ARRIVED] and told[RECEIVED])):
        return batch
    echo = first_echo(batch.commands)
    return batch if echo < 0 else batch.select(slice(0, max(echo, 1)))


@compiled
@makes_arrays
def first_echo(commands: Records) -> int:
    """The first receipt of a cargo that arrives or is announced, or arrival of one that is announced; -1: none."""
    named = np.empty(len(commands), np.int64)
    for c in range(len(commands)):
        named[c] = commands[c].order if commands[c].kind in (RECEIVED, ARRIVED, ANNOUNCED) else -1
    cargo, place = once_each(named)
    told = np.zeros((2, len(cargo)), np.bool_)
    for c in range(len(commands)):
        if place[c] >= 0:
            told[0, place[c]] |= commands[c].kind == ARRIVED
            told[1, place[c]] |= commands[c].kind == ANNOUNCED
    for c in range(len(commands)):
        kind, at = commands[c].kind, place[c]
        if at >= 0 and ((kind == RECEIVED and told[0, at]) or (kind in (RECEIVED, ARRIVED) and told[1, at])):
            return c
    return -1


@compiled
def number_all(commands: Records, first: int, family_of: I64, family: I64, sizes: I64) -> None:
    """Number commands [n] from `first` on, write the family of each [n], and add how many are in each [F + 1]."""
    for c in range(len(commands)):
        commands[c].number = first + c
        family[c] = family_of[commands[c].kind]
        sizes[family[c]] += 1


def without_afterthought(batch: Batch) -> Batch:
    """The batch up to the first return asked for of an order of which a delivery is told before it."""
    kind, order = batch.commands["kind"], batch.commands["order"]
    asked, delivered = np.flatnonzero(kind == RETURN_ASKED), np.flatnonzero(kind == DELIVERED)
    if set(order[asked].tolist()).isdisjoint(order[delivered].tolist()):
        return batch
    for spot in asked.tolist():
        if (order[delivered[delivered < spot]] == order[spot]).any():
            return batch.select(slice(0, spot))
    return batch


def merged(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of one type made one, in the order they were decided."""
    if len({block.fact.name for block in blocks}) == len(blocks):
        return list(blocks)
    return sorted(by_fact(blocks), key=lambda block: RANK[block.fact.name])
