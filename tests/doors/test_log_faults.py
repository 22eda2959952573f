"""What goes wrong in other people's logs: each is put right and told with its count, or asked for with its row."""

from pathlib import Path

import pytest

from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.import_map import read_map
from firstbest.store.import_rows import Log, read_log
from tests.doors import small_log
from tests.doors.workbooks import write_book

HEADER = "bill,when,code,count,each"
MAP = """
[log]
name = "faulty"
network = "us_warehouse"
[columns]
order = "bill"
placed_at = "when"
item = "code"
quantity = "count"
price = "each"
"""
GOOD = ("1,2024-05-17 10:00,A1,2,9.50", "2,2024-05-18 11:00,B2,1,4.25")


def read(folder: Path, *rows: str, said: str = "") -> Log:
    made = read_map(small_log.write_map(folder, MAP.replace("[columns]", f"{said}\n[columns]")))
    return read_log(small_log.write_log(folder, rows, HEADER), made)


def sold(log: Log) -> list[tuple[str, str, int, float]]:
    """(instant, item, units, price) of each row that has an instant."""
    return log.connection.execute(
        "SELECT placed_at::VARCHAR, item, quantity, price / 1e6 FROM line WHERE placed_at IS NOT NULL ORDER BY n"
    ).fetchall()


def buckets(log: Log) -> dict[str, int]:
    found = {each.name: each.rows for each in log.buckets}
    assert sum(found.values()) == log.rows
    return found


def faults(folder: Path, *rows: str, said: str = "") -> list[str]:
    with pytest.raises(WorkspaceFaulty) as caught:
        read(folder, *rows, said=said)
    return [str(each) for each in caught.value.faults]


def test_a_plain_log_has_nothing_to_tell(tmp_path: Path) -> None:
    log = read(tmp_path, *GOOD)

    assert log.notes == ()
    assert buckets(log) == {"sales": 2}
    assert sold(log) == [("2024-05-17 10:00:00", "A1", 2, 9.5), ("2024-05-18 11:00:00", "B2", 1, 4.25)]


@pytest.mark.parametrize(
    ("cells", "value", "told"),
    [
        (('"9,50"', '"1.234,00"'), [9.5, 1234.0], "each: 2 numbers are not written plainly; '9,50' is read as 9.5"),
        (("9.50", '"1,234.00"'), [9.5, 1234.0], "each: 1 number is not written plainly; '1,234.00' is read as 1234"),
        (("$9.50", "USD 4"), [9.5, 4.0], "each: 2 numbers are not written plainly; '$9.50' is read as 9.5"),
        (("9.50", "(4.25)"), [9.5, -4.25], "each: 1 number is not written plainly; '(4.25)' is read as -4.25"),
        (("9.50", "1\u00a0234.5"), [9.5, 1234.5], "each: 1 number is not written plainly"),
    ],
)
def test_numbers_are_read_as_their_column_shows(
    tmp_path: Path, cells: tuple[str, str], value: list[float], told: str
) -> None:
    log = read(tmp_path, f"1,2024-05-17,A1,2,{cells[0]}", f"2,2024-05-18,B2,1,{cells[1]}")

    assert [row[3] for row in sold(log)] == value
    assert log.notes[0].startswith(told)


def test_a_number_that_may_be_two_is_asked_for(tmp_path: Path) -> None:
    rows = ('1,2024-05-17,A1,2,"1,234"', '2,2024-05-18,B2,1,"2,500"')

    assert faults(tmp_path, *rows) == [
        (
            "log.csv, row 2, each: expected a number that is read in one way only (say --decimal point or --decimal"
            " comma), found '1,234': a thousand, or a decimal?"
        )
    ]
    assert [row[3] for row in sold(read(tmp_path, *rows, said='decimal = "comma"'))] == [1.234, 2.5]
    assert [row[3] for row in sold(read(tmp_path, *rows, said='decimal = "point"'))] == [1234, 2500]


def test_points_and_commas_together_are_asked_for(tmp_path: Path) -> None:
    found = faults(tmp_path, '1,2024-05-17,A1,2,"9,50"', "2,2024-05-18,B2,1,4.25")

    assert found == [
        (
            "log.csv, row 2, each: expected decimal points or commas, not both (say --decimal point or --decimal"
            " comma), found '4.25' in row 3 and '9,50' in row 2"
        )
    ]


