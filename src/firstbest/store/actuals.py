"""A firm's own books as a folder of tables, for `firstbest baseline`: what was shipped, billed, stored, worked.

| file | columns |
|---|---|
| `carrier_invoice.csv` | carrier, zone, parcels, billed_kg, amount, surcharge (of the amount) |
| `volumes.csv` | node, shipments, units |
| `stock.csv` | node, units: on hand at the days' ends, on average |
| `hours.csv` | node, process, hours: paid |
| `delivery.csv` | carrier, parcels, days: from the order to the door, on average |

Each file may be left out, Parquet may stand for CSV, and rows of one name are added up (`days`: weighed by parcels).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.workspace_sheets import Sheet, read_sheet

FILES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "carrier_invoice": (("carrier", "zone"), ("parcels", "billed_kg", "amount", "surcharge")),
    "volumes": (("node",), ("shipments", "units")),
    "stock": (("node",), ("units",)),
    "hours": (("node", "process"), ("hours",)),
    "delivery": (("carrier",), ("parcels", "days")),
}
"""Columns that name a row, and its numbers."""

Totals = Mapping[str, Mapping[tuple[str, ...], Mapping[str, float]]]
"""By file, by name of the row: its numbers."""


_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


class Known(NamedTuple):
    """Names that rows may have."""

    carriers: tuple[str, ...]
    nodes: tuple[str, ...]
    processes: tuple[str, ...]


def read_actuals(folder: Path, known: Known) -> Totals:
    """Every table that is there, added up. Raises WorkspaceFaulty with every fault of all of them."""
    faults: list[Fault] = []
    found: dict[str, Mapping[tuple[str, ...], Mapping[str, float]]] = {}
    for name in FILES:
        path = next(
            (folder / f"{name}{end}" for end in (".csv", ".parquet") if (folder / f"{name}{end}").is_file()), None
        )
        sheet = read_sheet(path, path.name, faults) if path is not None else None
        if sheet is not None:
            found[name] = _added(sheet, name, known, faults)
    if not found and not faults:
        listed = ", ".join(f"{name}.csv" for name in FILES)
        faults.append(Fault(folder.name, 0, "", f"one of {listed}", "none of them"))
    if faults:
        raise WorkspaceFaulty(faults)
    return found


def _added(sheet: Sheet, name: str, known: Known, faults: list[Fault]) -> Mapping[tuple[str, ...], Mapping[str, float]]:
    names, numbers = FILES[name]
    missing = [column for column in (*names, *numbers) if column not in sheet.header]
    faults += [
        Fault(sheet.file, 1, column, f"a column {column}", f"{', '.join(sheet.header)}{nearest(column, sheet.header)}")
        for column in missing
    ]
    if missing:
        return {}
    allowed = {"carrier": known.carriers, "node": known.nodes, "process": known.processes}
    sums: dict[tuple[str, ...], dict[str, float]] = {}
    for place, row in enumerate(sheet.rows):
        cell = {column: sheet.columns[sheet.header.index(column)][place] for column in (*names, *numbers)}
        for column in names:
            if column in allowed and cell[column] not in allowed[column]:
                expected = f"one of {', '.join(allowed[column])}"
                faults.append(Fault(sheet.file, row, column, expected, shown(cell[column])))
        values = {column: _number(cell[column]) for column in numbers}
        faults += [
            Fault(sheet.file, row, column, "a number such as 1234.5", shown(cell[column]))
            for column, value in values.items()
            if value is None
        ]
        kept = {column: value for column, value in values.items() if value is not None}
        if len(kept) < len(numbers):
            continue
        if name == "delivery":
            kept["days"] *= kept["parcels"]
        own = sums.setdefault(tuple(cell[column] for column in names), dict.fromkeys(numbers, 0.0))
        for column, value in kept.items():
            own[column] += value
    if name == "delivery":
        for own in sums.values():
            own["days"] /= own["parcels"] or 1.0
    return sums


def _number(cell: str) -> float | None:
    """A number; commas stand between thousands only, so `12,5` is not read as 125."""
    if not cell:
        return 0.0
    if _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
