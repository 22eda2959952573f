"""Routes of stock and of goods that come in: ten buckets as of any time, the ledger behind them, inbound shipments."""

from __future__ import annotations

from typing import Annotated, Any, Final

import numpy as np
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from firstbest.run.names import Of
from firstbest.run.requests import Request
from firstbest.service.access import Http, Json, bearer_of, door_of, idempotency_of
from firstbest.service.bodies import InboundBody, ReceivedBody
from firstbest.service.door import Door
from firstbest.service.keyring import OWNER, Bearer
from firstbest.service.problems import Problem
from firstbest.service.views import Blocks
from firstbest.store.sides import NAMED
from firstbest.world.stock import Bucket
from firstbest.world.words import Kind, NodeKind

PAGE_MOST: Final = 500
BUCKETS: Final = tuple(bucket.name.lower() for bucket in Bucket)


def stocked_nodes(door: Door, node: str | None) -> list[int]:
    """Nodes that hold stock: the one named, or all."""
    kinds = door.world.network.nodes.kind
    if node is not None:
        return [door.node(node)]
    return np.flatnonzero(np.isin(kinds, (NodeKind.FULFILMENT, NodeKind.STORAGE))).tolist()


@get("/v1/stock/{item:str}")
async def stock(
    request: Http,
    item: FromPath[str],
    node: FromQuery[str | None] = None,
    as_of: Annotated[int | None, QueryParameter(ge=0, le=2**53, description="an instant, microseconds")] = None,
) -> dict[str, Any]:
    """Stock of an item by node in ten buckets, now or as of any instant."""
    door, bearer = door_of(request), bearer_of(request, "stock")
    code, nodes = door.item(bearer, item), stocked_nodes(door, node)
    sums = door.reader.postings_as_of(np.full(len(nodes), code, np.int64), np.array(nodes, np.int64), at_us=as_of)
    names = door.world.network.texts.nodes
    rows = [
        {"node": names[each], **dict(zip(BUCKETS, amounts, strict=True))}
        for each, amounts in zip(nodes, sums.tolist(), strict=True)
    ]
    return {"item": item, "as_of_us": as_of, "nodes": rows}


@get("/v1/stock/{item:str}/ledger")
async def ledger(
    request: Http,
    item: FromPath[str],
    node: FromQuery[str | None] = None,
    after: Annotated[str | None, QueryParameter(max_length=2_000)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_MOST)] = 100,
) -> dict[str, Any]:
    """The postings behind the buckets, in order, a page at a time."""
    door, bearer = door_of(request), bearer_of(request, "stock")
    code, start = door.item(bearer, item), tuple(door.open_token(after, "after")) if after else None
    tenant = int(door.world.network.items.seller[code])
    rows = door.reader.ledger(tenant, code, door.node(node) if node else -1, start, limit)
    texts = door.world.network.texts
    told = [
        {
            "at_us": int(row["at"]), "number": int(row["number"]), "node": texts.nodes[int(row["node"])],
            "bucket": BUCKETS[int(row["bucket"])], "quantity": int(row["quantity"]),
        }
        for row in rows
    ]  # fmt: skip
    key = ("number", "ordinal", "bucket")
    last = [int(rows[-1][name]) for name in key] if len(rows) == limit else None
    return {"item": item, "postings": told, "next": door.seal_token(last) if last else None}


@post("/v1/inbound")
async def announce(request: Http, data: JSONBody[InboundBody]) -> Json:
    """Announce goods that are sent in: they are on order from now, and part of what the house reckons with."""
    door, bearer = door_of(request), bearer_of(request, "stock")
    node, item = door.node(data.node), door.item(bearer, data.item)
    if node not in stocked_nodes(door, None):
        raise Problem("unknown_name", f"expected a node that holds stock, found '{data.node}'", field="node")
    asked = Request(
        Kind.ANNOUNCED, bearer.tenant, data.inbound, await idempotency_of(request, bearer), node=node, item=item,
        quantity=data.quantity, expected=data.expected_us,
    )  # fmt: skip
    answer = await door.admit(asked)
    told = {"inbound": data.inbound, "state": "announced", "number": answer.number}
    return Response(told, status_code=200 if answer.again else 201)


