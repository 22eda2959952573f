"""A rehearsal under way: led on from instant to instant, and forked between two of them.

A fork is a second rehearsal in the same state: columns, physics, loop and what was counted so far. It shares what never
changes (the network, nature, what is derived from both, orders that were drawn), and from there on goes on by itself;
left alone it goes on exactly as the first one does.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from firstbest.operate.loop import Loop, Ports
from firstbest.operate.opening import opening
from firstbest.operate.ports import Book, Change, Tick
from firstbest.rehearse.counting import Counting
from firstbest.rehearse.demand import day_of_most
from firstbest.rehearse.hours import Hours
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.presence import Presence
from firstbest.rehearse.scenario import Scenario
from firstbest.store.columns import Columns, room_for_orders, sizes
from firstbest.world import facts as f
from firstbest.world.facts import Block


class VirtualClock:
    """Time jumps to the next instant."""

    def reach(self, instant: int) -> int:
        """Be there."""
        return instant


class Watch:
    """A book that numbers facts, keeps the days' closings, and passes every tick on."""

    def __init__(self, book: Book | None, presence: Presence, hours: Hours) -> None:
        """Pass ticks on to `book`, if there is one."""
        self.book = book
        self.presence = presence
        self.hours = hours
        self.facts = 0
        self.closings: list[np.ndarray[tuple[int, ...], np.dtype[np.void]]] = []

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Count, keep, pass on."""
        for block in blocks:
            self.facts += len(block.rows)
            if block.fact is f.DAY_CLOSED:
                self.closings.append(block.rows)
        if self.book is not None:
            self.book.seal(tick, blocks, changes)


class Running:
    """A scenario that is being rehearsed."""

    def __init__(self, scenario: Scenario, seed: int, book: Book | None = None) -> None:
        """Stand at the scenario's first instant; facts go to `book`, if there is one."""
        network, calendar = scenario.network, scenario.network.calendar
        self.scenario = scenario
        self.watch = Watch(book, Presence(calendar.start_us, calendar.end_us), Hours(network))
        self.state = Columns(sizes(network) | room_for_orders(day_of_most(scenario.nature)))
        self.physics = Physics(network, scenario.nature, seed)
        self.counting = Counting(self.state, (self.watch.presence, self.watch.hours))
        self.loop = Loop(network, Ports(VirtualClock(), self.state, self.watch, self.physics), self.counting)
        for adoption in scenario.adoptions:
            self.loop.adopt(adoption)
        self.loop.open(opening(scenario.nature.opening, calendar.start_us), calendar.start_us)

    def advance(self) -> int | None:
        """Go to the next timer instant and past it; the instant of the one after, None where there is none."""
        return self.loop.next_due() if self.loop.advance() else None

    def lead(self, until: int) -> None:
        """Go on past every timer instant up to `until`, and have all counted."""
        due = self.loop.next_due()
        while due is not None and due <= until:
            due = self.advance()
        self.counting.settle()

    def finish(self) -> None:
        """Go on to the end."""
        while self.loop.advance():
            pass
        self.loop.finish(self.scenario.network.calendar.end_us)

    def closings(self) -> np.ndarray[tuple[int, ...], np.dtype[np.void]]:
        """What was stated at the end of each day so far."""
        return np.concatenate(self.watch.closings) if self.watch.closings else np.zeros(0, f.DAY_CLOSED.dtype)

    def forked(self, book: Book | None = None) -> Running:
        """The same rehearsal once more, from here; its facts go to `book`, if there is one."""
        self.counting.settle()
        kept = (self.scenario, self.loop.ground, self.loop.adoptions, *self.physics.settled())
        shared: dict[int, object] = {id(one): one for one in leaves(kept)}
        if self.watch.book is not None:
            shared[id(self.watch.book)] = book
        made = copy.deepcopy(self, shared)
        made.watch.book = book
        return made


def leaves(things: Iterable[object]) -> Iterator[object]:
    """Things, and all that is in those of them that are tuples or lists."""
    for thing in things:
        yield thing
        if isinstance(thing, tuple | list):
            yield from leaves(thing)
