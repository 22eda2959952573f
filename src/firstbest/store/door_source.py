"""One door for tables of any form: CSV, Excel and Parquet become one table of text in DuckDB, in bounded memory.

Two lanes give the same table (a law holds it). A regular UTF-8 file goes straight through DuckDB's parallel reader. All
else (other encodings, ragged rows, blank lines, workbooks, or whatever that reader refuses) is read row by row, made
regular on disk, and then goes the same way. The table `source` holds `n`, the row as a spreadsheet counts it, `same`,
a hash of all cells, `surplus`, what stands beyond the last column, and the cells of the columns that are asked for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from firstbest.store import door_excel
from firstbest.store.door_form import PARQUET, WORKBOOKS, require_form
from firstbest.store.door_text import Unreadable, Written, text_rows, written
from firstbest.store.faults import many, shown

Rows = Iterator[tuple[int, list[str]]]
HEAD_ROWS: Final = 30
CELLS_MAX: Final = 2_000
LINE_BYTES: Final = 16_000_000
"""The longest line; the reader takes two at a time. Left to itself it takes sixteen, too much beside a large log."""
_PARQUET: Final = b"PAR1"
_SHOWN_ROWS: Final = 3


class Looked(NamedTuple):
    """A file that was looked at: how it is written, and where its header is."""

    path: Path
    header: tuple[str, ...]
    header_row: int  # 0: the file holds names itself
    how: Written | None  # of a text file
    sheet: str  # of a workbook
    merged: tuple[door_excel.Range, ...]
    notes: tuple[str, ...]


def look(path: Path, wanted: Sequence[Sequence[str]], encoding: str = "", delimiter: str = "") -> Looked:
    """Looks at a file. `wanted`: sets of column names, the best found of which marks the header's row.

    Without any found the first row is the header. Raises `Unreadable` for what is no table.
    """
    require_form(path)
    if path.suffix.lower() == PARQUET:
        return Looked(path, _parquet_header(path), 0, None, "", (), ())
    if path.suffix.lower() in WORKBOOKS:
        return _workbook(path, wanted)
    how = written(path, encoding, delimiter)
    head = list(islice(text_rows(path, how), HEAD_ROWS))
    names, row, said = header_of(head, wanted)
    return Looked(path, names, row, how, "", (), (*how.notes, *said))


def rows_below(seen: Looked) -> Rows:
    """(row, cells) below the header; merged cells hold their value in each of their rows."""
    found = text_rows(seen.path, seen.how) if seen.how else door_excel.sheet_rows(seen.path, seen.sheet)
    rows = ((row, cells) for row, cells in found if row > seen.header_row)
    return _unmerged(rows, seen) if seen.merged else rows


def load(db: duckdb.DuckDBPyConnection, seen: Looked, columns: Iterable[str], scratch: Path) -> tuple[str, ...]:
    """Makes the table `source` with these columns; answers what is to be told. Raises `Unreadable`."""
    kept = list(dict.fromkeys(columns))
    if seen.path.suffix.lower() == PARQUET:
        return _from_parquet(db, seen, kept)
    if seen.how and seen.how.regular and seen.how.encoding == "utf-8":
        try:
            # One cell more than the header has would be refused, and so take the other lane.
            _from_csv(db, seen.path, seen, kept, regular=False)
        except duckdb.Error:
            pass
        else:
            return ()
    regular = scratch / "regular.csv"
    notes = _made_regular(seen, regular)
    try:
        _from_csv(db, regular, seen, kept, regular=True)
    except duckdb.Error as error:
        raise Unreadable("a table that can be read", shown(str(error).split("\n", 1)[0])) from error
    finally:
        regular.unlink()
    return notes


def header_of(
    head: Sequence[tuple[int, list[str]]], wanted: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """(names, row, what is told) of the header among the first rows.

    It is the row with most of the wanted names, the first of such; two rows above each other serve as one where only
    together they hold more of them ('Order' above 'Number').
    """
    if not head or not any(cell.strip() for _, cells in head for cell in cells):
        raise Unreadable("a row of column names", "nothing")
    best, chosen = _score(head[0][1], wanted), (head[0][1], head[0][0])
    for row, cells in head:
        if _score(cells, wanted) > best:
            best, chosen = _score(cells, wanted), (cells, row)
    joined = [(_joined(above, below), row) for (_, above), (row, below) in pairwise(head)]
    both = False
    for cells, row in joined:
        if _score(cells, wanted) > best:
            best, chosen, both = _score(cells, wanted), (cells, row), True
    cells, row = chosen
    names = tuple(tidy(cell) for cell in cells)
    above = [" ".join(filter(None, map(tidy, cells))) for at, cells in head if at < row][:_SHOWN_ROWS]
    notes = []
    if both:
        notes.append(f"the names of columns stand in rows {row - 1} and {row}: read together")
    elif above:
        said = ", ".join(shown(each) for each in above)
        notes.append(f"the header is row {row}: {many(row - 1)} above it left out ({said})")
    if len(names) > CELLS_MAX:
        raise Unreadable(f"{CELLS_MAX:,} columns or fewer", f"{len(names):,}", row)
    return names, row, tuple(notes)


def tidy(cell: str) -> str:
    """A text without blanks around it; hard blanks and marks inside it become plain ones."""
    return " ".join(cell.replace("\ufeff", "").split())


def _score(cells: Sequence[str], wanted: Sequence[Sequence[str]]) -> float:
    """The greatest share of any set of wanted names that stands in the row."""
    have = {tidy(each) for each in cells}
    return max((len(have & set(names)) / len(names) for names in wanted if names), default=0.0)


def _joined(above: list[str], below: list[str]) -> list[str]:
    last, found = "", []
    for index in range(max(len(above), len(below))):
        upper, lower = (tidy(row[index]) if index < len(row) else "" for row in (above, below))
        last = upper or last
        found.append(f"{last} {lower}".strip() if lower else upper)
    return found


def _workbook(path: Path, wanted: Sequence[Sequence[str]]) -> Looked:
    """The sheet with most of the wanted names; the first where none has any."""
    names = door_excel.sheets_of(path)
    if not names:
        raise Unreadable("a workbook with a visible sheet", "none")
    heads = {name: list(islice(door_excel.sheet_rows(path, name), HEAD_ROWS)) for name in names}
    filled = [name for name in names if heads[name]]
    if not filled:
        raise Unreadable("a row of column names", "empty sheets")
    sheet = max(filled, key=lambda name: max(_score(cells, wanted) for _, cells in heads[name]))
    header, row, said = header_of(heads[sheet], wanted)
    notes = [*said]
    if len(filled) > 1:
        rest = ", ".join(shown(each) for each in filled if each != sheet)
        notes.insert(0, f"sheet {shown(sheet)} is read; not read: {rest}")
    merged = tuple(each for each in door_excel.hidden(path, sheet).merged if each.last_row > row)
    if merged:
        some = ", ".join(each.name for each in merged[:_SHOWN_ROWS])
        notes.append(f"{many(len(merged), 'merged range')} ({some}): the value stands for each of the cells")
    return Looked(path, header, row, None, sheet, merged, tuple(notes))


def _unmerged(rows: Rows, seen: Looked) -> Rows:
    """Rows with the value of a merged range in each of its cells."""
    values: dict[door_excel.Range, str] = {}
    for row, cells in rows:
        for each in (each for each in seen.merged if each.first_row <= row <= each.last_row):
            cells.extend([""] * (each.last_column - len(cells)))
            if row == max(each.first_row, seen.header_row + 1):
                values[each] = cells[each.first_column - 1]
            width = each.last_column - each.first_column + 1
            cells[each.first_column - 1 : each.last_column] = [values.get(each, "")] * width
        yield row, cells


def _made_regular(seen: Looked, target: Path) -> tuple[str, ...]:
    """Writes every row that is not blank as: row, surplus, the cells of the header's columns."""
    width = len(seen.header)
    blank = short = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row, cells in rows_below(seen):
            if not any(map(str.strip, cells)):
                blank += 1
                continue
            surplus = " ".join(filter(None, map(str.strip, cells[width:])))
            short += len(cells) < width
            writer.writerow([row, surplus, *cells[:width], *[""] * (width - len(cells))])
    notes = []
    if blank:
        notes.append(f"{many(blank, 'empty row')} between others left out")
    if short and seen.how:
        notes.append(
            f"{short:,} {'row has' if short == 1 else 'rows have'} fewer cells than the header: the rest is empty"
        )
    return tuple(notes)


