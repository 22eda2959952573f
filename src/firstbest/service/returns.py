"""Routes of returns: a customer asks, the parcel comes, somebody looks at it; and what is under way."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import numpy as np
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from firstbest.operate.ports import Staged
from firstbest.run.house import House
from firstbest.run.open import order_names
from firstbest.run.requests import Answer, Line, Request
from firstbest.service.access import Http, bearer_of, door_of, idempotency_of
from firstbest.service.bodies import LINES_MOST, Units
from firstbest.service.door import Door
from firstbest.service.problems import Problem
from firstbest.service.stock import seller_of
from firstbest.service.tasks import ATTEMPT, SHIPMENT
from firstbest.store.sides import NAMED
from firstbest.world import tables as t
from firstbest.world.units import MAX_LINE, NEVER_US
from firstbest.world.words import Grade, Kind, RefundWhen, ReturnReason, ReturnRefusal, ReturnStage, ReturnWay

Why = Literal[
    "changed_mind", "does_not_fit", "not_as_described", "defective", "damaged", "wrong_item", "too_late"
]  # fmt: skip
LINE_NUMBER = Annotated[int, Meta(ge=0, le=MAX_LINE - 1)]
LISTED_MOST: Final = 500


class BackLine(Struct, forbid_unknown_fields=True):
    """Units of a line."""

    line: LINE_NUMBER
    quantity: Units


class GradedLine(Struct, forbid_unknown_fields=True):
    """Units of a line that were found to be of a grade; a line may stand here once for each."""

    line: LINE_NUMBER
    quantity: Units
    grade: Literal["sellable", "opened", "broken"]


class ReturnBody(Struct, forbid_unknown_fields=True):
    """What a customer wants to send back, and why."""

    reason: Why
    lines: Annotated[list[BackLine], Meta(min_length=1, max_length=LINES_MOST)]


class CameBody(Struct, forbid_unknown_fields=True):
    """What was in the parcel."""

    lines: Annotated[list[BackLine], Meta(min_length=1, max_length=LINES_MOST)]


class InspectedBody(Struct, forbid_unknown_fields=True):
    """What units were found to be."""

    lines: Annotated[list[GradedLine], Meta(min_length=1, max_length=LINES_MOST)]


@post(f"{SHIPMENT}/returns", status_code=200)
async def ask(
    request: Http, order: FromPath[str], node: FromPath[str], data: JSONBody[ReturnBody], attempt: ATTEMPT = 0
) -> dict[str, Any]:
    """Ask to send lines of a delivered shipment back: authorised or refused line by line, and what is paid at once."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    kept(door)
    key, code = await idempotency_of(request, bearer), door.node(node)
    picked = lines_of(door, bearer.tenant, order, code, attempt)
    lines = [Line(each.line, *picked[each.line]) for each in data.lines if each.line in picked]
    unknown = [str(each.line) for each in data.lines if each.line not in picked]
    if unknown:
        raise Problem("unknown_name", f"the shipment has no line {', '.join(unknown)}", field="lines")
    units = {each.line: each.quantity for each in data.lines}
    answer = await door.admit(
        Request(
            Kind.RETURN_ASKED, bearer.tenant, order, key, [each._replace(quantity=units[each.line]) for each in lines],
            node=code, attempt=attempt, flag=ReturnReason[data.reason.upper()],
        )
    )  # fmt: skip
    return {"order": order, "number": answer.number, "lines": told(door, answer)}


def kept(door: Door) -> None:
    """Raise where the house keeps no returns."""
    if door.world.network.detail.returns is None:
        raise Problem("conflict", 'returns are not switched on: [returns] on = "yes" in policies.toml')


def code_of(door: Door, tenant: int, order: str) -> int:
    """Code of an order of the tenant's."""
    row = door.reader.side_get(NAMED, [(1, tenant, order)])
    if not row:
        raise Problem("not_found", f"no order '{order}' is in the book")
    return int(next(iter(row.values()))[NAMED.names.index("code")])


def lines_of(door: Door, tenant: int, order: str, node: int, attempt: int) -> dict[int, tuple[int, int, int]]:
    """(item, units, price) of the lines that were picked for a shipment, by line."""
    facts = door.facts_of(code_of(door, tenant, order), "order").get("picked", ())
    return {
        int(row["line"]): (int(row["item"]), int(row["quantity"]), int(row["price"]))
        for row in facts
        if int(row["node"]) == node and int(row["attempt"]) == attempt
    }


