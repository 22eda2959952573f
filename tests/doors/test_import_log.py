"""From a log to a workspace that can be checked, compiled and trusted to say what it assumed."""

import csv
import io
from pathlib import Path

import pytest

from firstbest.store import workspace
from firstbest.store.compile_network import compile_network, log_order_names
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.import_log import Imported, import_log
from firstbest.store.import_network import NETWORKS, chosen_network
from firstbest.store.init import FolderInUse
from firstbest.world.words import Mode
from tests.conftest import ROOT
from tests.doors import small_log


def imported(folder: Path, text: str = small_log.MAP, rows: tuple[str, ...] = small_log.ROWS) -> Imported:
    log, made = small_log.write_log(folder, rows), small_log.write_map(folder, text)
    return import_log(log, made, folder / "workspace")


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


@pytest.mark.parametrize("network", NETWORKS)
def test_makes_a_workspace_without_faults(tmp_path: Path, network: str) -> None:
    text = small_log.MAP.replace('network = "uk_wholesale"', f'network = "{network}"')
    if network.startswith("us_"):
        text += '[[country]]\nlog = "United Kingdom"\nis = "United States"\n'
        text += '[[country]]\nlog = "France"\nis = "United States"\n'
    found = imported(tmp_path, text)

    assert workspace.check(found.folder) == []
    made, nature = compile_network(workspace.load(found.folder))
    assert len(nature.log.at_us) == found.profile.orders == 4
    assert nature.log.quantity.sum() == 686
    assert len(made.items.tie) == 3
    assert found.network == network


def test_order_names_and_prices_are_kept(tmp_path: Path) -> None:
    read = workspace.load(imported(tmp_path).folder)
    _, nature = compile_network(read)

    assert log_order_names(read) == ("1001", "1002", "1003", "1004")
    assert nature.log.price.tolist() == [2_500_000, 1_250_000, 2_500_000, 40_000_000, 1_000_000]


def test_the_uk_workspace_is_a_wholesaler(tmp_path: Path) -> None:
    made, _ = compile_network(workspace.load(imported(tmp_path).folder))

    assert set(made.carriers.mode.tolist()) == {Mode.PARCEL, Mode.PARCEL_AIR, Mode.PALLET}
    assert not made.fleet.vans.any()
    assert made.texts.currency == "GBP"
    assert made.texts.time_zones[0] == "Europe/London"


@pytest.mark.parametrize("network", ["uk_wholesale", "us_warehouse"])  # the places of us_consumer go by distance
def test_every_place_of_a_network_is_served(tmp_path: Path, network: str) -> None:
    countries = sorted({area.country for area in chosen_network(network, {}).areas})
    rows = tuple(
        f"order {country} {n},2024-01-02 09:00:00,A1,mug,{10 ** (n % 5)},2,{country} {n},{country}"
        for country in countries
        for n in range(120)
    )
    found = imported(tmp_path, small_log.MAP.replace('"uk_wholesale"', f'"{network}"'), rows)
    assert workspace.check(found.folder) == []
    made, _ = compile_network(workspace.load(found.folder))

    node = made.texts.nodes.index(chosen_network(network, {}).node)
    parcels = made.carriers.mode != Mode.PALLET
    assert (made.arcs.zone[parcels, node] >= 0).sum(axis=0).min() == 1
    assert len(made.texts.places) == len(chosen_network(network, {}).areas)


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    one, two = imported(first), imported(second)

    names = [path.relative_to(one.folder) for path in one.files]
    assert names == [path.relative_to(two.folder) for path in two.files]
    for name in names:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name


