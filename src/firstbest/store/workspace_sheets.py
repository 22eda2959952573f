"""Files as sheets of text: the one door by which tables come in.

CSV is read by the standard library: it keeps exact row numbers through blank lines, quoted line breaks and
mixed line ends, where DuckDB 2.0 refuses such a file as a whole or counts rows without blank ones. Parquet is
read by DuckDB as text. Whatever the format, the next stage sees only text and row numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.store.faults import Fault, shown

ROWS_MAX: Final = 50_000_000
_CHUNK: Final = 500
"""Rows at a time: few enough that the garbage collector does not walk them again and again."""


class Sheet(NamedTuple):
    """The cells of one file as trimmed text; rows whose cells are all empty are left out."""

    file: str
    header: tuple[str, ...]
    rows: list[int]  # [n] as a spreadsheet counts: the header is row 1
    columns: list[list[str]]  # by header


def read_sheet(path: Path, file: str, faults: list[Fault]) -> Sheet | None:
    """The sheet of a CSV or Parquet file called `file` in faults; None, and a fault, if it cannot be read."""
    try:
        if path.suffix == ".parquet":
            return _gathered(file, _parquet_rows(path), faults)
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return _gathered(file, csv.reader(lines), faults)
    except UnicodeDecodeError as error:
        faults.append(Fault(file, 0, "", "text in UTF-8", f"byte {error.object[error.start]:#04x}"))
    except (OSError, csv.Error, ValueError) as error:
        faults.append(Fault(file, 0, "", "a file that can be read", shown(error)))
    return None


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    """Header and rows of a Parquet file, every cell as text, null as an empty one."""
    import duckdb  # noqa: PLC0415 - a quarter of a second that only Parquet needs

    try:
        with duckdb.connect() as connection:
            found = connection.execute("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)", [str(path)])
            yield [str(each[0]) for each in found.description or ()]
            while rows := found.fetchmany(_CHUNK):
                yield from (["" if cell is None else cell for cell in row] for row in rows)
    except duckdb.Error as error:
        raise ValueError(str(error).split("\n", 1)[0]) from error


def _gathered(file: str, rows: Iterator[list[str]], faults: list[Fault]) -> Sheet | None:
    header = tuple(each.strip() for each in next(rows, []))
    if not any(header):
        faults.append(Fault(file, 1, "", "a row of column names", "nothing"))
        return None
    width = len(header)
    sheet = Sheet(file, header, [], [[] for _ in header])
    # The same text is kept once, however often it stands in a column: a log repeats its names.
    memory: list[dict[str, str]] = [{} for _ in header]
    numbered = enumerate(rows, start=2)
    while chunk := list(islice(numbered, _CHUNK)):
        fitting = _fitting(file, chunk, width, faults)
        sheet.rows.extend(number for number, _ in fitting)
        for index, cells in enumerate(zip(*(cells for _, cells in fitting), strict=True)):
            texts = list(map(str.strip, cells))  # which knows non-breaking blanks as well
            sheet.columns[index].extend(map(memory[index].setdefault, texts, texts))
        if len(sheet.rows) > ROWS_MAX:
            faults.append(Fault(file, 0, "", f"{ROWS_MAX:,} rows or fewer", "more"))
            return None
    return _named(sheet, faults)


def _fitting(
    file: str, chunk: Iterable[tuple[int, list[str]]], width: int, faults: list[Fault]
) -> list[tuple[int, list[str]]]:
    """Rows of exactly `width` cells: short ones filled, blank ones dropped, long ones reported."""
    kept = []
    for number, cells in chunk:
        if len(cells) == width and cells[0]:
            kept.append((number, cells))
            continue
        if not any(map(str.strip, cells)):
            continue
        surplus = [cell for cell in cells[width:] if cell.strip()]
        if surplus:
            faults.append(
                Fault(file, number, "", f"{width} cells or fewer", f"{len(cells)}, beyond them {shown(surplus[0])}")
            )
        kept.append((number, cells[:width] + [""] * (width - len(cells))))
    return kept


def _named(sheet: Sheet, faults: list[Fault]) -> Sheet:
    """The sheet without empty columns that have no name, and without a second column of one name."""
    names: dict[str, list[str]] = {}
    for name, cells in zip(sheet.header, sheet.columns, strict=True):
        if not name and not any(cells):
            continue
        if not name or name in names:
            expected = "a name of its own for each column"
            faults.append(Fault(sheet.file, 1, name, expected, "one without a name" if not name else "it twice"))
            continue
        names[name] = cells
    return sheet._replace(header=tuple(names), columns=list(names.values()))