def told(door: Door, answer: Answer) -> list[dict[str, Any]]:
    """What was answered of each line."""
    blocks, nodes = answer.blocks, door.world.network.texts.nodes
    lines: list[dict[str, Any]] = [
        {
            "line": int(row["line"]), "quantity": int(row["quantity"]), "authorised": True,
            "way": ReturnWay(int(row["way"])).name.lower(), "to_node": nodes[int(row["to_node"])],
            "lapses_at_us": int(row["lapses_at"]), "refunded_micros": int(row["refund"]),
        }
        for row in blocks.get("return_authorised", ())
    ]  # fmt: skip
    lines += [
        {
            "line": int(row["line"]), "quantity": int(row["quantity"]), "authorised": False,
            "why": ReturnRefusal(int(row["why"])).name.lower(),
        }
        for row in blocks.get("return_refused", ())
    ]  # fmt: skip
    return sorted(lines, key=lambda each: each["line"])


async def reported(request: Http, kind: Kind, order: str, lines: list[Line]) -> Answer:
    """Admit a report about the returns of an order; raises where it changed nothing."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    kept(door)
    tenant = seller_of(door, bearer, request.query_params.get("seller"))
    key = await idempotency_of(request, bearer)
    answer = await door.admit(Request(kind, tenant, order, key, lines))
    if not answer.blocks and not answer.again:
        raise Problem("wrong_stage", "no return of these lines waits for this")
    return answer


@post("/v1/orders/{order:str}/returned", status_code=200)
async def came(request: Http, order: FromPath[str], data: JSONBody[CameBody]) -> dict[str, Any]:
    """An authorised return has come; less than was authorised is noted."""
    answer = await reported(request, Kind.RETURNED, order, [Line(each.line, 0, each.quantity) for each in data.lines])
    rows = answer.blocks.get("returned", ())
    return {
        "order": order,
        "number": answer.number,
        "lines": [{"line": int(row["line"]), "quantity": int(row["quantity"])} for row in rows],
    }


@post("/v1/orders/{order:str}/inspected", status_code=200)
async def looked_at(request: Http, order: FromPath[str], data: JSONBody[InspectedBody]) -> dict[str, Any]:
    """Units of a return were looked at: what each was found to be; answers what the customer is paid."""
    lines = [Line(each.line, 0, each.quantity, Grade[each.grade.upper()]) for each in data.lines]
    answer = await reported(request, Kind.INSPECTED, order, lines)
    rows, money = answer.blocks.get("inspected", ()), answer.blocks.get("refunded", ())
    return {
        "order": order,
        "number": answer.number,
        "lines": [
            {"line": int(row["line"]), "quantity": int(row["quantity"]), "grade": Grade(int(row["grade"])).name.lower()}
            for row in rows
        ],
        "refunds": [
            {
                "line": int(row["line"]), "amount_micros": int(row["amount"]),
                "when": RefundWhen(int(row["when"])).name.lower(),
            }
            for row in money
        ],
    }  # fmt: skip


STAGES = Literal["authorised", "received", "inspected", "refurbishing"]


@get("/v1/returns")
async def under_way(
    request: Http,
    node: FromQuery[str],
    stage: FromQuery[STAGES] = "received",
    limit: Annotated[int, QueryParameter(ge=1, le=LISTED_MOST)] = 50,
) -> dict[str, Any]:
    """Returns of a node at a stage, longest there first: what is on its way, what waits for somebody to look at it."""
    door, _ = door_of(request), bearer_of(request, "tasks")
    kept(door)
    code, wanted = door.node(node), ReturnStage[stage.upper()]
    rows = await door.ask(lambda house: listed(house, code, wanted, limit))
    names = order_names(door.reader, [row["order"] for row in rows])
    items = door.world.network.texts.items
    for row in rows:
        row["order"], row["item"] = names.get(str(row["order"]), str(row["order"])), items[row["item"]]
    return {"node": node, "stage": stage, "returns": rows}


def listed(house: House, node: int, stage: ReturnStage, limit: int) -> list[dict[str, Any]]:
    """Rows of the table, orders and items by code."""
    rows = house.state.read(Staged(t.RETURN_T, stage, "ready_at", NEVER_US)).rows
    rows = rows[rows["node"] == node]
    chosen = rows[np.lexsort((rows["key"], rows["ready_at"]))[:limit]]
    return [
        {
            "order": int(row["key"]) // MAX_LINE, "line": int(row["key"]) % MAX_LINE, "item": int(row["item"]),
            "quantity": int(row["quantity"]), "reason": ReturnReason(int(row["reason"])).name.lower(),
            "since_us": int(row["ready_at"]),
        }
        for row in chosen
    ]  # fmt: skip


ROUTER = Router(path="/", route_handlers=[ask, came, looked_at, under_way])