def facts_of(door: Door, tenant: int, name: str) -> Blocks:
    """All facts of an inbound shipment, by name; raises where there is none of this name."""
    row = door.reader.side_get(NAMED, [(int(Of.CARGO), tenant, name)])
    if not row:
        raise Problem("not_found", f"no inbound shipment '{name}' of yours")
    return door.facts_of(int(next(iter(row.values()))[NAMED.names.index("code")]), "cargo")


@get("/v1/inbound/{inbound:str}")
async def inbound(request: Http, inbound: FromPath[str]) -> dict[str, Any]:
    """An inbound shipment: what was announced, what was counted, and what is missing."""
    door, bearer = door_of(request), bearer_of(request, "stock")
    return inbound_told(door, inbound, facts_of(door, bearer.tenant, inbound))


def inbound_told(door: Door, name: str, blocks: Blocks) -> dict[str, Any]:
    """What is known of an inbound shipment."""
    row, texts = blocks["replenished"][0], door.world.network.texts
    told: dict[str, Any] = {
        "inbound": name, "item": texts.items[int(row["item"])], "node": texts.nodes[int(row["to_node"])],
        "quantity": int(row["quantity"]), "expected_us": int(row["due_at"]), "announced_us": int(row["at"]),
        "state": "announced",
    }  # fmt: skip
    if "arrived" in blocks:
        told |= {"state": "arrived", "arrived_us": int(blocks["arrived"]["at"][0])}
    if "received" in blocks:
        counted = blocks["received"][0]
        told |= {
            "state": "received", "received": int(counted["quantity"]), "received_us": int(counted["at"]),
            "discrepancy": int(counted["quantity"]) - int(counted["expected"]),
        }  # fmt: skip
    return told


async def moved(request: Http, kind: Kind, name: str, quantity: int) -> dict[str, Any]:
    """Report of the dock about an inbound shipment of any tenant; `seller` says whose, the owner's by default."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    tenant = seller_of(door, bearer, request.query_params.get("seller"))
    row = facts_of(door, tenant, name)["replenished"][0]
    asked = Request(
        kind, tenant, name, await idempotency_of(request, bearer), node=int(row["to_node"]), item=int(row["item"]),
        quantity=quantity, expected=int(row["quantity"]),
    )  # fmt: skip
    answer = await door.admit(asked)
    if not answer.blocks:
        raise Problem("wrong_stage", f"inbound shipment '{name}' is not where this would follow from")
    return inbound_told(door, name, facts_of(door, tenant, name))


def seller_of(door: Door, bearer: Bearer, seller: str | None) -> int:
    """The tenant that a hand of the owner's speaks about."""
    if seller is None:
        return bearer.tenant
    if bearer.tenant != OWNER:
        raise Problem("not_allowed", "expected a key of the owner's to speak about other sellers")
    code = door.codes.sellers.get(seller)
    if code is None:
        raise Problem("unknown_name", f"expected the name of a seller, found '{seller}'", field="seller")
    return code


@post("/v1/inbound/{inbound:str}/arrived", status_code=200)
async def arrived(request: Http, inbound: FromPath[str]) -> dict[str, Any]:
    """It stands on the dock."""
    return await moved(request, Kind.ARRIVED, inbound, 0)


@post("/v1/inbound/{inbound:str}/received", status_code=200)
async def received(request: Http, inbound: FromPath[str], data: JSONBody[ReceivedBody]) -> dict[str, Any]:
    """It was counted and put away: sellable from now; what differs from the announcement is told."""
    return await moved(request, Kind.RECEIVED, inbound, data.quantity)


ROUTER = Router(path="/", route_handlers=[stock, ledger, announce, inbound, arrived, received])
