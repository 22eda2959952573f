"""The outbox's carrier: sends what is due, and keeps what came of it.

A message that is not taken is tried again, later each time; after the last try it stays in the outbox as dead, and
`problems` tells of it. What was sent is noted in the book after it was sent, so it is sent at least once.
"""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import Any, Final, NamedTuple

from firstbest.outside.webhooks import Message, Refused, send
from firstbest.run.desk import Desk, HouseDown
from firstbest.run.messages import DEAD, PENDING, SENT, encoded
from firstbest.store.beside import SidePut
from firstbest.store.book_live import BookError, BookReader
from firstbest.store.sides import HOOK, OUTBOX
from firstbest.world.units import SECOND_US

AGAIN_S: Final = (5, 30, 120, 600, 3_600, 21_600, 86_400)
"""How long after each failed try the next one comes."""
SWEEP_S: Final = 0.5
SWEEP_MOST: Final = 100
TAKEN: Final = range(200, 300)


class Hook(NamedTuple):
    """Where a tenant's messages go."""

    url: str
    secrets: tuple[bytes, ...]


class Carrier:
    """A thread that empties the outbox."""

    def __init__(self, desk: Desk, reader: BookReader, *, private: bool = False) -> None:
        """Begin; `private` allows addresses that are not public. `close` ends it."""
        self.desk, self.reader, self.private = desk, reader, private
        self._stopped = Event()
        self._thread = Thread(target=self._work, name="carrier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the message at hand."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopped.wait(SWEEP_S):
            try:
                self.sweep(time.time_ns() // 1_000)
            except (BookError, HouseDown):
                continue  # the desk tells of it; messages wait

    def sweep(self, now_us: int) -> int:
        """Send what is due; answers how many were taken."""
        rows = self.reader.side_where(OUTBOX, SWEEP_MOST, at_most={"due_us": now_us}, state=PENDING)
        if not rows:
            return 0
        done = [self._carried(dict(zip(OUTBOX.names, row, strict=True)), now_us) for row in rows]
        put = SidePut(OUTBOX, [tuple(each[name] for name in OUTBOX.names) for each in done])
        self.desk.asked(lambda house: house.keep((put,)))
        return sum(1 for each in done if each["state"] == SENT)

    def _carried(self, row: dict[str, Any], now_us: int) -> dict[str, Any]:
        """A message after a try."""
        hook = self._hook(int(row["body"]["hook"]))
        if hook is None:
            return row | {"state": DEAD}
        message = Message(
            f"msg_{row['id']}", now_us // SECOND_US, encoded(row["kind"], row["due_us"], row["body"]["data"])
        )
        try:
            taken = send(hook.url, message, hook.secrets, private=self.private) in TAKEN
        except (OSError, Refused):
            taken = False
        tries = int(row["tries"]) + 1
        if taken:
            return row | {"state": SENT, "tries": tries}
        if tries > len(AGAIN_S):
            return row | {"state": DEAD, "tries": tries}
        return row | {"tries": tries, "due_us": now_us + AGAIN_S[tries - 1] * SECOND_US}

    def _hook(self, number: int) -> Hook | None:
        """A hook that is in force."""
        rows = self.reader.side_get(HOOK, [(number,)])
        if not rows:
            return None
        found = dict(zip(HOOK.names, next(iter(rows.values())), strict=True))
        if int(found["state"]):
            return None
        return Hook(str(found["url"]), (bytes(found["secret"]), bytes(found["secret_old"])))
