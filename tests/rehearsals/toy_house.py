"""A toy house that runs the physics: it promises everything, sends all from the nearest node, and keeps no book.

It gives the physics every kind of fact that it takes. Its arrival steps (cancels, arrivals of cargo) can be told in
any number of ticks; the timed steps are those of the calendar.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from firstbest.rehearse.outside import Physics
from firstbest.world import facts
from firstbest.world.commands import Batch
from firstbest.world.facts import Block
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.words import Kind, Mode, Reason, Timer

NEAREST = (3, 3, 4, 5, 5)
Shipment = tuple[int, int]


def block(fact: facts.FactType, rows: list[dict[str, Any]]) -> list[Block]:
    """Rows of one fact, none if there are none."""
    table = np.zeros(len(rows), fact.dtype)
    for number, row in enumerate(rows):
        for name, value in row.items():
            table[name][number] = value
    return [Block(fact, table)] if rows else []


class ToyHouse:
    """Decides from what it was told; `log` keeps all commands, `told` counts facts."""

    def __init__(self, network: Network, nature: Nature, seed: int = 1) -> None:
        self.network = network
        self.physics = Physics(network, nature, seed)
        self.orders: dict[int, dict[str, Any]] = {}
        self.waiting: list[int] = []
        self.released: dict[Shipment, list[tuple[int, int, int]]] = {}
        self.packed: list[Shipment] = []
        self.at_station: list[tuple[int, Shipment]] = []
        self.cargo: dict[int, dict[str, Any]] = {}
        self.log: list[Batch] = []
        self.moves = defaultdict[str, int](int)
        self.day = 0
        self.reviews = 0

    def run(self, until: int, cuts: list[int] | None = None) -> ToyHouse:
        """To an instant, with ticks at the timers and at `cuts` before it."""
        calendar = self.network.calendar
        steps = defaultdict[int, list[tuple[int, int]]](list)
        for at, kind, key in zip(calendar.timers_us, calendar.timers_kind, calendar.timers_key, strict=True):
            steps[int(at)].append((int(kind), int(key)))
        for now in sorted({at for at in [*steps, *(cuts or []), until] if at <= until}):
            batch = self.physics.until(now)
            self.log.append(batch)
            arrivals = self.arrive(batch)
            if now not in steps or now == until:
                self.physics.accept(arrivals, now)
                continue
            self.physics.accept(arrivals, now)
            blocks = [one for kind, key in steps[now] for one in self.step(Timer(kind), key, now)]
            self.physics.accept(blocks, now)
        return self

    def commands(self) -> Batch:
        """All commands so far, as one batch."""
        first, rows = 0, []
        for batch in self.log:
            rows.append(batch.commands.copy())
            rows[-1]["first_line"] += first
            first += len(batch.lines)
        return Batch(np.concatenate(rows), np.concatenate([batch.lines for batch in self.log]))

    # ------------------------------------------------------------------------------------------------- arrival steps
    def arrive(self, batch: Batch) -> list[Block]:
        """Facts about commands, each at its own instant."""
        cancelled, arrived = list[dict[str, Any]](), list[dict[str, Any]]()
        for row in batch.commands:
            order, kind = int(row["order"]), row["kind"]
            lines = batch.lines[row["first_line"] : row["first_line"] + row["lines"]]
            shipment = (order, int(row["node"]))
            if kind == Kind.PLACE:
                self.orders[order] = {"tie": row["tie"], "place": int(row["place"]), "lines": lines.copy()}
                self.waiting.append(order)
            elif kind == Kind.CANCEL:
                cancelled += self.cancel(order, int(row["at"]))
            elif kind == Kind.PICKED:
                self.released.pop(shipment, None)
                self.moves["picked"] += int(lines["quantity"].sum())
            elif kind == Kind.PACKED:
                self.packed.append(shipment)
            elif kind == Kind.ARRIVED:
                cargo = self.cargo[order]
                following = int(self.network.lanes.path_next[cargo["lane"]])
                last = {
                    "at": row["at"],
                    "cargo": order,
                    "node": row["node"],
                    "item": cargo["item"],
                    "last": following < 0,
                }
                cargo["lane"], cargo["waits"] = following, True
                arrived.append(last)
        return block(facts.CANCELLED, cancelled) + block(facts.ARRIVED, arrived)

    def cancel(self, order: int, at: int) -> list[dict[str, Any]]:
        """A cancel is granted until the house hears that the order is picked."""
        if order in self.waiting:
            self.waiting.remove(order)
            return []
        if order not in self.orders:
            return []
        node = NEAREST[self.orders[order]["place"]]
        rows = [
            {"at": at, "order": order, "node": node, "line": line, "item": item, "quantity": quantity}
            for line, item, quantity in self.released.pop((order, node), [])
        ]
        self.moves["cancelled on the floor"] += len(rows)
        return [row | {"granted": 1, "reason": Reason.GRANTED} for row in rows]

    # --------------------------------------------------------------------------------------------------- timed steps
    def step(self, kind: Timer, key: int, now: int) -> list[Block]:
        """Facts of a timed step."""
        if kind == Timer.STAFF:
            return self.staff(now)
        if kind == Timer.WAVE:
            return self.wave(now)
        if kind == Timer.REPLENISH:
            return self.replenish(now)
        if kind == Timer.COUNT:
            asked = [{"at": now, "node": node, "item": self.day % 6} for node in (3, 4, 5)]
            return block(facts.COUNT_ASKED, asked)
        if kind == Timer.DISPATCH:
            return self.dispatch(now)
        if kind == Timer.DEPART:
            return self.depart(now, key) if self.network.lanes.carrier[key] >= 0 else self.move(now, key)
        return []

    def staff(self, now: int) -> list[Block]:
        labour, rows = self.network.labour, list[dict[str, Any]]()
        for node, process in np.argwhere(labour.heads > 0):
            for shift in range(2):
                row = {"node": node, "process": process, "day": self.day, "shift": shift, "at": now}
                rows.append(
                    row | {"heads": labour.heads[node, process], "temps": 1, "overtime_min": 30 * (self.day % 3)}
                )
        self.day += 1
        return block(facts.ROSTERED, rows)

    def wave(self, now: int) -> list[Block]:
        released, tasked = list[dict[str, Any]](), list[dict[str, Any]]()
        for order in self.waiting:
            known = self.orders[order]
            node, lines = NEAREST[known["place"]], known["lines"]
            name = {"at": now, "order": order, "node": node}
            released.append(name | {"tie": known["tie"], "lines": len(lines), "units": lines["quantity"].sum()})
            tasked += [
                name | {"line": line["line"], "item": line["item"], "quantity": line["quantity"]} for line in lines
            ]
            self.released[(order, node)] = [(line["line"], line["item"], line["quantity"]) for line in lines]
        self.waiting = []
        return block(facts.RELEASED, released) + block(facts.TASKED, tasked)

    def depart(self, now: int, lane: int) -> list[Block]:
        """The west's first place goes by own van, remote ones by air, the rest by ground."""
        carrier, node = int(self.network.lanes.carrier[lane]), int(self.network.lanes.origin[lane])
        gone = list[dict[str, Any]]()
        for shipment in list(self.packed):
            place = self.orders[shipment[0]]["place"]
            if shipment[1] != node or {0: 2, 4: 1}.get(place, 0) != carrier:
                continue
            self.packed.remove(shipment)
            row = {
                "order": shipment[0],
                "node": node,
                "tie": self.orders[shipment[0]]["tie"],
                "at": now,
                "place": place,
            }
            zone = self.network.arcs.zone[carrier, node, place]
            gone.append(row | {"lane": lane, "carrier": carrier, "zone": zone, "cartons": 1})
            if self.network.carriers.mode[carrier] == Mode.OWN_VAN:
                self.at_station.append((now + int(self.network.lanes.transit_s[lane]) * 1_000_000, shipment))
        return block(facts.DEPARTED, gone)

    def dispatch(self, now: int) -> list[Block]:
        there = [shipment for at, shipment in self.at_station if at <= now]
        self.at_station = [one for one in self.at_station if one[0] > now]
        rows = [
            {"at": now, "order": order, "node": node, "station": 6, "stop": stop, "tie": self.orders[order]["tie"]}
            for stop, (order, node) in enumerate(there)
        ]
        return block(facts.VANNED, rows)

    def replenish(self, now: int) -> list[Block]:
        """Each day some items are bought for the storage and sent on to the nodes."""
        self.reviews += 1
        rows, nodes, items = list[dict[str, Any]](), 7, 6
        for item in range(items):
            for to, lane, bought, quantity in ((2, 0, 1, 300), (3, 2, 0, 60), (4, 3, 0, 50), (5, 4, 0, 80)):
                cargo = ((self.reviews * nodes + to) * items + item) * 2 + bought
                self.cargo[cargo] = {"item": item, "to": to, "lane": lane, "quantity": quantity, "waits": True}
                ready = now + bought * 2 * 86_400_000_000
                self.cargo[cargo]["ready"] = ready
                row = {"at": now, "cargo": cargo, "quantity": quantity, "item": item, "to_node": to, "ready_at": ready}
                rows.append(row | {"lane": lane, "bought": bought, "from_node": 0 if bought else 2})
                self.moves["sent on"] += 0 if bought else quantity
        return block(facts.REPLENISHED, rows)

    def move(self, now: int, lane: int) -> list[Block]:
        rows = list[dict[str, Any]]()
        for name, cargo in self.cargo.items():
            if cargo["lane"] == lane and cargo["waits"] and cargo["ready"] <= now:
                cargo["waits"] = False
                row = {"at": now, "cargo": name, "quantity": cargo["quantity"], "lane": lane, "item": cargo["item"]}
                rows.append(row | {"to_node": cargo["to"]})
        return block(facts.MOVED, rows)
