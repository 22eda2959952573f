"""A kit by HTTP: its order comes apart, its parts are picked as lines, it is put together, and it returns in parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.world.units import HOUR_US
from tests.books.small_workspace import FILES
from tests.doors.served import served
from tests.parity.houses import HandClock

ON = """
[kits]
on = "yes"
"""


def test_a_kit_is_promised_and_picked_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + ON)
    with served(tmp_path) as house:
        clock = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        house.opened.house.wall_us = clock
        lines = [{"item": "kettle", "quantity": 2, "price_micros": 30_000_001}, {"item": "towel", "quantity": 1}]
        body = {"order": "K1", "customer": "ann", "place": "606", "lines": lines}
        plan = house.post("/v1/orders", body).json()
        assert plan["kits"] == [{"line": 0, "item": "kettle", "quantity": 2, "price_micros": 30_000_001, "lines": [0]}]
        (shipment,) = plan["shipments"]
        assert [(line["line"], line["item"], line["quantity"]) for line in shipment["lines"]] == [
            (0, "towel", 4), (1, "towel", 1),
        ]  # fmt: skip
        assert plan["value_micros"] == 4 * 15_000_000
        path = f"/v1/orders/K1/shipments/{shipment['node']}/picked"
        for _ in range(24 * 6):
            picked = house.post(path, {"lines": [{"line": 0, "quantity": 4}, {"line": 1, "quantity": 1}]})
            if picked.status_code == 200:
                break
            clock.now_us += HOUR_US
        assert picked.status_code == 200, picked.text
        facts = [block for tick in house.book.ticks() for block in tick.blocks if block.fact.name == "assembled"]
        assert [(int(row["kits"]), int(row["item"])) for block in facts for row in block.rows] == [(2, 0)]
        assert replay(house.book, worlds_of(house.book)).identical


def test_a_kit_that_is_not_there_whole_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + ON)
    monkeypatch.setitem(FILES, "kits.csv", "kit,item,units\nkettle,towel,1000\n")
    with served(tmp_path) as house:
        plan = house.order("K2", quantity=1_000).json()
    assert not plan["promised"]
    assert [refused["item"] for refused in plan["refused"]] == ["towel"]


@pytest.mark.parametrize(("whole", "sent"), [("yes", 2), ("no", 3)])
def test_a_part_short_at_the_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: str, sent: int) -> None:
    """Of four towels for two kettles three are there: two go, and one is put back, where kits are sent whole."""
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + ON)
    monkeypatch.setitem(FILES, "kits.csv", f"kit,item,units,whole\nkettle,towel,2,{whole}\n")
    with served(tmp_path) as house:
        clock = HandClock(house.opened.house.world.network.calendar.start_us + 9 * HOUR_US)
        house.opened.house.wall_us = clock
        (shipment,) = house.order("K3", quantity=2).json()["shipments"]
        shelf = f"/v1/stock/towel?node={shipment['node']}"
        before = house.get(shelf).json()["nodes"][0]["fulfillable"] + 4
        path = f"/v1/orders/K3/shipments/{shipment['node']}/picked"
        for _ in range(24 * 6):
            picked = house.post(path, {"lines": [{"line": 0, "quantity": 3}]})
            if picked.status_code == 200:
                break
            clock.now_us += HOUR_US
        assert picked.status_code == 200, picked.text
        rows = [row for tick in house.book.ticks() for block in tick.blocks for row in block.rows
                if block.fact.name == "picked"]  # fmt: skip
        assert [(int(row["quantity"]), int(row["short"]), int(row["written_off"])) for row in rows] == [
            (sent, 4 - sent, 1)
        ]
        cancelled = [int(row["quantity"]) for tick in house.book.ticks() for block in tick.blocks
                     for row in block.rows if block.fact.name == "cancelled"]  # fmt: skip
        assert cancelled == [4 - sent]
        after = house.get(shelf).json()["nodes"][0]
        assert (after["fulfillable"], after["outside_customer"]) == (before - sent - 1, sent)
        assert replay(house.book, worlds_of(house.book)).identical
