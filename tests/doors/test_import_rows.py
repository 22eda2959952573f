"""Rows of a log: each is in exactly one bucket, and the buckets add up."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.import_map import Map, read_map
from firstbest.store.import_network import chosen_network
from firstbest.store.import_rows import Bucket, Log, read_log
from firstbest.store.import_sales import make_sales, placed
from tests.doors import small_log


def read(folder: Path, text: str = small_log.MAP, rows: tuple[str, ...] = small_log.ROWS) -> tuple[Log, Map]:
    made = read_map(small_log.write_map(folder, text))
    return read_log(small_log.write_log(folder, rows), made), made


def bare_map() -> Map:
    kinds = {"clock": -1, "first_day": 0, "last_day": 0, "rules": ()}
    empty: dict[str, Any] = {key: kinds.get(key, {} if "dict" in str(kind) else "" if kind == "str" else False)
                             for key, kind in Map.__annotations__.items()}  # fmt: skip
    return Map(**empty)


def by_name(log: Log) -> dict[str, Bucket]:
    return {each.name: each for each in log.buckets}


def test_every_row_falls_into_its_bucket(tmp_path: Path) -> None:
    log, _ = read(tmp_path)

    assert {each.name: (each.rows, each.units) for each in log.buckets} == small_log.EXPECTED
    assert sum(each.rows for each in log.buckets) == log.rows == len(small_log.ROWS)


def test_the_first_bucket_that_fits_takes_a_row_and_each_tells_how_many_fit(tmp_path: Path) -> None:
    log, _ = read(tmp_path)
    found = by_name(log)

    assert found["adjustments"].rows == 1
    assert found["adjustments"].fits == 2  # the credit note is below zero, too
    assert found["zero prices"].fits == 2
    assert found["returns"].value == -7_500_000
    assert found["non-products"].examples == "nothing 1, POST 1"


def test_money_is_exact(tmp_path: Path) -> None:
    log, _ = read(tmp_path)

    assert by_name(log)["sales"].value == (30 + 30 + 120 + 80 + 600) * 1_000_000


def test_parquet_and_csv_are_read_alike(tmp_path: Path) -> None:
    log, made = read(tmp_path)
    target = tmp_path / "log.parquet"
    duckdb.sql(f"SELECT * FROM read_csv('{tmp_path / 'log.csv'}', all_varchar = true)").write_parquet(str(target))

    assert read_log(target, made).buckets == log.buckets


def test_without_dropping_a_repeated_row_is_a_sale(tmp_path: Path) -> None:
    log, _ = read(tmp_path, small_log.MAP.replace('exact_duplicates = "drop"', ""))

    assert by_name(log)["sales"].rows == 6
    assert "exact duplicates" not in by_name(log)


def test_a_date_format_is_followed(tmp_path: Path) -> None:
    rows = ("1,31/01/2024 08:30,A1,mug,2,3,7,France",)
    log, made = read(tmp_path, small_log.MAP.replace("[columns]", 'date_format = "%d/%m/%Y %H:%M"\n[columns]'), rows)

    make_sales(log, made, chosen_network("uk_wholesale", {}))
    assert log.connection.execute("SELECT placed_at::VARCHAR FROM ordering").fetchone() == ("2024-01-31 08:30:00",)


def test_a_column_that_cannot_be_read_is_a_fault_of_the_map(tmp_path: Path) -> None:
    rows = ("1,31st of May,A1,mug,two,3,7,France", "2,30th of May,A1,mug,one,3,7,France")

    with pytest.raises(WorkspaceFaulty) as caught:
        read(tmp_path, rows=rows)

    assert [str(each) for each in caught.value.faults] == [
        "log.csv, row 2, when: expected a date and time, found '31st of May' (say log.date_format in the map)",
        "log.csv, row 2, count: expected a whole number, found 'two'",
    ]


def test_an_empty_log_and_a_missing_one_are_faults(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceFaulty, match="expected one row or more"):
        read(tmp_path, rows=())
    with pytest.raises(WorkspaceFaulty, match="no such file"):
        read_log(tmp_path / "other.csv", read_map(small_log.write_map(tmp_path)))


def test_names_with_quotes_and_blanks_are_columns_too(tmp_path: Path) -> None:
    made = read_map(small_log.write_map(tmp_path, small_log.MAP.replace('"bill"', "'the \"bill\" no.'")))
    log = small_log.write_log(tmp_path, header=small_log.HEADER.replace("bill", '"the ""bill"" no."'))

    assert read_log(log, made).rows == len(small_log.ROWS)


def test_days_get_the_clock_of_the_map(tmp_path: Path) -> None:
    log, made = read(tmp_path, small_log.MAP.replace("[columns]", 'clock = "07:00"\n[columns]'))

    make_sales(log, made, chosen_network("uk_wholesale", {}))
    clocks = log.connection.execute("SELECT DISTINCT placed_at::TIME::VARCHAR FROM ordering").fetchall()
    assert clocks == [("07:00:00",)]


def test_an_order_is_named_placed_and_sent_by_its_rows(tmp_path: Path) -> None:
    log, made = read(tmp_path)
    sales = make_sales(log, made, chosen_network("uk_wholesale", {}))

    assert (sales.orders, sales.days) == (4, 4)
    orders = log.connection.execute(
        "SELECT order_name, placed_at::VARCHAR, customer, lines, units, value FROM ordering ORDER BY order_name"
    ).fetchall()
    assert orders[0] == ("1001", "2024-01-02 09:15:00", "7", 2, 36, 60_000_000)
    assert orders[2] == ("1003", "2024-01-03 10:00:00", "", 1, 2, 80_000_000)
    places = dict(log.connection.execute("SELECT order_name, place FROM ordering").fetchall())
    assert places["1002"] == "france"
    assert places["1001"] == places["1004"]  # one customer, one place
    lines = log.connection.execute("SELECT item, line FROM sale WHERE order_name = '1001' ORDER BY line").fetchall()
    assert lines == [("A1", 0), ("B2", 1)]


def test_an_order_of_too_many_lines_goes_on_under_a_further_name(tmp_path: Path) -> None:
    rows = tuple(f"1,2024-01-02 09:00:00,A{n},mug,1,2,7,France" for n in range(5_000))
    log, made = read(tmp_path, rows=rows)

    make_sales(log, made, chosen_network("uk_wholesale", {}))
    names = log.connection.execute(
        "SELECT order_name, count(*), max(line) FROM sale GROUP BY order_name ORDER BY order_name"
    ).fetchall()
    assert names == [("1", 4096, 4095), ("1+1", 904, 903)]


def test_an_unknown_country_is_a_fault_with_the_nearest(tmp_path: Path) -> None:
    rows = (*small_log.ROWS, "2000,2024-01-05 17:59:00,B2,tin,6,1.00,9,Frnace")
    log, made = read(tmp_path, rows=rows)

    with pytest.raises(WorkspaceFaulty, match=r"'Frnace' in 1 rows \(nearest: 'France'\)"):
        make_sales(log, made, chosen_network("uk_wholesale", {}))
    told = made._replace(countries={"Frnace": "France"})
    assert make_sales(log, told, chosen_network("uk_wholesale", {})).orders == 5


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50, unique=True))
def test_the_place_of_a_customer_hangs_on_the_name_alone(customers: list[int]) -> None:
    network = chosen_network("uk_wholesale", {})
    bare = bare_map()
    keys = [(str(each), "United Kingdom") for each in customers]

    forward, backward = placed(keys, bare, network), placed(keys[::-1], bare, network)
    assert forward == backward[::-1]


def test_customers_spread_as_people_do() -> None:
    network = chosen_network("uk_wholesale", {})
    bare = bare_map()
    found = placed([(f"customer {n}", "United Kingdom") for n in range(20_000)], bare, network)

    people = {area.place: area.share for area in network.areas if area.country == "United Kingdom"}
    assert sum(people.values()) == 63_182_178  # as published for the United Kingdom
    for place, count in people.items():
        assert abs(found.count(place) / 20_000 - count / 63_182_178) < 0.01