def test_the_order_of_the_log_changes_no_order(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    one, two = imported(first), imported(second, rows=small_log.ROWS[::-1])

    for name in ("stock.csv", "places.csv", "labour.csv", "demand.toml", "calendars.csv"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name


def test_buckets_are_written_and_add_up(tmp_path: Path) -> None:
    found = imported(tmp_path)
    rows = rows_of(found.folder / "buckets.csv")

    assert sum(int(row["rows"]) for row in rows) == found.rows == len(small_log.ROWS)
    assert rows[-1]["bucket"] == "sales"
    assert rows[-1]["value"] == "860.00"


def test_every_filled_value_is_marked_with_its_source(tmp_path: Path) -> None:
    found = imported(tmp_path, small_log.MAP + "[fill]\nunit_volume_l = 0.3\n")
    rows = rows_of(found.folder / "assumptions.csv")
    by_place = {(row["file"], row["where"], row["field"]): row for row in rows}

    assert all(row["source"] and row["mark"] for row in rows)
    assert by_place["items.csv", "all", "volume_l"]["mark"] == "own"
    assert by_place["items.csv", "all", "weight_kg"]["mark"] == "filled"
    assert by_place["stock.csv", "all", "quantity"]["x_cost"] == "holding"
    assert by_place["items.csv", "a unit", "return_percent"]["mark"] == "measured"
    assert len(by_place) == len(rows)


def same(one: str, other: str) -> bool:
    """Whether two cells say the same number or text."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


@pytest.mark.parametrize("network", NETWORKS)
def test_the_assumed_numbers_are_those_of_the_files(network: str) -> None:
    chosen = chosen_network(network, {})
    files = {name: content.decode() for name, content in chosen.files}
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items() if name.endswith(".csv")}
    checked = 0
    for row in chosen.assumed:
        table = tables.get(row["file"], [])
        named = [each for each in table if row["where"] in each.values()]
        if named and row["field"] in named[0]:
            assert same(named[0][row["field"]], row["value"]), row
            checked += 1
        elif row["file"] in files and row["file"].endswith(".toml"):
            assert f"{row['field'].split('.')[0]} = " in files[row["file"]], row
            checked += 1
    assert checked >= 10


def test_the_profile_names_the_network_if_the_map_does_not(tmp_path: Path) -> None:
    rows = tuple(f"{n},2024-01-0{1 + n % 5} 12:00:00,A{n % 7},mug,1,20,{n},United Kingdom" for n in range(60))
    text = small_log.MAP.replace('network = "uk_wholesale"', "")
    text += '[[country]]\nlog = "United Kingdom"\nis = "United States"\n'
    found = imported(tmp_path, text, rows)

    assert found.profile.business == "direct-to-consumer"
    assert found.network == "us_warehouse"
    assert "This looks like direct-to-consumer" in found.text


def test_a_map_that_asks_for_another_network_is_told_so(tmp_path: Path) -> None:
    rows = tuple(f"{n},2024-01-0{1 + n % 5} 12:00:00,A{n % 7},mug,1,20,{n},United Kingdom" for n in range(60))

    assert "the orders look like direct-to-consumer" in " ".join(imported(tmp_path, rows=rows).text.split())


def test_nothing_is_written_where_something_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceFaulty):
        imported(tmp_path, rows=(*small_log.ROWS, "2000,2024-01-05 17:59:00,B2,tin,6,1.00,9,Nowhere"))
    assert not (tmp_path / "workspace").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "mine.txt").write_text("mine", "utf-8")

    with pytest.raises(FolderInUse):
        imported(tmp_path)
    assert [path.name for path in (tmp_path / "workspace").iterdir()] == ["mine.txt"]


def test_a_log_without_prices_and_places(tmp_path: Path) -> None:
    header, rows = (
        "ship,due,left,part,n",
        tuple(f"{n},2024-01-0{1 + n % 5},2024-01-0{2 + n % 5},P{n % 40},{1 + n % 3}" for n in range(80)),
    )
    text = """
[log]
name = "parts"
network = "us_warehouse"
clock = "07:00"
[columns]
order = "ship"
placed_at = "due"
item = "part"
quantity = "n"
planned_ship = "due"
actual_ship = "left"
"""
    log, made = small_log.write_log(tmp_path, rows, header), small_log.write_map(tmp_path, text)
    found = import_log(log, made, tmp_path / "workspace")

    assert workspace.check(found.folder) == []
    assert found.profile.value is None
    assert found.profile.hour == ()
    assert found.profile.shipped is not None
    assert found.profile.shipped.late == 1.0
    assert "it knows only days" in found.text
    _, nature = compile_network(workspace.load(found.folder))
    assert set(nature.log.price.tolist()) == {20_000_000}


UCI = ROOT / "examples/maps/online_retail.toml"


def test_the_real_log_of_a_wholesaler(tmp_path: Path, data_dir: Path) -> None:
    found = import_log(data_dir / "orders/online_retail_2009_2010.parquet", UCI, tmp_path / "w")
    buckets = {each.name: each for each in found.buckets}
    profile = found.profile

    assert sum(each.rows for each in found.buckets) == found.rows == 525_461
    assert buckets["returns"].rows == 10_206
    assert (buckets["adjustments"].rows, buckets["adjustments"].units) == (2_121, -366_128)
    assert buckets["non-products"].fits == 3_097
    assert buckets["zero prices"].fits == 3_690
    assert (profile.orders, profile.trading_days, profile.lines) == (20_573, 307, 509_152)
    assert tuple(profile.by_lines)[:4] == (2, 15, 51, 180)
    assert profile.by_units.p50 == 144
    assert round(profile.by_units.mean) == 283
    assert profile.by_value is not None
    assert (round(profile.by_value.p50), round(profile.by_value.mean)) == (300, 478)
    assert round(profile.bulk_share, 2) == 0.63
    assert profile.thousand_units_orders == 708
    assert round(profile.one_line_share, 3) == 0.087
    assert (round(profile.peak_month_factor, 2), round(profile.peak_day_factor, 2)) == (1.56, 2.25)
    assert [round(share, 2) for _, share in profile.pareto] == [0.10, 0.31, 0.47, 0.67, 0.92]
    assert profile.business == "wholesale"
    assert max(len(line) for line in found.text.splitlines()) <= 80


def test_the_real_log_of_parts(tmp_path: Path, data_dir: Path) -> None:
    made = ROOT / "examples/maps/warehouse_shipments.toml"
    found = import_log(data_dir / "orders/warehouse_shipments_2013_2014.parquet", made, tmp_path / "w")

    assert sum(each.rows for each in found.buckets) == found.rows == 117_790
    assert found.profile.business == "spare parts"
    assert found.profile.shipped is not None
    assert round(found.profile.shipped.late, 3) == 0.186
    assert workspace.check(found.folder) == []
