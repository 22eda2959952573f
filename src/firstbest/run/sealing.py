"""The loop's port to the live book: with each tick go the commands that it was decided from and what stands beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Change, Tick
from firstbest.store.beside import Beside, SideEnd, SidePut
from firstbest.store.book_live import LiveBook
from firstbest.world.commands import Batch
from firstbest.world.facts import Block

Messages = Callable[[Tick, Sequence[Block], Sequence[SidePut]], tuple[SidePut, ...]]
"""What is to be told to others of a tick's facts, as rows of the outbox."""

Naming = Callable[[Sequence[Block]], tuple[SidePut, ...]]
"""Names of orders that the house places itself, as rows to be sealed with them."""

Posted = Callable[[Sequence[Block]], NDArray[np.void]]
"""What a tick's facts post to the ledger of stock."""


class Sealer:
    """Implements `operate.ports.Book` before a live book. What goes beside the next tick is laid down first."""

    def __init__(self, book: LiveBook, code: bytes, wall_us: Callable[[], int]) -> None:
        """Stand before a book; `code` is the digest of what decides, `wall_us` reads the wall clock."""
        self.book = book
        self.code = code
        self.policy = b""
        self.messages: Messages | None = None
        self.posted: Posted | None = None
        self.naming: Naming | None = None
        self._wall_us = wall_us
        self._commands: Batch | None = None
        self._puts: tuple[SidePut, ...] = ()
        self._ends: tuple[SideEnd, ...] = ()

    def lay(self, commands: Batch | None, puts: tuple[SidePut, ...], ends: tuple[SideEnd, ...] = ()) -> None:
        """What the next tick is sealed with."""
        self._commands, self._puts, self._ends = commands, puts, ends

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Seal a tick with what was laid down for it, and with what others are to be told of it."""
        named = self.naming(blocks) if self.naming is not None and blocks else ()
        laid = (*self._puts, *named)
        told = self.messages(tick, blocks, laid) if self.messages is not None and blocks else ()
        posted = self.posted(blocks) if self.posted is not None and blocks else None
        puts = (*laid, *told)
        beside = Beside(self._commands, self._wall_us(), self.code, self.policy, puts, self._ends, posted)
        self.lay(None, ())
        self.book.seal(tick, blocks, changes, beside)
