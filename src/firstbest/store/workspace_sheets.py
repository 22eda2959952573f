"""Files as sheets of text: how tables of a workspace come in, through the same door as logs (door_source).

CSV is read by the standard library here: it keeps exact row numbers through blank lines, quoted line breaks and mixed
line ends. Whatever the format, the next stage sees only text and row numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.store.door_excel import Range, hidden, sheet_rows
from firstbest.store.door_source import HEAD_ROWS, Looked, header_of, look, rows_below, rows_of
from firstbest.store.door_text import Unreadable
from firstbest.store.faults import Fault, many, shown

ROWS_MAX: Final = 50_000_000
_HARD: Final = "\u00a0"
SUMS_AT_END: Final = 3
_TOTAL: Final = re.compile(r"(?i)(grand |sub-?)?(totals?|sum|sums|summe|gesamt|gesamtsumme|somme)\s*:?")
_CHUNK: Final = 500
"""Rows at a time: few enough that the garbage collector does not walk them again and again."""


class Sheet(NamedTuple):
    """The cells of one file as trimmed text; rows whose cells are all empty are left out."""

    file: str
    header: tuple[str, ...]
    rows: list[int]  # [n] as a spreadsheet counts: the header is row 1
    columns: list[list[str]]  # by header
    hard: int = 0  # cells that held hard blanks


def read_sheet(
    path: Path, file: str, faults: list[Fault], wanted: Sequence[str] = (), notes: list[str] | None = None
) -> Sheet | None:
    """The sheet of a CSV, Excel or Parquet file called `file` in faults; None, and a fault, if it cannot be read.

    `wanted`: declared columns, by which the header is found below titles; what is told is added to `notes`.
    """
    try:
        if path.suffix == ".parquet":
            header = look(path, ()).header
            if (count := rows_of(path)) > ROWS_MAX:
                faults.append(too_many(file, f"{count:,}"))
                return None
            return _gathered(file, header, enumerate(_parquet_rows(path), start=2), faults)
        seen = look(path, [wanted] if wanted else ())
    except Unreadable as wrong:
        faults.append(_fault(file, wrong))
        return None
    except (OSError, ValueError) as error:
        faults.append(Fault(file, 0, "", "a file that can be read", shown(error)))
        return None
    sheet = _below(seen, file, faults)
    if notes is not None:
        notes += [f"{file}: {each}" for each in seen.notes if "merged" not in each]
        if sheet and sheet.hard:
            notes.append(f"{file}: {many(sheet.hard, 'cell')} held hard (non-breaking) blanks: read as plain ones")
    return sheet


def read_tab(path: Path, tab: str, file: str, faults: list[Fault], wanted: Sequence[str]) -> Sheet | None:
    """The sheet of one tab of a workbook; its header is found by the declared columns."""
    try:
        beside = hidden(path, tab)
        rows = list(sheet_rows(path, tab, beside))
        if not rows:
            return None
        header, at, _ = header_of(rows[:HEAD_ROWS], [wanted])
        _merged(beside.merged, at, file, faults)
        return _gathered(file, header, ((row, cells) for row, cells in rows if row > at), faults)
    except Unreadable as wrong:
        faults.append(_fault(file, wrong))
    return None


def _fault(file: str, wrong: Unreadable) -> Fault:
    empty = "empty file" in wrong.found or "blank lines" in wrong.found
    return Fault(file, 1 if empty else wrong.row, "", wrong.expected, "nothing" if empty else wrong.found)


def _below(seen: Looked, file: str, faults: list[Fault]) -> Sheet | None:
    """The rows below a header. In a workspace every cell is somebody's word, so merged ones are faults."""
    if not any(seen.header):
        faults.append(Fault(file, 1, "", "a row of column names", "nothing"))
        return None
    _merged(seen.merged, seen.header_row, file, faults)
    try:
        return _gathered(file, seen.header, rows_below(seen._replace(merged=())), faults)
    except Unreadable as wrong:
        faults.append(_fault(file, wrong))
    except (OSError, ValueError) as error:
        faults.append(Fault(file, 0, "", "a file that can be read", shown(error)))
    return None


