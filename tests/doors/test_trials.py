"""Small versions of `python -m benchmarks trials`: what a running house withstands, over HTTP but in one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from firstbest.run.desk import Limits
from firstbest.run.open import wall_us, worlds_of
from firstbest.run.replay import replay
from firstbest.store.book_open import open_book
from firstbest.store.book_verify import unlike_refold
from firstbest.world.units import DAY_US, HOUR_US
from tests.books.postgres_server import postgres_url
from tests.books.small_workspace import FILES
from tests.doors.served import Served, served
from tests.parity.houses import HandClock

__all__ = ["postgres_url"]
TRIES = 50


def whole(house: Served) -> bool:
    """The log decides to the same bytes again, and the tables are what its facts come to."""
    house.desk.close()  # a book is one thread's
    phases = worlds_of(house.book)
    return replay(house.book, phases).identical and not unlike_refold(house.book, phases[0].world.network)


def persist(house: Served, name: str) -> tuple[int, list[int]]:
    """Order with a key until it is answered: how it was at last, and how it was refused before."""
    refused: list[int] = []
    for _ in range(TRIES):
        answer = house.order(name, Idempotency_Key=name)
        if answer.status_code in (200, 201):
            return answer.status_code, refused
        assert answer.headers["retry-after"].isdigit(), answer.text
        refused.append(answer.status_code)
        while house.desk.down.is_set():
            pass  # the writer is at it
    raise AssertionError(refused)


def test_a_database_that_dies_loses_nothing(tmp_path: Path, postgres_url: str) -> None:
    with served(tmp_path, where=postgres_url) as house:
        assert house.order("before").status_code == 201
        for turn in range(3):
            with psycopg.connect(postgres_url, autocommit=True) as other:
                ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                other.execute(f"{ended} AND datname = current_database()")
            status, refused = persist(house, f"during-{turn}")
            assert set(refused) <= {503}
            assert status in (200, 201)
        refused_once = house.get("/v1/orders/before")
        assert refused_once.status_code in (200, 503), refused_once.text
        assert house.get("/v1/orders/before").json()["state"] == "promised"
        assert house.get("/v1/orders/during-2").json()["state"] == "promised"
        assert whole(house)


def test_a_clock_that_is_set_back_takes_no_instant_back(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        clock = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        house.opened.house.wall_us = clock
        for number, hours in enumerate((0, 30, -26, 1, 40, -50)):
            clock.now_us += hours * HOUR_US
            assert house.order(f"o{number}").status_code == 201
            assert house.get(f"/v1/orders/o{number}").status_code == 200
        instants = [each.tick.at for each in house.book.ticks()]
        assert instants == sorted(instants)
        assert whole(house)


def test_a_report_that_came_too_early_does_its_work_when_it_comes_again(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        clock = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        house.opened.house.wall_us = clock
        node = house.order("o1").json()["shipments"][0]["node"]
        shipment = f"/v1/orders/o1/shipments/{node}"
        body = {"lines": [{"line": 0, "quantity": 1}]}
        early = house.post(f"{shipment}/packed", Idempotency_Key="p2")
        assert (early.status_code, early.json()["type"]) == (409, "/problems/wrong_stage")
        assert house.post(f"{shipment}/packed", Idempotency_Key="p2").status_code == 409
        while house.post(f"{shipment}/picked", body, Idempotency_Key="p1").status_code == 409:
            clock.now_us += HOUR_US
        first, again = (house.post(f"{shipment}/packed", Idempotency_Key="p2") for _ in range(2))
        assert (first.status_code, first.json()) == (200, again.json())
        assert [event["event"] for event in first.json()["events"]] == ["packed"]
        assert house.post(f"{shipment}/packed", Idempotency_Key="p3").status_code == 409
        assert whole(house)


def test_what_is_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    with served(tmp_path, limits=Limits(gather_s=0.0005, tick_most=4, queue_most=8)) as house:
        rows = b"\n".join(b'{"order":"b%d","customer":"c","place":"606","lines":[{"item":"kettle","quantity":1}]}' % n
                          for n in range(64))  # fmt: skip
        answer = house.post("/v1/orders/bulk", rows)
        assert answer.status_code == 200
        assert house.desk.waiting == 0
        assert house.order("after").status_code == 201


def held(house: Served, name: str) -> Any:
    return house.get(f"/v1/orders/{name}").json()["state"]


def test_orders_are_held_let_go_and_cancelled_in_bulk(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        for number in range(4):
            assert house.order(f"o{number}").status_code == 201
        kept = house.post("/v1/orders/bulk/hold", b'{"order":"o0"}\n{"order":"o1"}\n{"order":"none"}\nnot json')
        rows = [line for line in kept.text.splitlines() if line]
        assert kept.status_code == 200
        assert ['"held":true' in row for row in rows] == [True, True, False, False]
        assert '"problem":"not_found"' in rows[2]
        again = house.ask("POST", "/v1/orders/bulk/hold", b"order\no1\no2\n", Content_Type="text/csv").text.splitlines()
        assert ['"problem":"conflict"' in row for row in again] == [True, False]
        assert [held(house, f"o{n}") for n in range(4)] == ["held", "held", "held", "promised"]
        assert '"held":false' in house.post("/v1/orders/bulk/release", b'{"order":"o0"}').text
        gone = house.post("/v1/orders/bulk/cancel", b'{"order":"o1"}\n{"order":"o3"}').text
        assert gone.count('"granted":true') >= 2
        assert [held(house, f"o{n}") for n in range(4)] == ["promised", "closed", "held", "closed"]
        theirs = house.post("/v1/orders/bulk/cancel", b'{"order":"o2"}', who="guest")
        assert '"problem":"not_found"' in theirs.text
        assert whole(house)


def test_a_held_order_lapses_after_the_days_that_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + "\n[holds]\nlapse_days = 2\n")
    with served(tmp_path) as house:
        clock = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        house.opened.house.wall_us = clock
        late = house.order("kept", hold=True).json()["ship_by_us"]
        house.order("going", hold=True)
        clock.now_us = late + 2 * DAY_US - HOUR_US
        assert held(house, "kept") == "held"
        house.post("/v1/orders/going/release")
        clock.now_us += 3 * HOUR_US
        house.order("another")  # time passes when somebody asks
        assert held(house, "kept") == "closed"
        assert held(house, "going") != "closed"
        cancelled = [each for each in house.get("/v1/orders/kept").json()["track"] if each["event"] == "cancelled"]
        assert len(cancelled) == 1
        assert whole(house)


def test_a_book_that_was_served_under_another_clock_is_read_by_this_one(tmp_path: Path) -> None:
    """The clock was three days ahead when the last tick was sealed: nothing is sealed before it."""
    with served(tmp_path) as house:
        house.opened.house.wall_us = HandClock(wall_us() + 3 * DAY_US)
        house.order("ahead")
        house.opened.house.wall_us = wall_us
        assert house.order("behind").status_code == 201
    with open_book(tmp_path / "book.sqlite") as book:
        instants = [each.tick.at for each in book.ticks()]
    assert instants == sorted(instants)
