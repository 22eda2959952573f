"""Routes of orders: quote, place, bulk, look up, cancel."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from firstbest.present.track import state_of, track_of
from firstbest.run.answers import plan_digest
from firstbest.run.names import Of
from firstbest.run.requests import Answer, Fill, Line, Plan, Request, Why
from firstbest.service.access import Http, Json, bearer_of, door_of, idempotency_of, require_credit
from firstbest.service.bodies import OrderBody, QuoteBody
from firstbest.service.door import Door
from firstbest.service.keyring import Bearer
from firstbest.service.problems import Problem
from firstbest.service.views import SERVICES, Blocks, cancelled_of, plan_of
from firstbest.store.sides import NAMED
from firstbest.world.units import MINUTE_US
from firstbest.world.words import Kind

BULK_MOST: Final = 5_000
"""Orders of one bulk request."""
PAGE_MOST: Final = 200
ASSUMED: Final = (
    "journeys cost what the rate cards in force say",
    "nothing is reserved until an order is placed",
    "the chance is the carriers' record as the house believes it",
)


def order_request(door: Door, bearer: Bearer, body: OrderBody | QuoteBody, service: str) -> Request:
    """A checked order as a request; a name that is not there raises."""
    return Request(
        Kind.PLACE,
        bearer.tenant,
        body.order if isinstance(body, OrderBody) else "",
        lines=[Line(*each) for each in door.lines(bearer, body.lines)],
        customer=door.customer(bearer, body.customer),
        place=door.place(body.place),
        service=SERVICES[service],
        fill=Fill[body.fill.upper()] if isinstance(body, OrderBody) else Fill.AVAILABLE,
    )


@post("/v1/quotes", status_code=200)
async def quote(request: Http, data: JSONBody[QuoteBody]) -> dict[str, Any]:
    """Complete plans for a basket, best first: what would be promised, from where, how, at what cost and carbon.

    A quote reserves nothing. An order with its `quote` executes exactly that plan or is told what changed.
    """
    door, bearer = door_of(request), bearer_of(request, "orders")
    services = [data.service] if data.service else list(SERVICES)
    asked = [order_request(door, bearer, data, service) for service in services]
    now, answers = await door.ask(lambda house: (house.now_us(), [house.quote(each) for each in asked]))
    expires = now + int(door.setting("quote_minutes")) * MINUTE_US
    plans = []
    for service, answer in zip(services, answers, strict=True):
        plan = plan_of(door.world.network, answer.blocks)
        if plan["promised"]:
            content = (bearer.tenant, service, expires, plan_digest(answer.blocks))
            plan |= {"quote": door.seal_token(content), "expires_us": expires}
        plans.append(plan)
    return {"at_us": now, "plans": sorted(plans, key=rank), "assumptions": ASSUMED}


def rank(plan: dict[str, Any]) -> tuple[Any, ...]:
    """Plans that promise more lines first, then the soonest, then the cheapest."""
    return (plan["lines"] - plan["lines_promised"], plan["deliver_by_us"], plan["journey_cost_micros"])


def plan_given(door: Door, bearer: Bearer, body: OrderBody) -> Plan | None:
    """The plan that an order's quote promised."""
    if body.quote is None:
        return None
    tenant, service, expires, digest = door.open_token(body.quote, "quote")
    if tenant != bearer.tenant or service != body.service:
        raise Problem("invalid", f"expected a quote of yours for service '{body.service}'", field="quote")
    return Plan(int(expires), bytes(digest))


@post("/v1/orders")
async def place(request: Http, data: JSONBody[OrderBody], *, dry_run: FromQuery[bool] = False) -> Json:
    """Place an order; it is answered after it is in the book. With `dry_run` it is decided and thrown away."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    asked = order_request(door, bearer, data, data.service)
    if dry_run:
        answer = await door.ask(lambda house: house.quote(asked))
        return Response(placed(door, data, answer), status_code=200)
    require_credit(request, bearer)
    asked = asked._replace(plan=plan_given(door, bearer, data), key=await idempotency_of(request, bearer))
    answer = await door.waited(lambda: door.desk.submit(asked))
    if answer.why != Why.ADMITTED:
        raise refusal(door, answer)
    return Response(placed(door, data, answer), status_code=200 if answer.again else 201)


def placed(door: Door, body: OrderBody, answer: Answer) -> dict[str, Any]:
    """The answer to an order."""
    return {"order": body.order, "number": answer.number, **plan_of(door.world.network, answer.blocks)}


def refusal(door: Door, answer: Answer) -> Problem:
    """The problem of an order that was not admitted, with what the plan would be now."""
    problem = door.refusal(answer)
    if answer.blocks:
        problem.more["now"] = plan_of(door.world.network, answer.blocks)
    return problem


@post("/v1/orders/bulk", status_code=200)
async def bulk(request: Http) -> Response[bytes]:
    """Orders as NDJSON, a line each; answers a line each in the same order: `placed`, or a problem."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    require_credit(request, bearer)
    rows = (await request.body()).splitlines()
    if len(rows) > BULK_MOST:
        raise Problem("too_large", f"expected {BULK_MOST} orders or fewer, found {len(rows)}")
    waiting = [await one_of_bulk(door, bearer, row) for row in rows]
    told = [await bulk_answer(door, body, future) for body, future in waiting]
    return Response(b"\n".join(msgspec.json.encode(each) for each in told) + b"\n", media_type="application/x-ndjson")


