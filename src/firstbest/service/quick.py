"""The short way of orders: the one route that carries the load is answered before the framework.

A plain order (a length, one header of each name, no query, a body that is just as the documents say) is decoded,
admitted and answered here by the functions that the route itself uses. Everything else goes the long way, untouched:
what is refused for its form is told by the framework. A test holds that both ways answer alike, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Litestar

from firstbest.service.access import Rates, key_given, known_bearer, must, require_credit
from firstbest.service.bills import Bills
from firstbest.service.bodies import OrderBody
from firstbest.service.door import Door
from firstbest.service.orders import order_placed
from firstbest.service.problems import MEDIA, Problem, fault_of

ROUTE: Final = "/v1/orders"
BODY_MOST: Final = 100_000
"""Bytes of a plain order."""
ORDER: Final = msgspec.json.Decoder(OrderBody)
JSON: Final = "application/json"

App = Callable[[Any, Any, Any], Any]


class Quick:
    """An ASGI application before the framework's."""

    def __init__(self, app: Litestar) -> None:
        """Stand before an application that `make_app` made."""
        self.app = app
        self.door: Door = app.state["door"]
        self.rates: Rates = app.state["rates"]
        self.bills: Bills | None = app.state["bills"]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a plain order; hand everything else on."""
        headers = plain(scope)
        if headers is None:
            await self.app(scope, receive, send)
            return
        body, ended = await whole(receive)
        try:
            order = ORDER.decode(body)
        except (msgspec.MsgspecError, RecursionError):
            await self.app(scope, again(body, ended, receive), send)
            return
        await self._answer(headers, body, order, send)

    async def _answer(self, headers: dict[bytes, bytes], body: bytes, order: OrderBody, send: Any) -> None:
        """Place an order that came in plain form."""
        told: list[tuple[bytes, bytes]] = []
        try:
            bearer = known_bearer(self.door, text(headers, b"authorization") or "")
            told.append((b"ratelimit-remaining", str(self.rates.take(bearer.hash)).encode()))
            must(bearer, "orders", self.bills)
            require_credit(self.bills, bearer)
            key = key_given(bearer, f"POST {ROUTE}", text(headers, b"idempotency-key"), body)
            status, answer = await order_placed(self.door, bearer, order, key)
            media, content = JSON, msgspec.json.encode(answer)
            told.append((b"cache-control", b"no-store"))
        except Exception as failure:  # noqa: BLE001 - whatever it is, the client is answered
            problem = failure if isinstance(failure, Problem) else fault_of(failure)
            status, media, content = problem.status, MEDIA, problem.body()
            told.extend((name.lower().encode(), value.encode()) for name, value in problem.headers().items())
        told += [(b"content-type", media.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": content})


def plain(scope: Any) -> dict[bytes, bytes] | None:
    """The headers of a plain order by name; None where a request is anything else."""
    if scope["type"] != "http" or scope["path"] != ROUTE or scope["method"] != "POST" or scope["query_string"]:
        return None
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if len(headers) != len(scope["headers"]) or not length.isdigit() or int(length) > BODY_MOST:
        return None
    return headers if headers.get(b"content-type", b"") == JSON.encode() else None


def text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    """A header as text."""
    found = headers.get(name)
    return None if found is None else found.decode("latin-1")


async def whole(receive: Any) -> tuple[bytes, Any]:
    """The body of a request whose length is known, and what came instead of its end where the client went away."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        message = await receive()
        body += message.get("body", b"")
    return body, message if message["type"] != "http.request" else None


def again(body: bytes, ended: Any, receive: Any) -> Callable[[], Any]:
    """Receive what was received already, then what comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": ended is not None}, *([ended] if ended else [])]

    async def from_start() -> Any:
        return waiting.pop(0) if waiting else await receive()

    return from_start
