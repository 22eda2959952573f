"""Replay and shadow: the log decided again, by the same code or under another policy.

Replay goes through the sealed ticks: commands are decided again from the state that the log itself leads to, timers at
their own instants; each tick's facts must be the same bytes. Where the code or the policy that sealed a tick is not the
one at hand, it says "not comparable", because then a difference would mean nothing. Shadow decides each tick under
another policy as well, on the state that the log leads to, and tells which decisions would have been others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground, ground_of
from firstbest.operate.loop import Loop, Ports
from firstbest.operate.ports import Change, Tick
from firstbest.run.house import Deaf, Phase, Wall
from firstbest.run.world import code_digest
from firstbest.store.book_live import BookReader, Sealed
from firstbest.store.columns import Columns, sizes
from firstbest.world.facts import Block
from firstbest.world.network import Network
from firstbest.world.words import Timer

FIRST_SHOWN = 20
"""Decisions that a shadow names one by one."""


class NotComparable(NamedTuple):
    """Why a tick cannot be compared: what sealed it, and what is at hand."""

    tick: int
    what: str  # "code" or "policy"
    sealed: str
    here: str


class Difference(NamedTuple):
    """The first fact that came out otherwise: rows as text, "" where there is none."""

    tick: Tick
    fact: str
    sealed: str
    here: str


class Replayed(NamedTuple):
    """What a replay found."""

    ticks: int
    facts: int
    difference: Difference | None
    incomparable: NotComparable | None

    @property
    def identical(self) -> bool:
        """Every tick came out the same bytes."""
        return self.difference is None and self.incomparable is None


class Nowhere:
    """A book that keeps nothing and cubes that nobody reads: replay compares before it goes on."""

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Nothing to keep."""

    def take(self, blocks: Sequence[Block], ground: Ground) -> None:
        """Nothing to count."""

    def settle(self) -> None:
        """Nothing was left."""


def loop_over(network: Network) -> Loop:
    """A loop at the beginning of a book, over empty columns."""
    nowhere = Nowhere()
    return Loop(network, Ports(Wall(lambda: 0), Columns(sizes(network)), nowhere, Deaf()), nowhere)


def replay(book: BookReader, phases: Sequence[Phase]) -> Replayed:
    """Decide the whole log again; stops at the first difference."""
    loop, worlds = loop_over(phases[0].world.network), {phase.world.policy: phase.world for phase in phases}
    code, ticks, facts = code_digest(phases[0].world.network.plugged.digest), 0, 0
    policy = phases[0].world.policy
    for sealed in book.ticks():
        envelope = sealed.beside_envelope
        if envelope is not None and envelope.code != code:
            return Replayed(
                ticks, facts, None, NotComparable(sealed.tick.tick, "code", envelope.code.hex(), code.hex())
            )
        if envelope is not None and envelope.policy != policy:
            if envelope.policy not in worlds:
                here = ", ".join(each.hex() for each in worlds)
                found = NotComparable(sealed.tick.tick, "policy", envelope.policy.hex(), here)
                return Replayed(ticks, facts, None, found)
            policy = envelope.policy
            loop.ground = ground_of(worlds[policy].network)
        blocks = decided(loop, sealed, loop.ground)
        difference = first_difference(sealed, blocks)
        if difference is not None:
            return Replayed(ticks, facts, difference, None)
        loop.take_sealed(sealed.tick, sealed.blocks)
        ticks, facts = ticks + 1, facts + sum(len(block.rows) for block in sealed.blocks)
    return Replayed(ticks, facts, None, None)


def decided(loop: Loop, sealed: Sealed, ground: Ground) -> Sequence[Block]:
    """What a sealed tick comes to when it is decided again on a ground; openings and adoptions stay as they are."""
    if sealed.tick.kind == Timer.ADOPT or (sealed.tick.kind == 0 and sealed.commands is None):
        return sealed.blocks
    return loop.decide_again(sealed.tick, sealed.commands, ground)


