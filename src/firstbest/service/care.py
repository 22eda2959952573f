"""Routes of care: a customer asks something about a shipment that has left; a carrier answers a claim."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Router, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from firstbest.run.requests import Request
from firstbest.service.access import Http, bearer_of, door_of, idempotency_of
from firstbest.service.bodies import Micros
from firstbest.service.door import Door
from firstbest.service.problems import Problem
from firstbest.service.stock import seller_of
from firstbest.service.tasks import ATTEMPT, SHIPMENT
from firstbest.world.words import ContactReason, Kind


class WonderBody(Struct, forbid_unknown_fields=True):
    """What a customer wants to know."""

    reason: Literal["question", "where_is_it", "harmed"]


class ClaimBody(Struct, forbid_unknown_fields=True):
    """What a carrier pays; 0: refused."""

    paid_micros: Micros


def kept(door: Door) -> None:
    """Raise where the house keeps neither contacts nor claims."""
    if door.world.network.detail.care is None:
        raise Problem("conflict", 'contacts and claims are not switched on: [care] on = "yes" in policies.toml')


async def reported(request: Http, asked: Request) -> dict[str, Any]:
    """Admit a report about a shipment that has left; raises where it changed nothing."""
    answer = await door_of(request).admit(asked)
    if not answer.blocks and not answer.again:
        raise Problem("wrong_stage", "nothing of this shipment waits for this, or it is no longer known")
    return {"order": asked.order, "number": answer.number}


@post(f"{SHIPMENT}/contacts", status_code=200)
async def contact(
    request: Http, order: FromPath[str], node: FromPath[str], data: JSONBody[WonderBody], attempt: ATTEMPT = 0
) -> dict[str, Any]:
    """Note that a customer asked something about a shipment that has left."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    kept(door)
    key = await idempotency_of(request, bearer)
    reason = ContactReason[data.reason.upper()]
    return await reported(
        request, Request(Kind.CONTACTED, bearer.tenant, order, key, node=door.node(node), attempt=attempt, flag=reason)
    )


@post(f"{SHIPMENT}/claim", status_code=200)
async def claim(
    request: Http, order: FromPath[str], node: FromPath[str], data: JSONBody[ClaimBody], attempt: ATTEMPT = 0
) -> dict[str, Any]:
    """A carrier's answer to the claim that was filed for a lost or damaged shipment."""
    door, bearer = door_of(request), bearer_of(request, "tasks")
    kept(door)
    tenant = seller_of(door, bearer, request.query_params.get("seller"))
    key = await idempotency_of(request, bearer)
    asked = Request(
        Kind.CLAIM_ANSWERED, tenant, order, key, node=door.node(node), attempt=attempt, quantity=data.paid_micros
    )
    return await reported(request, asked)


ROUTER = Router(path="/", route_handlers=[contact, claim])
