"""Tables as an Excel workbook: a tab each, header frozen, numbers as numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from firstbest.store.excel_bytes import bytes_of, held

TITLE_MOST: Final = 31
ROWS_MOST: Final = 1_000_000
_WIDEST: Final = 60
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_workbook(path: Path, tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]) -> Path:
    """Writes (title, header, rows) a tab each; a row beyond the sheet's limit is told in its last row."""
    from openpyxl import Workbook  # noqa: PLC0415 - a tenth of a second that only workbooks need
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415 - as above

    book = Workbook()
    book.remove(book.active)
    for title, header, rows in tables:
        sheet = book.create_sheet(held(title).translate(_FORBIDDEN)[:TITLE_MOST])
        sheet.append([_cell(each) for each in header])
        for row in rows[:ROWS_MOST]:
            sheet.append([_cell(each) for each in row])
        if len(rows) > ROWS_MOST:
            sheet.append([f"{len(rows) - ROWS_MOST:,} more rows than a sheet holds"])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", start_color="FFE7E6E6")
        for index, name in enumerate(header, start=1):
            longest = max([len(str(name)), *(len(str(row[index - 1])) for row in rows[:200])])
            letter = sheet.cell(1, index).column_letter
            sheet.column_dimensions[letter].width = min(longest + 2, _WIDEST)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
    path.write_bytes(bytes_of(book))
    return path


def _cell(value: Any) -> Any:
    """A value that a sheet can hold; a text never becomes a formula."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return held(f"'{value}" if value[:1] in {"=", "+", "-", "@"} else value)
    return value
