"""The map of a log: what is wrong with it is said at once, with its line and the nearest known name."""

from pathlib import Path

import pytest

from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.import_map import MAP, documented, read_map
from firstbest.store.import_network import FILLED, NETWORKS
from firstbest.store.import_rows import read_log
from tests.conftest import ROOT
from tests.doors import small_log

EXAMPLES = sorted((ROOT / "examples/maps").glob("*.toml"))


def faults_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(WorkspaceFaulty) as caught:
        read_map(small_log.write_map(folder, text))
    return [str(each) for each in caught.value.faults]


def test_reads_the_small_map(tmp_path: Path) -> None:
    made = read_map(small_log.write_map(tmp_path))

    assert made.columns["quantity"] == "count"
    assert [rule.name for rule in made.rules] == ["returns", "adjustments", "non-products", "zero prices"]
    assert made.drop_duplicates
    assert made.fold_case


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.stem)
def test_the_shipped_maps_are_right(path: Path) -> None:
    assert read_map(path).network in NETWORKS


def test_there_is_a_map_for_each_shared_log() -> None:
    assert [each.stem for each in EXAMPLES] == ["online_retail", "warehouse_shipments"]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('item = "code"', 'itme = "code"', "columns.itme: expected one of order"),
        ('item = "code"', 'itme = "code"', "nearest: 'item'"),
        ('item = "code"', "", "columns.item: expected text: code of the item"),
        ('quantity = "< 0"', 'quantity = "negative"', "bucket.quantity: expected a comparison"),
        ('order = "^C"', 'order = "^C("', "bucket.order: expected a regular expression"),
        ('price = "<= 0"', "", "bucket: expected one test or more"),
        ('name = "returns"', 'name = "sales"', "bucket.name: expected a name other than"),
        ('price = "each"', "", "expected a column that [columns] names; it names no 'price'"),
        ('network = "uk_wholesale"', 'network = "uk_wholesail"', "nearest: 'uk_wholesale'"),
        ("from = 2024-01-01", 'time_zone = "Europe/Londn"', "expected a time zone"),
        ("[columns]", "[fill]\nunit_volum_l = 2\n[columns]", "nearest: 'unit_volume_l'"),
    ],
)
def test_says_what_is_wrong_and_where(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    text = small_log.MAP.replace(was, becomes)
    assert text != small_log.MAP
    found = faults_of(tmp_path, text)

    assert any(said in each for each in found), found
    assert all("map.toml, line" in each for each in found), found


def test_tells_all_faults_together(tmp_path: Path) -> None:
    text = small_log.MAP.replace('item = "code"', 'itme = "code"').replace('"< 0"', '"below"')

    assert len(faults_of(tmp_path, text)) == 3  # unknown key, missing key, comparison


def test_names_the_nearest_column_of_the_log(tmp_path: Path) -> None:
    log = small_log.write_log(tmp_path)
    made = read_map(small_log.write_map(tmp_path, small_log.MAP.replace('"count"', '"Count"')))

    with pytest.raises(WorkspaceFaulty) as caught:
        read_log(log, made)

    (fault,) = caught.value.faults
    line = small_log.MAP.splitlines().index('quantity = "count"') + 1
    assert str(fault) == (
        f"map.toml, line {line}, columns.quantity: expected a column of the log, found 'Count' (nearest: 'count')"
    )


def test_lists_the_columns_of_the_log_where_none_is_near(tmp_path: Path) -> None:
    made = read_map(small_log.write_map(tmp_path, small_log.MAP.replace('"count"', '"xyzzy"')))

    with pytest.raises(WorkspaceFaulty, match="the log has bill, when, code"):
        read_log(small_log.write_log(tmp_path), made)


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs/your-own-orders.md").read_text("utf-8")

    keys = {column.name for columns in documented().values() for column in columns}
    assert len(MAP.sections) == 6
    assert [key for key in sorted(keys | set(FILLED)) if f"`{key}`" not in page] == []
    assert [name for name in NETWORKS if f"`{name}`" not in page] == []
