"""Invoices as files: workbooks by openpyxl, pages on paper by typst (the optional extra `pdf`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from firstbest.store.excel_bytes import bytes_of


class Sheet(Protocol):
    """What a workbook's sheet is made of (`present.invoice_sheet.Sheet`)."""

    @property
    def name(self) -> str:
        """On its tab."""

    @property
    def rows(self) -> tuple[tuple[str | int | float | None, ...], ...]:
        """Cells; texts that begin with = are formulas."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Of its columns."""

    @property
    def heads(self) -> int:
        """The row of column names."""

    @property
    def total(self) -> int:
        """The row of sums, 0 where there is none."""


class NoTypst(Exception):  # noqa: N818 - it names what is missing
    """The extra that makes pages on paper is not installed."""


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write sheets as an Excel workbook; formulas are computed where it is opened."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook_bytes(sheets))
    return path


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Sheets as the bytes of an Excel workbook, the same whenever they are asked for."""
    import openpyxl  # noqa: PLC0415 - a quarter of a second that only workbooks need

    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    return bytes_of(book)


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415 - see above

    for row in sheet.rows:
        page.append(row)
    for place, width in enumerate(sheet.widths):
        page.column_dimensions[chr(ord("A") + place)].width = width
    page["A1"].font = Font(bold=True, size=14)
    for cell in page[sheet.heads]:
        cell.font = Font(bold=True)
        cell.border = Border(bottom=Side(style="medium"))
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
    for cells in page.iter_rows(min_row=sheet.heads + 1):
        for cell in cells:
            _format(cell, sheet)
    if sheet.total:
        for cell in page[sheet.total]:
            cell.font = Font(bold=True)
            cell.border = Border(top=Side(style="medium"))
        page.freeze_panes = page.cell(sheet.heads + 1, 3)
    page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight = "landscape", 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _format(cell: Any, sheet: Sheet) -> None:
    letter = cell.column_letter
    if letter in "KLM" or (letter == "B" and not sheet.total):
        cell.number_format = "#,##0.00"
    elif letter in "HJ":
        cell.number_format = "#,##0.000000"
    elif letter in "EG":
        cell.number_format = "#,##0.00####"
    elif letter in "CFT":
        cell.number_format = "#,##0.###" if letter == "C" else "#,##0"
    elif letter == "I":
        cell.number_format = "0.00##%"


def write_pdf(path: Path, source: str) -> Path:
    """Write a page on paper from its typst source. Raises `NoTypst` where the extra is not installed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compiled(source))
    return path


def compiled(source: str, *, image: bool = False) -> bytes:
    """A typst source as a PDF, or its first page as a PNG image."""
    try:
        import typst  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise NoTypst("pages on paper need typst: pip install 'firstbest[pdf]'; --excel needs nothing more") from None
    if not image:
        return typst.compile(source.encode())
    made: bytes | list[bytes] = typst.compile(source.encode(), format="png", ppi=110.0)
    return made[0] if isinstance(made, list) else made
