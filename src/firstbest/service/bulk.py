"""Bulk routes of goods, counts, and orders held, let go or cancelled: an answer for each row, good ones kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, Router, post

from firstbest.run.requests import Answer, Request, Why
from firstbest.service.access import Http, bearer_of, door_of
from firstbest.service.bodies import CountBody, InboundBody, NamedBody
from firstbest.service.door import Door
from firstbest.service.keyring import Bearer
from firstbest.service.orders import in_parts
from firstbest.service.problems import Problem
from firstbest.service.sheets import Row, Sheet, sheet_of
from firstbest.service.stock import stocked_nodes
from firstbest.service.views import cancelled_of, held_of, lapsed_of, records
from firstbest.world.words import Kind

NDJSON = "application/x-ndjson"
Asked = tuple[int, Row, Request | Problem]


def asked_of(sheet: Sheet[Row], asked: Callable[[Row], Request]) -> list[Asked[Row]]:
    """Every good row as a request; one that names what is not there has its problem in place of it."""
    found: list[Asked[Row]] = []
    for number, row in sheet.rows:
        try:
            found.append((number, row, asked(row)))
        except Problem as problem:
            found.append((number, row, problem))
    return found


async def answered(
    door: Door, sheet: Sheet[Row], rows: list[Asked[Row]], told: Callable[[Row, Answer], dict[str, Any]]
) -> Response[bytes]:
    """Have the good rows decided; a line for each row, in the order of the rows."""
    lines = {each.row: each.told() for each in sheet.wrong}
    answers = iter(await in_parts(door, [asked for *_, asked in rows if isinstance(asked, Request)]))
    for number, row, asked in rows:
        answer = next(answers) if isinstance(asked, Request) else asked
        lines[number] = {"row": number, **outcome(door, row, answer, told)}
    body = b"\n".join(msgspec.json.encode(lines[number]) for number in sorted(lines)) + b"\n"
    return Response(body, media_type=NDJSON)


def outcome(
    door: Door, row: Row, answer: Answer | Problem, told: Callable[[Row, Answer], dict[str, Any]]
) -> dict[str, Any]:
    """What came of one row."""
    if isinstance(answer, Answer) and answer.why == Why.ADMITTED:
        return told(row, answer)
    problem = door.refusal(answer) if isinstance(answer, Answer) else answer
    column = {"column": str(problem.more["field"])} if "field" in problem.more else {}
    return {**column, "problem": problem.kind, "detail": problem.detail}


def stocked(door: Door, name: str) -> int:
    """Code of a node that holds stock."""
    node = door.node(name)
    if node not in stocked_nodes(door, None):
        raise Problem("unknown_name", f"expected a node that holds stock, found '{name}'", field="node")
    return node


@post("/v1/inbound/bulk", status_code=200)
async def bulk_inbound(request: Http) -> Response[bytes]:
    """Announce goods that are sent in, a row each, as NDJSON or CSV (inbound, node, item, quantity, expected_us)."""
    door, bearer = door_of(request), bearer_of(request, "stock")
    sheet = await sheet_of(request, InboundBody)

    def asked(row: InboundBody) -> Request:
        node, item = stocked(door, row.node), door.item(bearer, row.item)
        return Request(
            Kind.ANNOUNCED, bearer.tenant, row.inbound, node=node, item=item, quantity=row.quantity,
            expected=row.expected_us,
        )  # fmt: skip

    def told(row: InboundBody, answer: Answer) -> dict[str, Any]:
        return {"inbound": row.inbound, "state": "announced", "number": answer.number}

    return await answered(door, sheet, asked_of(sheet, asked), told)


@post("/v1/counts/bulk", status_code=200)
async def bulk_counts(request: Http) -> Response[bytes]:
    """Report counted shelves, a row each, as NDJSON or CSV (node, item, quantity)."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    sheet = await sheet_of(request, CountBody)
    rows = asked_of(sheet, lambda row: count_request(door, bearer, row))

    def told(row: CountBody, answer: Answer) -> dict[str, Any]:
        found = answer.blocks["counted"][0]
        changed = int(found["quantity"]) - int(found["book"])
        return {"node": row.node, "item": row.item, "changed": changed, "number": answer.number}

    return await answered(door, sheet, rows, told)


def count_request(door: Door, bearer: Bearer, row: CountBody) -> Request:
    """A counted shelf as a request."""
    node, item = stocked(door, row.node), door.item(bearer, row.item)
    return Request(Kind.COUNTED, bearer.tenant, node=node, item=item, quantity=row.quantity)


@post("/v1/orders/bulk/hold", status_code=200)
async def bulk_hold(request: Http) -> Response[bytes]:
    """Keep many orders back, a row each, as NDJSON or CSV (order)."""
    return await about_orders(request, Kind.HOLD, "it is held already, or over")


@post("/v1/orders/bulk/release", status_code=200)
async def bulk_release(request: Http) -> Response[bytes]:
    """Let many held orders go on, a row each, as NDJSON or CSV (order)."""
    return await about_orders(request, Kind.RESUME, "it is not held")


@post("/v1/orders/bulk/cancel", status_code=200)
async def bulk_cancel(request: Http) -> Response[bytes]:
    """Cancel many orders, a row each, as NDJSON or CSV (order); each is granted line by line until picking begins."""
    return await about_orders(request, Kind.CANCEL, "it is over: nothing of it can be cancelled any more")


async def about_orders(request: Http, kind: Kind, nothing: str) -> Response[bytes]:
    """Ask the same of many orders; `nothing`: what is told of one of which nothing came."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    sheet = await sheet_of(request, NamedBody)
    rows = asked_of(sheet, lambda row: Request(kind, bearer.tenant, row.order))

    def told(row: NamedBody, answer: Answer) -> dict[str, Any]:
        network, blocks = door.world.network, answer.blocks
        gone = [cancelled_of(network, each) for each in records(blocks.get("cancelled"))]
        gone += [lapsed_of(network, each) for each in records(blocks.get("lapsed"))]
        held = blocks.get("held")
        if held is None and not gone:
            return {"order": row.order, "problem": "conflict", "detail": nothing}
        more = {"granted": all(each["granted"] for each in gone), "lines": gone} if gone else {}
        more |= held_of(network, held) if held is not None and kind != Kind.CANCEL else {}
        return {"order": row.order, "number": answer.number, **more}

    return await answered(door, sheet, rows, told)


ROUTER = Router(path="/", route_handlers=[bulk_inbound, bulk_counts, bulk_hold, bulk_release, bulk_cancel])
