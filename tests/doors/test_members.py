"""Members by HTTP: a document says who joins, and orders are promised accordingly; without it nobody is a member."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.world.units import DAY_US, HOUR_US
from firstbest.world.words import Service
from tests.books.small_workspace import FILES
from tests.doors.served import Served, served
from tests.parity.houses import HandClock

MEMBERS = """
[members]
on = "yes"
term_days = 3
fee = 5
"""
NEXT = iter(range(1_000))


def service_of(house: Served, **asked: str) -> Service:
    """The service that an order of Ann's is promised."""
    name = f"M{next(NEXT)}"
    assert house.order(name, **asked).status_code in (200, 201)
    facts = house.app.door.facts_of(int(house.opened.house.desk.names.find([(0, name)])[0, name]), "order")
    return Service(int(facts["ordered"][0]["service"]))


def rows(house: Served, fact: str) -> list[Any]:
    return [
        row for tick in house.book.ticks() for block in tick.blocks if block.fact.name == fact for row in block.rows
    ]


def test_who_is_a_member_is_what_the_book_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + MEMBERS)
    with served(tmp_path) as house:
        start = house.opened.house.world.network.calendar.start_us + 9 * HOUR_US
        clock = HandClock(start)
        house.opened.house.wall_us = clock
        assert service_of(house) == Service.STANDARD
        assert service_of(house, service="member") == Service.STANDARD
        body = {"state": "joined", "since_us": start, "until_us": start + 2 * DAY_US, "fee_micros": 7_000_000}
        made = house.ask("PUT", "/v1/members/ann", body)
        assert made.status_code == 201
        assert service_of(house) == Service.MEMBER
        assert service_of(house, service="economy") == Service.ECONOMY
        clock.now_us += 3 * DAY_US
        assert service_of(house) == Service.MEMBER
        tag = made.headers["etag"]
        assert house.ask("PUT", "/v1/members/ann", body | {"state": "lapsed"}, If_Match=tag).status_code == 200
        assert service_of(house) == Service.STANDARD
        clock.now_us += DAY_US
        assert service_of(house) == Service.STANDARD
        assert [int(row["fee"]) for row in rows(house, "member_joined")] == [7_000_000]
        assert [int(row["fee"]) for row in rows(house, "member_renewed")] == [5_000_000]
        assert [int(row["paid"]) for row in rows(house, "member_lapsed")] == [12_000_000]
        assert replay(house.book, worlds_of(house.book)).identical


def test_an_order_says_so_itself_where_no_members_are_kept(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        assert service_of(house, service="member") == Service.MEMBER
        body = {"state": "joined", "since_us": 1, "until_us": 2}
        assert house.ask("PUT", "/v1/members/ann", body).status_code == 201
        assert service_of(house) == Service.STANDARD
        assert not rows(house, "member_joined")
