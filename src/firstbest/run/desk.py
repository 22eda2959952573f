"""The desk before the house: many clients ask, one thread decides.

Requests wait in a queue of bounded length. The writer's thread takes what arrived within a few milliseconds, admits it
as one tick, and answers everybody after the commit. Between ticks it runs timers whose instant has come and looks
things up for whoever asked. A tick that cannot be sealed is answered with `HouseDown`; then the book is read again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, NamedTuple, TypeVar

from firstbest.run.applying import Applied
from firstbest.run.changing import Broken, at_once, broken
from firstbest.run.house import House
from firstbest.run.kill import closed_day
from firstbest.run.requests import Answer, Request
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
    """One in the queue: a request to be admitted, or a question about the house between two ticks."""

    request: Request | None
    question: Callable[[House], Any] | None
    future: Future[Any]


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
        self._queue: Queue[Waiting] = Queue(self.limits.queue_most)
        self._stopped = Event()
        self._renewed = 0.0
        self._looked = -1
        self._thread = Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Future[Answer]:
        """Ask for a request to be admitted; the future answers after it is sealed. Raises `Busy` at the limit."""
        return self._wait(Waiting(request, None, Future()))

    def ask(self, question: Callable[[House], Told]) -> Future[Told]:
        """Ask something of the house between two ticks: to look something up, or to keep a document."""
        return self._wait(Waiting(None, question, Future()))

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return self._queue.qsize()

    def close(self) -> None:
        """Decide what waits, then stop."""
        self._stopped.set()
        self._thread.join()

    def _wait(self, one: Waiting) -> Future[Any]:
        if self._stopped.is_set() or self.lost.is_set():
            raise HouseDown("the house is closing")
        if self.down.is_set():
            raise HouseDown("the book cannot be written just now")
        try:
            self._queue.put_nowait(one)
        except Full:
            raise Busy(1.0) from None
        return one.future

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

    def _gather(self) -> list[Waiting]:
        """Wait for the first, then for what comes with it."""
        due = self.house.next_due()
        left = IDLE_S if due is None else min(max((due - self.house.now_us()) / SECOND_US, 0.0), IDLE_S)
        try:
            taken = [self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()]
        except Empty:
            return []
        until = time.monotonic() + self.limits.gather_s
        while len(taken) < self.limits.tick_most:
            try:
                taken.append(self._queue.get(timeout=max(until - time.monotonic(), 0.0001)))
            except Empty:
                break
            if time.monotonic() >= until and self._queue.empty():
                break
        return taken

    def _turn(self, taken: list[Waiting]) -> None:
        """One turn: timers, then requests, then questions."""
        if time.monotonic() - self._renewed > IDLE_S:
            self.house.book.renew()
            self._renewed = time.monotonic()
        requests = [each for each in taken if each.request is not None]
        if requests:
            answers = self.house.admit([each.request for each in requests if each.request is not None])
            for each, answer in zip(requests, answers, strict=True):
                each.future.set_result(answer)
        else:
            self.house.pass_time()
        for each in taken:
            if each.question is not None:
                self._answer(each)
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
                    at_once(partial(over, each.applied), reader, lambda question: self.ask(question).result())
            finally:
                reader.close()
        except Exception:  # noqa: BLE001 - whatever it was, the criterion still holds
            self._looked = -1

    def _answer(self, each: Waiting) -> None:
        assert each.question is not None, "it waits for an answer"
        try:
            each.future.set_result(each.question(self.house))
        except BookError:
            raise  # the whole turn is told, and the book is read again
        except Exception as failure:  # noqa: BLE001 - who asked is told what went wrong
            each.future.set_exception(failure)

    def _recover(self, taken: list[Waiting], failure: Exception) -> None:
        """Tell those who waited, and read the book again, as often as it takes."""
        if not isinstance(failure, BookTaken):
            self.down.set()
        for each in taken:
            if not each.future.done():
                each.future.set_exception(HouseDown(f"the book could not be written: {failure}"))
        while not self._stopped.is_set():
            if isinstance(failure, BookTaken):
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
        while True:
            try:
                self._queue.get_nowait().future.set_exception(HouseDown("another house became the writer of this book"))
            except Empty:
                return
