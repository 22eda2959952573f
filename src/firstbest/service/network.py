"""Routes of the network's state and of keys: items, nodes, places, today, problems, API keys."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from firstbest.run import today as days
from firstbest.run.open import order_names, wall_us
from firstbest.service.access import Http, Json, bearer_of, door_of
from firstbest.service.bodies import KeyBody
from firstbest.service.keyring import OWNER, Bearer, as_put, new_key
from firstbest.service.problems import Problem
from firstbest.store.sides import KEYRING
from firstbest.world.words import NodeKind

OWNERS_ONLY: Final = frozenset({"tasks", "network", "admin"})
KEYS_MOST: Final = 1_000
ID_DIGITS: Final = 16
"""Of a key's hash: enough to name it, nothing to use it."""


@get("/v1/items")
async def items(request: Http) -> dict[str, Any]:
    """The tenant's items; the owner sees all."""
    door, bearer = door_of(request), bearer_of(request, "stock")
    network = door.world.network
    rows = [
        {
            "item": name, "seller": network.texts.sellers[int(network.items.seller[code])],
            "weight_g": int(network.items.weight_g[code]), "volume_cm3": int(network.items.volume_cm3[code]),
            "price_micros": int(network.items.price[code]),
        }
        for name, code in door.codes.items.items()
        if bearer.tenant in (OWNER, int(network.items.seller[code]))
    ]  # fmt: skip
    return {"items": rows}


@get("/v1/nodes")
async def nodes(request: Http) -> dict[str, Any]:
    """Nodes of the network."""
    door, _ = door_of(request), bearer_of(request, "stock")
    network = door.world.network
    rows = [
        {
            "node": name, "kind": NodeKind(int(network.nodes.kind[code])).name.lower(),
            "time_zone": network.texts.time_zones[int(network.nodes.time_zone[code])],
        }
        for name, code in door.codes.nodes.items()
    ]  # fmt: skip
    return {"nodes": rows}


@get("/v1/today")
async def today(request: Http) -> dict[str, Any]:
    """What must leave today, by node."""
    door, _ = door_of(request), bearer_of(request, "network")
    network = door.world.network
    dues = await door.ask(lambda house: days.today(network, house.state, house.now_us()))
    return {"nodes": [{**due._asdict(), "open": due.open, "risk": due.risk} for due in dues]}


@get("/v1/problems")
async def problems(request: Http) -> dict[str, Any]:
    """Everything that is stuck, with age, owner and next action."""
    door, _ = door_of(request), bearer_of(request, "network")
    network = door.world.network
    found = await door.ask(lambda house: days.problems(network, house.state, house.now_us()))
    names = order_names(door.reader, [int(each.name) for each in found if each.kind == "shipment"])
    return {"problems": [{**each._asdict(), "name": names.get(each.name, each.name)} for each in found]}


@post("/v1/keys")
async def make_key(request: Http, data: JSONBody[KeyBody]) -> dict[str, Any]:
    """Make an API key for a seller; it is shown once and kept as a hash."""
    door, _ = door_of(request), bearer_of(request, "admin")
    tenant = door.codes.sellers.get(data.seller)
    if tenant is None:
        raise Problem("unknown_name", f"expected the name of a seller, found '{data.seller}'", field="seller")
    if tenant != OWNER and OWNERS_ONLY & set(data.scopes):
        raise Problem(
            "invalid", f"expected 'orders', 'stock' or 'bills' for a seller's key, found {', '.join(data.scopes)}"
        )
    key, digest = new_key()
    bearer = Bearer(tenant, frozenset(data.scopes), digest, data.name)
    await door.ask(lambda house: house.keep((as_put(bearer, wall_us()),)))
    door.keyring.forget()
    return {"key": key, "id": digest.hex()[:ID_DIGITS], "seller": data.seller, "scopes": sorted(bearer.scopes)}


def rows_of_keys(request: Http) -> list[dict[str, Any]]:
    """All keys, without their hashes' whole."""
    found = door_of(request).reader.side_where(KEYRING, KEYS_MOST)
    return [dict(zip(KEYRING.names, row, strict=True)) for row in found]


@get("/v1/keys")
async def keys(request: Http) -> dict[str, Any]:
    """API keys: whose, for what, since when, revoked when."""
    door, _ = door_of(request), bearer_of(request, "admin")
    sellers = door.world.network.texts.sellers
    told = [
        {
            "id": bytes(row["hash"]).hex()[:ID_DIGITS], "seller": sellers[int(row["tenant"])], "name": row["name"],
            "scopes": str(row["scopes"]).split(), "made_us": row["made_us"], "revoked_us": row["revoked_us"],
        }
        for row in rows_of_keys(request)
    ]  # fmt: skip
    return {"keys": told}


@delete("/v1/keys/{key:str}", status_code=204)
async def revoke(request: Http, key: FromPath[str]) -> None:
    """Revoke a key, by its id."""
    door, _ = door_of(request), bearer_of(request, "admin")
    mine = [row for row in rows_of_keys(request) if bytes(row["hash"]).hex()[:ID_DIGITS] == key]
    if not mine:
        raise Problem("not_found", f"no key '{key}'")
    row = mine[0]
    bearer = Bearer(int(row["tenant"]), frozenset(str(row["scopes"]).split()), bytes(row["hash"]), str(row["name"]))
    await door.ask(lambda house: house.keep((as_put(bearer, int(row["made_us"]), wall_us()),)))
    door.keyring.forget()


@get("/health", opt={"open": True})
async def health(request: Http) -> Json:
    """Whether the house can write, and how many wait; needs no key and tells nothing else."""
    desk = door_of(request).desk
    down = desk.down.is_set() or desk.lost.is_set()
    return Response({"ready": not down, "waiting": desk.waiting}, status_code=503 if down else 200)


ROUTER = Router(path="/", route_handlers=[items, nodes, today, problems, make_key, keys, revoke, health])
