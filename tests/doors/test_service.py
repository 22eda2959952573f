"""The HTTP door: what clients are answered, what they are refused, and what they never see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firstbest.run.desk import HouseDown
from firstbest.service.access import Rates
from firstbest.service.problems import TITLES
from firstbest.store.book_live import BookFull
from tests.doors.served import Served, served


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as one:
        yield one


def kind(answer: Any) -> str:
    """The kind of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    name = told["type"].removeprefix("/problems/")
    assert TITLES[name] == (told["status"], told["title"])
    return str(name)


def test_a_quote_becomes_an_order_that_executes_just_that(house: Served) -> None:
    basket = {"customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 2}]}
    plans = house.post("/v1/quotes", basket).json()["plans"]
    best = plans[0]
    body = basket | {"order": "Q1", "service": best["service"], "quote": best["quote"]}

    placed = house.post("/v1/orders", body)

    assert [plan["service"] for plan in plans] == sorted(
        (plan["service"] for plan in plans),
        key=lambda name: next(p["deliver_by_us"] for p in plans if p["service"] == name),
    )
    assert placed.status_code == 201
    told = placed.json()
    for part in ("ship_by_us", "deliver_by_us", "journey_cost_micros", "carbon_g", "shipments", "chance_on_time"):
        assert told[part] == best[part], part
    other = house.post("/v1/orders", body | {"order": "Q2", "quote": best["quote"][:-2] + "00"})
    assert kind(other) == "invalid"


def test_an_order_is_looked_up_with_its_track(house: Served) -> None:
    house.order("L1", "towel", quantity=2)
    told = house.get("/v1/orders/L1").json()

    assert (told["order"], told["state"]) == ("L1", "promised")
    assert [event["event"] for event in told["track"]] == ["promised", "planned"]
    assert told["promise"]["shipments"][0]["lines"] == [{"line": 0, "item": "towel", "quantity": 2}]


def test_a_refusal_carries_code_bound_and_remedy(house: Served) -> None:
    told = house.order("R1", "lamp", quantity=500).json()
    whole = house.order("R2", "lamp", quantity=500, fill="all")

    assert told["promised"] is False
    assert {name: told["refused"][0][name] for name in ("code", "bound", "remedy")} == {
        "code": "no_stock", "bound": "every node", "remedy": "more_stock",
    }  # fmt: skip
    assert kind(whole) == "not_whole"
    assert whole.json()["now"]["refused"][0]["remedy"] == "more_stock"
    assert house.get("/v1/orders/R2").status_code == 404


def test_idempotency_keys(house: Served) -> None:
    first = house.order("I1", Idempotency_Key="k-1")
    same = house.order("I1", Idempotency_Key="k-1")
    other = house.order("I1", Idempotency_Key="k-1", quantity=2)
    fresh = house.order("I1", Idempotency_Key="k-2")

    assert (first.status_code, same.status_code) == (201, 200)
    assert first.json() == same.json()
    assert kind(other) == "key_reused"
    assert kind(fresh) == "order_known"


def test_a_dry_run_keeps_nothing(house: Served) -> None:
    body = {"order": "D1", "customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 1}]}
    tried = house.post("/v1/orders?dry_run=true", body)

    assert tried.status_code == 200
    assert tried.json()["promised"] is True
    assert kind(house.get("/v1/orders/D1")) == "not_found"


def test_bulk_answers_each_line(house: Served) -> None:
    good = {"order": "B1", "customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 1}]}
    rows = [good, good | {"order": "B2", "place": "nowhere"}, good]
    body = b"\n".join([*(msgspec.json.encode(row) for row in rows), b'{"order":'])

    answer = house.post("/v1/orders/bulk", body)
    told = [msgspec.json.decode(line) for line in answer.content.splitlines()]

    assert told[0]["lines_promised"] == 1
    assert [row.get("problem") for row in told] == [None, "unknown_name", "order_known", "invalid"]


def test_likely_mistakes_are_told_in_words_that_help(house: Served) -> None:
    sheet = house.post("/v1/orders/bulk", b"order,customer,place,item,quantity\nS1,ann,606,kettle,1")
    rows = house.post("/v1/counts/bulk", b"node,item,quantity")
    nowhere, other = house.get("/v1/order/S1"), house.ask("PUT", "/v1/quotes")

    assert all("Content-Type is text/csv" in msgspec.json.decode(line)["detail"] for line in sheet.content.splitlines())
    assert "Content-Type is text/csv" in rows.json()["detail"]
    assert nowhere.json()["detail"] == "no route is at /v1/order/S1; /docs lists them all"
    assert other.json()["detail"] == "/v1/quotes does not take PUT; /docs says what it takes"


def test_inbound_goods_with_a_discrepancy_move_the_buckets(house: Served) -> None:
    before = house.get("/v1/stock/towel?node=ontario").json()["nodes"][0]
    body = {"inbound": "IN-7", "node": "ontario", "item": "towel", "quantity": 10, "expected_us": 1}
    house.post("/v1/inbound", body)
    announced = house.get("/v1/stock/towel?node=ontario").json()["nodes"][0]
    house.post("/v1/inbound/IN-7/arrived")
    done = house.post("/v1/inbound/IN-7/received", {"quantity": 7}).json()
    after = house.get("/v1/stock/towel?node=ontario").json()["nodes"][0]
    ledger = house.get("/v1/stock/towel/ledger?node=ontario&limit=500").json()["postings"]

    assert announced["inbound_working"] - before["inbound_working"] == 10
    assert (done["state"], done["received"], done["discrepancy"]) == ("received", 7, -3)
    assert after["fulfillable"] - before["fulfillable"] == 7
    assert after["inbound_working"] == before["inbound_working"]
    assert sum(row["quantity"] for row in ledger if row["bucket"] == "fulfillable") == after["fulfillable"]
    assert kind(house.post("/v1/inbound/IN-7/received", {"quantity": 7})) == "wrong_stage"


def test_stock_is_told_as_of_any_instant(house: Served) -> None:
    buckets = house.get("/v1/stock/lamp?node=ontario").json()["nodes"][0]
    now, promised = buckets["fulfillable"], buckets["reserved_order"] + buckets["reserved_processing"]
    counted = house.post("/v1/counts", {"node": "ontario", "item": "lamp", "quantity": now + promised + 5})
    ledger = house.get("/v1/stock/lamp/ledger?node=ontario&limit=500").json()["postings"]
    at = ledger[-1]["at_us"]

    later = house.get(f"/v1/stock/lamp?node=ontario&as_of={at}").json()["nodes"][0]["fulfillable"]
    before = house.get(f"/v1/stock/lamp?node=ontario&as_of={at - 1}").json()["nodes"][0]["fulfillable"]

    assert counted.json()["events"][0]["event"] == "counted"
    assert (later, before) == (now + 5, now)


def test_documents_are_written_under_their_etag(house: Served) -> None:
    body = {"state": "joined", "since_us": 1, "until_us": 2}
    made = house.ask("PUT", "/v1/members/ann", body)
    blind = house.ask("PUT", "/v1/members/ann", body | {"state": "lapsed"})
    stale = house.ask("PUT", "/v1/members/ann", body | {"state": "lapsed"}, If_Match='"7"')
    done = house.ask("PUT", "/v1/members/ann", body | {"state": "lapsed"}, If_Match=made.headers["etag"])
    same = house.get("/v1/members/ann", If_None_Match=done.headers["etag"])

    assert (made.status_code, done.status_code, same.status_code) == (201, 200, 304)
    assert (kind(blind), kind(stale)) == ("precondition", "changed_since")
    assert house.ask("DELETE", "/v1/members/ann").status_code == 204
    assert house.get("/v1/members/ann").status_code == 404


def test_a_contact_belongs_to_an_order(house: Served) -> None:
    house.order("C1")
    body = {"order": "C1", "kind": "complaint", "words": "the lid is dented"}

    assert house.ask("PUT", "/v1/contacts/t-1", body).status_code == 201
    assert house.get("/v1/contacts/t-1").json()["words"] == "the lid is dented"
    assert kind(house.ask("PUT", "/v1/contacts/t-2", body | {"order": "nope"})) == "not_found"


def test_a_guest_sees_and_touches_only_his_own(house: Served) -> None:
    house.order("owned")
    house.order("T1", "lamp", who="guest")
    body = {"inbound": "IN-o", "node": "ontario", "item": "kettle", "quantity": 1, "expected_us": 1}
    house.post("/v1/inbound", body)
    house.ask("PUT", "/v1/members/owned-member", {"state": "joined", "since_us": 1, "until_us": 2})
    tried = [
        house.get("/v1/orders/owned", "guest"),
        house.post("/v1/orders/owned/cancel", None, "guest"),
        house.order("x", "kettle", who="guest"),
        house.get("/v1/stock/kettle", "guest"),
        house.get("/v1/stock/kettle/ledger", "guest"),
        house.get("/v1/inbound/IN-o", "guest"),
        house.post("/v1/inbound", body | {"inbound": "IN-g"}, "guest"),
        house.get("/v1/members/owned-member", "guest"),
        house.ask("DELETE", "/v1/members/owned-member", None, "guest"),
        house.get("/v1/tasks?node=ontario", "guest"),
        house.post("/v1/orders/owned/shipments/allentown/packed", None, "guest"),
        house.post("/v1/inbound/IN-o/received", {"quantity": 1}, "guest"),
        house.post("/v1/counts", {"node": "ontario", "item": "lamp", "quantity": 1}, "guest"),
        house.get("/v1/today", "guest"),
        house.get("/v1/problems", "guest"),
        house.get("/v1/keys", "guest"),
        house.post("/v1/keys", {"name": "x", "seller": "owner", "scopes": ["orders"]}, "guest"),
    ]

    assert {answer.status_code for answer in tried} <= {403, 404, 422}
    assert all("owned" not in answer.json().get("detail", "") or answer.status_code == 404 for answer in tried)
    assert house.get("/v1/orders", "guest").json()["orders"] == ["T1"]
    assert [row["item"] for row in house.get("/v1/items", "guest").json()["items"]] == ["lamp"]
    assert house.get("/v1/members", "guest").json()["members"] == []


def test_keys_are_made_scoped_and_revoked(house: Served) -> None:
    made = house.post("/v1/keys", {"name": "till", "seller": "guest", "scopes": ["orders"]}).json()
    house.keys["till"] = made["key"]

    assert house.get("/v1/orders", "till").status_code == 200
    assert kind(house.get("/v1/stock/lamp", "till")) == "not_allowed"
    assert house.ask("DELETE", f"/v1/keys/{made['id']}").status_code == 204
    assert kind(house.get("/v1/orders", "till")) == "no_key"
    assert made["key"] not in house.get("/v1/keys").text
    assert kind(house.get("/v1/orders", "")) == "no_key"


def test_no_secret_is_kept_in_the_book(house: Served, tmp_path: Path) -> None:
    house.book.backup(tmp_path / "copy.sqlite")
    kept = (tmp_path / "copy.sqlite").read_bytes()

    for key in house.keys.values():
        assert key.encode() not in kept
        assert key.removeprefix("fb_").encode() not in kept


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"{", "invalid"),
        (b'{"order":"x","customer":"c","place":"606","lines":[]}', "invalid"),
        (b'{"order":"x","customer":"c","place":"606","lines":[{"item":"kettle","quantity":0}]}', "invalid"),
        (b'{"order":"x\\u0000","customer":"c","place":"606","lines":[{"item":"kettle","quantity":1}]}', "invalid"),
        (b'{"order":"x","customer":"c","place":"606","lines":[{"item":"kettle","quantity":1}],"more":1}', "invalid"),
        (b'{"order":"x","customer":"c","place":"606","lines":[{"item":"kettle","quantity":1e400}]}', "invalid"),
        (b"[" * 100_000, "invalid"),
        (b'{"order":"' + b"x" * 100_000 + b'"}', "invalid"),
    ],
)
def test_malformed_bodies_are_refused_in_words(house: Served, body: bytes, wanted: str) -> None:
    assert kind(house.post("/v1/orders", body)) == wanted


