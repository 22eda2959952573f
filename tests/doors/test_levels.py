"""Order lines in cases and pallets by HTTP: how many units that is, on every way in, and what is said where none is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.service.bodies import UNITS_MOST
from tests.books.small_workspace import FILES
from tests.doors.served import Served, served

CASE, PALLET = 6, 30
ON = "\n[levels]\non = true\npallets = true\n"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A house that keeps cases and pallets of kettles, and of nothing else."""
    monkeypatch.setitem(FILES, "policies.toml", FILES["policies.toml"] + ON)
    monkeypatch.setitem(FILES, "packs.csv", FILES["packs.csv"] + f"kettle,pallet,{PALLET},40,320\n")
    with served(tmp_path) as house:
        yield house


def line(level: str, quantity: int = 1, item: str = "kettle") -> dict[str, Any]:
    return {"item": item, "quantity": quantity, "level": level}


def body(name: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"order": name, "customer": "ann", "place": "606", "lines": list(lines)}


def units(plan: dict[str, Any]) -> dict[int, int]:
    """Units by line, promised or refused."""
    sent = [each for shipment in plan["shipments"] for each in shipment["lines"]]
    return {each["line"]: each["quantity"] for each in (*sent, *plan["refused"])}


def test_a_line_in_cases_or_pallets_is_so_many_units(house: Served) -> None:
    answer = house.post("/v1/orders", body("L1", line("each", 2), line("case", 2), line("pallet")))

    assert answer.status_code == 201, answer.text
    assert units(answer.json()) == {0: 2, 1: 2 * CASE, 2: PALLET}
    assert replay(house.book, worlds_of(house.book)).identical


def test_a_quote_reckons_in_the_same_levels_and_binds_them(house: Served) -> None:
    asked = {"customer": "ann", "place": "606", "lines": [line("case")], "service": "standard"}
    quoted = house.post("/v1/quotes", asked)
    assert quoted.status_code == 200, quoted.text
    option = quoted.json()["plans"][0]

    as_quoted = house.post("/v1/orders", body("L2", line("case")) | {"quote": option["quote"]})
    other = house.post("/v1/orders", body("L3", line("each")) | {"quote": option["quote"]})

    assert units(as_quoted.json()) == {0: CASE}
    assert as_quoted.status_code == 201
    assert other.status_code == 409, "a quote of a case does not bind a single unit"


def test_bulk_orders_take_levels_as_json_and_as_csv(house: Served) -> None:
    rows = [body("B1", line("case", 3)), body("B2", line("pallet", item="towel")), body("B3", line("each"))]
    found = house.ask("POST", "/v1/orders/bulk", "\n".join(map(json.dumps, rows)).encode())
    sheet = "order,customer,place,item,quantity,level\nC1,ann,606,kettle,2,case\nC1,ann,606,towel,1,\n"
    sheet += "C2,ann,606,kettle,1,box\n"
    table = house.ask("POST", "/v1/orders/bulk", sheet.encode(), content_type="text/csv")

    wrong = [json.loads(each) for each in (*found.text.splitlines(), *table.text.splitlines()) if "problem" in each]
    assert [(each["row"], "level" in json.dumps(each)) for each in wrong] == [(2, True), (4, True)]
    assert picked_units(house, "B1") == {0: 3 * CASE}
    assert picked_units(house, "B3") == {0: 1}
    assert picked_units(house, "C1") == {0: 2 * CASE, 1: 1}
    assert house.get("/v1/orders/B2").status_code == 404, "towels stand on no pallet"
    assert house.get("/v1/orders/C2").status_code == 404, "there is no such level"


def picked_units(house: Served, name: str) -> dict[int, int]:
    """Units by line, as the order's promise tells them."""
    return units(house.get(f"/v1/orders/{name}").json()["promise"])


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        (line("case", item="towel"), "level", "expected each, or a case of 'towel' in packs.csv, found case"),
        (line("pallet", item="towel"), "level", "expected each, or a pallet of 'towel' in packs.csv, found pallet"),
        (line("pallet", UNITS_MOST), "quantity", f"expected {UNITS_MOST} units or fewer, found {UNITS_MOST * PALLET}"),
    ],
)
def test_a_level_that_an_item_has_not_is_told_with_its_field(
    house: Served, wrong: dict[str, Any], field: str, said: str
) -> None:
    answer = house.post("/v1/orders", body("E1", line("each"), wrong))

    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]
    assert answer.json()["field"] == field
    assert house.get("/v1/orders/E1").status_code == 404, "nothing of it is in the book"


def test_a_word_that_is_no_level_is_refused(house: Served) -> None:
    answer = house.post("/v1/orders", body("E2", line("box")))

    assert answer.status_code == 400, answer.text
    assert "level" in answer.text


def test_a_house_without_levels_takes_single_units_only(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        one = house.post("/v1/orders", body("E3", line("each")))
        case = house.post("/v1/orders", body("E4", line("case")))

    assert one.status_code == 201
    assert case.status_code == 400
    assert "expected each, found case" in case.json()["detail"]
