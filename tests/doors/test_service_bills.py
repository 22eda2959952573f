"""Bills over HTTP, on a house that was served for five weeks: what each tenant sees, and what it is refused."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from litestar.testing import TestClient

from firstbest.rent.meters import METER_CODES
from firstbest.run.desk import Desk, Limits
from firstbest.run.house import House
from firstbest.run.open import Opened, worlds_of
from firstbest.service.app import make_app
from firstbest.service.bills import Bills
from firstbest.service.door import Door
from firstbest.service.keyring import SCOPES, Bearer, as_put, new_key
from firstbest.service.problems import Problem
from firstbest.service.quick import Quick
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from tests.books.live_month import FIRST_DAY, lived
from tests.doors.served import Served
from tests.parity.houses import HandClock

EVENT = {
    "source": "gateway", "id": "e-1", "tenant": "guest", "meter": "api_calls", "at": "2026-03-20T10:00:00Z",
    "quantity": 4_000,
}  # fmt: skip
HOLDERS = (("owner", 0, SCOPES), ("guest", 1, ("orders", "stock", "bills")), ("till", 1, ("orders",)))
NOW_US = (FIRST_DAY + 34) * 86_400_000_000 + 16 * 3_600_000_000
"""Noon of the fifth Sunday in New York, 5 April 2026."""


class Billed(Served):
    """A served house with a billing desk."""

    bills: Bills
    folder: Path

    def kind(self, answer: Any) -> str:
        return str(answer.json()["type"].removeprefix("/problems/"))


@contextmanager
def billed(folder: Path) -> Iterator[Billed]:
    """The house of five weeks, served again."""
    (folder / ".firstbest").mkdir(parents=True)
    path = folder / ".firstbest" / "book.sqlite"
    lived(folder, str(path), NOW_US).close()
    book = open_book(path, Settings(full_sync=False))
    assert book.claim("test", "")
    clock = HandClock(NOW_US)
    opened = Opened(House(worlds_of(book), book, clock), False, [])
    keys = {}
    for name, tenant, scopes in HOLDERS:
        keys[name], digest = new_key()
        opened.house.keep((as_put(Bearer(tenant, frozenset(scopes), digest, name), 1),))
    desk = Desk(opened.house, Limits(gather_s=0.0005))
    reader, bills = book.reader(), Bills(folder, book.reader, clock)
    try:
        app = Quick(make_app(Door(desk, reader), None, None, bills))
        with TestClient(app) as client:
            made = Billed(app, client, opened, keys)
            made.bills, made.folder = bills, folder
            yield made
    finally:
        bills.close()
        desk.close()
        reader.close()
        book.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Billed]:
    with billed(tmp_path_factory.mktemp("bills") / "demo") as one:
        one.post("/v1/usage", ndjson(EVENT))
        one.first = one.post("/v1/invoices", {"month": "2026-03"})  # type: ignore[attr-defined]
        yield one


def ndjson(*events: dict[str, Any]) -> bytes:
    return b"\n".join(map(msgspec.json.encode, events))


def test_a_month_is_closed_and_reconciles(house: Billed) -> None:
    told = house.first.json()  # type: ignore[attr-defined]
    again = house.post("/v1/invoices", {"month": "2026-03"}).json()
    early = house.post("/v1/invoices", {"month": "2031-01"})

    assert [each["tenant"] for each in told["invoices"]] == ["owner", "guest"]
    assert told["difference_micros"] == 0
    assert again == told
    assert house.kind(early) == "conflict"
    assert "expected one that is over in the book" in early.json()["detail"]


def test_an_invoice_is_data_paper_and_a_workbook(house: Billed) -> None:
    told = house.get("/v1/invoices/2026-03", "guest").json()
    paper = house.get("/v1/invoices/2026-03/pdf", "guest")
    sheet = house.get("/v1/invoices/2026-03/workbook", "guest")
    rows = openpyxl.load_workbook(io.BytesIO(sheet.content))["Invoice"]

    assert told["total_micros"] == sum(line["amount_micros"] for line in told["lines"])
    assert {line["charge"] for line in told["lines"]} >= {"storage", "units", "calls"}
    assert paper.content.startswith(b"%PDF")
    assert 'filename="2026-03.pdf"' in paper.headers["content-disposition"]
    assert str(rows["A1"].value) == "Invoice 2026-03/guest"


def test_a_line_is_walked_back_to_its_events(house: Billed) -> None:
    lines = house.get("/v1/invoices/2026-03", "guest").json()["lines"]
    calls = next(line["line"] for line in lines if line["charge"] == "calls")
    units = next(line["line"] for line in lines if line["charge"] == "units")
    told = house.get(f"/v1/invoices/2026-03/lines/{calls}", "guest").json()
    orders = house.get(f"/v1/invoices/2026-03/lines/{units}?limit=3", "guest").json()

    assert [event["about"] for event in told["events"]] == ["event e-1 of gateway"]
    assert len(orders["events"]) == 3
    assert all("item lamp" in event["about"] for event in orders["events"])
    assert house.get("/v1/invoices/2026-03/lines/99", "guest").status_code == 404


def test_events_count_once_and_all_or_none(house: Billed) -> None:
    late = EVENT | {"id": "e-2", "at": "2026-03-30T10:00:00Z", "quantity": 7}
    first = house.post("/v1/usage", ndjson(late))
    again = house.post("/v1/usage", ndjson(late, late))
    changed = house.post("/v1/usage", ndjson(late | {"quantity": 8}, EVENT | {"id": "e-3"}))
    wrong = house.post("/v1/usage", ndjson(
        EVENT | {"id": "a", "meter": "api_cals"}, EVENT | {"id": "b", "quantity": -1},
        EVENT | {"id": "c", "at": "2060-01-01T00:00:00Z"}, EVENT | {"id": "d", "tenant": "gest"},
    ) + b"\nnot json")  # fmt: skip
    none = house.post("/v1/usage", ndjson(EVENT | {"id": "e-3"}))

    assert first.json() == {"counted": 1, "repeated": 0}
    assert again.json() == {"counted": 0, "repeated": 2}
    assert house.kind(changed) == "invalid"
    assert len(wrong.json()["faults"]) == 5
    assert "api_calls" in wrong.json()["faults"][0]
    assert none.json() == {"counted": 1, "repeated": 0}, "nothing of a request with faults may have been kept"


def test_the_running_month_is_told_and_forecast(house: Billed) -> None:
    used = house.get("/v1/usage", "guest").json()
    ahead = house.get("/v1/forecast", "guest").json()
    promised = house.get("/v1/service-credits", "guest").json()

    assert used["month"] == ahead["month"] == promised["month"]
    assert ahead["low_micros"] <= ahead["at_the_end_micros"] <= ahead["high_micros"]
    assert ahead["at_the_end_micros"] >= ahead["by_now_micros"]
    assert promised["promises_due"] >= promised["promises_kept"]
    assert all(each["amount_micros"] < 0 for each in promised["given"])


def test_a_line_is_contested_once_and_the_owner_answers(house: Billed) -> None:
    lines = house.get("/v1/invoices/2026-03", "guest").json()["lines"]
    place = next(line["line"] for line in lines if line["charge"] == "units")
    body = {"reason": "counted twice", "claim_micros": 1_000_000}
    made = house.post(f"/v1/invoices/2026-03/lines/{place}/dispute", body, "guest")
    number = made.json()["dispute"]
    twice = house.post(f"/v1/invoices/2026-03/lines/{place}/dispute", {"reason": "again"}, "guest")
    theirs = house.post(f"/v1/disputes/{number}/answer", {"state": "accepted"}, "guest")
    done = house.post(f"/v1/disputes/{number}/answer", {"state": "accepted", "granted_micros": 400_000})
    late = house.post(f"/v1/disputes/{number}/withdraw", None, "guest")

    assert made.status_code == 201, made.text
    assert made.json()["line"] == f"2026-03/guest/{place}"
    assert house.kind(twice) == "conflict"
    assert "closed" in twice.json()["detail"]
    assert house.kind(theirs) == "not_allowed"
    assert (done.json()["state"], done.json()["granted_micros"]) == ("accepted", 400_000)
    assert house.kind(late) == "conflict"
    assert number in [each["dispute"] for each in house.get("/v1/disputes").json()["disputes"]]


def test_a_tenant_sees_its_own_bills_and_nothing_else(house: Billed) -> None:
    """Every route, asked by a guest about the owner; and by a key that is not for bills."""
    mine = house.post("/v1/invoices/2026-03/lines/1/dispute", {"reason": "the owner's own"})
    number = mine.json()["dispute"]
    reads = ("usage", "forecast", "invoices", "invoices/2026-03", "invoices/2026-03/pdf", "invoices/2026-03/workbook",
             "invoices/2026-03/lines/1", "disputes", "service-credits", "limits")  # fmt: skip
    peeked = [house.get(f"/v1/{path}?seller=owner", "guest") for path in reads]
    peeked += [
        house.post("/v1/invoices/2026-03/lines/2/dispute?seller=owner", {"reason": "x"}, "guest"),
        house.post(f"/v1/disputes/{number}/answer", {"state": "rejected"}, "guest"),
        house.post("/v1/usage", ndjson(EVENT | {"id": "own"}), "guest"),
        house.post("/v1/invoices", {"month": "2026-03"}, "guest"),
    ]
    foreign = house.post(f"/v1/disputes/{number}/withdraw", None, "guest")
    till = [house.get(f"/v1/{path}", "till") for path in reads]
    own = [house.get(f"/v1/{path}", "guest") for path in reads]

    assert {answer.status_code for answer in peeked} == {403}
    assert foreign.status_code == 404
    assert {answer.status_code for answer in till} == {403}
    assert {answer.status_code for answer in own} == {200}
    texts = [answer.text for answer in own if "json" in answer.headers["content-type"]]
    assert all("owner" not in text.replace("the owner", "") and "kettle" not in text for text in texts)
    assert house.get("/v1/invoices/2026-03?seller=guest").json()["tenant"] == "guest"


def test_quotas_and_credit_limits_refuse_with_code_bound_and_remedy(house: Billed) -> None:
    """Limits are read from limits.toml; calls are counted on between two looks at the book, orders need credit."""
    quota = '[[quota]]\ntenant = "guest"\nmeter = "api_calls"\nmost = 2000000000\n'
    text = quota + '[[credit]]\ntenant = "guest"\nmost = 0.01\n'
    (house.folder / "limits.toml").write_text(text, encoding="utf-8")
    # More calls than the sales that are held for the guest will pay.
    house.post("/v1/usage", ndjson(EVENT | {"id": "many", "at": "2026-04-02T10:00:00Z", "quantity": 10**9}))
    told = house.get("/v1/limits", "guest").json()
    order = house.order("credit-1", "lamp", who="guest")
    tried = house.order("credit-2", "lamp", who="guest", fill="all")
    dry = house.post("/v1/orders?dry_run=true", order_body("credit-3"), "guest")
    owners = house.order("credit-4", "kettle")
    guard = house.bills.guard
    guard.quantity[1, METER_CODES["api_calls"]] = 1_999_999_999
    last, over = house.get("/v1/orders", "guest"), house.get("/v1/orders", "guest")
    (house.folder / "limits.toml").write_text(text.replace("guest", "gest"), encoding="utf-8")
    faulty, held = house.get("/v1/limits").json(), house.get("/v1/orders", "guest").status_code
    (house.folder / "limits.toml").unlink()
    house.get("/v1/limits")
    free = house.get("/v1/orders", "guest").status_code

    assert told["quotas"][0]["most"] == 2_000_000_000
    assert told["credit_micros"] == 10_000
    assert told["owed_micros"] > 10_000
    assert {house.kind(each) for each in (order, tried)} == {"over_credit"}
    assert order.json()["remedy"] == "pay_or_higher_credit_limit"
    assert "owed" in order.json()["bound"]
    assert dry.status_code == 200
    assert owners.status_code == 201
    assert (last.status_code, over.status_code) == (200, 429)
    assert over.json()["code"] == "over_quota"
    assert over.json()["remedy"] == "next_month_or_higher_quota"
    assert len(faulty["faults"]) == 2
    assert "nearest: 'guest'" in faulty["faults"][0]
    assert (held, free) == (429, 200)


def order_body(name: str) -> dict[str, Any]:
    return {"order": name, "customer": "ann", "place": "606", "lines": [{"item": "lamp", "quantity": 1}]}


def test_calls_become_usage_and_are_not_lost_when_the_desk_closes(tmp_path: Path) -> None:
    with billed(tmp_path / "demo") as house:
        for _ in range(5):
            house.get("/v1/stock/lamp", "guest")
        house.bills.forget()
        before = house.get("/v1/usage", "guest").json()["meters"]
        house.get("/v1/stock/lamp", "guest")
        house.bills._pool.submit(house.bills._put_away).result()
        house.bills.forget()
        after = house.get("/v1/usage", "guest").json()["meters"]

    calls = [next(each for each in meters if each["meter"] == "api_calls") for meters in (before, after)]
    assert calls[0]["quantity"] == 6
    assert calls[1]["quantity"] == 8
    assert calls[1]["events"] > calls[0]["events"]


def test_a_desk_with_too_many_questions_says_so(house: Billed) -> None:
    house.bills._waiting = 50
    try:
        with pytest.raises(Problem, match="wait for the billing desk"):
            asyncio.run(house.bills.ask(lambda _house, _book: None))
    finally:
        house.bills._waiting = 0
