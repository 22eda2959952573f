"""Answers on their way to those who wait for them.

The writer's thread answers a whole tick at once. A future of a thread is set where it is; those of an event loop are
set in one call into its thread, for waking a loop costs more than an answer. Who was answered, or has gone away, is not
answered again.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

Future = concurrent.futures.Future[Any] | asyncio.Future[Any]
"""What a client waits on, in a thread or in an event loop."""
Told = tuple[Future, Any, BaseException | None]


class Replies:
    """What a turn has to say, and to whom, in the order in which it was said."""

    def __init__(self) -> None:
        self._told: list[Told] = []

    def tell(self, future: Future, answer: Any) -> None:
        """Answer."""
        self._told.append((future, answer, None))

    def fail(self, future: Future, failure: BaseException) -> None:
        """Say what went wrong, where nothing was answered before."""
        self._told.append((future, None, failure))

    def send(self) -> None:
        """Wake everybody."""
        by_loop: dict[asyncio.AbstractEventLoop, list[Told]] = {}
        for told in self._told:
            future = told[0]
            if isinstance(future, concurrent.futures.Future):
                deliver([told])
            else:
                by_loop.setdefault(future.get_loop(), []).append(told)
        self._told = []
        for loop, mine in by_loop.items():
            with suppress(RuntimeError):  # a loop that is closed: nobody waits there any more
                loop.call_soon_threadsafe(deliver, mine)


def deliver(told: Sequence[Told]) -> None:
    """Set futures, in the thread in which they are waited for."""
    for future, answer, failure in told:
        if future.done():
            continue
        if failure is None:
            future.set_result(answer)
        else:
            future.set_exception(failure)
