"""Routes of orders: quote, place, bulk, look up, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from firstbest.present.track import shipments_of, state_of, track_of
from firstbest.run.alternatives import Choice, choices
from firstbest.run.answers import plan_digest
from firstbest.run.documents import of_order
from firstbest.run.names import Of
from firstbest.run.open import order_names
from firstbest.run.requests import Answer, Fill, Key, Line, Plan, Request, Why
from firstbest.service.access import Http, Json, bearer_of, door_of, idempotency_of, require_credit
from firstbest.service.bodies import OrderBody, QuoteBody
from firstbest.service.door import Door
from firstbest.service.keyring import Bearer
from firstbest.service.problems import Problem
from firstbest.service.sheets import Orders, column_of, is_csv, json_wrong, orders_of_csv
from firstbest.service.views import SERVICES, Blocks, cancelled_of, held_of, lapsed_of, plan_of, records
from firstbest.store.sides import NAMED
from firstbest.world.units import MINUTE_US
from firstbest.world.words import Kind

QUOTED: Final = ("node", "carrier", "cartons", "ship_by", "deliver_by", "cost", "units")
"""What a quote keeps of each shipment, to say later what changed."""
BULK_MOST: Final = 5_000
"""Orders of one bulk request."""
PARTS_AT_ONCE: Final = 2
PAGE_MOST: Final = 200
ORDER: Final = msgspec.json.Decoder(OrderBody)
ASSUMED: Final = (
    "journeys cost what the rate cards in force say",
    "nothing is reserved until an order is placed",
    "the chance is the carriers' record as the house believes it",
)


FILLS: Final = {"house": 0, "available": 1, "all": 1, "rest_waits": 2, "whole_waits": 3}
"""How a client says what becomes of lines without stock, and the `world.words.Fill` that decides it."""


def order_request(door: Door, bearer: Bearer, body: OrderBody | QuoteBody, service: str) -> Request:
    """A checked order as a request; a name that is not there raises."""
    fill = FILLS[body.fill]
    if fill > FILLS["all"] and not body.wait_until_us:
        raise Problem("invalid", f"expected 'wait_until_us' with fill '{body.fill}', found none", field="wait_until_us")
    return Request(
        Kind.PLACE,
        bearer.tenant,
        body.order if isinstance(body, OrderBody) else "",
        lines=[Line(*each) for each in door.lines(bearer, body.lines)],
        customer=door.customer(bearer, body.customer),
        place=door.place(body.place),
        service=SERVICES[service],
        flag=fill,
        expected=body.wait_until_us,
        fill=Fill.ALL if body.fill == "all" else Fill.AVAILABLE,
    )


@post("/v1/quotes", status_code=200)
async def quote(request: Http, data: JSONBody[QuoteBody]) -> dict[str, Any]:
    """Complete plans for a basket, best first: what would be promised, from where, how, at what cost and carbon.

    Within each service the plan that the house would choose, then others with what it chose barred. A quote reserves
    nothing. An order with its `quote` executes exactly that plan or is told what changed.
    """
    door, bearer = door_of(request), bearer_of(request, "orders")
    services = [data.service] if data.service else list(SERVICES)
    asked = [order_request(door, bearer, data, service) for service in services]
    most = data.alternatives
    now, found = await door.ask(lambda house: (house.now_us(), [choices(house, each, most) for each in asked]))
    expires = now + int(door.setting("quote_minutes")) * MINUTE_US
    plans = []
    for service, chosen in zip(services, found, strict=True):
        best = plan_of(door.world.network, chosen[0].answer.blocks)
        for choice in chosen:
            plan = plan_of(door.world.network, choice.answer.blocks)
            plan["choice"] = choice_of(choice, plan, best)
            if plan["promised"] or plan["waiting"]:
                content = (bearer.tenant, service, expires, *token_of(choice))
                plan |= {"quote": door.seal_token(content), "expires_us": expires}
            plans.append(plan)
    return {"at_us": now, "plans": sorted(plans, key=rank), "assumptions": ASSUMED}


def choice_of(choice: Choice, plan: dict[str, Any], best: dict[str, Any]) -> dict[str, Any]:
    """Whether the house would choose a plan; if not, what it does without, and what that costs and delays."""
    what, name = choice.without
    if not what:
        return {"of_the_house": True, "why": plan["reason"]}
    return {
        "of_the_house": False,
        "without": {what: name},
        "why": f"as if {what} '{name}' were not there",
        "costs_more_micros": plan["journey_cost_micros"] - best["journey_cost_micros"],
        "later_us": plan["deliver_by_us"] - best["deliver_by_us"],
    }


def token_of(choice: Choice) -> tuple[Any, ...]:
    """What a quote's token keeps of a plan: its digest, what was barred, and what may have changed later."""
    blocks = choice.answer.blocks
    rows = [[int(row[name]) for name in QUOTED] for row in blocks.get("planned", ())]
    return plan_digest(blocks), choice.nodes, choice.carriers, rows


