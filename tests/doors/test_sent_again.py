"""A lost parcel live: the house sends it again under a name of its own, or pays back what it cannot send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.store.sides import OUTBOX
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US
from tests.books.small_workspace import FILES
from tests.doors.served import Served, served
from tests.parity.houses import HandClock

ON = """
[care]
on = "yes"
make_good = "send_again"
"""
PRICE = 30_000_000


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A house that sends again, at nine in the morning of its first day."""
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + ON)
    with served(tmp_path) as house:
        house.opened.house.wall_us = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        yield house


def clock_of(house: Served) -> HandClock:
    clock = house.opened.house.wall_us
    assert isinstance(clock, HandClock)
    return clock


def track(house: Served, name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = house.get(f"/v1/orders/{name}").json()["track"]
    return events


def until(house: Served, path: str, body: Any = None) -> None:
    """Report again every hour until it can be."""
    for _ in range(24 * 8):
        answer = house.post(path, body)
        if answer.status_code == 200:
            return
        clock_of(house).now_us += HOUR_US
    raise AssertionError(answer.text)


def bring(house: Served, name: str, quantity: int, outcome: str) -> None:
    """Do the work of an order that was placed, up to how its journey ends."""
    node = next(event["node"] for event in track(house, name) if event["event"] == "planned")
    shipment = f"/v1/orders/{name}/shipments/{node}"
    until(house, f"{shipment}/picked", {"lines": [{"line": 0, "quantity": quantity}]})
    until(house, f"{shipment}/packed")
    until(house, f"{shipment}/delivered", {"outcome": outcome})


def place(house: Served, name: str, quantity: int = 2) -> None:
    line = {"item": "kettle", "quantity": quantity, "price_micros": PRICE}
    body = {"order": name, "customer": "ann", "place": "606", "lines": [line]}
    assert house.post("/v1/orders", body).status_code == 201


def next_morning(house: Served) -> None:
    """Go to where the night's settling has just been, before anybody is at work."""
    clock = clock_of(house)
    clock.now_us += DAY_US - (clock.now_us - house.opened.house.world.network.calendar.midnight_us[0, 0]) % DAY_US
    clock.now_us += 4 * HOUR_US + 20 * MINUTE_US
    house.get("/v1/tasks?node=allentown")


def told(house: Served, name: str) -> list[tuple[str, int]]:
    """What was made good of an order: (event, money)."""
    names = ("sent_again", "made_good", "replacement_ended")
    return [(event["event"], event["amount_micros"]) for event in track(house, name) if event["event"] in names]


def test_what_was_lost_is_sent_again_and_what_is_lost_twice_is_paid_back(house: Served) -> None:
    place(house, "A-1")
    bring(house, "A-1", 2, "lost")
    next_morning(house)

    assert told(house, "A-1") == [("sent_again", 2 * PRICE)]
    assert track(house, "A-1~2")[0]["event"] == "promised"
    assert [event["again"] for event in track(house, "A-1") if event["event"] == "sent_again"] == ["A-1~2"]
    assert house.get("/v1/orders/A-1~2", who="guest").status_code == 404, "it belongs to whom the order belongs to"
    bring(house, "A-1~2", 2, "lost")
    next_morning(house)

    assert told(house, "A-1~2") == [("made_good", 2 * PRICE)], "what is lost twice is paid back"
    assert told(house, "A-1") == [("sent_again", 2 * PRICE), ("replacement_ended", 0)], "all of it had left"
    assert house.get("/v1/orders/A-1~3").status_code == 404
    assert replay(house.book, worlds_of(house.book)).identical


def test_who_listens_is_told_by_which_order_it_is_sent_again(house: Served) -> None:
    house.app.door.private_hooks = True
    assert house.post("/v1/webhooks", {"url": "http://127.0.0.1:9/hook"}).status_code == 201
    place(house, "A-4")
    bring(house, "A-4", 2, "lost")
    next_morning(house)

    body = OUTBOX.names.index("body")
    told = [row[body]["data"] for row in house.book.reader().side_where(OUTBOX, 500)]
    assert [(each["order"], each["again"]) for each in told if each["event"] == "sent_again"] == [("A-4", "A-4~2")]
    assert [each["event"] for each in told if each["order"] == "A-4~2"][:2] == ["promised", "planned"]


def test_a_replacement_that_comes_short_is_paid_back_for_the_rest(house: Served) -> None:
    place(house, "A-2")
    place(house, "A-2~2", 1)
    bring(house, "A-2", 2, "damaged")
    next_morning(house)
    assert told(house, "A-2") == [("sent_again", 2 * PRICE)]
    name = "A-2~3"
    assert track(house, name), "a name that somebody gave before is passed over"
    assert house.post(f"/v1/orders/{name}/cancel").json()["granted"]
    next_morning(house)

    assert told(house, "A-2") == [("sent_again", 2 * PRICE), ("replacement_ended", 2 * PRICE)]
    assert replay(house.book, worlds_of(house.book)).identical


def test_what_is_out_of_stock_is_paid_back(house: Served) -> None:
    place(house, "A-3")
    bring(house, "A-3", 2, "lost")
    for node in ("allentown", "ontario"):
        house.post("/v1/counts", {"node": node, "item": "kettle", "quantity": 0})
    next_morning(house)

    assert told(house, "A-3") == [("made_good", 2 * PRICE)]
    assert replay(house.book, worlds_of(house.book)).identical
