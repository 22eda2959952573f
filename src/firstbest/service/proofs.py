"""Routes of proofs of delivery: read by whose order it is, erased when it must be."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, delete, get
from litestar.params import FromPath, QueryParameter

from firstbest.run.documents import erase
from firstbest.run.proofs import KIND, named, proof_of
from firstbest.service.access import Http, bearer_of, door_of
from firstbest.service.orders import code_of
from firstbest.service.problems import Problem
from firstbest.service.tasks import SHIPMENT

ATTEMPT = Annotated[int, QueryParameter(ge=0, le=7)]


@get(f"{SHIPMENT}/proof")
async def proof(request: Http, order: FromPath[str], node: FromPath[str], attempt: ATTEMPT = 0) -> dict[str, Any]:
    """Who took a shipment, how, the driver's note, and where the picture is kept."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    rows = door.facts_of(code_of(door, bearer, order), "order").get("delivered", ())
    there = any((int(row["node"]), int(row["attempt"])) == (door.node(node), attempt) for row in rows)
    found = proof_of(door.reader, bearer.tenant, named(order, node, attempt)) if there else None
    if found is None:
        raise Problem(
            "not_found", f"no proof of delivery of '{order}' from '{node}': not delivered, none given, or erased"
        )
    return {"order": order, "node": node, "attempt": attempt, "told_us": found.updated_us, **found.body}


@delete(f"{SHIPMENT}/proof", status_code=204)
async def erase_proof(request: Http, order: FromPath[str], node: FromPath[str], attempt: ATTEMPT = 0) -> None:
    """Erase a proof: that it was delivered stays a fact."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    name = named(order, node, attempt)
    if not await door.ask(lambda house: erase(house, KIND, bearer.tenant, name)):
        raise Problem("not_found", f"no proof of delivery of '{order}' from '{node}'")


ROUTER = Router(path="/", route_handlers=[proof, erase_proof])