def rank(plan: dict[str, Any]) -> tuple[Any, ...]:
    """Plans that promise more lines first, then the soonest, then the cheapest."""
    return (plan["lines"] - plan["lines_promised"], plan["deliver_by_us"], plan["journey_cost_micros"])


def plan_given(door: Door, bearer: Bearer, body: OrderBody) -> Plan | None:
    """The plan that an order's quote promised."""
    if body.quote is None:
        return None
    tenant, service, expires, digest, nodes, carriers, rows = door.open_token(body.quote, "quote")
    if tenant != bearer.tenant or service != body.service:
        raise Problem("invalid", f"expected a quote of yours for service '{body.service}'", field="quote")
    return Plan(int(expires), bytes(digest), int(nodes), int(carriers), tuple(tuple(row) for row in rows))


def by_plan(asked: Request, plan: Plan | None) -> Request:
    """An order that executes a plan: decided with the same nodes and carriers barred."""
    return asked if plan is None else asked._replace(plan=plan, node=plan.nodes, item=plan.carriers)


@post("/v1/orders")
async def place(request: Http, data: JSONBody[OrderBody], *, dry_run: FromQuery[bool] = False) -> Json:
    """Place an order; it is answered after it is in the book. With `dry_run` it is decided and thrown away."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    if dry_run:
        asked = order_request(door, bearer, data, data.service)
        answer = await door.ask(lambda house: house.quote(asked))
        return Response(placed(door, data, answer), status_code=200)
    require_credit(request.app.state["bills"], bearer)
    status, told = await order_placed(door, bearer, data, await idempotency_of(request, bearer))
    return Response(told, status_code=status)


async def order_placed(door: Door, bearer: Bearer, body: OrderBody, key: Key | None) -> tuple[int, dict[str, Any]]:
    """Place an order: the status and the answer."""
    asked = by_plan(order_request(door, bearer, body, body.service), plan_given(door, bearer, body))._replace(key=key)
    answer = await door.decided(asked)
    if answer.why != Why.ADMITTED:
        raise refusal(door, answer, asked.plan)
    if body.hold:
        # Its own key: whoever repeats the order after its release does not hold it again.
        once = Door.key(bearer, "hold at placing", body.order, b"")
        await door.admit(Request(Kind.HOLD, bearer.tenant, body.order, once))
    return 200 if answer.again else 201, placed(door, body, answer)


def placed(door: Door, body: OrderBody, answer: Answer) -> dict[str, Any]:
    """The answer to an order."""
    return {"order": body.order, "number": answer.number, **plan_of(door.world.network, answer.blocks)}


def refusal(door: Door, answer: Answer, plan: Plan | None = None) -> Problem:
    """The problem of an order that was not admitted, with what the plan would be now, and what of it changed."""
    problem = door.refusal(answer)
    if answer.blocks:
        problem.more["now"] = plan_of(door.world.network, answer.blocks)
    if plan is not None and answer.why == Why.QUOTE_CHANGED:
        problem.more["changed"] = changes_of(door, plan, answer.blocks.get("planned", ()))
    return problem


def changes_of(door: Door, plan: Plan, planned: Any) -> list[dict[str, Any]]:
    """What a plan says otherwise now: shipments that came or went, and what of the others changed."""
    texts = door.world.network.texts
    there = {row[0]: row for row in plan.rows}
    here = {int(row["node"]): tuple(int(row[name]) for name in QUOTED) for row in planned}
    found: list[dict[str, Any]] = []
    for node in sorted(there.keys() | here.keys()):
        name = texts.nodes[node]
        if node not in here or node not in there:
            found.append({"shipment": name, "what": "shipment", "quoted": node in there, "now": node in here})
            continue
        for what, was, now in zip(QUOTED, there[node], here[node], strict=True):
            if was != now:
                pair = (texts.carriers[was], texts.carriers[now]) if what == "carrier" else (was, now)
                found.append({"shipment": name, "what": what, "quoted": pair[0], "now": pair[1]})
    return found


@post("/v1/orders/bulk", status_code=200)
async def bulk(request: Http) -> Response[bytes]:
    """Orders as NDJSON, a line each, or as CSV, a row a line of an order; answers a line for each order.

    What is wrong is told with its row and its column, and the rest is placed.
    """
    door, bearer = door_of(request), bearer_of(request, "orders")
    require_credit(request.app.state["bills"], bearer)
    body = await request.body()
    sheet = orders_of_csv(body) if is_csv(request) else None
    rows = body.splitlines() if sheet is None else [msgspec.json.encode(each) for each in sheet.bodies]
    if len(rows) > BULK_MOST:
        raise Problem("too_large", f"expected {BULK_MOST} orders or fewer, found {len(rows)}")
    taken = [taken_in(door, bearer, row) for row in rows]
    answers = iter(await in_parts(door, [asked for _, asked in taken if isinstance(asked, Request)]))
    told = [bulk_answer(door, body, next(answers) if isinstance(asked, Request) else asked) for body, asked in taken]
    told = located(told) if sheet is None else by_rows(told, sheet)
    return Response(b"\n".join(map(msgspec.json.encode, told)) + b"\n", media_type="application/x-ndjson")


def located(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers to NDJSON; those to what was no order say in which row, and in which column."""
    for row, each in enumerate(told, start=1):
        if "problem" in each and ("order" not in each or "column" in each):
            column, detail = column_of(each["detail"])
            each |= {"row": row, "column": each.get("column", column), "detail": detail}
    return told


