"""What the network day's physics was given and what came of it, laid out so that another simulator can do the same.

The numbers are those of the rehearsal: who works when and how fast, how long each job takes, what each journey lasts.
Choices (which shipment, which wave, which truck) are taken as they fell: the other simulator gets them for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.draws import joined
from firstbest.kernels.lookup import find
from firstbest.kernels.station import CAME, NUMBER, SPEED, STAFFED, WINDOW, WORK
from firstbest.operate.ports import Change, Tick
from firstbest.rehearse import hands
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.works import shipment_name
from firstbest.world import facts as f
from firstbest.world.commands import Batch
from firstbest.world.facts import Block
from firstbest.world.network import Network
from firstbest.world.words import Kind

I64 = NDArray[np.int64]
Rows = NDArray[np.void]
NEVER = -1


class Hand(NamedTuple):
    """Who works at a station, from when to when, and how fast."""

    station: int
    number: int
    start: int
    until: int
    speed_ppm: int


class Parcel(NamedTuple):
    """What befalls a shipment: durations in microseconds, instants where the house decided; NEVER: it did not."""

    station: int  # of its picking; its packing is the next one's
    pick_us: int
    pack_us: int
    leaves: int
    road_us: int
    back_us: int


class Day(NamedTuple):
    """A day's numbers, and what the rehearsal made of them [n]."""

    hands: list[Hand]
    orders: list[int]  # instants at which customers come
    parcels: list[Parcel]
    released: list[tuple[int, int]]  # (instant, parcel), in the order of release
    withdrawn: list[tuple[int, int]]  # (instant, parcel)
    picked: I64
    packed: I64
    at_door: I64


class Listener(Physics):
    """The physics, with an ear at its door."""

    def __init__(self, network: Network, nature: object, seed: int) -> None:
        super().__init__(network, nature, seed)  # type: ignore[arg-type]
        self.batches: list[Rows] = []
        self.lines: list[Rows] = []
        self.crews: dict[tuple[int, int], tuple[int, int]] = {}
        self.came = 0
        self.withdrawn: dict[int, int] = {}

    def until(self, instant: int) -> Batch:
        """As the physics does, noting what is told and who is at work."""
        batch = super().until(instant)
        if len(batch.commands):
            self.batches.append(batch.commands.copy())
            self.lines.append(found_of(batch))
        stations = self._floors.stations
        came = int(stations.queues[:, CAME].sum())
        if came != self.came:
            self.came = came
            for station in np.flatnonzero(stations.queues[:, STAFFED]).tolist():
                for row in stations.hands[station, : int(stations.queues[station, STAFFED])].tolist():
                    self.crews[station, row[NUMBER]] = (row[SPEED], row[WINDOW])
        return batch

    def _take_effect(self, now: int) -> None:
        rows = [later[2] for later in self._later if later[0] <= now and later[1] is not f.ARRIVED]
        super()._take_effect(now)
        for row in (row for block in rows for row in block if row["node"] >= 0):
            name = shipment_name(int(row["order"]), int(row["node"]), int(row["attempt"]))
            task = find(self._store.names, name)
            if task >= 0 and self._store.jobs[task, WORK] < 0:
                self.withdrawn.setdefault(name, now)

    def crew(self) -> list[Hand]:
        """Everybody who came to work."""
        floor, roster = self._floor, self._floors.roster
        days = roster.crews.shape[1]
        made = []
        for (station, number), (speed, window) in sorted(self.crews.items()):
            node, process = divmod(station, hands.PROCESSES)
            when = node, window // hands.PROCESSES // hands.SHIFTS % days, window // hands.PROCESSES % hands.SHIFTS
            minutes = int(floor.minutes[node, when[2]]) + int(roster.crews[when][process]["overtime_min"])
            start = int(floor.starts[when])
            made.append(Hand(station, number, start, start + minutes * 60_000_000, speed))
        return made

    def work(self, process: int, row: Rows, lines: int, units: int) -> int:
        """How long a job takes: the draw that the physics made, made again."""
        node = int(row["node"])
        # The interpreter gets plain numbers back from kernels, which take none for a hash.
        rank = np.uint64(joined(np.uint64(row["tie"]), self._floor.nodes[node]["tie"]))
        rank = np.uint64(joined(rank, np.uint64(row["attempt"])))
        stream = np.uint64(joined(np.uint64(self._seed), rank))
        return int(hands.work_us(self._floor, (node, process), lines, units, stream))


