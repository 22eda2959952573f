"""A map to begin with, for a log whose header nobody knows: each column that an order log needs, by its likeliest name.

A guess is only written down, never used: whoever saves it has read it. What no column looks like stays a blank to be
filled in, if the log must have it; other columns are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from firstbest.store.changes_written import toml_lines

_WORDS: Final = {
    "order": ("order", "order id", "order number", "order no", "order name", "invoice", "invoice no", "sales order"),
    "placed_at": (
        "date",
        "order date",
        "created at",
        "created",
        "placed at",
        "ordered at",
        "timestamp",
        "invoice date",
    ),
    "item": ("sku", "item", "item code", "item number", "product code", "article", "stock code", "product id", "part"),
    "quantity": ("quantity", "qty", "units", "count", "pieces", "pcs", "order quantity"),
    "price": ("price", "unit price", "item price", "each"),
    "customer": ("customer", "customer id", "customer number", "email", "buyer", "account"),
    "country": ("country", "ship country", "shipping country"),
    "postcode": ("zip", "postcode", "zip code", "postal code", "ship zip", "shipping zip"),
    "name": ("description", "product name", "item name", "title"),
}
_NEEDED: Final = ("order", "placed_at", "item", "quantity")


def map_to_begin_with(header: Sequence[str]) -> str:
    """MAP.toml as text; a blank where a column that is needed is none that could be told."""
    plain = {_squeezed(each): each for each in header}
    columns: dict[str, str] = {}
    for key, words in _WORDS.items():
        squeezed = map(_squeezed, words)
        found = next((plain[each] for each in squeezed if each in plain and plain[each] not in columns.values()), "")
        if found or key in _NEEDED:
            columns[key] = found
    return "\n".join(toml_lines({"log": {"name": "my orders"}, "columns": columns}))


def _squeezed(name: str) -> str:
    """Letters and digits alone: 'Invoice No.', 'invoice_no' and 'InvoiceNo' are one name."""
    return "".join(each for each in name.casefold() if each.isalnum())