def by_rows(told: list[dict[str, Any]], sheet: Orders) -> list[dict[str, Any]]:
    """Answers to a CSV in the order of its rows, what is wrong among them."""
    lines = [({"rows": rows, **each}, rows[0]) for each, rows in zip(told, sheet.rows, strict=True)]
    lines += [(each.told(), each.row) for each in sheet.wrong]
    return [line for line, _ in sorted(lines, key=lambda each: each[1])]


def taken_in(door: Door, bearer: Bearer, row: bytes) -> tuple[OrderBody | None, Request | Problem]:
    """One line of a bulk request, ready for the desk; or what is wrong with it."""
    body = None
    try:
        body = ORDER.decode(row)
        if body.hold:
            raise Problem("invalid", "expected 'hold' on orders placed one by one, found it in bulk", field="hold")
        return body, by_plan(order_request(door, bearer, body, body.service), plan_given(door, bearer, body))
    except msgspec.MsgspecError as wrong:
        return None, Problem("invalid", json_wrong(row, str(wrong)))
    except Problem as problem:
        return body, problem


async def in_parts(door: Door, requests: Sequence[Request]) -> list[Answer | Problem]:
    """Have many requests decided, a tick's worth at a time, the next one waiting while one is decided.

    Where the house takes no more, those of the rest are told so: what was answered before holds. Raises the problem
    where it took none.
    """
    most, turn = door.desk.limits.tick_most, asyncio.Semaphore(PARTS_AT_ONCE)

    async def decided(part: Sequence[Request]) -> list[Answer] | Problem:
        async with turn:
            try:
                answers: list[Answer] = await door.waited(lambda future: door.desk.submit(part, future))
            except Problem as problem:
                return problem
            return answers

    parts = [requests[start : start + most] for start in range(0, len(requests), most)]
    told = await asyncio.gather(*map(decided, parts))
    if told and isinstance(told[0], Problem) and not any(isinstance(each, list) for each in told):
        raise told[0]
    return [
        answer
        for part, each in zip(parts, told, strict=True)
        for answer in (each if isinstance(each, list) else [each] * len(part))
    ]


