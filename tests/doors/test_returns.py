"""Returns by HTTP: an order is sent, delivered, asked back, received, inspected, and its units stand on the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.world.units import DAY_US, HOUR_US
from tests.books.small_workspace import FILES
from tests.doors.served import Served, served
from tests.parity.houses import HandClock

RETURNS = """
[returns]
on = "yes"
keep_below = 1
window_days = 5
"""


def deliver(house: Served, name: str, quantity: int = 2) -> str:
    """Place an order, do the floor's work of it, and deliver it; answers its node."""
    line = {"item": "kettle", "quantity": quantity, "price_micros": 30_000_000}
    body = {"order": name, "customer": "ann", "place": "606", "lines": [line]}
    assert house.post("/v1/orders", body).status_code == 201
    clock = house.opened.house.wall_us
    assert isinstance(clock, HandClock)
    node = next(event["node"] for event in track(house, name) if event["event"] == "planned")
    shipment = f"/v1/orders/{name}/shipments/{node}"
    for report, body in (("picked", {"lines": [{"line": 0, "quantity": quantity}]}), ("packed", None)):
        for _ in range(24 * 6):
            answer = house.post(f"{shipment}/{report}", body)
            if answer.status_code == 200:
                break
            clock.now_us += HOUR_US
        assert answer.status_code == 200, answer.text
    for _ in range(24 * 6):
        clock.now_us += HOUR_US
        answer = house.post(f"{shipment}/delivered", {})
        if answer.status_code == 200:
            return node
    raise AssertionError(answer.text)


def track(house: Served, name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = house.get(f"/v1/orders/{name}").json()["track"]
    return events


def test_a_return_goes_from_the_door_to_the_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + RETURNS)
    with served(tmp_path) as house:
        clock = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        house.opened.house.wall_us = clock
        node = deliver(house, "R1")
        path = f"/v1/orders/R1/shipments/{node}/returns"
        body = {"reason": "does_not_fit", "lines": [{"line": 0, "quantity": 1}]}

        asked = house.post(path, body).json()["lines"]
        again = house.post(path, body).json()["lines"]
        missing = house.post(path, {"reason": "damaged", "lines": [{"line": 7, "quantity": 1}]})

        assert [line["authorised"] for line in asked] == [True]
        assert [(line["authorised"], line["why"]) for line in again] == [(False, "on_its_way")]
        assert missing.status_code == 422
        to = asked[0]["to_node"]
        clock.now_us += DAY_US
        assert (
            house.post(
                "/v1/orders/R1/inspected", {"lines": [{"line": 0, "quantity": 1, "grade": "sellable"}]}
            ).status_code
            == 409
        )
        assert house.post("/v1/orders/R1/returned", {"lines": [{"line": 0, "quantity": 1}]}).status_code == 200
        waiting = house.get(f"/v1/returns?node={to}&stage=received").json()["returns"]
        assert [(row["order"], row["item"], row["quantity"]) for row in waiting] == [("R1", "kettle", 1)]
        looked = house.post("/v1/orders/R1/inspected", {"lines": [{"line": 0, "quantity": 1, "grade": "sellable"}]})
        assert [refund["when"] for refund in looked.json()["refunds"]] == ["inspected"]
        clock.now_us += DAY_US
        house.get(f"/v1/returns?node={to}&stage=received")
        told = [event["event"] for event in track(house, "R1")]
        assert told[-5:] == ["return_refused", "returned", "inspected", "refunded", "restocked"], told
        clock.now_us += 6 * DAY_US
        house.post(
            "/v1/orders",
            {"order": "late", "customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 1}]},
        )
        over = house.post(path, body).json()["lines"]
        assert [line["why"] for line in over] == ["not_delivered"]
        assert replay(house.book, worlds_of(house.book)).identical


def test_where_returns_are_off_it_is_said(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        answer = house.get("/v1/returns?node=allentown")
    assert answer.status_code == 409
    assert "policies.toml" in answer.json()["detail"]
