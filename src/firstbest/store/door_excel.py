"""Excel workbooks as rows of text: read a row at a time, with what a spreadsheet hides told.

A cell becomes the text that a person would type into a CSV file: whole numbers without a point, dates as
year-month-day. Merged cells and formulas whose value was never worked out stand in the sheet's XML alone, so that is
looked through first, in pieces.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.store.door_text import PIECE_BYTES, Unreadable

NO_VALUE: Final = "#a formula without a value"
_MERGE: Final = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA: Final = re.compile(rb"<f[ >/]")
_OLD: Final = b"\xd0\xcf\x11\xe0"
_EXACT: Final = 10**15
"""A spreadsheet keeps fifteen digits of a number; of a longer one the last are lost."""
_OVERLAP: Final = 64


class Range(NamedTuple):
    """Merged cells: rows and columns from 1, both included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def name(self) -> str:
        """As a spreadsheet writes it: A2:A4."""
        ends = (self.first_column, self.first_row), (self.last_column, self.last_row)
        return ":".join(f"{letters(column)}{row}" for column, row in ends)


class Hidden(NamedTuple):
    """What the XML of a sheet holds beside its values."""

    merged: tuple[Range, ...]
    formulas: bool


def letters(column: int) -> str:
    """The name of a column from 1: A, B ... AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def sheets_of(path: Path) -> tuple[str, ...]:
    """Names of the visible sheets. Raises `Unreadable` for what is no workbook."""
    book = _opened(path)
    try:
        return tuple(each.title for each in book.worksheets if each.sheet_state == "visible")
    finally:
        book.close()


def sheet_rows(path: Path, sheet: str = "", known: Hidden | None = None) -> Iterator[tuple[int, list[str]]]:
    """(row of the sheet, cells as text) of each row that is not empty; without a name, of the first visible sheet."""
    name = sheet or sheets_of(path)[0]
    book = _opened(path)
    shown = _opened(path, values=False) if (known or hidden(path, name)).formulas else None
    try:
        rows = book[name].iter_rows(values_only=True)
        behind = shown[name].iter_rows(values_only=True) if shown else None
        for number, cells in enumerate(rows, start=1):
            texts = _texts(cells, next(behind, ()) if behind else ())
            if any(texts):
                yield number, texts
    finally:
        book.close()
        if shown:
            shown.close()


def _texts(cells: Sequence[Any], typed: Sequence[Any]) -> list[str]:
    """A row as text; a formula (in `typed`) that came to nothing says so."""
    texts = [_text(cell) for cell in cells]
    for index, each in enumerate(typed):
        if isinstance(each, str) and each.startswith("=") and cells[index] is None:
            texts[index] = NO_VALUE
    return texts


def hidden(path: Path, sheet: str) -> Hidden:
    """Merged cells of a sheet, and whether it holds formulas."""
    book = _opened(path)
    try:
        part = book[sheet]._worksheet_path  # noqa: SLF001 - the one place where the name of the sheet's XML stands
    finally:
        book.close()
    merged: list[Range] = []
    formulas = False
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as xml:
        while piece := xml.read(PIECE_BYTES):
            text = tail + piece
            formulas = formulas or bool(_FORMULA.search(text))
            merged += [_range(found.groups()) for found in _MERGE.finditer(text)]
            tail = text[-_OVERLAP:]
    return Hidden(tuple(dict.fromkeys(merged)), formulas)


def _range(found: tuple[bytes, ...]) -> Range:
    return Range(int(found[1]), int(found[3]), _column(found[0]), _column(found[2]))


def _column(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - ord("A") + 1
    return number


def _opened(path: Path, *, values: bool = True) -> Any:
    """The workbook, read a row at a time; with `values`, formulas as what they came to."""
    from zipfile import BadZipFile  # noqa: PLC0415 - beside what it belongs to

    import openpyxl  # noqa: PLC0415 - a tenth of a second that only workbooks need
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD:
        raise Unreadable("a workbook as .xlsx", "the old form .xls, or one with a password: save it as .xlsx")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        raise Unreadable("an Excel workbook", f"'{error}'") from None
    for sheet in book.worksheets:
        # Some programs write a size that is smaller than the sheet, and then rows would go missing.
        sheet.reset_dimensions()
    return book


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
        case int():
            return str(cell) if abs(cell) < _EXACT else repr(float(cell))
        case dt.datetime():
            midnight = cell.time() == dt.time()
            return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
        case dt.time():
            return cell.isoformat("seconds")
        case dt.timedelta():
            return str(cell)
        case _:
            return str(cell)
