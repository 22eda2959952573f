"""The front of a service: the writer answers itself; a further one hands requests to the writer until it dies.

Any number of processes may serve one book. One holds the claim and is the writer; the others hold nothing, forward what
they are asked to the address that the writer left with its claim, and try to claim the book twice a second. The claim
ends with the process that holds it, so one of the others is the writer within seconds, from where the book ends.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Final, NamedTuple

import msgspec

from firstbest.service.problems import MEDIA, TITLES
from firstbest.store.book_live import BookError

TRY_S: Final = 0.5
FORWARD_S: Final = 25.0
BODY_MOST: Final = 4_000_000
HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host"})
"""Headers that belong to one connection."""

Scope = Any
App = Callable[[Any, Any, Any], Any]


class Standing(NamedTuple):
    """A house that answers: its application, whether it has lost the book, and how it is put away."""

    app: App
    lost: Event
    close: Callable[[], None]


class Front:
    """An ASGI application before the house, or before the writer's address."""

    def __init__(self, claim: Callable[[], Standing | None], writer: Callable[[], str]) -> None:
        """`claim` answers a standing house once this process is the writer; `writer` says where the writer is."""
        self._claim, self._writer = claim, writer
        self.standing = claim()
        self._stopped = Event()
        self._thread = Thread(target=self._watch, name="claim", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop claiming, and put the house away."""
        self._stopped.set()
        self._thread.join()
        if self.standing is not None:
            self.standing.close()

    def _watch(self) -> None:
        """Become the writer as soon as nobody is; give way where another became it."""
        while not self._stopped.wait(TRY_S):
            if self.standing is not None and self.standing.lost.is_set():
                lost, self.standing = self.standing, None
                lost.close()
            if self.standing is None:
                with suppress(BookError, OSError):  # the book is away: tried again in a moment
                    self.standing = self._claim()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer, or hand on."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif self.standing is not None:
            await self.standing.app(scope, receive, send)
        else:
            await self._forward(scope, receive, send)

    async def _forward(self, scope: Scope, receive: Any, send: Any) -> None:
        body = await whole(receive)
        if body is None:
            await problem(send, "too_large", f"expected {BODY_MOST} bytes or fewer")
            return
        try:
            status, headers, answer = await asyncio.to_thread(handed, self._writer(), scope, body)
        except (OSError, http.client.HTTPException, BookError):
            await problem(send, "down", "the writer does not answer; another takes over within seconds")
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


async def lifespan(receive: Any, send: Any) -> None:
    """Nothing is to be done when the server starts or stops."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def whole(receive: Any) -> bytes | None:
    """A request's body; None where it is larger than the limit."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_MOST:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def handed(address: str, scope: Scope, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Ask the writer; answers status, headers and body."""
    host, _, port = address.rpartition(":")
    if not host:
        raise OSError("no writer has left an address")
    connection = http.client.HTTPConnection(host, int(port), timeout=FORWARD_S)
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name.decode("latin-1").lower() not in HOP
    }
    try:
        connection.request(scope["method"], path, body, headers)
        answer = connection.getresponse()
        told = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.getheaders()
            if name.lower() not in HOP
        ]
        return answer.status, told, answer.read()
    finally:
        connection.close()


async def problem(send: Any, kind: str, detail: str) -> None:
    """Answer a problem."""
    status, title = TITLES[kind]
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    headers = [(b"content-type", MEDIA.encode()), (b"cache-control", b"no-store"), (b"retry-after", b"2")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
