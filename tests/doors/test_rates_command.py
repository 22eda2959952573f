"""rates check, compare and learn from the terminal: what they say, and exit code 2 with words for what is wrong."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.rent.learn import Bill, learn
from firstbest.store.init import BUILTIN

WAREHOUSE = Path(str(BUILTIN)) / "rate_cards/warehouse_2026.toml"


def said(*words: object, code: int = 0) -> str:
    """What a command says."""
    found = CliRunner().invoke(app, ["rates", *map(str, words)])
    assert found.exit_code == code, found.output
    return found.output


def write(path: Path, rows: list[tuple[object, ...]]) -> Path:
    """Rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def log(folder: Path, *more: tuple[object, ...]) -> Path:
    """Ten orders of one unit by birch, ten of six by acme."""
    rows: list[tuple[object, ...]] = [("tenant", "meter", "at", "quantity")]
    for number in range(10):
        at = (datetime(2026, 9, 1) + timedelta(days=3 * number)).isoformat()  # noqa: DTZ001 - in the card's zone
        rows += [("birch", "units_picked", at, 1), ("acme", "units_picked", at, 6)]
    return write(folder / "log.csv", [*rows, *more])


def test_the_shipped_cards_pass() -> None:
    told = said("check", BUILTIN)

    assert "2 cards: every case has one price, every rule holds, no price falls." in told
    assert max(map(len, told.splitlines())) <= 80


def test_a_charge_that_the_book_does_not_feed_is_told_with_the_reason(tmp_path: Path) -> None:
    card = tmp_path / "doors.toml"
    text = WAREHOUSE.read_text("utf-8")
    card.write_text(text.replace('meter = "pallets_received"', 'meter = "dock_s"'), encoding="utf-8")
    told = " ".join(said("check", card).split())

    assert "charge 'pallet in': the book feeds no dock_s: received tells when goods came" in told
    assert "It bills usage events, or a package's meter, and else nothing." in told
    assert "the book feeds no" not in said("check", WAREHOUSE)


def test_a_dearer_next_and_a_cheaper_first_are_told_by_tenant(tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    text = WAREHOUSE.read_text("utf-8").replace('"2.60"', '"2.40"').replace('each = "0.45"', 'each = "0.60"')
    new.write_text(text, encoding="utf-8")
    told = said("compare", WAREHOUSE, new, "--on", log(tmp_path)).splitlines()

    assert told[0] == "20 events over 1 month, in USD"
    assert told[3].split() == ["acme", "48.50", "54.00", "+5.50", "+11.3%"]
    assert told[4].split() == ["birch", "26.00", "24.00", "-2.00", "-7.7%"]
    assert "1 pay more, 1 pay less, 0 the same." in told


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("acme", "unit_picked", "2026-09-02", 1), "row 22: expected a meter of the list"),
        (("acme", "units_picked", "2026-09-02", -1), "row 22: expected a quantity and measures of 0 or more"),
        (("acme", "units_picked", "soon", 1), "row 22, at: expected a moment, such as 2026-10-03T14:05, found 'soon'"),
    ],
)
def test_a_log_with_faults_is_refused(tmp_path: Path, row: tuple[object, ...], words: str) -> None:
    assert words in said("compare", WAREHOUSE, WAREHOUSE, "--on", log(tmp_path, row), code=2)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert "expected a rate card" in said("check", tmp_path / "none.toml", code=2)
    assert "expected an invoice" in said("learn", tmp_path / "none.csv", code=2)
    assert "expected a log of usage" in said("compare", WAREHOUSE, WAREHOUSE, "--on", tmp_path / "no.csv", code=2)
    assert "expected a time zone" in said("check", WAREHOUSE, "--zone", "Mars", code=2)
    write(tmp_path / "bad.csv", [("a", "b"), ("1", "2")])
    assert "expected a column one of amount" in said("learn", tmp_path / "bad.csv", code=2)


def test_fuel_stands_on_transport_and_what_is_added_to_it(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [("Tracking Number", "Charge", "Zone", "Net Amount")]
    for number in range(60):
        transport, home = 800 + 37 * (number % 11), 595 if number % 3 else 0
        fuel = round((transport + home) * 0.185)
        charges = (("Transportation", transport), ("Residential", home), ("Fuel", fuel))
        rows += [(f"Z{number}", name, 4 + number % 3, f"{cents / 100:.2f}") for name, cents in charges if cents]

    told = said("learn", write(tmp_path / "bill.csv", rows))

    assert "60 shipments" in told
    assert "average zone 5.0" in told
    assert "18.5 % of Transportation + Residential  (60 of 60 lines)" in told
    (borne,) = [line for line in told.splitlines() if line.startswith("  Residential ")]
    assert borne.endswith("67%")
    assert max(map(len, told.splitlines())) <= 80


def test_an_invoice_gives_its_rates_back(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [("Tracking Number", "Charge", "Zone", "Billed lb", "Net Amount")]
    for number in range(120):
        zone, weight = (2, 5, 8)[number % 3], number % 17 + 1
        base = {2: 700 + 55 * weight, 5: 840 + 90 * weight, 8: 1060 + 130 * weight}[zone] + 37 * (number == 50)
        rows.append((f"Z{number}", "Transportation", zone, weight, f"{base / 100:.2f}"))
        rows.append((f"Z{number}", "Fuel", zone, weight, f"{round(base * 0.16) / 100:.2f}"))
        rows += [(f"Z{number}", "Residential", zone, weight, "6.00")] * (number % 2)
    told = said("learn", write(tmp_path / "invoice.csv", rows))

    assert "Transportation: base and each over Billed lb, apart by Zone" in told
    assert "  5: 8.40 and 0.90 a Billed lb  (40 of 40 lines)" in told
    assert "  8: 10.60 and 1.30 a Billed lb  (39 of 40 lines)" in told
    assert "explains 99.2% of 120 lines within a coin" in told
    assert "not explained: row 127 (" in told
    assert "16 % of Transportation  (120 of 120 lines)" in told
    assert "6.00 each  (60 of 60 lines)" in told


@given(
    prices=st.lists(st.integers(100, 2000), min_size=2, max_size=4, unique=True),
    each=st.integers(5, 400),
    form=st.sampled_from(["each", "base and each", "steps"]),
    odd=st.integers(0, 3),
)
@settings(max_examples=20)
def test_what_was_billed_by_a_rule_is_learned(prices: list[int], each: int, form: str, odd: int) -> None:
    x = np.arange(90) % 30 + 1.0
    bounds = np.linspace(0, 30, len(prices) + 1)[1:]
    stepped = np.array(sorted(prices))[np.searchsorted(bounds, x)]
    cents = {"each": each * x, "base and each": prices[0] + each * x, "steps": stepped}[form]
    amounts = cents / 100
    amounts[:odd] += 50
    bill = Bill(amounts, ["freight"] * 90, [""] * 90, {"weight": x}, {})
    (found,) = learn(bill)

    assert found.fit == (90 - odd) / 90
    assert found.unexplained == tuple(range(odd))
    rate = found.rates[0]
    if form == "steps":
        assert [amount for _, amount in rate.steps] == [price / 100 for price in sorted(prices)]
    else:
        assert (rate.base, rate.each) == (prices[0] / 100 if form != "each" else 0, each / 100)
