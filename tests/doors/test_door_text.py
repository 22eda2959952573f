"""Every way of writing a file: encodings, delimiters, blank lines, ragged rows; both lanes give the same table."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.store import door_source
from firstbest.store.door_excel import sheet_rows, sheets_of
from firstbest.store.door_source import load, look
from firstbest.store.door_text import Unreadable, text_rows, written
from tests.doors.workbooks import write_book

HEADER = ("order", "größe", "note")
WANTED = (("order", "größe"),)


def table(folder: Path, content: bytes, name: str = "t.csv") -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Rows of the columns that are wanted, with their numbers, and what was told."""
    path = folder / name
    path.write_bytes(content)
    seen = look(path, WANTED)
    with duckdb.connect() as db:
        notes = load(db, seen, HEADER[:2], folder)
        rows = db.execute("SELECT * EXCLUDE (same) FROM source ORDER BY n").fetchall()
    return rows, (*seen.notes, *notes)


PLAIN = "order,größe,note\n1,12,a\n2,13,b\n"
EXPECTED = [(2, "", "1", "12"), (3, "", "2", "13")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PLAIN.encode(), ""),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "text is UTF-8 with a byte-order mark"),
        (PLAIN.encode("utf-16"), "text is UTF-16"),
        (PLAIN.encode("utf-16-le"), "text is UTF-16 without its mark"),
        (PLAIN.encode("cp1252"), "text is not UTF-8 (line 1): read as Windows-1252, the Latin-1 of spreadsheets"),
        (PLAIN.replace(",a\n", ",\x81\n").encode("latin-1"), "text is not UTF-8 (line 1): read as Latin-1"),
        (PLAIN.replace(",", ";").encode(), "cells are parted by semicolons"),
        (PLAIN.replace(",", "\t").encode(), "cells are parted by tabs"),
        (PLAIN.replace(",", "|").encode(), "cells are parted by bars"),
        (PLAIN.replace("\n", "\r\n").encode(), ""),
        (PLAIN.replace("a\n", "a\r\n").encode(), ""),
        (PLAIN.replace("\n", "\r").encode(), ""),
    ],
)
def test_however_a_file_is_written_the_table_is_the_same(tmp_path: Path, content: bytes, told: str) -> None:
    rows, notes = table(tmp_path, content)

    assert rows == EXPECTED
    assert list(notes) == ([told] if told else [])


def test_titles_above_the_header_are_told(tmp_path: Path) -> None:
    rows, notes = table(tmp_path, ("Orders of May\n\n" + PLAIN).encode())

    assert [row[2:] for row in rows] == [row[2:] for row in EXPECTED]
    assert rows[0][0] == 4  # as a spreadsheet counts
    assert notes[0].startswith("the header is row 3: 2 rows above it left out ('Orders of May')")


def test_blank_and_short_rows_are_told_and_surplus_is_kept_apart(tmp_path: Path) -> None:
    rows, notes = table(tmp_path, b"order,gr\xc3\xb6\xc3\x9fe,note\n1,12,a\n,,\n2\n3,4,5,6\n")

    assert rows == [(2, "", "1", "12"), (4, "", "2", ""), (5, "6", "3", "4")]
    assert notes == (
        "1 empty row between others left out",
        "1 row has fewer cells than the header: the rest is empty",
    )


@pytest.mark.parametrize(
    ("content", "name", "expected", "found"),
    [
        (b"", "t.csv", "a row of column names", "an empty file"),
        (b"\n\n", "t.csv", "a row of column names", "blank lines only"),
        (b"", "t.parquet", "a Parquet file", "an empty file"),
        (b"PAR1 and then some", "t.parquet", "a whole Parquet file", "one that is cut off"),
        (b"something else", "t.parquet", "a Parquet file", "text: name it .csv"),
        (b"something else", "t.xlsx", "an Excel workbook", "text: name it .csv"),
        (b"", "t.xlsx", "an Excel workbook", "an empty file"),
        (b"PK\x03\x04 half", "t.xlsx", "an Excel workbook", "File is not a zip file"),
        (b"\xd0\xcf\x11\xe0 old", "t.xlsx", "an Excel workbook", "an old workbook, or one with a password: open it"),
        (b"\xd0\xcf\x11\xe0 old", "t.xls", "a workbook as .xlsx", "an old workbook, or one with a password: open it"),
        (b"whatever", "t.xls", "a workbook as .xlsx", "text: name it .csv"),
        (b"\xef\xbb\xbf\n<HTML><table>", "t.xls", "a workbook as .xlsx", "a web page: open it in a spreadsheet"),
        (b"PAR1 and then some", "t.csv", "text", "a Parquet file: name it .parquet"),
        (b"\x1f\x8b\x08 packed", "t.csv", "text", "a packed file (gzip): unpack it"),
        (b"%PDF-1.7", "t.csv", "text", "a PDF: ask for the table as CSV or Excel"),
        (b'order,"open\n1,2\n', "t.csv", "quotation marks in pairs", "unexpected end of data"),
    ],
)
def test_what_is_no_table_says_why(tmp_path: Path, content: bytes, name: str, expected: str, found: str) -> None:
    with pytest.raises(Unreadable) as caught:
        table(tmp_path, content, name)

    assert caught.value.expected == expected
    assert found in caught.value.found


