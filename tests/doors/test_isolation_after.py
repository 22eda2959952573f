"""What becomes of a tenant's orders after the door, and what it is billed, is nobody else's: the law of
`test_isolation` on a house that keeps returns, and on one that was served for five weeks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firstbest.world.units import HOUR_US
from tests.books.small_workspace import FILES
from tests.doors.served import served
from tests.doors.test_isolation import ROUTES, Tenants, answered
from tests.doors.test_returns import RETURNS, deliver
from tests.doors.test_service_bills import Billed, billed
from tests.parity.houses import HandClock

AFTER = [(path, method) for path, method in ROUTES if "{order}" in path]
BILLS = ("usage", "invoices", "disputes", "limits", "service-credits", "forecast")
BILLED = [(path, method) for path, method in ROUTES if path.split("/")[2:3] and path.split("/")[2] in BILLS]


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    """The owner's order was delivered, asked about and sent back."""
    with pytest.MonkeyPatch.context() as patch, served_returning(tmp_path_factory.mktemp("after"), patch) as house:
        house.opened.house.wall_us = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        node = deliver(house, "owned-order")
        body = {"reason": "does_not_fit", "lines": [{"line": 0, "quantity": 1}]}
        asked = house.post(f"/v1/orders/owned-order/shipments/{node}/returns", body)
        assert asked.json()["lines"][0]["authorised"], asked.text
        owned = {"order": "owned-order", "node": node, "item": "kettle"}
        yield Tenants(house, owned, {"order": "nobodys-order", "node": node, "item": "kettle"})


def served_returning(folder: Path, patch: pytest.MonkeyPatch) -> Any:
    patch.setitem(FILES, "policies.toml", FILES["policies.toml"] + RETURNS)
    return served(folder)


def state_of(tenants: Tenants) -> str:
    paths = ("/v1/orders/owned-order", "/v1/stock/kettle", f"/v1/returns?node={tenants.owned['node']}&stage=received")
    return json.dumps([tenants.house.get(path).json() for path in paths])


@pytest.mark.parametrize(("path", "method"), AFTER, ids=[f"{method} {path}" for path, method in AFTER])
def test_what_becomes_of_anothers_order_is_not_there(after: Tenants, path: str, method: str) -> None:
    before = state_of(after)
    owned, absent = (answered(after, path, method, names) for names in (after.owned, after.absent))
    assert owned == absent
    assert "owned-" not in owned[1]
    assert owned[0] < 500
    assert state_of(after) == before


def test_there_was_something_to_be_seen(after: Tenants) -> None:
    events = [event["event"] for event in after.house.get("/v1/orders/owned-order").json()["track"]]
    assert {"delivered", "return_authorised"} <= set(events)
    assert len(AFTER) >= 12


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Billed]:
    with billed(tmp_path_factory.mktemp("billed") / "demo") as house:
        assert house.post("/v1/invoices", {"month": "2026-03"}).status_code in (200, 201)
        yield house


def told(house: Billed, method: str, path: str) -> tuple[int, str]:
    """What the guest is told, without the names that he gave."""
    body = {"month": "2026-03", "reason": "r", "answer": "a"} if method == "post" else None
    answer = house.ask(method.upper(), path, body, "guest")
    return answer.status_code, answer.text.replace("nobody", "owner")


@pytest.mark.parametrize(("path", "method"), BILLED, ids=[f"{method} {path}" for path, method in BILLED])
@pytest.mark.parametrize("asking", ["seller", "tenant"])
def test_no_bill_is_told_to_another(month: Billed, path: str, method: str, asking: str) -> None:
    before = month.get("/v1/invoices/2026-03").text
    here = path.replace("{month}", "2026-03").replace("{line}", "999").replace("{number}", "1")
    owners, nobodys = (told(month, method, f"{here}?{asking}={name}") for name in ("owner", "nobody"))
    assert owners == nobodys
    assert owners[0] < 500
    assert month.get("/v1/invoices/2026-03").text == before
    own = month.ask(method.upper(), here, None, "guest").text if method == "get" else ""
    assert owners[0] >= 400 or not own or owners[1] == own, "what is not read as a name changes nothing"
