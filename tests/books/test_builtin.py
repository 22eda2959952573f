"""The built-in network: it loads, its numbers add up to what practice.md asks for, and every one is accounted for."""

from __future__ import annotations

import csv
import math
import tomllib
from datetime import date, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from firstbest.store import schema
from firstbest.store.init import BUILTIN, FolderInUse, write_builtin
from firstbest.store.workspace import check
from tests.books.drawn_orders import Drawn, draw, ground_price, read

FOLDER = Path(str(BUILTIN))
CUBIC_FOOT_L = 28.3168
CENTRES = {"ontario", "dallas", "allentown"}

# Every row of the parameter table of practice.md, section 1, and the story above it: (file, where, field).
PARAMETERS = {
    "orders a day": ("demand.toml", "orders", "orders_per_day"),
    "season": ("demand.toml", "shape", "month"),
    "weekday": ("demand.toml", "shape", "weekday"),
    "hour": ("demand.toml", "shape", "hour"),
    "Cyber Monday": ("demand.toml", "period.Cyber Monday", "factor"),
    "lines an order": ("demand.toml", "shape", "lines"),
    "units a line": ("demand.toml", "shape", "units"),
    "order value": ("items.csv", "all", "price"),
    "SKU Pareto": ("items.csv", "all", "share"),
    "item weight": ("items.csv", "all", "weight_kg"),
    "item volume": ("items.csv", "all", "volume_l"),
    "parcel": ("items.csv", "all", "parcel"),
    "peak month": ("none", "an outcome and not an input", "peak month to mean"),
    "wage": ("labour.csv", "all", "wage_hour"),
    "productive share": ("labour.csv", "all", "productive_percent"),
    "unload": ("labour.csv", "riverside receive", "extra_unit_s"),
    "receive": ("labour.csv", "ontario receive", "units_hour"),
    "dock to stock": ("none", "an outcome and not an input", "dock to stock p50 and p90"),
    "pick": ("labour.csv", "ontario pick", "units_hour"),
    "pack single": ("labour.csv", "ontario pack", "single_hour"),
    "pack multi": ("labour.csv", "ontario pack", "units_hour"),
    "orders a person-hour": ("none", "an outcome and not an input", "orders shipped per person-hour"),
    "indirect": ("shifts.csv", "all", "indirect_percent"),
    "picking accuracy": ("nature.toml", "hands", "mispick_percent"),
    "location accuracy": ("stock.csv", "all", "wrong"),
    "space use": ("none", "an outcome and not an input", "space use"),
    "carton": ("cartons.csv", "mailer_small", "cost"),
    "building": ("nodes.csv", "ontario", "building_cost_ft2_year"),
    "storage price": ("none", "not used by this network", "storage price to a seller per ft3 and month"),
    "3PL price": ("none", "not used by this network", "3PL price set-up"),
    "zones": ("firstbest.toml", "zones", "up_to"),
    "transit": ("carriers.csv", "ground", "transit_zone_8"),
    "late": ("nature.toml", "carrier.ground", "late_1_percent"),
    "late in the peak": ("nature.toml", "late_period.carriers in the peak", "late_1_percent"),
    "fuel": ("carriers.csv", "all", "fuel_percent"),
    "residential": ("carriers.csv", "all", "residential"),
    "remote": ("carriers.csv", "all", "remote"),
    "divisor": ("carriers.csv", "all", "divisor_cm3_kg"),
    "van hour": ("fleet.csv", "all", "cost_hour"),
    "van day": ("fleet.csv", "all", "cost_van_day"),
    "van stop": ("fleet.csv", "all", "stop_min"),
    "van speed": ("fleet.csv", "all", "speed_hour"),
    "first attempt": ("nature.toml", "carrier.ground", "attempt_fails_percent"),
    "truckload": ("lanes.csv", "riverside_dallas", "cost_distance"),
    "truckload least": ("lanes.csv", "all", "cost_least"),
    "part load": ("none", "not used by this network", "part load (LTL) per lb at 1000 lb and 500 mi"),
    "truck days": ("lanes.csv", "riverside_dallas", "transit_days"),
    "truck days, spread": ("nature.toml", "transit.truck", "spread_percent"),
    "container to Los Angeles": ("lanes.csv", "ningbo_la", "cost_vehicle"),
    "container to Savannah": ("lanes.csv", "ningbo_savannah", "cost_vehicle"),
    "ocean": ("lanes.csv", "ningbo_la", "transit_days"),
    "drayage": ("lanes.csv", "la_riverside", "cost_vehicle"),
    "air freight": ("none", "not used by this network", "air freight China-US"),
    "units per FEU": ("none", "an outcome and not an input", "units per FEU"),
    "packed cube": ("items.csv", "all", "inbound_volume_l"),
    "duty": ("items.csv", "all", "duty_percent"),
    "cost of goods": ("items.csv", "all", "cost"),
    "holding": ("policies.toml", "after", "holding_percent_year"),
    "return rate": ("items.csv", "all", "return_percent"),
    "return label": ("policies.toml", "after", "return_label"),
    "return process": ("policies.toml", "after", "return_process"),
    "return loss": ("policies.toml", "after", "return_loss_percent"),
    "loss and damage": ("nature.toml", "carrier.ground", "lost_percent"),
    "contacts": ("policies.toml", "after", "contacts_percent"),
    "contacts of late orders": ("policies.toml", "after", "contacts_late_percent"),
    "carbon of trucks": ("lanes.csv", "riverside_dallas", "carbon_g_tkm"),
    "carbon of vans": ("fleet.csv", "all", "carbon_g_km"),
    "carbon of buildings": ("nodes.csv", "all", "carbon_g_parcel"),
}


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw(FOLDER, 8_000)


