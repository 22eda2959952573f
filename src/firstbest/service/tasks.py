"""Routes of the floor's work: what is to be done at a node, and what hands and robots report."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from firstbest.present.track import event_of
from firstbest.run import work
from firstbest.run.house import House
from firstbest.run.open import order_names
from firstbest.run.proofs import as_put as proof_put
from firstbest.run.proofs import named
from firstbest.run.requests import Answer, Line, Request, Why
from firstbest.service.access import Http, Json, bearer_of, door_of, idempotency_of
from firstbest.service.bodies import CountBody, DeliveredBody, PickedBody, ReceivedBody, WorkedBody
from firstbest.service.door import Door
from firstbest.service.problems import Problem
from firstbest.service.stock import seller_of, stocked_nodes
from firstbest.store.sides import NAMED
from firstbest.world.words import Kind, LateCause, Outcome, Process, Stage

EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
WORK = Literal["pick", "pack", "load", "receive", "count"]


@get("/v1/tasks")
async def tasks(
    request: Http,
    node: FromQuery[str],
    kind: FromQuery[WORK] = "pick",
    limit: Annotated[int, QueryParameter(ge=1, le=work.TASKS_MOST)] = 50,
) -> dict[str, Any]:
    """Work at a node: shipments to pick, pack or load (soonest ship-by first), goods to receive, shelves to count."""
    door, _ = door_of(request), bearer_of(request, "tasks")
    code, network = door.node(node), door.world.network
    if kind == "receive":
        found = await door.ask(lambda house: work.receipts(house.state, network, code, limit))
        return {"node": node, "kind": kind, "tasks": found}
    if kind == "count":
        found = await door.ask(lambda house: work.counts(house.state, network, code, limit))
        return {"node": node, "kind": kind, "tasks": found}
    rows = await door.ask(lambda house: shipments(house, kind, code, limit))
    return {"node": node, "kind": kind, "tasks": named_tasks(door, rows)}


def shipments(house: House, kind: str, node: int, limit: int) -> list[dict[str, Any]]:
    """Shipments with their lines, orders by code."""
    found = []
    for row in work.shipments(house.state, kind, node, limit):
        order, attempt = work.order_of(row), int(row["key"]) % 8
        lines = work.lines_of(house.state, order, node, attempt) if kind == "pick" else []
        found.append(
            {
                "order": order, "attempt": attempt, "ship_by_us": int(row["ship_by"]), "units": int(row["units"]),
                "cartons": int(row["cartons"]), "lane": int(row["lane"]), "lines": lines,
            }
        )  # fmt: skip
    return found


def named_tasks(door: Door, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tasks with names in place of codes."""
    texts = door.world.network.texts
    names = order_names(door.reader, [row["order"] for row in rows])
    items = door.world.network.items
    for row in rows:
        row["order"] = names.get(str(row["order"]), str(row["order"]))
        row["lane"] = texts.lanes[row["lane"]]
        row["lines"] = [
            {
                "line": line, "item": texts.items[item], "quantity": quantity,
                "seller": texts.sellers[int(items.seller[item])],
            }
            for line, item, quantity in row["lines"]
        ]  # fmt: skip
    return rows


async def reported(request: Http, asked: Request, needed: tuple[Stage, ...]) -> Json:
    """Admit a report about a shipment that must be at one of some stages."""
    door = door_of(request)
    answer = await door.decided(asked)
    if answer.why == Why.WRONG_STAGE:
        words = " or ".join(stage.name.lower() for stage in needed)
        raise Problem("wrong_stage", f"the shipment needs to be {words} for this")
    if answer.why != Why.ADMITTED:
        raise door.refusal(answer)
    return Response(told(door, answer), status_code=200)


def told(door: Door, answer: Answer) -> dict[str, Any]:
    """What a report caused."""
    events = [
        event_of(door.world.network, name, row)
        for name, rows in answer.blocks.items()
        for row in rows
        if name != "allocated"
    ]
    return {"number": answer.number, "events": events}