def test_a_workbook_or_an_archive_called_csv_is_told_as_what_it_is(tmp_path: Path) -> None:
    write_book(tmp_path / "t.xlsx", [["order", "größe"], ["1", 2]])
    (tmp_path / "book.csv").write_bytes((tmp_path / "t.xlsx").read_bytes())
    with zipfile.ZipFile(tmp_path / "packed.csv", "w") as archive:
        archive.writestr("orders.csv", PLAIN)

    for name, found in (("book", "an Excel workbook: name it .xlsx"), ("packed", "a packed file (ZIP): unpack it")):
        with pytest.raises(Unreadable) as caught:
            look(tmp_path / f"{name}.csv", WANTED)
        assert (caught.value.expected, caught.value.found) == ("text", found)


def test_a_workbook_is_read_as_its_cells_look(tmp_path: Path) -> None:
    path = write_book(tmp_path / "t.xlsx", [["Report"], ["order", "größe", "note"], ["007", 12, 1.5], [8, 13.0, None]])
    seen = look(path, WANTED)

    assert sheets_of(path) == ("Sheet",)
    assert seen.header_row == 2
    assert list(door_source.rows_below(seen)) == [(3, ["007", "12", "1.5"]), (4, ["8", "13"])]


def test_merged_cells_hold_their_value_in_each_row_of_a_log(tmp_path: Path) -> None:
    path = write_book(tmp_path / "t.xlsx", [["order", "größe"], ["1", 2], [None, 3], ["4", 5]], merge="A2:A3")
    seen = look(path, WANTED)

    assert seen.notes == ("1 merged range (A2:A3): the value stands for each of the cells",)
    assert [cells for _, cells in door_source.rows_below(seen)] == [["1", "2"], ["1", "3"], ["4", "5"]]


def test_two_header_rows_are_read_together(tmp_path: Path) -> None:
    path = write_book(tmp_path / "t.xlsx", [["Order", None, "Item"], ["Number", "Date", "Code"], ["1", "2", "3"]])
    seen = look(path, (("Order Number", "Order Date", "Item Code"),))

    assert seen.header == ("Order Number", "Order Date", "Item Code")
    assert seen.notes == ("the names of columns stand in rows 1 and 2: read together",)


def test_a_formula_without_a_value_is_no_empty_cell(tmp_path: Path) -> None:
    path = write_book(tmp_path / "t.xlsx", [["order", "größe"], ["1", "=1+1"]])

    assert list(sheet_rows(path))[1] == (2, ["1", "#a formula without a value"])


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=("Cs",)), max_size=6)


@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_both_lanes_give_the_same_table(
    rows: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory, quoted: Callable[[str], str]
) -> None:
    folder = tmp_path_factory.mktemp("lanes")
    kept = [row for row in rows if any(cell.strip() for cell in row)] or [("x", "y", "z")]
    lines = [",".join(map(quoted, row)) for row in (HEADER, *kept)]
    quick, _ = table(folder, ("\n".join(lines) + "\n").encode(), "quick.csv")
    sure, _ = table(folder, b"\xef\xbb\xbf" + ("\n".join(lines) + "\n").encode(), "sure.csv")

    assert quick == sure
    assert [row[2:] for row in quick] == [row[:2] for row in kept]


@pytest.fixture(scope="module")
def quoted() -> Callable[[str], str]:
    return lambda cell: '"' + cell.replace('"', '""') + '"'


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'a,b\n\n"two\nlines",1\n2,3\n')

    assert [row for row, _ in text_rows(path, written(path))] == [1, 3, 4]
