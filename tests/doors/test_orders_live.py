"""Orders as their sellers meet them: plans to choose from, held and let go, waiting for stock, told in parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.world.units import DAY_US, HOUR_US
from tests.doors.served import Served, served


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("shop")) as found:
        assert found.post("/v1/counts", {"node": "ontario", "item": "kettle", "quantity": 40}).status_code == 200
        yield found


BASKET = {"customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 1}]}


def plans(shop: Served, **other: Any) -> list[dict[str, Any]]:
    answer = shop.post("/v1/quotes", {**BASKET, "service": "standard", **other})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["plans"]
    return found


def test_a_quote_offers_what_else_the_same_decision_would_do(shop: Served) -> None:
    found = plans(shop, alternatives=5)
    assert len(found) > 1
    assert sum(plan["choice"]["of_the_house"] for plan in found) == 1
    best = next(plan for plan in found if plan["choice"]["of_the_house"])
    ways = {tuple((each["node"], each["carrier"]) for each in plan["shipments"]) for plan in found}
    assert len(ways) == len(found)
    for plan in found:
        journeys = sum(each["micros"] for each in plan["price_lines"] if each["what"] == "journey")
        assert journeys == plan["journey_cost_micros"]
        if plan is not best:
            ((what, name),) = plan["choice"]["without"].items()
            assert all(each[what] != name for each in plan["shipments"])
            assert plan["choice"]["costs_more_micros"] == plan["journey_cost_micros"] - best["journey_cost_micros"]
    assert len(plans(shop, alternatives=0)) == 1


def test_an_order_executes_the_alternative_that_was_quoted(shop: Served) -> None:
    other = next(plan for plan in plans(shop, alternatives=2) if not plan["choice"]["of_the_house"])
    answer = shop.order("alt-1", quote=other["quote"])

    assert answer.status_code == 201, answer.text
    kept = ("node", "carrier", "cartons", "ship_by_us", "deliver_by_us", "journey_cost_micros")
    assert [[each[name] for name in kept] for each in answer.json()["shipments"]] == [
        [each[name] for name in kept] for each in other["shipments"]
    ]
    assert replay(shop.book, worlds_of(shop.book)).identical


def test_a_quote_that_no_longer_holds_says_what_changed(shop: Served) -> None:
    plan = next(plan for plan in plans(shop, alternatives=0) if plan["promised"])
    answer = shop.order("changed-1", quote=plan["quote"], quantity=2)

    assert answer.status_code == 409
    assert {each["what"] for each in answer.json()["changed"]} >= {"units"}
    assert answer.json()["now"]["promised"]


def test_an_order_is_held_and_goes_on(shop: Served) -> None:
    assert shop.order("held-1", hold=True).status_code == 201
    assert shop.get("/v1/orders/held-1").json()["state"] == "held"
    assert shop.post("/v1/orders/held-1/hold").status_code == 409
    answer = shop.post("/v1/orders/held-1/release").json()
    assert not answer["held"]
    assert [each["node"] for each in answer["shipments"]]
    assert shop.get("/v1/orders/held-1").json()["state"] == "promised"
    assert shop.post("/v1/orders/held-1/release").status_code == 409
    assert shop.post("/v1/orders/held-1/hold").json()["held"]
    assert shop.post("/v1/orders/held-1/cancel").json()["granted"]
    assert shop.get("/v1/orders/held-1").json()["state"] == "closed"
    assert shop.post("/v1/orders/held-1/hold", who="guest").status_code == 404


def test_lines_without_stock_wait_and_can_be_cancelled(shop: Served) -> None:
    until = 2 * 10**15
    lines = [{"item": "kettle", "quantity": 1}, {"item": "kettle", "quantity": 900_000}]
    answer = shop.order("wait-1", lines=lines, fill="rest_waits", wait_until_us=until).json()
    assert (answer["lines_promised"], answer["lines_waiting"]) == (1, 1)
    assert answer["waiting"][0]["until_us"] == until
    whole = shop.order("wait-2", lines=lines, fill="whole_waits", wait_until_us=until).json()
    assert (whole["lines_promised"], whole["lines_waiting"], whole["shipments"]) == (0, 2, [])
    assert shop.get("/v1/orders/wait-2").json()["state"] == "waits_for_stock"
    told = shop.post("/v1/orders/wait-2/cancel").json()
    assert told["granted"]
    assert len(told["lines"]) == 2
    assert shop.order("wait-3", lines=lines, fill="whole_waits").status_code == 400
    refused = shop.order("wait-4", lines=lines, fill="available").json()
    assert len(refused["refused"]) == 1


def test_what_waits_is_sent_when_there_is_stock(tmp_path: Path) -> None:
    with served(tmp_path) as shop:
        house = shop.opened.house
        free = int(house.state.tables["stock"].rows["on_hand"].sum())
        lines = [{"item": "kettle", "quantity": free + 5}]
        until = house.now_us() + 5 * DAY_US
        assert shop.order("later", lines=lines, fill="rest_waits", wait_until_us=until).json()["lines_waiting"] == 1
        counted = shop.post("/v1/counts", {"node": "allentown", "item": "kettle", "quantity": free + 50})
        assert counted.status_code == 200
        clock = house.wall_us
        shop.desk.asked(lambda found: setattr(found, "wall_us", lambda: clock() + 40 * HOUR_US))
        shop.desk.asked(lambda found: found.pass_time())

        told = shop.get("/v1/orders/later").json()
        assert "stock_found" in {each["event"] for each in told["track"]}
        assert told["shipments"]
        assert replay(shop.book, worlds_of(shop.book)).identical


def csv(shop: Served, route: str, text: str) -> list[dict[str, Any]]:
    answer = shop.ask("POST", route, text.encode(), content_type="text/csv")
    assert answer.status_code == 200, answer.text
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


def test_orders_as_csv_tell_each_wrong_row_and_keep_the_others(shop: Served) -> None:
    told = csv(
        shop,
        "/v1/orders/bulk",
        "order,customer,place,item,quantity\n"
        "C1,ann,606,kettle,1\n"
        "C1,,,towel,2\n"
        "C2,ann,606,kettle,none\n"
        "C3,ann,606,kettle,1,more\n"
        "C4,ann,nowhere,kettle,1\n"
        "C2,,,towel,1\n"
        ",ann,606,kettle,1\n"
        "C5,ann,606,towel,1\n",
    )
    by_row = {row: each for each in told for row in each.get("rows", [each.get("row")])}
    assert by_row[2]["order"] == by_row[3]["order"] == "C1"
    assert (by_row[4]["column"], by_row[4]["problem"]) == ("quantity", "invalid")
    assert "cells" in by_row[5]["detail"]
    assert (by_row[6]["problem"], by_row[6]["column"]) == ("unknown_name", "place")
    assert "row 4 is wrong" in by_row[7]["detail"]
    assert by_row[8]["column"] == "order"
    assert by_row[9]["lines_promised"] == 1
    assert len(shop.get("/v1/orders/C1").json()["promise"]["shipments"][0]["lines"]) == 2
    assert shop.get("/v1/orders/C2").status_code == 404


def test_goods_and_counts_in_bulk(shop: Served) -> None:
    head = "inbound,node,item,quantity,expected_us\n"
    told = csv(shop, "/v1/inbound/bulk", head + "I1,ontario,towel,10,1\nI2,nowhere,towel,10,1\nI3,ontario,towel,x,1\n")
    assert [each.get("state") for each in told] == ["announced", None, None]
    assert [each.get("column") for each in told] == [None, "node", "quantity"]
    assert shop.get("/v1/inbound/I1").json()["quantity"] == 10
    body = b'{"node": "ontario", "item": "towel", "quantity": 77}\n{"node": "ontario"}\nnothing\n'
    lines = shop.post("/v1/counts/bulk", body).content.splitlines()
    counted = [msgspec.json.decode(line) for line in lines]
    assert "changed" in counted[0]
    assert [each.get("row") for each in counted] == [1, 2, 3]
    assert counted[1]["column"] == "item"


@pytest.mark.parametrize("text", ["", "order,order\n", 'order\n"broken', "\xff\n"])
def test_a_body_that_is_no_csv_is_refused_whole(shop: Served, text: str) -> None:
    answer = shop.ask("POST", "/v1/orders/bulk", text.encode("latin-1"), content_type="text/csv")
    assert answer.status_code == 400, answer.text


def test_contacts_are_found_by_their_order(shop: Served) -> None:
    shop.order("talk-1")
    about = {"order": "talk-1", "kind": "complaint", "words": "too late"}
    assert shop.ask("PUT", "/v1/contacts/k1", about).status_code == 201
    assert shop.get("/v1/orders/talk-1").json()["contacts"] == [{"id": "k1", "kind": "complaint", "state": "open"}]
    assert [each["id"] for each in shop.get("/v1/contacts?order=talk-1").json()["contacts"]] == ["k1"]
    assert shop.ask("DELETE", "/v1/contacts/k1").status_code == 204
    assert shop.get("/v1/orders/talk-1").json()["contacts"] == []


def test_a_proof_of_delivery_stands_beside_the_fact_and_is_erased(tmp_path: Path) -> None:
    with served(tmp_path) as shop:
        shop.order("door-1")
        node = shop.get("/v1/orders/door-1").json()["shipments"][0]["node"]
        path = f"/v1/orders/door-1/shipments/{node}"
        house = shop.opened.house
        proof = {"received_by": "J. Doe", "handed_over": "neighbour", "note": "at no. 12", "picture": "store/42.jpg"}
        for _ in range(24):
            later = house.now_us() + 4 * HOUR_US
            shop.desk.asked(lambda found, at=later: setattr(found, "wall_us", lambda: at))
            shop.desk.asked(lambda found: found.pass_time())
            shop.post(f"{path}/picked", {"lines": [{"line": 0, "quantity": 1}]})
            shop.post(f"{path}/packed")
            answer = shop.post(f"{path}/delivered", proof)
            if answer.status_code == 200:
                break
        assert answer.status_code == 200, answer.text
        told = shop.get(f"{path}/proof").json()
        assert {name: told[name] for name in proof} == proof
        assert shop.get(f"{path}/proof", who="guest").status_code == 404
        assert shop.ask("DELETE", f"{path}/proof").status_code == 204
        assert shop.get(f"{path}/proof").status_code == 404
        assert shop.get("/v1/orders/door-1").json()["state"] == "completed"
