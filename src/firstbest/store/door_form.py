"""Which form a file really has, by its first bytes: a name says one thing, and people rename files.

A workbook that was called `.csv`, text that was called `.xlsx`, an export that came packed: each is told by what it is
and what to do, since a reader of the wrong form would speak of bytes and encodings.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from firstbest.store.door_text import Unreadable

WORKBOOKS: Final = (".xlsx", ".xlsm")
PARQUET: Final = ".parquet"
TEXT: Final = "text"
_BYTES: Final = 512
_STARTS: Final = (
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old workbook, or one with a password"),
)
_PAGES: Final = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
_REMEDIES: Final = {
    "a Parquet file": "name it .parquet",
    "an Excel workbook": "name it .xlsx",
    "a packed file (gzip)": "unpack it",
    "a packed file (ZIP)": "unpack it",
    "a PDF": "ask for the table as CSV or Excel",
    "an old workbook, or one with a password": "open it and save it as .xlsx",
    "a web page": "open it in a spreadsheet and save it as .xlsx",
    TEXT: "name it .csv",
}


def require_form(path: Path) -> None:
    """Raises `Unreadable` where a file is of another form than its name says, with what to do."""
    suffix, found = path.suffix.lower(), form_of(path)
    wanted = TEXT
    if suffix in WORKBOOKS:
        wanted = "an Excel workbook"
    elif suffix == PARQUET:
        wanted = "a Parquet file"
    elif suffix == ".xls":
        wanted = "a workbook as .xlsx"
    if not found and wanted != TEXT:
        raise Unreadable(wanted, "an empty file")
    if found and found != wanted:
        raise Unreadable(wanted, f"{found}: {_REMEDIES[found]}")


def form_of(path: Path) -> str:
    """The form in words, by its first bytes; empty for an empty file."""
    with path.open("rb") as file:
        head = file.read(_BYTES)
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head.startswith(b"PK\x03\x04"):
        return "an Excel workbook" if _is_workbook(path) else "a packed file (ZIP)"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGES):
        return "a web page"
    return TEXT if head else ""


def _is_workbook(path: Path) -> bool:
    """A workbook is a ZIP archive with a table of contents of its own; one that was cut off is taken for a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return True