def test_a_body_over_the_limit_is_refused(house: Served) -> None:
    assert kind(house.post("/v1/orders", b" " * 4_000_001)) == "too_large"


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path, Rates(rate=1, burst=3)) as house:
        answers = [house.get("/v1/orders") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert kind(answers[-1]) == "too_many"
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[0].headers["ratelimit-remaining"] == "2"


def test_a_full_disk_is_told_and_got_over(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        book, tried = house.book, []
        seal = book.seal

        def full(*_: Any) -> None:
            book.seal = seal  # type: ignore[method-assign]
            raise BookFull("no room is left")

        book.seal = full  # type: ignore[method-assign,assignment]
        tried.append(house.order("F1", Idempotency_Key="f"))
        while house.desk.down.is_set():
            pass
        again = house.order("F1", Idempotency_Key="f")

    assert kind(tried[0]) == "down"
    assert tried[0].headers["retry-after"]
    assert again.status_code == 201


def test_hours_of_a_day_that_is_none_are_refused(house: Served) -> None:
    worked = {"node": "ontario", "process": "pick", "shift": 0, "paid_min": 1}
    for day in ("2026-02-30", "0000-01-01", "1970-01-01"):
        assert kind(house.post("/v1/hours", worked | {"day": day})) == "invalid"


def test_a_closing_house_refuses_instead_of_hanging(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        house.desk.close()
        with pytest.raises(HouseDown):
            house.desk.asked(lambda house: house.now_us())
        assert kind(house.order("Z1")) == "down"


def test_every_route_is_in_the_description_and_asks_for_a_key(house: Served) -> None:
    told = house.client.get("/openapi.json").json()

    assert told["openapi"].startswith("3.1")
    assert len(told["paths"]) >= 25
    for path, ways in told["paths"].items():
        for method, way in ways.items():
            assert way.get("description") or way.get("summary"), path
            filled = path.replace("{order}", "x").replace("{node}", "ontario").replace("{cargo}", "1")
            filled = filled.replace("{item}", "kettle").replace("{inbound}", "x").replace("{member}", "x")
            filled = filled.replace("{contact}", "x").replace("{key}", "x").replace("{webhook}", "x")
            filled = filled.replace("{line}", "1").replace("{number}", "1")
            if path != "/health":
                answer = house.client.request(method.upper(), filled, json={})
                assert answer.status_code in (400, 401), (path, answer.text)
