"""Every kind of fault is found, told together, and says file, row, column, expected and found."""

import re
from pathlib import Path

import duckdb
import pytest

from firstbest.store.faults import FAULTS_PER_COLUMN_MAX, Fault, WorkspaceFaulty
from firstbest.store.workspace import check, load
from tests.books.small_workspace import FILES, ORDERS, write


def edited(file: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[file]
    return {file.replace(".", "_").replace("/", "_"): FILES[file].replace(old, new, 1)}


def told(folder: Path, changed: dict[str, str]) -> list[str]:
    return [str(each) for each in check(write(folder, **changed))]


def test_a_good_workspace_has_no_fault(tmp_path: Path) -> None:
    assert check(write(tmp_path)) == []
    assert check(write(tmp_path, orders_csv=ORDERS)) == []


def cases() -> list[list[str]]:
    lines = Path(__file__).with_name("workspace_faults.txt").read_text(encoding="utf-8").splitlines()
    return [[cell.replace("\\n", "\n") for cell in line.split("\t")] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("file", "old", "new", "message"), cases())
def test_each_kind_of_fault_is_told(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    found = told(tmp_path, edited(file, old, new))
    assert any(each.startswith(message) for each in found), found


def test_all_faults_are_told_together_in_order(tmp_path: Path) -> None:
    changed = (
        edited("items.csv", "owner,1.2", "owner,x") | edited("nodes.csv", "40.60", "x") | {"demand_toml": "[orders]\n"}
    )
    with pytest.raises(WorkspaceFaulty) as caught:
        load(write(tmp_path, **changed))
    files = [each.file for each in caught.value.faults]
    assert sorted(files) == ["demand.toml", "items.csv", "nodes.csv"]
    assert str(caught.value).startswith("the workspace has 3 faults\n")


def test_missing_files_and_columns_are_told(tmp_path: Path) -> None:
    write(tmp_path, cartons_csv="carton,inner_l\nsmall,5\n")
    (tmp_path / "places.csv").unlink()
    (tmp_path / "policies.toml").unlink()
    found = [(each.file, each.row, each.column) for each in check(tmp_path)]
    assert found == [
        ("policies.toml", 0, ""),
        ("places.csv", 0, ""),
        ("cartons.csv", 1, "outer_l"),
        ("cartons.csv", 1, "longest_cm"),
        ("cartons.csv", 1, "cost"),
    ]


def test_no_folder_is_one_fault(tmp_path: Path) -> None:
    assert [each.expected for each in check(tmp_path / "nowhere")] == ["a folder with a workspace"]


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    # A blank line and a line break within quotes count as rows of a spreadsheet do; line ends may be mixed.
    text = 'seller,name,order_percent\r\n\nowner,"two\nlines",75\n,,\nguest,,many\r\n'
    assert check(write(tmp_path, sellers_csv=text)) == [
        Fault("sellers.csv", 5, "order_percent", "a number from 0 to 100", "'many'")
    ]


def test_headers_are_checked(tmp_path: Path) -> None:
    text = "seller,order_percnt,seller,,x_mine\nowner,75,a,b,\nguest,25,a,,\n"
    assert [str(each) for each in check(write(tmp_path, sellers_csv=text)) if each.row == 1] == [
        "sellers.csv, row 1, seller: expected a name of its own for each column, found it twice",
        "sellers.csv, row 1: expected a name of its own for each column, found one without a name",
        (
            "sellers.csv, row 1, order_percnt: expected a declared column, or a name that starts with x_, "
            "found 'order_percnt' (nearest: 'order_percent')"
        ),
        "sellers.csv, row 1, order_percent: expected a column 'order_percent': share of orders, found none",
    ]


def test_too_many_cells_bad_bytes_and_empty_files_are_told(tmp_path: Path) -> None:
    write(tmp_path, sellers_csv="seller,order_percent\nowner,100,x\n", packs_csv="")
    (tmp_path / "cartons.csv").write_bytes("carton\nGr\xf6\xdfe\n".encode("latin-1"))
    (tmp_path / "demand.toml").write_bytes(b"\xff")
    found = [str(each) for each in check(tmp_path)]
    assert "sellers.csv, row 2: expected 2 cells or fewer, found 3, beyond them 'x'" in found
    assert "packs.csv, row 1: expected a row of column names, found nothing" in found
    assert not any("UTF-8" in each and each.startswith("cartons") for each in found)  # it is read, and told
    assert "demand.toml: expected text in UTF-8, found byte 0xff" in found


def test_many_alike_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"p{index},x,1,1,UTC\n" for index in range(100))
    found = check(write(tmp_path, places_csv="place,weight,latitude,longitude,time_zone\n" + rows))
    alike = [each for each in found if each.column == "weight" and each.file == "places.csv"]
    assert len(alike) == FAULTS_PER_COLUMN_MAX + 1
    assert alike[-1].found == "80 more like these"


def test_orders_are_checked(tmp_path: Path) -> None:
    faulty = ORDERS.replace("B9,2026-03-03 09:30,ann,900", "B9,3/3/2026,ann,90O").replace("0,lamp", "0,lmap")
    found = [
        str(each) for each in check(write(tmp_path, orders_csv=faulty + "A1,2026-03-02,,606,standard,0,kettle,0,\n"))
    ]
    assert [re.sub(": expected.*found", ":", each) for each in found] == [
        "orders.csv, row 4, item: 'lmap' (nearest: 'lamp')",
        (
            "orders.csv, row 5, placed_at: '3/3/2026' (write year-month-day;"
            " which of the two is the month it does not say)"
        ),
        "orders.csv, row 5, place: '90O' (nearest: '900')",
        "orders.csv, row 6, quantity: '0'",
        "orders.csv, row 6, order, line: 'A1, 0' as in row 4",
    ]


def test_parquet_orders_go_the_same_way(tmp_path: Path) -> None:
    write(tmp_path / "a", orders_csv=ORDERS)
    write(tmp_path / "b")
    source = str(tmp_path / "a" / "orders.csv")
    target = str(tmp_path / "b" / "orders.parquet")
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{target}' (FORMAT parquet)")
    a, b = (load(tmp_path / each).frame("orders") for each in ("a", "b"))
    assert a.texts("order") == b.texts("order")
    assert a.whole("placed_at").tolist() == b.whole("placed_at").tolist()
    (tmp_path / "b" / "orders.csv").write_text(ORDERS)
    assert [each.expected for each in check(tmp_path / "b")] == ["one of orders.csv and orders.parquet"]
    (tmp_path / "b" / "orders.csv").unlink()
    (tmp_path / "b" / "orders.parquet").write_bytes(b"no parquet")
    assert [each.expected for each in check(tmp_path / "b")] == ["a Parquet file"]
