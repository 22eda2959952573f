"""What went wrong, as RFC 9457 says: type, title, status, detail; and of the business: code, bound, remedy."""

from __future__ import annotations

import logging
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from firstbest.store.book_live import BookError

LOG: Final = logging.getLogger("firstbest")
MEDIA: Final = "application/problem+json"
TITLES: Final = {
    "invalid": (400, "The request is not as the documents say"),
    "no_key": (401, "An API key is needed"),
    "over_credit": (402, "The tenant owes more than its credit limit"),
    "not_allowed": (403, "The key may not do this"),
    "not_found": (404, "There is nothing of this name"),
    "method": (405, "This route does not do that"),
    "conflict": (409, "The state is another one"),
    "order_known": (409, "There is an order of this name"),
    "quote_expired": (409, "The quote has expired"),
    "quote_changed": (409, "The plan of the quote is another one by now"),
    "not_whole": (409, "Not all lines can be promised"),
    "wrong_stage": (409, "The shipment is not where this would follow from"),
    "changed_since": (412, "It was changed since it was read"),
    "too_large": (413, "The body is larger than the limit"),
    "media": (415, "The body is of a kind that is not read here"),
    "key_reused": (422, "The idempotency key came before with another body"),
    "unknown_name": (422, "Something named is not there"),
    "precondition": (428, "If-Match is needed"),
    "over_quota": (429, "The tenant's quota of the month is used up"),
    "too_many": (429, "More requests than the key is allowed"),
    "internal": (500, "A fault of the house"),
    "busy": (503, "The house has its hands full"),
    "down": (503, "The book cannot be written just now"),
}
"""Every kind of problem: its status and its title."""
AGAIN_S: Final = 2
"""When to ask again where the book cannot be read."""


class Problem(Exception):  # noqa: N818 - the name of the standard
    """One problem, to be told to the client."""

    def __init__(self, kind: str, detail: str, *, after_s: int | None = None, **more: Any) -> None:
        """`more` are further members of the answer; `after_s` becomes Retry-After."""
        super().__init__(detail)
        self.kind, self.detail, self.after_s, self.more = kind, detail, after_s, more

    @property
    def status(self) -> int:
        """The HTTP status."""
        return TITLES[self.kind][0]

    def body(self) -> bytes:
        """What the client is told."""
        status, title = TITLES[self.kind]
        body = {"type": f"/problems/{self.kind}", "title": title, "status": status, "detail": self.detail, **self.more}
        return msgspec.json.encode(body)

    def headers(self) -> dict[str, str]:
        """Nobody on the way may keep it; and when to come again, where that is known."""
        again = {"Retry-After": str(self.after_s)} if self.after_s is not None else {}
        return {"Cache-Control": "no-store", **again}

    def response(self) -> Response[bytes]:
        """The answer."""
        return Response(self.body(), status_code=self.status, media_type=MEDIA, headers=self.headers())


def told(_request: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """Answer a problem that a route raised."""
    return problem.response()


KIND_OF: Final = {
    400: "invalid", 401: "no_key", 403: "not_allowed", 404: "not_found", 405: "method", 413: "too_large", 415: "media",
    422: "invalid", 429: "too_many",
}  # fmt: skip

DETAIL_OF: Final = {
    404: "no route is at {path}; /docs lists them all",
    405: "{path} does not take {method}; /docs says what it takes",
}
"""What the framework says in two words, in words that help."""


def framework_told(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework found wrong."""
    detail = DETAIL_OF.get(error.status_code, "").format(method=request.method, path=request.url.path) or error.detail
    if isinstance(error, ValidationException) and error.extra:
        detail = "; ".join(f"{each.get('key', 'body')}: {each.get('message', '')}" for each in error.extra)  # type: ignore[union-attr]
    return Problem(KIND_OF.get(error.status_code, "internal"), detail).response()


def nested_told(_request: Request[Any, Any, Any], _error: RecursionError) -> Response[bytes]:
    """Answer a body that is nested deeper than anybody needs."""
    return Problem("invalid", "the body is nested too deep").response()


def fault_told(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a fault of ours."""
    return fault_of(error).response()


def fault_of(error: Exception) -> Problem:
    """The problem that a fault of ours is told as: nothing of its inside, which goes to the log."""
    if isinstance(error, BookError):
        LOG.warning("the book cannot be read: %s", error)
        return Problem("down", "the book cannot be read just now; ask again", after_s=AGAIN_S)
    LOG.error("a fault while answering", exc_info=error)
    return Problem("internal", "the fault is in the log of the house")
