"""Who asks, what he may do, how often; and the key under which he asks."""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

from litestar import Request, Response

from firstbest.rent.meters import METER_CODES
from firstbest.rent.quotas import Refused, Wish
from firstbest.run.requests import Key
from firstbest.service.bills import Bills
from firstbest.service.door import Door
from firstbest.service.keyring import OWNER, Bearer
from firstbest.service.problems import Problem

Http = Request[Any, Any, Any]
Json = Response[dict[str, Any]]

IDEMPOTENCY_MOST: Final = 255
RATE: Final = 2_000.0
"""Requests a second and key, over a while."""
BURST: Final = 4_000.0
BUCKETS_MOST: Final = 10_000


class Bucket(NamedTuple):
    """Requests left, and when that was."""

    left: float
    at_s: float


class Rates:
    """Token buckets by key: so many at once, so many a second."""

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        self.rate, self.burst = rate, burst
        self._buckets: dict[bytes, Bucket] = {}

    def take(self, who: bytes) -> int:
        """Take one; answers how many are left, or raises when there is none."""
        now = time.monotonic()
        bucket = self._buckets.get(who, Bucket(self.burst, now))
        left = min(self.burst, bucket.left + (now - bucket.at_s) * self.rate)
        if left < 1:
            raise Problem("too_many", f"{self.rate:.0f} requests a second are allowed", after_s=1)
        if len(self._buckets) >= BUCKETS_MOST:
            self._buckets.clear()
        self._buckets[who] = Bucket(left - 1, now)
        return int(left - 1)


def door_of(request: Http) -> Door:
    """The door of the application."""
    door: Door = request.app.state["door"]
    return door


def known_bearer(door: Door, authorization: str) -> Bearer:
    """Who holds the key of an `Authorization` header; raises where nobody does."""
    kind, _, key = authorization.partition(" ")
    bearer = door.keyring.bearer(key.strip()) if kind.lower() == "bearer" and key else None
    if bearer is None:
        raise Problem("no_key", "expected 'Authorization: Bearer fb_...' with a key that is in force")
    return bearer


def bearer_of(request: Http, scope: str) -> Bearer:
    """Who holds the key of a request; raises where there is none or it is not for this."""
    bearer = known_bearer(door_of(request), request.headers.get("authorization", ""))
    rates: Rates = request.app.state["rates"]
    request.state.rate_left = rates.take(bearer.hash)
    must(bearer, scope, request.app.state["bills"])
    return bearer


def must(bearer: Bearer, scope: str, bills: Bills | None) -> None:
    """Raise where a key is not for this, or its tenant has made as many calls as it may."""
    if not bearer.may(scope):
        raise Problem("not_allowed", f"expected a key with scope '{scope}', found {', '.join(sorted(bearer.scopes))}")
    if bills is not None and (why := bills.guard.call(bearer.tenant)) is not None:
        raise limited(why)


def bills_of(request: Http) -> Bills:
    """The billing desk of the application."""
    found: Bills | None = request.app.state["bills"]
    if found is None:
        raise Problem("down", "this house keeps no bills")
    return found


def require_credit(bills: Bills | None, bearer: Bearer) -> None:
    """A tenant that owes more than its credit limit places no order; the owner's own orders are its own decision."""
    if bills is None or bearer.tenant == OWNER:
        return
    why = bills.guard.ask(Wish(bearer.tenant, METER_CODES["orders_shipped"], 0))
    if why is not None:
        raise limited(why)


def limited(why: Refused) -> Problem:
    """The problem of a tenant at its limit."""
    return Problem(why.code, why.bound, code=why.code, bound=why.bound, remedy=why.remedy)


async def idempotency_of(request: Http, bearer: Bearer) -> Key | None:
    """The idempotency key that a client gave."""
    given = request.headers.get("idempotency-key")
    return key_given(bearer, f"{request.method} {request.url.path}", given, await request.body())


def key_given(bearer: Bearer, route: str, given: str | None, body: bytes) -> Key | None:
    """The idempotency key of a request to a route, where one was given; raises where it is too long."""
    if given is not None and not 1 <= len(given) <= IDEMPOTENCY_MOST:
        raise Problem(
            "invalid", f"expected an Idempotency-Key of 1 to {IDEMPOTENCY_MOST} characters", field="Idempotency-Key"
        )
    return Door.key(bearer, route, given, body)
