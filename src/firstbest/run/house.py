"""The house on the wall clock: one writer over one book.

Whatever arrived in a few milliseconds is one tick. A request is admitted in four steps: keys that came before are
answered from what they did; names become codes; the loop decides the batch; then it is sealed with its commands, names
and keys in one transaction, and only after that is anybody answered. Requests with a condition (this quote exactly, all
lines or none) are looked at before the seal: those whose condition fails are taken out and the rest is decided again,
so nothing of them is ever in the book.

Timers that fell due while nobody was running are run at their own instants, in order, before anything is admitted.
If a tick cannot be sealed, what is in memory is thrown away and read from the book again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from firstbest.operate.loop import Adoption, Loop, Ports, without_echo
from firstbest.operate.opening import opening
from firstbest.operate.postings import postings
from firstbest.run.admission import Admission, Desk, batch_of, failed_conditions, refused, sort
from firstbest.run.answers import by_number, of_number
from firstbest.run.keys import Keys
from firstbest.run.messages import Messages
from firstbest.run.names import Names, Of, names_of_replacements
from firstbest.run.requests import Answer, Request, Why
from firstbest.run.sealing import Sealer
from firstbest.run.world import World, code_digest
from firstbest.store.beside import SideEnd, SidePut
from firstbest.store.book_live import LiveBook
from firstbest.store.book_read import load_columns
from firstbest.store.columns import sizes
from firstbest.store.network_digest import network_number
from firstbest.world.commands import Batch, empty
from firstbest.world.facts import Block

MOST = 10_000
"""Requests of one tick."""


class Deaf:
    """The outside of a live house: reports come as requests, and work is read from the state by whoever does it."""

    def until(self, instant: int) -> Batch:  # noqa: ARG002 - the port
        """Nothing: what arrived was admitted when it came."""
        return empty()

    def accept(self, blocks: Sequence[Block], now: int) -> None:
        """Facts are told by the outbox, which is sealed with them."""


class Wall:
    """A clock that never waits: the house looks whether an instant has come before it goes there."""

    def __init__(self, wall_us: Callable[[], int]) -> None:
        self._wall_us = wall_us

    def reach(self, instant: int) -> int:
        """What the clock says now; an instant once reached is never before another."""
        return max(instant, self._wall_us())


class Phase(NamedTuple):
    """A world that holds from an instant on."""

    at_us: int
    world: World


class House:
    """One writer: admits requests, runs timers, answers with facts."""

    def __init__(self, phases: Sequence[Phase], book: LiveBook, wall_us: Callable[[], int]) -> None:
        """Stand on a book; an empty one is opened with the stock of the first phase."""
        self.phases = sorted(phases, key=lambda phase: phase.at_us)
        self.book = book
        self.wall_us = wall_us
        self.sealer = Sealer(book, code_digest(self.phases[0].world.network.plugged.digest), wall_us)
        self._stand()

    # --------------------------------------------------------------------------------------------------- standing up
    def _stand(self) -> None:
        """Columns from the book, and the loop where the last tick left it."""
        last = self.book.last
        reached = last.due if last is not None else 0
        self.last_us = max(last.due, last.at) if last is not None else 0
        behind = [phase for phase in self.phases if phase.at_us <= reached]
        self.world = (behind or self.phases)[-1 if behind else 0].world
        network = self.world.network
        self.state = load_columns(self.book, sizes(network))
        self.loop = Loop(network, Ports(Wall(self.wall_us), self.state, self.sealer, Deaf()))
        self.sealer.policy = self.world.policy
        self.sealer.posted = lambda blocks: postings(blocks, self.loop.ground, self.state)
        self.hooks = Messages(self.book, network)
        self.sealer.messages = self.hooks
        self.sealer.naming = partial(names_of_replacements, self.book)
        self._plan([phase for phase in self.phases if phase.at_us > reached and phase.world is not self.world])
        self.desk = Desk(Names(self.book, Of.ORDER), Names(self.book, Of.CARGO), Keys(self.book))
        if last is not None:
            self.loop.resume(last)

    def begin(self, puts: tuple[SidePut, ...] = ()) -> None:
        """Open an empty book: what is on the shelves, and what is kept beside it."""
        assert self.book.last is None, "a book is opened once"
        start = self.world.network.calendar.start_us
        self.sealer.lay(None, puts)
        self.loop.open(opening(self.world.nature.opening, start), start)
        self.last_us = start

    def stand_again(self) -> None:
        """Throw away what is in memory and read the book: after a tick that could not be sealed."""
        self.sealer.lay(None, ())
        self._stand()

    # ------------------------------------------------------------------------------------------------------ going on
    def now_us(self) -> int:
        """The wall clock, but never before the last instant that was sealed."""
        return max(self.wall_us(), self.last_us)

    def next_due(self) -> int | None:
        """When the next timer is due."""
        return self.loop.next_due()

    def pass_time(self) -> int:
        """Run every timer whose instant has come; answers how many instants."""
        count = 0
        while (due := self.loop.next_due()) is not None and due <= self.now_us():
            self._adopt_before(due)
            self.loop.advance()
            self.last_us = max(self.last_us, due)
            count += 1
        return count

    def _adopt_before(self, due: int) -> None:
        """The world in force follows the loop's ground."""
        came = [phase for phase in self.phases if phase.at_us <= due]
        if came and came[-1].world is not self.world:
            self.world = came[-1].world
            self.sealer.policy = self.world.policy

    def keep(self, puts: tuple[SidePut, ...], ends: tuple[SideEnd, ...] = ()) -> None:
        """Keep documents of the doors: a tick of its own, without a fact."""
        self.pass_time()
        now = self.now_us()
        self.sealer.lay(None, puts, ends)
        self.loop.note(now)
        self.last_us = now

    def adopt(self, phases: Sequence[Phase], puts: tuple[SidePut, ...]) -> None:
        """Let other worlds come into force at their instants, which must be still to come; kept with what says why."""
        now = self.now_us()
        coming = [phase for phase in sorted(phases, key=lambda phase: phase.at_us) if phase.at_us > now]
        self.keep(puts)
        self.phases = [phase for phase in self.phases if phase.at_us <= now] + coming
        self.loop.adoptions.clear()
        self._plan(coming)

    def hooks_changed(self) -> None:
        """A webhook came, changed or went."""
        self.hooks.forget()

    def _plan(self, coming: Sequence[Phase]) -> None:
        for phase in coming:
            network = phase.world.network
            self.loop.adopt(Adoption(phase.at_us, network, network_number(network)))

    def quote(self, request: Request) -> Answer:
        """What an order would be promised now; nothing is kept."""
        batch = batch_of([Admission(request, self.desk.names.last + 1)], self.now_us())
        blocks = self.loop.preview(batch)
        return Answer(Why.ADMITTED, -1, 0, of_number(blocks, self.loop.number))

    def take(self, batch: Batch) -> None:
        """Admit commands as another house admitted them, at their own instants; numbers are given here."""
        start = 0
        while start < len(batch.commands):
            part = without_echo(batch.upto(start, start + MOST))
            start += len(part.commands)
            blocks = self.loop.preview(part)
            self.sealer.lay(part, ())
            self.loop.admit(part, blocks)
            self.last_us = max(self.last_us, int(part.commands["at"][-1]))

    def admit(self, requests: Sequence[Request]) -> list[Answer]:
        """Admit what arrived since the last tick; answers in the same order, after everything is sealed."""
        assert len(requests) <= MOST, f"{MOST} requests a tick at most, was {len(requests)}"
        self.pass_time()
        now = self.now_us()
        found = sort(requests, self.desk)
        answers = {place: self._told(answer) for place, answer in found.answers.items()}
        admitted = found.admitted
        if now >= self.world.network.calendar.end_us:
            answers.update({each.place: refused(Why.CALENDAR_OVER) for each in admitted})
            admitted = []
        start = 0
        while start < len(admitted):
            start += self._tick(admitted[start:], now, answers)
        for place, first in found.same.items():
            answers[place] = answers[first]._replace(again=True)
        return [answers[place] for place in range(len(requests))]

    def _told(self, answer: Answer) -> Answer:
        """An answer to a repeated key, with the facts that its first command caused."""
        if answer.why != Why.ADMITTED:
            return answer
        sealed = self.book.tick_of_number(answer.number)
        assert sealed is not None, "a key is sealed with its command"
        return answer._replace(blocks=of_number(sealed.blocks, answer.number))

    def _tick(self, waiting: Sequence[Admission], now: int, answers: dict[int, Answer]) -> int:
        """Seal one tick of what waits; answers how many requests it took."""
        taken = len(without_echo(batch_of(waiting, now)).commands)
        mine = list(waiting[:taken])
        while mine:
            batch = batch_of(mine, now)
            blocks = self.loop.preview(batch)
            facts = by_number(blocks, self.loop.number, len(mine))
            failed = failed_conditions(mine, facts, now)
            if not failed:
                break
            answers.update(failed)
            mine = [each for each in mine if each.place not in failed]
        if mine:
            self._seal(mine, batch, blocks, answers)
        return taken

    def _seal(self, mine: Sequence[Admission], batch: Batch, blocks: list[Block], answers: dict[int, Answer]) -> None:
        first = self.loop.number
        puts = (
            *self.desk.names.put({(each.request.tenant, each.request.order): each.code for each in mine if each.named}),
            *self.desk.cargos.put(
                {(each.request.tenant, each.request.order): each.code for each in mine if each.shipped}
            ),
            *self.desk.keys.put([(each.request, first + place) for place, each in enumerate(mine)], self.now_us()),
            *(put for each in mine for put in each.request.puts),
        )
        self.sealer.lay(batch, puts, tuple(end for each in mine for end in each.request.ends))
        sealed = self.loop.admit(batch, blocks)
        self.last_us = max(self.last_us, int(batch.commands["at"][-1]))
        for place, (each, facts) in enumerate(zip(mine, by_number(sealed, first, len(mine)), strict=True)):
            answers[each.place] = Answer(Why.ADMITTED, first + place, each.code, facts)
