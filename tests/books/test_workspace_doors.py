"""However tables come, the workspace is the same or says where it is not: files of all kinds, and 200 corruptions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from firstbest.store import mark as mark_module
from firstbest.store import schema, workspace_narrow, workspace_sheets
from firstbest.store.compile_network import compile_network
from firstbest.store.door_source import HEAD_ROWS
from firstbest.store.mark import mark
from firstbest.store.schema_words import Type
from firstbest.store.template import HEADER_ROW, write_template
from firstbest.store.workspace import Workspace, check, checked, every_fault, load
from tests.books.small_workspace import FILES, ORDERS, write
from tests.doors.workbooks import write_book

TABLES = {name: text for name, text in FILES.items() if name.endswith(".csv") and "/" not in name}
TABLES["orders.csv"] = ORDERS


def rows_of(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(TABLES[name])))


def text_of(rows: list[list[str]], delimiter: str = ",", line: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line).writerows(rows)
    return out.getvalue()


def same(one: Workspace, other: Workspace) -> bool:
    """Whether every table holds the same values."""
    for name, frame in one.tables.items():
        for key, cells in frame.columns.items():
            found = other.tables[name].columns[key]
            equal = np.array_equal(cells, found, equal_nan=True) if isinstance(cells, np.ndarray) else cells == found
            if not equal and not (
                isinstance(cells, np.ndarray) and cells.dtype != np.float64 and (cells == found).all()
            ):
                return False
    return True


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return load(write(tmp_path_factory.mktemp("good"), orders_csv=ORDERS))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda rows: text_of(rows).encode("utf-8-sig"), "UTF-8 with a byte-order mark"),
        (lambda rows: text_of(rows).encode("utf-16"), "UTF-16"),
        (lambda rows: text_of(rows).replace("Kettle", "Kéttle").encode("cp1252"), "Windows-1252"),
        (lambda rows: text_of(rows, ";").encode(), "semicolons"),
        (lambda rows: text_of(rows, "\t").encode(), "tabs"),
        (lambda rows: ("Our items\n\n" + text_of(rows)).encode(), "the header is row 3"),
        (lambda rows: text_of(rows).replace("Kettle", "Kettle\u00a0red").encode(), "1 cell held hard"),
    ],
)
def test_a_table_is_read_however_it_is_written_and_that_is_told(
    tmp_path: Path, content: Callable[[list[list[str]]], bytes], told: str
) -> None:
    folder = write(tmp_path)
    (folder / "items.csv").write_bytes(content(rows_of("items.csv")))
    faults, notes = checked(folder)

    assert faults == []
    assert len(notes) == 1
    assert notes[0].startswith("items.csv: ")
    assert told in notes[0]
    assert load(folder).frame("items").numbers("weight_kg").tolist() == [1.2, 0.4, 2.0]


def test_excel_tables_and_one_workbook_are_read_as_csv_is(tmp_path: Path, good: Workspace) -> None:
    folder = write(tmp_path / "one", orders_csv=ORDERS)
    (folder / "items.csv").unlink()
    write_book(folder / "items.xlsx", rows_of("items.csv"))
    assert check(folder) == []
    assert same(good, load(folder))

    book = openpyxl.Workbook()
    for name in TABLES:
        sheet = book.create_sheet(name.removesuffix(".csv"))
        for row in rows_of(name):
            sheet.append(row)
        (folder / name).unlink(missing_ok=True)
    (folder / "items.xlsx").unlink()
    del book["Sheet"]
    book.save(folder / "tables.xlsx")
    assert check(folder) == []
    assert same(good, load(folder))

    (folder / "stock.csv").write_text(TABLES["stock.csv"])
    assert [str(each) for each in check(folder)] == [
        "tables.xlsx (stock): expected one of stock.csv and tables.xlsx (stock), found both"
    ]


def cases() -> list[list[str]]:
    lines = Path(__file__).with_name("door_faults.txt").read_text(encoding="utf-8").splitlines()
    return [[cell.replace("\\n", "\n") for cell in line.split("\t")] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("file", "old", "new", "message"), cases())
def test_each_fault_of_the_list_has_its_message(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = write(tmp_path, orders_csv=ORDERS)
    assert old in TABLES[file]
    (folder / file).write_text(TABLES[file].replace(old, new, 1))
    found = [str(each) for each in check(folder)]
    assert any(each.startswith(message) for each in found), found


def test_a_shortened_code_is_told_beside_a_weight_in_pounds(tmp_path: Path) -> None:
    folder = write(tmp_path)
    text = TABLES["items.csv"].replace("towel,Towel", "1.23E+11,Towel", 1)
    weight = rows_of("items.csv")[1][rows_of("items.csv")[0].index("weight_kg")]
    (folder / "items.csv").write_text(text.replace(f",{weight},", f",{weight} lb,", 1))
    found = [str(each) for each in check(folder)]

    assert any("a unit in the cell" in each for each in found)
    assert any("which a spreadsheet shortened" in each for each in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("2026-", "2026-13-"),
        ("standard", "fast"),
        (",0,", ",0.5,"),
        (",0,", ",,"),
        ("kettle", "kettles"),
        ("kettle", "ket\u00a0tle"),
        ("kettle", "1.23E+11"),
        ("order,placed_at", "order,when"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_large_log_has_the_messages_of_a_small_one(tmp_path: Path, form: str, old: str, new: str) -> None:
    text = ORDERS.replace(old, new, 1) if old else ORDERS
    rows = text.strip().splitlines()
    text = "\n".join([*rows, rows[-1], rows[1]]) + "\n" if old == "kettle" else text
    folder = write(tmp_path, orders_csv=text)
    if form == "parquet":
        with duckdb.connect() as db:
            source = f"read_csv('{folder / 'orders.csv'}', all_varchar = true, header = true)"
            db.execute(f"COPY (SELECT * FROM {source}) TO '{folder / 'orders.parquet'}'")
        (folder / "orders.csv").unlink()
    whole, narrow = checked(folder, big_bytes=0)[0], checked(folder, big_bytes=1)[0]

    assert list(map(str, narrow)) == list(map(str, whole))
    assert bool(whole) == bool(old)


@pytest.mark.parametrize("big_bytes", [0, 1])
def test_more_rows_than_a_workspace_holds_are_told_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, big_bytes: int
) -> None:
    """A Parquet file knows its rows: the fault comes at once, with what to do, in a check and in a rehearsal."""
    folder = write(tmp_path)
    with duckdb.connect() as db:
        rows = "SELECT 'o' AS \"order\", 'soon' AS placed_at FROM range(5)"
        db.execute(f"COPY ({rows}) TO '{folder / 'orders.parquet'}'")
    for module in (workspace_narrow, workspace_sheets):
        monkeypatch.setattr(module, "ROWS_MAX", 4)
    (folder / "stock.csv").write_text("item,node,quantity\n")
    told = [str(each) for each in checked(folder, big_bytes=big_bytes)[0] if each.file == "orders.parquet"]
    part = "of a log, a part: firstbest init DIR --from LOG --since DAY --until DAY"
    assert told == [f"orders.parquet: expected 4 rows or fewer ({part}), found 5"]


def test_a_large_log_is_marked_in_its_faulty_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet of millions of rows takes memory that nobody has, and no spreadsheet opens it."""
    monkeypatch.setattr(mark_module, "ROWS_MOST", 40)
    head, first, *_ = ORDERS.strip().splitlines()
    name = first.split(",")[0]
    rows = [first.replace(name, f"o{number}", 1) for number in range(200)]
    place = head.split(",").index("quantity")
    for number in (120, 160):
        cells = rows[number].split(",")
        rows[number] = ",".join([*cells[:place], "many", *cells[place + 1 :]])
    folder = write(tmp_path, orders_csv="\n".join([head, *rows]) + "\n")
    files, left = mark(folder, every_fault(folder))
    sheet = openpyxl.load_workbook(files[0])["orders"]
    told = {row[place].row: row for row in sheet.iter_rows() if row[place].comment}

    assert left == 0
    assert sheet.max_row == HEAD_ROWS + 2
    assert [row[-1].value for row in told.values()] == ["row 122 of orders.csv", "row 162 of orders.csv"]
    assert [row[place].value for row in told.values()] == ["many", "many"]


