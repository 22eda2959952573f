"""Houses on small networks, on a clock that the test moves."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from firstbest.run.house import House, Phase
from firstbest.run.world import Span, World
from firstbest.store.columns import sizes
from firstbest.world.facts import FACTS
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from tests.laws.history import History
from tests.parity.memory import MemoryBook


class HandClock:
    """Stands where it was put."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us


def house_of(made: tuple[Network, Nature], book: Any = None) -> tuple[House, HandClock]:
    """A house that was opened on a book (in memory by default), at its calendar's start."""
    network, nature = made
    calendar = network.calendar
    clock = HandClock(int(calendar.start_us))
    days = calendar.midnight_us.shape[1]
    world = World(cast("Any", None), network, nature, Span(int(calendar.first_day) + 1, days))
    house = House([Phase(int(calendar.start_us), world)], book or MemoryBook(sizes(network)), clock)
    house.begin()
    return house, clock


def play(house: House, clock: HandClock, history: History, cuts: tuple[int, ...], end_us: int) -> None:
    """Give a twin's recorded commands to a house, in batches of these lengths in turn, without any physics."""
    turn = 0
    for due, batch in history.outside.log:
        start, count = 0, len(batch.commands)
        while start < count:
            stop = min(start + cuts[turn % len(cuts)], count)
            until(house, clock, int(batch.commands["at"][start]), due)
            house.take(batch.upto(start, stop))
            start, turn = stop, turn + 1
        until(house, clock, due, due + 1)
    until(house, clock, end_us, end_us + 1)


def until(house: House, clock: HandClock, now_us: int, before: int) -> None:
    """Let time pass, running timers that are due before an instant."""
    clock.now_us = max(clock.now_us, min(now_us, before - 1))
    house.pass_time()


def facts_in(kept: Any) -> dict[str, bytes]:
    """All facts of a book as bytes by type, in the order of sealing."""
    found: dict[str, list[bytes]] = {fact.name: [] for fact in FACTS}
    for sealed in kept.ticks():
        for block in sealed.blocks:
            found[block.fact.name].append(np.ascontiguousarray(block.rows).tobytes())
    return {name: b"".join(parts) for name, parts in found.items()}
