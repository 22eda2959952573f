"""Workbooks for tests."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook


def write_book(path: Path, rows: list[list[Any]], merge: str = "", title: str = "Sheet") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    book.save(path)
    return path