def test_control_characters_do_not_keep_a_table_from_being_marked(tmp_path: Path) -> None:
    folder = write(tmp_path)
    text = TABLES["items.csv"].replace("Towel", "Tow\x0bel\x01", 1)
    weight = rows_of("items.csv")[1][rows_of("items.csv")[0].index("weight_kg")]
    (folder / "items.csv").write_text(text.replace(f",{weight},", ",heavy\x02,", 1))
    files, left = mark(folder, every_fault(folder))
    texts = [cell.value for row in openpyxl.load_workbook(files[0])["items"].iter_rows() for cell in row]

    assert left == 0
    assert "Tow\N{REPLACEMENT CHARACTER}el\N{REPLACEMENT CHARACTER}" in texts
    assert "heavy\N{REPLACEMENT CHARACTER}" in texts


def test_merged_cells_of_a_table_are_faults(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "items.csv").unlink()
    write_book(folder / "items.xlsx", rows_of("items.csv"), merge="C2:C3")

    assert "items.xlsx, row 2: expected a value in each cell: unmerge them, found merged cells C2:C3" in map(
        str, check(folder)
    )


def test_marked_copies_colour_the_cells_and_touch_no_value(tmp_path: Path) -> None:
    folder = write(tmp_path, stock_csv=FILES["stock.csv"].replace("100,-2", "-5,-2"))
    (folder / "items.csv").unlink()
    rows: list[list[Any]] = rows_of("items.csv")
    rows[1][3], rows[2][6] = "heavy", "=10+10"
    source = write_book(folder / "items.xlsx", rows)
    files, left = mark(folder, every_fault(folder))

    assert [path.name for path in files] == ["items.xlsx", "csv_files.xlsx"]
    assert left == 0
    before, after = (openpyxl.load_workbook(path).active for path in (source, files[0]))
    assert before is not None
    assert after is not None
    assert [[cell.value for cell in row] for row in after] == [[cell.value for cell in row] for row in before]
    assert after["D2"].comment is not None
    assert after["D2"].comment.text == "expected a number from 0.001 to 5,000, found 'heavy'"
    assert after["D2"].fill.start_color.rgb == "FFFFC7CE"
    assert after["G3"].comment is not None
    assert "formula without a value" in after["G3"].comment.text
    stock = openpyxl.load_workbook(files[1])["stock"]
    assert stock["C2"].value == "-5"
    assert stock["C2"].comment is not None