DECIDED = frozenset(
    fact.name
    for fact in (
        f.ORDERED, f.PLANNED, f.ALLOCATED, f.REFUSED, f.CANCELLED, f.UNPLANNED, f.RELEASED, f.DEPARTED, f.ROLLED,
        f.REPLENISHED, f.MOVED, f.COUNT_ASKED, f.FORECASTED, f.ROSTERED, f.LIMITED,
    )
)  # fmt: skip
"""Facts that are choices: what is promised, from where, how, when, by what, by whom. Others say what came of them."""


class Notes:
    """A book that keeps what left and what was released, and counts facts and those that are choices."""

    def __init__(self) -> None:
        self.released: list[Rows] = []
        self.departed: list[Rows] = []
        self.facts = self.decided = 0

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:  # noqa: ARG002
        """Keep the rows that matter here."""
        for block in blocks:
            self.facts += len(block.rows)
            self.decided += len(block.rows) * (block.fact.name in DECIDED)
            if block.fact is f.RELEASED:
                self.released.append(block.rows.copy())
            elif block.fact is f.DEPARTED:
                self.departed.append(block.rows.copy())


def found_of(batch: Batch) -> Rows:
    """(lines, units) that each command of a batch found on the shelf: [n, 2]."""
    first, count = batch.commands["first_line"].astype(np.int64), batch.commands["lines"].astype(np.int64)
    sums = np.zeros((len(batch.lines) + 1, 2), np.int64)
    sums[1:, 0] = np.cumsum(batch.lines["quantity"] > 0)
    sums[1:, 1] = np.cumsum(batch.lines["quantity"])
    found: Rows = sums[first + count] - sums[first]
    return found


def names_of(rows: Rows) -> list[int]:
    """The names of the shipments that rows speak of."""
    columns = (rows[name].tolist() for name in ("order", "node", "attempt"))
    return [shipment_name(*one) for one in zip(*columns, strict=True)]


def by_name(commands: Rows, kind: Kind) -> dict[int, int]:
    """When each shipment was told to be done."""
    chosen = commands[commands["kind"] == int(kind)]
    return dict(zip(names_of(chosen), chosen["at"].tolist(), strict=True))


def day_of(physics: Listener, notes: Notes) -> Day:
    """Lay out what was heard."""
    commands, found = np.concatenate(physics.batches), np.concatenate(physics.lines)
    released, departed = np.concatenate(notes.released), np.concatenate(notes.departed)
    picks = np.flatnonzero(commands["kind"] == int(Kind.PICKED))
    packing = {
        name: physics.work(hands.PACK, commands[row], *found[row].tolist())
        for name, row in zip(names_of(commands[picks]), picks.tolist(), strict=True)
        if found[row][1]
    }
    leaves = dict(zip(names_of(departed), departed["at"].tolist(), strict=True))
    at_door = by_name(commands, Kind.DELIVERED)
    returns = commands[commands["kind"] == int(Kind.RETURNED)]
    back = dict(zip(returns["order"].tolist(), returns["at"].tolist(), strict=True))
    names = names_of(released)
    parcels = [
        parcel(physics, row, packing.get(name, NEVER), (leaves.get(name, NEVER), at_door.get(name, NEVER)), back)
        for name, row in zip(names, released, strict=True)
    ]
    place = {name: n for n, name in enumerate(names)}
    picked, packed = by_name(commands, Kind.PICKED), by_name(commands, Kind.PACKED)
    return Day(
        hands=physics.crew(),
        orders=commands["at"][commands["kind"] == int(Kind.PLACE)].tolist(),
        parcels=parcels,
        released=list(zip(released["at"].tolist(), range(len(names)), strict=True)),
        withdrawn=sorted((at, place[name]) for name, at in physics.withdrawn.items() if name in place),
        picked=instants(picked, names),
        packed=instants(packed, names),
        at_door=instants(at_door, names),
    )


def instants(told: dict[int, int], names: Iterable[int]) -> I64:
    """When each was done, NEVER where it was not."""
    return np.array([told.get(name, NEVER) for name in names], np.int64)


def parcel(physics: Listener, row: Rows, pack_us: int, road: tuple[int, int], back: dict[int, int]) -> Parcel:
    """One shipment's numbers; `road` = (leaves, at the door)."""
    leaves, door = road
    pick_us = physics.work(hands.PICK, row, int(row["lines"]), int(row["units"]))
    home = back.get(int(row["order"]), NEVER)
    return Parcel(
        station=int(row["node"]) * hands.PROCESSES + hands.PICK,
        pick_us=pick_us,
        pack_us=pack_us,
        leaves=leaves,
        road_us=door - leaves if door >= 0 else NEVER,
        back_us=home - door if home > door >= 0 else NEVER,
    )
