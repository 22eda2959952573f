"""An empty workbook for a workspace: a tab for each table, with what each column means, its unit, one example.

Everything stands above the header (row 5), so nothing has to be deleted before it is read: the reader finds the header
by its names and leaves out what is above. Cells below offer the closed lists, and the names of other tabs.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

from firstbest.store import schema
from firstbest.store.excel_bytes import bytes_of
from firstbest.store.init import BUILTIN
from firstbest.store.schema_words import Column, Table, Type
from firstbest.store.workspace_cells import expectation

HEADER_ROW: Final = 5
LAST_ROW: Final = 5_000
_LIST_MOST: Final = 255
_GREY, _BLUE = "FF7F7F7F", "FFDDEBF7"
TEXT_ROWS: Final = 100
_CODES: Final = frozenset({"item", "place", "gtin", "order"})
"""Codes that a spreadsheet would take for numbers; their first cells are kept as text one by one, since some programs
do not heed the format of a column."""
_NUMERIC: Final = frozenset({Type.INTEGER, Type.NUMBER, Type.MONEY})


def write_template(path: Path) -> int:
    """Writes the workbook; answers its tabs. Raises `FileExistsError` where something stands there."""
    from openpyxl import Workbook  # noqa: PLC0415 - a tenth of a second that only workbooks need

    if path.exists():
        raise FileExistsError(path)
    book = Workbook()
    book.remove(book.active)
    for table in schema.TABLES:
        _tab(book.create_sheet(table.name), table, _example(table))
    path.write_bytes(bytes_of(book))
    return len(schema.TABLES)


def _example(table: Table) -> dict[str, str]:
    """The first row of the built-in network, or nothing."""
    file = BUILTIN / f"{table.name}.csv"
    if not file.is_file():
        return {}
    return next(csv.DictReader(file.read_text(encoding="utf-8").splitlines()), {})


def _tab(sheet: Any, table: Table, example: dict[str, str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - as above

    sheet["A1"] = f"{table.note} Fill in below row {HEADER_ROW}; rows 1 to 4 are never read."
    sheet["A1"].font = Font(bold=True)
    for index, column in enumerate(table.columns, start=1):
        cells = (column.note, _unit(column), example.get(column.name) or _default(column))
        for row, text in enumerate(cells, start=2):
            cell = sheet.cell(row, index, f"e.g. {text}" if row == HEADER_ROW - 1 and text else text)
            cell.font = Font(italic=row == HEADER_ROW - 1, color=_GREY, size=9)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        head = sheet.cell(HEADER_ROW, index, column.name)
        head.font = Font(bold=True, italic=not column.required)
        head.fill = PatternFill("solid", start_color=_BLUE)
        letter = head.column_letter
        sheet.column_dimensions[letter].width = max(len(column.name) + 3, 16)
        _offer(sheet, column, letter)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"


def _unit(column: Column) -> str:
    told = "names" if column.type is Type.NAMES else expectation(column)
    if column.refers:
        told = f"a name of {column.refers.split('.', maxsplit=1)[0]}"
    if column.required:
        return f"{told}; needed"
    return f"{told}; empty: {column.default}" if column.default != "" else f"{told}; may be empty"


def _default(column: Column) -> str:
    return "" if column.default in (None, "") else str(column.default)


def _offer(sheet: Any, column: Column, letter: str) -> None:
    """A drop-down, or bounds, for the cells of a column; codes are kept as text."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - as above

    found = None
    listed = ",".join(column.choices if column.type is Type.CHOICE else ("yes", "no"))
    if column.type in (Type.CHOICE, Type.YES_NO) and len(listed) < _LIST_MOST:
        found = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
    elif column.type is Type.TEXT and column.refers:
        table, _, key = column.refers.partition(".")
        place = [each.name for each in schema.table(table).columns].index(key) + 1
        other = sheet.cell(1, place).column_letter
        cells = f"{table}!${other}${HEADER_ROW + 1}:${other}${LAST_ROW}"
        found = DataValidation("list", formula1=cells, allow_blank=True, showErrorMessage=False)
    elif column.type in _NUMERIC:
        kind = "whole" if column.type is Type.INTEGER else "decimal"
        high = 10**12 if column.high is None else column.high
        low = -(10**12) if column.low is None else column.low
        found = DataValidation(kind, operator="between", formula1=str(low), formula2=str(high), allow_blank=True)
        found.error = f"{column.name}: {expectation(column)}"
    if found:
        sheet.add_data_validation(found)
        found.add(f"{letter}{HEADER_ROW + 1}:{letter}{LAST_ROW}")
    if column.type in (Type.TEXT, Type.CLOCK, Type.WEEKDAYS, Type.DEPARTURES, Type.DATE, Type.INSTANT):
        sheet.column_dimensions[letter].number_format = "@"
        for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + TEXT_ROWS if column.name in _CODES else 0):
            sheet[f"{letter}{row}"].number_format = "@"