def test_the_template_is_read_as_it_is_filled_in(tmp_path: Path, good: Workspace) -> None:
    folder = write(tmp_path, orders_csv=ORDERS)
    write_template(folder / "tables.xlsx")
    assert check(folder) == []  # an empty tab is no table
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    for name in TABLES:
        header, *rows = rows_of(name)
        sheet = book[name.removesuffix(".csv")]
        places = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
        for number, row in enumerate(rows, start=HEADER_ROW + 1):
            for key, cell in zip(header, row, strict=True):
                sheet.cell(number, places[key], cell or None)
        (folder / name).unlink()
    book.save(folder / "tables.xlsx")

    assert check(folder) == []
    assert same(good, load(folder))
    kinds = book["nodes"].data_validations.dataValidation
    assert any(each.type == "list" and "fulfilment" in str(each.formula1) for each in kinds)


def _cell(change: Callable[[str], str], fits: Callable[[str], bool] = bool) -> Any:
    """A corruption of one cell that fits; rows below the header."""

    def corrupt(rows: list[list[str]], draw: Callable[[Any], Any]) -> list[list[str]]:
        spots = [(r, c) for r in range(1, len(rows)) for c in range(len(rows[r])) if fits(rows[r][c])]
        if spots:
            row, column = draw(st.sampled_from(spots))
            rows[row][column] = change(rows[row][column])
        return rows

    return corrupt


