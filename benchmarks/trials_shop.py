"""A shop for a trial: a book of its own, a service in a fork, clients that persist, a clock that the trial sets."""

from __future__ import annotations

import http.client
import mmap
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.faults import Ledger, Lives, client, free_port, gone, listening, opened
from firstbest.run.open import wall_us
from firstbest.service.serving import Where

CLIENTS: Final = 8
MOST_S: Final = 120.0
WAIT_S: Final = 30.0


class Clock:
    """The machine's clock, moved by as much as the trial says; forks of this process see it move."""

    def __init__(self) -> None:
        self._moved = mmap.mmap(-1, 8)

    def set_by(self, by_us: int) -> None:
        """Set it ahead, or back (below 0), by so many microseconds."""
        self._moved[:8] = (int.from_bytes(self._moved[:8], "little", signed=True) + by_us).to_bytes(
            8, "little", signed=True
        )

    def __call__(self) -> int:
        """Microseconds since the epoch, as this clock has them."""
        return wall_us() + int.from_bytes(self._moved[:8], "little", signed=True)


class Shop(NamedTuple):
    """Where it is served, with which key, by which clock."""

    where: Where
    key: str
    clock: Clock

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self.where.port is not None, "a port was chosen"
        return self.where.port

    def beside(self) -> Shop:
        """The same book, served at another address."""
        return self._replace(where=self.where._replace(port=free_port()))


def shop_of(folder: Path, book: str) -> Shop:
    """Open a book for a trial."""
    where = Where(folder, book, "127.0.0.1", free_port())
    return Shop(where, opened(where), Clock())


class Hands:
    """A service in a fork, and clients that order from it."""

    def __init__(self, shop: Shop, orders: int) -> None:
        self.shop, self.ledger = shop, Ledger(orders, MOST_S)
        self.ledger.enough.set()
        self.lives = Lives(shop.where, shop.clock)
        self.process = self.lives.another()
        arguments = (self.ledger, shop.key, shop.port)
        count = CLIENTS if orders else 0
        self.threads = [threading.Thread(target=client, args=(*arguments, n), daemon=True) for n in range(count)]
        for thread in self.threads:
            thread.start()

    def until_answered(self, more: int) -> float:
        """Wait until so many further orders were answered, or all; answers how many seconds the first of them took."""
        began, before = time.perf_counter(), len(self.ledger.answers)
        first = 0.0
        while self.running and time.perf_counter() - began < WAIT_S:
            found = len(self.ledger.answers) - before
            first = first or (time.perf_counter() - began if found else 0.0)
            if found >= more:
                break
            time.sleep(0.005)
        return first or time.perf_counter() - began

    def until_refused(self, more: int) -> bool:
        """Wait until so many further requests were refused for the house being down; whether they were."""
        before, began = self.ledger.problems["503"], time.perf_counter()
        while self.running and time.perf_counter() - began < WAIT_S:
            if self.ledger.problems["503"] - before >= more:
                return True
            time.sleep(0.005)
        return False

    def readable(self) -> int:
        """Whether an order that was answered can be looked up now: 1 or 0."""
        connection = http.client.HTTPConnection("127.0.0.1", self.shop.port, timeout=WAIT_S)
        try:
            name = next(iter(self.ledger.answers))
            connection.request("GET", f"/v1/orders/{name}", headers={"Authorization": f"Bearer {self.shop.key}"})
            return int(connection.getresponse().status == http.client.OK)
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    @property
    def running(self) -> bool:
        """Whether a client is still at work."""
        return any(thread.is_alive() for thread in self.threads)

    def kill(self) -> None:
        """The service dies without a word."""
        os.kill(self.process, signal.SIGKILL)
        gone(self.process)

    def another(self) -> None:
        """A new service in its place."""
        self.process = self.lives.another()

    def finish(self) -> None:
        """Let the clients come to their end, then stop the service."""
        for thread in self.threads:
            thread.join()
        os.kill(self.process, signal.SIGTERM)
        gone(self.process)
        self.lives.close()

    def stand(self) -> None:
        """Wait until the service listens."""
        while not listening(self.shop.port):
            time.sleep(0.02)


@contextmanager
def mounted(megabytes: int) -> Iterator[Path | None]:
    """A small disk in memory; None where this machine does not let one be mounted."""
    with tempfile.TemporaryDirectory(prefix="firstbest-disk-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def bounded(process: int, file: Path) -> Iterator[None]:
    """No file of a process may grow beyond what one of them has now."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)