def settings(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def test_it_loads_without_a_fault() -> None:
    assert check(FOLDER) == []


def test_init_writes_every_file_and_refuses_a_used_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / ".git").mkdir()
    written = write_builtin(folder)
    names = {str(each.relative_to(folder)) for each in written}
    assert {"firstbest.toml", "changes/fourth_fc.toml", "carrier_rates/ground.csv", "sanity.toml"} <= names
    assert check(folder) == []
    with pytest.raises(FolderInUse, match=r"expected a folder that is absent.*found assumptions\.csv"):
        write_builtin(folder)
    with pytest.raises(FolderInUse, match="found a file"):
        write_builtin(folder / "items.csv")
    assert sum(each.stat().st_size for each in written) < 1_500_000


def test_places_sum_to_the_census() -> None:
    places = read(FOLDER / "places.csv")
    assert len(places) == 887
    total = sum(int(place["weight"]) for place in places)
    assert total == 308_576_680
    for station, orders in (("secaucus", 470), ("vernon", 310)):
        share = sum(int(place["weight"]) for place in places if place["station"] == station) / total
        assert 8_000 * share == pytest.approx(orders, rel=0.03)
    assert sum(place["remote"] == "yes" for place in places) / 887 == pytest.approx(0.12, abs=0.002)


def test_places_are_those_of_the_data(data_dir: Path) -> None:
    census = read(data_dir / "places/us_zip3_2010.csv")
    places = read(FOLDER / "places.csv")
    assert [(each["zip3"], each["population_2010"]) for each in census] == [
        (each["place"], each["weight"]) for each in places
    ]


def test_pareto_and_the_sellers_shares() -> None:
    items, sellers = read(FOLDER / "items.csv"), read(FOLDER / "sellers.csv")
    asked = {each["seller"]: float(each["order_percent"]) / 100 for each in sellers}
    assert sum(asked.values()) == pytest.approx(1)
    sold = {name: sum(float(item["share"]) for item in items if item["seller"] == name) for name in asked}
    shares = sorted(
        (asked[item["seller"]] * float(item["share"]) / sold[item["seller"]] for item in items), reverse=True
    )
    assert len(shares) == 2_400
    assert sum(shares) == pytest.approx(1)
    for top, percent in ((24, 10), (120, 32), (240, 48), (480, 68), (1_200, 93)):
        assert 100 * sum(shares[:top]) == pytest.approx(percent, abs=1)


