"""The billing desk of a served house: a thread of its own that reads the book, keeps the billing book, looks at limits.

The writer's thread decides orders and never waits for a bill. This one brings the files beside the book up to date,
prices the month that runs as if it were closed now, and remembers what each tenant has used and owes. Limits are looked
at against that memory in the thread that answers requests, so they cost microseconds; between two looks at the book
what was granted since is counted on. It works at most a twentieth of the time by itself, however large the book is.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple, TypeVar

from firstbest.rehearse.invoicing import Cards, House, NothingToBill, cards_of_house
from firstbest.rehearse.invoicing_running import Forecast, Running, forecasts, running, used_of
from firstbest.rent.compile import Uncompilable
from firstbest.rent.disputes import DisputeRefused
from firstbest.rent.meters import METER_CODES
from firstbest.rent.quotas import Limits, Refused, Used, Wish, grant, refused
from firstbest.rent.tally import Unrated
from firstbest.run.open import wall_us
from firstbest.service.billing_house import Clock, live_house, reached_now
from firstbest.service.problems import Problem
from firstbest.store.book_live import BookError, BookReader
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.limits import FILE, NOTHING, read_limits
from firstbest.store.rate_cards import CardsFaulty
from firstbest.store.usage_book import BillingBook, BillingError, book_path
from firstbest.store.usage_events import Known, Wrong, send, told_instant
from firstbest.store.usage_pages import NoTypst

Told = TypeVar("Told")
WAIT_S: Final = 60.0
WAITING_MOST: Final = 50
"""Questions that wait for the desk at the same time."""
LOOK_S: Final = 30.0
"""Least time between two looks at the book."""
SHARE: Final = 20
"""A look that took a second is followed by at least twenty without one."""
FORECAST_S: Final = 300.0
CALLS: Final = "api_calls"


class Looked(NamedTuple):
    """What the desk knows of the running month."""

    found: Running
    cards: Cards
    at_s: float


class Guard:
    """What was used and is owed, as of the last look and with what was granted since; asked from any thread."""

    def __init__(self) -> None:
        self.limits: Limits = NOTHING
        self.quantity: dict[tuple[int, int], int] = {}
        self.owed: dict[int, int] = {}
        self.calls: dict[int, int] = {}
        self._lock = Lock()

    def look(self, quantity: Mapping[tuple[int, int], int], owed: Mapping[int, int]) -> None:
        """Take a new look; calls that are not in the billing book yet are counted on."""
        with self._lock:
            self.quantity, self.owed = dict(quantity), dict(owed)
            for tenant, count in self.calls.items():
                key = (tenant, METER_CODES[CALLS])
                self.quantity[key] = self.quantity.get(key, 0) + count

    def ask(self, wish: Wish, *, credit: bool = True) -> Refused | None:
        """Grant a wish and count it on, or say why not; without `credit` only quotas are looked at."""
        with self._lock:
            limits = self.limits if credit else self.limits._replace(credit={})
            answer = grant(wish, self.quantity, self.owed, limits)
            return refused(wish, answer, Used(self.quantity, self.owed), limits)

    def call(self, tenant: int) -> Refused | None:
        """One call of a tenant: counted where it is granted. Who owes may still look at the bill."""
        why = self.ask(Wish(tenant, METER_CODES[CALLS], 1), credit=False) if self.limits is not NOTHING else None
        if why is None:
            with self._lock:
                self.calls[tenant] = self.calls.get(tenant, 0) + 1
        return why

    def take_calls(self) -> dict[int, int]:
        """The calls that were counted since they were last taken."""
        with self._lock:
            taken, self.calls = self.calls, {}
        return taken


class Bills:
    """The desk."""

    def __init__(self, folder: Path, reader: Callable[[], BookReader], wall: Clock = wall_us) -> None:
        """`reader` makes a connection of the desk's own; nothing is read before the first question."""
        self.folder, self.wall = folder, wall
        self.guard = Guard()
        self._reader_of = reader
        self._held: tuple[House, BillingBook, BookReader] | None = None
        self._looked: Looked | None = None
        self._forecast: tuple[float, Mapping[int, Forecast]] | None = None
        self.limit_faults: list[str] = []
        self._limits_at = -1.0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="bills")
        self._waiting = 0
        self._name = secrets.token_hex(4)
        self._sent = 0
        self._stop = Event()
        self._watch: Thread | None = None

    # ------------------------------------------------------------------------------------------------------- asked
    async def ask(self, question: Callable[[House, BillingBook], Told]) -> Told:
        """Have the desk's thread answer; raises the problem where it cannot."""
        if self._waiting >= WAITING_MOST:
            raise Problem("busy", f"{WAITING_MOST} questions wait for the billing desk", after_s=5)
        self._waiting += 1
        try:
            future = self._pool.submit(self._answer, question)
            return await asyncio.wait_for(asyncio.wrap_future(future), WAIT_S)
        except TimeoutError:
            raise Problem("busy", f"the billing desk did not answer in {WAIT_S:.0f} s", after_s=30) from None
        finally:
            self._waiting -= 1

    def _answer(self, question: Callable[[House, BillingBook], Told]) -> Told:
        try:
            house, book = self.standing()
            return question(house, book)
        except (WorkspaceFaulty, CardsFaulty) as faulty:
            raise Problem("conflict", "; ".join(str(fault) for fault in faulty.faults)) from None
        except Unrated as unrated:
            raise Problem("conflict", f"usage without a price, nothing was closed: {unrated}") from None
        except (NothingToBill, BillingError, DisputeRefused, Uncompilable, NoTypst) as wrong:
            raise Problem("conflict", str(wrong)) from None
        except BookError as error:
            raise Problem("down", str(error), after_s=5) from None

    # ------------------------------------------------------------------------------------------------ the desk's thread
    def standing(self) -> tuple[House, BillingBook]:
        """The house as of the book's last tick, and its billing book."""
        if self._held is None:
            reader = self._reader_of()
            house = live_house(self.folder, reader, self.wall)
            self._held = house, BillingBook(book_path(house.bills)), reader
        else:
            house, book, reader = self._held
            self._held = reached_now(house, reader, self.wall), book, reader
        return self._held[:2]

    def looked(self, house: House, book: BillingBook) -> Looked:
        """The running month, not older than the desk may be; what was used and is owed goes to the guard."""
        now = time.monotonic()
        self._renew_limits(house)
        if self._looked is not None and now < self._looked.at_s:
            return self._looked
        self._send_calls(house, book)
        cards = cards_of_house(house)
        found = running(house, book, cards)
        used = used_of(found, len(house.names.tenants))
        self.guard.look(used.quantity, used.owed)
        took = time.monotonic() - now
        self._looked = Looked(found, cards, time.monotonic() + max(LOOK_S, SHARE * took))
        return self._looked

    def forget(self) -> None:
        """Look again at the next question: something was closed, sent or decided."""
        self._looked = self._forecast = None

    def forecast(self, house: House, book: BillingBook) -> Mapping[int, Forecast]:
        """Where the running month goes."""
        now = time.monotonic()
        if self._forecast is None or now > self._forecast[0]:
            found = forecasts(house, self.looked(house, book).found)
            self._forecast = now + FORECAST_S, found
        return self._forecast[1]

    def _renew_limits(self, house: House) -> None:
        """limits.toml, read again when it changed; where it has faults, what held before holds on."""
        path = self.folder / FILE
        changed = path.stat().st_mtime if path.is_file() else 0.0
        if changed == self._limits_at:
            return
        self._limits_at, self.limit_faults = changed, []
        try:
            self.guard.limits = read_limits(self.folder, house.names.tenants, house.zone)
        except WorkspaceFaulty as faulty:
            self.limit_faults = [str(fault) for fault in faulty.faults]

    def _send_calls(self, house: House, book: BillingBook) -> None:
        """Calls that were answered since the last look, as usage events: a name of its own for each lot."""
        known = Known(house.names, self.wall())
        for tenant, count in sorted(self.guard.take_calls().items()):
            self._sent += 1
            cells: dict[str, Any] = {
                "source": "api", "id": f"{self._name}-{self._sent}", "tenant": house.names.tenants[tenant],
                "meter": CALLS, "at": told_instant(known.now), "quantity": count,
            }  # fmt: skip
            send(book, cells, known)

    # ------------------------------------------------------------------------------------------------------ on its own
    def watch(self) -> None:
        """Look at the book now and then, so that limits are looked at and calls are kept."""
        self._watch = Thread(target=self._watched, name="bills-watch", daemon=True)
        self._watch.start()

    def _watched(self) -> None:
        while True:
            self._pool.submit(self._look_quietly).result()
            if self._stop.wait(LOOK_S):
                return

    def _look_quietly(self) -> None:
        """A look that nobody asked for; what is wrong is told to who asks."""
        try:
            self.looked(*self.standing())
        except (
            WorkspaceFaulty, CardsFaulty, Unrated, NothingToBill, BillingError, Uncompilable, BookError, Wrong,
        ):  # fmt: skip
            self._looked = None

    def close(self) -> None:
        """Keep the calls that were counted, and let everything go."""
        self._stop.set()
        if self._watch is not None:
            self._watch.join()
        self._pool.submit(self._put_away).result()
        self._pool.shutdown()

    def _put_away(self) -> None:
        if self._held is None:
            return
        house, book, reader = self._held
        with suppress(BookError, BillingError, Wrong):
            self._send_calls(house, book)
        book.close()
        reader.close()
        self._held = None
