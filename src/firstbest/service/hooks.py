"""Routes of webhooks: where a tenant's messages go, with which secret; two while they rotate."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from firstbest.outside.webhooks import Refused, address_of, parts_of, shown_secret
from firstbest.run.house import House
from firstbest.run.open import wall_us
from firstbest.service.access import Http, bearer_of, door_of
from firstbest.service.problems import Problem
from firstbest.store.beside import SidePut
from firstbest.store.sides import HOOK

SECRET_BYTES: Final = 32
HOOKS_MOST: Final = 20
"""Hooks of one tenant."""
ENDED: Final = 1


class HookBody(Struct, forbid_unknown_fields=True):
    """Where messages go."""

    url: Annotated[str, Meta(min_length=8, max_length=2_000)]


def row_of(values: dict[str, Any]) -> SidePut:
    """A hook as a row."""
    return SidePut(HOOK, [tuple(values[name] for name in HOOK.names)])


def mine(request: Http, tenant: int) -> list[dict[str, Any]]:
    """Hooks of a tenant that are in force."""
    rows = door_of(request).reader.side_where(HOOK, HOOKS_MOST + 1, tenant=tenant, state=0)
    return [dict(zip(HOOK.names, row, strict=True)) for row in rows]


@post("/v1/webhooks")
async def add(request: Http, data: JSONBody[HookBody]) -> dict[str, Any]:
    """Add a webhook: events of the tenant's orders are posted there, signed. The secret is shown once."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    try:
        address_of(parts_of(data.url), private=door.private_hooks)
    except Refused as refused:
        raise Problem("invalid", str(refused), field="url") from None
    if len(mine(request, bearer.tenant)) >= HOOKS_MOST:
        raise Problem("conflict", f"expected {HOOKS_MOST} webhooks or fewer")
    secret, number = secrets.token_bytes(SECRET_BYTES), secrets.randbits(62)
    values = {
        "id": number, "tenant": bearer.tenant, "url": data.url, "secret": secret, "secret_old": b"", "state": 0,
        "made_us": wall_us(),
    }  # fmt: skip
    await door.ask(lambda house: kept(house, row_of(values)))
    return {"webhook": f"{number:x}", "url": data.url, "secret": shown_secret(secret)}


def kept(house: House, put: SidePut) -> None:
    """Keep a hook, and let messages be composed for it."""
    house.keep((put,))
    house.hooks_changed()


@get("/v1/webhooks")
async def listed(request: Http) -> dict[str, Any]:
    """Webhooks of the tenant's."""
    bearer = bearer_of(request, "orders")
    rows = mine(request, bearer.tenant)
    told = [{"webhook": f"{row['id']:x}", "url": row["url"], "rotating": bool(row["secret_old"])} for row in rows]
    return {"webhooks": told}


def found(request: Http, tenant: int, webhook: str) -> dict[str, Any]:
    """One hook of the tenant's."""
    for row in mine(request, tenant):
        if f"{row['id']:x}" == webhook:
            return row
    raise Problem("not_found", f"no webhook '{webhook}' of yours")


@post("/v1/webhooks/{webhook:str}/rotate", status_code=200)
async def rotate(request: Http, webhook: FromPath[str]) -> dict[str, Any]:
    """A new secret; messages are signed with both until the next rotation, which ends the old one."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    row = found(request, bearer.tenant, webhook)
    secret = secrets.token_bytes(SECRET_BYTES)
    put = row_of(row | {"secret": secret, "secret_old": row["secret"]})
    await door.ask(lambda house: kept(house, put))
    return {"webhook": webhook, "secret": shown_secret(secret)}


@delete("/v1/webhooks/{webhook:str}", status_code=204)
async def end(request: Http, webhook: FromPath[str]) -> None:
    """End a webhook; what still waits for it is dropped."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    put = row_of(found(request, bearer.tenant, webhook) | {"state": ENDED})
    await door.ask(lambda house: kept(house, put))


ROUTER = Router(path="/", route_handlers=[add, listed, rotate, end])