@pytest.mark.parametrize(
    ("cells", "instants", "told"),
    [
        (("17/05/2024 10:00", "05/06/2024"), ["2024-05-17 10:00:00", "2024-06-05 00:00:00"], "days come first"),
        (("05/17/2024 2:30 PM", "05/06/2024"), ["2024-05-17 14:30:00", "2024-05-06 00:00:00"], "months come first"),
        (("2024-05-17 10:00 PM", "2024/05/18 9:05:00 am"), ["2024-05-17 22:00:00", "2024-05-18 09:05:00"], ""),
        (("5/17/2024 2:30pm", "5/18/2024"), ["2024-05-17 14:30:00", "2024-05-18 00:00:00"], "months come first"),
        (("17.5.24", "18.5.24"), ["2024-05-17 00:00:00", "2024-05-18 00:00:00"], "days come first"),
        (("3.5.2024", "4.5.2024"), ["2024-05-03 00:00:00", "2024-05-04 00:00:00"], "dates with points"),
        (("May 3, 2024", "17 May 2024"), ["2024-05-03 00:00:00", "2024-05-17 00:00:00"], ""),
        (("45415", "45416.5"), ["2024-05-03 00:00:00", "2024-05-04 12:00:00"], "2 numbers such as 45321"),
    ],
)
def test_dates_are_read_as_their_column_shows(
    tmp_path: Path, cells: tuple[str, str], instants: list[str], told: str
) -> None:
    log = read(tmp_path, f'1,"{cells[0]}",A1,2,1', f'2,"{cells[1]}",B2,1,1')

    assert [row[0] for row in sold(log)] == instants
    assert any(told in note for note in log.notes) == bool(told)


def test_a_price_that_is_none_is_told(tmp_path: Path) -> None:
    """The sale stays, at the price of its item; an empty cell says nothing, and is counted with what is missing."""
    rows = (
        "1,2024-05-17,A1,2,5%",
        "2,2024-05-17,A1,2,inf",
        "3,2024-05-18,A1,1,3",
        "4,2024-05-18,A1,1,",
        "5,2024-05-18,A1,0,x",
        "6,2024-05-18,A1,1,4",
        "7,2024-05-18,A1,1,5",
    )
    log = read(tmp_path, *rows)
    assert sorted(row[3] or 0 for row in sold(log)) == [0, 0, 0, 0, 3, 4, 5]
    assert log.notes == ("each: 2 rows with what is no price, such as '5%' in row 2: the item's own stands for it",)


def test_words_behind_a_time_are_not_read_past(tmp_path: Path) -> None:
    """The engine reads '10:00 EST' as ten o'clock and says nothing: a zone that is not understood is no date."""
    rows = ("1,2024-05-17 10:00,A1,2,1", "2,2024-05-17 10:00 EST,A1,2,1", "3,2024-05-18,A1,2,1")
    log = read(tmp_path, *rows)
    assert {each.name: each.rows for each in log.buckets} == {"no date": 1, "sales": 2}
    assert [row[0] for row in sold(log)] == ["2024-05-17 10:00:00", "2024-05-18 00:00:00"]


def test_days_and_months_that_cannot_be_told_apart_are_asked_for(tmp_path: Path) -> None:
    rows = ("1,03/04/2024,A1,2,1", "2,05/06/2024,B2,1,1")

    assert faults(tmp_path, *rows) == [
        (
            "log.csv, row 2, when: expected a date that says which is the month; no number is above 12 (say --dates"
            " day_first or --dates month_first), found '03/04/2024' and 1 more"
        )
    ]
    told = read(tmp_path, *rows, said='dates = "day_first"')
    assert [row[0] for row in sold(told)] == ["2024-04-03 00:00:00", "2024-06-05 00:00:00"]
    assert told.notes == ("when: 2 dates are read with days first, as you said",)


def test_dates_of_two_forms_are_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, "1,17/05/2024,A1,2,1", "2,05/18/2024,B2,1,1") == [
        (
            "log.csv, row 3, when: expected dates of one form (say --dates day_first or --dates month_first), found"
            " '17/05/2024' in row 2 and '05/18/2024' in row 3"
        )
    ]


def test_impossible_dates_are_told_in_their_bucket(tmp_path: Path) -> None:
    log = read(tmp_path, *GOOD, "3,2024-02-30,A1,1,1", "4,1024-02-03,A1,1,1")

    assert buckets(log) == {"no date": 2, "sales": 2}