async def about(request: Http, kind: Kind, order: str, node: str, attempt: int) -> Request:
    """A report about a shipment of any seller's order; `seller` says whose, the owner's by default."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    tenant = seller_of(door, bearer, request.query_params.get("seller"))
    key = await idempotency_of(request, bearer)
    return Request(kind, tenant, order, key, node=door.node(node), attempt=attempt)


ATTEMPT = Annotated[int, QueryParameter(ge=0, le=7)]
SHIPMENT: Final = "/v1/orders/{order:str}/shipments/{node:str}"


@post(f"{SHIPMENT}/picked", status_code=200)
async def picked(
    request: Http, order: FromPath[str], node: FromPath[str], data: JSONBody[PickedBody], attempt: ATTEMPT = 0
) -> Json:
    """What a picker found: every line of the shipment; less than asked is a short pick, sent again from elsewhere."""
    door, asked = door_of(request), await about(request, Kind.PICKED, order, node, attempt)
    row = door.reader.side_get(NAMED, [(1, asked.tenant, order)])
    code = int(next(iter(row.values()))[NAMED.names.index("code")]) if row else -1
    wanted = await door.ask(lambda house: work.lines_of(house.state, code, asked.node, attempt))
    found = {each.line: each.quantity for each in data.lines}
    known = asked.key is not None and (await door.ask(lambda house: bool(house.desk.keys.find([asked]))))
    if not known and (set(found) != {line for line, _, _ in wanted} or len(found) != len(data.lines)):
        lines = ", ".join(str(line) for line, _, _ in wanted) or "none: it is not on the floor"
        raise Problem("unknown_name", f"expected each line of the shipment once ({lines})", field="lines")
    lines_of = [Line(line, item, min(found.get(line, 0), quantity)) for line, item, quantity in wanted]
    return await reported(request, asked._replace(lines=lines_of), (Stage.RELEASED,))


@post(f"{SHIPMENT}/packed", status_code=200)
async def packed(request: Http, order: FromPath[str], node: FromPath[str], attempt: ATTEMPT = 0) -> Json:
    """It stands packed at the dock."""
    return await reported(request, await about(request, Kind.PACKED, order, node, attempt), (Stage.PICKED,))


@post(f"{SHIPMENT}/delivered", status_code=200)
async def delivered(
    request: Http, order: FromPath[str], node: FromPath[str], data: JSONBody[DeliveredBody], attempt: ATTEMPT = 0
) -> Json:
    """Its journey has ended: at the door, lost or damaged; late ones with what held them up.

    Who took it, how, a note and where the picture is are kept beside the fact, and can be erased.
    """
    asked = await about(request, Kind.DELIVERED, order, node, attempt)
    asked = asked._replace(
        service=Outcome[data.outcome.upper()], quantity=data.failed_attempts, flag=LateCause[data.cause.upper()]
    )
    told_of = {name: getattr(data, name) for name in ("received_by", "handed_over", "note", "picture")}
    if any(told_of.values()):
        at_us = await door_of(request).ask(lambda house: house.now_us())
        asked = asked._replace(puts=(proof_put(asked.tenant, named(order, node, attempt), told_of, at_us),))
    return await reported(request, asked, (Stage.DEPARTED, Stage.AT_STATION))


@post("/v1/cargo/{cargo:int}/received", status_code=200)
async def cargo_received(request: Http, cargo: FromPath[int], data: JSONBody[ReceivedBody]) -> Json:
    """Goods that the house ordered itself were counted and put away."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    row = await door.ask(lambda house: work.cargo_of(house.state, cargo))
    if row is None:
        raise Problem("not_found", f"no cargo {cargo} is on its way")
    node, item, quantity = row
    key = await idempotency_of(request, bearer)
    asked = Request(
        Kind.RECEIVED, bearer.tenant, key=key, cargo=cargo, node=node, item=item, quantity=data.quantity,
        expected=quantity,
    )  # fmt: skip
    return Response(told(door, await door.admit(asked)), status_code=200)


@post("/v1/cargo/{cargo:int}/arrived", status_code=200)
async def cargo_arrived(request: Http, cargo: FromPath[int]) -> Json:
    """A leg of goods that the house ordered itself has ended."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    if await door.ask(lambda house: work.cargo_of(house.state, cargo)) is None:
        raise Problem("not_found", f"no cargo {cargo} is on its way")
    key = await idempotency_of(request, bearer)
    asked = Request(Kind.ARRIVED, bearer.tenant, key=key, cargo=cargo)
    return Response(told(door, await door.admit(asked)), status_code=200)


@post("/v1/counts", status_code=200)
async def counted(request: Http, data: JSONBody[CountBody]) -> Json:
    """A shelf was counted: the book is set to what was found, and the difference is a posting."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    node, item = door.node(data.node), door.item(bearer, data.item)
    if node not in stocked_nodes(door, None):
        raise Problem("unknown_name", f"expected a node that holds stock, found '{data.node}'", field="node")
    key = await idempotency_of(request, bearer)
    asked = Request(Kind.COUNTED, bearer.tenant, key=key, node=node, item=item, quantity=data.quantity)
    return Response(told(door, await door.admit(asked)), status_code=200)


def day_of(door: Door, day: str) -> int:
    """A local day of the live calendar, counted from its first; raises where it is none."""
    calendar = door.world.network.calendar
    try:
        number = date.fromisoformat(day).toordinal() - EPOCH_DAY - int(calendar.first_day)
    except ValueError:  # the thirtieth of February
        number = -1
    if not 0 <= number < calendar.midnight_us.shape[1]:
        raise Problem("invalid", f"expected a day of the live calendar, found {day}", field="day")
    return number


@post("/v1/hours", status_code=200)
async def worked(request: Http, data: JSONBody[WorkedBody]) -> Json:
    """Hours of a shift that is over."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    day = day_of(door, data.day)
    key = await idempotency_of(request, bearer)
    asked = Request(
        Kind.WORKED, bearer.tenant, key=key, node=door.node(data.node), service=Process[data.process.upper()],
        quantity=data.paid_min, expected=data.overtime_min, item=data.temp_min, customer=data.busy_s, place=day,
        flag=data.shift,
    )  # fmt: skip
    return Response(told(door, await door.admit(asked)), status_code=200)


ROUTER = Router(
    path="/",
    route_handlers=[tasks, picked, packed, delivered, cargo_received, cargo_arrived, counted, worked],
)