def _merged(found: Sequence[Range], header_row: int, file: str, faults: list[Fault]) -> None:
    for each in found:
        if each.last_row > header_row:
            row = max(each.first_row, header_row + 1)
            faults.append(Fault(file, row, "", "a value in each cell: unmerge them", f"merged cells {each.name}"))


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    """Rows of a Parquet file, every cell as text, null as an empty one."""
    import duckdb  # noqa: PLC0415 - a quarter of a second that only Parquet needs

    try:
        with duckdb.connect() as connection:
            found = connection.execute("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)", [str(path)])
            while rows := found.fetchmany(_CHUNK):
                yield from (["" if cell is None else cell for cell in row] for row in rows)
    except duckdb.Error as error:
        raise Unreadable("a Parquet file that can be read", shown(str(error).split("\n", 1)[0])) from error


def _gathered(
    file: str, names: Sequence[str], numbered: Iterator[tuple[int, list[str]]], faults: list[Fault]
) -> Sheet | None:
    header = tuple(each.strip() for each in names)
    width = len(header)
    sheet = Sheet(file, header, [], [[] for _ in header])
    # The same text is kept once, however often it stands in a column: a log repeats its names.
    memory: list[dict[str, str]] = [{} for _ in header]
    hard = 0
    while chunk := list(islice(numbered, _CHUNK)):
        fitting = _fitting(file, chunk, width, faults)
        sheet.rows.extend(number for number, _ in fitting)
        for index, cells in enumerate(zip(*(cells for _, cells in fitting), strict=True)):
            texts = list(map(str.strip, cells))  # which knows non-breaking blanks as well
            if _HARD in "".join(cells):
                hard += sum(_HARD in each for each in cells)
                texts = [each.replace(_HARD, " ") for each in texts]
            sheet.columns[index].extend(map(memory[index].setdefault, texts, texts))
        if len(sheet.rows) > ROWS_MAX:
            faults.append(too_many(file, "more"))
            return None
    return _named(_without_sums(sheet._replace(hard=hard), faults), faults)


def too_many(file: str, found: str) -> Fault:
    """More rows than a workspace holds, and how to take a part of a log."""
    part = " (of a log, a part: firstbest init DIR --from LOG --since DAY --until DAY)" if "orders" in file else ""
    return Fault(file, 0, "", f"{ROWS_MAX:,} rows or fewer{part}", found)


def _without_sums(sheet: Sheet, faults: list[Fault]) -> Sheet:
    """The sheet without rows of sums and repeated headers, which are faults: neither is a row of its own."""
    gone = {
        place: "the row of sums"
        for place in range(max(len(sheet.rows) - SUMS_AT_END, 0), len(sheet.rows))
        if _TOTAL.fullmatch(next((cells[place] for cells in sheet.columns if cells[place]), ""))
    }
    if sheet.columns and sheet.header[0] in sheet.columns[0]:
        again = (place for place, cell in enumerate(sheet.columns[0]) if cell == sheet.header[0])
        same = (place for place in again if tuple(cells[place] for cells in sheet.columns) == sheet.header)
        gone |= dict.fromkeys(same, "the second header")
    if not gone:
        return sheet
    for place, what in gone.items():
        found = shown(next(cells[place] for cells in sheet.columns if cells[place]))
        faults.append(Fault(sheet.file, sheet.rows[place], "", f"rows of one thing each: delete {what}", found))
    kept = [place for place in range(len(sheet.rows)) if place not in set(gone)]
    columns = [[cells[place] for place in kept] for cells in sheet.columns]
    return sheet._replace(rows=[sheet.rows[place] for place in kept], columns=columns)


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
