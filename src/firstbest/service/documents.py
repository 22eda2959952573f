"""Routes of members, contacts and complaints: documents with an ETag, written under If-Match."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response, Router, delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from firstbest.operate.members import AT_ONCE, FEE_TOLD
from firstbest.run.documents import Document, Stale, erase, find, keep, of_order, page
from firstbest.run.requests import Request
from firstbest.service.access import Http, Json, bearer_of, door_of
from firstbest.service.bodies import Instant, Micros, Name
from firstbest.service.door import Door
from firstbest.service.keyring import Bearer
from firstbest.service.orders import code_of
from firstbest.service.problems import Problem
from firstbest.world.words import Kind

PAGE_MOST: Final = 200
Words = Annotated[str, Meta(max_length=4_000)]


class MemberBody(Struct, forbid_unknown_fields=True):
    """A customer's membership: joined, renewed or lapsed, and until when he is promised what members are.

    Where the house keeps members (`[members]` of policies.toml), his orders from now on are promised accordingly.
    """

    state: Literal["joined", "renewed", "lapsed"]
    since_us: Instant
    until_us: Instant
    fee_micros: Micros = 0


class ContactBody(Struct, forbid_unknown_fields=True):
    """A contact about an order; complaints are what the weekly review reads as anecdotes."""

    order: Name
    kind: Literal["question", "complaint", "praise"]
    words: Words
    state: Literal["open", "answered", "closed"] = "open"
    answer: Words = ""


def told(document: Document, status: int) -> Json:
    """A document with its ETag."""
    body = {"id": document.id, "updated_us": document.updated_us, **document.body}
    return Response(body, status_code=status, headers={"ETag": f'"{document.version}"'})


def expected_of(request: Http, known: Document | None) -> int:
    """The version that the client means to change; a document that is there needs If-Match."""
    given = request.headers.get("if-match")
    if given is None:
        if known is not None:
            raise Problem("precondition", f'expected If-Match with the ETag read last, e.g. "{known.version}"')
        return 0
    try:
        return int(given.strip().removeprefix("W/").strip('"'))
    except ValueError:
        raise Problem("changed_since", f"expected an ETag of ours in If-Match, found {given}") from None


async def write(request: Http, kind: str, name: str, data: MemberBody | ContactBody) -> Json:
    """Write a document of the tenant's; the order that it is about, if there is one, must be there."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    if isinstance(data, ContactBody):
        code_of(door, bearer, data.order)
    told_house = membership(door, bearer, name, data) if isinstance(data, MemberBody) else None
    known = find(door.reader, kind, bearer.tenant, name)
    expected = expected_of(request, known)
    document = Document(kind, bearer.tenant, name, 0, 0, msgspec.to_builtins(data))
    try:
        kept = await door.ask(lambda house: keep(house, document, expected, told_house))
    except Stale as stale:
        raise Problem("changed_since", f"it is at version {stale.version} by now; read it again") from None
    return told(kept, 201 if expected == 0 else 200)


def membership(door: Door, bearer: Bearer, name: str, data: MemberBody) -> Request | None:
    """What a member's document says to the house, where it keeps members; the name is the one that orders give."""
    if door.world.network.detail.members is None:
        return None
    customer = door.customer(bearer, name)
    if data.state == "lapsed":
        return Request(Kind.LEAVE, bearer.tenant, customer=customer, flag=AT_ONCE)
    return Request(
        Kind.JOIN, bearer.tenant, customer=customer, expected=data.until_us, quantity=data.fee_micros, flag=FEE_TOLD
    )


def read(request: Http, kind: str, name: str) -> Response[Any]:
    """Read a document of the tenant's."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    found = find(door.reader, kind, bearer.tenant, name)
    if found is None:
        raise Problem("not_found", f"no {kind} '{name}' of yours")
    if request.headers.get("if-none-match", "").strip('"') == str(found.version):
        return Response(None, status_code=304, headers={"ETag": f'"{found.version}"'})
    return told(found, 200)


def listed(request: Http, kind: str, after: str | None, limit: int) -> dict[str, Any]:
    """Documents of the tenant's, a page at a time."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    start = str(door.open_token(after, "after")) if after else None
    found = page(door.reader, kind, bearer.tenant, start, limit)
    last = door.seal_token(found[-1].id) if len(found) == limit else None
    return {kind + "s": [{"id": each.id, **each.body} for each in found], "next": last}


async def gone(request: Http, kind: str, name: str) -> None:
    """Erase a document of the tenant's."""
    door, bearer = door_of(request), bearer_of(request, "orders")
    if not await door.ask(lambda house: erase(house, kind, bearer.tenant, name)):
        raise Problem("not_found", f"no {kind} '{name}' of yours")


After = Annotated[str | None, QueryParameter(max_length=2_000)]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MOST)]


@put("/v1/members/{member:str}")
async def put_member(request: Http, member: FromPath[str], data: JSONBody[MemberBody]) -> Json:
    """Join, renew or lapse a member."""
    return await write(request, "member", named(member), data)


@get("/v1/members/{member:str}")
async def get_member(request: Http, member: FromPath[str]) -> Json:
    """A member."""
    return read(request, "member", named(member))


@get("/v1/members")
async def members(request: Http, after: After = None, limit: Limit = 50) -> dict[str, Any]:
    """Members of the tenant's, by name."""
    return listed(request, "member", after, limit)


@delete("/v1/members/{member:str}", status_code=204)
async def erase_member(request: Http, member: FromPath[str]) -> None:
    """Erase a member: what facts hold of him is a number that says nothing any more."""
    await gone(request, "member", named(member))


@put("/v1/contacts/{contact:str}")
async def put_contact(request: Http, contact: FromPath[str], data: JSONBody[ContactBody]) -> Json:
    """A question, complaint or praise about an order, and what was answered."""
    return await write(request, "contact", named(contact), data)


@get("/v1/contacts/{contact:str}")
async def get_contact(request: Http, contact: FromPath[str]) -> Json:
    """A contact."""
    return read(request, "contact", named(contact))


@get("/v1/contacts")
async def contacts(
    request: Http,
    after: After = None,
    limit: Limit = 50,
    order: Annotated[str | None, QueryParameter(max_length=64, description="about this order")] = None,
) -> dict[str, Any]:
    """Contacts of the tenant's, by name; all, or those about an order."""
    if order is not None:
        door, bearer = door_of(request), bearer_of(request, "orders")
        code_of(door, bearer, order)
        found = of_order(door.reader, bearer.tenant, order, limit)
        return {"contacts": [{"id": each.id, **each.body} for each in found], "next": None}
    return listed(request, "contact", after, limit)


@delete("/v1/contacts/{contact:str}", status_code=204)
async def erase_contact(request: Http, contact: FromPath[str]) -> None:
    """Erase a contact."""
    await gone(request, "contact", named(contact))


def named(name: str) -> str:
    """A name in a path, bounded as in a body."""
    try:
        return msgspec.convert(name, Name)
    except msgspec.ValidationError as wrong:
        raise Problem("invalid", str(wrong)) from None


ROUTER = Router(
    path="/",
    route_handlers=[
        put_member, get_member, members, erase_member, put_contact, get_contact, contacts, erase_contact,
    ],
)  # fmt: skip
