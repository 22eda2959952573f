"""Getting ready before anybody waits: a house in memory is asked one of everything, so that all code is loaded.

A kernel is brought from the cache on disk, or compiled where none is there, at its first call. That call must not be a
client's: compiling all of them takes the better part of a minute, and bringing them in one after the other made the
first orders of a house wait a tenth of a second each. So before a house says where it listens, the same code decides
and seals requests of each kind on a book in memory that nobody sees. Of timers only the one that gives orders people to
pick them is run; the others load what they need when they are first due.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from firstbest.run.house import House, Phase
from firstbest.run.requests import Key, Line, Request
from firstbest.run.world import World
from firstbest.store.book import SqlBook
from firstbest.store.book_sqlite import MEMORY, Settings, SqliteEngine
from firstbest.world.nature import Opening
from firstbest.world.network import Calendar
from firstbest.world.units import SECOND_US
from firstbest.world.words import Kind, NodeKind, Timer

UNITS: Final = 1_000
KEY: Final = Key(b"ready" + bytes(11), bytes(16))


class Hand:
    """A clock that is set by hand."""

    def __init__(self, now_us: int) -> None:
        """Set it."""
        self.now_us = now_us

    def __call__(self) -> int:
        """Microseconds since the epoch."""
        return self.now_us


def ready(world: World) -> None:
    """Load, or compile, every kernel that a house of this world needs to answer and to go on."""
    small = made_small(world)
    calendar = small.network.calendar
    clock = Hand(int(calendar.timers_us.max(initial=calendar.start_us)))
    with SqlBook(SqliteEngine(MEMORY, Settings())) as book:
        book.claim("ready", "")
        house = House([Phase(calendar.start_us, small)], book, clock)
        house.begin()
        node = int(small.nature.opening.node[0])
        house.quote(placed("quoted"))
        for request in asked(node):
            clock.now_us += SECOND_US
            house.admit([request])


def made_small(world: World) -> World:
    """The world with one item on one shelf, and no timer but the first that rosters people."""
    network, nature = world.network, world.nature
    centre = np.flatnonzero(network.nodes.kind == NodeKind.FULFILMENT)[:1].astype(np.int32)
    item, none = np.zeros(1, np.int32), np.zeros(1, np.int64)
    shelf = Opening(item, centre, none + UNITS, none)
    calendar = rostered_once(network.calendar)
    return world._replace(network=network._replace(calendar=calendar), nature=nature._replace(opening=shelf))


def rostered_once(calendar: Calendar) -> Calendar:
    """A calendar in which nothing is due but the first roster."""
    first = np.flatnonzero(calendar.timers_kind == Timer.STAFF)[:1]
    return calendar._replace(
        timers_us=calendar.timers_us[first],
        timers_kind=calendar.timers_kind[first],
        timers_key=calendar.timers_key[first],
    )


def placed(order: str, key: Key | None = None) -> Request:
    """An order of one unit."""
    return Request(Kind.PLACE, 0, order, key, (Line(0, 0, 1),))


def asked(node: int) -> Iterator[Request]:
    """What clients and the dock ask."""
    yield placed("kept", KEY)
    yield Request(Kind.HOLD, 0, "kept")
    yield Request(Kind.RESUME, 0, "kept")
    yield placed("gone")
    yield Request(Kind.CANCEL, 0, "gone")
    yield Request(Kind.ANNOUNCED, 0, "sent in", node=node, item=0, quantity=2)
    yield Request(Kind.ARRIVED, 0, "sent in")
    yield Request(Kind.RECEIVED, 0, "sent in", node=node, item=0, quantity=2, expected=2)
    yield Request(Kind.COUNTED, 0, node=node, item=0, quantity=UNITS)