async def one_of_bulk(door: Door, bearer: Bearer, row: bytes) -> tuple[OrderBody | None, Any]:
    """One line of a bulk request, on its way to the desk; or what is wrong with it."""
    try:
        body = msgspec.json.decode(row, type=OrderBody)
        asked = order_request(door, bearer, body, body.service)._replace(plan=plan_given(door, bearer, body))
        return body, door.desk.submit(asked)
    except msgspec.MsgspecError as wrong:
        return None, Problem("invalid", str(wrong))
    except Problem as problem:
        return None, problem


async def bulk_answer(door: Door, body: OrderBody | None, waiting: Any) -> dict[str, Any]:
    """What came of one line of a bulk request."""
    if body is None:
        return {"problem": waiting.kind, "detail": waiting.detail}
    answer = await door.waited(lambda: waiting)
    if answer.why != Why.ADMITTED:
        problem = door.refusal(answer)
        return {"order": body.order, "problem": problem.kind, "detail": problem.detail}
    ordered = answer.blocks["ordered"][0]
    return {
        "order": body.order, "number": answer.number, "lines_promised": int(ordered["filled"]),
        "ship_by_us": int(ordered["ship_by"]), "deliver_by_us": int(ordered["deliver_by"]),
    }  # fmt: skip


def code_of(door: Door, bearer: Bearer, order: str) -> int:
    """The code of a tenant's order; another tenant's is not there."""
    row = door.reader.side_get(NAMED, [(int(Of.ORDER), bearer.tenant, order)])
    if not row:
        raise Problem("not_found", f"no order '{order}' of yours")
    return int(next(iter(row.values()))[NAMED.names.index("code")])


@get("/v1/orders/{order:str}")
async def look_up(request: Http, order: FromPath[str]) -> dict[str, Any]:
    """An order: its promise, its state and everything that happened to it, over all modes in one vocabulary."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    blocks = door.facts_of(code_of(door, bearer, order), "order")
    first = of_number_first(blocks)
    track = track_of(door.world.network, blocks)
    return {"order": order, "state": state_of(track), "promise": plan_of(door.world.network, first), "track": track}


def of_number_first(blocks: Blocks) -> Blocks:
    """The facts of the command that placed the order."""
    number = int(blocks["ordered"]["number"][0])
    return {name: rows[rows["number"] == number] for name, rows in blocks.items() if (rows["number"] == number).any()}


@get("/v1/orders")
async def listed(
    request: Http,
    after: Annotated[str | None, QueryParameter(max_length=2_000)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_MOST)] = 50,
) -> dict[str, Any]:
    """Names of the tenant's orders, a page at a time."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    start = tuple(door.open_token(after, "after")) if after else None
    rows = door.reader.side_where(NAMED, limit, start, kind=int(Of.ORDER), tenant=bearer.tenant)
    text = NAMED.names.index("text")
    last = [rows[-1][NAMED.names.index(name)] for name in NAMED.key] if len(rows) == limit else None
    return {"orders": [row[text] for row in rows], "next": door.seal_token(last) if last else None}


@post("/v1/orders/{order:str}/cancel", status_code=200)
async def cancel(request: Http, order: FromPath[str]) -> dict[str, Any]:
    """Cancel an order: granted by line until picking begins, refused after, and said which."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    key = await idempotency_of(request, bearer)
    answer = await door.admit(Request(Kind.CANCEL, bearer.tenant, order, key=key))
    rows = [cancelled_of(door.world.network, row) for row in answer.blocks.get("cancelled", ())]
    granted = sum(1 for row in rows if row["granted"])
    if not rows:
        raise Problem("conflict", f"order '{order}' is over: nothing of it can be cancelled any more")
    return {"order": order, "granted": granted == len(rows), "lines": rows, "number": answer.number}


ROUTER = Router(path="/", route_handlers=[quote, place, bulk, look_up, listed, cancel])