def bulk_answer(door: Door, body: OrderBody | None, answer: Answer | Problem) -> dict[str, Any]:
    """What came of one line of a bulk request."""
    named = {"order": body.order} if body is not None else {}
    if isinstance(answer, Answer) and answer.why != Why.ADMITTED:
        answer = door.refusal(answer)
    if isinstance(answer, Problem):
        column = {"column": answer.more["field"]} if "field" in answer.more else {}
        return named | {"problem": answer.kind, "detail": answer.detail, **column}
    ordered = answer.blocks["ordered"][0]
    return named | {
        "number": answer.number, "lines_promised": int(ordered["filled"]),
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
    names = order_names(door.reader, [int(event["again"]) for event in track if "again" in event])
    for event in track:
        if "again" in event:
            event["again"] = names.get(event["again"], event["again"])
    return {
        "order": order, "state": state_of(track), "promise": plan_of(door.world.network, first),
        "shipments": shipments_of(track), "track": track, "contacts": contacts_about(door, bearer, order),
    }  # fmt: skip


def contacts_about(door: Door, bearer: Bearer, order: str) -> list[dict[str, Any]]:
    """Questions, complaints and praise about an order, shortly."""
    found = of_order(door.reader, bearer.tenant, order, PAGE_MOST)
    return [{"id": each.id, "kind": each.body["kind"], "state": each.body["state"]} for each in found]


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
    """Cancel an order: granted line by line until picking begins; the answer says which."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    key = await idempotency_of(request, bearer)
    answer = await door.admit(Request(Kind.CANCEL, bearer.tenant, order, key=key))
    rows = [cancelled_of(door.world.network, row) for row in records(answer.blocks.get("cancelled"))]
    rows += [lapsed_of(door.world.network, row) for row in records(answer.blocks.get("lapsed"))]
    granted = sum(1 for row in rows if row["granted"])
    if not rows:
        raise Problem("conflict", f"order '{order}' is over: nothing of it can be cancelled any more")
    return {"order": order, "granted": granted == len(rows), "lines": rows, "number": answer.number}


@post("/v1/orders/{order:str}/hold", status_code=200)
async def hold(request: Http, order: FromPath[str]) -> dict[str, Any]:
    """Keep an order back: its stock stays reserved, its packing slots are free, and no wave takes it.

    What is on the floor already goes on; `shipments` says which were kept back.
    """
    return await kept_back(request, order, Kind.HOLD)


@post("/v1/orders/{order:str}/release", status_code=200)
async def release(request: Http, order: FromPath[str]) -> dict[str, Any]:
    """Let a held order go on, each shipment promised anew from its own node."""
    return await kept_back(request, order, Kind.RESUME)


async def kept_back(request: Http, order: str, kind: Kind) -> dict[str, Any]:
    """Hold an order, or let it go on."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    key = await idempotency_of(request, bearer)
    answer = await door.admit(Request(kind, bearer.tenant, order, key=key))
    rows = answer.blocks.get("held")
    if rows is None:
        words = "it is held already, or over" if kind == Kind.HOLD else "it is not held"
        raise Problem("conflict", f"order '{order}': {words}")
    return {"order": order, "number": answer.number, **held_of(door.world.network, rows)}


ROUTER = Router(path="/", route_handlers=[quote, place, bulk, look_up, listed, cancel, hold, release])
