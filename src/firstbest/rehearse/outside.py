"""The physics behind the Outside port of a rehearsal: it is told facts and answers with commands, never with choices.

`accept` takes the facts that were sealed at an instant; work, journeys and replies follow from them. `until` gives all
commands before an instant. Work reaches the floor and leaves it only at timed steps: a fact of an arrival step (a
cancel that was granted, a cargo at its last dock) takes effect at the next timer, so it does not matter in how many
ticks the arrivals before that timer were decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import PAST, new_agenda
from firstbest.kernels.station import new_started, with_room
from firstbest.operate.rows import by_fact
from firstbest.rehearse import (
    course,
    hands,
    kits,
    known,
    levels,
    onward,
    people,
    resume,
    resume_hands,
    returns,
    roads,
    slots,
    supply,
    works,
)
from firstbest.rehearse.demand import Demand, day_of_most
from firstbest.rehearse.demand_answers import Answered
from firstbest.rehearse.demand_members import orders_of
from firstbest.rehearse.known import View
from firstbest.rehearse.resume import Jobs, When
from firstbest.world import facts
from firstbest.world.commands import Batch, empty
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import SECOND_US
from firstbest.world.words import CargoStage, ReturnStage, Stage

Rows = NDArray[np.void]
I64 = NDArray[np.int64]

FORKED_FIRST: Final = 1 << 38
"""Orders that are drawn after a fork have codes from here on: no order of a book has, and all are below 2^40."""
KIND_OF: Final = {hands.PICK: course.PICKED_KIND, hands.PACK: course.PACKED_KIND}
STARTED_ROWS: Final = 4_096
AT_ONCE: Final = (
    facts.ROSTERED, facts.RELEASED, facts.TASKED, facts.REPLENISHED, facts.MOVED, facts.DEPARTED, facts.VANNED,
    facts.COUNT_ASKED, facts.RESTOCKED, facts.CLAIM_FILED,
    facts.EXPIRED, facts.LEVELLED, facts.CASE_BROKEN, facts.PALLET_BROKEN, facts.ASSEMBLED, facts.SLOTTED,
    facts.RESLOTTED,
)  # fmt: skip
"""Facts of timed steps, in the order in which those of one tick are taken."""
AT_NEXT_TIMER: Final = (facts.CANCELLED, facts.UNPLANNED, facts.ARRIVED, facts.RETURN_AUTHORISED)


class Physics:
    """Demand, hands, carriers, vehicles, suppliers, counts and returns, drawn from `nature` and a seed."""

    def __init__(self, network: Network, nature: Nature, seed: int) -> None:
        self._seed = seed
        self._nodes = len(network.nodes.kind)
        self._cancel = (nature.demand.cancel_ppm, nature.demand.cancel_mean_s)
        self._break_us, self._kit_us = nature.break_s * SECOND_US, nature.kit_s * SECOND_US
        self._pallet_us = nature.pallet_break_s * SECOND_US
        self._bulk = levels.bulk_of(network, nature)
        self._walk_us, self._move_us = nature.walk_us, nature.move_us
        self._whole: Rows | None = None  # LEVELLED facts of the tick
        self._whole_kits = network.detail.kits is not None and bool(network.detail.kits.whole.any())
        self._timers = np.unique(network.calendar.timers_us)
        self._demand = Demand(network, nature, seed)
        self._floor, self._ways = hands.new_floor(network, nature), roads.new_ways(network, nature)
        self._goods = supply.new_goods(network, nature)
        # Room for what a great day leaves under way: it takes no memory before it is used, and nothing has to be moved.
        most = day_of_most(nature)
        self._store, self._agenda = works.new_store(4_096 + most, 8_192 + 2 * most), new_agenda(8_192)
        self._told = works.new_told(4_096, 8_192)
        self._floors = onward.Floors(
            hands.stations_of(network, nature, 64), hands.new_roster(network), new_started(STARTED_ROWS)
        )
        self._agenda.marks[PAST] = network.calendar.start_us
        self._later: list[tuple[int, facts.FactType, Rows]] = []
        self._takers: dict[str, Callable[[Rows], None]] = {
            facts.ROSTERED.name: self._rostered,
            facts.RELEASED.name: self._released,
            facts.TASKED.name: self._tasked,
            facts.REPLENISHED.name: self._replenished,
            facts.MOVED.name: self._moved,
            facts.DEPARTED.name: self._departed,
            facts.VANNED.name: self._vanned,
            facts.COUNT_ASKED.name: self._count_asked,
            facts.RESTOCKED.name: self._restocked,
            facts.CLAIM_FILED.name: self._claimed,
            facts.EXPIRED.name: self._expired,
            facts.CASE_BROKEN.name: self._case_broken,
            facts.PALLET_BROKEN.name: self._pallet_broken,
            facts.LEVELLED.name: self._levelled,
            facts.ASSEMBLED.name: self._assembled,
            facts.SLOTTED.name: self._slotted,
            facts.RESLOTTED.name: self._reslotted,
        }

    def accept(self, blocks: Sequence[facts.Block], now: int) -> None:
        """Takes the facts sealed at the tick `now`; everything before `now` was asked for by `until`."""
        told = {block.fact.name: block.rows for block in by_fact(blocks)}
        if self._whole_kits and facts.PICKED.name in told:
            self._defer(facts.PICKED, told[facts.PICKED.name], now)
        for fact in AT_NEXT_TIMER:
            if fact.name in told:
                self._defer(fact, told[fact.name], now)
        memory = self._demand.memory
        if memory is not None and facts.ORDERED.name in told:
            memory.hear(told[facts.ORDERED.name])
        if memory is not None and memory.sellers is not None and facts.PLANNED.name in told:
            memory.sellers.hear(told[facts.ALLOCATED.name], told[facts.PLANNED.name])
        if self._demand.shelf is not None and facts.FEATURED.name in told:
            rows = told[facts.FEATURED.name]
            self._demand.shelf.show(rows["product"].astype(np.int64), rows["item"].astype(np.int64))
        if self._later:
            self._take_effect(now)
        self._whole = told.get(facts.LEVELLED.name)
        for fact in AT_ONCE:
            if fact.name in told:
                self._takers[fact.name](told[fact.name])

    def until(self, instant: int) -> Batch:
        """All commands with `at` before `instant` not given yet, by (at, kind, hash); numbers are left 0."""
        places = self._demand.before(instant)
        if len(places.commands):
            self._room(events=len(places.commands))
            orders = places.commands if self._demand.joiners is None else orders_of(places.commands)
            course.draw_cancels(self._agenda, self._seed, self._cancel, orders)
        while self._later and self._later[0][0] < instant:
            due = self._later[0][0]
            self._run(due)
            self._take_effect(due)
        self._run(instant)
        if self._told.marks[0] == 1 and not len(places.commands):
            return empty()
        batch = Batch(*works.merged(self._told, *places))
        self._told.marks[:2] = (1, 0)
        return batch

    def adopt(self, network: Network, nature: Nature) -> None:
        """From now on buildings, people and roads are those of another network with the same nodes, items and days.

        Orders go on as they were; what is on the shelves, on the floor and on the way stays there.
        """
        assert len(network.nodes.kind) == self._nodes, "another network has the same nodes"
        self._timers = np.unique(network.calendar.timers_us)
        self._floor, self._ways = hands.new_floor(network, nature), roads.new_ways(network, nature)
        self._goods = supply.new_goods(network, nature)._replace(true_units=self._goods.true_units)
        self._floors.roster.soon[:] = 0

    def resume(self, network: Network, nature: Nature, view: View, now: int) -> int:
        """Stand at an instant of the calendar in a state that agrees with the book's; nothing was done before.

        `network` and `nature` are those that this was made from. What is under way goes on: its rest is drawn, given
        that it is not done. Answers how much of it is overdue beyond what the model can explain.
        """
        self._agenda.marks[PAST] = now
        self._demand.begin(now, FORKED_FIRST)
        if self._demand.shelf is not None:
            self._demand.shelf.show(view.featured["key"].copy(), view.featured["item_next"] - 1)
        wrong = self._goods.true_units * 0
        opening = nature.opening
        np.add.at(wrong, opening.item.astype(np.int64) * self._nodes + opening.node, opening.wrong)
        self._goods.true_units[:] = known.true_units(network, wrong, view)
        tables = (view.roster, view.hours)
        roster = resume_hands.resume_roster(network, self._floor, self._floors.roster, tables, now)
        stations = with_room(self._floors.stations, max(resume_hands.hands_most(roster), 64))
        self._floors = self._floors._replace(roster=roster, stations=stations)
        hands.open_shifts(self._floor, roster, stations, self._seed, (now, now))
        when = When(self._seed, now, view.not_before)
        overdue = self._resume_floor(network, view, when) + self._resume_roads(network, view, when)
        resume_hands.free_from(stations, now)
        if network.detail.care is not None:
            self._claimed(known.open_claims(view, now))
        if network.detail.returns is not None:
            self._authorised(known.returning(view, ReturnStage.AUTHORISED, network.detail.returns.lapses_us), now)
            at_desk = known.returning(view, ReturnStage.RECEIVED)
            self._room(lines=4 * len(at_desk), events=len(at_desk))
            returns.resume_desk(self._goods, (self._store, self._agenda), (self._seed, now), at_desk)
        return overdue

    def _resume_floor(self, network: Network, view: View, when: When) -> int:
        """Goods and parcels inside buildings, and what customers and counters may still do."""
        freight, to_count = known.freight(view), known.to_count(view)
        self._room(tasks=len(freight), events=len(freight) + len(to_count) + len(view.orders))
        works_now, places = (self._store, self._agenda), (self._ways, self._goods, self._floor)
        tasks = np.zeros(len(freight), np.int64)
        overdue = resume.resume_freight(places, works_now, when, freight, tasks)
        docked = np.flatnonzero(freight["stage"] == CargoStage.DOCKED)
        docked = docked[np.lexsort((freight["cargo"][docked], freight["ready_at"][docked]))]
        cargo = self._store.tasks[tasks[docked]]
        ones = np.ones(len(docked), np.int64)
        jobs = Jobs(
            tasks[docked], cargo["node"].astype(np.int64), ones, cargo["quantity"].copy(), freight["ready_at"][docked]
        )
        resume.resume_work(self._floor, works_now, self._floors.stations, (when, hands.RECEIVE, course.RECEIVED), jobs)
        for found, process, stage in (
            (known.released(network, view), hands.PICK, works.TO_PICK),
            (known.picked(network, view), hands.PACK, works.TO_PACK),
        ):
            self._resume_queue(found, (when, process, KIND_OF[process]), stage)
        resume.resume_cancels(self._agenda, self._cancel, when, view.of_customers())
        return overdue + resume.resume_counts(places, self._agenda, when, to_count)

    def _resume_queue(self, found: tuple[Rows, I64, Rows], how: tuple[When, int, int], stage: int) -> None:
        """Shipments that wait for a process, or are in hand."""
        rows, owner, lines = found
        self._room(tasks=len(rows), lines=len(lines), events=len(rows))
        tasks = np.zeros(len(rows), np.int64)
        resume.resume_tasks(self._floor, self._store, rows, stage, tasks)
        resume.resume_lines(self._store, tasks[owner], lines)
        amounts = (np.ascontiguousarray(rows[name]) for name in ("node", "lines", "units", "at"))
        works_now = (self._store, self._agenda)
        resume.resume_work(self._floor, works_now, self._floors.stations, how, Jobs(tasks, *amounts))

    def _resume_roads(self, network: Network, view: View, when: When) -> int:
        """Parcels that have left."""
        away, waiting = view.at_stage(Stage.DEPARTED), view.at_stage(Stage.AT_STATION)
        away = away[~known.own_van(network, away)]
        vans = known.on_vans(network, view)
        self._room(tasks=len(away) + len(vans) + len(waiting), events=len(away) + len(vans))
        works_now, ways, floor = (self._store, self._agenda), self._ways, self._floor
        at_station = known.parcels(network, waiting, waiting["departed_at"])
        resume.resume_at_station(ways, floor, self._store, when, at_station)
        rows = known.parcels(network, away, away["departed_at"])
        overdue = resume.resume_parcels(ways, floor, works_now, when, rows)
        return overdue + resume.resume_vans(ways, floor, works_now, when, vans)

    def settled(self) -> tuple[object, ...]:
        """What never changes in place; forks may share it."""
        return (self._floor, self._ways, self._timers, *self._demand.settled())

    @property
    def true_units(self) -> NDArray[np.int64]:
        """Units truly on hand, at item * N + node; for tests and reports, never for a decision."""
        return self._goods.true_units

    @property
    def answered(self) -> Answered | None:
        """What came of customers' answers; none where nobody answers."""
        return None if self._demand.memory is None else self._demand.memory.told()

    def _run(self, instant: int) -> None:
        """Goes forward to `instant`."""
        world, key = course.World(self._floor, self._goods), (self._seed, instant)
        while not onward.go_on(world, (self._store, self._agenda), self._floors, self._told, key):
            rows, lines = self._told.marks[2:].tolist()
            self._told = works.told_with_room(self._told, rows, lines)
            self._room(lines=lines, events=onward.events_most(self._floors.stations))

    def _room(self, tasks: int = 0, lines: int = 0, events: int = 0) -> None:
        """Sees to it that so many more fit in."""
        if tasks or lines:
            self._store = works.with_room(self._store, tasks, lines)
        if events:
            self._agenda = works.agenda_with_room(self._agenda, events)

    # ----------------------------------------------------------------------------- facts that wait for the next timer
    def _defer(self, fact: facts.FactType, rows: Rows, now: int) -> None:
        """Keeps what was decided before a timer for its instant; nearly always that timer is due `now`."""
        place, timers = int(self._timers.searchsorted(now)), self._timers
        if place < len(timers) and timers[place] == now and rows["at"].min() > (timers[place - 1] if place else 0):
            self._later.append((now, fact, rows))
        else:
            at = np.ascontiguousarray(rows["at"])
            places = np.searchsorted(timers, at)
            due = np.where(places < len(timers), timers[np.minimum(places, len(timers) - 1)], at)
            self._later.extend((instant, fact, rows[due == instant]) for instant in np.unique(due).tolist())
        self._later.sort(key=lambda one: one[0])

    def _take_effect(self, now: int) -> None:
        while self._later and self._later[0][0] <= now:
            due, fact, rows = self._later.pop(0)
            if fact is facts.PICKED:
                kits.take_put_back(self._goods, self._store, rows)
            elif fact is facts.CANCELLED:
                course.take_cancelled(self._store, rows)
            elif fact is facts.UNPLANNED:
                course.take_unplanned(self._goods, self._store, rows)
            elif fact is facts.RETURN_AUTHORISED:
                self._authorised(known.coming(rows), 0)
            else:
                floors = (self._store, self._floors.stations)
                supply.take_arrived(self._goods, self._floor, floors, (self._seed, due), rows)

    # -------------------------------------------------------------------------------------------- facts of timed steps
    def _rostered(self, rows: Rows) -> None:
        # Two shifts, their overtime, and the shift before them may be present at once.
        most, stations = 4 * int((rows["heads"] + rows["temps"]).max()) + 8, self._floors.stations
        if most > stations.hands.shape[1]:
            self._floors = self._floors._replace(stations=with_room(stations, 2 * most))
        crew = int(np.maximum(rows["heads"], rows["temps"]).max())
        roster = self._floors.roster
        roster = roster._replace(seats=people.seats_with_room(roster.seats, crew))
        self._floors = self._floors._replace(roster=roster)
        hands.take_roster(self._floor, self._floors.roster, self._floors.stations, rows)

    def _released(self, rows: Rows) -> None:
        self._room(tasks=len(rows))
        how = (self._floor, self._store, self._floors.stations, self._seed)
        if self._whole is None:
            course.take_released(*how, rows, hands.PICK)
            return
        by_pallet = levels.holds_pallet(rows, self._whole)
        course.take_released(*how, rows[~by_pallet], hands.PICK)
        course.take_released(*how, rows[by_pallet], hands.RECEIVE)

    def _tasked(self, rows: Rows) -> None:
        self._room(lines=len(rows))
        course.take_tasked(self._store, rows)

    def _replenished(self, rows: Rows) -> None:
        self._room(tasks=len(rows))
        supply.take_replenished(self._goods, self._floor.nodes, self._store, self._seed, rows)

    def _moved(self, rows: Rows) -> None:
        self._room(tasks=len(rows), events=len(rows))
        places, under_way = (self._floor, self._floors.roster), (self._store, self._agenda)
        supply.take_moved(self._ways, self._goods, places, under_way, (self._seed, rows))

    def _departed(self, rows: Rows) -> None:
        self._room(events=roads.events_most(self._ways) * len(rows))
        # Nearly all were released before: room for tasks is made only where some were not.
        places, taken = (self._ways, self._floor, self._floors.roster), 0
        while (taken := roads.take_departed(*places, (self._store, self._agenda), (self._seed, rows, taken))) < len(
            rows
        ):
            self._room(tasks=len(rows) - taken)

    def _vanned(self, rows: Rows) -> None:
        self._room(tasks=len(rows), events=roads.events_most(self._ways) * len(rows))
        roads.take_vanned(self._ways, self._floor.nodes, (self._store, self._agenda), (self._seed, rows))

    def _authorised(self, rows: Rows, not_before: int) -> None:
        self._room(lines=4 * len(rows), events=2 * len(rows))
        returns.take_authorised(self._goods, (self._store, self._agenda), self._seed, rows, not_before)

    def _expired(self, rows: Rows) -> None:
        shelf = rows["item"].astype(np.int64) * self._nodes + rows["node"]
        # What the book takes off may not truly be there.
        np.subtract.at(self._goods.true_units, shelf, np.minimum(rows["quantity"], self._goods.true_units[shelf]))

    def _case_broken(self, rows: Rows) -> None:
        self._room(tasks=len(rows))
        levels.take_case_broken(self._floor, self._store, self._floors.stations, self._break_us, rows)

    def _pallet_broken(self, rows: Rows) -> None:
        self._room(tasks=len(rows))
        levels.take_pallet_broken(self._floor, self._store, self._floors.stations, self._pallet_us, rows)

    def _levelled(self, rows: Rows) -> None:
        levels.take_levelled(self._floor, self._store, self._seed, self._bulk, rows)

    def _assembled(self, rows: Rows) -> None:
        kits.take_assembled(self._store, self._kit_us, rows)

    def _slotted(self, rows: Rows) -> None:
        slots.take_slotted(self._store, self._walk_us, rows)

    def _reslotted(self, rows: Rows) -> None:
        self._room(tasks=len(rows), events=len(rows))
        slots.take_reslotted(self._floor, self._store, self._floors.stations, self._move_us, rows)

    def _claimed(self, rows: Rows) -> None:
        self._room(events=len(rows))
        returns.take_claims(self._goods, self._agenda, self._floor.nodes, (self._seed, rows))

    def _restocked(self, rows: Rows) -> None:
        shelf = rows["item"].astype(np.int64) * self._nodes + rows["node"]
        np.add.at(self._goods.true_units, shelf, rows["quantity"])

    def _count_asked(self, rows: Rows) -> None:
        self._room(events=len(rows))
        supply.take_count_asked(self._ways, self._goods, self._floor, self._agenda, (self._seed, rows))
