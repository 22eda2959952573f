"""No route tells a tenant anything of another's, or touches it: each is asked with the other's names, and with none's.

The routes come from the description that the service gives of itself, so a new one cannot be forgotten: a parameter or
a body that is not known here fails. The law: what is another's is answered just as what is not there at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import msgspec
import pytest

from firstbest.service.app import make_app
from tests.doors.served import Served, served

PATHS = make_app(cast("Any", None)).openapi_schema.to_schema()["paths"]
ROUTES = sorted((path, method) for path, ways in PATHS.items() for method in ways)
ROW = {"customer": "c", "place": "606"}
BODIES: dict[str, Any] = {
    "ReceivedBody": {"quantity": 1},
    "ChangeBody": {"name": "x.toml", "text": "", "decision": "d", "by": "me"},
    "RevertBody": {"name": "x.toml"},
    "ContactBody": {"order": "{order}", "kind": "question", "words": "?"},
    "CountBody": {"node": "ontario", "item": "{item}", "quantity": 1},
    "WorkedBody": {"node": "ontario", "process": "pick", "day": "2026-01-05", "shift": 0, "paid_min": 1},
    "InboundBody": {"inbound": "{inbound}", "node": "ontario", "item": "{item}", "quantity": 1, "expected_us": 1},
    "KeyBody": {"name": "k", "seller": "{seller}", "scopes": ["orders"]},
    "MemberBody": {"state": "joined", "since_us": 0, "until_us": 1},
    "OrderBody": ROW | {"order": "{order}", "lines": [{"item": "{item}", "quantity": 1}]},
    "QuoteBody": ROW | {"lines": [{"item": "{item}", "quantity": 1}]},
    "PickedBody": {"lines": [{"line": 0, "quantity": 1}]},
    "DeliveredBody": {},
    "RehearsalBody": {},
    "HookBody": {"url": "ftp://nowhere"},
    "WonderBody": {"reason": "where_is_it"},
    "ClaimBody": {"paid_micros": 1},
    "ReturnBody": {"reason": "does_not_fit", "lines": [{"line": 0, "quantity": 1}]},
    "CameBody": {"lines": [{"line": 0, "quantity": 1}]},
    "InspectedBody": {"lines": [{"line": 0, "quantity": 1, "grade": "sellable"}]},
    # What a tenant is billed is tried in test_service_bills, on a house that has been served for long enough.
    "AnswerBody": {},
    "MonthBody": {},
    "DisputeBody": {},
}
BULKS: dict[str, Any] = {
    "/v1/orders/bulk": BODIES["OrderBody"],
    "/v1/orders/bulk/cancel": {"order": "{order}"},
    "/v1/orders/bulk/hold": {"order": "{order}"},
    "/v1/orders/bulk/release": {"order": "{order}"},
    "/v1/inbound/bulk": BODIES["InboundBody"],
    "/v1/counts/bulk": BODIES["CountBody"],
    "/v1/usage": {"source": "s", "id": "e", "tenant": "{seller}", "meter": "api_calls", "quantity": 1},
}
"""A row of each route that takes NDJSON."""


class Tenants(NamedTuple):
    """A house in which the owner has one of everything, and the names of it."""

    house: Served
    owned: dict[str, str]
    absent: dict[str, str]


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    with served(tmp_path_factory.mktemp("isolation")) as house:
        house.app.door.private_hooks = True
        house.order("owned-order")
        goods = {"inbound": "owned-inbound", "node": "ontario", "item": "towel", "quantity": 5, "expected_us": 1}
        house.post("/v1/inbound", goods)
        member = {"state": "joined", "since_us": 0, "until_us": 1}
        house.ask("PUT", "/v1/members/owned-member", member)
        contact = {"order": "owned-order", "kind": "question", "words": "where is owned-order"}
        house.ask("PUT", "/v1/contacts/owned-contact", contact)
        hook = house.post("/v1/webhooks", {"url": "http://127.0.0.1:9/owned-hook"}).json()
        key = house.get("/v1/keys").json()["keys"][0]
        owned = {
            "order": "owned-order", "inbound": "owned-inbound", "member": "owned-member", "contact": "owned-contact",
            "item": "towel", "node": "ontario", "cargo": "1", "key": str(key["id"]), "webhook": str(hook["webhook"]),
            "name": "owned-rehearsal", "seller": "owner", "month": "2026-01", "line": "1", "number": "1",
        }  # fmt: skip
        absent = {name: f"nobodys-{name}" for name in owned} | {
            "cargo": "999999",
            "webhook": "fffff",
            "line": "2",
            "number": "2",
        }
        yield Tenants(house, owned, absent | {"node": "ontario", "key": "f" * len(owned["key"])})


def filled(template: Any, names: dict[str, str]) -> Any:
    """A template with its names put in."""
    if isinstance(template, str):
        return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], template)
    if isinstance(template, dict):
        return {key: filled(value, names) for key, value in template.items()}
    return [filled(each, names) for each in template] if isinstance(template, list) else template


def answered(tenants: Tenants, path: str, method: str, names: dict[str, str]) -> tuple[int, str]:
    """What the guest is told, with the names taken out again."""
    body = msgspec.json.encode(filled(BULKS[path], names)) if path in BULKS and method == "post" else None
    if "requestBody" in PATHS[path][method]:
        ((media, content),) = PATHS[path][method]["requestBody"]["content"].items()
        assert media == "application/json"
        body = filled(BODIES[content["schema"]["$ref"].rsplit("/", 1)[1]], names)
    answer = tenants.house.ask(method.upper(), filled(path, names), body, "guest", If_Match='"1"')
    text = answer.text
    for name, value in names.items():
        text = text.replace(f"'{value}'", f"'{name}'").replace(f'"{value}"', f'"{name}"')
    return answer.status_code, re.sub(r'"(updated_us|at_us|number)":\d+', "", text)


def everything(house: Served) -> dict[str, Any]:
    """All that the owner has."""
    paths = (
        "orders/owned-order",
        "inbound/owned-inbound",
        "members",
        "contacts",
        "webhooks",
        "keys",
        "items",
        "stock/towel",
    )
    return {path: house.get(f"/v1/{path}").json() for path in paths}


@pytest.mark.parametrize(("path", "method"), ROUTES, ids=[f"{method} {path}" for path, method in ROUTES])
def test_what_is_anothers_is_answered_as_what_is_not_there(tenants: Tenants, path: str, method: str) -> None:
    before = everything(tenants.house)

    owned = answered(tenants, path, method, tenants.owned)
    absent = answered(tenants, path, method, tenants.absent)

    assert owned == absent
    assert "owned-" not in owned[1]
    assert owned[0] != 500
    assert everything(tenants.house) == before


def test_every_route_of_many_rows_is_asked_with_rows() -> None:
    many = {path for path, method in ROUTES if method == "post" and "/bulk" in path}
    assert many <= BULKS.keys()


def test_the_owner_can_do_what_the_guest_could_not(tenants: Tenants) -> None:
    """Else the law above would hold of a house that answers nobody."""
    kept = everything(tenants.house)

    assert kept["orders/owned-order"]["order"] == "owned-order"
    assert all(kept[path] and "type" not in kept[path] for path in kept), kept