def first_difference(sealed: Sealed, blocks: Sequence[Block]) -> Difference | None:
    """The first fact, in the order of types and rows, that is not the same bytes."""
    here = {block.fact.name: block.rows for block in blocks if len(block.rows)}
    there = {block.fact.name: block.rows for block in sealed.blocks}
    for name in sorted(here.keys() | there.keys()):
        one, other = there.get(name), here.get(name)
        if one is not None and other is not None and one.tobytes() == other.tobytes():
            continue
        return Difference(sealed.tick, name, *first_rows(one, other))
    return None


def first_rows(one: NDArray[np.void] | None, other: NDArray[np.void] | None) -> tuple[str, str]:
    """The first rows of two lists that differ, as text."""
    left, right = (rows if rows is not None else np.zeros(0, np.int8) for rows in (one, other))
    for place in range(max(len(left), len(right))):
        a = worded(left[place]) if place < len(left) else ""
        b = worded(right[place]) if place < len(right) else ""
        if a != b:
            return a, b
    return "", ""


def worded(row: np.void) -> str:
    """A row as names and values."""
    names = row.dtype.names or ()
    return " ".join(f"{name}={row[name]}" for name in names if name not in ("spare", "pad"))


class Changed(NamedTuple):
    """One decision that would have been another."""

    tick: Tick
    fact: str
    row: str
    instead: str


class Shadow(NamedTuple):
    """What another policy would have decided otherwise, on the state that the log led to."""

    ticks: int
    decisions: int
    changed: Counter[str]  # facts that would have been others, by name
    cost: int  # of journeys, what would have been paid more (less where negative), millionths
    first: tuple[Changed, ...]


def shadow(book: BookReader, phases: Sequence[Phase], other: Network) -> Shadow:
    """Decide every tick of the log under another network or policy too."""
    loop, ground = loop_over(phases[0].world.network), ground_of(other)
    grounds = {phase.world.policy: ground_of(phase.world.network) for phase in phases}
    ticks, decisions, cost, changed = 0, 0, 0, Counter[str]()
    first: list[Changed] = []
    for sealed in book.ticks():
        envelope = sealed.beside_envelope
        if envelope is not None:
            loop.ground = grounds.get(envelope.policy, loop.ground)
        blocks = decided(loop, sealed, ground)
        for name, was, would in differing(sealed, blocks):
            changed[name] += 1
            if len(first) < FIRST_SHOWN:
                first.append(Changed(sealed.tick, name, was, would))
        cost += journeys(blocks) - journeys(sealed.blocks)
        decisions += sum(len(block.rows) for block in sealed.blocks)
        loop.take_sealed(sealed.tick, sealed.blocks)
        ticks += 1
    return Shadow(ticks, decisions, changed, cost, tuple(first))


def journeys(blocks: Sequence[Block]) -> int:
    """What the journeys that were planned cost."""
    return sum(int(block.rows["cost"].sum()) for block in blocks if block.fact.name == "planned")


def differing(sealed: Sealed, blocks: Sequence[Block]) -> Iterator[tuple[str, str, str]]:
    """Facts that are there on one side only: (name, as sealed, as it would be), matched by cause."""
    here = {block.fact.name: block.rows for block in blocks if len(block.rows)}
    there = {block.fact.name: block.rows for block in sealed.blocks}
    for name in sorted(here.keys() | there.keys()):
        left, right = by_cause(there.get(name)), by_cause(here.get(name))
        for cause in sorted(left.keys() | right.keys()):
            if left.get(cause) != right.get(cause):
                yield name, left.get(cause, ""), right.get(cause, "")


def by_cause(rows: NDArray[np.void] | None) -> dict[tuple[int, int], str]:
    """Rows as text by number and ordinal."""
    return {} if rows is None else {(int(row["number"]), int(row["ordinal"])): worded(row) for row in rows}