def test_suppliers_shares_and_cost_of_goods() -> None:
    items, sellers = read(FOLDER / "items.csv"), read(FOLDER / "sellers.csv")
    asked = {each["seller"]: float(each["order_percent"]) for each in sellers}
    sold = {name: sum(float(item["share"]) for item in items if item["seller"] == name) for name in asked}
    made: dict[str, float] = {}
    for item in items:
        part = asked[item["seller"]] * float(item["share"]) / sold[item["seller"]]
        made[item["supplier"]] = made.get(item["supplier"], 0.0) + part
        assert float(item["cost"]) == pytest.approx(0.32 * float(item["price"]), abs=0.006)
    assert made["ningbo"] + made["shenzhen"] + made["ho_chi_minh"] == pytest.approx(70, abs=0.5)
    assert made["guadalajara"] == pytest.approx(15, abs=0.5)
    assert made["greensboro"] == pytest.approx(15, abs=0.5)


def test_drawn_orders_come_to_the_tables_orders(drawn: Drawn) -> None:
    assert drawn.lines / drawn.orders == pytest.approx(1.75, rel=0.03)
    assert drawn.units / drawn.orders == pytest.approx(2.1, rel=0.03)
    for seller, value in (("homeware", 62), ("apparel", 85), ("beauty", 48)):
        assert drawn.value[seller] == pytest.approx(value, rel=0.06)
    assert drawn.inbound_l / CUBIC_FOOT_L == pytest.approx(0.30, abs=0.02)


def test_drawn_parcels_hold_as_well_as_a_coherent_set_can(drawn: Drawn) -> None:
    parcels = drawn.parcels
    assert len(parcels) / drawn.orders <= 1.02, "splits for stock, not cartons, make up most of 1.07"
    assert median(parcel.scale_lb for parcel in parcels) == pytest.approx(2.4, rel=0.15)
    assert median(parcel.billed_lb for parcel in parcels) in (3, 4)
    assert mean(parcel.billed_lb for parcel in parcels) == pytest.approx(4.4, rel=0.05)
    assert 0.25 <= mean(parcel.outer_l for parcel in parcels) / CUBIC_FOOT_L <= 0.36
    ratio = sum(parcel.billed_lb for parcel in parcels) / sum(parcel.scale_lb for parcel in parcels)
    assert 1.2 <= ratio <= 1.7
    assert 1.05 * sum(parcel.cost for parcel in parcels) / drawn.orders == pytest.approx(0.75, abs=0.08)


def test_price_of_a_parcel_is_the_arithmetic_of_the_table(drawn: Drawn) -> None:
    rates = read(FOLDER / "carrier_rates/ground.csv")
    zones = {2: 0.16, 3: 0.20, 4: 0.34, 5: 0.22, 6: 0.05, 7: 0.02, 8: 0.01}
    steps = {1: 0.34, 2: 0.27, 5: 0.23, 10: 0.11, 20: 0.04, 50: 0.01}
    listed = sum(a * b * ground_price(rates, zone, lb) for zone, a in zones.items() for lb, b in steps.items())
    assert listed == pytest.approx(9.26, rel=0.01)
    ours = sum(
        part * mean(ground_price(rates, zone, parcel.billed_lb) for parcel in drawn.parcels)
        for zone, part in zones.items()
    )
    assert ours == pytest.approx(9.26, rel=0.05)


