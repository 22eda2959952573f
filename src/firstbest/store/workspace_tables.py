"""Sheets of text become frames of values; every cell that cannot is a fault with its row and column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.schema_words import Column, Table, Type
from firstbest.store.workspace_cells import OPEN, Departure, Wrong, expectation, parser
from firstbest.store.workspace_sheets import Sheet
from firstbest.world.network import I64

F64 = NDArray[np.float64]
_NUMERIC: Final = frozenset({Type.INTEGER, Type.NUMBER, Type.MONEY})
_WHOLE: Final = frozenset({Type.DATE, Type.CLOCK, Type.WEEKDAYS, Type.INSTANT, Type.YES_NO})
_OTHER_UNITS: Final = {
    "lb": ("kg", 0.4536), "lbs": ("kg", 0.4536), "oz": ("kg", 0.02835), "g": ("kg", 0.001), "in": ("cm", 2.54),
    "inch": ("cm", 2.54), "mm": ("cm", 0.1), "ft3": ("l", 28.317), "in3": ("l", 0.016387), "m2": ("ft2", 10.764),
    "ft3_": ("m3", 0.028317), "miles": ("km", 1.609),
}  # fmt: skip
FREE: Final = "x_"
"""A column whose name starts so is the user's own and never read."""


@dataclass(frozen=True)
class Frame:
    """The typed columns of one table, in file order. Empty cells hold their default."""

    file: str
    rows: I64  # [n] as a spreadsheet counts
    columns: dict[str, Any]

    def __len__(self) -> int:
        """Rows."""
        return len(self.rows)

    def numbers(self, name: str) -> F64:
        """A column of numbers or money: [n], NaN where left open."""
        found: F64 = self.columns[name]
        assert found.dtype == np.float64
        return found

    def whole(self, name: str) -> I64:
        """Dates (days since the epoch), clocks (minutes), weekdays (bits), instants (microseconds), yes (1): [n]."""
        found: I64 = self.columns[name]
        assert found.dtype == np.int64
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A column of texts, choices or time zones: [n]."""
        found: tuple[str, ...] = self.columns[name]
        return found

    def lists(self, name: str) -> tuple[tuple[str, ...], ...]:
        """A column of names or choices, several in a cell: [n]."""
        found: tuple[tuple[str, ...], ...] = self.columns[name]
        return found

    def departures(self, name: str) -> tuple[tuple[Departure, ...], ...]:
        """A column of departures: [n]."""
        found: tuple[tuple[Departure, ...], ...] = self.columns[name]
        return found


def empty(declared: Table) -> Frame:
    """The frame of a file that is not there."""
    columns = {each.name: _packed(each, []) for each in declared.columns}
    return Frame(f"{declared.name}.csv", np.zeros(0, np.int64), columns)


def typed(sheet: Sheet, declared: Table, zone: ZoneInfo, faults: list[Fault]) -> Frame:
    """The frame of a sheet. Faulty cells are reported, and hold a harmless value in the frame."""
    _check_header(sheet, declared, faults)
    given = dict(zip(sheet.header, sheet.columns, strict=True))
    blank = [""] * len(sheet.rows)
    columns: dict[str, Any] = {}
    for column in declared.columns:
        missing = column.name not in given
        columns[column.name] = _typed_column(sheet, column, blank if missing else given[column.name], zone, faults)
    _check_key(sheet, declared, given, faults)
    return Frame(sheet.file, np.array(sheet.rows, np.int64), columns)


def fallback(column: Column, zone: ZoneInfo) -> Any:
    """What an empty cell comes to: the parsed default, else the open value of its type."""
    if column.default is None or column.default == "":
        return _harmless(column)
    return parser(column, zone)(str(column.default))


def _harmless(column: Column) -> Any:
    """A value of the right type in place of one that is faulty or left open."""
    if column.default == "" and column.type in OPEN:
        return OPEN[column.type]
    match column.type:
        case Type.INTEGER | Type.NUMBER | Type.MONEY:
            return max(column.low or 0.0, 0.0)
        case Type.CHOICE:
            return column.choices[0]
        case Type.TIME_ZONE:
            return "UTC"
        case Type.TEXT:
            return ""
        case Type.NAMES | Type.CHOICES | Type.DEPARTURES:
            return ()
        case _:
            return 0


def _check_header(sheet: Sheet, declared: Table, faults: list[Fault]) -> None:
    known = [each.name for each in declared.columns]
    for name in sheet.header:
        if name not in known and not name.startswith(FREE):
            hint = _other_unit(name, known) or nearest(name, [each for each in known if each not in sheet.header])
            expected = f"a declared column, or a name that starts with {FREE}"
            faults.append(Fault(sheet.file, 1, name, expected, shown(name) + hint))
    faults.extend(
        Fault(sheet.file, 1, column.name, f"a column '{column.name}': {column.note}", "none")
        for column in declared.columns
        if column.required and column.name not in sheet.header
    )


def _other_unit(name: str, known: list[str]) -> str:
    """A hint at a column that is declared in another unit: weight_lb for weight_kg."""
    stem, _, unit = name.rpartition("_")
    for theirs, (ours, factor) in _OTHER_UNITS.items():
        if unit == theirs and f"{stem}_{ours}" in known:
            return f" (the column is '{stem}_{ours}': 1 {theirs} is {factor} {ours})"
    return ""


def _typed_column(sheet: Sheet, column: Column, cells: Sequence[str], zone: ZoneInfo, faults: list[Fault]) -> Any:
    parse = parser(column, zone)
    absent = column.name not in sheet.header
    harmless = _harmless(column)
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    # Each different text is parsed once.
    for written in set(cells):
        if not written:
            values[written] = fallback(column, zone)
            if column.required and not absent:
                wrong[written] = ""
            continue
        try:
            values[written] = parse(written)
        except Wrong as error:
            values[written] = harmless
            wrong[written] = error.hint
    if wrong:
        expected = expectation(column)
        faults.extend(
            Fault(sheet.file, row, column.name, expected, shown(cell) + wrong[cell])
            for row, cell in zip(sheet.rows, cells, strict=True)
            if cell in wrong
        )
    return _packed(column, [values[cell] for cell in cells])


def _packed(column: Column, values: list[Any]) -> Any:
    if column.type in _NUMERIC:
        return np.array([math.nan if each is None else each for each in values], np.float64)
    if column.type in _WHOLE:
        return np.array(values, np.int64)
    return tuple(values)


def _check_key(sheet: Sheet, declared: Table, given: dict[str, list[str]], faults: list[Fault]) -> None:
    """Reports every row whose key stands in an earlier row."""
    if not declared.key or any(name not in given for name in declared.key if declared.column(name).required):
        return
    blank = [""] * len(sheet.rows)
    keys = list(zip(*(given.get(name, blank) for name in declared.key), strict=True))
    if len(set(keys)) == len(keys):
        return
    first: dict[tuple[str, ...], int] = {}
    for row, key in zip(sheet.rows, keys, strict=True):
        if key in first:
            names = ", ".join(declared.key)
            found = f"{shown(', '.join(key))} as in row {first[key]}"
            faults.append(Fault(sheet.file, row, names, "a key of its own", found))
        first.setdefault(key, row)
