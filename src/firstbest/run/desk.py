"""The desk before the house: many clients ask, one thread decides.

Requests wait in a queue of bounded length. The writer's thread takes what arrived within a few milliseconds, admits it
as one tick, and answers everybody after the commit. Between ticks it runs timers whose instant has come and looks
things up for whoever asked. A tick that cannot be sealed is answered with `HouseDown`; then the book is read again.
"""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, NamedTuple, TypeVar

from firstbest.run.applying import Applied
from firstbest.run.changing import Broken, at_once, broken
from firstbest.run.house import House
from firstbest.run.kill import closed_day
from firstbest.run.replies import Future, Replies
from firstbest.run.requests import Request
from firstbest.store.book_live import BookError, BookGone, BookTaken

Told = TypeVar("Told")
SECOND_US = 1_000_000
IDLE_S = 0.5
"""Longest wait for something to do: so often the claim on the book is renewed."""


class Busy(RuntimeError):  # noqa: N818 - it says how the house is
    """More waits than the house can take; `after_s` says when to come again."""

    def __init__(self, after_s: float) -> None:
        """Say when to come again."""
        super().__init__(f"the house has its hands full, come again in {after_s:.0f} s")
        self.after_s = after_s


class HouseDown(RuntimeError):  # noqa: N818 - it says how the house is
    """The book could not be written; whether a request is in it must be asked with its key again."""


class Limits(NamedTuple):
    """How the desk gathers: for how long, how many in a tick, how many may wait."""

    gather_s: float = 0.003
    tick_most: int = 500
    queue_most: int = 4_000


def over(applied: Applied, at_us: int) -> Applied:
    """A change that ends at an instant."""
    return applied._replace(until_us=at_us)


class Waiting(NamedTuple):
    """One in the queue: requests to be admitted one by one, or a question about the house between two ticks."""

    requests: Sequence[Request]
    question: Callable[[House], Any] | None
    future: Future


