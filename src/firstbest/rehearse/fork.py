"""Rehearsing from now: a fork of a book's state goes on by itself, as the twin would.

The loop takes up where the book's last tick left it, on a copy of its columns; behind the port to the outside stands
physics that was resumed from what the book knows (rehearse.resume). Nothing goes back: the book is only read, and the
house goes on serving while its forks run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.loop import Adoption, Loop, Ports
from firstbest.operate.ports import Book, Tick
from firstbest.rehearse.counting import Counting
from firstbest.rehearse.known import view_of
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.running import VirtualClock
from firstbest.store.columns import Columns
from firstbest.store.network_digest import network_number
from firstbest.world.nature import Nature
from firstbest.world.network import Network

Rows = NDArray[np.void]


class Phase(NamedTuple):
    """A world that is to come into force within the hours rehearsed."""

    at_us: int
    network: Network
    nature: Nature


class Origin(NamedTuple):
    """From where a fork begins."""

    network: Network  # in force
    nature: Nature
    state: Columns  # is copied, never changed
    last: Tick  # the tick sealed last
    told: dict[str, Rows]  # facts of the days before, by name: rehearse.known.NEEDED
    coming: Sequence[Phase] = ()

    @property
    def now_us(self) -> int:
        """The instant of the state: a fork begins here."""
        return max(self.last.due, self.last.at)


class Fork(NamedTuple):
    """How a fork ended."""

    state: Columns
    until_us: int
    overdue: int  # under way, and later than anything the model can explain


def fork(origin: Origin, until_us: int, seed: int, book: Book) -> Fork:
    """Go on from a state until an instant (of the calendar, at most), with what is drawn from a seed."""
    network, now = origin.network, origin.now_us
    until = min(until_us, network.calendar.end_us)
    state = origin.state.copied()
    physics = Physics(network, origin.nature, seed)
    overdue = physics.resume(network, origin.nature, view_of(state, origin.told, now), now)
    loop = Loop(network, Ports(VirtualClock(), state, book, physics), Counting(state))
    for phase in origin.coming:
        loop.adopt(Adoption(phase.at_us, phase.network, network_number(phase.network)))
    loop.resume(origin.last)
    coming = list(origin.coming)
    while (due := loop.next_due()) is not None and due <= until:
        while coming and coming[0].at_us <= due:
            physics.adopt(coming[0].network, coming[0].nature)
            coming.pop(0)
        loop.advance()
    loop.finish(until)
    return Fork(state, until, overdue)
