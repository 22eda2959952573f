"""The network day in SimPy: customers, hands with their shifts, two queues a building, trucks, doors, returns.

Written as a SimPy model is, with a generator for whatever lives through time and nothing that a careful author would
leave out for speed: a hand asks a store for its next job, and whoever is idle at the end of a shift takes the asking
back. So the hand that has been free longest gets the next job, as in the twin.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from benchmarks.twin_record import NEVER, Day, Hand
from firstbest.world.units import PPM

I64 = NDArray[np.int64]


class World:
    """One simulated day; instants in microseconds."""

    def __init__(self, day: Day) -> None:
        self.env = simpy.Environment(initial_time=min(day.orders[0], *(hand.start for hand in day.hands)))
        self.day = day
        self.queues = {hand.station: simpy.Store(self.env) for hand in day.hands}
        self.idle: dict[tuple[int, int], Any] = {}
        self.picked = np.full(len(day.parcels), NEVER, np.int64)
        self.packed, self.at_door = self.picked.copy(), self.picked.copy()
        self.orders = self.returns = 0

    def run(self) -> None:
        """From the first instant to the last."""
        env, day = self.env, self.day
        env.process(self.customers())
        env.process(self.house())
        env.process(self.docks())
        for hand in day.hands:
            env.process(self.hand(hand))
        whole = sorted(day.hands, key=lambda hand: hand.until)
        for until, gone in groupby(whole, key=lambda hand: hand.until):
            env.process(self.end_of_shift(until, list(gone)))
        env.run()

    def customers(self) -> Generator[Any, Any, None]:
        """Orders come."""
        for at in self.day.orders:
            yield self.env.timeout(at - self.env.now)
            self.orders += 1

    def house(self) -> Generator[Any, Any, None]:
        """Work is handed out, and taken back while it waits."""
        told = [(at, 0, parcel) for at, parcel in self.day.withdrawn]
        told += [(at, 1, parcel) for at, parcel in self.day.released]
        told.sort(key=lambda one: one[:2])
        for at, new, number in told:
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            station = self.day.parcels[number].station
            if new:
                self.queues[station].put(number)
                continue
            for queue in (self.queues[station], self.queues[station + 1]):
                if number in queue.items:
                    queue.items.remove(number)

    def hand(self, hand: Hand) -> Generator[Any, Any, None]:
        """One shift of one hand."""
        env, parcels = self.env, self.day.parcels
        queue, name = self.queues[hand.station], (hand.station, hand.number)
        yield env.timeout(hand.start - env.now)
        while env.now < hand.until:
            self.idle[name] = asked = queue.get()
            number: int = yield asked
            parcel = parcels[number]
            picks = parcel.station == hand.station
            yield env.timeout((parcel.pick_us if picks else parcel.pack_us) * PPM // hand.speed_ppm)
            if not picks:
                self.packed[number] = env.now
            else:
                self.picked[number] = env.now
                if parcel.pack_us >= 0:
                    self.queues[parcel.station + 1].put(number)

    def end_of_shift(self, until: int, gone: list[Hand]) -> Generator[Any, Any, None]:
        """Who waits for work when the shift is over goes home."""
        yield self.env.timeout(until - self.env.now)
        for hand in gone:
            asked = self.idle.get((hand.station, hand.number))
            if asked is not None and not asked.triggered:
                asked.cancel()

    def docks(self) -> Generator[Any, Any, None]:
        """Parcels leave when the house says so."""
        leaving = sorted((parcel.leaves, n) for n, parcel in enumerate(self.day.parcels) if parcel.leaves >= 0)
        for at, number in leaving:
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            assert 0 <= self.packed[number] <= self.env.now, "what leaves was packed"
            if self.day.parcels[number].road_us >= 0:
                self.env.process(self.road(number))

    def road(self, number: int) -> Generator[Any, Any, None]:
        """A journey, and perhaps the way back."""
        parcel = self.day.parcels[number]
        yield self.env.timeout(parcel.road_us)
        self.at_door[number] = self.env.now
        if parcel.back_us >= 0:
            yield self.env.timeout(parcel.back_us)
            self.returns += 1


def differences(world: World) -> I64:
    """Largest difference of an instant that the twin told, microseconds: picked, packed, at the door."""
    worst = []
    for ours, theirs in (
        (world.day.picked, world.picked),
        (world.day.packed, world.packed),
        (world.day.at_door, world.at_door),
    ):
        told = ours >= 0
        worst.append(int(np.abs(ours[told] - theirs[told]).max(initial=0)))
    return np.array(worst, np.int64)