def _numeric(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _row(change: Callable[[list[list[str]], int], None]) -> Any:
    def corrupt(rows: list[list[str]], draw: Callable[[Any], Any]) -> list[list[str]]:
        change(rows, draw(st.integers(1, len(rows) - 1)))
        return rows

    return corrupt


KINDS: dict[str, Any] = {
    "decimal comma": _cell(lambda text: text.replace(".", ","), lambda text: _numeric(text) and "." in text),
    "thousands": _cell(lambda text: f"1,{int(float(text)) % 1000:03}", _numeric),
    "negative": _cell(lambda text: f"-{text}", _numeric),
    "a unit": _cell(lambda text: f"{text} lb", _numeric),
    "currency": _cell(lambda text: f"${text}", _numeric),
    "shortened": _cell(lambda _: "1.23E+11"),
    "hard blank around": _cell(lambda text: f"\u00a0{text}\u00a0"),
    "lost zeros": _cell(lambda text: text.lstrip("0"), lambda text: text.startswith("0") and text != "0"),
    "day and month": _cell(
        lambda text: f"{text[:4]}-{text[8:10]}-{text[5:7]}{text[10:]}", lambda text: text[:4] == "2026"
    ),
    "slashes": _cell(lambda text: f"{text[8:10]}/{text[5:7]}/{text[:4]}{text[10:]}", lambda text: text[:4] == "2026"),
    "not applicable": _cell(lambda _: "N/A"),
    "a word": _cell(lambda _: "kettel"),
    "twice": _row(lambda rows, at: rows.insert(at, list(rows[at]))),
    "sums": _row(lambda rows, _: rows.append(["Total", *[""] * (len(rows[0]) - 1)])),
    "header again": _row(lambda rows, at: rows.insert(at, list(rows[0]))),
    "blank row": _row(lambda rows, at: rows.insert(at, [""] * len(rows[0]))),
    "one cell more": _row(lambda rows, at: rows[at].append("surplus")),
    "one cell less": _row(lambda rows, at: rows[at].pop()),
    "row gone": _row(lambda rows, at: rows.pop(at) and None),
    "column gone": _row(lambda rows, at: [row.pop(at % len(row)) for row in rows] and None),
}
NEW_MEANING = {
    "row gone", "one cell less", "column gone", "negative", "shortened", "a word", "day and month", "twice",
    "not applicable",
}  # fmt: skip
"""What may leave another good workspace, which says what its cells say: an optional value less, a free text more."""


def texts_alone(name: str, before: list[list[str]], rows: list[list[str]]) -> bool:
    """Whether cells were changed, and every one of them is a text's."""
    pairs = [
        pair for row, other in zip(before, rows, strict=False) for pair in zip(before[0], row, other, strict=False)
    ]
    table = schema.table(name.removesuffix(".csv"))
    kinds = {table.column(column).type for column, cell, now in pairs if cell != now}
    return kinds == {Type.TEXT}


@settings(max_examples=200, deadline=None)
@given(
    data=st.data(),
    kind=st.sampled_from(sorted(KINDS)),
    form=st.sampled_from(["utf-8", "utf-16", "cp1252", ";", "xlsx"]),
)
def test_two_hundred_corruptions(
    good: Workspace, tmp_path_factory: pytest.TempPathFactory, data: Any, kind: str, form: str
) -> None:
    """A located message or a right answer, never a traceback, never a silent change."""
    name = data.draw(st.sampled_from(sorted(TABLES)))
    before = rows_of(name)
    rows = KINDS[kind]([list(row) for row in before], data.draw)
    folder = write(tmp_path_factory.mktemp("w"), orders_csv=ORDERS)
    path = folder / name
    if form == "xlsx":
        path.unlink()
        path = write_book(path.with_suffix(".xlsx"), rows)
    else:
        path.write_bytes(text_of(rows, form if form == ";" else ",").encode("utf-8" if form == ";" else form))
    faults, notes = checked(folder)
    event(f"{kind}: {'faulty' if faults else 'good'}")
    if faults:
        assert all(each.file and each.expected and each.row >= 0 for each in faults)
        named = any(
            each.file.startswith(path.name) and (each.row or kind in {"row gone", "column gone"}) for each in faults
        )
        # A code that was changed to another code is found where the old one is still asked for.
        elsewhere = kind in NEW_MEANING | {"decimal comma", "hard blank around"} or texts_alone(name, before, rows)
        assert named or elsewhere, (kind, faults)
        return
    found = load(folder)
    compile_network(found)
    if kind not in NEW_MEANING and not same(good, found):
        # What a free text says may change: then it says what its cell says. All else would be a silent change.
        assert texts_alone(name, before, rows), (kind, notes)
    if form in {"utf-16", ";"} and kind != "row gone" and len(rows) > 1:
        assert any(each.startswith(f"{path.name}: ") for each in notes)
