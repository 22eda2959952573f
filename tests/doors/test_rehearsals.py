"""Rehearsals from now: through the HTTP door, and on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firstbest.present.comparison import Estimate
from firstbest.present.from_live import Lived, Outlook, outlook_screen, worse
from firstbest.service.forking import Ask, begin, rehearsed
from firstbest.store.faults import WorkspaceFaulty
from tests.doors.served import Served, served

CHANGE = """
title = "a dearer split"
note = "to see"

[[operation]]
kind = "policy"
key = "sourcing.split_penalty"
value = 3
"""


def seen(house: Served, name: str) -> dict[str, Any]:
    """The answer to a rehearsal that has ended."""
    house.app.app.state["rehearsals"].known[name].process.join(120)
    answer: dict[str, Any] = house.get(f"/v1/rehearsals/{name}").json()
    return answer


def test_a_rehearsal_runs_beside_the_service_and_is_looked_up(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        house.order("F1")
        asked = house.post("/v1/rehearsals", {"hours": 12, "replications": 2})
        second = house.post("/v1/rehearsals", {"hours": 12, "change": {"name": "bad.toml", "text": "title = 1"}})
        third = house.post("/v1/rehearsals", {})
        placed = house.order("F2")
        guest = house.post("/v1/rehearsals", {}, "guest")
        nowhere = house.get("/v1/rehearsals/none")
        done, refused = (seen(house, each.json()["rehearsal"]) for each in (asked, second))

    assert (asked.status_code, third.status_code, guest.status_code, nowhere.status_code) == (202, 503, 403, 404)
    assert third.headers["retry-after"]
    assert asked.headers["location"].endswith(asked.json()["rehearsal"])
    assert placed.status_code == 201, "serving goes on"
    assert done["state"] == "done"
    assert done["result"]["open_orders"] in (1, 2), "the state is that of the moment at which the process reads it"
    assert done["result"]["rehearsals"] == 2
    assert refused["state"] == "refused"
    assert any("bad.toml" in fault for fault in refused["result"])


def test_a_change_is_rehearsed_on_the_same_random_numbers(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        for number in range(5):
            house.order(f"G{number}")
        reader = house.book.reader()
        ask = Ask(6, 2, "split.toml", CHANGE)
        found = rehearsed(begin(reader, ask), ask)
        with pytest.raises(WorkspaceFaulty):
            begin(reader, Ask(6, 1, "none.toml", CHANGE.replace("split_penalty", "nonsense")))
        reader.close()

    assert found.open_orders == 5
    assert found.with_["orders_placed"] == found.mean["orders_placed"]
    assert found.differences["orders_placed"] == Estimate(0.0, 0.0, 0.0)
    assert "With split.toml" in outlook_screen(found, 80).plain


def told(lived: dict[str, float]) -> Outlook:
    """An outlook of few figures."""
    figures = {
        "click_to_ship_p50_h": 10.0,
        "left_on_time": 0.98,
        "shipments_left_late": 3.0,
        "left_late_no_labour": 3.0,
    }
    low = {**figures, "click_to_ship_p50_h": 9.0, "left_on_time": 0.96}
    high = {**figures, "click_to_ship_p50_h": 11.0, "left_on_time": 0.99}
    return Outlook(
        "UTC", "USD", 0, 24 * 3_600_000_000, 24, 3, 7, (1, 2, 0, 0, 4), figures, low, high, Lived(7, lived, 40, 1.5)
    )


def test_the_screen_says_when_live_is_worse() -> None:
    behind = told({"click_to_ship_p50_h": 12.0, "left_on_time": 0.97})
    ahead = told({"click_to_ship_p50_h": 8.0, "left_on_time": 0.995})

    assert [each.partition(":")[0] for each in worse(behind)] == ["click to ship, half within"]
    assert "Live is worse than the model" in outlook_screen(behind, 80).plain
    assert not worse(ahead)
    assert "Live is no worse" in outlook_screen(ahead, 80).plain
    assert "will leave late for no labour 3.0" in outlook_screen(ahead, 80).plain
    assert "there is no life to compare with yet" in outlook_screen(told({"left_on_time": float("nan")}), 80).plain


def test_every_line_fits_the_terminal() -> None:
    for width in (80, 120):
        page = outlook_screen(told({"click_to_ship_p50_h": 12.0, "left_on_time": 0.97}), width).plain
        assert max(map(len, page.splitlines())) <= width
