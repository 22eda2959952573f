"""The user's own tables with every faulty cell coloured and commented; no value is touched.

A workbook is opened with its formulas and saved under another name in `marked/`. The CSV files with faults become tabs
of one workbook, every cell as the text that it is, but for control characters, which no workbook holds. Faults of TOML
and of what cannot be opened stay on the screen.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from firstbest.store import schema
from firstbest.store.door_source import HEAD_ROWS, look, tidy
from firstbest.store.door_text import Unreadable, text_rows, written
from firstbest.store.excel_bytes import held
from firstbest.store.faults import Fault
from firstbest.store.workspace import WORKBOOK, names_of

FOLDER: Final = "marked"
TABLES: Final = "csv_files.xlsx"
_COLOUR: Final = "FFFFC7CE"
_AUTHOR: Final = "firstbest check"
_TITLE_MOST: Final = 31
ROWS_MOST: Final = 100_000
"""Of a text file that go into its sheet; of a larger one only the first rows and the faulty ones do."""


def mark(folder: Path, faults: Iterable[Fault]) -> tuple[tuple[Path, ...], int]:
    """Writes marked copies of the tables with faults; answers them, and how many faults no cell could take."""
    by_file: defaultdict[str, list[Fault]] = defaultdict(list)
    for each in faults:
        by_file[each.file].append(each)
    books: defaultdict[str, dict[str, list[Fault]]] = defaultdict(dict)
    texts: dict[str, list[Fault]] = {}
    left = 0
    for file, found in by_file.items():
        book, _, tab = file.partition(" (")
        if book.endswith(".xlsx") and (folder / book).is_file():
            books[book][tab.rstrip(")")] = found
        elif file.endswith(".csv") and (folder / file).is_file():
            texts[file] = found
        else:
            left += len(found)
    made = [path for name, tabs in books.items() if (path := _marked_book(folder, name, tabs))]
    left += sum(len(found) for name, tabs in books.items() for found in tabs.values() if not _written(made, name))
    if texts:
        made.append(_marked_texts(folder, texts))
    return tuple(made), left


def _written(made: Sequence[Path], name: str) -> bool:
    return any(path.name == name for path in made)


def _marked_book(folder: Path, name: str, tabs: dict[str, list[Fault]]) -> Path | None:
    """A workbook of the user's with its faults; None if it cannot be opened."""
    import openpyxl  # noqa: PLC0415 - a tenth of a second that only workbooks need

    try:
        book = openpyxl.load_workbook(folder / name, keep_vba=name.endswith(".xlsm"))
        for tab, faults in tabs.items():
            table = tab or name.removesuffix(".xlsx")
            seen = look(folder / name, [_names(table)])
            sheet = book[tab if tab in book.sheetnames else seen.sheet]
            _mark(sheet, _header_row(sheet, table), faults)
    except (Unreadable, OSError, ValueError, KeyError):
        return None
    return _saved(book, folder, name)


def _marked_texts(folder: Path, texts: dict[str, list[Fault]]) -> Path:
    from openpyxl import Workbook  # noqa: PLC0415 - as above

    book = Workbook()
    book.remove(book.active)
    for file, faults in texts.items():
        sheet = book.create_sheet(Path(file).stem[:_TITLE_MOST])
        places = _placed(folder / file, faults)
        for row, cells in _rows(folder / file):
            if row not in places:
                continue
            # Of a large file it is told which row it was, since not all rows are here.
            told = [*cells, f"row {row} of {file}"] if places[row] != row else cells
            for index, text in enumerate(told, start=1):
                cell = sheet.cell(places[row], index, held(text))
                cell.data_type, cell.number_format = "s", "@"
        here = [each._replace(row=places.get(each.row, 0)) for each in faults]
        _mark(sheet, _header_row(sheet, Path(file).stem), here)
    return _saved(book, folder, TABLES)


def _placed(path: Path, faults: list[Fault]) -> dict[int, int]:
    """Which row of the sheet a row of the file gets: its own; of a large file the first rows and the faulty ones."""
    rows = [row for row, _ in _rows(path)]
    if len(rows) <= ROWS_MOST:
        return {row: row for row in rows}
    faulty = {each.row for each in faults}
    kept = [row for place, row in enumerate(rows) if place < HEAD_ROWS or row in faulty][:ROWS_MOST]
    return {row: place for place, row in enumerate(kept, start=1)}


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows as far as they can be read: what came before a fault is kept."""
    with suppress(Unreadable, csv.Error, OSError):
        yield from text_rows(path, written(path))


def _names(table: str) -> tuple[str, ...]:
    known = {each.name: each for each in schema.TABLES}
    return names_of(known.get(table, schema.RATES))


def _header_row(sheet: Any, table: str) -> int:
    """The row with most of the declared names."""
    wanted = set(_names(table))
    scores = {
        row: len(wanted & {tidy(str(cell.value)) for cell in sheet[row] if cell.value is not None})
        for row in range(1, min(sheet.max_row, 30) + 1)
    }
    return max(scores, key=lambda row: (scores[row], -row), default=1)


def _mark(sheet: Any, header_row: int, faults: list[Fault]) -> None:
    from openpyxl.cell.cell import MergedCell  # noqa: PLC0415 - as above
    from openpyxl.comments import Comment  # noqa: PLC0415 - as above
    from openpyxl.styles import PatternFill  # noqa: PLC0415 - as above

    columns = {tidy(str(cell.value)): cell.column for cell in sheet[header_row] if cell.value is not None}
    for fault in faults:
        row = fault.row or header_row
        named = [columns[name] for name in fault.column.split(", ") if name in columns] or [1]
        for column in named:
            cell = sheet.cell(row, column)
            if isinstance(cell, MergedCell):
                continue
            cell.fill = PatternFill("solid", start_color=_COLOUR)
            said = f"expected {fault.expected}, found {fault.found}"
            before = f"{cell.comment.text}\n" if cell.comment else ""
            cell.comment = Comment(held(f"{before}{said}"), _AUTHOR, width=340, height=110)


def _saved(book: Any, folder: Path, name: str) -> Path:
    target = folder / FOLDER / name
    target.parent.mkdir(exist_ok=True)
    book.save(target)
    return target


__all__ = ["FOLDER", "TABLES", "WORKBOOK", "mark"]