def _from_csv(db: duckdb.DuckDBPyConnection, path: Path, seen: Looked, kept: list[str], *, regular: bool) -> None:
    names = [f"cell_{index}" for index in range(len(seen.header))]
    lead = ["n", "surplus"] if regular else []
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in (*lead, *names))
    delimiter = "," if regular or seen.how is None else seen.how.delimiter
    reader = (
        f"read_csv({_quoted(str(path))}, columns = {{{types}}}, auto_detect = false, header = false,"
        f" skip = {0 if regular else seen.header_row}, delim = {_quoted(delimiter)}, quote = '\"', escape = '\"',"
        f" encoding = 'utf-8', max_line_size = {LINE_BYTES}, buffer_size = {2 * LINE_BYTES})"
    )
    number = "n::BIGINT" if regular else f"row_number() OVER () + {seen.header_row}"
    surplus = "surplus" if regular else "''"
    cells = "".join(f", coalesce(cell_{seen.header.index(each)}, '') AS {name_of(each)}" for each in kept)
    db.execute(
        f"CREATE OR REPLACE TABLE source AS SELECT {number} AS n, hash({', '.join(names)}) AS same,"
        f" coalesce({surplus}, '') AS surplus{cells} FROM {reader}"
    )


def _from_parquet(db: duckdb.DuckDBPyConnection, seen: Looked, kept: list[str]) -> tuple[str, ...]:
    cells = "".join(f", coalesce(CAST({_own(each)} AS VARCHAR), '') AS {name_of(each)}" for each in kept)
    try:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(
            f"CREATE OR REPLACE TABLE source AS SELECT row_number() OVER () + 1 AS n,"
            f" hash({', '.join(map(_own, seen.header))}) AS same, '' AS surplus{cells}"
            f" FROM read_parquet({_quoted(str(seen.path))})"
        )
    except duckdb.Error as error:
        raise Unreadable("a Parquet file that can be read", shown(str(error).split("\n", 1)[0])) from error
    return ()


def _parquet_header(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4, 0))
        tail = file.read(4)
    if tail != _PARQUET:
        raise Unreadable("a whole Parquet file", "one that is cut off: it does not end with PAR1; copy it again")
    try:
        with duckdb.connect() as db:
            found: Any = db.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)]).description
    except duckdb.Error as error:
        raise Unreadable("a Parquet file that can be read", shown(str(error).split("\n", 1)[0])) from error
    return tuple(str(each[0]) for each in found or ())


def rows_of(path: Path) -> int:
    """Rows of a Parquet file, as its last bytes say."""
    with duckdb.connect() as db:
        found = db.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    assert found is not None
    return int(found[0])


def name_of(column: str) -> str:
    """What a column of the file is called in `source`: SQL knows no small and capital letters in names, files do."""
    return f"c{column.encode().hex()}"


def _own(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


__all__ = ["Looked", "header_of", "load", "look", "name_of", "rows_below", "tidy"]