def test_season_has_mean_one_and_cyber_monday_its_peak() -> None:
    demand = settings("demand")
    shape = demand["shape"]
    factors = []
    for n in range(365):
        day = date(2026, 1, 1) + timedelta(days=n)
        factor, week = shape["month"][day.month - 1], shape["weekday"][day.weekday()]
        for period in demand["period"]:
            if period["from"] <= day <= period["until"]:
                factor = period["factor"]
                week = 1.0 if period.get("weekday") == "no" else shape["weekday"][day.weekday()]
        factors.append(factor * week)
    assert mean(factors) == pytest.approx(1, abs=0.001)
    assert max(factors) == factors[(date(2026, 11, 30) - date(2026, 1, 1)).days] == 3.2
    assert sum(shape["hour"][17:]) / sum(shape["hour"]) == pytest.approx(0.35, abs=0.001)
    for key, wanted in (("lines", 1.75), ("units", 1.2)):
        got = sum(n * part for n, part in enumerate(shape[key], 1)) / sum(shape[key])
        assert got == pytest.approx(wanted, abs=0.005)


def test_stock_opens_as_it_is_said_to() -> None:
    items = {item["item"]: item for item in read(FOLDER / "items.csv")}
    stock = read(FOLDER / "stock.csv")
    assert {row["item"] for row in stock} == set(items)
    assert {row["node"] for row in stock} == CENTRES | {"riverside"}
    units = sum(int(row["quantity"]) for row in stock)
    assert 100 <= units / (8_000 * 2.1) <= 135, "58 days at rest, 56 on the way, dead stock"
    assert sum(row["wrong"] != "0" for row in stock) / len(stock) == pytest.approx(0.02, abs=0.001)


def test_centres_can_pack_what_was_planned() -> None:
    labour = {(row["node"], row["process"]): row for row in read(FOLDER / "labour.csv")}
    for node, planned in (("ontario", 2_300), ("dallas", 2_300), ("allentown", 3_400)):
        row = labour[node, "pack"]
        hours = 0.53 / float(row["single_hour"]) + 0.47 / float(row["units_hour"])
        a_day = int(row["stations"]) * 16 * 0.83 / hours
        assert a_day / planned == pytest.approx(2.2, rel=0.06)
        assert a_day * 11 / 8 / planned == pytest.approx(3.0, rel=0.07)


def test_every_parameter_of_the_table_has_an_assumption() -> None:
    rows = {(row["file"], row["where"], row["field"]): row for row in read(FOLDER / "assumptions.csv")}
    missing = [name for name, key in PARAMETERS.items() if key not in rows]
    assert missing == []
    for row in rows.values():
        assert row["value"], row
        assert row["source"].startswith(("[M]", "[R]", "[mem]", "[c]")), row
        assert not math.isnan(len(row["source"]))


def test_assumptions_tell_what_stands_in_the_files() -> None:
    wrong = []
    for row in read(FOLDER / "assumptions.csv"):
        file, where, field = row["file"], row["where"], row["field"]
        if not file.endswith(".csv") or where == "all" or file == "calendars.csv":
            continue
        keys = schema.RATES.key if "/" in file else schema.table(file[:-4]).key
        with (FOLDER / file).open(newline="") as opened:
            found = [each for each in csv.DictReader(opened) if " ".join(each[key] for key in keys) == where]
        if len(found) != 1 or found[0][field] != row["value"]:
            wrong.append((file, where, field, row["value"]))
    assert wrong == []


def test_bounds_are_well_formed() -> None:
    bounds = settings("sanity")["bound"]
    assert len(bounds) >= 40
    for bound in bounds:
        assert bound["low"] < bound["high"], bound["metric"]
        assert bound["reason"]
        assert set(bound["applies"]) <= {"parcel", "wholesale"}
        assert bound["low"] <= bound.get("typical_low", bound["low"]) <= bound.get("typical_high", bound["high"])
        assert bound.get("typical_high", bound["high"]) <= bound["high"]


def test_changes_say_what_they_are_for() -> None:
    changes = sorted((FOLDER / "changes").glob("*.toml"))
    assert {each.stem for each in changes} >= {
        "fourth_fc", "couriers_on_sundays", "close_la_station", "cut_off_17", "cyber_monday_3_5", "savannah_storage",
    }  # fmt: skip
    for path in changes:
        change = tomllib.loads(path.read_text())
        assert change["title"]
        assert change["note"]
        assert change["operation"]
