"""A carrier's or a warehouse's invoice as a file: which column is what, told by its name or by the user."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from firstbest.rent.learn import Bill
from firstbest.store.faults import Fault, shown
from firstbest.store.workspace_sheets import Sheet, read_sheet

KNOWN: Final = {
    "amount": ("amount", "net_amount", "net", "charge_amount", "total", "price"),
    "charge": ("charge", "charge_type", "charge_description", "fee", "fee_type", "description", "item"),
    "reference": ("reference", "tracking", "tracking_number", "shipment", "order", "order_number", "id"),
}
"""What each needed column may be called, the first found; letters' case and spaces do not count."""
NAMES_MAX: Final = 60


class Asked(NamedTuple):
    """Columns that the user names; empty where the file's own names tell."""

    amount: str = ""
    charge: str = ""
    reference: str = ""


def read_invoice(path: Path, asked: Asked, faults: list[Fault]) -> Bill | None:
    """The lines of an invoice; None, and faults, where it has no amounts. A column of numbers holds nothing else."""
    sheet = read_sheet(path, path.name, faults)
    if sheet is None or not sheet.rows:
        return None
    amount, charge, reference = (_column(sheet, kind, getattr(asked, kind)) for kind in Asked._fields)
    for kind, found in (("amount", amount), ("charge", charge)):
        if found is None:
            wanted = getattr(asked, kind) or f"one of {', '.join(KNOWN[kind])}"
            faults.append(Fault(path.name, 1, "", f"a column {wanted}", ", ".join(sheet.header)))
    if amount is None or charge is None:
        return None
    amounts = [_number(cell) for cell in sheet.columns[amount]]
    wrong = [(row, cell) for row, cell, n in zip(sheet.rows, sheet.columns[amount], amounts, strict=True) if n is None]
    faults += [Fault(path.name, row, sheet.header[amount], "an amount", shown(cell)) for row, cell in wrong[:20]]
    if wrong:
        return None
    numbers, names = {}, {}
    for place, name in enumerate(sheet.header):
        if place in (amount, charge, reference):
            continue
        cells = sheet.columns[place]
        read = [_number(cell) if cell else float("nan") for cell in cells]
        kinds = len(set(cells))
        if all(each is not None for each in read):
            numbers[name] = np.array(read, np.float64)
        # A zone is a number by its looks and a name by its use: few values serve as both.
        if 1 < kinds <= NAMES_MAX:
            names[name] = cells
    references = sheet.columns[reference] if reference is not None else [""] * len(sheet.rows)
    return Bill(np.array(amounts, np.float64), sheet.columns[charge], references, numbers, names)


def _column(sheet: Sheet, kind: str, asked: str) -> int | None:
    header = [name.strip().casefold().replace(" ", "_") for name in sheet.header]
    wanted: Sequence[str] = [asked.strip().casefold().replace(" ", "_")] if asked else KNOWN[kind]
    return next((header.index(name) for name in wanted if name in header), None)


def _number(cell: str) -> float | None:
    text = cell.replace(",", "").replace("$", "").strip()
    text = f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text
    try:
        value = float(Decimal(text))
    except InvalidOperation:
        return None
    return value if np.isfinite(value) else None
