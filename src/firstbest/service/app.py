"""The HTTP application: routes, problems, limits, and what goes on every answer."""

from __future__ import annotations

from typing import Any, Final

from litestar import Litestar, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from firstbest import __version__
from firstbest.service import (
    billing,
    bulk,
    care,
    changes,
    documents,
    hooks,
    network,
    orders,
    pages,
    proofs,
    rehearsals,
    returns,
    stock,
    tasks,
)
from firstbest.service.access import Rates
from firstbest.service.bills import Bills
from firstbest.service.door import Door
from firstbest.service.problems import Problem, fault_told, framework_told, nested_told, told

BODY_MOST: Final = 4_000_000
"""Bytes of one request."""
ROUTED: Final = (
    orders, bulk, proofs, stock, tasks, returns, care, network, documents, hooks, changes, rehearsals, billing, pages
)  # fmt: skip


async def headed(response: Response[Any]) -> Response[Any]:
    """Every answer says that nobody on the way may keep it."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def rated(message: Any, scope: Any) -> None:
    """Every answer to a key says how many requests it has left, as the drafts of rate limit headers do."""
    left = scope.get("state", {}).get("rate_left")
    if message["type"] == "http.response.start" and left is not None:
        message.setdefault("headers", []).append((b"ratelimit-remaining", str(left).encode()))


def make_app(
    door: Door,
    rates: Rates | None = None,
    forks: rehearsals.Rehearsals | None = None,
    bills: Bills | None = None,
) -> Litestar:
    """The application over a door."""
    key = SecurityScheme(type="http", scheme="bearer", description="An API key: fb_...")
    return Litestar(
        route_handlers=[each.ROUTER for each in ROUTED],
        state=State({"door": door, "rates": rates or Rates(), "rehearsals": forks, "bills": bills}),
        exception_handlers={
            Problem: told,
            HTTPException: framework_told,
            RecursionError: nested_told,
            Exception: fault_told,
        },
        after_request=headed,
        before_send=[rated],
        request_max_body_size=BODY_MOST,
        openapi_config=OpenAPIConfig(
            title="firstbest",
            version=__version__,
            description="Run your supply chain: quotes, orders, stock, inbound, the floor's work.",
            components=Components(security_schemes={"key": key}),
            security=[{"key": []}],
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            path="/",
        ),
    )
