"""The short way of orders answers as the framework does: the same status, headers and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest
from litestar.testing import TestClient

from firstbest.service import quick
from tests.doors.served import Served, served

GOOD = {"order": "S1", "customer": "ann", "place": "606", "lines": [{"item": "kettle", "quantity": 1}]}
JSON = {"Content-Type": "application/json"}


class Both(NamedTuple):
    """A house, and a client that goes the long way."""

    house: Served
    long: TestClient[Any]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with served(tmp_path_factory.mktemp("quick")) as house:
        yield Both(house, TestClient(house.app.app, raise_server_exceptions=False))


def told(client: TestClient[Any], body: bytes, headers: dict[str, str], query: str = "") -> tuple[Any, ...]:
    """What a client is answered, but for how many requests are left."""
    answer = client.request("POST", f"/v1/orders{query}", content=body, headers=headers)
    told = dict(answer.headers)
    left = told.pop("ratelimit-remaining", None)
    return answer.status_code, told, answer.content, left is None


def test_orders_are_answered_alike(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[str] = []
    placed = quick.order_placed

    async def counted(*given: Any) -> Any:
        ways.append("short")
        return await placed(*given)

    monkeypatch.setattr(quick, "order_placed", counted)
    several = [{"item": name, "quantity": 2} for name in ("towel", "kettle")]
    dear, too_many = {"item": "towel", "quantity": 3, "price_micros": 7}, {"item": "lamp", "quantity": 900_000}
    variants = (
        {},
        {"service": "economy"},
        {"fill": "all"},
        {"lines": [dear]},
        {"lines": [too_many]},
        {"lines": several},
    )
    for number, more in enumerate(variants):
        body = msgspec.json.encode(GOOD | {"order": f"A{number}"} | more)
        headers = JSON | {"Authorization": f"Bearer {both.house.keys['owner']}", "Idempotency-Key": f"a{number}"}
        first = told(both.house.client, body, headers)
        short, long = told(both.house.client, body, headers), told(both.long, body, headers)
        assert first[0] == 201, first
        assert short == long
        assert (short[0], short[2]) == (200, first[2])
    assert len(ways) == 2 * len(variants)


REFUSED: tuple[tuple[str, Any, dict[str, str], str], ...] = (
    ("no key", GOOD, {"Authorization": ""}, ""),
    ("another scheme", GOOD, {"Authorization": "Basic abc"}, ""),
    ("unknown key", GOOD, {"Authorization": "Bearer fb_nobody"}, ""),
    ("not for orders", GOOD, {"who": "stocker"}, ""),
    ("another's item", GOOD | {"lines": [{"item": "kettle", "quantity": 1}]}, {"who": "guest"}, ""),
    ("no such place", GOOD | {"place": "nowhere"}, {}, ""),
    ("no such item", GOOD | {"lines": [{"item": "nothing", "quantity": 1}]}, {}, ""),
    ("known order", GOOD | {"order": "K0"}, {}, ""),
    ("key with another body", GOOD | {"order": "A9"}, {"Idempotency-Key": "k0"}, ""),
    ("key too long", GOOD, {"Idempotency-Key": "k" * 256}, ""),
    ("not whole", GOOD | {"fill": "all", "lines": [{"item": "lamp", "quantity": 900_000}]}, {}, ""),
    ("made-up quote", GOOD | {"quote": "00" * 40}, {}, ""),
    ("no quote", GOOD | {"quote": "x"}, {}, ""),
    ("none", GOOD | {"lines": []}, {}, ""),
    ("no units", GOOD | {"lines": [{"item": "kettle", "quantity": 0}]}, {}, ""),
    ("unknown field", GOOD | {"colour": "red"}, {}, ""),
    ("missing field", {"order": "S2"}, {}, ""),
    ("control character", GOOD | {"order": "a\nb"}, {}, ""),
    ("not JSON", b"{", {}, ""),
    ("nothing", b"", {}, ""),
    ("a list", [], {}, ""),
    ("not text", b"\xff\xfe", {}, ""),
    ("nested", b"[" * 20_000, {}, ""),
    ("nested in a field", b'{"order":' + b"[" * 20_000, {}, ""),
    ("too large", b" " * 5_000_000, {}, ""),
    ("another media", GOOD | {"order": "K0"}, {"Content-Type": "text/plain"}, ""),
    ("wrong query", GOOD, {}, "?dry_run=perhaps"),
)


@pytest.mark.parametrize(("given", "more", "query"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_refusals_are_told_alike(both: Both, given: Any, more: dict[str, str], query: str) -> None:
    body = given if isinstance(given, bytes) else msgspec.json.encode(given)
    headers = JSON | {"Authorization": f"Bearer {both.house.keys[more.get('who', 'owner')]}"}
    headers |= {name: value for name, value in more.items() if name != "who"}
    both.house.order("K0", Idempotency_Key="k0", service="standard")

    short, long = told(both.house.client, body, headers, query), told(both.long, body, headers, query)

    assert short == long
    assert 400 <= short[0] < 500, short


def test_a_fault_of_ours_is_told_alike(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(type(both.house.app.door), "lines", broken)
    headers = JSON | {"Authorization": f"Bearer {both.house.keys['owner']}"}
    body = msgspec.json.encode(GOOD)

    short, long = told(both.house.client, body, headers), told(both.long, body, headers)

    assert short == long
    assert short[0] == 500
    assert b"ZeroDivision" not in short[2]
