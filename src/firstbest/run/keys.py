"""Idempotency keys: a key does its work once, whoever repeats it and whenever.

A key is kept in the transaction of its effect. The answer to a repeated key is derived from the facts of the command
that it became; the same key with another body is refused. Two with one key in one tick are found before the book is
asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from firstbest.run.requests import Request
from firstbest.store.beside import SidePut
from firstbest.store.book_live import LiveBook
from firstbest.store.sides import IDEMPOTENCY
from firstbest.world.units import DAY_US

KEPT_US = 30 * DAY_US
"""How long a key is remembered."""


class Keys:
    """What keys became."""

    def __init__(self, book: LiveBook) -> None:
        self.book = book

    def find(self, requests: Sequence[Request]) -> dict[bytes, tuple[bytes, int]]:
        """Of the keys that came before: digest of their body, and the command's number."""
        wanted = [(each.key.hash,) for each in requests if each.key is not None]
        found = self.book.side_get(IDEMPOTENCY, wanted) if wanted else {}
        digest, number = IDEMPOTENCY.names.index("digest"), IDEMPOTENCY.names.index("number")
        return {key[0]: (bytes(row[digest]), int(row[number])) for key, row in found.items()}

    @staticmethod
    def put(done: Sequence[tuple[Request, int]], now: int) -> tuple[SidePut, ...]:
        """Keys with the numbers of their commands, as rows to be sealed."""
        rows = []
        for request, number in done:
            if request.key is not None:
                values = {
                    "key": request.key.hash, "digest": request.key.digest, "number": number, "until_us": now + KEPT_US,
                    "tenant": request.tenant,
                }  # fmt: skip
                rows.append(tuple(values[name] for name in IDEMPOTENCY.names))
        return (SidePut(IDEMPOTENCY, rows),) if rows else ()
