"""Known exports are told by their header, each with what it sets aside."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.import_guess import map_to_begin_with
from firstbest.store.import_log import Said, import_log
from firstbest.store.import_shapes import HeaderUnknown, recognised, shapes
from tests.books.small_workspace import FILES, write

AMAZON_ALL = (
    (
        "amazon-order-id\tpurchase-date\torder-status\tfulfillment-channel\tproduct-name\tsku\titem-status\tquantity\tcurrency"
        "\titem-price\tship-postal-code\tship-country"
    ),
    "111-1\t2026-03-02T15:00:00+00:00\tShipped\tMerchant\tMug\tM1\tShipped\t2\tUSD\t19.00\t02134\tUS",
    "111-1\t2026-03-02T15:00:00+00:00\tShipped\tMerchant\tTin\tT1\tCancelled\t0\tUSD\t\t02134\tUS",
    "111-2\t2026-03-03T02:00:00+00:00\tCancelled\tMerchant\tMug\tM1\tCancelled\t1\tUSD\t9.50\t60614\tUS",
    "111-3\t2026-03-03T03:00:00+00:00\tShipped\tAmazon\tMug\tM1\tShipped\t1\tUSD\t9.50\t60614\tUS",
    "111-4\t2026-03-03T04:30:00+00:00\tShipped\tMerchant\tMug\tM1\tShipped\t1\tUSD\t9.50\t2134\tUS",
)
EXPORTS = {
    "amazon_all_orders": (AMAZON_ALL, {"cancelled": 1, "lines cancelled": 1, "sent by Amazon": 1, "sales": 2}),
    "amazon_order_report": (
        (
            (
                "order-id\torder-item-id\tpurchase-date\tbuyer-email\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price"
                "\tship-postal-code\tship-country"
            ),
            "1\t7\t2026-03-02T15:00:00-08:00\tann@example.com\tM1\tMug\t2\tUSD\t19.00\t02134\tUS",
            "2\t8\t2026-03-03T15:00:00-08:00\tbob@example.com\tM1\tMug\t1\tUSD\t9.50\tM5V 2T6\tCA",
            "3\t9\t2026-03-04T15:00:00-08:00\tbob@example.com\tM1\tMug\t1\tUSD\t9.50\t94110\tUS",
        ),
        {"abroad": 1, "sales": 2},
    ),
    "woocommerce_rows": (
        (
            "order_id,order_number,date,status,item_name,item_sku,item_quantity,item_total,shipping_postcode,shipping_country",
            "5,1005,2026-03-02 15:00:00,completed,Mug,M1,2,19.00,02134,US",
            "6,1006,2026-03-02 16:00:00,cancelled,Mug,M1,1,9.50,02134,US",
            "7,1007,2026-03-02 17:00:00,wc-pending,Mug,M1,1,9.50,02134,US",
            "8,1008,2026-03-02 18:00:00,refunded,Mug,M1,1,9.50,02134,US",
        ),
        {"cancelled": 1, "not ordered yet": 1, "refunded": 1, "sales": 1},
    ),
    "woocommerce_advanced": (
        (
            (
                "Order Number,Order Status,Order Date,SKU,Item Name,Quantity,Item Cost,Postcode (Shipping)"
                ",Country Code (Shipping)"
            ),
            "1005,Completed,2026-03-02 15:00,M1,Mug,2,9.50,02134,US",
            "1006,Failed,2026-03-02 16:00,,Tin,1,4.00,02134,US",
            "1007,Completed,2026-03-02 16:00,,Tin,1,4.00,02134,US",
        ),
        {"cancelled": 1, "not ordered yet": 0, "refunded": 0, "sales": 2},
    ),
    "shipstation": (
        (
            (
                "Order - Number,Date - Order Date,Item - SKU,Item - Name,Item - Qty,Item - Price,Ship To - Postal Code"
                ",Ship To - Country,Order - Status"
            ),
            "A1,3/2/2026 3:00:00 PM,M1,Mug,2,9.50,2134,US,shipped",
            "A1,3/2/2026 3:00:00 PM,T1,Tin,1,4.00,2134,US,shipped",
            "A2,3/21/2026 9:00:00 AM,M1,Mug,1,9.50,10013,US,cancelled",
        ),
        {"cancelled": 1, "sales": 2},
    ),
}


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_an_export_is_known_by_its_header(tmp_path: Path, name: str) -> None:
    lines, expected = EXPORTS[name]
    log = tmp_path / "export.csv"
    log.write_text("\n".join(lines) + "\n", "utf-8")
    assert recognised(log)[0].name == name
    said = Said(time_zone="America/New_York") if name == "amazon_all_orders" else None
    found = import_log(log, None, tmp_path / "w", said)

    assert {each.name: each.rows for each in found.buckets} == expected
    assert found.network == "us_consumer"
    assert "the header is that of" in found.text


def test_the_price_of_a_line_is_that_of_its_units_together(tmp_path: Path) -> None:
    log = tmp_path / "export.txt"
    log.write_text("\n".join(AMAZON_ALL) + "\n", "utf-8")
    found = import_log(log, None, tmp_path / "w", Said(time_zone="America/New_York"))

    assert found.profile.value == 28.5
    assert found.profile.units == 3
    assert "put into America/New_York" in " ".join(found.text.split())
    assert "1 order with a ZIP that lost the zeros it begins with" in " ".join(found.text.split())


def test_an_unknown_header_names_the_nearest_export(tmp_path: Path) -> None:
    log = tmp_path / "export.csv"
    log.write_text("Name,Created,Lineitem quantity,Lineitem name,Lineitem price\n", "utf-8")
    with pytest.raises(WorkspaceFaulty) as caught:
        recognised(log)
    assert caught.value.faults[0].expected == (
        "the column 'Created at' (nearest: 'Created') of a known export (Shopify, orders), or --map MAP.toml"
    )


def test_a_name_that_begins_alike_is_none_that_is_meant_and_all_that_lack_are_named(tmp_path: Path) -> None:
    log = tmp_path / "export.csv"
    log.write_text("Name,Day,Qty,Lineitem name,Lineitem price,Lineitem taxable\n", "utf-8")
    with pytest.raises(WorkspaceFaulty) as caught:
        recognised(log)
    assert caught.value.faults[0].expected.startswith("the columns 'Created at', 'Lineitem quantity' of a known export")


def test_an_unknown_header_comes_with_a_map_to_begin_with(tmp_path: Path) -> None:
    """What it guesses makes a workspace as it stands; what it cannot tell is blank, and then asked for."""
    log, made = tmp_path / "log.csv", tmp_path / "map.toml"
    log.write_text("Order_ID,OrderDate,SKU,QTY,Notes\n1,2024-05-17,A,2,\n2,2024-05-18,B,1,x\n", "utf-8")
    with pytest.raises(HeaderUnknown) as caught:
        recognised(log)
    made.write_text(caught.value.map_text, "utf-8")
    assert import_log(log, made, tmp_path / "w").profile.units == 3

    told = map_to_begin_with(["Number", "When", "SKU", "Qty"])
    assert tomllib.loads(told)["columns"] == {"order": "", "placed_at": "", "item": "SKU", "quantity": "Qty"}
    made.write_text(told, "utf-8")
    with pytest.raises(WorkspaceFaulty, match=r"columns\.order"):
        import_log(log, made, tmp_path / "v")


def test_a_log_without_a_sale_says_where_its_rows_went(tmp_path: Path) -> None:
    log = tmp_path / "export.txt"
    log.write_text("\n".join(AMAZON_ALL) + "\n", "utf-8")
    with pytest.raises(WorkspaceFaulty) as caught:
        import_log(log, None, tmp_path / "w", Said(first=date(2027, 1, 1)))

    assert str(caught.value.faults[0]).startswith("export.txt: expected one row or more that is a sale, found none: ")
    assert "2 rows in 'outside the period' (" in caught.value.faults[0].found
    assert "1 row in 'sent by Amazon' (" in caught.value.faults[0].found


def test_every_shape_says_where_its_names_are_from() -> None:
    folder = Path(__file__).parents[2] / "src/firstbest/store/shapes"
    assert len(shapes()) == len(EXPORTS) + 1
    for path in folder.glob("*.toml"):
        assert path.read_text("utf-8").startswith("# "), path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def test_careless_paths_are_told_as_what_they_are(tmp_path: Path) -> None:
    """A folder, a name with a letter less, a file where a workspace stands, a folder that is none."""
    log = tmp_path / "orders_export.csv"
    log.write_text("order,date,sku,qty\n1,2024-05-17,A,2\n", "utf-8")
    (tmp_path / "empty").mkdir()
    for words, message in (
        (("init", f"{tmp_path}/w", "--from", f"{tmp_path}"), "found a folder at"),
        (("init", f"{tmp_path}/w", "--from", f"{tmp_path}"), ": it holds orders_export.csv"),
        (("init", f"{tmp_path}/w", "--from", f"{tmp_path}/order_export.csv"), "(nearest: 'orders_export.csv')"),
        (("init", f"{tmp_path}/w", "--from", f"{log}"), "A map to begin with"),
        (("init", f"{tmp_path}/w", "--from", f"{log}"), 'quantity = "qty"'),
        (("init", f"{log}/w"), "expected a folder that can be made and written to, found: Not a directory"),
        (("init", f"{log}/w", "--small"), "expected a folder that can be made and written to"),
        (("check", f"{log}"), f"found a file; firstbest init DIR --from {log}"),
        (("check", f"{tmp_path}/empty"), "found none of its files"),
        (("rehearse", f"{tmp_path}/empty"), "found none of its files"),
    ):
        code, told = run(*words)
        assert code == 2
        assert message in told
    assert not (tmp_path / "w").exists()


def test_check_marks_and_tells(tmp_path: Path) -> None:
    folder = write(tmp_path / "w", stock_csv=FILES["stock.csv"].replace("100,-2", "-5,-2"))
    code, said = run("check", str(folder), "--mark")

    assert code == 2
    assert "stock.csv, row 2, quantity: expected a whole number of 0 or more, found '-5'" in said
    assert f"marked: {folder / 'marked' / 'csv_files.xlsx'}" in said


def test_what_was_read_otherwise_is_told_by_check(tmp_path: Path) -> None:
    folder = write(tmp_path / "w")
    (folder / "items.csv").write_bytes(FILES["items.csv"].encode("utf-16"))

    assert run("check", str(folder))[1].splitlines()[1] == "  items.csv: text is UTF-16"


def test_a_template_is_written_once(tmp_path: Path) -> None:
    assert run("template", str(tmp_path / "t.xlsx"))[0] == 0
    code, said = run("template", str(tmp_path / "t.xlsx"))
    assert (code, "a name that is free" in said) == (2, True)
    assert run("template", str(tmp_path / "t.csv"))[0] == 2


def test_the_doctor_has_a_remedy_for_what_is_not_good(tmp_path: Path) -> None:
    folder = write(tmp_path / "w")
    code, said = run("doctor", str(folder))
    assert code == 0
    for each in ("python", "versions", "kernels", "memory", "clock", "time zones", "disk", "workspace", "book"):
        assert f"  {each}" in said, each
    (folder / "items.csv").unlink()
    (folder / ".firstbest").mkdir()
    (folder / ".firstbest/book.sqlite").write_bytes(b"SQLite format 3\0 but broken" * 100)
    code, said = run("doctor", str(folder))
    assert code == 2
    assert f"-> firstbest check {folder}" in said
    assert "BAD   book" in said
    code, said = run("doctor", str(tmp_path / "nowhere"))
    assert (code, "-> firstbest init" in said) == (2, True)
