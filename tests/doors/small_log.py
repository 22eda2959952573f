"""A made log with every kind of row, and its map."""

from __future__ import annotations

from pathlib import Path

HEADER = "bill,when,code,what,count,each,buyer,land"
ROWS = (
    "1001,2024-01-02 09:15:00,A1,red mug,12,2.50,7,United Kingdom",
    "1001,2024-01-02 09:16:00,B2,tin,24,1.25,7,United Kingdom",
    "1002,2024-01-02 11:00:00,a1,red mug,48,2.50,8,France",
    "1003,2024-01-03 10:00:00,C3,lamp,2,40.00,,United Kingdom",
    "1003,2024-01-03 10:00:00,C3,lamp,2,40.00,,United Kingdom",
    "1004,2024-01-05 17:59:00,B2,tin,600,1.00,7,United Kingdom",
    "C1005,2024-01-06 10:00:00,A1,red mug,-3,2.50,8,France",
    "1006,2024-01-06 10:00:00,B2,tin,-40,0,,United Kingdom",
    "1007,2024-01-06 10:00:00,POST,postage,1,18.00,8,France",
    "1008,2024-01-06 10:00:00,A1,red mug,5,0,,United Kingdom",
    ",2024-01-06 10:00:00,A1,red mug,1,2.50,,United Kingdom",
    "1009,2024-01-06 10:00:00,,,1,2.50,,United Kingdom",
    "1010,never,A1,red mug,1,2.50,,United Kingdom",
    "1011,2024-01-06 10:00:00,A1,red mug,0,2.50,,United Kingdom",
    "1012,2024-01-06 10:00:00,A1,red mug,1.5,2.50,,United Kingdom",
    "1013,2023-12-31 10:00:00,A1,red mug,1,2.50,,United Kingdom",
)
MAP = """
[log]
name = "small"
network = "uk_wholesale"
from = 2024-01-01
exact_duplicates = "drop"

[columns]
order = "bill"
placed_at = "when"
item = "code"
name = "what"
quantity = "count"
price = "each"
customer = "buyer"
country = "land"

[[bucket]]
name = "returns"
order = "^C"

[[bucket]]
name = "adjustments"
quantity = "< 0"

[[bucket]]
name = "non-products"
item = "not ^[A-Za-z]?[0-9]"

[[bucket]]
name = "zero prices"
price = "<= 0"
"""
EXPECTED = {
    "returns": (1, -3),
    "adjustments": (1, -40),
    "non-products": (2, 2),  # a row without an item is no product either
    "zero prices": (1, 5),
    "no order": (1, 1),
    "no date": (1, 1),
    "no quantity": (2, 0),
    "outside the period": (1, 1),
    "exact duplicates": (1, 2),
    "sales": (5, 12 + 24 + 48 + 2 + 600),
}
"""Bucket to (rows, units)."""


def write_log(folder: Path, rows: tuple[str, ...] = ROWS, header: str = HEADER) -> Path:
    path = folder / "log.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def write_map(folder: Path, text: str = MAP) -> Path:
    path = folder / "map.toml"
    path.write_text(text, "utf-8")
    return path