class Desk:
    """The one thread that touches the house."""

    def __init__(self, house: House, limits: Limits | None = None) -> None:
        """Begin to work; `close` ends it."""
        self.house = house
        self.limits = limits or Limits()
        self.lost = Event()
        """Set when another became the writer: this process has nothing to say any more."""
        self.down = Event()
        """Set while the book cannot be written."""
        self._queue: SimpleQueue[Waiting] = SimpleQueue()
        self._counting = Lock()
        self._count = 0
        self._stopped = Event()
        self._renewed = 0.0
        self._looked = -1
        self._replies = Replies()
        self._thread = Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, requests: Sequence[Request], future: Future) -> None:
        """Ask for requests to be admitted in this order; the future is told a list of answers after all are sealed.

        Raises `Busy` where more would wait than the limit, `HouseDown` where nobody would answer.
        """
        assert 0 < len(requests) <= self.limits.tick_most, "what is asked at once is one tick at most"
        self._wait(Waiting(requests, None, future), len(requests))

    def ask(self, question: Callable[[House], Any], future: Future) -> None:
        """Ask something of the house between two ticks: to look something up, or to keep a document."""
        self._wait(Waiting((), question, future), 1)

    def asked(self, question: Callable[[House], Told], wait_s: float | None = None) -> Told:
        """Ask something of the house from another thread, and wait for it, `wait_s` at most where it is given."""
        future: concurrent.futures.Future[Told] = concurrent.futures.Future()
        self.ask(question, future)
        return future.result(wait_s)

    @property
    def waiting(self) -> int:
        """How many requests and questions wait now."""
        return self._count

    def close(self) -> None:
        """Decide what waits, then stop."""
        with self._counting:
            self._stopped.set()
        self._thread.join()

    def _wait(self, one: Waiting, count: int) -> None:
        with self._counting:
            if self._stopped.is_set() or self.lost.is_set():
                raise HouseDown("the house is closing")
            if self.down.is_set():
                raise HouseDown("the book cannot be written just now")
            if self._count + count > self.limits.queue_most:
                raise Busy(1.0)
            self._count += count
            self._queue.put(one)

    # ------------------------------------------------------------------------------------------- the writer's thread
    def _work(self) -> None:
        while not (self._stopped.is_set() and self._queue.empty()):
            if self.lost.is_set():
                self._refuse_all()
                return
            taken = self._gather()
            try:
                self._turn(taken)
            except Exception as failure:  # noqa: BLE001 - whatever it is, clients are told and the book decides
                self._recover(taken, failure)
            self._replies.send()

    def _gather(self) -> list[Waiting]:
        """Wait for the first, then a moment for what comes with it; as many as a tick takes."""
        due = self.house.next_due()
        left = IDLE_S if due is None else min(max((due - self.house.now_us()) / SECOND_US, 0.0), IDLE_S)
        try:
            taken = [self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()]
        except Empty:
            return []
        count, most = weight(taken[0]), self.limits.tick_most
        if count + self._queue.qsize() < most:
            # Asleep, not waking up for each that comes: every waking takes the interpreter from who receives them.
            time.sleep(self.limits.gather_s)
        with suppress(Empty):
            while count < most:
                taken.append(self._queue.get_nowait())
                count += weight(taken[-1])
        with self._counting:
            self._count -= count
        return taken

    def _turn(self, taken: list[Waiting]) -> None:
        """One turn: timers, then questions, who need not wait for a commit, then requests."""
        if time.monotonic() - self._renewed > IDLE_S:
            self.house.book.renew()
            self._renewed = time.monotonic()
        self.house.pass_time()
        for each in taken:
            if each.question is not None:
                self._answer(each)
        requests = [request for each in taken for request in each.requests]
        if requests:
            self._replies.send()
            answers = iter(self.house.admit(requests))
            for each in taken:
                if each.requests:
                    self._replies.tell(each.future, list(islice(answers, len(each.requests))))
        self._look_daily()

    def _look_daily(self) -> None:
        """Once a local day: end changes whose kill criteria held on the day before."""
        day = closed_day(self.house.world.network, self.house.now_us())
        if day == self._looked:
            return
        self._looked = day
        found = broken(self.house)
        if found:
            # A network is compiled for it, which takes seconds: beside the writer, who answers meanwhile.
            Thread(target=self._end, args=(found,), name="kill", daemon=True).start()

    def _end(self, found: list[Broken]) -> None:
        """End changes; where that fails they are looked at again."""
        try:
            reader = self.house.book.reader()
            try:
                for each in found:
                    at_once(partial(over, each.applied), reader, self.asked)
            finally:
                reader.close()
        except Exception:  # noqa: BLE001 - whatever it was, the criterion still holds
            self._looked = -1

    def _answer(self, each: Waiting) -> None:
        assert each.question is not None, "it waits for an answer"
        try:
            self._replies.tell(each.future, each.question(self.house))
        except BookError:
            raise  # the whole turn is told, and the book is read again
        except Exception as failure:  # noqa: BLE001 - who asked is told what went wrong
            self._replies.fail(each.future, failure)

    def _recover(self, taken: list[Waiting], failure: Exception) -> None:
        """Tell those who waited, and read the book again, as often as it takes."""
        if not isinstance(failure, BookTaken):
            self.down.set()
        for each in taken:
            self._replies.fail(each.future, HouseDown(f"the book could not be written: {failure}"))
        self._replies.send()
        while not self._stopped.is_set():
            if isinstance(failure, BookTaken):
                with self._counting:
                    self.lost.set()
                return
            try:
                if isinstance(failure, BookGone):
                    self.house.book.reopen()
                self.house.stand_again()
                self.down.clear()
                return
            except BookError as again:
                failure = again
                self._stopped.wait(IDLE_S)

    def _refuse_all(self) -> None:
        """Nobody is left waiting."""
        with suppress(Empty):
            while True:
                lost = HouseDown("another house became the writer of this book")
                self._replies.fail(self._queue.get_nowait().future, lost)
        self._replies.send()


def weight(one: Waiting) -> int:
    """How many of a tick's places one in the queue takes."""
    return len(one.requests) or 1