def test_offsets_of_one_zone_are_the_shops_own_time(tmp_path: Path) -> None:
    log = read(tmp_path, "1,2024-03-09 10:00:00 -0500,A1,2,1", "2,2024-03-10T10:00:00-04:00,B2,1,1")

    assert [row[0] for row in sold(log)] == ["2024-03-09 10:00:00", "2024-03-10 10:00:00"]
    assert log.notes == ("when: times are the shop's own, as written (-04:00 in 1, -0500 in 1 rows)",)


def test_times_of_many_zones_are_put_into_one(tmp_path: Path) -> None:
    rows = ("1,2024-05-17T10:00:00Z,A1,2,1", "2,2024-05-17T10:00:00+09:00,B2,1,1")
    log = read(tmp_path, *rows, said='time_zone = "America/New_York"')

    assert [row[0] for row in sold(log)] == ["2024-05-17 06:00:00", "2024-05-16 21:00:00"]
    assert log.notes == ("when: times name their offset (+09:00 in 1, Z in 1 rows): put into America/New_York",)


def test_some_times_with_an_offset_and_some_without_are_asked_for(tmp_path: Path) -> None:
    assert faults(tmp_path, "1,2024-05-17T10:00:00Z,A1,2,1", *GOOD) == [
        (
            "log.csv, row 3, when: expected an offset in every instant or in none (say --time-zone for those without),"
            " found '2024-05-17 10:00' and 1 more without, Z in 1 rows"
        )
    ]


def test_a_header_and_sums_again_are_no_times_without_an_offset(tmp_path: Path) -> None:
    rows = ("1,2024-05-17T10:00:00Z,A1,2,1", "order,when,code,count,each", "Total,,,2,1")

    assert [row[1] for row in sold(read(tmp_path, *rows))] == ["A1"]


def test_hard_blanks_in_codes_are_told(tmp_path: Path) -> None:
    log = read(tmp_path, "1,2024-05-17,\u00a0A1\u00a0,2,1", "2,2024-05-17,A\u00a01,2,1", *GOOD)

    assert [row[1] for row in sold(log)] == ["A1", "A 1", "A1", "B2"]
    assert log.notes == ("code: 2 codes with hard (non-breaking) blanks: read as plain ones, none at the ends",)


def test_shortened_codes_sums_and_repeated_headers_have_their_buckets(tmp_path: Path) -> None:
    rows = ("3,2024-05-17,1.23E+11,1,1", "Total,,,3,13.75", HEADER, "4,2024-05-18,A1,1,1,2,3")
    log = read(tmp_path, *GOOD, *rows)

    assert buckets(log) == {"lost digits": 1, "totals": 1, "repeated header": 1, "too many cells": 1, "sales": 2}


def test_codes_that_differ_in_capitals_are_told(tmp_path: Path) -> None:
    assert read(tmp_path, *GOOD, "3,2024-05-17,a1,1,1").notes == (
        "code: 1 code that differs only in small and capital letters: one item",
    )


def test_an_excel_log_with_titles_and_merged_orders(tmp_path: Path) -> None:
    rows = [["May orders"], HEADER.split(","), ["1", "2024-05-17", "A1", 2, 9.5], [None, "2024-05-17", "B2", 1, 4.25]]
    book = write_book(tmp_path / "log.xlsx", rows, merge="A3:A4")
    log = read_log(book, read_map(small_log.write_map(tmp_path, MAP)))

    assert buckets(log) == {"sales": 2}
    assert [note.split(":")[0] for note in log.notes] == ["the header is row 2", "1 merged range (A3"]
    assert log.connection.execute("SELECT DISTINCT order_name FROM line").fetchall() == [("1",)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("log.csv", b"", "log.csv: expected a row of column names, found an empty file"),
        ("log.csv", HEADER.encode(), "log.csv: expected one row or more below the header, found none"),
        (
            "log.csv",
            b'bill,"when\n',
            "log.csv, row 1: expected quotation marks in pairs, found 'unexpected end of data'",
        ),
        (
            "log.parquet",
            b"PAR1 half",
            "log.parquet: expected a whole Parquet file, found one that is cut off: it does not",
        ),
        (
            "log.csv",
            b"bill,when,cod,count,each\n1,2,3,4,5",
            "map.toml, line 8, columns.item: expected a column of the log",
        ),
    ],
)
def test_files_that_cannot_be_read_say_so(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WorkspaceFaulty) as caught:
        read_log(tmp_path / name, read_map(small_log.write_map(tmp_path, MAP)))

    assert str(caught.value.faults[0]).startswith(message)
